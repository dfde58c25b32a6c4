"""A person adds or checks a source: it is read at once, and what went wrong is said."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from bot.adapters.store import Store
from bot.adapters.store.sources import NewSource
from bot.core.addresses import masked_url
from bot.core.errors import TryLater, UserMistake
from bot.core.matching import expression as expressions
from bot.core.news import Source, SourceState, Watch
from bot.core.polling import first_polls
from bot.services.following import SEARCH_KINDS, Searching, named
from bot.services.poll import LEASE, Polling
from bot.sources.asking import is_search, query_source
from bot.sources.catalog import Catalog, CatalogFeed
from bot.sources.opml import OpmlFeed

OWN_SOURCES = 30  # of one workspace, where several share an install (facts/security.md)
_QUERY = re.compile(rf"({'|'.join(SEARCH_KINDS)}):(?!//)\s*(.+)", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"[^\s/]*[.:]\S*")  # a host has a dot or a port; names of outlets and sections do not


@dataclass(frozen=True, slots=True)
class Added:
    """A source that was just made and read: `entries` it had, and the usual time between them."""

    source: Source
    entries: int
    gap_seconds: float


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody asked to be read: an address of a kind."""

    url: str
    kind: str = "feed"


@dataclass(slots=True)
class Sourcing:
    """The use case with what it needs.

    Attributes:
        wake: poll what is due at once.
        catalog: the built-in feeds.
        searching: how the searches that follow the watches are doing.
    """

    store: Store
    polling: Polling
    zone: str
    wake: Callable[[], None]
    minimum_seconds: float
    catalog: Callable[[], Catalog]
    searching: Callable[[], Awaitable[tuple[Searching, ...]]]

    async def catalogued(self, name: str) -> tuple[CatalogFeed, ...]:
        """The feeds of the catalogue that a name means: an outlet, a section, or `연합뉴스/경제`.

        Raises:
            UserMistake: it means none; `near` is the nearest.
        """
        catalog = await asyncio.to_thread(self.catalog)
        return catalog.select([name])

    async def switch_on(self, feeds: Sequence[CatalogFeed], *, who: str) -> tuple[Source, ...]:
        """Read these feeds of the catalogue for every workspace, soon; returns those that were not read before."""
        made = await self.store.sources.add_all(
            [NewSource(feed.url, name=named(feed)) for feed in feeds],
            zone=self.zone,
            due=_first_due,
            added_by=who,
        )
        self.wake()
        return made

    async def add(self, place: Place, *, name: str, workspace: str, who: str) -> Added:
        """Make a source and take its baseline; nothing of what stands in it now is ever posted.

        Raises:
            UserMistake: the address is no feed, cannot be read, or is there already; or the workspace has enough.
        """
        if place.kind == "naver" and not self.polling.access.naver_id:
            raise UserMistake("naver.no_key")
        for known in await self.store.sources.seen_by(workspace):
            if known.url == place.url and known.workspace in {None, workspace}:
                raise UserMistake("source.exists", number=known.number)
        answer, reading = await self.polling.look(place.url, zone=self.zone, kind=place.kind)
        shared = await self.store.sources.several_workspaces()
        source = await self.store.sources.add(
            place.url,
            workspace=workspace,
            kind=place.kind,
            name=name or reading.title or masked_url(place.url),
            zone=self.zone,
            added_by=who,
            claimed_by=(self.polling.owner, LEASE),
            most=OWN_SOURCES if shared else None,
        )
        await self.polling.adopt(source, answer, reading)
        dates = sorted((each.published for each in reading.entries if each.published is not None), reverse=True)
        return Added(source, len(reading.entries), _gap(dates))

    async def check(self, source: Source) -> int:
        """Read a source now, also while it is backed off from; how many articles were new.

        Raises:
            UserMistake: `source.checked_lately`: less than the shortest interval ago.
        """
        now = await self.store.housekeeping.ping()
        if source.checked_at is not None and now - source.checked_at < timedelta(seconds=self.minimum_seconds):
            raise UserMistake("source.checked_lately", seconds=round(self.minimum_seconds))
        claimed = await self.store.sources.claim_due(self.polling.owner, lease=LEASE, limit=1, only=(source.id,))
        if not claimed:
            raise TryLater("source.busy")
        return await self.polling.poll(claimed[0], telling=True)

    async def only_here(self, source: Source) -> int:
        """How many watches look at this source alone: no other serves them, or none brings the outlets they name."""
        others = [
            each
            for each in (*await self.store.sources.seen_by(None), *await self.store.sources.searches(SEARCH_KINDS))
            if each.id != source.id and each.state is not SourceState.PAUSED
        ]
        _, watches = await self.store.watches.active()
        return sum(
            self._lives_on(watch, source, [each for each in others if each.workspace in {None, watch.channel.home}])
            for watch in watches
            if source.workspace in {None, watch.channel.home}
        )

    def _lives_on(self, watch: Watch, source: Source, others: Sequence[Source]) -> bool:
        if not others:
            return True
        if any(is_search(each) for each in others):
            return False  # a search brings any outlet
        try:
            parts = expressions.parse(watch.expression).parts
        except UserMistake:
            return False
        return all(
            part.outlets
            and any(self._brings(source, outlet) for outlet in part.outlets)
            and not any(self._brings(each, outlet) for each in others for outlet in part.outlets)
            for part in parts
        )

    def _brings(self, source: Source, outlet: str) -> bool:
        wanted = outlet.casefold()
        known = self.polling.outlet_of(source.url) or source.name
        return wanted in known.casefold() or wanted in source.url.casefold()


def place_of(text: str, *, kind: str = "") -> Place | None:
    """The place that somebody wrote; None when it is a name, for the catalogue.

    A search is written `hackernews:AI agents`, a list page with its selectors behind `#item=` (sources/page.py).
    """
    wanted = text.strip()
    query = _QUERY.fullmatch(wanted)
    if query is not None:
        return Place(query_source(query[1].lower(), query[2]), query[1].lower())
    if not _ADDRESS.match(wanted):
        return None
    address = wanted if "://" in wanted else f"https://{wanted}"
    return Place(address, kind or ("page" if "#item=" in address else "feed"))


async def export_feeds(store: Store) -> tuple[OpmlFeed, ...]:
    """Every feed that is read, whoever added it: other kinds of sources have no place in OPML."""
    feeds = (each for each in await store.sources.seen_by(None) if each.kind == "feed")
    return tuple({each.url: OpmlFeed(each.url, each.name) for each in feeds}.values())


async def import_feeds(store: Store, feeds: Sequence[OpmlFeed], *, zone: str) -> int:
    """Make sources for every workspace; how many were not there. Nothing is fetched."""
    wanted = [NewSource(feed.url, name=feed.title) for feed in feeds]
    return len(await store.sources.add_all(wanted, zone=zone, due=_first_due))


def _first_due(count: int, now: datetime) -> tuple[datetime, ...]:
    return first_polls(count, now=now)


def _gap(dates: Sequence[datetime]) -> float:
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(dates)]
    return median(gaps) if gaps else 0.0
