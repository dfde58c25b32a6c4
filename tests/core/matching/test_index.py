import pytest

from bot.core.matching.engine import Ahocorasick, Daachorse
from bot.core.matching.expression import parse
from bot.core.matching.index import Index
from bot.core.matching.match import Text, match

ENGINES = pytest.mark.parametrize("engine", [Daachorse, Ahocorasick])


def _keys(index, text):
    return sorted(found.key for found in match(index, Text(text)).found)


def _pairs(*expressions):
    return [(key, parse(text)) for key, text in enumerate(expressions, start=1)]


@ENGINES
def test_an_empty_index_finds_nothing(engine):
    index = Index.build([], engine=engine)
    assert len(index) == 0
    assert _keys(index, "기아") == []


@ENGINES
def test_both_engines_find_shorter_names_behind_longer_ones(engine):
    index = Index.build(_pairs("연구소", '"AI 연구소"', "AI", "기아 +연구소"), engine=engine)
    assert _keys(index, "기아 AI 연구소 개소") == [1, 2, 3, 4]


@ENGINES
def test_a_watch_added_acts_at_once_and_one_removed_no_more(engine):
    first = Index.build(_pairs("기아", "현대차"), engine=engine)
    grown = first.with_added([(9, parse("테슬라"))])

    assert _keys(grown, "기아 테슬라") == [1, 9]
    assert _keys(first, "기아 테슬라") == [1]
    assert _keys(grown.with_removed([1, 404]), "기아 테슬라") == [9]
    assert _keys(grown.with_removed([9]), "기아 테슬라") == [1]
    assert len(grown.with_removed([1, 9])) == 1


@ENGINES
def test_a_key_added_again_has_its_new_expression_alone(engine):
    index = Index.build(_pairs("기아", "현대차"), engine=engine).with_added([(1, parse("테슬라 +전기차"))])
    assert _keys(index, "기아 테슬라 전기차") == [1]
    assert _keys(index.with_added([(1, parse("애플"))]), "기아 테슬라 전기차") == []
    assert len(index) == 2


@ENGINES
def test_a_rebuilt_index_is_the_same_in_one_piece(engine):
    pairs = [*_pairs("기아", "삼성*", '"AI 연구소"|랩', "한화 +방산"), (50, parse("제목:LG"), True)]
    index = Index.build(pairs, engine=engine).with_added([(60, parse("=KT"))]).with_removed([1])
    rebuilt = index.rebuilt()
    text = "기아 삼성전자 AI연구소 한화 방산 LG KT"

    assert (len(rebuilt.base), len(rebuilt.delta), rebuilt.dead) == (5, 0, frozenset())
    assert _keys(rebuilt, text) == _keys(index, text) == [2, 3, 4, 50, 60]


@ENGINES
def test_a_stored_index_is_the_same_when_it_is_loaded(engine):
    pairs = [*_pairs("기아", "삼성*", '"AI 연구소"|랩', "한화 +방산"), (-5, parse("LG"), True)]
    index = Index.build(pairs, engine=engine)
    loaded = Index.from_bytes(index.to_bytes(), engine=engine)

    text = Text("기아 삼성전자 AI연구소 한화 방산 LG")
    assert match(loaded, text) == match(index, text)
    assert _keys(loaded.with_added([(8, parse("애플"))]).rebuilt(), "애플 기아") == [1, 8]
    assert len(Index.from_bytes(Index.build([], engine=engine).to_bytes(), engine=engine)) == 0


def test_a_stored_index_is_refused_when_damaged_or_of_another_library():
    stored = Index.build(_pairs("기아")).to_bytes()
    for bad in (b"", stored[:-1], stored[:40] + b"x" + stored[41:]):
        with pytest.raises(ValueError, match="damaged"):
            Index.from_bytes(bad)
    with pytest.raises(ValueError, match="written by"):
        Index.from_bytes(stored, engine=Ahocorasick)


def test_much_change_asks_for_a_rebuild():
    index = Index.build(_pairs("기아"))
    assert not index.with_added([(key, parse("애플")) for key in range(1_000)]).needs_rebuild
    assert index.with_added([(key, parse("애플")) for key in range(1_001)]).needs_rebuild
    many = Index.build((key, parse("애플")) for key in range(3_000))
    assert not many.with_removed(range(1_000)).needs_rebuild
    assert many.with_removed(range(1_001)).needs_rebuild


def test_a_thousand_watches_of_one_word_are_all_told():
    index = Index.build((key, parse("기아" if key % 2 else "기아 +신차")) for key in range(1_000))
    assert _keys(index, "기아 신차") == list(range(1_000))
