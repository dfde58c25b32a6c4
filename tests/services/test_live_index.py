import asyncio
from collections import Counter

from bot.core.matching.expression import parse
from bot.core.matching.index import Index
from bot.core.matching.match import Text, match
from bot.services.live_index import LiveIndex


def _keys(live, text):
    return sorted(found.key for found in match(live.current, Text(text)).found)


def _many(count, first=0):
    return [(key, parse(f"이름{key}")) for key in range(first, first + count)]


async def test_a_change_is_visible_when_it_returns():
    live = LiveIndex(Index.build([(1, parse("기아"))]))

    await live.add([(2, parse("애플"))])
    assert _keys(live, "기아 애플") == [1, 2]
    await live.remove([1])
    assert _keys(live, "기아 애플") == [2]
    await live.replace([(3, parse("기아"))])
    assert _keys(live, "기아 애플") == [3]


async def test_what_changes_during_a_rebuild_is_in_the_new_base_too():
    live = LiveIndex(Index.build(_many(2_000)))

    await live.add(_many(1_500, first=10_000))  # more than the delta should hold: a rebuild begins
    old = live.current
    await live.add([(50_000, parse("애플"))])
    await live.remove([0, 10_000])
    assert _keys(live, "애플 이름0 이름1 이름10000 이름10001") == [1, 10_001, 50_000]
    await live.settled()

    assert live.current is not old
    assert len(live.current.base) > 3_000
    assert _keys(live, "애플 이름0 이름1 이름10000 이름10001") == [1, 10_001, 50_000]


async def test_a_reader_keeps_its_snapshot():
    live = LiveIndex(Index.build([(1, parse("기아"))]))
    snapshot = live.current
    await live.remove([1])
    assert [found.key for found in match(snapshot, Text("기아")).found] == [1]


async def test_the_loop_goes_on_while_much_is_added():
    live = LiveIndex(Index.build(_many(8_000)))
    turns = Counter()

    async def tick():
        while True:
            turns["all"] += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    await live.add(_many(3_000, first=100_000))
    await live.settled()
    ticking.cancel()
    assert turns["all"] > 20
    assert len(live.current) == 11_000


async def test_closing_stops_a_rebuild_and_leaves_the_index_usable():
    live = LiveIndex(Index.build(_many(2_000)))
    await live.add(_many(1_500, first=10_000))
    await live.close()
    await live.close()
    await live.add([(50_000, parse("애플"))])
    assert _keys(live, "애플 이름1 이름10001") == [1, 10_001, 50_000]


async def test_settled_returns_at_once_when_nothing_is_rebuilt():
    live = LiveIndex(Index.build([]))
    await live.settled()
    assert len(live.current) == 0
