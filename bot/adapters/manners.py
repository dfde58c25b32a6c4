"""How often one host is asked: two requests at once, half a second apart, and so many pages an hour (contract §3).

Polls and pages of a host wait in lines of their own, and polls go first: a hundred article pages must not hold up
the next look at the feed that named them.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum

from bot.core.errors import TryLater

AT_ONCE = 2
GAP_SECONDS = 0.5
PAGES_AN_HOUR = 1200
_HOUR_SECONDS = 3600.0
_KEPT_HOSTS = 2048  # idle ones are forgotten above this


class Line(Enum):
    """Why a host is asked: the two wait apart."""

    POLL = "poll"
    PAGE = "page"


@dataclass(slots=True)
class _Host:
    active: int = 0
    waiting: dict[Line, deque[asyncio.Future[None]]] = field(default_factory=lambda: {line: deque() for line in Line})
    ready_at: dict[Line, float] = field(default_factory=lambda: dict.fromkeys(Line, float("-inf")))
    pages: deque[float] = field(default_factory=deque)


class Manners:
    """Keeps the rules for all public hosts.

    Attributes:
        spare_own: the operator's own hosts are asked as fast as there is work.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        at_once: int = AT_ONCE,
        gap_seconds: float = GAP_SECONDS,
        pages_an_hour: int = PAGES_AN_HOUR,
        spare_own: bool = True,
    ) -> None:
        self.spare_own = spare_own
        self._clock = clock
        self._at_once = at_once
        self._gap_seconds = gap_seconds
        self._pages_an_hour = pages_an_hour
        self._hosts: dict[str, _Host] = {}
        self._room = _KEPT_HOSTS

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, name: str, *, line: Line) -> AsyncIterator[None]:
        """Wait for this host's turn and hold it.

        Raises:
            TryLater: the host gave as many pages this hour as we ask of it.
        """
        host = self._host(name)
        if line is Line.PAGE:
            self._count_page(host, name)
        await self._enter(host, line)
        try:
            await self._keep_gap(host, line)
            yield
        finally:
            self._leave(host)

    def _host(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= self._room:
                self._forget_idle()
            host = self._hosts[name] = _Host()
        return host

    def _count_page(self, host: _Host, name: str) -> None:
        now = self._clock()
        while host.pages and host.pages[0] <= now - _HOUR_SECONDS:
            host.pages.popleft()
        if len(host.pages) >= self._pages_an_hour:
            wait = host.pages[0] + _HOUR_SECONDS - now
            raise TryLater("fetch.page_quota", after_seconds=wait, host=name, pages=self._pages_an_hour)
        host.pages.append(now)

    async def _enter(self, host: _Host, line: Line) -> None:
        if host.active < self._at_once:
            host.active += 1
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        host.waiting[line].append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._leave(host)  # the turn came with the cancellation: hand it on
            raise

    def _leave(self, host: _Host) -> None:
        """Hand the turn to the next that still waits, polls first."""
        for line in Line:
            while host.waiting[line]:
                following = host.waiting[line].popleft()
                if not following.done():
                    following.set_result(None)
                    return
        host.active -= 1

    async def _keep_gap(self, host: _Host, line: Line) -> None:
        now = self._clock()
        start = max(now, host.ready_at[line])
        host.ready_at[line] = start + self._gap_seconds
        if start > now:
            await asyncio.sleep(start - now)

    def _forget_idle(self) -> None:
        now = self._clock()
        for name, host in list(self._hosts.items()):
            pages_old = not host.pages or host.pages[-1] <= now - _HOUR_SECONDS
            if host.active == 0 and pages_old and max(host.ready_at.values()) <= now:
                del self._hosts[name]
        self._room = max(_KEPT_HOSTS, 2 * len(self._hosts))  # so that a full table is not searched for every new host
