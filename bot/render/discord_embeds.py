"""Message → what Discord is sent: content, embeds, components, within every limit of `discord_limits.py`.

An alert is one embed: its title is the headline with the article's address, so no headline ever stands in a masked
link; `content` is the one line that a phone shows. Everything else is running text, in the content while it is short,
in embeds when it has structure. Text that is too long ends with `…`; a message is never refused.
Layout: design/commands.md §6, facts/discord.md §2.
"""

import base64
import binascii
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

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
    Option,
    Paragraph,
    Part,
    Rule,
    Span,
    Table,
    Tone,
)
from bot.core.wording import say
from bot.render import discord_ids, discord_text
from bot.render import discord_limits as limits
from bot.render.clip import clip, tidy, tidy_run
from bot.render.discord_limits import size

Json = dict[str, Any]

NOTICE_MAX: Final = 400  # of the line that a phone shows
TITLE_MAX: Final = 300  # of a headline in running text; a longer one is a feed's accident
CONTENT_LINES_MAX: Final = 1_600  # longer running text goes into an embed
LINE_MAX: Final = 1_900
PAGE_MAX: Final = 4_000  # of one embed's description
TEXT_MAX: Final = 5_800  # of all embeds of a message, with a margin below EMBED_TOTAL_MAX
PAYLOADS_MAX: Final = 5  # messages that one may become; 30 articles with addresses of 500 characters need four
CELL_MAX: Final = 60
NOTE_MAX: Final = 80
ELLIPSIS: Final = "…"
IMAGE_NAME: Final = "image.png"

_STYLES = {Tone.STRONG: 1, Tone.DANGER: 4}
_GREY: Final = 2


@dataclass(frozen=True, slots=True)
class Payload:
    """What is sent.

    Attributes:
        body: JSON for creating or editing a message; every key is there, so that an edit replaces all.
        files: names and bytes of attachments, in the order of `body["attachments"]`.
    """

    body: Json
    files: tuple[tuple[str, bytes], ...] = ()


def render(message: Message, *, private: bool = False) -> Payload:
    """The message as Discord takes it; what finds no room ends with `…`.

    Args:
        message: any message whose actions are ours (`discord_ids.write`).
        private: an answer to one person: no phone rings for it, so it needs no line for phones and mentions nobody.
    """
    return render_all(message, private=private, most=1)[0]


def render_all(message: Message, *, private: bool = False, most: int = PAYLOADS_MAX) -> tuple[Payload, ...]:
    """As `render`, in as many messages as it needs, at most `most`: a roll-up must reach every article.

    The first one speaks to phones, the last one carries the controls.
    """
    page = _Page(message, private=private)
    headlines = [part for part in message.parts if isinstance(part, Headline)]
    if len(headlines) == 1:
        _card(page, headlines[0])
    else:
        _text(page)
    return page.payloads(most)


def checked(message: Message, *, private: bool = False, most: int = PAYLOADS_MAX) -> tuple[tuple[Payload, ...], str]:
    """Payloads that keep every limit, and an empty text; else the plain line, and our mistake in words for the log."""
    try:
        payloads = render_all(message, private=private, most=most)
    except ValueError as error:
        return (plain(message),), str(error)
    problems = [problem for payload in payloads for problem in limits.violations(payload.body)]
    return ((plain(message),), "; ".join(problems)) if problems else (payloads, "")


def plain(message: Message) -> Payload:
    """The same in one line, for a message whose form Discord refused: the text and the addresses, nothing else."""
    mention = _mention(message)
    content = mention + discord_text.escape_within(tidy(message.text), limits.CONTENT_MAX - 300 - size(mention))
    for part in message.parts:
        url = discord_text.label_url(part.url) if isinstance(part, Headline) else ""
        if url and size(content) + size(url) + 3 <= limits.CONTENT_MAX - discord_ids.UNSEEN_SIZE:
            content += f" <{url}>"
    return Payload(_body(message, content or ELLIPSIS, mentions=bool(mention)))


def thread_name(message: Message) -> str:
    """What a post in a forum is called: its headline or text, plain (a name is no markdown)."""
    name = next((part.title for part in message.parts if isinstance(part, Headline)), "") or message.text
    return _plain(name, limits.THREAD_NAME_MAX) or ELLIPSIS


def menu(prompt: str, button: Button, *, language: str) -> Payload:
    """The select that a press on a menu's button opens."""
    return render(Message(prompt, (Paragraph((Span(prompt),)), Buttons((button,))), language=language), private=True)


class _Page:
    """A payload in the making."""

    def __init__(self, message: Message, *, private: bool) -> None:
        self.message = message
        self.private = private
        self.content = ""
        self.lines: list[_Builder] = []
        self.embed: Json = {}
        self.files: list[tuple[str, bytes]] = []
        self.alt = ""
        self.link = say("discord.link", message.language)
        self.rows, self.loose = _controls(message)

    def payloads(self, most: int) -> tuple[Payload, ...]:
        """Everything put together."""
        embeds, *more = self._embeds(most)
        mention = "" if self.private else _mention(self.message)
        content = self.content.strip()
        if not content and not embeds:
            content = discord_text.escape_within(self.message.text, CONTENT_LINES_MAX).strip() or ELLIPSIS
        body = _body(self.message, (mention + content).strip(), mentions=bool(mention)) | {"embeds": embeds}
        if self.files:
            body["attachments"] = [{"id": 0, "filename": IMAGE_NAME, "description": self.alt}]
        bodies = [body, *(_body(self.message, "", mentions=False) | {"embeds": each} for each in more)]
        bodies[-1]["components"] = self.rows
        return (Payload(body, tuple(self.files)), *(Payload(each) for each in bodies[1:]))

    def text_line(self, spans: Iterable[Span], before: str = "") -> "_Builder":
        """A line of runs, `before` being markup of ours."""
        runs = tuple(spans)
        return lambda room: (
            before + discord_text.line(runs, max(0, room - size(before)), link=self.link, starts=not before)
        )

    def _embeds(self, most: int) -> list[list[Json]]:
        """The embeds of each message."""
        used = size(self.embed.get("title", ""))
        used += size(self.embed.get("author", {}).get("name", "")) + size(self.embed.get("footer", {}).get("text", ""))
        packs = _packs(self.lines, TEXT_MAX - used, most)
        first = dict(self.embed) | ({"description": packs[0][0]} if packs else {})
        embeds = [first] if any(key in first for key in _SHOWN) else []
        embeds += [{"description": page} for page in (packs[0][1:] if packs else [])]
        return [embeds, *([{"description": page} for page in pack] for pack in packs[1:])]


_SHOWN: Final = ("title", "description", "author", "footer", "image")
_Builder = Callable[[int], str]  # the longest form of a line that fits into so many units


def _card(page: _Page, headline: Headline) -> None:
    """An alert."""
    message = page.message
    chips = _labels(part for part in message.parts if isinstance(part, Chips))
    note = f" {discord_text.escape_within(tidy(headline.note), NOTE_MAX)}" if tidy(headline.note) else ""
    title = discord_text.escape_within(tidy(headline.title), limits.EMBED_TITLE_MAX - size(note), starts=False)
    page.embed["title"] = (title or ELLIPSIS) + note
    url = discord_text.web_url(headline.url)
    if url:
        page.embed["url"] = url
    if chips:
        page.embed["author"] = {"name": _plain(" · ".join(chips), limits.EMBED_AUTHOR_MAX)}
    bylines = [part for part in message.parts if isinstance(part, Byline)]
    if bylines:
        _footer(page, bylines[0])
    if not page.private:
        page.content = _notice(chips, headline)
    done = (headline, *bylines[:1])
    _lines(page, [part for part in message.parts if not isinstance(part, Chips) and not _is_any(part, done)])


def _text(page: _Page) -> None:
    """Whatever is no alert."""
    parts = list(page.message.parts)
    if all(isinstance(part, Paragraph | Buttons) for part in parts):
        _lines(page, parts)
        written = "\n".join(filter(None, (build(LINE_MAX) for build in page.lines)))
        if size(written) <= CONTENT_LINES_MAX:
            page.content, page.lines = written, []
        return
    heading = next((part for part in parts if isinstance(part, Heading)), None)
    notice = "" if page.private else tidy(page.message.text)
    if heading is not None and heading is parts[0]:
        parts = parts[1:]
        if tidy(heading.text) != notice:
            shown = discord_text.escape_within(tidy(heading.text), limits.EMBED_TITLE_MAX)
            page.embed |= {"title": shown} if shown else {}
    page.content = discord_text.escape_within(notice, NOTICE_MAX)
    _lines(page, parts)


def _notice(chips: Sequence[str], headline: Headline) -> str:
    """`🔔 LG전자 — 제목`: what a phone shows."""
    watches = discord_text.escape_within(", ".join(chips), NOTICE_MAX // 2, starts=False)
    title = discord_text.escape_within(tidy(headline.title), NOTICE_MAX, starts=False)
    return "🔔 " + (" — ".join(filter(None, (watches, title))) or ELLIPSIS)


def _footer(page: _Page, byline: Byline) -> None:
    """The outlet; Discord writes the time behind it, in the reader's own zone and language."""
    seen = say("card.first_seen", page.message.language) if byline.seen else ""
    text = " · ".join(filter(None, (tidy(byline.outlet), tidy(byline.more), seen)))
    if text:
        page.embed["footer"] = {"text": _plain(text, 500)}
    page.embed["timestamp"] = byline.when.isoformat()


def _lines(page: _Page, parts: Iterable[Part]) -> None:
    for part in parts:
        page.lines.extend(_part(page, part))
    page.lines.extend(page.text_line(spans) for spans in page.loose)


def _part(page: _Page, part: Part) -> Iterable[_Builder]:
    match part:
        case Heading(text):
            yield from _section(page, text)
        case Chips():
            yield from _section(page, " · ".join(_labels([part])))
        case Headline(title, url, note):
            runs = [Span(clip(tidy(title), TITLE_MAX), url=url)] + ([Span(f" {tidy(note)}")] if note else [])
            yield page.text_line(runs, "• ")
        case Byline():
            yield _byline(page, part)
        case Excerpt(spans):
            yield page.text_line(_flat(spans))
        case Paragraph(spans):
            quiet = bool(spans) and all(span.tone is Tone.QUIET for span in spans)
            yield page.text_line(_flat(spans) if quiet else spans, "-# " if quiet else "")
        case Bullets(items):
            for item in items:
                yield page.text_line(_flat(item), "• ")
        case _:
            yield from _block(page, part)


def _block(page: _Page, part: Table | Image | Rule | Buttons) -> Iterable[_Builder]:
    match part:
        case Table():
            yield lambda room: _table(part, room)
        case Image():
            yield from _image(page, part)
        case Rule():
            yield _constant("─" * 12)
        case Buttons():
            return  # `_controls`


def _section(page: _Page, title: str) -> Iterable[_Builder]:
    """A title in running text, with air above it."""
    if page.lines:
        yield _constant("")
    yield page.text_line([Span(tidy(title), Tone.STRONG)])


def _byline(page: _Page, byline: Byline) -> _Builder:
    seen = f"{say('card.first_seen', page.message.language)} " if byline.seen else ""
    text = "".join(f" · {shown}" for shown in (tidy(byline.outlet), tidy(byline.more)) if shown)
    # Discord shows this stamp in the reader's own zone and language; it stands first, where no cut reaches it.
    return page.text_line([Span(text)], f"-# {seen}<t:{int(byline.when.timestamp())}:f>")


def _image(page: _Page, image: Image) -> Iterable[_Builder]:
    """One picture; any other is told by its words."""
    alt = tidy(image.alt)
    if "image" not in page.embed:
        url = discord_text.web_url(image.url)
        data = b"" if url else _decoded(image.data)
        if data:
            page.files.append((IMAGE_NAME, data))
            page.alt = clip(alt, limits.ALT_MAX // 2)
            url = f"attachment://{IMAGE_NAME}"
        if url:
            page.embed["image"] = {"url": url}
            if data:
                return  # its alt text travels with the attachment
    if alt:
        yield page.text_line([Span(alt)], "-# ")


def _decoded(data: str) -> bytes:
    try:
        found = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return found if len(found) <= limits.FILE_BYTES_MAX else b""


def _table(table: Table, room: int) -> str:
    """Columns in a fixed-width block, as many rows as fit."""
    rows = [[_plain(cell, CELL_MAX) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=False)]
    written = ""
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False))
        line = "  ".join(cells).rstrip().replace("`", "ˋ").replace("@", "@\u200b")
        if size(written) + size(line) + len("```\n\n…```") > room:
            written += f"{ELLIPSIS}\n" if written else ""
            break
        written += f"{line}\n"
    return f"```\n{written}```" if written.strip() else ""


def _width(text: str) -> int:
    """Columns in a fixed-width font: Hangul and hanja take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _packs(lines: Sequence[_Builder], room: int, most: int) -> list[list[str]]:
    """Lines over descriptions, and those over messages; the last one ends with `…` when not all found room."""
    written = [build(LINE_MAX) for build in lines]
    packs: list[list[str]] = []
    at = 0
    while at < len(written) and len(packs) < most:
        pages, at = _pages(written, at, room - 2)
        packs.append(pages)
        room = TEXT_MAX
    if at < len(written):
        packs[-1][-1] += f"\n{ELLIPSIS}"
    shown = [[page for page in pages if page.strip()] for pages in packs]
    return [pages for pages in shown if pages]


def _pages(lines: Sequence[str], at: int, room: int) -> tuple[list[str], int]:
    """Descriptions of one message from line `at` on, and the line that the next one begins with."""
    pages = [""]
    while at < len(lines) and size(lines[at]) + 1 <= room:
        if size(pages[-1]) + 1 + size(lines[at]) > PAGE_MAX:
            pages.append("")
        pages[-1] = f"{pages[-1]}\n{lines[at]}" if pages[-1] else lines[at]
        room -= size(lines[at]) + 1
        at += 1
    return pages, at


def _controls(message: Message) -> tuple[list[Json], list[tuple[Span, ...]]]:
    """Rows of controls, and as text the addresses that no button can hold."""
    rows: list[list[Json]] = []
    loose: list[tuple[Span, ...]] = []
    linked = {part.url for part in message.parts if isinstance(part, Headline)}
    used: set[str] = set()
    for part in message.parts:
        if not isinstance(part, Buttons):
            continue
        row: list[Json] = []
        for button in part.buttons:
            control = _control(button, alone=len(part.buttons) == 1)
            if control is None:
                if button.url not in linked and discord_text.web_url(button.url):
                    loose.append((Span(_label(button), url=button.url),))
            elif (does := str(control.get("custom_id") or control.get("url"))) not in used:
                used.add(does)  # a second control that does the same is no control
                row.append(control)
        rows.extend(_rows(row))
    return [{"type": limits.ROW, "components": row} for row in _packed(rows)], loose


def _rows(controls: list[Json]) -> Iterable[list[Json]]:
    """Buttons by five; a select has a row for itself."""
    buttons = [control for control in controls if control["type"] == limits.BUTTON]
    for at in range(0, len(buttons), limits.ROW_BUTTONS_MAX):
        yield buttons[at : at + limits.ROW_BUTTONS_MAX]
    yield from ([control] for control in controls if control["type"] == limits.SELECT)


def _packed(rows: list[list[Json]]) -> list[list[Json]]:
    """At most five rows; when there are more, buttons move together, and what still finds no room is left out."""
    if len(rows) <= limits.ROWS_MAX:
        return rows
    return list(_rows([control for row in rows for control in row]))[: limits.ROWS_MAX]


def _control(button: Button, *, alone: bool) -> Json | None:
    """A menu alone in its row is a select; beside others it is a button that opens one."""
    if not button.action:
        url = discord_text.web_url(button.url, limits.BUTTON_URL_MAX)
        return {"type": limits.BUTTON, "style": limits.LINK_STYLE, "label": _label(button), "url": url} if url else None
    options = _options(button.options)
    if options and not alone:
        try:
            custom_id = discord_ids.write(button.action, [each["value"] for each in options])
        except ValueError:
            alone = True
        else:
            return _pressed(button, custom_id)
    custom_id = discord_ids.write(button.action)
    if not options:
        return _pressed(button, custom_id)
    placeholder = _plain(button.label or button.hint, limits.PLACEHOLDER_MAX)
    return {"type": limits.SELECT, "custom_id": custom_id, "placeholder": placeholder, "options": options}


def _pressed(button: Button, custom_id: str) -> Json:
    style = _STYLES.get(button.tone, _GREY)
    return {"type": limits.BUTTON, "style": style, "label": _label(button), "custom_id": custom_id}


def _options(options: Iterable[Option]) -> list[Json]:
    found: dict[str, Json] = {}
    for option in options:
        if option.value and size(option.value) <= limits.SELECT_TEXT_MAX and option.value == tidy(option.value):
            label = _plain(option.label, limits.SELECT_TEXT_MAX) or option.value
            found.setdefault(option.value, {"label": label, "value": option.value})
    return list(found.values())[: limits.SELECT_OPTIONS_MAX]


def _label(button: Button) -> str:
    """A sign alone says nothing to a screen reader, and Discord has no hidden label: `👎 도움 안 됨`."""
    label = tidy(button.label)
    if button.hint and not any(sign.isalpha() for sign in label):
        label = f"{label} {tidy(button.hint)}".strip()
    return _plain(label, limits.BUTTON_LABEL_MAX) or ELLIPSIS


def _body(message: Message, content: str, *, mentions: bool) -> Json:
    allowed: Json = {"parse": [], "replied_user": False}
    if mentions:
        allowed["roles"] = [_role(message)]
    return {"content": content, "embeds": [], "components": [], "attachments": [], "allowed_mentions": allowed}


def _mention(message: Message) -> str:
    role = _role(message)
    return f"<@&{role}> " if role else ""


def _role(message: Message) -> str:
    """The id in `123`, `<@&123>`; empty for anything else."""
    digits = message.mention.strip().removeprefix("<@&").removesuffix(">")
    return digits if digits.isascii() and digits.isdecimal() and len(digits) <= 20 else ""


def _labels(chips: Iterable[Chips]) -> list[str]:
    return [shown for part in chips for label in part.labels if (shown := clip(tidy(label), 100))]


def _flat(spans: Iterable[Span]) -> list[Span]:
    """On one line."""
    return [replace(span, text=tidy_run(span.text).replace("\n", " ")) for span in spans]


def _plain(text: str, most: int) -> str:
    """Where Discord reads no markup: authors, footers, labels, names."""
    shown, limit = clip(tidy(text), most), most
    while size(shown) > most:
        limit = min(limit - 1, limit * most // size(shown))
        shown = clip(tidy(text), limit)
    return shown


def _is_any(part: Part, others: Iterable[object]) -> bool:
    return any(part is other for other in others)


def _constant(text: str) -> _Builder:
    return lambda _room: text
