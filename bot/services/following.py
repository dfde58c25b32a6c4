"""Searches follow the watches: what somebody watches is searched for by itself, and its first reading is silent.

One search for each kind and distinct query, shared by all channels. Which service may be asked how often is decided in
`core/budget.py`; the count of a day's calls is in the database, for all machines together.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.adapters.store import Store
from bot.adapters.store.sources import NewSource
from bot.core.budget import Search, seconds_a_call, shortest_waits
from bot.core.errors import TryLater, UserMistake
from bot.core.matching import expression as expressions
from bot.core.news import Source, SourceState, Watch
from bot.core.polling import first_polls
from bot.services.audience import LiveAudience
from bot.sources import google_news, naver
from bot.sources.asking import query_for, query_source
from bot.sources.catalog import CatalogFeed
from bot.sources.registry import KINDS

log = structlog.get_logger(__name__)

SEARCH_KINDS = tuple(name for name, kind in KINDS.items() if kind.query)
_SHARES_EVERY = timedelta(minutes=1)
_PARSE_SLICE = 2_000  # expressions read in one go beside the event loop


@dataclass(frozen=True, slots=True)
class Searching:
    """How the searches of one kind are doing, for `출처 list`.

    Attributes:
        spent: calls of today; None where nobody counts.
        most: calls that a day may have.
        waits: the shortest and the longest wait between two readings, in seconds.
    """

    kind: str
    count: int
    trouble: int
    spent: int | None
    most: int
    waits: tuple[float, float]


@dataclass(slots=True)
class Following:
    """The use case with what it needs.

    Attributes:
        kinds: what follows the watches.
        defaults: what a database without any source begins with; None when it begins with nothing.
        minimum_seconds: `m` of contract §3.
    """

    store: Store
    audience: LiveAudience
    kinds: tuple[str, ...]
    defaults: Callable[[], tuple[CatalogFeed, ...]] | None
    zone: str
    minimum_seconds: float = 60.0
    _revision: str | None = None
    _queries: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _since: Mapping[str, datetime] = field(default_factory=dict)
    _waits: dict[int, float] = field(default_factory=dict)
    _shared_at: datetime | None = None

    async def prepare(self) -> None:
        """What must be right before sources are polled; cheap when nothing changed."""
        if self._revision is None:
            await self._begin()
        audience = await self.audience.refresh()
        now = await self.store.housekeeping.ping()
        if audience.revision != self._revision:
            await self._follow(audience.watches.values())
            self._revision = audience.revision
            self._shared_at = None
        if self._shared_at is None or now - self._shared_at >= _SHARES_EVERY:
            await self._share(now)
            self._shared_at = now

    async def allowed(self, source: Source) -> None:
        """Take one of the day's calls for a source whose service counts them.

        Raises:
            TryLater: `naver.spent`: there are none left today.
        """
        if source.kind != "naver":
            return
        local = (await self.store.housekeeping.ping()).astimezone(ZoneInfo(naver.DAY_ZONE))
        if not await self.store.sources.spend("naver", local.date(), most=naver.CALLS_A_DAY):
            raise TryLater("naver.spent", after_seconds=_until_midnight(local), most=naver.CALLS_A_DAY)

    def shortest_wait(self, source: Source) -> float:
        """Seconds that a source must not be asked for."""
        return self._waits.get(source.id, 0.0)

    async def searching(self) -> tuple[Searching, ...]:
        """How the searches are doing, by kind."""
        now = await self.store.housekeeping.ping()
        await self._share(now)
        found = [each for each in await self.store.sources.searches(SEARCH_KINDS) if each.number == 0]
        answer = []
        for kind in SEARCH_KINDS:
            mine = [each for each in found if each.kind == kind]
            if mine:
                waits = [max(each.interval_seconds, self.minimum_seconds, self._waits[each.id]) for each in mine]
                trouble = sum(each.state in {SourceState.FAILING, SourceState.DEAD} for each in mine)
                spent = await self._spent(now) if kind == "naver" else None
                most = naver.CALLS_A_DAY if kind == "naver" else 0
                answer.append(Searching(kind, len(mine), trouble, spent, most, (min(waits), max(waits))))
        return tuple(answer)

    async def _begin(self) -> None:
        if self.defaults is None or await self.store.sources.seen_by(None):
            return
        feeds = [NewSource(feed.url, name=named(feed)) for feed in await asyncio.to_thread(self.defaults)]
        made = await self.store.sources.add_all(
            feeds, zone=self.zone, due=lambda count, now: first_polls(count, now=now), only_first=True
        )
        if made:
            log.info("catalogue_switched_on", sources=len(made))

    async def _follow(self, watches: Iterable[Watch]) -> None:
        wanted: dict[str, str] = {}
        since: dict[str, datetime] = {}
        all_of_them = tuple(watches) if self.kinds else ()
        await self._read([each.expression for each in all_of_them])
        spelled: dict[str, str] = {}  # services do not tell LG from lg: one search is enough
        for query in (query for each in all_of_them for query in self._queries[each.expression]):
            spelled[query.casefold()] = min(query, spelled.get(query.casefold(), query))
        for watch in all_of_them:
            for query in self._queries[watch.expression]:
                for kind in self.kinds:
                    url = query_source(kind, spelled[query.casefold()])
                    wanted[url] = kind
                    since[url] = max(since.get(url, watch.since), watch.since)
        self._since = since
        due = {kind: self._spread(kind) for kind in self.kinds}
        came, went = await self.store.sources.follow(SEARCH_KINDS, wanted, zone=self.zone, due=due)
        if came or went:
            log.info("searches_follow", came=came, went=went)

    async def _read(self, lines: list[str]) -> None:
        """Know the queries of exactly these expressions."""
        known = self._queries
        fresh = [line for line in dict.fromkeys(lines) if line not in known]
        self._queries = {line: known[line] for line in lines if line in known}
        for start in range(0, len(fresh), _PARSE_SLICE):
            some = fresh[start : start + _PARSE_SLICE]
            self._queries.update(await asyncio.to_thread(_read_all, some))

    def _spread(self, kind: str) -> "_Spread":
        """When new searches are read first: at once, and many of them no faster than the service allows."""
        return _Spread(self._a_call(kind))

    def _a_call(self, kind: str) -> float:
        if kind == "naver":
            return seconds_a_call(naver.CALLS_A_DAY, spent=0, seconds_left=0.0)
        return google_news.SECONDS_A_CALL * min(1.0, self.minimum_seconds / 60.0)

    async def _share(self, now: datetime) -> None:
        """Decide how long each search has to wait between two readings."""
        found = await self.store.sources.searches(SEARCH_KINDS)
        waits: dict[int, float] = {}
        for kind in SEARCH_KINDS:
            searches = [
                Search(each.id, max(each.interval_seconds, self.minimum_seconds), self._since.get(each.url))
                for each in found
                if each.kind == kind and each.state is not SourceState.PAUSED
            ]
            a_call = self._a_call(kind)
            if kind == "naver" and searches:
                local = now.astimezone(ZoneInfo(naver.DAY_ZONE))
                a_call = seconds_a_call(
                    naver.CALLS_A_DAY, spent=await self._spent(now), seconds_left=_until_midnight(local)
                )
            waits |= shortest_waits(searches, seconds_a_call=a_call, now=now)
        self._waits = waits

    async def _spent(self, now: datetime) -> int:
        return await self.store.sources.spent("naver", now.astimezone(ZoneInfo(naver.DAY_ZONE)).date())


@dataclass(frozen=True, slots=True)
class _Spread:
    seconds_a_call: float

    def __call__(self, count: int, now: datetime) -> tuple[datetime, ...]:
        step = self.seconds_a_call if count > 1 else 0.0
        return tuple(now + timedelta(seconds=place * step) for place in range(count))


def named(feed: CatalogFeed) -> str:
    """What a feed of the catalogue is called: `연합뉴스 경제`."""
    return feed.outlet if feed.section == "전체" else f"{feed.outlet} {feed.section}"


def queries_of(line: str) -> tuple[str, ...]:
    """The searches for what a watch wants; none for one that cannot be read (`LiveAudience` says so)."""
    try:
        return query_for(str(term) for term in expressions.parse(line).terms)
    except UserMistake:
        return ()


def _read_all(lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    return {line: queries_of(line) for line in lines}


def _until_midnight(local: datetime) -> float:
    tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - local).total_seconds()
