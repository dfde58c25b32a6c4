"""Deliver what is due: claim channels, and for each send and confirm one message after the other.

The order of things is what keeps the promise "none lost, none twice" (facts/delivery.md §0): the mark is committed
before the request; a process that was frozen past its deadline does not send; a post in doubt is looked up only after
it must have settled; whoever lost the lease writes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.adapters.post import MAY_SEND, Post, Poster
from bot.adapters.store import Store
from bot.adapters.store.outbox import Claim, LostLease, Outcome
from bot.core import compose, timing
from bot.core.delivery import Kind, Pacing, Queued, Send, State, Verify, Wait, decide
from bot.core.errors import GiveUp, InDoubt, Reach, SosikError, TryLater
from bot.core.news import ChannelRef, Platform

log = structlog.get_logger(__name__)

AT_ONCE = 32  # channels spoken to at the same time
_MESSAGE_GONE = "delivery.message_gone"
CLOCK_JUMP_SECONDS = 3600.0  # the database's clock against ours: more than this apart at once is a jump
# After a jump nothing expires for so long: every channel is tried once (the longest backoff is 10 minutes).
EXPIRY_REST_SECONDS = 900.0
OUTCOME_PATIENCE_SECONDS = 120.0  # how long an outcome is offered to a database that is away, if the lease is shorter
_OUTCOME_AGAIN_SECONDS = (0.1, 2.0)


@dataclass(frozen=True, slots=True)
class DeliveryEnded:
    """What observers are told: counted, logged, and acted on when a channel or workspace stops."""

    claim: Claim
    row: Queued
    outcome: Outcome
    error: SosikError | None = None


@dataclass(slots=True)
class Delivering:
    """The use case with what it needs.

    Attributes:
        owner: this process, unique.
        monotonic: seconds of a clock that never jumps.
        jitter: a random number from 0 to 1.
        ended: called after every message.
        rest: waits for so many seconds.
        stopping: set it to claim no more channels and to give back those at hand after the message under way.
    """

    store: Store
    posters: Mapping[Platform, Poster]
    owner: str
    lease_seconds: float
    timeout_seconds: float
    monotonic: Callable[[], float]
    jitter: Callable[[], float]
    ended: Callable[[DeliveryEnded], None] = lambda _: None
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep
    stopping: bool = False
    _clocks_apart: float | None = None
    _expiry_from: float = float("-inf")
    _closed_until: dict[str, float] = field(default_factory=dict)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def deliver_due(self) -> int:
        """Begin to speak to every channel that has something due; how many. `join` waits for them."""
        begun = 0
        await self._watch_clock()
        while not self.stopping and (room := AT_ONCE - len(self._under_way)) > 0:
            open_now = [platform for platform in self.posters if not self._is_closed(platform)]
            claims = await self.store.outbox.claim(self.owner, lease=self._lease, limit=room, platforms=open_now)
            for claim in claims:
                task = asyncio.create_task(self._drain(claim))
                self._under_way.add(task)
                task.add_done_callback(self._over)
            begun += len(claims)
            if len(claims) < room:
                break
        return begun

    async def join(self) -> None:
        """Wait until every channel that is being spoken to is given back."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def abandon(self) -> None:
        """Let go of what is under way at once: it is in doubt then, and is looked up by whoever comes next."""
        for task in self._under_way:
            task.cancel()
        await self.join()

    async def _watch_clock(self) -> None:
        """Notice that the database's clock jumped: due times and ages written before mean something else now."""
        now = await self.store.housekeeping.ping()
        apart = now.timestamp() - self.monotonic()
        if self._clocks_apart is not None and abs(apart - self._clocks_apart) > CLOCK_JUMP_SECONDS:
            log.warning("clock_jumped", seconds=round(apart - self._clocks_apart))
            self._expiry_from = self.monotonic() + EXPIRY_REST_SECONDS
            await self.store.outbox.recheck()
        self._clocks_apart = apart

    def _over(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The claim ends with its lease, and what was marked is looked up then.
            log.error("delivery_broke", error=type(error).__name__, exc_info=error)

    async def _drain(self, claim: Claim) -> None:
        outcome: Outcome | None = None
        try:
            while True:
                step, marked = await self._step(claim, outcome)
                if step is None:
                    return
                outcome, error = await self._act(claim, step, marked)
                self.ended(DeliveryEnded(claim, step.row, outcome, error))
        except LostLease:
            return

    async def _step(self, claim: Claim, outcome: Outcome | None) -> tuple[Send | Verify | None, float]:
        """The next step and when it was marked, by our clock; a database that is away is asked again.

        What was posted must be written down: the outcome is offered until it lands. The fence makes that safe however
        long it takes; when we give up, or die, the message is in doubt and will be looked up.
        """
        marked = asked = self.monotonic()
        pause, longest = _OUTCOME_AGAIN_SECONDS

        def begun() -> None:
            nonlocal marked
            marked = self.monotonic()

        while True:
            try:
                step = await self.store.outbox.step(
                    claim,
                    outcome,
                    _stop if self.stopping else decide,
                    lease=self._lease,
                    settle=self._settle,
                    pacing=lambda now: self._pacing(claim, now),
                    begun=begun,
                )
            except TryLater as error:
                patience = 0.0 if outcome is None else max(self.lease_seconds, OUTCOME_PATIENCE_SECONDS)
                if self.monotonic() - asked >= patience:
                    raise
                log.warning("outcome_waits", reason=error.key)
                await self.rest(pause)
                pause = min(pause * 2, longest)
            else:
                return step, marked

    async def _act(self, claim: Claim, step: Send | Verify, marked: float) -> tuple[Outcome, SosikError | None]:
        poster = self.posters[claim.ref.platform]
        row = step.row
        try:
            if isinstance(step, Verify):
                MAY_SEND.set(_any_time)
                async with asyncio.timeout(self.timeout_seconds * 2):
                    return await self._verify(poster, claim.ref, row), None
            if self.monotonic() - marked > self.timeout_seconds:
                return Outcome(row, State.SENDING, reason="delivery.frozen"), None
            MAY_SEND.set(lambda: self._last_look(marked))  # for this task alone
            # Begun within one time-out of the mark and over within two: others look after that (`settle_at`).
            async with asyncio.timeout(self.timeout_seconds):
                return Outcome(row, State.SENT, await self._send(poster, claim.ref, row)), None
        except InDoubt as error:
            return self._failed(row, State.SENDING, error, looked=isinstance(step, Verify)), error
        except TimeoutError:
            doubt = InDoubt("delivery.timeout")
            return self._failed(row, State.SENDING, doubt, looked=isinstance(step, Verify)), doubt
        except TryLater as error:
            return self._later(claim, row, error, looked=isinstance(step, Verify)), error
        except GiveUp as error:
            return self._refused(row, error, looked=isinstance(step, Verify)), error
        except Exception as error:  # noqa: BLE001 - one message that breaks a renderer must not stop its channel
            broken = GiveUp("delivery.broken", error=type(error).__name__)
            broken.__cause__ = error
            return self._failed(row, State.DEAD, broken), broken

    def _last_look(self, marked: float) -> None:
        """Right before the request is written: a freeze since the check above counts too."""
        if self.monotonic() - marked > self.timeout_seconds:
            raise InDoubt("delivery.frozen")

    async def _send(self, poster: Poster, ref: ChannelRef, row: Queued) -> str:
        if row.message is None:
            raise GiveUp("delivery.newer")
        message = compose.addressed(row.message, row.id)
        if row.kind is Kind.EDIT and row.target:
            card = compose.addressed(row.message, row.card_id or row.id)
            await poster.edit(ref, row.target, card)
            return row.target
        return await poster.post(Post(ref, message, key=key_of(row), thread=row.target or ""))

    async def _verify(self, poster: Poster, ref: ChannelRef, row: Queued) -> Outcome:
        """Ask the platform whether a post in doubt arrived; where it cannot be asked, its own policy decides."""
        if row.kind is Kind.EDIT:
            return Outcome(row, State.PENDING)  # an edit made twice is one edit
        started = row.started_at
        if started is None:
            return Outcome(row, State.PENDING)
        try:
            found = await poster.find(ref, key_of(row), started - timedelta(minutes=1), row.target or "")
        except GiveUp as error:
            if error.key != "delivery.cannot_look":
                raise
            if row.restored:  # from an old copy: most likely it was sent; a person decides
                return Outcome(row, State.DEAD, reason="delivery.restored")
            return Outcome(row, State.PENDING, reason="delivery.cannot_look")
        if found is not None:
            return Outcome(row, State.SENT, found, reason="delivery.found")
        return Outcome(row, State.PENDING, reason="delivery.not_found")

    def _later(self, claim: Claim, row: Queued, error: TryLater, *, looked: bool) -> Outcome:
        seconds = timing.backoff_seconds(row.attempt, jitter=self.jitter(), after_seconds=error.after_seconds)
        if error.reach in {Reach.PLATFORM, Reach.WORKSPACE}:
            self._closed_until[claim.ref.platform] = self.monotonic() + seconds
        state = State.SENDING if looked else State.PENDING
        return self._failed(row, state, error, after=timedelta(seconds=seconds), looked=looked)

    def _refused(self, row: Queued, error: GiveUp, *, looked: bool) -> Outcome:
        if error.reach is Reach.ITEM:
            gone = row.kind is Kind.EDIT and error.key == _MESSAGE_GONE
            return self._failed(row, State.CANCELLED if gone else State.DEAD, error)
        state = State.SENDING if looked else State.PENDING
        return self._failed(row, state, error, pause=Reach.CHANNEL if error.reach is Reach.CHANNEL else Reach.WORKSPACE)

    def _failed(
        self,
        row: Queued,
        state: State,
        error: SosikError,
        *,
        after: timedelta | None = None,
        pause: Reach | None = None,
        looked: bool = False,
    ) -> Outcome:
        if looked and after is None and pause is None:
            seconds = timing.backoff_seconds(row.attempt, jitter=self.jitter())
            after = max(timedelta(seconds=seconds), self._settle)
        values = {name: str(value) for name, value in error.values.items()}
        return Outcome(row, state, after=after, reason=error.key, values=values, pause=pause, looked=looked)

    def _pacing(self, claim: Claim, now: datetime) -> Pacing:
        quiet = timing.quiet_until(claim.quiet, now, timing.zone_of(claim.voice.zone))
        muted = claim.muted_until if claim.muted_until is not None and claim.muted_until > now else None
        until = max(filter(None, (quiet, muted)), default=None)
        may_expire = self.monotonic() >= self._expiry_from
        return Pacing(free=claim.ref.platform is Platform.CONSOLE, quiet_until=until, may_expire=may_expire)

    def _is_closed(self, platform: Platform) -> bool:
        return self._closed_until.get(platform, 0.0) > self.monotonic()

    @property
    def _lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)

    @property
    def _settle(self) -> timedelta:
        return timedelta(seconds=2 * self.timeout_seconds)


def _any_time() -> None:
    """A look may be late."""


def _stop(_queue: Sequence[Queued], _pacing: Pacing, now: datetime) -> Wait:
    return Wait(now)


def key_of(row: Queued) -> str:
    """What a delivery is called towards the platform: opaque, the same at every try, unlike any in another store."""
    return f"{row.id:x}-{int(row.created_at.timestamp() * 1_000_000):x}"
