"""What the Discord handlers ask of the store: a watch for its dialog, the workspace behind a direct channel."""

from dataclasses import dataclass

from bot.adapters.store import Store
from bot.core import commands
from bot.core.commands import Caller
from bot.core.errors import SosikError
from bot.core.news import Platform, Watch


@dataclass(frozen=True, slots=True)
class KnownWatches:
    """`handlers.discord_app.Known` over the store."""

    store: Store
    platform: Platform = Platform.DISCORD

    async def watch(self, caller: Caller, number: str) -> Watch | None:
        """The watch with this number in the caller's channel; None when there is none."""
        try:
            return await self.store.watches.get(caller.channel, commands.number(number))
        except SosikError:
            return None

    async def workspace_of(self, channel: str) -> str | None:
        """The workspace whose watches tell into this direct channel, the newest when several do."""
        return await self.store.views.direct_workspace(self.platform, channel)
