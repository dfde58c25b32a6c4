from datetime import date, timedelta

import pytest

from bot.adapters.store.sources import NewSource
from bot.core.errors import UserMistake
from bot.core.news import ChannelRef, Platform, SourceState
from bot.core.polling import first_polls

KINDS = ("naver", "google_news")
DUE = dict.fromkeys(KINDS, lambda count, now: [now] * count)
TODAY = date(2026, 11, 25)


def due(count, now):
    return first_polls(count, now=now)


async def follow(store, **wanted):
    return await store.sources.follow(
        KINDS, {f"{kind}:{word}": kind for kind, words in wanted.items() for word in words}, zone="Asia/Seoul", due=DUE
    )


async def searched(store):
    return [each.url for each in await store.sources.searches(KINDS)]


async def test_a_list_is_added_once_for_everybody_and_first_due_times_are_spread(store, clock):
    wanted = [NewSource(f"https://n.example/{number}", name=f"가람 {number}") for number in range(60)]

    made = await store.sources.add_all(wanted, zone="Asia/Seoul", due=due)
    again = await store.sources.add_all([*wanted, wanted[0]], zone="Asia/Seoul", due=due)

    assert (len(made), again) == (60, ())
    assert [each.number for each in made] == list(range(1, 61))
    assert {each.workspace for each in made} == {None}
    assert (made[0].next_poll_at, made[59].next_poll_at) == (clock.now, clock.now + timedelta(seconds=59))


async def test_only_an_empty_database_gets_its_first_sources(store):
    own = await store.sources.add("https://n.example/own", workspace="slack:T1")

    assert await store.sources.add_all([NewSource("https://n.example/1")], zone="UTC", due=due, only_first=True) == ()
    await store.sources.remove(own)
    assert await store.sources.add_all([NewSource("https://n.example/1")], zone="UTC", due=due, only_first=True) != ()


async def test_a_paused_source_may_be_added_paused(store):
    wanted = [NewSource("https://n.example/1", state=SourceState.PAUSED)]

    (made,) = await store.sources.add_all(wanted, zone="UTC", due=due)

    assert made.state is SourceState.PAUSED


async def test_searches_come_and_go_with_what_is_wanted_and_nobody_sees_them_in_lists(store):
    assert await follow(store, naver=["LG전자", "기아"], google_news=["LG전자"]) == (3, 0)
    assert await follow(store, naver=["LG전자", "기아"], google_news=["LG전자"]) == (0, 0)
    assert await follow(store, naver=["LG전자"]) == (0, 2)

    assert await searched(store) == ["naver:LG전자"]
    assert await store.sources.seen_by(None) == ()
    with pytest.raises(UserMistake):
        await store.sources.get(0, workspace=None)


async def test_a_search_that_somebody_added_stays_when_no_watch_wants_it(store):
    await store.sources.add("naver:한화", kind="naver", workspace="slack:T1")
    await follow(store, naver=["한화"])

    await follow(store)

    (left,) = await store.sources.searches(KINDS)
    assert left.workspace == "slack:T1"


async def test_a_search_that_goes_while_it_is_read_writes_nothing(store):
    await follow(store, naver=["LG전자"])
    (claimed,) = await store.sources.claim_due("me", lease=timedelta(seconds=30), limit=9)
    await follow(store)

    assert not await store.sources.finish(claimed, {"fail_count": 1})


async def test_a_days_calls_are_counted_for_all_and_end(store):
    taken = [await store.sources.spend("naver", TODAY, most=2) for _ in range(3)]
    spent = await store.sources.spent("naver", TODAY)
    tomorrow = await store.sources.spend("naver", TODAY + timedelta(days=1), most=2)

    assert taken == [True, True, False]
    assert (spent, tomorrow) == (2, True)
    assert await store.sources.spent("naver", TODAY) == 0  # only today's row is kept


async def test_an_incident_begins_and_ends_once(store):
    told = [await store.sources.incident("naver", begins=begins) for begins in (False, True, True, False, False, True)]

    assert told == [False, True, False, True, False, True]


async def test_strangers_share_an_install_when_one_platform_has_two_workspaces(store):
    async def meets(*channels):
        for platform, workspace in channels:
            await store.channels.settings(ChannelRef(platform, workspace, "C"))
        return await store.sources.several_workspaces()

    assert not await meets((Platform.SLACK, "T1"), (Platform.DISCORD, "1"), (Platform.DISCORD, "@me"))
    assert not await meets((Platform.CONSOLE, "local"), (Platform.CONSOLE, "other"))
    assert await meets((Platform.SLACK, "T2"))
    await store.channels.set_workspace(Platform.SLACK, "T2", "gone")
    assert not await store.sources.several_workspaces()


async def test_a_workspace_may_have_so_many_sources_and_no_more(store):
    await store.sources.add("https://n.example/1", workspace="slack:T1", most=1)

    with pytest.raises(UserMistake) as caught:
        await store.sources.add("https://n.example/2", workspace="slack:T1", most=1)

    assert (caught.value.key, caught.value.values) == ("source.quota", {"most": 1})
    await store.sources.add("https://n.example/2", workspace="slack:T2", most=1)


async def test_many_polls_end_in_one_transaction_and_those_that_lost_their_lease_write_nothing(store, clock):
    made = await store.sources.add_all([NewSource(f"https://n.example/{n}") for n in range(3)], zone="UTC", due=due)
    claimed = await store.sources.claim_due("me", lease=timedelta(seconds=30), limit=9)
    clock.move(seconds=31)
    (lost,) = await store.sources.claim_due("another", lease=timedelta(seconds=30), limit=1)
    plain = {each.id: (lambda now: {"next_poll_at": now + timedelta(hours=1)}) for each in made}
    plain[made[2].id] = lambda now: {"next_poll_at": now, "last_error": ["fetch.status", {}]}

    kept = await store.sources.finish_all([(each, plain[each.id]) for each in claimed])

    after = {each.id: each for each in await store.sources.seen_by(None)}
    assert dict(zip((each.id for each in claimed), kept, strict=True)) == {each.id: each.id != lost.id for each in made}
    assert [after[each.id].last_error for each in made] == [None, None, "fetch.status"]
    ended = [each for each in made[:2] if each.id != lost.id]
    assert [after[each.id].next_poll_at for each in ended] == [clock.now + timedelta(hours=1)] * len(ended)
    assert after[made[2].id].checked_at == clock.now
