"""The console's side: whoever has the command line is the operator."""

from bot.core.commands import Caller, Standing
from bot.core.news import ChannelRef


class OperatorRights:
    """The operator may do everything; the bot can always queue a message."""

    async def standing(self, caller: Caller, channel: ChannelRef) -> Standing:
        """OPERATOR."""
        return Standing.OPERATOR

    async def missing(self, channel: ChannelRef) -> tuple[str, ...]:
        """Nothing: what the platform lacks shows when the running bot posts."""
        return ()
