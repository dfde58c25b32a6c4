"""A chat platform as the tests' own: it keeps what was posted, and fails as it is told to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.adapters.post import Post
from bot.core.errors import GiveUp
from bot.core.message import Message
from bot.core.news import ChannelRef, Platform


@dataclass
class FakePoster:
    """Posts arrive in `posts`, by channel, in order.

    Attributes:
        before: called before a post arrives: raises what should go wrong, and the post is not there.
        after: called after it arrived: raises, and the post is there all the same.
        may_look: whether the history can be read.
        nonces: whether a second post with the same key is dropped.
    """

    platform: Platform = Platform.SLACK
    resend_seconds: float = 0.0
    before: Callable[[Post], None] = lambda _: None
    after: Callable[[Post], None] = lambda _: None
    may_look: bool = True
    nonces: bool = False
    posts: list[Post] = field(default_factory=list)
    edits: list[tuple[str, Message]] = field(default_factory=list)
    looked: int = 0
    hold: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, post: Post) -> str:
        if self.hold is not None:
            await self.hold.wait()
        self.before(post)
        if not (self.nonces and any(each.key == post.key for each in self.posts)):
            self.posts.append(post)
            self.arrived.set()
        self.after(post)
        return f"ts-{post.key}"

    async def edit(self, channel: ChannelRef, external_id: str, message: Message) -> None:
        self.edits.append((external_id, message))

    async def find(self, channel: ChannelRef, key: str, since: datetime, thread: str = "") -> str | None:
        self.looked += 1
        if not self.may_look:
            raise GiveUp("delivery.cannot_look")
        return next((f"ts-{post.key}" for post in self.posts if post.key == key and post.channel == channel), None)

    async def direct(self, workspace: str, user: str) -> ChannelRef:
        return ChannelRef(self.platform, workspace, user)

    async def close(self) -> None:
        """Nothing is held open."""

    def texts(self, channel: ChannelRef | None = None) -> list[str]:
        """What arrived, in order."""
        return [post.message.text for post in self.posts if channel in {None, post.channel}]

    def forget(self) -> None:
        """A new poster's worth of faults."""
        self.before = self.after = lambda _: None


def once(error: Exception, count: int = 1) -> Callable[[Post], None]:
    """Raise the error for the first `count` posts."""
    left = [count]

    def fail(_: Post) -> None:
        if left[0]:
            left[0] -= 1
            raise error

    return fail
