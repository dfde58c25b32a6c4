"""Plain text → Discord's markdown, so that nothing in it acts.

Discord shows the sign after a backslash as it is (discord.py `utils.escape_markdown` rests on the same), but never
inside a link's label, which is why labels are words of ours and never a headline (discord-api-docs issues 6185, 7721).
A single `~`, `|`, `>` or `[` means nothing to Discord and is common in Korean headlines (`[단독]`, `3~5일`, `<급등>`),
so only what Discord would read as markup is escaped.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, urlsplit

from bot.core.message import Span, Tone
from bot.render.clip import clip, tidy_run
from bot.render.discord_limits import EMBED_URL_MAX, size

_APART: Final = "\u200b"  # keeps two signs apart without being seen

# Escaped wherever they stand: they pair over any distance.
_ANYWHERE = re.compile(r"[\\*_`]")
# `~~` and `||` pair; `](` makes a link of what stands before; `://` and `:name:` make links and emoji; `<` opens
# mentions, times, emoji and addresses. At the end of a text the next run might complete them.
_TOGETHER = re.compile(
    r"~(?=~|\Z)|(?<=~)~|\A~|\|(?=\||\Z)|(?<=\|)\||\A\||\](?=\(|\Z)|:(?=/|\w+:|\Z)|<(?=[@#:/!&A-Za-z0-9]|\Z)"
)
_AT_START = re.compile(r"^([^\S\n]*)(?:([#>+-])|(\d+)([.)]))", re.MULTILINE)  # headings, quotes, lists, small print
_INVITE = re.compile(r"(discord(?:app)?\.(?:gg|com|me|io))/", re.IGNORECASE)  # shown as an invitation without a scheme
_MENTION = re.compile(r"@(?=\S|\Z)")
_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_HOST_UNSAFE = re.compile(r"[\s\x00-\x20\x7f()<>\"'\\^`{|}]")


def escape(text: str, *, starts: bool = True) -> str:
    """`text` so that Discord shows it and nothing else happens. Line breaks stay.

    Args:
        text: from anywhere.
        starts: it begins a line, where a few more signs mean something.
    """
    shown = _ANYWHERE.sub(r"\\\g<0>", tidy_run(text))
    shown = _TOGETHER.sub(r"\\\g<0>", shown)
    shown = _INVITE.sub(r"\1\\/", shown)
    shown = _MENTION.sub(f"@{_APART}", shown)
    return _AT_START.sub(_start, shown) if starts else _AT_START.sub(_start, f".{shown}")[1:]


def escape_within(text: str, room: int, *, starts: bool = True) -> str:
    """As `escape`, at most `room` UTF-16 units; cut with `…` between two signs."""
    limit = max(0, min(len(text), room))
    shown = escape(clip(text, limit), starts=starts)
    while shown and size(shown) > room:
        limit = min(limit - 1, limit * room // size(shown))
        shown = escape(clip(text, limit), starts=starts)
    return shown


def line(spans: Iterable[Span], room: int, *, link: str, starts: bool = True) -> str:
    """Runs of text as one line of at most `room` units.

    Args:
        spans: the runs.
        room: UTF-16 units.
        link: the word that stands for an address.
        starts: nothing stands before it on its line.
    """
    written = ""
    for span in spans:
        address = f" [{link}]({label_url(span.url)})" if label_url(span.url) else ""
        left = room - size(written) - size(address)
        if left < 1:
            address, left = "", room - size(written)
        at_start = (starts and not written) or written.endswith("\n")
        written = _joined(written, _span(span, left, starts=at_start)) + address
    return written


def code(text: str) -> str:
    """`text` to be copied: nothing is read inside, not even a backslash."""
    inside = tidy_run(text).replace("`", "ˋ").replace("@", f"@{_APART}").strip()
    return f"`{inside}`" if inside else ""


def web_url(url: str, most: int = EMBED_URL_MAX) -> str:
    """The address as Discord takes it: http or https, percent-encoded where it must be; empty when it cannot be."""
    url = url.strip()
    if _WEB.match(url) is None:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    except ValueError:
        return ""
    if not parts.hostname or _HOST_UNSAFE.search(host):
        return ""
    rest = parts._replace(scheme="", netloc="").geturl()
    written = f"{parts.scheme}://{host}{quote(rest, safe=_KEPT, errors='replace')}"
    return written if size(written) <= most else ""


def label_url(url: str) -> str:
    """As `web_url`, without a sign that could end a link in running text."""
    return web_url(url).translate(_LINK_ENDS)


_KEPT: Final = "%/?#:@!$&'()*+,;=~-._[]"
_LINK_ENDS: Final = {ord(sign): quote(sign, safe="") for sign in "()*[]'"} | {ord("~"): "%7E"}


def _start(found: re.Match[str]) -> str:
    blank, sign, number, dot = found.groups()
    return f"{blank}\\{sign}" if sign else f"{blank}{number}\\{dot}"


def _span(span: Span, room: int, *, starts: bool) -> str:
    match span.tone:
        case Tone.CODE:
            shown = code(clip(tidy_run(span.text), max(0, room - 2)))
            return shown if size(shown) <= room else ""
        case Tone.STRONG | Tone.DANGER:
            return _bold(span.text, room)
        case _:
            return escape_within(span.text, room, starts=starts)


def _bold(text: str, room: int) -> str:
    """Blanks stand outside the stars: `** x**` is no bold."""
    inside = text.strip()
    head, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    shown = escape_within(inside, max(0, room - 4 - len(head) - len(tail)))
    if not shown or not inside:
        return escape_within(text, room)
    return f"{' ' if head else ''}**{shown}**{' ' if tail else ''}"


def _joined(left: str, right: str) -> str:
    """Markup that touches markup would be read as one."""
    touching = left[-1:] in {"*", "`"} and right[:1] in {"*", "`"}
    return left + (_APART if touching else "") + right
