"""The console as a channel: cards on a terminal, plain lines in a pipe. It is always there, so it is never in doubt."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from bot.adapters.post import Post
from bot.core.message import Byline, Chips, Excerpt, Headline, Message, Paragraph, Span, Tone
from bot.core.news import ChannelRef, Platform
from bot.render import plain_text


class ConsolePoster:
    """Prints every message once, flushed at once.

    Args:
        stream: where to; a terminal gets cards with colour, anything else plain lines, nothing wrapped.
        posted: called with every message, for the demo.
    """

    platform = Platform.CONSOLE
    resend_seconds = 0.0

    def __init__(self, stream: TextIO, *, posted: Callable[[Post], None] = lambda _: None, quiet: bool = False) -> None:
        self._stream = stream
        self._rich = Console(file=stream, highlight=False) if stream.isatty() else None
        self._posted = posted
        self._quiet = quiet
        self._lock = asyncio.Lock()
        self._count = 0

    async def post(self, post: Post) -> str:
        """Print it."""
        async with self._lock:
            self._count += 1
            if not self._quiet:
                self._show(post.message)
            self._posted(post)
            return str(self._count)

    async def edit(self, channel: ChannelRef, external_id: str, message: Message) -> None:
        """A terminal keeps what it showed."""

    async def find(self, channel: ChannelRef, key: str, since: datetime, thread: str = "") -> str | None:
        """A line that was cut off by a crash is printed again rather than lost."""
        return None

    async def direct(self, workspace: str, user: str) -> ChannelRef:
        """The operator's own channel."""
        return ChannelRef(Platform.CONSOLE, workspace, user)

    async def close(self) -> None:
        """Nothing is held open."""

    def _show(self, message: Message) -> None:
        if self._rich is None:
            self._stream.write(plain_text.render(message) + "\n\n")
        else:
            self._rich.print(card(message))
        self._stream.flush()


def card(message: Message) -> Panel | Text:
    """A message for a terminal: a card with a frame when it has a headline, else lines."""
    headline = next((part for part in message.parts if isinstance(part, Headline)), None)
    if headline is None:
        return Text(plain_text.render(message, marks=False) + "\n")
    lines: list[Text] = []
    chips = ""
    for part in message.parts:
        match part:
            case Chips(labels):
                chips = " ".join(f"[{plain_text.one_line(label)}]" for label in labels)
            case Headline(title, url, note):
                lines.append(Text(" ".join(filter(None, (plain_text.one_line(title), note))), style="bold"))
                lines.append(Text(plain_text.one_line(url), style="dim underline"))
            case Byline():
                lines.append(Text(plain_text.byline_text(part, message.language), style="cyan"))
            case Excerpt(spans) | Paragraph(spans):
                lines.append(_marked(spans))
            case _:
                lines.append(Text(plain_text.render(Message(message.text, (part,), language=message.language)), "dim"))
    return Panel(Group(*lines), title=Text(chips, style="bold yellow"), title_align="left", border_style="blue")


def _marked(spans: tuple[Span, ...]) -> Text:
    text = Text()
    for span in spans:
        shown = "".join(sign if sign.isprintable() or sign == " " else " " for sign in span.text)
        text.append(shown, style="bold reverse" if span.tone is Tone.STRONG else "")
    return text
