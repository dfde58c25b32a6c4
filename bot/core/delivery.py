"""What happens next in one channel's queue: the state machine of a delivery, without its writing.

    pending ──mark──▶ sending ──2xx──────────────────▶ sent
       ▲                 ├──refused for now──────────▶ pending (later)
       │                 ├──refused for good─────────▶ dead
       │                 └──nobody knows─▶ stays sending; after `settle_at` it is looked up:
       │                        found ▶ sent · not found ▶ pending · cannot look ▶ pending (the platform's policy)
       ├──a channel is muted or quiet──▶ held ──the mute ends──▶ rolled (one roll-up carries them)
       ├──more than BURST_CARDS in BURST_WINDOW──▶ rolled
       ├──due and undeliverable for 24 h──▶ expired (one line says how many)
       └──of a newer version: parked, others pass it · damaged: dead

`decide` is called with the queue in order and answers one step; the store carries it out and calls again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.message import Message

BURST_CARDS = 5  # cards of a channel that go out at once … (contract §7)
BURST_WINDOW = timedelta(minutes=2)  # … in any such span
ROLLUP_WAIT = timedelta(seconds=5)  # how long further ones are collected; the contract allows 10 s
ROLLUP_GAP = timedelta(seconds=10)  # at most one roll-up in this span
MAX_AGE = timedelta(hours=24)  # what is due and cannot be delivered for longer expires
CATCH_UP_AGE = timedelta(minutes=10)  # older waiting alerts come as one roll-up after an outage, not as a flood
NEWER_WAIT = timedelta(minutes=1)  # how often a row of a newer version is looked at again
CLOCK_SLACK = timedelta(hours=1)  # a due time further ahead than any backoff is a clock's artefact


class State(StrEnum):
    """The states of a delivery, as stored."""

    PENDING = "pending"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    ROLLED = "rolled"
    DEAD = "dead"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What a delivery is, as stored."""

    ALERT = "alert"
    ROLLUP = "rollup"
    DIGEST = "digest"
    NOTICE = "notice"
    EDIT = "edit"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class Queued:
    """One unsent row of a channel's queue.

    Attributes:
        message: None when this code cannot read the payload: it is damaged (`broken`), or of a newer version and left
            to newer code (`parked` once its reason is written).
        target: edit, thread: the external id of the card; None while it is not sent.
        card_id: edit, thread: the card's delivery.
    """

    id: int
    seq: int
    kind: Kind
    state: State
    created_at: datetime
    due_at: datetime
    attempt: int
    message: Message | None
    settle_at: datetime | None = None
    started_at: datetime | None = None
    held_until: datetime | None = None
    expires_at: datetime | None = None
    target: str | None = None
    card_id: int | None = None
    broken: bool = False
    parked: bool = False
    restored: bool = False


@dataclass(frozen=True, slots=True)
class Pacing:
    """What decides how fast a channel is spoken to.

    Attributes:
        free: the console: neither paced nor rolled up.
        cards_at: when its latest cards were sent, newest first, within BURST_WINDOW.
        rollup_at: when its latest roll-up was sent.
        quiet_until: the channel is muted or in quiet hours until then.
        may_expire: False for a while after the clock jumped: what looks a day old may be a minute old.
    """

    free: bool = False
    cards_at: Sequence[datetime] = ()
    rollup_at: datetime | None = None
    quiet_until: datetime | None = None
    may_expire: bool = True


@dataclass(frozen=True, slots=True)
class Send:
    """Mark this row and post it."""

    row: Queued


@dataclass(frozen=True, slots=True)
class Verify:
    """Look whether this row was posted."""

    row: Queued


@dataclass(frozen=True, slots=True)
class RollUp:
    """Put these alerts into one roll-up at the head of the queue."""

    rows: tuple[Queued, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep these alerts back until then."""

    rows: tuple[Queued, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Expire:
    """These are too old to be news; one line says so."""

    rows: tuple[Queued, ...]


@dataclass(frozen=True, slots=True)
class Drop:
    """This row has nothing to act on any more (its card is gone)."""

    row: Queued


@dataclass(frozen=True, slots=True)
class Park:
    """This row cannot be read: it is dead, or stays pending for newer code; others pass it."""

    row: Queued
    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before then; None: until something new comes."""

    until: datetime | None


Step = Send | Verify | RollUp | Hold | Expire | Drop | Park | Wait


def decide(queue: Sequence[Queued], pacing: Pacing, now: datetime) -> Step:
    """The next step for a channel whose unsent rows are `queue`, in order of `seq`.

    Rows are sent in order: a row that must wait holds those after it. Held and unreadable rows, and changes of a card
    whose time has not come (its counters change once in two minutes), hold nobody up.
    """
    if (unread := _unread(queue)) is not None:
        return unread
    resting = [row for row in queue if _rests(row, now)]
    moving = [
        row
        for row in queue
        if (row.state is State.SENDING or (row.state is State.PENDING and row.message)) and row not in resting
    ]
    head = next((row for row in moving if row.state is State.SENDING), moving[0] if moving else None)
    if head is not None and head.state is State.SENDING:
        settle = head.settle_at or now
        return Verify(head) if _reached(settle, now) else Wait(settle)
    if pacing.may_expire and (stale := _stale(moving, now)):
        return Expire(stale)
    if pacing.quiet_until is None and (released := _released(queue, now)):
        return RollUp(released)
    if head is None:
        return _until_release(queue, resting, pacing, now)
    if not _reached(head.due_at, now):
        return Wait(head.due_at)
    if head.kind in {Kind.EDIT, Kind.THREAD} and head.target is None:
        return Drop(head)
    if head.kind is Kind.ALERT:
        return _alert(moving, pacing, now)
    if head.kind is Kind.ROLLUP:
        return _paced(Send(head), head.due_at, pacing, now)
    return Send(head)


def _alert(moving: Sequence[Queued], pacing: Pacing, now: datetime) -> Step:
    head = moving[0]
    alerts = _leading_alerts(moving, now)
    if pacing.quiet_until is not None:
        return Hold(alerts, pacing.quiet_until)
    if pacing.free:
        return Send(head)
    catching_up = len(alerts) > 1 and now - head.created_at > CATCH_UP_AGE
    if not catching_up and sum(abs(now - at) < BURST_WINDOW for at in pacing.cards_at) < BURST_CARDS:
        return Send(head)
    return _paced(RollUp(alerts), head.created_at + ROLLUP_WAIT, pacing, now)


def _paced(step: Step, at: datetime, pacing: Pacing, now: datetime) -> Step:
    """The step, when its time and the gap since the last roll-up have come."""
    if pacing.rollup_at is not None and abs(now - pacing.rollup_at) < ROLLUP_GAP:
        at = max(at, pacing.rollup_at + ROLLUP_GAP)
    return step if _reached(at, now) else Wait(at)


def _leading_alerts(moving: Sequence[Queued], now: datetime) -> tuple[Queued, ...]:
    rows = []
    for row in moving:
        if row.kind is not Kind.ALERT or row.state is not State.PENDING:
            break
        if not _reached(row.due_at, now):
            break
        rows.append(row)
    return tuple(rows)


def _stale(moving: Sequence[Queued], now: datetime) -> tuple[Queued, ...]:
    return tuple(
        row for row in moving if row.state is State.PENDING and row.expires_at is not None and row.expires_at <= now
    )


def _released(queue: Sequence[Queued], now: datetime) -> tuple[Queued, ...]:
    return tuple(
        row
        for row in queue
        if row.state is State.HELD and row.message is not None and row.held_until is not None and row.held_until <= now
    )


def _unread(queue: Sequence[Queued]) -> Park | None:
    for row in queue:
        if row.message is None and row.state is not State.SENDING:
            if row.broken:
                return Park(row, State.DEAD, "delivery.damaged")
            if not row.parked:
                return Park(row, row.state, "delivery.newer")
    return None


def _until_release(queue: Sequence[Queued], resting: Sequence[Queued], pacing: Pacing, now: datetime) -> Wait:
    """Until a mute ends, the time of a card's change has come, or newer code may have taken what it alone can read."""
    ends = [row.held_until for row in queue if row.message is not None and row.held_until is not None]
    if ends and pacing.quiet_until is not None:
        ends = [max(min(ends), pacing.quiet_until)]
    ends.extend(row.due_at for row in resting)
    if any(row.message is None for row in queue):
        ends.append(now + NEWER_WAIT)
    return Wait(min(ends, default=None))


def _rests(row: Queued, now: datetime) -> bool:
    """A change of a card that was never tried and whose time has not come."""
    untried = row.kind is Kind.EDIT and row.state is State.PENDING and row.attempt == 0
    return untried and not _reached(row.due_at, now)


def _reached(at: datetime, now: datetime) -> bool:
    return at <= now or at - now > CLOCK_SLACK
