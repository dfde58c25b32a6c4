"""A payload for Slack as Slack shows it, in HTML.

Input is what leaves for chat.postMessage, never a Message: what a page shows is what Slack was sent. A block or element
that is not known is refused, so that a page never hides a part.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from bot.core.wording import say
from bot.render.html_parts import EMPTY, Reader, clock, day, element, joined, link, menu, moment, picture, time

Json = Mapping[str, Any]

# The tokens of Slack's markup (docs: formatting text); everything between them is text with three entities.
_TOKEN = re.compile(
    r"<!date\^(?P<stamp>-?\d{1,15})\^(?P<form>[^|>^]*)(?:\^[^|>]*)?\|(?P<fallback>[^>]*)>"
    r"|<!subteam\^(?P<group>\w+)(?:\|[^>]*)?>|<@(?P<user>\w+)(?:\|[^>]*)?>"
    r"|<(?P<url>https?://[^|>\s]+)(?:\|(?P<label>[^>]*))?>|(?P<line>\n)"
)
_NONE: Mapping[str, str] = MappingProxyType({})


def message(payload: Json, *, reader: Reader, at: datetime, images: Mapping[str, str] = _NONE) -> Markup:
    """A message with its sender, as it stands in a channel.

    Args:
        payload: `text` and `blocks`.
        reader: whose zone and language the client has.
        at: when it was posted.
        images: base64 PNGs by the ids that the payload names.

    Raises:
        ValueError: a block that this page does not know.
    """
    page = _Page(reader, images)
    blocks = [page.block(block) for block in payload.get("blocks") or ()]
    body = blocks or [element("p", page.markup(str(payload["text"])), class_="text")]
    name = element("span", say("page.bot", reader.language), class_="name")
    badge = element("span", say("page.app", reader.language), class_="badge")
    head = element("div", joined((name, badge, time(at, reader, clock(at, reader))), " "), class_="sender")
    avatar = element("div", "소", class_="avatar", aria_hidden="true")
    return element("article", avatar, element("div", head, *body, class_="body"), class_="message slack")


class _Page:
    def __init__(self, reader: Reader, images: Mapping[str, str]) -> None:
        self._reader = reader
        self._images = images

    def block(self, block: Json) -> Markup:
        match block["type"]:
            case "rich_text":
                return joined(self._rich(each) for each in block["elements"])
            case "header":
                return element("h4", block["text"]["text"], class_="header")
            case "context":
                return element(
                    "p",
                    joined((element("span", self._text(each)) for each in block["elements"]), " "),
                    class_="context",
                )
            case "section":
                return element("p", self._text(block["text"]), class_="text")
            case "divider":
                return element("hr")
            case "image":
                return self._image(block)
            case "table":
                return _table([[str(cell["text"]) for cell in row] for row in block["rows"]])
            case "actions":
                return element("div", *(_control(each) for each in block["elements"]), class_="controls")
        raise ValueError(f"a block of type {block['type']!r}")

    def markup(self, text: str) -> Markup:
        """Slack's own markup, as far as this bot writes it."""
        pieces, at = [EMPTY], 0
        for found in _TOKEN.finditer(text):
            pieces += [Markup.escape(_unescaped(text[at : found.start()])), self._token(found)]
            at = found.end()
        return joined([*pieces, Markup.escape(_unescaped(text[at:]))])

    def _token(self, found: re.Match[str]) -> Markup:
        if found["stamp"] is not None:
            return self._date(int(found["stamp"]), found["form"], _unescaped(found["fallback"]))
        if found["url"] is not None:
            url = _unescaped(found["url"])
            return link(url, _unescaped(found["label"] or "") or url)
        if found["line"] is not None:
            return element("br")
        return element("span", f"@{found['group'] or found['user']}", class_="mention")

    def _date(self, stamp: int, form: str, fallback: str) -> Markup:
        when = moment(stamp)
        if when is None:
            return Markup.escape(fallback)
        shown = form.replace("{date_short_pretty}", day(when, self._reader))
        return time(when, self._reader, shown.replace("{time}", clock(when, self._reader)))

    def _text(self, text: Json) -> Markup:
        return Markup.escape(text["text"]) if text["type"] == "plain_text" else self.markup(str(text["text"]))

    def _rich(self, part: Json) -> Markup:
        kind = part["type"]
        if kind == "rich_text_list":
            return element("ul", *(element("li", self._leaves(each)) for each in part["elements"]))
        if kind not in _RICH:
            raise ValueError(f"rich text of type {kind!r}")
        return element(_RICH[kind], self._leaves(part), class_="text")

    def _leaves(self, part: Json) -> Markup:
        return joined(self._leaf(each) for each in part["elements"])

    def _leaf(self, leaf: Json) -> Markup:
        kind = leaf["type"]
        if kind == "date":
            return self._date(leaf["timestamp"], leaf["format"], leaf["fallback"])
        if kind not in {"text", "link"}:
            raise ValueError(f"a leaf of type {kind!r}")
        shown = joined(str(leaf["text"]).split("\n"), element("br"))
        for style, tag in (("code", "code"), ("bold", "strong")):
            if leaf.get("style", {}).get(style):
                shown = element(tag, shown)
        return link(leaf["url"], shown) if kind == "link" else shown

    def _image(self, block: Json) -> Markup:
        """A picture of ours; one from elsewhere is not fetched but told by its words."""
        data = self._images.get(str(block.get("slack_file", {}).get("id", "")), "")
        return picture(data, block["alt_text"])


_RICH = {"rich_text_section": "p", "rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _table(rows: Sequence[Sequence[str]]) -> Markup:
    head = element("tr", *(element("th", cell, scope="col") for cell in rows[0]))
    body = (element("tr", *(element("td", cell) for cell in row)) for row in rows[1:])
    return element("table", element("thead", head), element("tbody", *body))


def _control(control: Json) -> Markup:
    if control["type"] == "static_select":
        return menu(control["placeholder"]["text"], (each["text"]["text"] for each in control["options"]))
    if control["type"] != "button":
        raise ValueError(f"a control of type {control['type']!r}")
    label, style = control["text"]["text"], f"button {control.get('style', '')}".strip()
    if "url" in control:
        return link(control["url"], label, class_=style)
    hint = control.get("accessibility_label", "")
    more = {"aria_label": f"{label} {hint}"} if hint else {}
    return element("button", label, class_=style, type="button", disabled="", **more)
