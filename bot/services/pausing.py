"""Tell people, once, that a channel or a whole workspace stands still.

What stands still is found in the database, not handed over: a channel may be paused by a refused post, by a platform's
event or by another machine, and whoever noticed may be dead since.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.adapters.post import Poster
from bot.adapters.store import Store
from bot.adapters.store.outbox import Paused
from bot.core import compose
from bot.core.errors import GiveUp, InDoubt, TryLater
from bot.core.news import ChannelRef, Platform
from bot.core.wording import reason, say

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Pausing:
    """The use case with what it needs.

    Attributes:
        admin: where the bot reports its own trouble.
    """

    store: Store
    posters: Mapping[Platform, Poster]
    admin: ChannelRef | None = None

    async def tell(self) -> int:
        """Tell of everything that stands still and was not told yet; how many."""
        told = 0
        for paused in await self.store.outbox.untold():
            if await (self._channel(paused) if paused.ref.channel else self._workspace(paused)):
                await self.store.outbox.told(paused)
                told += 1
        return told

    async def _channel(self, paused: Paused) -> bool:
        poster = self.posters.get(paused.ref.platform)
        if poster is None:
            return False
        text = say(
            "pause.channel",
            paused.voice.language,
            channel=paused.ref,
            reason=reason(paused.reason, paused.voice.language, paused.values),
        )
        for person in paused.people:
            try:
                direct = await poster.direct(paused.ref.workspace, person)
            except (TryLater, InDoubt) as error:
                log.info("pause_not_told_yet", channel=str(paused.ref), reason=error.key)
                return False
            except GiveUp as error:
                log.warning("pause_not_told", channel=str(paused.ref), reason=error.key)
                continue
            if direct != paused.ref:
                key = f"{paused.note}/{paused.since}"
                await self.store.outbox.say(direct, compose.notice(text, voice=paused.voice), dedupe_key=key)
        return True

    async def _workspace(self, paused: Paused) -> bool:
        why = reason(paused.reason, paused.voice.language, paused.values)
        log.error("workspace_paused", workspace=paused.ref.home, reason=paused.reason)
        if self.admin is not None and self.admin.home != paused.ref.home:
            text = say("pause.workspace", paused.voice.language, workspace=paused.ref.home, reason=why)
            await self.store.outbox.say(self.admin, compose.notice(text, voice=paused.voice))
        return True
