"""What managers are told of a source in trouble: once when it begins and once when it is over, never in a news channel.

To SOSIK_ADMIN_CHANNEL when there is one, else by direct message to whoever added the source.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.adapters.store import Store
from bot.core import compose
from bot.core.compose import Voice
from bot.core.errors import SosikError
from bot.core.news import ChannelRef, Source
from bot.core.polling import Notice
from bot.core.wording import say
from bot.sources.asking import is_search

log = structlog.get_logger(__name__)

_BEGINS = frozenset({"source.failing", "source.dead", "source.gone"})
_ENDS = "source.recovered"


@dataclass(frozen=True, slots=True)
class Noticing:
    """The use case with what it needs.

    Attributes:
        admin: the operator's channel.
        direct: the channel for direct messages to a person of a channel's workspace.
        wake: deliver soon.
    """

    store: Store
    voice: Voice
    admin: ChannelRef | None
    direct: Callable[[ChannelRef, str], Awaitable[ChannelRef]]
    wake: Callable[[], None]

    async def tell(self, source: Source, notice: Notice) -> None:
        """Put the sentence into somebody's queue; nothing that goes wrong here stops a poll."""
        try:
            if is_search(source) and source.number == 0:
                await self._tell_of_searches(source, notice)
            else:
                await self._say(source, notice.kind, **notice.values)
        except SosikError as error:
            log.warning("notice_not_told", source=source.id, notice=notice.kind, reason=error.key)

    async def _tell_of_searches(self, source: Source, notice: Notice) -> None:
        """All searches of a kind are one incident: when their service is away, all of them fail."""
        begins = notice.kind in _BEGINS
        if not begins and notice.kind != _ENDS:
            return  # a word that nobody writes about is no trouble
        if await self.store.sources.incident(source.kind, begins=begins):
            key = "searches.failing" if begins else "searches.recovered"
            await self._say(source, key, kind=source.kind)

    async def _say(self, source: Source, key: str, **values: object) -> None:
        to = await self._to(source)
        if to is None:
            log.warning("notice_for_nobody", source=source.id, notice=key)
            return
        settings = await self.store.channels.settings(to)
        voice = Voice(settings.language or self.voice.language, self.voice.zone)
        if "kind" in values:
            values["kind"] = say(f"search.{values['kind']}", voice.language)
        await self.store.outbox.say(to, compose.notice(say(key, voice.language, **values), voice=voice))
        self.wake()

    async def _to(self, source: Source) -> ChannelRef | None:
        if self.admin is not None:
            return self.admin
        home, _, user = source.added_by.rpartition("/")
        home = source.workspace or home
        if not user or ":" not in home:
            return None
        # Any channel of that workspace will do to say which workspace it is.
        return await self.direct(ChannelRef.parse(f"{home}/{user}"), user)
