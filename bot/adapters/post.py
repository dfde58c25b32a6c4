"""What every platform's poster can do. Console, Slack, Discord and the tests' own are four real ones."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.message import Message
from bot.core.news import ChannelRef, Platform


@dataclass(frozen=True, slots=True)
class Post:
    """One message on its way out.

    Attributes:
        key: opaque and unique to this delivery, the same at every try: the platform's idempotency key is made from it.
        thread: the external id of the message to answer in a thread; empty for a message of its own.
    """

    channel: ChannelRef
    message: Message
    key: str
    thread: str = ""


def _any_time() -> None:
    """Whoever sets no deadline has none."""


MAY_SEND: ContextVar[Callable[[], None]] = ContextVar("may_send", default=_any_time)
"""Called when a connection stands and the request is about to be written; raises when it is too late to send it.

A process that was frozen since it checked its deadline must notice as late as possible."""


class Poster(Protocol):
    """Posts Messages to one platform. It never retries by itself: the outbox does.

    Every method raises what the caller does next: `TryLater` refused for certain, for now (429, closed for a moment);
    `GiveUp` refused for good, `reach` tells for what (a payload: ITEM; a channel gone, archived, forbidden: CHANNEL;
    a token revoked: WORKSPACE); `InDoubt` nobody knows (time-out, reset, 5xx, an answer that is no answer).
    """

    platform: Platform
    resend_seconds: float
    """A post in doubt may be sent again with the same key while it is younger than this, without looking: the platform
    itself drops the second one (Discord's nonce). 0 where it does not."""

    async def post(self, post: Post) -> str:
        """Send; return the message's external id, which `edit` and `Post.thread` take."""
        ...

    async def edit(self, channel: ChannelRef, external_id: str, message: Message) -> None:
        """Replace the message's content in place. `GiveUp("delivery.message_gone")` when it is no longer there."""
        ...

    async def find(self, channel: ChannelRef, key: str, since: datetime, thread: str = "") -> str | None:
        """Look for the post with this key among the channel's messages since then (UTC): its external id, or None.

        Raises:
            GiveUp: `delivery.cannot_look`: the bot may not read this channel's history.
        """
        ...

    async def direct(self, workspace: str, user: str) -> ChannelRef:
        """The channel for direct messages to a person."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
