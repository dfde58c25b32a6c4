"""Everything that is kept. One method is one transaction; what goes in and comes out are plain values."""

from collections.abc import Callable
from datetime import datetime
from typing import Self

from bot.adapters.store.articles import Articles
from bot.adapters.store.channels import Channels
from bot.adapters.store.counts import Counts
from bot.adapters.store.database import Database, database_url, utc_now
from bot.adapters.store.digests import Digests
from bot.adapters.store.housekeeping import Housekeeping
from bot.adapters.store.installations import Installations
from bot.adapters.store.lookups import Lookups
from bot.adapters.store.mutes import Mutes
from bot.adapters.store.outbox import Outbox
from bot.adapters.store.porting import Porting
from bot.adapters.store.sources import Sources
from bot.adapters.store.views import Views
from bot.adapters.store.watches import Watches
from bot.core.compose import Voice
from bot.core.story import NO_EVENTS, EventModel


class Store:
    """The open store; close it by leaving its `async with` block.

    Args:
        url: `sqlite:///path` or `postgresql://…`.
        voice: how channels are spoken to that never said otherwise.
        clock: the time on SQLite; PostgreSQL asks its own.
        events: what reports of the same event have in common.

    Raises:
        UserMistake: `database.url`.
    """

    def __init__(
        self,
        url: str,
        *,
        voice: Voice,
        clock: Callable[[], datetime] = utc_now,
        events: EventModel = NO_EVENTS,
    ) -> None:
        self.db = Database(database_url(url), clock=clock)
        self.articles = Articles(self.db, events=events)
        self.lookups = Lookups(self.db)
        self.counts = Counts(self.db)
        self.channels = Channels(self.db)
        self.digests = Digests(self.db)
        self.housekeeping = Housekeeping(self.db)
        self.installations = Installations(self.db)
        self.mutes = Mutes(self.db)
        self.outbox = Outbox(self.db, default_voice=voice)
        self.porting = Porting(self.db)
        self.sources = Sources(self.db)
        self.views = Views(self.db)
        self.watches = Watches(self.db)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.db.__aexit__()
