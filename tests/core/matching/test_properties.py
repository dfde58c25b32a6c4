"""Laws of the matcher, over text and watches that meet often."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import hostile
from bot.core.matching.engine import Ahocorasick, Daachorse
from bot.core.matching.expression import parse
from bot.core.matching.fold import Squashed, fold
from bot.core.matching.index import Index
from bot.core.matching.match import Text, match
from bot.core.matching.page import Page
from bot.core.matching.scan import judge, scan

_NAMES = (
    "기아",
    "삼성",
    "삼성전자",
    "삼성 전자",
    "AI",
    "AI 연구소",
    "KT",
    "SK하이닉스",
    "이란",
    "알리",
    "3M",
    "전자",
    "K-POP",
)
_GLUE = (
    "는",
    "은",
    "의",
    "에서도",
    "그룹",
    "전자",
    "대책",
    "이",
    "s",
    " ",
    "  ",
    ", ",
    "·",
    "-",
    "(",
    ")",
    '"',
    "\n",
    "vs",
    "美",
    "&",
    ".",
)
_TEXTS = st.lists(st.sampled_from(_NAMES + _GLUE), max_size=25).map("".join)
_WATCHES = st.lists(st.sampled_from(_NAMES), min_size=1, max_size=8, unique=True)


def _expression(name):
    return parse(f'"{name}"' if " " in name else name)


def _index(names, engine=Daachorse):
    return Index.build(((_NAMES.index(name), _expression(name)) for name in names), engine=engine)


@given(_WATCHES, _TEXTS, st.sampled_from([Daachorse, Ahocorasick]))
def test_candidates_equal_a_naive_search_on_folded_text(names, text, engine):
    layer = _index(names, engine).base
    searched = Squashed(fold(text)).text
    patterns = layer.patterns.split("\n")

    found = sorted((at, patterns[number]) for at, _, number in layer.engine.find(searched))

    naive = sorted(
        (place.start(), pattern) for pattern in patterns for place in re.finditer(f"(?={re.escape(pattern)})", searched)
    )
    assert found == naive


@given(_WATCHES, _TEXTS)
def test_offsets_point_at_the_hit(names, text):
    for found in match(_index(names), Text("제목", summary=text, body=text)).found:
        name = _NAMES[found.key]
        for hit in found.hits:
            assert text[hit.start : hit.end] == hit.text
            assert Squashed(fold(hit.text)).text == Squashed(fold(name)).text


@given(_WATCHES, _TEXTS)
def test_a_watch_is_answered_the_same_whatever_else_is_watched(names, text):
    together = {found.key: found.hits for found in match(_index(names), Text(text)).found}
    alone = [match(_index([name]), Text(text)).found for name in names]
    assert together == {found.key: found.hits for each in alone for found in each}


@given(_WATCHES, _TEXTS)
def test_both_engines_give_the_same_answer(names, text):
    answers = [match(_index(names, engine), Text(text), explain=True) for engine in (Daachorse, Ahocorasick)]
    assert {found.key: found.hits for found in answers[0].found} == {
        found.key: found.hits for found in answers[1].found
    }
    assert set(map(repr, answers[0].near)) == set(map(repr, answers[1].near))


@given(_WATCHES, _TEXTS)
def test_the_quick_way_decides_as_the_whole_judgement_does(names, text):
    layer, page = _index(names).base, Page(Text(text))
    quick = {(number, span) for number, spans in scan(layer, page).items() for span in spans}
    judged = set()
    for at, until, number in layer.engine.find(page.squashed.text):
        start, end = page.squashed.place(at), page.squashed.place(until - 1) + 1
        verdict = judge(page, start, end, layer.gaps[number])
        if verdict.begins:
            judged.add((number, (start, end, verdict.word, verdict.exact)))
    assert quick == judged


@given(_WATCHES, _TEXTS, st.integers(0, 8))
def test_base_delta_and_dead_together_are_one_index(names, text, cut):
    grown = _index(names[:cut]).with_added((_NAMES.index(name), _expression(name)) for name in names[cut:])
    whole = match(_index(names), Text(text)).found
    assert {found.key: found.hits for found in match(grown, Text(text)).found} == {f.key: f.hits for f in whole}
    without = grown.with_removed([_NAMES.index(names[0])])
    assert {f.key for f in match(without, Text(text)).found} == {f.key for f in whole} - {_NAMES.index(names[0])}


@given(_WATCHES, st.text(max_size=60))
def test_any_text_is_answered(names, text):
    matched = match(_index(names), Text(text, body=text), explain=True)
    for near in matched.near:
        assert text[near.start : near.end] == near.text


@pytest.mark.parametrize("unit", hostile.UNITS)
def test_the_steps_for_a_character_do_not_grow_with_hostile_text(unit):
    index = _index(_NAMES)

    def steps(length):
        text, count = Text("", body=hostile.text(unit, length)), 0

        def step(*_):
            nonlocal count
            count += 1

        match(index, text)  # what is cached is cached now
        sys.setprofile(step)
        match(index, text)
        sys.setprofile(None)
        return count

    # Twenty times the text: quadratic work would be four hundred times the steps. What C code does in one step is
    # measured by `python -m bench match`.
    assert steps(20_000) < 30 * steps(1_000)
