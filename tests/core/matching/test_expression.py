import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserMistake
from bot.core.matching.expression import MAX_LENGTH, MAX_TERMS, Form, Group, Part, Term, parse
from bot.core.wording import say

WORD, PHRASE, PREFIX, EXACT = Form.WORD, Form.PHRASE, Form.PREFIX, Form.EXACT


def _wanted(text):
    return [(term.text, term.form) for term in parse(text).terms]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("LG전자", [("LG전자", WORD)]),
        ('"AI 연구소"', [("AI 연구소", PHRASE)]),
        ("“AI  연구소”", [("AI 연구소", PHRASE)]),
        ("삼성*", [("삼성", PREFIX)]),
        ("=KT", [("KT", EXACT)]),
        ("삼성전자|삼전 | 005930", [("삼성전자", WORD), ("삼전", WORD), ("005930", WORD)]),
        ('(=KT|"KT 위즈"|케이티*) +야구', [("KT", EXACT), ("KT 위즈", PHRASE), ("케이티", PREFIX)]),
        ('LG전자, "AI 연구소"', [("LG전자", WORD), ("AI 연구소", PHRASE)]),
        ("K-POP", [("K-POP", WORD)]),
        ("AT&T", [("AT&T", WORD)]),
        ("한화+방산", [("한화+방산", WORD)]),
        ("12:30", [("12:30", WORD)]),
        ("(주)카카오|㈜카카오", [("(주)카카오", WORD), ("㈜카카오", WORD)]),
        ("ＬＧ전자，＂ＡＩ 연구소＂", [("LG전자", WORD), ("AI 연구소", PHRASE)]),
        ("삼성\u200b전자", [("삼성전자", WORD)]),
    ],
)
def test_wanted_terms_are_read_in_every_form(text, terms):
    assert _wanted(text) == terms


def test_a_part_holds_what_must_and_must_not_stand_beside():
    (part,) = parse(
        '기아 +(자동차|전기차) +EV -난민 -"기아 타이거즈" 매체:연합뉴스 -매체:더구루|"월스트리트 저널" 뜻:회사'
    ).parts

    assert part == Part(
        Group((Term("기아"),)),
        needs=(Group((Term("자동차"), Term("전기차"))), Group((Term("EV"),))),
        refuses=(Group((Term("난민"),)), Group((Term("기아 타이거즈", PHRASE),))),
        outlets=("연합뉴스",),
        not_outlets=("더구루", "월스트리트 저널"),
        organisation=True,
    )


@pytest.mark.parametrize("text", ["제목:LG전자", "title:LG전자", "TITLE: LG전자", "제목：(LG전자)"])
def test_the_title_prefix_binds_to_its_group(text):
    assert parse(text).parts[0].wanted == Group((Term("LG전자"),), title_only=True)


@pytest.mark.parametrize("text", ["기아 sense:org", "뜻:회사 기아"])
def test_the_sense_option_is_carried(text):
    expression = parse(text)
    assert expression.parts[0].organisation
    assert str(expression) == "기아 뜻:회사"


def test_a_card_shows_the_first_alternative():
    assert [parse(text).name for text in ("삼성전자|삼전", '"AI 연구소", LG', "삼성*", "=KT")] == [
        "삼성전자",
        "AI 연구소",
        "삼성*",
        "KT",
    ]


@pytest.mark.parametrize(
    ("text", "key", "position"),
    [
        ("", "watch.empty", 1),
        ("   ", "watch.empty", 1),
        ('LG전자 "AI', "watch.quote_open", 6),
        ("한화 +(방산|수주", "watch.bracket_open", 5),
        ("LG전자 토론토", "watch.two_words", 6),
        ('"AI 연구소" 삼성', "watch.two_terms", 10),
        ("a,,b", "watch.part_empty", 3),
        ("a,", "watch.part_empty", 2),
        ("-난민", "watch.nothing_wanted", 1),
        ("매체:연합뉴스", "watch.nothing_wanted", 1),
        ("기아 -기아", "watch.contradiction", 4),
        ("기아 - 난민", "watch.sign_alone", 4),
        ("기아 +", "watch.sign_alone", 4),
        ("기아 제목:", "watch.prefix_alone", 4),
        ("기아 +매체:연합뉴스", "watch.plus_outlet", 4),
        ("애플 뜻:과일", "watch.sense_unknown", 4),
        ("애플 -뜻:회사", "watch.sense_unknown", 4),
        ("LG )", "watch.bracket_close", 4),
        ("카카오(035720)", "watch.bracket_inside", 4),
        ('12"모니터"', "watch.quote_inside", 3),
        ('"AI 연구소"가', "watch.space_missing", 9),
        ("a*b", "watch.star_inside", 2),
        ('"AI 연구소"*', "watch.star_after_phrase", 9),
        ("=KT*", "watch.exact_and_prefix", 1),
        ("*", "watch.no_letters", 1),
        ("|", "watch.no_letters", 1),
        ('""', "watch.no_letters", 1),
        ("a|", "watch.no_letters", 2),
        ("가" * 201, "watch.term_long", 1),
        ("a\x00b", "watch.bad_character", 2),
        ("a\ud800", "watch.bad_character", 2),
        ("|".join(["a"] * (MAX_TERMS + 1)), "watch.too_many", 2 * MAX_TERMS + 1),
        ("a" * (MAX_LENGTH + 1), "watch.too_long", MAX_LENGTH + 1),
    ],
)
def test_a_mistake_is_named_with_its_place(text, key, position):
    with pytest.raises(UserMistake) as caught:
        parse(text)

    assert (caught.value.key, caught.value.values["position"]) == (key, position)
    for language in ("ko", "en"):
        assert str(position) in say(caught.value.key, language, **caught.value.values)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("LG전자 토론토", '"LG전자 토론토" 또는 LG전자 +토론토로 적어 주세요 (6번째 글자)'),
        ("금리 인하 전망", '"금리 인하 전망" 또는 금리 +인하 +전망으로 적어 주세요 (4번째 글자)'),
        ('"AI 연구소" (삼성|LG)', '"AI 연구소" +(삼성|LG)로 적어 주세요 (10번째 글자)'),
        ('LG "AI', "따옴표가 닫히지 않았어요 (4번째 글자)"),
    ],
)
def test_the_sentence_says_what_to_write(text, sentence):
    with pytest.raises(UserMistake) as caught:
        parse(text)
    assert say(caught.value.key, **caught.value.values) == sentence


_TERMS = st.one_of(
    st.from_regex(r"[가-힣A-Za-z0-9][가-힣A-Za-z0-9&.'/-]{0,8}[가-힣0-9]", fullmatch=True),
    st.from_regex(r'"[가-힣a-z0-9]{1,5}( [가-힣a-z(),|*=+-]{1,5}){0,2}[가-힣]"', fullmatch=True),
    st.from_regex(r"[가-힣A-Z]{1,5}\*", fullmatch=True),
    st.from_regex(r"=[가-힣A-Za-z]{1,5}", fullmatch=True),
)
_GROUPS = st.lists(_TERMS, min_size=1, max_size=3).map("|".join)
_ITEMS = st.one_of(
    st.builds("+({})".format, _GROUPS),
    st.builds("-{}".format, _GROUPS),
    st.builds("-제목:({})".format, _GROUPS),
    st.sampled_from(["매체:연합뉴스", "-매체:더구루", "뜻:회사", 'outlet:"뉴욕 타임스"']),
)
_PARTS = st.tuples(st.sampled_from(["", "제목:"]), _GROUPS, st.lists(_ITEMS, max_size=3)).map(
    lambda part: " ".join([part[0] + part[1], *part[2]])
)


def _read(text):
    """The expression, or the mistake."""
    try:
        return parse(text)
    except UserMistake as mistake:
        return mistake


@given(st.lists(_PARTS, min_size=1, max_size=3).map(", ".join))
def test_an_expression_printed_and_read_is_the_same(text):
    expression = _read(text)
    if isinstance(expression, UserMistake):
        assert expression.key == "watch.contradiction"
    else:
        assert parse(str(expression)) == expression


@given(st.text(st.one_of(st.characters(), st.sampled_from('가a "|,+-()*=:제목매체뜻')), max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    expression = _read(text)
    if isinstance(expression, UserMistake):
        assert 1 <= expression.values["position"] <= len(text) + 1
        assert say(expression.key, **expression.values)
    else:
        assert parse(str(expression)) == expression
