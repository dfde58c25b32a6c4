"""The web pages: the bot's status, and messages as Slack and Discord show them.

Pages name no channel, keyword, workspace or source: whoever reaches the port may read them (facts/security.md §6).
They run no script and fetch nothing; `CONTENT_SECURITY_POLICY` says so to the browser.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Final

from markupsafe import Markup

from bot.core.message import Image, Message
from bot.core.news import Platform, SourceState
from bot.core.wording import say
from bot.render import discord_embeds, html_discord, html_slack, slack_blocks
from bot.render.html_parts import Reader, clock, day, element, joined, time
from bot.render.html_style import STYLE

LATE: Final = timedelta(minutes=5)  # facts/security.md §6: the oldest waiting alert is worth a word


@dataclass(frozen=True, slots=True)
class Status:
    """What the status page tells.

    Attributes:
        reachable: whether the database answered; if not, what it knows is left out.
        platforms: those that are configured, and whether each is connected.
        sources: how many there are by state.
        oldest: since when the oldest waiting delivery waits.
        lag: the longest stall of the event loop lately.
    """

    version: str
    reachable: bool = True
    platforms: Mapping[Platform, bool] = field(default_factory=dict)
    sources: Mapping[SourceState, int] = field(default_factory=dict)
    pending: int = 0
    held: int = 0
    dead: int = 0
    oldest: datetime | None = None
    last_sent: datetime | None = None
    lag: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Section:
    """Messages of one sort, with when each was posted."""

    heading: str
    messages: tuple[tuple[Message, datetime], ...]


@lru_cache(maxsize=1)
def content_security_policy() -> str:
    """Nothing but our style sheet and pictures that stand in the page."""
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def status_page(status: Status, reader: Reader) -> str:
    """Is it well, and what does it do?"""
    language = reader.language
    troubles = _troubles(status, reader)
    verdict = say("page.trouble" if troubles else "page.well", language)
    parts = [element("p", verdict, class_=f"verdict {'trouble' if troubles else 'well'}")]
    if troubles:
        parts.append(element("ul", *(element("li", each) for each in troubles)))
    lag = say("page.milliseconds", language, count=f"{status.lag.total_seconds() * 1000:.0f}")
    general = [("page.version", status.version), ("page.now", _moment(reader.now, reader)), ("page.lag", lag)]
    parts += [_heading("page.general", reader), _facts([(say(key, language), value) for key, value in general])]
    parts += [_heading("page.platforms", reader), _platforms(status, reader)]
    if status.reachable:
        parts += [_heading("page.sources", reader), _sources(status, reader)]
        parts += [_heading("page.queue", reader), _queue(status, reader)]
    places = (element("a", name, href=name, class_="link") for name in ("/healthz", "/readyz", "/metrics"))
    parts += [_heading("page.more", reader), element("p", joined(places, " · "))]
    return document(say("page.status", language), parts, language=language)


def demo_page(sections: Sequence[Section], reader: Reader) -> str:
    """Each message as Slack and as Discord shows it, side by side."""
    parts = [element("p", say("page.demo.about" if sections else "page.demo.playing", reader.language))]
    for section in sections:
        parts.append(element("h2", section.heading))
        parts += [side_by_side(message, reader=reader, at=at) for message, at in section.messages]
    return document(say("page.demo", reader.language), parts, language=reader.language)


def side_by_side(message: Message, *, reader: Reader, at: datetime) -> Markup:
    """One message on both platforms: the payloads are the ones that would be sent."""
    ours = {f"F{number}": part.data for number, part in enumerate(_pictures(message))}
    slack = html_slack.message(slack_blocks.render(message, files=tuple(ours)), reader=reader, at=at, images=ours)
    sent = discord_embeds.render(message)
    discord = html_discord.message(sent.body, reader=reader, at=at, files=dict(sent.files))
    return element(
        "div",
        element("section", element("h3", "Slack"), slack, class_="side"),
        element("section", element("h3", "Discord"), discord, class_="side"),
        class_="pair",
    )


def document(title: str, parts: Sequence[str], *, language: str) -> str:
    """A whole page; signs that no encoding knows are replaced."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("link", rel="icon", href="data:,"),  # or the browser asks for /favicon.ico
        element("style", Markup(STYLE)),  # noqa: S704 - a constant of ours, not escaped so that its hash fits
    )
    body = element("body", element("main", element("h1", title), *parts))
    page = f"<!doctype html>{element('html', head, body, lang=language)}\n"
    return page.encode("utf-8", "replace").decode()


def _troubles(status: Status, reader: Reader) -> list[str]:
    language = reader.language
    found = []
    if not status.reachable:
        found.append(say("page.database", language))
    found += [
        f"{name.capitalize()}: {say('page.not_connected', language)}" for name, up in status.platforms.items() if not up
    ]
    if status.dead:
        found.append(say("page.dead", language, count=status.dead))
    if status.oldest is not None and reader.now - status.oldest > LATE:
        found.append(say("page.late", language, minutes=int(LATE.total_seconds() // 60)))
    return found


def _platforms(status: Status, reader: Reader) -> Markup:
    language = reader.language
    if not status.platforms:
        return element("p", say("page.no_platform", language))
    rows = [
        (name.capitalize(), say("page.connected" if up else "page.not_connected", language))
        for name, up in status.platforms.items()
    ]
    return _facts(rows, header=(say("page.platform", language), say("page.connection", language)))


def _sources(status: Status, reader: Reader) -> Markup:
    language = reader.language
    rows = [(say(f"source.state.{state}", language), str(status.sources.get(state, 0))) for state in SourceState]
    rows.append((say("page.all", language), str(sum(status.sources.values()))))
    return _facts(rows, header=(say("page.state", language), say("page.count", language)))


def _queue(status: Status, reader: Reader) -> Markup:
    language = reader.language
    rows = [
        ("page.pending", str(status.pending)),
        ("page.held", str(status.held)),
        ("page.failed", str(status.dead)),
        ("page.oldest", _moment(status.oldest, reader)),
        ("page.last_sent", _moment(status.last_sent, reader)),
    ]
    return _facts([(say(key, language), value) for key, value in rows])


def _moment(when: datetime | None, reader: Reader) -> str:
    if when is None:
        return say("page.nothing", reader.language)
    return time(when, reader, f"{day(when, reader)} {clock(when, reader)}")


def _facts(rows: Sequence[tuple[str, str]], *, header: Sequence[str] = ()) -> Markup:
    head = element("tr", *(element("th", cell, scope="col") for cell in header))
    body = (element("tr", element("th", name, scope="row"), element("td", value)) for name, value in rows)
    return element("table", *([element("thead", head)] if header else []), element("tbody", *body), class_="facts")


def _heading(key: str, reader: Reader) -> Markup:
    return element("h2", say(key, reader.language))


def _pictures(message: Message) -> list[Image]:
    """Pictures of ours, in the order in which the Slack renderer asks for their ids."""
    return [
        part
        for part in message.parts
        if isinstance(part, Image) and part.data and not slack_blocks.web_address(part.url)
    ]
