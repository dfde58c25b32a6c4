"""Sources from chat: the catalogue, pages that name feeds, list pages, searches, and who may change what."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import build
from bot.core.commands import Standing
from bot.core.message import Buttons
from bot.core.news import ChannelRef, Platform
from bot.services.poll import LEASE
from bot.services.sourcing import OWN_SOURCES, Place, export_feeds, import_feeds, place_of
from bot.sources.opml import OpmlFeed
from tests.conftest import Clock
from tests.fakes.site import Site, reply
from tests.scenarios.newsroom import Item, Paper, newsroom, settings_for
from tests.services.test_commands import HERE, Chat

HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
async def chat(tmp_path: Path, clock: Clock) -> AsyncIterator[Chat]:
    async with build(settings_for(tmp_path), out=Paper(), clock=clock) as app:
        yield Chat(app, clock)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as opened:
        opened.pages["/robots.txt"] = reply(b"User-agent: *\nAllow: /\n")
        yield opened


def labels(answer):
    return [each.label for part in answer.message.parts if isinstance(part, Buttons) for each in part.buttons]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("https://n.example/rss", Place("https://n.example/rss")),
        ("n.example/rss", Place("https://n.example/rss")),
        ("localhost:8000", Place("https://localhost:8000")),
        ("https://n.example/#item=ul li&title=b", Place("https://n.example/#item=ul li&title=b", "page")),
        ("hackernews:AI agents", Place("hackernews:AI agents", "hackernews")),
        ("GDELT: LG", Place("gdelt:LG", "gdelt")),
        ("naver://LG", Place("naver://LG")),
        ("매일경제", None),
        ("연합뉴스/경제", None),
    ],
)
def test_addresses_searches_and_names_are_told_apart(text, place):
    assert place_of(text) == place


async def test_an_outlet_of_the_catalogue_is_switched_on_by_name_for_everybody(chat):
    told = await chat.say("출처 add 연합뉴스/경제")
    more = await chat.say("출처 add 경제")
    await chat.say("출처 add 연합뉴스")
    again = await chat.refused("출처 add 연합뉴스")

    sources = await chat.app.store.sources.seen_by("discord:9")
    assert told == "출처 1개를 켰어요: #1 연합뉴스 경제. 지난 글은 올리지 않아요"
    assert "외" in more
    assert "이미 켜져 있어요" in again
    assert (sources[0].name, sources[0].workspace, sources[0].added_by) == ("연합뉴스 경제", None, "slack:T1/U1")


async def test_a_name_that_is_nearly_right_gets_the_right_one_as_a_button(chat):
    reply = await chat.ask("출처 add 연합뉴")

    assert reply.failed
    assert "혹시 '연합뉴스'인가요?" in reply.message.text
    assert "켰어요" in (await chat.press(reply, "연합뉴스")).message.text


@pytest.mark.parametrize(("line", "said"), [("출처 add", "매체 이름"), ("출처 add 없는것", "출처 목록에 없는")])
async def test_a_name_that_is_none_is_refused(chat, line, said):
    assert said in await chat.refused(line)


async def test_a_home_page_offers_the_feeds_that_it_names(chat):
    async with newsroom(Item("old", "지난 소식")) as room:
        head = '<link rel="alternate" type="application/rss+xml" href="/rss.xml?token=secret">'
        room.site.pages["/"] = reply(f"<html><head>{head}</head><body>홈</body></html>".encode(), headers=HTML)
        room.site.pages["/rss.xml?token=secret"] = room.site.pages["/rss.xml"]
        offer = await chat.ask(f"출처 add {room.site.url()}")
        added = await chat.press(offer, f"{room.feed}?…")
        listed = await chat.say("출처 list")

    assert offer.failed
    assert offer.message.text.startswith("피드가 아니에요. 이 주소는 어때요?")
    assert "#1 가람경제" in added.message.text
    assert "secret" not in listed


async def test_a_page_without_feeds_is_offered_as_a_list_of_headlines(chat, site):
    links = "".join(f'<li><a href="/news/{number}2345">가람에서 새 소식이 왔다 {number}</a></li>' for number in (1, 2))
    site.pages["/"] = reply(f"<html><body><ul>{links}</ul></body></html>".encode(), headers=HTML)

    offer = await chat.ask(f"출처 add {site.url()} 가람 보도자료")
    added = await chat.press(offer, "이 페이지의 제목들 읽기")

    assert "#1 가람 보도자료 – 최근 글 2건" in added.message.text
    assert (await chat.app.store.sources.get(1, workspace=None)).kind == "page"


async def test_a_list_page_is_read_by_its_selectors(chat, site):
    rows = "".join(f'<div class="row"><a href="/b/{number}">공지 {number}</a></div>' for number in range(3))
    site.pages["/board"] = reply(f"<html><title>게시판</title>{rows}</html>".encode(), headers=HTML)

    assert "#1 게시판 – 최근 글 3건" in await chat.say(f"출처 add {site.url('/board')}#item=div.row&link=a")
    assert "CSS 선택자" in await chat.refused(f"출처 add {site.url('/board')}#item=div..row&link=a")


async def test_a_search_can_be_added_and_naver_needs_its_keys(chat):
    assert "NAVER_CLIENT_ID" in await chat.refused("출처 add naver:LG전자")


async def test_an_address_is_never_shown_with_its_query(chat, site):
    feed = (
        b'<?xml version="1.0"?><rss version="2.0"><channel><item><title>a</title><link>/a</link></item></channel></rss>'
    )
    site.pages["/rss?key=secret"] = reply(feed)

    told = await chat.say(f"출처 add {site.url('/rss?key=secret')}")

    assert "?…" in told
    assert "secret" not in told + await chat.say("출처 list") + await chat.say("출처 pause 1")


async def test_a_source_that_watches_live_on_is_removed_only_when_confirmed(chat):
    async with newsroom(Item("old", "지난 소식")) as room:
        await chat.say(f"출처 add {room.feed}")
        await chat.say("구독 LG전자")
        await chat.say("구독 한화")

        asked = await chat.ask("출처 remove 1")
        kept = await chat.say("출처 list")
        gone = await chat.press(asked, "지우기")

    assert asked.message.text == "이 출처만 보는 감시가 2개 있어요. 그래도 지울까요?"
    assert "#1" in kept
    assert "지웠어요" in gone.message.text


async def test_watches_of_an_outlet_live_on_the_source_that_brings_it(chat):
    await chat.say("출처 add 연합뉴스/경제")
    await chat.say("출처 add 매일경제")
    await chat.say("구독 LG전자 매체:연합뉴스")
    await chat.say("구독 한화")

    assert "1개 있어요" in await chat.say("출처 remove 1")
    await chat.app.store.sources.add("hackernews:LG", kind="hackernews", workspace=None)
    assert "지웠어요" in await chat.say("출처 remove 1")


async def test_a_source_of_all_workspaces_is_the_operators_where_strangers_share_the_install(chat):
    await chat.say("출처 add 연합뉴스/경제")
    await chat.app.store.channels.settings(ChannelRef(Platform.SLACK, "T2", "C1"))

    assert "운영자만" in await chat.refused("출처 remove 1")
    chat.rights.is_ = Standing.OPERATOR
    assert "쉽니다" in await chat.say("출처 pause 1")
    assert "다시 읽어요" in await chat.say("출처 resume 1")


async def test_strangers_have_a_number_of_sources_each(chat):
    await chat.app.store.channels.settings(ChannelRef(Platform.SLACK, "T2", "C1"))
    for number in range(OWN_SOURCES):
        await chat.app.store.sources.add(f"https://n.example/{number}", workspace=HERE.home)
    async with newsroom(Item("old", "지난 소식")) as room:
        assert f"출처 한도 {OWN_SOURCES}개에 닿았어요" in await chat.refused(f"출처 add {room.feed}")
        other = replace(HERE, workspace="T2")
        assert "최근 글 1건" in await chat.say(f"출처 add {room.feed}", channel=other)


async def test_a_busy_source_is_not_read_twice_at_a_time(chat):
    async with newsroom(Item("old", "지난 소식")) as room:
        await chat.say(f"출처 add {room.feed}")
        chat.clock.move(seconds=2)
        await chat.app.store.sources.claim_due("another", lease=LEASE, limit=1, only=[1])

        assert "지금 읽고 있어요" in await chat.refused("출처 check 1")


async def test_opml_goes_in_once_and_comes_out_whole(store):
    feeds = [OpmlFeed("https://n.example/1", "가람"), OpmlFeed("https://n.example/2")]
    await store.sources.add("hackernews:AI", kind="hackernews", workspace="slack:T1")

    counts = [await import_feeds(store, feeds, zone="Asia/Seoul") for _ in range(2)]

    assert counts == [2, 0]
    assert await export_feeds(store) == tuple(feeds)
