"""A person adds or checks a source: it is read at once, and what went wrong is said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from bot.adapters.store import Store
from bot.core.errors import TryLater, UserMistake
from bot.core.news import Source
from bot.services.poll import LEASE, Polling


@dataclass(frozen=True, slots=True)
class Added:
    """A source that was just made and read: `entries` it had, and the usual time between them."""

    source: Source
    entries: int
    gap_seconds: float


@dataclass(slots=True)
class Sourcing:
    """The use case with what it needs.

    Attributes:
        wake: poll what is due at once.
    """

    store: Store
    polling: Polling
    zone: str
    wake: Callable[[], None]
    minimum_seconds: float = 60.0

    async def add(self, url: str, *, name: str, workspace: str, who: str) -> Added:
        """Make a source and take its baseline; nothing of what stands in it now is ever posted.

        Raises:
            UserMistake: the address is no feed, cannot be read, or is there already.
        """
        address = url.strip()
        if "://" not in address:
            address = f"https://{address}"
        answer, reading = await self.polling.look(address, zone=self.zone)
        source = await self.store.sources.add(
            address,
            workspace=workspace,
            name=name or reading.title or "",
            zone=self.zone,
            added_by=who,
            claimed_by=(self.polling.owner, LEASE),
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


def _gap(dates: Sequence[datetime]) -> float:
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(dates)]
    return median(gaps) if gaps else 0.0
