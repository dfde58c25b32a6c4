"""Managers hear once of a source in trouble and once when it is over; channels never do."""

import pytest

from bot.core.compose import Voice
from bot.core.errors import UserMistake
from bot.core.message import from_json
from bot.core.news import ChannelRef, Platform
from bot.core.polling import Notice
from bot.services.noticing import Noticing
from tests.builders import a_source

ADMIN = ChannelRef(Platform.SLACK, "T9", "C9")
DM = ChannelRef(Platform.SLACK, "T1", "D1")
FAILING = Notice("source.failing", {"name": "가람경제", "number": 3, "since": None, "error": "fetch.status"})


async def dm_of(channel, user):
    assert (channel.home, user) == ("slack:T1", "U1")
    return DM


async def closed(channel, user):
    raise UserMistake("me.not_here")


def noticing(store, *, admin=None, direct=dm_of):
    return Noticing(store, Voice(), admin, direct, lambda: None)


async def told(store):
    rows = [await store.outbox.get(number) for number in range(1, 9)]
    return [(row.ref_channel, from_json(row.payload).text) for row in rows if row is not None]


async def test_the_operators_channel_hears_of_every_source(store):
    await noticing(store, admin=ADMIN).tell(a_source(workspace="slack:T1", added_by="U1"), FAILING)

    assert await told(store) == [("C9", "출처 #3 '가람경제'를 여섯 시간 넘게 읽지 못하고 있습니다. 계속 시도합니다")]


@pytest.mark.parametrize(("workspace", "who"), [("slack:T1", "U1"), (None, "slack:T1/U1")])
async def test_else_whoever_added_it_gets_a_direct_message(store, workspace, who):
    await noticing(store).tell(a_source(workspace=workspace, added_by=who), FAILING)

    assert [channel for channel, _ in await told(store)] == ["D1"]


@pytest.mark.parametrize(("workspace", "who"), [(None, ""), ("slack:T1", "")])
async def test_a_source_that_nobody_added_has_nobody_to_tell(store, workspace, who):
    await noticing(store).tell(a_source(workspace=workspace, added_by=who), FAILING)

    assert await told(store) == []


async def test_a_closed_direct_message_stops_no_poll(store):
    await noticing(store, direct=closed).tell(a_source(workspace="slack:T1", added_by="U1"), FAILING)

    assert await told(store) == []


async def test_all_searches_of_a_service_are_one_incident(store):
    tell = noticing(store, admin=ADMIN).tell
    searches = [a_source(f"naver:회사{number}", kind="naver", number=0) for number in range(3)]
    for kind in ("source.failing", "source.dead", "source.quiet", "source.recovered", "source.speaks_again"):
        for search in searches:
            await tell(search, Notice(kind, {}))

    assert [text for _, text in await told(store)] == [
        "네이버 뉴스 검색을 여섯 시간 넘게 읽지 못하고 있습니다. 계속 시도합니다",
        "네이버 뉴스 검색을 다시 읽고 있습니다",
    ]
