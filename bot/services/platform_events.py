"""What a platform tells of itself: channels that close and open, workspaces that leave."""

from typing import Protocol

from bot.core.news import ChannelRef


class PlatformEvents(Protocol):
    """Told by the handlers of every platform; each may be told more than once, and in any order."""

    async def channel_closed(self, channel: ChannelRef, reason_key: str) -> None:
        """Nothing can be posted there any more; `reason_key` is the sentence (`delivery.archived`, …)."""
        ...

    async def channel_opened(self, channel: ChannelRef) -> None:
        """Posting may work again: unarchived, or the bot was invited."""
        ...

    async def workspace_gone(self, workspace: str) -> None:
        """The app was removed from the workspace, or its tokens were revoked."""
        ...
