"""Message → plain text: what `sosik say` prints, what logs and pipes get. One line a fact, nothing wrapped."""

from collections.abc import Iterable, Sequence
from datetime import datetime
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


def render(message: Message, *, marks: bool = True) -> str:
    """The whole message as text.

    Args:
        marks: show hits as 【hit】 where no bold can.
    """
    lines: list[str] = []
    for part in message.parts:
        lines.extend(_lines(part, message.language, marks=marks))
    return "\n".join(lines) if lines else one_line(message.text)


def one_line(text: str) -> str:
    """The text without line breaks and control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def when(byline: Byline, language: str) -> str:
    """`7/21 14:05`, or `확인 7/21 14:05` for the time of our first sight."""
    here = byline.when.astimezone(ZoneInfo(byline.zone))
    shown = short_time(here)
    return say("alert.seen", language, when=shown) if byline.seen else shown


def short_time(here: datetime) -> str:
    """`7/21 14:05`."""
    return f"{here.month}/{here.day} {here:%H:%M}"


def byline_text(byline: Byline, language: str) -> str:
    """`더구루 · 7/21 14:05 · 외 3개 매체`."""
    return " · ".join(filter(None, (one_line(byline.outlet), when(byline, language), byline.more)))


def _lines(part: Part, language: str, *, marks: bool) -> Iterable[str]:
    match part:
        case Heading(text):
            return (one_line(text),)
        case Chips(labels):
            return (" ".join(f"[{one_line(label)}]" for label in labels),)
        case Headline(title, url, note):
            return (" ".join(filter(None, (one_line(title), note))), *((one_line(url),) if url else ()))
        case Byline():
            return (byline_text(part, language),)
        case Excerpt(spans) | Paragraph(spans):
            return (_text(spans, marks=marks),)
        case Bullets(items):
            return tuple(f"• {_text(item, marks=marks)}" for item in items)
        case Table(header, rows):
            return _table((header, *rows))
        case Image(alt=alt):
            return (f"({one_line(alt)})",)
        case Rule():
            return ("—",)
        case Buttons(buttons):
            return (" ".join(f"[{_label(button)}]" for button in buttons),)


def _label(button: Button) -> str:
    opens = " ▾" if button.options else ""
    return f"{one_line(button.label)}{opens}"


def _text(spans: Sequence[Span], *, marks: bool) -> str:
    return "".join(_span(span, marks=marks) for span in spans)


def _span(span: Span, *, marks: bool) -> str:
    text = one_line(span.text)
    lead, trail = span.text[:1].isspace(), span.text[-1:].isspace()
    text = f"{' ' if lead else ''}{text}{' ' if trail and text else ''}"
    if span.tone is Tone.STRONG and marks and text.strip():
        text = f"【{text}】"
    return f"{text} {one_line(span.url)}" if span.url and span.url != span.text else text


def _table(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return tuple(
        "  ".join(
            one_line(cell) + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _width(text: str) -> int:
    """Columns on a terminal: Hangul and hanja take two."""
    return sum(2 if "ᄀ" <= sign <= "￦" else 1 for sign in one_line(text))
