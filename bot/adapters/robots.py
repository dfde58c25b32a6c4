"""What a site's robots.txt says about a page, asked once a day per site (RFC 9309).

It is asked of the operator's own sites too: there it costs no gap, and a site that has none allows everything.
Feeds and search interfaces are never checked: they are made for programs, and a person named them.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protego import Protego
from yarl import URL

from bot.core.errors import GiveUp, TryLater

ROBOTS_BYTES = 500 * 1024  # RFC 9309 §2.5: at least this much is read; what follows is ignored
_FRESH_SECONDS = 24 * 3600.0  # RFC 9309 §2.4
_STALE_SECONDS = 30 * 24 * 3600.0  # RFC 9309 §2.3.1.4: how long an old copy may stand in for an unreachable one
_ASK_AGAIN_SECONDS = 600.0  # after a site could not be asked
_KEPT_BYTES = 2 * 1024 * 1024  # of text, over all sites; a parsed rule takes some twenty times its text
_HEAVY_BYTES = 64 * 1024  # 500 KiB of hostile patterns take 0.13 s to compare (measured): not in the event loop
_SITE_BYTES = 512  # what a site without rules costs


@dataclass(frozen=True, slots=True)
class _Copy:
    """What is known of one site; `rules` None allows everything, `read_at` None means that it was never read."""

    rules: Protego | None
    read_at: float | None
    ask_at: float
    size: int = _SITE_BYTES


class Robots:
    """Asks and remembers.

    Args:
        ask: the text at an address; None when the site answered that it has none (4xx).
            It raises TryLater when nobody knows.
    """

    def __init__(
        self, ask: Callable[[URL], Awaitable[bytes | None]], *, user_agent: str, clock: Callable[[], float]
    ) -> None:
        self._ask = ask
        self._user_agent = user_agent
        self._clock = clock
        self._copies: OrderedDict[URL, _Copy] = OrderedDict()
        self._size = 0
        self._asking: dict[URL, asyncio.Lock] = {}

    async def check(self, url: URL) -> None:
        """Return when the page may be fetched.

        Raises:
            GiveUp: the site asks programs to leave it alone.
            TryLater: the site's rules could not be read; until they are, nothing is fetched (RFC 9309 §2.3.1.4).
        """
        site = url.origin()
        copy = self._copies.get(site)
        if copy is None or copy.ask_at <= self._clock():
            copy = await self._renewed(site)
        if copy.read_at is None:
            raise TryLater("fetch.robots_unknown", after_seconds=copy.ask_at - self._clock(), host=site.host)
        if copy.rules is not None and not await self._permits(copy, copy.rules, str(url)):
            raise GiveUp("fetch.robots", host=site.host)

    async def _permits(self, copy: _Copy, rules: Protego, url: str) -> bool:
        if copy.size > _HEAVY_BYTES:
            return await asyncio.to_thread(rules.can_fetch, url, self._user_agent)
        return bool(rules.can_fetch(url, self._user_agent))

    async def _renewed(self, site: URL) -> _Copy:
        """One asks while the others wait; when that one is cancelled, the next asks."""
        lock = self._asking.setdefault(site, asyncio.Lock())
        try:
            async with lock:
                old = self._copies.get(site)
                if old is not None and old.ask_at > self._clock():
                    return old
                new = await self._read(site, old)
                self._keep(site, new)
                return new
        finally:
            if not lock.locked():
                self._asking.pop(site, None)

    async def _read(self, site: URL, old: _Copy | None) -> _Copy:
        try:
            text = await self._ask(site / "robots.txt")
        except TryLater:
            ask_at = self._clock() + _ASK_AGAIN_SECONDS
            if old is not None and old.read_at is not None and old.read_at > self._clock() - _STALE_SECONDS:
                return _Copy(old.rules, old.read_at, ask_at, old.size)
            return _Copy(None, None, ask_at)
        now = self._clock()
        if not text:
            return _Copy(None, now, now + _FRESH_SECONDS)
        rules = await asyncio.to_thread(_parsed, text)
        return _Copy(rules, now, now + _FRESH_SECONDS, _SITE_BYTES + len(text))

    def _keep(self, site: URL, copy: _Copy) -> None:
        old = self._copies.pop(site, None)
        self._size += copy.size - (old.size if old else 0)
        self._copies[site] = copy
        while self._size > _KEPT_BYTES:
            _, dropped = self._copies.popitem(last=False)
            self._size -= dropped.size


def _parsed(text: bytes) -> Protego:
    return Protego.parse(text.decode("utf-8-sig", errors="replace"))
