import unicodedata

import pytest

from bot.core.matching.expression import parse
from bot.core.matching.index import Index
from bot.core.matching.match import MAX_PLACES, Text, match
from bot.core.news import Field, Hit
from bot.core.wording import say


def _matched(expression, title, **fields):
    title_only = fields.pop("title_only", False)
    sense = fields.pop("sense", None)
    return match(Index.build([(7, parse(expression), title_only)]), Text(title, **fields), explain=True, sense=sense)


def _hits(expression, title, **fields):
    return [hit for found in _matched(expression, title, **fields).found for hit in found.hits]


def _texts(expression, title, **fields):
    return [hit.text for hit in _hits(expression, title, **fields)]


def _reasons(expression, title, **fields):
    return [near.reason_key for near in _matched(expression, title, **fields).near]


def test_a_hit_tells_field_place_text_and_the_alternative():
    hits = _hits("삼성전자|삼전", "삼전, 또 올랐다", summary="반도체", body="어제 삼성전자는 웃었다.")

    assert hits == [
        Hit(Field.TITLE, 0, 2, "삼전", "삼전"),
        Hit(Field.BODY, 3, 7, "삼성전자", "삼성전자"),
    ]


def test_terms_are_told_as_the_watch_writes_them():
    assert [hit.term for hit in _hits('"AI 연구소", 삼성*, =KT', "AI연구소 삼성SDI KT")] == [
        '"AI 연구소"',
        "삼성*",
        "=KT",
    ]


def test_offsets_are_those_of_the_text_as_given():
    given = unicodedata.normalize("NFD", "어제 기아는 ") + "삼성\u200b전자와 만났다"
    (hit,) = _hits("삼성전자", given)
    assert given[hit.start : hit.end] == hit.text == "삼성\u200b전자"
    (hit,) = _hits("기아", given)
    assert given[hit.start : hit.end] == hit.text == unicodedata.normalize("NFD", "기아")


def test_a_hit_leaves_out_particles_groups_and_plurals():
    assert _texts("삼성", "삼성그룹측은") == ["삼성"]
    assert _texts('"AI chip"', "AI chips") == ["AI chip"]
    assert _texts("네이버", "'네이버'에서도") == ["네이버"]


def test_a_hit_inside_a_longer_hit_of_the_same_watch_is_not_told_twice():
    assert _texts('연구소|"AI 연구소"', "AI 연구소 개소, 연구소 채용") == ["AI 연구소", "연구소"]


@pytest.mark.parametrize(
    ("expression", "title", "found"),
    [
        ("=KT", "KT 새 요금제", True),
        ("=KT", "‘KT’·SKT 경쟁", True),
        ("=KT", "ＫＴ 새 요금제", True),
        ("=KT", "kt 위즈", False),
        ("=KT", "KT는 오른다", False),
        ("=KT", "美KT 지사", False),
        ("=K-POP", "K-POP 공연", True),
        ("=K-POP", "KPOP 공연", False),
        ("한화 +방산", "한화, 방산 수출", True),
        ("한화 +방산", "한화, 태양광 수출", False),
        ("한화 +(방산|태양광)", "한화, 태양광 수출", True),
        ("한화 +방산 +수출", "한화, 방산 내수", False),
        ("기아 -난민", "기아 난민 구호", False),
        ("기아 -난민", "기아 신차 공개", True),
        ('기아 -"기아 타이거즈"', "기아 타이거즈 우승", False),
        ('기아 -"기아 타이거즈"', "기아 타이거즈 우승에 기아도 웃었다", True),
        ('기아 -"월드컵 후원"', "기아 월드컵 후원", False),
        ("삼성 -삼성전자", "삼성 사장단, 삼성전자 방문", False),
        ("제목:기아 -제목:광고", "기아 신차", True),
        ("기아, =KT", "KT 실적", True),
        ("삼성*|LG*", "비삼성 LGD", True),
        ("AI*", "Air quality", False),
        ("㈜한화", "(주)한화 실적", True),
        ("㈜한화", "㈜한화 실적", True),
        ("㈜한화", "한화 실적", False),
    ],
)
def test_rules_decide_over_the_article(expression, title, found):
    assert bool(_hits(expression, title)) is found


def test_title_prefix_reads_titles_only_but_conditions_read_everything():
    assert not _hits("제목:기아", "신차 공개", body="기아 신차")
    assert _texts("제목:기아 +전기차", "기아 신차", body="기아 전기차") == ["기아"]
    assert not _hits("기아 +제목:전기차", "기아 신차", body="전기차")


def test_a_watch_for_titles_reads_nothing_else():
    assert not _hits("기아 +전기차", "기아 신차", body="전기차", title_only=True)
    assert not _hits("기아", "신차", body="기아", title_only=True)
    assert _texts("기아 -전기차", "기아 신차", body="전기차", title_only=True) == ["기아"]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("기아 매체:연합뉴스", True),
        ("기아 매체:한겨레|연합뉴스", True),
        ("기아 매체:한겨레", False),
        ("기아 매체:연합", False),
        ("기아 매체:yna.co.kr", True),
        ("기아 매체:co.kr2", False),
        ("기아 -매체:연합뉴스", False),
        ("기아 -매체:yna.co.kr", False),
        ("기아 -매체:한겨레", True),
    ],
)
def test_outlets_are_known_by_name_and_domain(expression, found):
    assert bool(_hits(expression, "기아", outlet="연합 뉴스", url="https://www.yna.co.kr/view/1")) is found


def test_an_address_that_is_none_has_no_outlet():
    assert not _hits("기아 매체:a.kr", "기아", url="http://[bad")


def test_the_sense_option_asks_and_is_passed_over_without_an_answerer():
    asked = []

    def never(keyword, texts, hit):
        asked.append((keyword, texts[Field.BODY], hit.text))
        return False

    assert _texts("기아|KIA 뜻:회사", "기아", body="본문") == ["기아"]
    matched = _matched("기아|KIA 뜻:회사", "기아", body="본문", sense=never)
    assert asked == [("기아", "본문", "기아")]
    assert matched.found == ()
    assert [near.reason_key for near in matched.near] == ["near.sense"]


@pytest.mark.parametrize(
    ("expression", "title", "reason"),
    [
        ("기아", "이야기아카데미", "near.before"),
        ("삼성", "삼성전자", "near.after"),
        ("한화", "조사한 화가", "near.gap"),
        ("포스코", "포스코은 올해", "near.form"),
        ("KT", "KT&G 주총", "near.joined"),
        ("G", "KT&G 주총", "near.joined"),
        ("2024", "2024만 명", "near.unit"),
        ("3M", "11.3M달러", "near.number"),
        ("24", "24.5% 올라", "near.number"),
        ("navertest", "www.navertest.com 참조", "near.address"),
        ("이란", "“전쟁”이란 말", "near.quoted"),
        ("경기", "경기도 오늘", "near.region"),
        ("세종", "세종대로 통제", "near.road"),
        ("미국", "미국인 관광객", "near.people"),
        ("알리", "개막을 알리는 공", "near.verb"),
        ("유한*", "유한주 기자 = 서울", "near.byline"),
        ("남양*", "남양주 신도시", "near.longer"),
        ("=KT", "KT는 오른다", "near.not_exact"),
        ("=KT", "kt 위즈", "near.other_letters"),
        ("=KT", "SKT", "near.before"),
        ("AI*", "Air quality", "near.other_letters"),
        ("기아 +방산", "기아", "near.missing"),
        ("기아 -난민", "기아 난민", "near.refused"),
        ('기아 -"기아 타이거즈"', "기아 타이거즈", "near.covered"),
        ("기아 매체:한겨레", "기아", "near.other_outlet"),
        ("기아 -매체:한겨레", "기아", "near.refused_outlet"),
        ("GM", "GMS 합병", "near.after"),
    ],
)
def test_every_refusal_has_a_reason_in_words(expression, title, reason):
    near = _matched(expression, title, outlet="한겨레" if "-매체" in expression else "").near
    assert reason in [each.reason_key for each in near]
    for each in near:
        assert title[each.start : each.end] == each.text
        assert all(say(each.reason_key, language, **each.values) for language in ("ko", "en"))


def test_a_hit_outside_the_title_is_told_as_such():
    assert _reasons("제목:기아", "신차", body="기아") == ["near.not_in_title"]


def test_a_hundred_thousand_places_are_cut():
    (found,) = _matched("기아", "", body="기아 " * 20_000).found
    assert len(found.hits) == MAX_PLACES


@pytest.mark.parametrize("term", ["가" * 30 + " " + "나" * 40 + " " + "다" * 10])
def test_a_long_phrase_is_found_with_its_spaces_only_where_it_has_them(term):
    words = term.split(" ")
    assert _hits(f'"{term}"', f"({words[0]}) {words[1]} {words[2]}는")
    assert not _hits(f'"{term}"', term.replace("나나", "나 나", 1).replace("가가", "가, 가", 1))


def test_two_spellings_of_one_pattern_keep_their_own_gaps():
    index = Index.build([(1, parse('"삼 성"')), (2, parse("삼성")), (3, parse('"삼 성"|LG')), (4, parse("삼성 +유"))])
    assert [found.key for found in match(index, Text("삼 성 유")).found] == [1, 3]
    assert {found.key for found in match(index, Text("삼성 유")).found} == {1, 2, 3, 4}


@pytest.mark.parametrize("expression", ["가", "X", "原", "7", "①"])
def test_watches_of_one_sign_find_words_of_one_sign(expression):
    assert _texts(expression, f"그 {expression} 저") == [expression]


def test_the_same_article_gives_the_same_answer_for_one_expression_alone():
    text = Text("카카오·네이버", body="카카오뱅크와 네이버는")
    together = Index.build([(1, parse("카카오")), (2, parse("네이버")), (3, parse("카카오*"))])
    for key, expression in ((1, "카카오"), (2, "네이버"), (3, "카카오*")):
        alone = match(Index.build([(key, parse(expression))]), text).found
        assert alone == tuple(found for found in match(together, text).found if found.key == key)
