"""`sosik demo`: the main job on news that ships with the project, over real HTTP on loopback.

Nothing is played: the feeds are served by `bot/demo_site.py`, the watches are subscribed through the command layer that
people use, and the real clock, fetch, matcher, store and delivery run until every expected alert is out.
"""

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.status import Status

from bot.adapters.post import Post
from bot.app import App, build, running
from bot.core import compose
from bot.core.commands import Caller
from bot.core.compose import Voice
from bot.core.errors import UserMistake
from bot.core.matching import expression as expressions
from bot.core.message import Buttons, Byline, Chips, Excerpt, Headline, Message, from_json
from bot.core.news import ChannelRef, Platform
from bot.core.wording import say
from bot.demo_site import DemoSite, serve
from bot.gateways import Gateways, serving
from bot.observe import configure_logs
from bot.render import plain_text
from bot.render.html_page import Section, demo_page
from bot.render.html_parts import Reader
from bot.settings import Settings, load
from handlers.console_app import OperatorRights

CHANNEL = ChannelRef(Platform.CONSOLE, "local", "main")
_DEADLINE_SECONDS = 60.0
_SETTLE_SECONDS = 3.0  # after the republishing: long enough for two polls of every feed to say nothing


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as the demo saw it go out; `watches` as they were subscribed."""

    watches: tuple[str, ...]
    title: str
    url: str
    outlet: str
    published: datetime
    excerpt: str
    channel: str
    at: datetime

    def json(self) -> str:
        """One line of `--json` (contract §2)."""
        return json.dumps(
            {
                "watch": list(self.watches),
                "title": self.title,
                "url": self.url,
                "outlet": self.outlet,
                "published": self.published.isoformat(),
                "excerpt": self.excerpt,
                "channel": self.channel,
            },
            ensure_ascii=False,
        )


@dataclass(slots=True)
class Show:
    """What went out, and who waits for it.

    Attributes:
        posts: the alerts' messages, with when each went out.
        page: what the web page shows; empty until everything is out.
    """

    names: dict[str, str] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    posts: list[tuple[Message, datetime]] = field(default_factory=list)
    page: list[Section] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    told: Callable[[Alert], None] = lambda _: None

    def saw(self, post: Post) -> None:
        """Note an alert; other messages pass."""
        parts = post.message.parts
        headline = next((part for part in parts if isinstance(part, Headline)), None)
        chips = next((part for part in parts if isinstance(part, Chips)), None)
        byline = next((part for part in parts if isinstance(part, Byline)), None)
        if headline is None or chips is None or byline is None:
            return
        excerpt = next((part for part in parts if isinstance(part, Excerpt)), None)
        text = "".join(span.text for span in excerpt.spans) if excerpt else headline.title
        alert = Alert(
            watches=tuple(self.names.get(name, name) for name in chips.labels),
            title=headline.title,
            url=headline.url,
            outlet=byline.outlet,
            published=byline.when,
            excerpt=text,
            channel=str(post.channel),
            at=datetime.now(UTC),
        )
        self.alerts.append(alert)
        self.posts.append((post.message, alert.at))
        self.told(alert)
        self.changed.set()


async def run_demo(*, hold: bool, as_json: bool) -> int:
    """Run it; the exit code: 0 when exactly the expected alerts came."""
    configure_logs("error", "console")
    show = Show()
    if as_json:
        show.told = lambda alert: print(alert.json(), flush=True)  # noqa: T201 - this is the command's output
    site = DemoSite.build(datetime.now(UTC))
    async with AsyncExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="sosik-demo-", ignore_cleanup_errors=True))
        base = await stack.enter_async_context(serve(site))
        settings = _settings(Path(home), hold=hold)
        app = await stack.enter_async_context(build(settings, posted=show.saw, quiet=as_json))
        progress = stack.enter_context(_progress(settings.sosik_language))
        await _subscribe(app, site, base, show)
        await stack.enter_async_context(running(app, ("poll", "deliver")))
        page = await stack.enter_async_context(
            serving(app, settings, Gateways(), on=hold, home=lambda: _page(show, settings))
        )
        await app.workers.warm()
        right = await _play(app, site, show, progress)
        progress.stop()
        if not as_json:
            await _tell(app, show, settings.sosik_language)
        if hold:
            show.page = await _sections(app, show, settings.sosik_language)
            print(say("demo.held", settings.sosik_language, page=page or "–", news=base), file=sys.stderr, flush=True)  # noqa: T201 - as above
            await _until_stopped()
            return 0
    return 0 if right else 1


async def _until_stopped() -> None:
    """Until Ctrl+C or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


async def _page(show: Show, settings: Settings) -> str:
    reader = Reader(settings.sosik_language, settings.sosik_timezone, datetime.now(UTC))
    return demo_page(show.page, reader)


async def _sections(app: App, show: Show, language: str) -> list[Section]:
    """What the demo sent, as it stands now: cards are edited when more outlets carry a story."""
    cards = [(await _now(app, message), at) for message, at in show.posts]
    now = datetime.now(UTC)
    voice = Voice(language, app.settings.sosik_timezone)
    replies = []
    for key, line in (
        ("digest", "요약 지금"),
        ("search", "검색 LG전자"),
        ("trend", "추이 LG전자, SK하이닉스, 기아 7일"),
    ):
        reply = await app.commands.run_text(Caller(CHANNEL, "operator"), line, OperatorRights())
        replies.append(Section(say(f"page.demo.{key}", language), ((reply.message, now),)))
    rolled = compose.rollup([card for card, _ in cards], voice=voice)
    return [
        Section(say("page.demo.alerts", language), tuple(cards)),
        *replies,
        Section(say("page.demo.rollup", language), ((rolled, now),)),
    ]


async def _now(app: App, card: Message) -> Message:
    """The card as the outbox has it."""
    actions = [button.action for part in card.parts if isinstance(part, Buttons) for button in part.buttons]
    number = next((action.rpartition(":")[2] for action in actions if action), "")
    row = await app.store.outbox.get(int(number)) if number.isdecimal() else None
    return compose.addressed(from_json(row.payload), int(number)) if row is not None else card


def _settings(home: Path, *, hold: bool) -> Settings:
    """Loopback only, a database of its own, and the language of whoever runs it."""
    given = load()
    return load(
        environ={},
        sosik_home=home,
        database_url=f"sqlite:///{home / 'demo.db'}",
        sosik_sources="own",
        sosik_allowed_networks="127.0.0.0/8",
        sosik_allowed_ports="1024-65535",
        sosik_min_poll_seconds=1,
        sosik_language=given.sosik_language,
        sosik_timezone=given.sosik_timezone,
        sosik_http_port=given.sosik_http_port if hold else 0,
        slack_bot_token=None,
        slack_app_token=None,
        discord_bot_token=None,
    )


async def _subscribe(app: App, site: DemoSite, base: str, show: Show) -> None:
    caller, rights = Caller(CHANNEL, "operator", name="demo"), OperatorRights()
    lines = [f"출처 add {base}{outlet.path} {outlet.name}" for outlet in site.outlets]
    for watch in site.watches:
        show.names[expressions.parse(watch).name] = watch
        lines.append(f"구독 {watch}")
    for line in lines:
        reply = await app.commands.run_text(caller, line, rights)
        if reply.failed:
            raise UserMistake("demo.refused", line=line, why=reply.message.text)


async def _play(app: App, site: DemoSite, show: Show, progress: Status) -> bool:
    """Publish, wait for the alerts, republish, see that nothing more comes."""
    site.advance(datetime.now(UTC))
    app.wake("poll")
    language = app.settings.sosik_language
    expected = len(site.expected)
    try:
        async with asyncio.timeout(_DEADLINE_SECONDS):
            while len(show.alerts) < expected:
                progress.update(say("demo.waiting", language, count=len(show.alerts), all=expected))
                await show.changed.wait()
                show.changed.clear()
    except TimeoutError:
        return False
    site.republish(datetime.now(UTC))
    progress.update(say("demo.republished", language))
    await asyncio.sleep(_SETTLE_SECONDS)
    told = sorted((alert.title, alert.watches) for alert in show.alerts)
    return told == sorted((alert.title, alert.watches) for alert in site.expected)


async def _tell(app: App, show: Show, language: str) -> None:
    """The digest, then one line of figures."""
    reply = await app.commands.run_text(Caller(CHANNEL, "operator"), "요약 지금", OperatorRights())
    delays = sorted((alert.at - alert.published).total_seconds() for alert in show.alerts)
    line = say(
        "demo.figures",
        language,
        articles=await app.store.articles.count(),
        alerts=len(show.alerts),
        median=f"{delays[len(delays) // 2]:.1f}" if delays else "–",
        worst=f"{delays[-1]:.1f}" if delays else "–",
        lag=f"{app.lag.longest() * 1000:.0f}",
    )
    print(plain_text.render(reply.message), "", line, sep="\n", flush=True)  # noqa: T201 - the command's output


def _progress(language: str) -> Status:
    """A live line on a terminal, nothing elsewhere."""
    console = Console(stderr=True, quiet=not sys.stderr.isatty())
    return console.status(say("demo.starting", language))
