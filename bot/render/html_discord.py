"""A payload for Discord as Discord shows it, in HTML.

Input is what leaves for Discord, never a Message. Its markdown is read as far as this bot writes it, after the same
rules: a sign behind a backslash is itself (`discord_text`). What is not known is refused.
"""

import base64
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from bot.core.wording import say
from bot.render import discord_limits as limits
from bot.render.html_parts import EMPTY, Reader, clock, day, element, joined, link, menu, moment, picture, time

Json = Mapping[str, Any]

_INLINE = re.compile(
    r"\\(?P<sign>[^0-9A-Za-z\s])"
    r"|`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>(?:\\.|[^*\\\n])+)\*\*"
    r"|\[(?P<label>[^\[\]\n]+)\]\((?P<url>https?://[^\s()]+)\)"
    r"|<t:(?P<stamp>-?\d{1,15})(?::[A-Za-z])?>"
    r"|<@&(?P<role>\d+)>"
    r"|<(?P<bare>https?://[^\s<>]+)>"
)
_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_SMALL = "-# "
_BUTTONS = {1: "primary", 2: "secondary", 3: "success", 4: "danger"}
_NONE: Mapping[str, bytes] = MappingProxyType({})


def message(payload: Json, *, reader: Reader, at: datetime, files: Mapping[str, bytes] = _NONE) -> Markup:
    """A message with its sender, as it stands in a channel.

    Args:
        payload: `content`, `embeds`, `components`, `attachments`.
        reader: whose zone and language the client has.
        at: when it was posted.
        files: the PNGs that go with it, by name.

    Raises:
        ValueError: a component that this page does not know.
    """
    page = _Page(reader, payload, files)
    content = str(payload.get("content") or "")
    body = [page.text(content, "content")] if content else []
    body += [page.embed(embed) for embed in payload.get("embeds") or ()]
    body += [_row(row) for row in payload.get("components") or ()]
    name = element("span", say("page.bot", reader.language), class_="name")
    badge = element("span", say("page.app", reader.language), class_="badge")
    stamp = time(at, reader, f"{day(at, reader)} {clock(at, reader)}")
    head = element("div", joined((name, badge, stamp), " "), class_="sender")
    avatar = element("div", "소", class_="avatar", aria_hidden="true")
    return element("article", avatar, element("div", head, *body, class_="body"), class_="message discord")


class _Page:
    def __init__(self, reader: Reader, payload: Json, files: Mapping[str, bytes]) -> None:
        self._reader = reader
        self._files = files
        self._alts = {each["filename"]: each.get("description", "") for each in payload.get("attachments") or ()}

    def text(self, text: str, class_: str) -> Markup:
        """Markdown of several lines."""
        pieces, at = [EMPTY], 0
        for found in _FENCE.finditer(text):
            pieces += [*self._lines(text[at : found.start()].removesuffix("\n")), element("pre", found[1])]
            at = found.end()
        rest = text[at:].removeprefix("\n") if at else text
        return element("div", *pieces, *self._lines(rest), class_=class_)

    def embed(self, embed: Json) -> Markup:
        inside = []
        if "author" in embed:
            inside.append(element("p", embed["author"]["name"], class_="author"))
        if "title" in embed:
            title = self._inline(embed["title"], plain=True)
            inside.append(element("h4", link(embed["url"], title) if "url" in embed else title))
        if "description" in embed:
            inside.append(self.text(embed["description"], "description"))
        if "image" in embed:
            inside.append(self._image(embed["image"]["url"]))
        inside.append(self._footer(embed))
        return element("div", *inside, class_="embed")

    def _footer(self, embed: Json) -> Markup:
        pieces: list[str] = [embed["footer"]["text"]] if "footer" in embed else []
        if "timestamp" in embed:
            when = datetime.fromisoformat(embed["timestamp"])
            pieces.append(time(when, self._reader, f"{day(when, self._reader)} {clock(when, self._reader)}"))
        return element("p", joined(pieces, " • "), class_="footer") if pieces else EMPTY

    def _image(self, url: str) -> Markup:
        """A picture of ours; one from elsewhere is not fetched but told by its words."""
        name = url.removeprefix("attachment://")
        data = base64.b64encode(self._files.get(name, b"")).decode()
        return picture(data, self._alts.get(name, name))

    def _lines(self, text: str) -> Iterable[Markup]:
        for line in text.split("\n") if text else ():
            if line.startswith(_SMALL):
                yield element("p", element("small", self._inline(line.removeprefix(_SMALL))))
            else:
                yield element("p", self._inline(line)) if line else element("p", class_="blank")

    def _inline(self, text: str, *, plain: bool = False) -> Markup:
        """One line. `plain`: it stands in a link already, so no link is made of it."""
        pieces, at = [EMPTY], 0
        for found in _INLINE.finditer(text):
            pieces += [Markup.escape(text[at : found.start()]), self._token(found, plain=plain)]
            at = found.end()
        return joined([*pieces, Markup.escape(text[at:])])

    def _token(self, found: re.Match[str], *, plain: bool) -> Markup:
        kind, value = found.lastgroup, found[found.lastgroup or 0]
        match kind:
            case "sign":
                return Markup.escape(value)
            case "code":
                return element("code", value)
            case "bold":
                return element("strong", self._inline(value, plain=plain))
            case "stamp":
                when = moment(int(value))
                shown = when and f"{day(when, self._reader, near=False)} {clock(when, self._reader)}"
                return time(when, self._reader, shown) if when and shown else Markup.escape(found[0])
            case "role":
                return element("span", f"@{value}", class_="mention")
        label = found["label"] or value
        return Markup.escape(label) if plain else link(value, label)


def _row(row: Json) -> Markup:
    if row["type"] != limits.ROW:
        raise ValueError(f"a component of type {row['type']!r}")
    return element("div", *(_control(each) for each in row["components"]), class_="controls")


def _control(control: Json) -> Markup:
    if control["type"] == limits.SELECT:
        return menu(control["placeholder"], (each["label"] for each in control["options"]))
    if control["type"] != limits.BUTTON:
        raise ValueError(f"a control of type {control['type']!r}")
    if control["style"] == limits.LINK_STYLE:
        outside = element("span", " ↗", aria_hidden="true")
        return link(control["url"], control["label"], outside, class_="button secondary")
    style = f"button {_BUTTONS[control['style']]}"
    return element("button", control["label"], class_=style, type="button", disabled="")
