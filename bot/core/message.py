"""What the bot says, before a platform gives it a shape.

A Message is a sequence of semantic parts. It is stored as JSON in the outbox (`to_json`, `from_json`), so a part may
gain attributes with defaults, never lose one; what older code cannot read is left to newer code (`PAYLOAD_VERSION`).
Text in a part is plain text, hostile until a renderer has escaped it. Renderers decide how a part looks; a renderer
that does not know a part must refuse it, never drop it.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

PAYLOAD_VERSION = 1


class Tone(StrEnum):
    """How a span of text or a button stands out; never by colour alone."""

    PLAIN = "plain"
    STRONG = "strong"  # the hit, a name
    QUIET = "quiet"  # an aside
    CODE = "code"  # to be copied
    DANGER = "danger"  # a button that removes


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text; with `url` it is a link that we built."""

    text: str
    tone: Tone = Tone.PLAIN
    url: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a message or of a section in it."""

    text: str


@dataclass(frozen=True, slots=True)
class Chips:
    """Short labels: the watches that matched."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """The title of an article, linked to the article's own address. `note` is said after it: `(제목 수정)`."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Byline:
    """Who published an article, and when.

    Attributes:
        when: UTC; each platform shows it in the reader's zone where it can, else in `zone`.
        seen: True when `when` is the time of our first sight, shown with the word 확인.
        more: said after it: `외 3개 매체`.
    """

    outlet: str
    when: datetime
    zone: str
    seen: bool = False
    more: str = ""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The sentence with the hit; hits are STRONG spans."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item is a line of spans."""

    items: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of short cells, all as long as `header`."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A PNG; `data` is base64 when it is ours, `url` when it is elsewhere. `alt` says what it shows."""

    alt: str
    url: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line between sections."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a menu."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. Its state is all in `action`: ids such as `w1:mute:17`, at most 100 characters, no texts.

    Attributes:
        url: for a link button; then `action` is empty.
        options: for a menu that opens from the button; the platform sends `action` and the value chosen.
        hint: what a screen reader says where the label is a sign only (👎 → 도움 안 됨).
    """

    label: str
    action: str = ""
    url: str = ""
    tone: Tone = Tone.PLAIN
    options: tuple[Option, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Buttons:
    """Controls in one row."""

    buttons: tuple[Button, ...]


Part = (
    Heading | Chips | Headline | Byline | Excerpt | Paragraph | Bullets | Table | Image | Rule | Buttons
)  # every renderer knows all of them

_PARTS: dict[str, type[Any]] = {
    part.__name__.lower(): part
    for part in (Heading, Chips, Headline, Byline, Excerpt, Paragraph, Bullets, Table, Image, Rule, Buttons)
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        text: the whole message in one plain line: phone notifications, screen readers, search. Never empty.
        mention: the id of one role or user group that this message may notify; empty for none.
        language: `ko` or `en`: for the words that a renderer itself adds.
    """

    text: str
    parts: tuple[Part, ...] = ()
    mention: str = ""
    language: str = "ko"


def to_json(message: Message) -> str:
    """The stored form; `from_json` gives an equal Message back."""
    parts = [{"part": type(part).__name__.lower(), **asdict(part)} for part in message.parts]
    return json.dumps(
        {"text": message.text, "mention": message.mention, "language": message.language, "parts": parts},
        ensure_ascii=False,
        default=datetime.isoformat,
    )


def from_json(stored: str) -> Message:
    """Read the stored form.

    Raises:
        ValueError: it is no stored message, or of a form that this version does not know.
    """
    try:
        raw = json.loads(stored)
        parts = tuple(_part(dict(each)) for each in raw["parts"])
        return Message(text=raw["text"], mention=raw["mention"], language=raw["language"], parts=parts)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a stored message: {error!r}") from error


def _part(raw: dict[str, Any]) -> Part:
    kind = raw.pop("part")
    match kind:
        case "chips":
            raw["labels"] = tuple(raw["labels"])
        case "byline":
            raw["when"] = datetime.fromisoformat(raw["when"])
        case "excerpt" | "paragraph":
            raw["spans"] = _spans(raw["spans"])
        case "bullets":
            raw["items"] = tuple(_spans(item) for item in raw["items"])
        case "table":
            raw["header"] = tuple(raw["header"])
            raw["rows"] = tuple(tuple(row) for row in raw["rows"])
        case "buttons":
            raw["buttons"] = tuple(_button(button) for button in raw["buttons"])
    part: Part = _PARTS[kind](**raw)
    return part


def _spans(raw: list[dict[str, Any]]) -> tuple[Span, ...]:
    return tuple(Span(text=each["text"], tone=Tone(each["tone"]), url=each["url"]) for each in raw)


def _button(raw: dict[str, Any]) -> Button:
    options = tuple(Option(**option) for option in raw.pop("options"))
    return Button(**{**raw, "tone": Tone(raw["tone"])}, options=options)
