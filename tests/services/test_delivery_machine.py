"""Every way that a delivery can go, in any order: nothing is lost, nothing is told twice, order is kept.

The rules act on the real store over a SQLite file and a platform that fails as it is told. In the end all troubles
are over, and what was said is compared with what arrived.
"""

import asyncio
import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from bot.adapters.store import Store
from bot.adapters.store.migrate import upgrade
from bot.core.compose import Voice
from bot.core.delivery import Kind, Pacing, State, decide
from bot.core.errors import GiveUp, InDoubt, Reach, TryLater
from tests.conftest import Clock
from tests.fakes.office import HERE, LEASE, THERE, TIMEOUT, Office
from tests.fakes.poster import FakePoster

BEFORE = {
    "refused for now": TryLater("delivery.rate_limited", after_seconds=20, reach=Reach.CHANNEL),
    "platform down": TryLater("delivery.unreachable", reach=Reach.PLATFORM),
    "request lost": InDoubt("delivery.unreachable"),
    "poison": RuntimeError("a renderer broke"),
    "payload": GiveUp("delivery.payload"),
    "archived": GiveUp("delivery.archived", reach=Reach.CHANNEL),
    "revoked": GiveUp("delivery.token", reach=Reach.WORKSPACE),
}
AFTER = {"answer lost": InDoubt("delivery.unreachable"), "killed": asyncio.CancelledError()}
TROUBLES = st.sampled_from([*BEFORE, *AFTER])
WHERE = st.sampled_from([HERE, THERE])
_EMPTY: list[Path] = []


def empty_database() -> Path:
    if not _EMPTY:
        path = Path(tempfile.mkdtemp()) / "empty.db"

        async def migrate():
            async with Store(f"sqlite:///{path}", voice=Voice()) as store:
                await upgrade(store.db)

        asyncio.run(migrate())
        _EMPTY.append(path)
    return _EMPTY[0]


class Deliveries(RuleBasedStateMachine):
    @initialize()
    def open(self):
        self.folder = tempfile.mkdtemp(prefix="sosik-machine-")
        path = shutil.copy(empty_database(), self.folder)
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.store = Store(f"sqlite:///{path}", voice=Voice(), clock=self.clock)
        self.poster = FakePoster()
        self.office = Office(self.store, self.clock, "one", self.poster)
        self.said: dict[object, list[str]] = {HERE: [], THERE: []}
        self.numbers: dict[str, int] = {}

    def run(self, work):
        return self.runner.run(work)

    @rule(where=WHERE, kind=st.sampled_from([Kind.ALERT, Kind.ALERT, Kind.NOTICE]), count=st.integers(1, 7))
    def say(self, where, kind, count):
        for _ in range(count):
            name = f"{kind} {len(self.numbers)}"
            self.numbers[name] = self.run(self.office.say(name, where, kind, key=name))
            self.said[where].append(name)

    @rule(trouble=TROUBLES, times=st.integers(1, 3))
    def deliver_in_trouble(self, trouble, times):
        left = [times]

        def fail(_):
            if left[0]:
                left[0] -= 1
                raise (BEFORE | AFTER)[trouble]

        if trouble in BEFORE:
            self.poster.before = fail
        else:
            self.poster.after = fail
        self.run(self.office.deliver())
        self.poster.forget()

    @rule()
    def deliver(self):
        self.run(self.office.deliver())

    @rule()
    def die_after_the_mark(self):
        async def die():
            span = {"lease": timedelta(seconds=LEASE), "settle": timedelta(seconds=2 * TIMEOUT)}
            for claim in await self.store.outbox.claim("dead", lease=span["lease"], limit=1, platforms=["slack"]):
                await self.store.outbox.step(claim, None, decide, **span, pacing=lambda _: Pacing())

        self.run(die())

    @rule(seconds=st.sampled_from([1, 6, 11, 25, 31, 121, 700]))
    def wait(self, seconds):
        self.clock.move(seconds=seconds)

    @rule(hours=st.sampled_from([-30, -2, 2]))
    def the_clock_is_set(self, hours):
        self.clock.move(hours=hours)
        self.office.ticks -= hours * 3600

    @rule(where=WHERE, minutes=st.integers(1, 120))
    def mute(self, where, minutes):
        self.run(self.store.channels.change(where, muted_until=self.clock.now + timedelta(minutes=minutes)))

    @rule(where=WHERE)
    def resume(self, where):
        self.run(self.store.channels.resume(where))

    @rule(where=WHERE)
    def retry_dead(self, where):
        self.run(self.store.outbox.retry_dead(where))

    @rule()
    def new_token(self):
        self.run(self.store.outbox.try_paused_workspaces())

    @rule()
    def start_again(self):
        """A new process on the same file: every lease is void."""
        self.run(self.store.outbox.release_all())
        self.office = Office(self.store, self.clock, f"{self.office.delivering.owner}+", self.poster)

    def teardown(self):
        if not hasattr(self, "runner"):
            return
        try:
            self.run(self._settle_and_compare())
        finally:
            self.run(self.store.__aexit__())
            self.runner.close()
            shutil.rmtree(self.folder)

    async def _settle_and_compare(self):
        for where in (HERE, THERE):
            await self.store.channels.change(where, muted_until=None)
        for _ in range(60):
            for where in (HERE, THERE):
                await self.store.channels.resume(where)
                await self.store.outbox.retry_dead(where)
            await self.store.outbox.try_paused_workspaces()
            await self.office.deliver()
            waiting = await self.store.outbox.waiting()
            if waiting.pending == waiting.held == waiting.dead == 0:
                break
            self.clock.move(seconds=301)
        else:
            raise AssertionError(f"never done: {waiting}")
        told: Counter[str] = Counter()
        for post in self.poster.posts:
            carried = await self.store.outbox.carried(int(post.key.partition("-")[0], 16))
            names = [row.dedupe_key for row in carried] or [post.message.text]
            assert names == sorted(names, key=lambda name: int(name.split()[-1]))
            told.update(names)
        states = {name: await self.office.state(number) for name, number in self.numbers.items()}
        assert set(states.values()) <= {State.SENT, State.ROLLED}
        assert told == Counter(self.numbers.keys())


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
