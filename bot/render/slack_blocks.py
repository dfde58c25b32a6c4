"""Message → Slack's `text` and `blocks`, within every limit of `slack_limits.py`.

Untrusted text goes into `rich_text` and `plain_text`, where Slack parses nothing. The only mrkdwn is what we build
ourselves: a date and one mention. A message that is too long is shown in a tighter form, then cut with `…`; it is
never refused. Layout: design/commands.md §6, facts/slack.md §2.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.core.message import (
    Bullets,
    Button,
    Buttons,
    Byline,
    Chips,
    Excerpt,
    Heading,
    Headline,
    Image,
    Message,
    Paragraph,
    Part,
    Rule,
    Span,
    Table,
    Tone,
)
from bot.core.wording import say
from bot.render import slack_limits as limits
from bot.render.clip import ELLIPSIS, clip, tidy, tidy_run

Block = dict[str, Any]

LINK_ACTION: Final = (
    "link:"  # Slack reports a press on a link button too; a handler acknowledges these and does nothing
)
TITLE_MAX: Final = 300  # longer headlines are feed accidents
CHIP_MAX: Final = 100
RUN_MAX: Final = 3_000
CONTROLS_TOTAL_MAX: Final = 6_000  # of the characters of one message; a control is sent whole or not at all
VIEW_CONTROLS_MAX: Final = 40_000  # a view may be larger than a message: 250 kB in all (docs: views.push)
VIEW_TOTAL_MAX: Final = 60_000
TEXT_MAX: Final = 3_900  # below MESSAGE_TEXT_MAX, for a mention or an address behind it
EMPTY_CELL: Final = "–"

_MENTION = re.compile(r"(?:<!subteam\^|<@)?((?:S|U|W)[A-Z0-9]{2,30})(?:\|[^<>]*)?>?")
_WEB = re.compile(r"https?://[^/]", re.IGNORECASE)
_UNSAFE_IN_URL = frozenset('<>|"`\\^{} ')


def render(message: Message, *, images: bool = True, files: Sequence[str] = ()) -> dict[str, Any]:
    """`text` and `blocks` for chat.postMessage, chat.update, response_url.

    Args:
        message: any message; parts that carry nothing to show are left out.
        images: False writes an image's `alt` instead, for a message that was refused because of its image.
        files: Slack's ids of the uploaded images of our own, in their order; one without an id is told by its `alt`.
    """
    parts = message.parts or (Paragraph((Span(message.text),)),)
    blocks: list[Block] = []
    for tight in (False, True):
        page = _Page(message.language, tight, images=images, files=list(files))
        blocks = page.blocks(parts)
        if len(blocks) < limits.MESSAGE_BLOCKS_MAX:
            break
    mention = mention_token(message.mention)
    foot = _foot(blocks)
    notice = [_mrkdwn_section(mention)] if mention else []
    room = limits.BLOCKS_TOTAL_MAX - limits.weight(notice + foot)
    most = limits.MESSAGE_BLOCKS_MAX - len(notice + foot)
    body = _fit(blocks[: len(blocks) - len(foot)], room=room, most=most)
    return {"text": _text(message), "blocks": [*body, *notice, *foot] or [_rich([_line(ELLIPSIS)])]}


def view_blocks(message: Message, most: int) -> list[Block]:
    """The blocks for a modal or Home view, at most `most` of them; views know no table block (docs: table block)."""
    parts = message.parts or (Paragraph((Span(message.text),)),)
    blocks: list[Block] = []
    for tight in (False, True):
        page = _Page(message.language, tight, images=True, table_shown=True, controls_max=VIEW_CONTROLS_MAX)
        blocks = page.blocks(parts)
        if len(blocks) <= most:
            break
    return _fit(blocks, room=VIEW_TOTAL_MAX, most=most)


def plain(message: Message) -> dict[str, Any]:
    """The same without blocks, for a message whose blocks Slack refused; controls are left out."""
    mention = mention_token(message.mention)
    lines, room = [_text(message)], TEXT_MAX - limits.escaped_length(message.text[:TEXT_MAX])
    for line in _plain_lines(message.parts):
        if len(line) >= room:
            lines.append(ELLIPSIS)
            break
        if line not in lines[0]:
            lines.append(line)
            room -= len(line) + 1
    return {"text": "\n".join([*lines, mention] if mention else lines)}


def overflows(message: Message) -> bool:
    """Whether `render` has to cut parts of the message, so that whoever composes it can split it instead."""
    page = _Page(language=message.language, tight=True, images=True)
    blocks = page.blocks(message.parts)
    return len(blocks) > limits.MESSAGE_BLOCKS_MAX - 2 or limits.weight(blocks) > limits.BLOCKS_TOTAL_MAX - 200


def escape(text: str) -> str:
    """The three control signs of Slack's markup as entities; `&` first, and nothing else (docs: formatting text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def web_address(url: str) -> str:
    """`url` when it is http(s) and short enough, with signs that could end a link encoded; else an empty text."""
    url = url.strip()
    if _WEB.match(url) is None:
        return ""
    scheme, colon, rest = url.partition(":")
    safe = "".join(
        sign if sign.isprintable() and sign not in _UNSAFE_IN_URL else quote(sign, safe="", errors="replace")
        for sign in rest
    )
    whole = scheme.lower() + colon + safe
    return whole if limits.escaped_length(whole) <= limits.URL_MAX else ""


def mention_token(mention: str) -> str:
    """`<!subteam^S…>` or `<@U…>` for an id or for Slack's own form of it; empty for anything else."""
    found = _MENTION.fullmatch(mention.strip())
    if found is None:
        return ""
    return f"<!subteam^{found[1]}>" if found[1].startswith("S") else f"<@{found[1]}>"


def date_token(when: datetime, zone: str) -> str:
    """A time that each reader sees in the own zone and language; the fallback is in `zone`."""
    local = _local(when, zone)
    stamp = f"{local.month}/{local.day} {local:%H:%M} {local.tzname() or 'UTC'}"
    return f"<!date^{int(when.timestamp())}^{{date_short_pretty}} {{time}}|{escape(stamp)}>"


def plain_text(text: str, limit: int) -> Block:
    """A text object in which nothing is parsed; never empty."""
    return {"type": "plain_text", "text": clip(tidy(text), limit) or EMPTY_CELL, "emoji": False}


@dataclass(slots=True)
class _Page:
    """One rendering of the parts.

    Attributes:
        tight: everything that can stands in one rich_text block, for messages of very many parts.
        table_shown: Slack takes one table a message (`only_one_table_allowed`).
        controls: characters spent on buttons and menus.
    """

    language: str
    tight: bool
    images: bool
    table_shown: bool = False
    controls: int = 0
    controls_max: int = CONTROLS_TOTAL_MAX
    files: list[str] = field(default_factory=list)

    def blocks(self, parts: Sequence[Part]) -> list[Block]:
        blocks: list[Block] = []
        join = False
        for part in parts:
            for block in self._part(part):
                if (join or self.tight) and blocks and blocks[-1]["type"] == block["type"] == "rich_text":
                    blocks[-1]["elements"].extend(block["elements"])
                else:
                    blocks.append(block)
            join = isinstance(part, Chips)  # the first block must carry the headline: notifications are made from it
        return blocks

    def _part(self, part: Part) -> list[Block]:
        match part:
            case Heading():
                return self._heading(part)
            case Chips():
                labels = " ".join(f"[{clip(tidy(label), CHIP_MAX)}]" for label in part.labels if tidy(label))
                return _rich_lines([_leaf(clip(labels, RUN_MAX))])
            case Headline():
                return self._headline(part)
            case Byline():
                return self._byline(part)
            case Excerpt():
                return _rich_lines(_run(part.spans, " "), "rich_text_quote")
            case Paragraph():
                return _rich_lines(_run(part.spans, "\n"))
            case Bullets():
                items = [line for item in part.items if (line := _section(_run(item, " ")))]
                return [_rich([{"type": "rich_text_list", "style": "bullet", "elements": items}])] if items else []
            case Table():
                return self._table(part)
            case Image():
                return self._image(part)
            case Rule():
                return [] if self.tight else [{"type": "divider"}]
        return self._buttons(part.buttons)

    def _heading(self, part: Heading) -> list[Block]:
        title = tidy(part.text)
        if not title:
            return []
        if self.tight:
            return _rich_lines([_leaf(clip(title, limits.HEADER_MAX), Tone.STRONG)])
        return [{"type": "header", "text": plain_text(title, limits.HEADER_MAX)}]

    def _headline(self, part: Headline) -> list[Block]:
        leaves = [_leaf(clip(tidy(part.title), TITLE_MAX), Tone.STRONG, part.url)]
        if note := tidy(part.note):
            leaves.append(_leaf(" " + clip(note, CHIP_MAX)))
        return _rich_lines(leaves)

    def _byline(self, part: Byline) -> list[Block]:
        outlet, more = clip(tidy(part.outlet), CHIP_MAX), clip(tidy(part.more), CHIP_MAX)
        seen = say("card.first_seen", self.language) + " " if part.seen else ""
        token = date_token(part.when, part.zone)
        if self.tight:
            date = {"type": "date", "timestamp": int(part.when.timestamp()), "format": "{date_short_pretty} {time}"}
            date["fallback"] = token.rpartition("|")[2].rstrip(">")
            before = " · ".join(filter(None, (outlet, seen)))
            return _rich_lines(
                [_leaf(f"{before} · " if outlet and not seen else before), date, _leaf(more and f" · {more}")]
            )
        elements = [plain_text(outlet, CHIP_MAX)] if outlet else []
        elements.append({"type": "mrkdwn", "text": seen + token, "verbatim": True})
        if more:
            elements.append(plain_text(more, CHIP_MAX))
        return [{"type": "context", "elements": elements}]

    def _table(self, part: Table) -> list[Block]:
        rows = [
            [clip(tidy(cell), 200) or EMPTY_CELL for cell in row[: limits.TABLE_COLUMNS_MAX]]
            for row in (part.header, *part.rows)
        ]
        rows = [row for row in rows if row]
        if not rows:
            return []
        fits = (
            len(rows) <= limits.TABLE_ROWS_MAX
            and sum(len(cell) for row in rows for cell in row) <= limits.TABLE_TOTAL_MAX
        )
        if self.table_shown or not fits:
            lines = "\n".join(" | ".join(row) for row in rows)
            return _rich_lines([_leaf(lines)], "rich_text_preformatted")
        self.table_shown = True
        return [{"type": "table", "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]}]

    def _image(self, part: Image) -> list[Block]:
        alt, url = clip(tidy(part.alt), limits.IMAGE_ALT_MAX), web_address(part.url)
        if url and self.images:
            return [{"type": "image", "image_url": url, "alt_text": alt or EMPTY_CELL}]
        if part.data and self.images and self.files:
            return [{"type": "image", "slack_file": {"id": self.files.pop(0)}, "alt_text": alt or EMPTY_CELL}]
        return _rich_lines([_leaf(alt)])

    def _buttons(self, buttons: Sequence[Button]) -> list[Block]:
        rows: list[list[Block]] = [[]]
        for number, button in enumerate(buttons):
            element = _control(button, number)
            if element is None or self.controls + limits.weight([element]) > self.controls_max:
                continue
            self.controls += limits.weight([element])
            taken = {each["action_id"] for each in rows[-1]}
            if element["action_id"] in taken or len(taken) == limits.ACTIONS_ELEMENTS_MAX:
                rows.append([])  # an action_id is unique in its block
            rows[-1].append(element)
        return [{"type": "actions", "elements": row} for row in rows if row]


def _control(button: Button, number: int) -> Block | None:
    """A button, a link button or a menu; None for one that would do nothing or that Slack cannot carry whole."""
    label = tidy(button.label) or tidy(button.hint)
    url = web_address(button.url)
    if not label or not (button.action or url) or len(button.action) > limits.ACTION_ID_MAX:
        return None
    if button.options:
        options = [
            {"text": plain_text(each.label, limits.OPTION_TEXT_MAX), "value": each.value}
            for each in button.options[: limits.OPTIONS_MAX]
            if 0 < len(each.value) <= limits.OPTION_VALUE_MAX
        ]
        placeholder = plain_text(label, limits.PLACEHOLDER_MAX)
        menu = {"type": "static_select", "action_id": button.action, "placeholder": placeholder, "options": options}
        return menu if options and button.action else None
    element: Block = {"type": "button", "text": plain_text(label, limits.BUTTON_TEXT_MAX)}
    element["action_id"] = button.action or f"{LINK_ACTION}{number}"
    if url and not button.action:
        element["url"] = url
    if button.tone in _BUTTON_STYLES:
        element["style"] = _BUTTON_STYLES[button.tone]
    if hint := tidy(button.hint):
        element["accessibility_label"] = clip(hint, limits.ACCESSIBILITY_MAX)
    return element


_BUTTON_STYLES = {Tone.DANGER: "danger", Tone.STRONG: "primary"}


def _run(spans: Iterable[Span], line_break: str) -> list[Block]:
    leaves = [_leaf(tidy_run(span.text).replace("\n", line_break), span.tone, span.url) for span in spans]
    shown = [leaf for leaf in leaves if leaf.get("text")]
    return shown if any(str(leaf["text"]).strip() for leaf in shown) else []


def _leaf(text: str, tone: Tone = Tone.PLAIN, url: str = "") -> Block:
    leaf: Block = {"type": "text", "text": clip(text, RUN_MAX)}
    if address := web_address(url):
        leaf |= {"type": "link", "url": address}
        leaf["text"] = leaf["text"].strip() or address
    if tone in _SPAN_STYLES:
        leaf["style"] = {_SPAN_STYLES[tone]: True}
    return leaf


_SPAN_STYLES = {Tone.STRONG: "bold", Tone.CODE: "code", Tone.DANGER: "bold"}


def _section(leaves: Sequence[Block], kind: str = "rich_text_section") -> Block | None:
    shown = [leaf for leaf in leaves if leaf["type"] == "date" or leaf["text"]]
    return {"type": kind, "elements": shown} if shown else None


def _line(text: str) -> Block:
    return {"type": "rich_text_section", "elements": [_leaf(text)]}


def _rich(elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": elements}


def _rich_lines(leaves: Sequence[Block], kind: str = "rich_text_section") -> list[Block]:
    line = _section(leaves, kind)
    return [_rich([line])] if line else []


def _mrkdwn_section(token: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": token, "verbatim": True}}


def _foot(blocks: list[Block]) -> list[Block]:
    """The controls at the end, which stay when the text above them is cut."""
    return blocks[-1:] if blocks and blocks[-1]["type"] == "actions" else []


def _fit(blocks: list[Block], *, room: int, most: int) -> list[Block]:
    """At most `most` blocks of at most `room` characters; what does not fit is cut with `…`."""
    if len(blocks) <= most and limits.weight(blocks) <= room:
        return blocks
    room -= len(ELLIPSIS) + limits.HEADER_COST
    kept: list[Block] = []
    for block in blocks[: most - 1]:
        size = limits.weight([block])
        if size > room:
            kept.extend(_cut(block, room))
            break
        kept.append(block)
        room -= size
    return [*kept, _rich([_line(ELLIPSIS)])]


def _cut(block: Block, room: int) -> list[Block]:
    """The head of a rich_text block that is larger than `room`; nothing of any other block."""
    return _head(block, room) if block["type"] == "rich_text" else []


def _head(element: Block, room: int) -> list[Block]:
    """What fits of an element that does not fit whole; a link is not cut."""
    if "elements" not in element:
        text = _clip_escaped(element["text"], room) if element["type"] == "text" else ""
        return [{**element, "text": text}] if text else []
    inner: list[Block] = element["elements"]
    sizes = list(accumulate(limits.weight([each]) for each in inner))
    whole = bisect_right(sizes, room)  # fewer than there are: all together are larger than `room`
    kept = [*inner[:whole], *_head(inner[whole], room - (sizes[whole - 1] if whole else 0))]
    return [{**element, "elements": kept}] if kept else []


def _clip_escaped(text: str, limit: int) -> str:
    """As `clip`, with `&`, `<` and `>` counted as the entities they are sent as."""
    while (size := limits.escaped_length(text)) > limit:
        text = clip(text, max(0, len(text) * limit // size))
    return text


def _text(message: Message) -> str:
    """The line for notifications, screen readers and search."""
    shown = tidy(message.text) or ELLIPSIS
    return escape(_clip_escaped(shown, TEXT_MAX))


def _plain_lines(parts: Iterable[Part]) -> Iterable[str]:
    """Each part as lines of Slack's plain markup: text escaped, addresses as the only tokens."""
    for part in parts:
        match part:
            case Heading():
                yield _plain_run((Span(part.text),))
            case Headline():
                yield _plain_run((Span(part.title), Span("", url=part.url)))
            case Byline():
                yield _plain_run((Span(" · ".join(filter(None, (tidy(part.outlet), tidy(part.more))))),))
            case Excerpt() | Paragraph():
                yield _plain_run(part.spans)
            case Bullets():
                yield from (f"• {line}" for item in part.items if (line := _plain_run(item)))
            case Table():
                yield from (_plain_run((Span(" | ".join(row)),)) for row in (part.header, *part.rows))
            case Image():
                yield _plain_run((Span(part.alt), Span("", url=part.url)))
            case Buttons():
                yield from (_plain_run((Span("", url=button.url),)) for button in part.buttons)
            case _:
                pass  # chips: the first line names the watches; rules


def _plain_run(spans: Iterable[Span]) -> str:
    pieces: list[str] = []
    for span in spans:
        pieces.append(escape(tidy_run(span.text).replace("\n", " ")))
        if url := web_address(span.url):
            pieces.append(f" <{escape(url)}>")
    return "".join(pieces).strip()


def _local(when: datetime, zone: str) -> datetime:
    try:
        return when.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError, OverflowError):  # no such zone, or a date at the edge of the calendar
        return when
