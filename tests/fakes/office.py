"""A delivering process over a test's store, with a clock that the test moves."""

from bot.adapters.store import Store
from bot.core.compose import Voice, notice
from bot.core.delivery import Kind, State
from bot.core.message import Headline, Message
from bot.core.news import ChannelRef, Platform
from bot.services.deliver import Delivering, DeliveryEnded
from tests.fakes.poster import FakePoster

HERE = ChannelRef(Platform.SLACK, "T1", "C1")
THERE = ChannelRef(Platform.SLACK, "T1", "C2")
LEASE, TIMEOUT = 30.0, 10.0


class Office:
    """A delivering process over the test's store, with a clock that the test moves."""

    def __init__(self, store: Store, clock, owner="one", poster=None) -> None:
        self.store, self.clock = store, clock
        self.poster = poster or FakePoster()
        self.ended: list[DeliveryEnded] = []
        self.ticks = 0.0
        self.delivering = Delivering(
            store,
            {self.poster.platform: self.poster},
            owner,
            lease_seconds=LEASE,
            timeout_seconds=TIMEOUT,
            monotonic=lambda: clock.now.timestamp() + self.ticks,
            jitter=lambda: 0.5,
            ended=self.ended.append,
        )

    async def deliver(self):
        begun = await self.delivering.deliver_due()
        await self.delivering.join()
        return begun

    async def say(self, text, ref=HERE, kind=Kind.NOTICE, key=""):
        return await self.store.outbox.say(ref, a_message(text, kind), kind=kind, dedupe_key=key)

    async def state(self, delivery_id):
        row = await self.store.outbox.get(delivery_id)
        return State(row.state)


def a_message(text, kind=Kind.NOTICE):
    if kind is Kind.ALERT:
        return Message(text, (Headline(text, "https://n.example/1"),))
    return notice(text, voice=Voice())
