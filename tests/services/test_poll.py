"""What a poll leaves behind: notices once and only when written, why a page is missing, the name it is shown by."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import App, access_of, build, searched
from bot.core.errors import TryLater, UserMistake
from bot.core.message import from_json
from bot.services.poll import LEASE
from tests.conftest import Clock
from tests.fakes.site import Site, redirect, reply
from tests.scenarios.newsroom import Paper, settings_for
from tests.services.test_commands import Chat

HEAD = '<?xml version="1.0"?><rss version="2.0"><channel>'


def feed(*items: tuple[str, str], title: str = "") -> bytes:
    entries = "".join(f"<item><title>{name}</title><link>{link}</link></item>" for name, link in items)
    return f"{HEAD}{f'<title>{title}</title>' if title else ''}{entries}</channel></rss>".encode()


@dataclass
class Desk:
    """The bot and one site; `poll` reads what is due at once."""

    app: App
    clock: Clock
    site: Site

    async def poll(self, **later: float) -> None:
        self.clock.move(**later)
        await self.app.polling.poll_due()
        await self.app.polling.join()

    async def notices(self) -> list[str]:
        rows = [await self.app.store.outbox.get(number) for number in range(1, 30)]
        return [from_json(row.payload).text for row in rows if row is not None and row.ref_channel == "ops"]


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Desk]:
    settings = settings_for(tmp_path, sosik_admin_channel="console:local/ops")
    async with Site() as site, build(settings, out=Paper(), clock=clock) as app:
        site.pages["/robots.txt"] = reply(b"User-agent: *\nAllow: /\n")
        yield Desk(app, clock, site)


async def test_managers_hear_once_of_a_source_in_trouble_and_once_when_it_is_over(desk):
    await desk.app.store.sources.add(desk.site.url("/rss"), workspace="slack:T1", name="가람경제")
    for _ in range(9):
        await desk.poll(hours=7)
    failing = await desk.notices()
    desk.site.pages["/rss"] = reply(feed(("하나", "/1")))
    for _ in range(3):
        await desk.poll(hours=7)

    assert len(failing) == 1
    assert "여섯 시간 넘게 읽지 못하고" in failing[0]
    assert [re.sub(".*' ?", "", text) for text in (await desk.notices())[1:]] == ["를 다시 읽고 있습니다"]


async def test_what_could_not_be_written_is_told_to_nobody(desk):
    source = await desk.app.store.sources.add(desk.site.url("/rss"), workspace="slack:T1")
    (mine,) = await desk.app.store.sources.claim_due("me", lease=LEASE, limit=1)
    await desk.app.store.sources.change(
        source, fail_count=9, failing_since=desk.clock.now - timedelta(days=8), state="failing", lease_until=None
    )
    await desk.app.store.sources.claim_due("another", lease=LEASE, limit=1)

    await desk.app.polling.poll(mine)

    assert await desk.notices() == []


async def test_a_page_that_cannot_be_read_is_named_by_why(desk):
    chat = Chat(desk.app, desk.clock)
    desk.site.pages["/rss"] = reply(feed(("LG전자, 지난 소식", "/old")))
    await chat.say(f"출처 add {desk.site.url('/rss')}")
    await chat.say("구독 LG전자")
    desk.site.pages["/rss"] = reply(feed(("LG전자, 새 연구소", "/gone"), ("LG전자, 지난 소식", "/old")))

    await desk.poll(seconds=5)

    why = await desk.app.commands.press(chat.caller, "w1:why:2", "", chat.rights)
    assert not why.failed, why.message.text
    row = await desk.app.store.articles.told_by(2, chat.caller.channel)
    assert (row.article.body, row.page_error) == ("", "fetch.status")


async def test_a_source_without_any_name_is_called_by_its_masked_address(desk):
    await desk.app.store.sources.add(desk.site.url("/rss?key=secret"), workspace=None)
    desk.site.pages["/rss?key=secret"] = reply(feed(("하나", "/1")))

    await desk.poll()

    (source,) = await desk.app.store.sources.seen_by(None)
    assert source.name == desk.site.url("/rss?…")


async def test_the_marks_of_a_headline_are_kept_as_tags(desk):
    await desk.app.store.sources.add(desk.site.url("/rss"), workspace=None)
    desk.site.pages["/rss"] = reply(feed(("[단독] LG전자, 새 연구소", "/1"), ("[광고] 가전 행사", "/2")))

    await desk.poll()

    stored = await desk.app.store.articles.since(desk.clock.now - timedelta(days=1), limit=9)
    assert {told.article.tags for told in stored} == {("단독",), ("광고",)}


async def test_a_feed_that_moved_for_good_is_asked_at_its_new_address_after_three_sightings(desk):
    await desk.app.store.sources.add(desk.site.url("/rss"), workspace=None)
    desk.site.pages["/rss"] = redirect("/new", status=301)
    desk.site.pages["/new"] = reply(feed(("하나", "/1")))

    for _ in range(4):
        await desk.poll(hours=3)

    assert desk.site.paths().count("/rss") == 3
    assert (await desk.app.store.sources.seen_by(None))[0].url == desk.site.url("/new")


@pytest.mark.parametrize(
    ("more", "kinds"),
    [
        ({}, ()),
        ({"sosik_sources": "auto"}, ("google_news",)),
        ({"google_news_url": "http://127.0.0.1:9/rss"}, ("google_news",)),
        ({"naver_client_id": "n1"}, ()),
        ({"naver_client_id": "n1", "naver_client_secret": "n2"}, ("naver",)),
    ],
)
def test_what_follows_the_watches_is_a_matter_of_settings(tmp_path, more, kinds):
    settings = settings_for(tmp_path, **more)

    assert searched(settings) == kinds
    assert access_of(settings).naver_id == more.get("naver_client_id", "")


async def test_a_wrong_channel_for_operators_names_its_setting(tmp_path):
    with pytest.raises(UserMistake) as caught:
        async with build(settings_for(tmp_path, sosik_admin_channel="#ops")):
            pass

    assert (caught.value.key, caught.value.values["name"]) == ("settings.bad", "SOSIK_ADMIN_CHANNEL")


async def test_a_database_that_is_away_leaves_the_source_for_the_next_time(desk, monkeypatch):
    await desk.app.store.sources.add(desk.site.url("/rss"), workspace=None)

    async def away(*_: object) -> None:
        raise TryLater("database.away", detail="")

    monkeypatch.setattr(desk.app.store.sources, "finish_all", away)
    await desk.poll()
    monkeypatch.undo()
    desk.site.pages["/rss"] = reply(feed(("하나", "/1")))
    await desk.poll(hours=1)

    (source,) = await desk.app.store.sources.seen_by(None)
    assert (source.baselined, source.fail_count) == (True, 0)
