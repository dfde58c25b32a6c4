"""A news site on loopback and the whole bot beside it, for scenarios."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

from bot.app import App, build, running
from bot.core.commands import Caller
from bot.core.news import ChannelRef, Platform
from bot.gateways import Gateways, connect
from bot.render import plain_text
from bot.settings import Settings, load
from handlers.console_app import OperatorRights
from tests.fakes.site import Site, reply

CONSOLE = ChannelRef(Platform.CONSOLE, "local", "main")
FEED = "/rss.xml"
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Item:
    """One article of the site."""

    name: str
    title: str
    summary: str = ""
    body: str = ""
    guid: str = ""
    date: datetime | None = None


@dataclass
class Newsroom:
    """Serves one RSS feed with its pages."""

    site: Site
    items: list[Item] = field(default_factory=list)

    @property
    def feed(self) -> str:
        return self.site.url(FEED)

    def publish(self, *items: Item) -> None:
        """These stand at the head of the feed from now on."""
        self.items = [*items, *self.items]
        self.show()

    def show(self) -> None:
        self.site.pages[FEED] = reply(self._rss(), headers={"Content-Type": "application/rss+xml"})
        for item in self.items:
            headers = {"Content-Type": "text/html; charset=utf-8"}
            self.site.pages[f"/a/{item.name}"] = reply(_page(item).encode(), headers=headers)

    def link(self, name: str) -> str:
        return self.site.url(f"/a/{name}")

    async def polled(self, times: int = 2) -> None:
        """Wait until the feed was asked for so many times more."""
        asked = self.site.paths().count(FEED)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.site.paths().count(FEED) < asked + times:
                await self.site.has_seen(len(self.site.seen) + 1)

    def _rss(self) -> bytes:
        entries = "".join(
            f"<item><title>{escape(item.title)}</title><link>{self.link(item.name)}</link>"
            f"<guid>{item.guid or item.name}</guid><description>{escape(item.summary)}</description>"
            f"<pubDate>{format_datetime(item.date or datetime.now(UTC))}</pubDate></item>"
            for item in self.items
        )
        head = '<?xml version="1.0"?><rss version="2.0"><channel><title>가람경제</title>'
        return f"{head}{entries}</channel></rss>".encode()


def _page(item: Item) -> str:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in item.body.split("\n"))
    others = "".join(f'<li><a href="/x/{name}">{name}, 새 소식</a></li>' for name in ("케이뱅크", "BYD"))
    return (
        f'<!doctype html><html lang="ko"><head><title>{escape(item.title)}</title></head><body>'
        f"<article><h1>{escape(item.title)}</h1>{paragraphs}</article>"
        f"<aside><h2>랭킹 뉴스</h2><ul>{others}</ul></aside></body></html>"
    )


@asynccontextmanager
async def newsroom(*items: Item) -> AsyncIterator[Newsroom]:
    async with Site() as site:
        site.pages["/robots.txt"] = reply(b"User-agent: *\nAllow: /\n")
        room = Newsroom(site, list(items))
        room.show()
        yield room


def settings_for(home: Path, **more: Any) -> Settings:
    """Settings of a bot that reaches loopback only and asks nobody but whom the test names."""
    values: dict[str, Any] = {
        "sosik_home": home,
        "database_url": f"sqlite:///{home / 'sosik.db'}",
        "sosik_sources": "own",
        "sosik_allowed_networks": "127.0.0.0/8",
        "sosik_allowed_ports": "1024-65535",
        "sosik_min_poll_seconds": 1,
        "sosik_lease_seconds": 3,
        "sosik_post_timeout_seconds": 2,
        "sosik_http_port": 0,
        **more,
    }
    return load(environ={}, **values)


class Paper(io.StringIO):
    """Standard output that one can wait at."""

    def __init__(self) -> None:
        super().__init__()
        self._written = asyncio.Event()

    def write(self, text: str) -> int:
        self._written.set()
        return super().write(text)

    async def until(self, holds: Callable[[str], bool]) -> str:
        """Wait until what was written makes `holds` true."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds(self.getvalue()):
                self._written.clear()
                await self._written.wait()
        return self.getvalue()


@dataclass
class Bot:
    """The running bot."""

    app: App
    out: Paper
    gateways: Gateways

    async def say(self, line: str, channel: ChannelRef = CONSOLE) -> str:
        """Run a command as the operator; the answer as text."""
        answer = await self.app.commands.run_text(Caller(channel, "operator", name="민지"), line, OperatorRights())
        assert not answer.failed, answer.message.text
        return plain_text.render(answer.message)


@asynccontextmanager
async def bot(home: Path, *, listening: bool = True, **more: Any) -> AsyncIterator[Bot]:
    """`sosik run`, in this process."""
    settings = settings_for(home, **more)
    out = Paper()
    async with (
        build(settings, out=out) as app,
        running(app, ("poll", "deliver", "gateway")),
        connect(app, settings, listening=listening) as gateways,
    ):
        await app.workers.warm()  # a page that comes within two seconds is what these scenarios are about
        yield Bot(app, out, gateways)
