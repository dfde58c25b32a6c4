"""What every page is made of: elements whose texts are escaped, links that lead to the web only, times.

`element` is the only place where markup is written; whatever is put into it is escaped unless it came out of it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.core.wording import say

_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_VOID: Final = frozenset({"br", "hr", "img", "link", "meta"})
EMPTY: Final = Markup()


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a page: `ko` or `en`, the IANA zone, and the present moment."""

    language: str
    zone: str
    now: datetime


def element(tag: str, /, *inside: str, **attributes: str) -> Markup:
    """One element; `class_` writes `class`, `aria_label` writes `aria-label`."""
    shown = EMPTY.join(
        Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items()
    )
    if tag in _VOID:
        return Markup("<{}{}>").format(tag, shown)
    return Markup("<{}{}>{}</{}>").format(tag, shown, EMPTY.join(inside), tag)


def joined(pieces: Iterable[str], between: str = "") -> Markup:
    """The pieces in a row; what is no markup is escaped."""
    return Markup.escape(between).join(pieces)


def link(url: str, *inside: str, class_: str = "link") -> Markup:
    """A link to the web; what leads anywhere else is text."""
    if _WEB.match(url) is None:
        return joined(inside)
    return element("a", *inside, class_=class_, href=url, rel="noopener noreferrer nofollow", target="_blank")


def picture(data: str, alt: str) -> Markup:
    """A PNG of our own, base64; its words where it is no picture."""
    if _BASE64.fullmatch(data) is None:
        return element("p", alt, class_="alt")
    return element("img", class_="picture", src=f"data:image/png;base64,{data}", alt=alt)


def menu(label: str, options: Iterable[str]) -> Markup:
    """A menu that opens without a script."""
    items = joined(element("li", each) for each in options)
    return element("details", element("summary", label), element("ul", items), class_="menu")


def moment(stamp: int) -> datetime | None:
    """Unix seconds as a time; None beyond the calendar."""
    try:
        return datetime.fromtimestamp(stamp, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def time(when: datetime, reader: Reader, shown: str) -> Markup:
    """A time that machines can read."""
    return element("time", shown, datetime=when.astimezone(ZoneInfo(reader.zone)).isoformat(timespec="minutes"))


def clock(when: datetime, reader: Reader) -> str:
    """`오후 6:00`."""
    here = when.astimezone(ZoneInfo(reader.zone))
    return say("page.am" if here.hour < 12 else "page.pm", reader.language, time=f"{here.hour % 12 or 12}:{here:%M}")


def day(when: datetime, reader: Reader, *, near: bool = True) -> str:
    """`2026년 11월 25일`; `오늘` and `어제` when `near`."""
    zone = ZoneInfo(reader.zone)
    here, today = when.astimezone(zone).date(), reader.now.astimezone(zone).date()
    if near and here == today:
        return say("page.today", reader.language)
    if near and here == today - timedelta(days=1):
        return say("page.yesterday", reader.language)
    return say("page.date", reader.language, year=here.year, month=here.month, day=here.day)
