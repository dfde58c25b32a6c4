"""Labelled sentences; their fields are in tests/data/matching/README.md."""

import json
from pathlib import Path

import pytest

from bot.core.matching.expression import parse
from bot.core.matching.index import Index
from bot.core.matching.match import Text, match

_DATA = Path(__file__).parents[2] / "data" / "matching"
# What a word means no string rule sees, and 쿠팡이라는 reads as 쿠팡이 + 라는 just as well.
_BEYOND_STRINGS = {"s013-2"}


def _cases():
    for name in ("shared.jsonl", "own.jsonl"):
        for line in (_DATA / name).read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            hopeless = case["id"] in _BEYOND_STRINGS or (case["category"] == "sense" and not case["should_match"])
            marks = [pytest.mark.xfail(reason="needs the meaning", strict=True)] if hopeless else []
            yield pytest.param(case, id=case["id"], marks=marks)


def _expression(case):
    terms = [f'"{term}"' if " " in term else term for term in (case["keyword"], *case.get("aliases", ()))]
    return parse("|".join(terms) + ("*" if case.get("mode") == "prefix" else ""))


@pytest.mark.parametrize("case", list(_cases()))
def test_a_labelled_sentence_is_decided_as_people_do(case):
    found = match(Index.build([(1, _expression(case))]), Text(case["text"])).found

    assert bool(found) is case["should_match"]
    for hit in (hit for each in found for hit in each.hits):
        assert case["text"][hit.start : hit.end] == hit.text
