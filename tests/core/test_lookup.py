from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.lookup import (
    EVERYTHING,
    MOST_ALTERNATIVES,
    HitCount,
    all_of,
    any_of,
    fold,
    fts5_query,
    hit_count,
    index_terms,
    may_match,
    need_of,
    word_need,
)
from bot.core.matching.expression import parse
from bot.core.matching.index import Index
from bot.core.matching.match import match
from bot.core.matching.page import Text

signs = st.sampled_from(list("기아현대차삼성전자연구소 AI-ㆍ·(),.①ＬＧ李家K1%\n\u200b"))
texts = st.text(signs, max_size=30)
words = st.text(signs, min_size=1, max_size=6)


def scan(text, word):
    """The look-up without an index: the letters of the word stand in a row, whatever separates them."""

    def letters(any_text):
        return "".join(sign for sign in fold(any_text) if sign.isalnum() and sign not in "ㆍᆞ")

    return letters(word) in letters(text)


@settings(deadline=None)  # no timed tests
@given(articles=st.lists(texts, max_size=12), word=words)
def test_pairs_and_recheck_find_what_a_full_scan_finds(articles, word):
    indexed = [(text, index_terms(text)) for text in articles]
    found = [text for text, terms in indexed if may_match(terms, word_need(word)) and scan(text, word)]
    assert found == [text for text in articles if scan(text, word)]


@settings(deadline=None)  # no timed tests
@given(texts, words, words, words)
def test_no_article_that_matches_either_both_or_all_is_missed(text, one, two, three):
    terms = index_terms(text)
    either = any_of([word_need(one), word_need(two)])
    both = all_of([either, word_need(three)])
    if scan(text, one) or scan(text, two):
        assert may_match(terms, either)
        if scan(text, three):
            assert may_match(terms, both)


EXPRESSIONS = [
    "기아",
    "LG전자",
    '"AI 연구소"',
    "삼성*",
    "=KT",
    "삼성전자|삼전|三星",
    '기아, "AI 연구소"',
    "한화 +(방산|수주)",
    "기아 -난민 -차",
    "제목:LG전자 -삼성",
    "家",
    "K-POP|AT&T",
    "인공지능 +한화|LG, 매체:한길일보 차",
]
PIECES = [
    *(
        "기아",
        "기아는",
        "기아車",
        "현대기아차",
        "LG전자",
        "ＬＧ전자의",
        "AI",
        "연구소",
        "인공지능(AI)",
        "AI-연구소",
        "AI연구소",
    ),
    *(
        "삼성전자",
        "삼성SDI",
        "삼성ㆍ현대차",
        "KT",
        "kt",
        "KT&G",
        "삼전",
        "三星",
        "한화",
        "방산",
        "수주",
        "난민",
        "家",
        "K팝",
    ),
    *("K-POP", "kpop", "AT&T", "차", "차를", "㈜한화", "①기아", "기\u200b아", "한화發", "'기아'", "…"),
]


@settings(deadline=None)  # no timed tests
@given(
    articles=st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(" ".join), min_size=1, max_size=8),
    glue=st.sampled_from([" ", "", "·", "-", ", "]),
    written=st.sampled_from(EXPRESSIONS),
)
def test_a_watch_expression_finds_by_the_index_what_the_matcher_finds_in_all_articles(articles, glue, written):
    expression = parse(written)
    index, need = Index.build([(0, expression, False)]), need_of(expression)
    for text in articles:
        glued = text.replace(" ", glue)
        for title, body in ((glued, ""), ("제목", f"{glued}\n{text}")):
            if match(index, Text(title=title, body=body, outlet="한길일보")).found:
                assert may_match(index_terms(title, "", body), need), (title, body)


def test_words_inside_words_two_syllable_words_and_one_syllable_words_are_found():
    terms = index_terms("현대기아차, 인공지능(AI) 연구소 세워")
    for word in ("기아", "현대기아차", '"AI 연구소"', "AI연구소", "차", "AI-연구소"):
        assert may_match(terms, word_need(word)), word
    assert not may_match(terms, word_need("삼성"))
    assert not may_match(terms, word_need("화"))


def test_compatibility_forms_are_folded_as_the_matcher_folds_them():
    assert may_match(index_terms("ＬＧ전자"), word_need("lg전자"))
    assert may_match(index_terms("기아"), word_need("기아"))
    assert may_match(index_terms("①기아ㆍ삼성 2위"), word_need("기아"))
    assert may_match(index_terms("李 대통령"), word_need("李"))


def test_fields_do_not_run_into_each_other():
    assert not may_match(index_terms("삼성", "전자") - set("삼성전자"), (frozenset({"성전"}),))


def test_a_word_without_letters_excludes_nothing():
    assert fts5_query(word_need("!?")) == ""
    assert may_match(index_terms("아무 글"), word_need("!?"))
    assert any_of([]) == EVERYTHING
    assert all_of([]) == EVERYTHING


def test_the_question_to_fts5_names_every_pair_in_quotes():
    need = any_of([word_need("LG전자"), word_need("차")])
    assert fts5_query(need) == '("lg" AND "전자") OR ("차")'


def test_an_alternative_that_another_one_covers_is_left_out():
    assert any_of([word_need("삼성"), word_need("삼성전자")]) == word_need("삼성")


def test_a_question_that_grows_too_long_asks_less_and_still_misses_nothing():
    many = any_of(word_need(chr(ord("가") + 28 * n) + "나") for n in range(MOST_ALTERNATIVES + 1))
    assert many == EVERYTHING
    wide = any_of(word_need(chr(ord("가") + 28 * n) + "나") for n in range(20))
    assert all_of([wide, wide, word_need("기아")]) == all_of([wide, word_need("기아")])
    other = any_of(word_need(chr(ord("가") + 28 * n) + "다") for n in range(20))
    assert len(all_of([wide, other])) == 20


def test_counts_are_rough_when_only_a_part_was_rechecked():
    assert hit_count(40, 40, 31) == HitCount(31, is_rough=False)
    assert hit_count(0, 0, 0) == HitCount(0, is_rough=False)
    assert hit_count(4_000, 200, 150) == HitCount(3_000, is_rough=True)
    assert hit_count(4_000, 0, 0) == HitCount(0, is_rough=True)
