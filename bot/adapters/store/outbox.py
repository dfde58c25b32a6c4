"""The outbox: the only way out of the bot.

A channel is claimed by one process at a time (a lease with a fence). `step` carries out what `core.delivery.decide`
says until something must be posted or looked up, and commits the outcome of the last one together with the mark of the
next: one commit a message. Every write is fenced: a process that lost its lease changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.channels import REF_COLUMNS, channel_id, ref_of, upsert
from bot.adapters.store.database import Database
from bot.adapters.store.tables import CHANNEL, DELIVERY, DELIVERY_EVENT, NOTE, WATCH, WORKSPACE, sosik_now
from bot.core import compose
from bot.core.compose import Voice
from bot.core.delivery import (
    BURST_WINDOW,
    CLOCK_SLACK,
    MAX_AGE,
    Drop,
    Expire,
    Hold,
    Kind,
    Pacing,
    Park,
    Queued,
    RollUp,
    Send,
    State,
    Step,
    Verify,
    Wait,
)
from bot.core.errors import Reach
from bot.core.message import PAYLOAD_VERSION, Message, from_json, to_json
from bot.core.news import ChannelRef, Platform
from bot.core.plan import Card

_QUEUE_SHOWN = 500  # rows of a channel's queue looked at in one step; a roll-up carries at most so many
_HEAD_SHOWN = 2  # rows read first: enough to say what the head does, and not 500 payloads for every message
_UNSENT = (State.PENDING, State.HELD, State.SENDING)
# As the partial index has it, in letters: with bound values SQLite cannot see that the index serves.
_IN_QUEUE = text("delivery.state IN ('pending', 'held', 'sending')")
_HELD = text("other.state IN ('pending', 'held', 'sending') AND other.state = 'held'")
COPIED = "copied_at"  # the note that `sosik backup` leaves in a copy
_TOLD = "told:"  # notes: who was told that a channel or workspace stands still
_NEWER = "delivery.newer"
_RESTORED = "delivery.restored"


class LostLease(Exception):
    """Another process owns the channel now: stop at once, nothing was written."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A channel that this process speaks to until its lease ends."""

    channel_id: int
    ref: ChannelRef
    fence: int
    owner: str
    voice: Voice
    quiet: tuple[str, str] | None
    muted_until: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last `Send` or `Verify` ended.

    Attributes:
        state: SENT, PENDING (again, after `after`), DEAD, or SENDING (in doubt: looked up at its settle time).
        pause: the whole channel, or workspace, is to pause, with the reason.
        looked: a `Verify` that failed: it counts as a try, so that looking backs off too.
    """

    row: Queued
    state: State
    external_id: str = ""
    after: timedelta | None = None
    reason: str = ""
    values: dict[str, str] = field(default_factory=dict)
    pause: Reach | None = None
    looked: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """What `상태` tells of a channel's or the whole outbox."""

    pending: int
    held: int
    dead: int
    oldest: datetime | None
    last_sent: datetime | None


@dataclass(frozen=True, slots=True)
class Paused:
    """A channel, or a whole workspace when `ref.channel` is empty, that stands still and of which nobody was told.

    Attributes:
        people: its managers, or whoever watches there.
    """

    note: str
    since: str
    ref: ChannelRef
    voice: Voice
    reason: str
    values: dict[str, str]
    people: tuple[str, ...]


class Outbox:
    """Claims channels and moves their deliveries along."""

    def __init__(self, db: Database, *, default_voice: Voice) -> None:
        self._db = db
        self._voice = default_voice

    async def say(
        self, ref: ChannelRef, message: Message, *, kind: Kind = Kind.NOTICE, dedupe_key: str = ""
    ) -> int | None:
        """Put one message into a channel's queue; None when one with this kind and key is there already."""
        async with self._db.writing() as connection:
            channel = await channel_id(connection, self._db, ref)
            return await enqueue(connection, channel, kind=kind, dedupe_key=dedupe_key or uuid4().hex, message=message)

    async def claim(self, owner: str, *, lease: timedelta, limit: int, platforms: Sequence[str]) -> tuple[Claim, ...]:
        """Take channels with something due; nobody else speaks to them until `release` or the lease's end."""
        too_far = int((lease + CLOCK_SLACK) / timedelta(microseconds=1))
        free = or_(
            CHANNEL.c.lease_until.is_(None),
            CHANNEL.c.lease_until < sosik_now(),
            # Further ahead than any lease: the clock went back since it was written.
            type_coerce(CHANNEL.c.lease_until, BigInteger) > type_coerce(sosik_now(), BigInteger) + too_far,
        )
        ready = (
            select(CHANNEL.c.id)
            .join(WORKSPACE)
            .where(
                free,
                CHANNEL.c.next_due_at <= sosik_now(),
                CHANNEL.c.state == "open",
                WORKSPACE.c.state == "active",
                WORKSPACE.c.platform.in_(platforms),
            )
            .order_by(CHANNEL.c.next_due_at)
            .limit(limit)
            .with_for_update(skip_locked=True, of=CHANNEL)
        )
        async with self._db.writing() as connection:
            until = (await connection.execute(select(sosik_now()))).scalar_one() + lease
            claimed = await connection.execute(
                update(CHANNEL)
                .where(CHANNEL.c.id.in_(ready))
                .values(lease_owner=owner, lease_until=until, fence=CHANNEL.c.fence + 1)
                .returning(CHANNEL.c.id)
            )
            ids = tuple(claimed.scalars())
            rows = await connection.execute(
                select(CHANNEL, WORKSPACE.c.language, *REF_COLUMNS)
                .join(WORKSPACE)
                .where(CHANNEL.c.id.in_(ids))
                .order_by(CHANNEL.c.next_due_at)
            )
            return tuple(self._claim(row, owner) for row in rows)

    async def step(
        self,
        claim: Claim,
        outcome: Outcome | None,
        decide: Callable[[Sequence[Queued], Pacing, datetime], Step],
        *,
        lease: timedelta,
        settle: timedelta,
        pacing: Callable[[datetime], Pacing],
        begun: Callable[[], None] = lambda: None,
    ) -> Send | Verify | None:
        """Write how the last one ended, and mark the next; None when there is nothing to do now: the claim is over.

        Doing it again with the same outcome is harmless: whether the first one was committed may be unknown.

        Args:
            begun: called when the transaction has begun, before its time is read: no mark is older than that call.

        Raises:
            LostLease: somebody else owns the channel.
        """
        async with self._db.writing() as connection:
            begun()
            mine = {"channel": claim.channel_id, "my_fence": claim.fence, "me": claim.owner}
            kept = await connection.execute(_KEEP_LEASE, {**mine, "lease": lease // timedelta(microseconds=1)})
            now = kept.scalar_one_or_none()
            if now is None:
                raise LostLease
            if outcome is not None:
                await _record(connection, outcome, now, settle)
                if outcome.pause is not None:
                    await _pause(connection, claim, outcome, now)
                    return None
            return await self._advance(connection, claim, decide, pacing(now), now, settle)

    async def release(self, claim: Claim) -> None:
        """Give a channel back before its lease ends."""
        async with self._db.writing() as connection:
            await connection.execute(update(CHANNEL).where(*_owned(claim)).values(lease_until=None, lease_owner=""))

    async def recent(self, claim: Claim, now: datetime) -> tuple[tuple[datetime, ...], datetime | None]:
        """When the channel's cards of the last minutes were sent, newest first, and its last roll-up."""
        async with self._db.reading() as connection:
            return await _recent(connection, claim.channel_id, now)

    async def next_due(self, platforms: Sequence[str]) -> datetime | None:
        """When the next channel of these platforms has something to do."""
        statement = (
            select(func.min(CHANNEL.c.next_due_at))
            .join(WORKSPACE)
            .where(CHANNEL.c.state == "open", WORKSPACE.c.state == "active", WORKSPACE.c.platform.in_(platforms))
        )
        async with self._db.reading() as connection:
            due: datetime | None = (await connection.execute(statement)).scalar_one_or_none()
            return due

    async def waiting(self, ref: ChannelRef | None = None) -> Waiting:
        """How the queue of a channel, or the whole outbox, stands."""
        scope = _channel_filter(ref)
        states = (
            select(DELIVERY.c.state, func.count().label("rows"), func.min(DELIVERY.c.created_at).label("oldest"))
            .where(*scope, DELIVERY.c.state.in_((*_UNSENT, State.DEAD)))
            .group_by(DELIVERY.c.state)
        )
        last = select(func.max(DELIVERY.c.sent_at)).where(*scope)
        async with self._db.reading() as connection:
            rows = {row.state: row for row in await connection.execute(states)}
            sent = (await connection.execute(last)).scalar_one_or_none()
        moving = [rows[state] for state in (State.PENDING, State.SENDING) if state in rows]
        return Waiting(
            pending=sum(row.rows for row in moving),
            held=rows[State.HELD].rows if State.HELD in rows else 0,
            dead=rows[State.DEAD].rows if State.DEAD in rows else 0,
            oldest=min((row.oldest for row in moving), default=None),
            last_sent=sent,
        )

    async def dead(self, ref: ChannelRef, *, limit: int = 5) -> tuple[Row[Any], ...]:
        """The channel's latest deliveries that were refused for good."""
        statement = (
            select(DELIVERY)
            .where(*_channel_filter(ref), DELIVERY.c.state == State.DEAD)
            .order_by(DELIVERY.c.id.desc())
            .limit(limit)
        )
        async with self._db.reading() as connection:
            return tuple(await connection.execute(statement))

    async def retry_dead(self, ref: ChannelRef) -> int:
        """Put the channel's dead letters back into its queue; how many there were."""
        async with self._db.writing() as connection:
            channel = await channel_id(connection, self._db, ref)
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            again = await connection.execute(
                update(DELIVERY)
                .where(DELIVERY.c.channel_id == channel, DELIVERY.c.state == State.DEAD)
                .values(state=State.PENDING, due_at=now, expires_at=now + MAX_AGE, reason="")
            )
            await _due(connection, channel, now)
            return int(again.rowcount)

    async def carried(self, delivery_id: int) -> tuple[Row[Any], ...]:
        """The alerts that a roll-up carries, in order."""
        statement = select(DELIVERY).where(DELIVERY.c.target_id == delivery_id, DELIVERY.c.state == State.ROLLED)
        async with self._db.reading() as connection:
            return tuple(await connection.execute(statement.order_by(DELIVERY.c.seq)))

    async def get(self, delivery_id: int) -> Row[Any] | None:
        """One delivery with its channel, as stored."""
        statement = (
            select(DELIVERY, *REF_COLUMNS)
            .join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
            .join(WORKSPACE)
            .where(DELIVERY.c.id == delivery_id)
        )
        async with self._db.reading() as connection:
            return (await connection.execute(statement)).one_or_none()

    async def release_all(self) -> None:
        """Void every lease: on SQLite a starting `sosik run` is the only one."""
        async with self._db.writing() as connection:
            await connection.execute(update(CHANNEL).values(lease_until=None))

    async def recheck(self) -> None:
        """Look at every queue again: the clock jumped, or may have while nobody ran."""
        async with self._db.writing() as connection:
            await _recheck(connection)

    async def doubt_copy(self) -> int:
        """When this database is a copy (`sosik backup`): put every unsent delivery in doubt; how many.

        What the copy has as unsent may have been sent since it was made: each is looked up before it is sent.
        """
        async with self._db.writing() as connection:
            if (await connection.execute(delete(NOTE).where(NOTE.c.name == COPIED))).rowcount == 0:
                return 0
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            doubted = await connection.execute(
                update(DELIVERY)
                .where(_IN_QUEUE, DELIVERY.c.state != State.HELD)
                .values(
                    state=State.SENDING,
                    started_at=func.coalesce(DELIVERY.c.started_at, DELIVERY.c.created_at),
                    settle_at=now,
                    reason=_RESTORED,
                )
            )
            await connection.execute(update(CHANNEL).values(lease_until=None, lease_owner=""))
            await _recheck(connection)
            return int(doubted.rowcount)

    async def mark_copied(self) -> None:
        """This database was put back from a copy: `doubt_copy` at the next start."""
        async with self._db.writing() as connection:
            statement = upsert(NOTE, self._db).values(name=COPIED, value="1")
            await connection.execute(statement.on_conflict_do_nothing())

    async def try_paused_workspaces(self) -> None:
        """Speak again to workspaces that were paused by a token: a new start may have a new one."""
        async with self._db.writing() as connection:
            await connection.execute(
                update(WORKSPACE)
                .where(WORKSPACE.c.state == "paused")
                .values(state="active", pause_reason="", pause_values=None)
            )

    async def untold(self) -> tuple[Paused, ...]:
        """What stands still without anybody having been told; forgets who was told of what moves again."""
        async with self._db.writing() as connection:
            channels = await _paused_channels(connection, self._voice)
            workspaces = await _paused_workspaces(connection, self._voice)
            standing = {each.note: each for each in (*channels, *workspaces)}
            told = await connection.execute(select(NOTE.c.name, NOTE.c.value).where(NOTE.c.name.startswith(_TOLD)))
            for note, since in told.all():
                if note in standing and standing[note].since == since:
                    del standing[note]
                elif note not in standing:
                    await connection.execute(delete(NOTE).where(NOTE.c.name == note))
            return tuple(standing.values())

    async def told(self, paused: Paused) -> None:
        """Somebody was told, or nobody can be."""
        async with self._db.writing() as connection:
            statement = upsert(NOTE, self._db).values(name=paused.note, value=paused.since)
            await connection.execute(
                statement.on_conflict_do_update(index_elements=[NOTE.c.name], set_={"value": paused.since})
            )

    async def _advance(
        self,
        connection: AsyncConnection,
        claim: Claim,
        decide: Callable[[Sequence[Queued], Pacing, datetime], Step],
        pacing: Pacing,
        now: datetime,
        settle: timedelta,
    ) -> Send | Verify | None:
        while True:
            step = await self._decided(connection, claim, decide, pacing, now)
            match step:
                case Send(row):
                    # No event: the row itself says when it was marked, and how it ends is told next. The channel
                    # stays due: whoever claims it after us finds the mark.
                    await connection.execute(_MARK, {"row": row.id, "now": now, "settle": now + settle})
                    return step
                case Verify():
                    return step
                case RollUp(rows):
                    await self._roll_up(connection, claim, rows, now)
                case Expire(rows):
                    await self._expire(connection, claim, rows, now)
                case Hold(rows, until):
                    for row in rows:
                        await _move(connection, row, State.HELD, now, held_until=until)
                case Drop(row):
                    await _move(connection, row, State.CANCELLED, now)
                case Park(row, state, reason):
                    await _move(connection, row, state, now, reason=reason)
                case Wait(until):
                    await connection.execute(
                        update(CHANNEL)
                        .where(CHANNEL.c.id == claim.channel_id)
                        .values(next_due_at=until, lease_until=None, lease_owner="")
                    )
                    return None

    async def _decided(
        self,
        connection: AsyncConnection,
        claim: Claim,
        decide: Callable[[Sequence[Queued], Pacing, datetime], Step],
        pacing: Pacing,
        now: datetime,
    ) -> Step:
        queue, complete = await _queue(connection, claim.channel_id, _HEAD_SHOWN)
        paced = pacing
        if any(row.kind in {Kind.ALERT, Kind.ROLLUP} for row in queue):
            cards_at, rollup_at = await _recent(connection, claim.channel_id, now)
            paced = replace(pacing, cards_at=cards_at, rollup_at=rollup_at)
        step = decide(queue, paced, now)
        moves = any(row.state is not State.HELD and row.message is not None for row in queue)
        if complete or isinstance(step, Send | Verify) or (isinstance(step, Wait) and moves):
            return step
        # Only what is done with many rows needs to see them all.
        return decide((await _queue(connection, claim.channel_id, _QUEUE_SHOWN))[0], paced, now)

    async def _roll_up(self, connection: AsyncConnection, claim: Claim, rows: Sequence[Queued], now: datetime) -> None:
        held = any(row.state is State.HELD for row in rows)
        cards = [row.message for row in rows if row.message is not None]
        message = compose.rollup(cards, voice=claim.voice, held=held)
        roll = await _insert(
            connection,
            claim.channel_id,
            rows[0].seq,
            kind=Kind.ROLLUP,
            dedupe_key=f"{rows[0].id}-{rows[-1].id}",
            message=message,
            now=now,
        )
        for row in rows:
            await _move(connection, row, State.ROLLED, now, target_id=roll)

    async def _expire(self, connection: AsyncConnection, claim: Claim, rows: Sequence[Queued], now: datetime) -> None:
        rolled = select(func.count()).where(
            DELIVERY.c.target_id.in_([row.id for row in rows if row.kind is Kind.ROLLUP])
        )
        alerts = sum(row.kind is Kind.ALERT for row in rows) + (await connection.execute(rolled)).scalar_one()
        for row in rows:
            await _move(connection, row, State.EXPIRED, now)
        if alerts:
            await _insert(
                connection,
                claim.channel_id,
                rows[0].seq,
                kind=Kind.NOTICE,
                dedupe_key=f"expired-{rows[0].id}",
                message=compose.expired(alerts, voice=claim.voice),
                now=now,
                expires_at=None,
            )

    def _claim(self, row: Row[Any], owner: str) -> Claim:
        zone = (row.digest or {}).get("timezone") or self._voice.zone
        return Claim(
            channel_id=row.id,
            ref=ref_of(row),
            fence=row.fence,
            owner=owner,
            voice=Voice(row.language or self._voice.language, zone),
            quiet=tuple(row.quiet) if row.quiet else None,
            muted_until=row.muted_until,
        )


async def enqueue(
    connection: AsyncConnection,
    channel: int,
    *,
    kind: Kind,
    dedupe_key: str,
    message: Message,
    article_id: int | None = None,
    held_until: datetime | None = None,
) -> int | None:
    """Put a message at the end of a channel's queue; None when one with this kind and key is there already."""
    twin = select(DELIVERY.c.id).where(
        DELIVERY.c.channel_id == channel, DELIVERY.c.kind == kind, DELIVERY.c.dedupe_key == dedupe_key
    )
    if (await connection.execute(twin)).scalar_one_or_none() is not None:
        return None
    seq = (
        await connection.execute(
            update(CHANNEL)
            .where(CHANNEL.c.id == channel)
            .values(next_seq=CHANNEL.c.next_seq + 1)
            .returning(CHANNEL.c.next_seq - 1)
        )
    ).scalar_one()
    now = (await connection.execute(select(sosik_now()))).scalar_one()
    delivery_id = await _insert(
        connection,
        channel,
        seq,
        kind=kind,
        dedupe_key=dedupe_key,
        message=message,
        now=now,
        article_id=article_id,
        held_until=held_until,
    )
    await _due(connection, channel, held_until if held_until is not None else now)
    return delivery_id


async def write_edit(connection: AsyncConnection, channel: int, card: Card, message: Message) -> None:
    """Change a card: where it lies while it waits, else by an edit; a waiting edit of the same card is replaced."""
    payload = to_json(message)
    waiting = await connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == card.delivery_id, DELIVERY.c.state.in_((State.PENDING, State.HELD)))
        .values(payload=payload)
    )
    if waiting.rowcount:
        return
    await connection.execute(update(DELIVERY).where(DELIVERY.c.id == card.delivery_id).values(payload=payload))
    replaced = await connection.execute(
        update(DELIVERY)
        .where(
            DELIVERY.c.target_id == card.delivery_id, DELIVERY.c.kind == Kind.EDIT, DELIVERY.c.state == State.PENDING
        )
        .values(payload=payload)
    )
    if replaced.rowcount:
        return
    edits = select(func.count()).where(DELIVERY.c.target_id == card.delivery_id, DELIVERY.c.kind == Kind.EDIT)
    count = (await connection.execute(edits)).scalar_one()
    key = f"{card.delivery_id}/{count}"
    made = await enqueue(connection, channel, kind=Kind.EDIT, dedupe_key=key, message=message)
    await connection.execute(update(DELIVERY).where(DELIVERY.c.id == made).values(target_id=card.delivery_id))


async def _insert(
    connection: AsyncConnection,
    channel: int,
    seq: int,
    *,
    message: Message,
    now: datetime,
    **columns: Any,  # noqa: ANN401 - columns of different types
) -> int:
    held = columns.get("held_until") is not None
    made = await connection.execute(
        insert(DELIVERY)
        .values(
            channel_id=channel,
            seq=seq,
            state=State.HELD if held else State.PENDING,
            payload=to_json(message),
            payload_version=PAYLOAD_VERSION,
            created_at=now,
            due_at=now,
            **{"expires_at": now + MAX_AGE, **columns},
        )
        .returning(DELIVERY.c.id)
    )
    return int(made.scalar_one())


_QUEUED_COLUMNS = (
    DELIVERY.c.id,
    DELIVERY.c.seq,
    DELIVERY.c.kind,
    DELIVERY.c.state,
    DELIVERY.c.created_at,
    DELIVERY.c.due_at,
    DELIVERY.c.attempt,
    DELIVERY.c.payload,
    DELIVERY.c.payload_version,
    DELIVERY.c.settle_at,
    DELIVERY.c.started_at,
    DELIVERY.c.held_until,
    DELIVERY.c.expires_at,
    DELIVERY.c.target_id,
    DELIVERY.c.reason,
)


_CARD = DELIVERY.alias("card")
_OTHER = DELIVERY.alias("other")
_SOME_HELD = select(_OTHER.c.id).where(_OTHER.c.channel_id == bindparam("channel"), _HELD).exists()
_UNSENT_ROWS = (
    select(*_QUEUED_COLUMNS, _CARD.c.external_id.label("target"), _SOME_HELD.label("some_held"))
    .outerjoin(_CARD, and_(_CARD.c.id == DELIVERY.c.target_id))
    .where(DELIVERY.c.channel_id == bindparam("channel"), _IN_QUEUE)
    .order_by(DELIVERY.c.seq, DELIVERY.c.id)
    .limit(bindparam("most"))
)
# Statements of the hot path are built once: building one takes longer than running it.
_MOVING_ROWS = _UNSENT_ROWS.where(DELIVERY.c.state != State.HELD)
_HELD_ROWS = _UNSENT_ROWS.where(DELIVERY.c.state == State.HELD)
_KEEP_LEASE = (
    update(CHANNEL)
    .where(
        CHANNEL.c.id == bindparam("channel"),
        CHANNEL.c.fence == bindparam("my_fence"),
        CHANNEL.c.lease_owner == bindparam("me"),
    )
    .values(
        lease_until=type_coerce(
            type_coerce(sosik_now(), BigInteger) + bindparam("lease", type_=BigInteger), CHANNEL.c.lease_until.type
        )
    )
    .returning(sosik_now())
)
_MARK = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("row"))
    .values(
        state=State.SENDING,
        attempt=DELIVERY.c.attempt + 1,
        started_at=bindparam("now", type_=DELIVERY.c.started_at.type),
        settle_at=bindparam("settle", type_=DELIVERY.c.settle_at.type),
    )
)
_CONFIRM = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("row"), DELIVERY.c.state == State.SENDING)
    .values(
        state=State.SENT,
        sent_at=bindparam("now", type_=DELIVERY.c.sent_at.type),
        external_id=bindparam("external"),
        reason=bindparam("why"),
        reason_values=None,
    )
)
_NOTE_EVENT = insert(DELIVERY_EVENT)


async def _queue(connection: AsyncConnection, channel: int, most: int) -> tuple[tuple[Queued, ...], bool]:
    """The first unsent rows that move, in order, then those that are held; and whether that is all.

    Held rows come by themselves: more than `most` of them must not hide what passes them.
    """
    which = {"channel": channel, "most": most}
    moving: Sequence[Any] = (await connection.execute(_MOVING_ROWS, which)).all()
    waiting: Sequence[Any] = ()
    if not moving or moving[0].some_held:
        waiting = (await connection.execute(_HELD_ROWS, which)).all()
    return tuple(_queued(row) for row in (*moving, *waiting)), len(moving) < most and len(waiting) < most


def _queued(row: Row[Any]) -> Queued:
    newer = row.payload_version > PAYLOAD_VERSION or row.kind not in set(Kind)
    message = None if newer else _readable(row.payload)
    return Queued(
        id=row.id,
        seq=row.seq,
        kind=Kind.NOTICE if newer else Kind(row.kind),
        state=State(row.state),
        created_at=row.created_at,
        due_at=row.due_at,
        attempt=row.attempt,
        message=message,
        settle_at=row.settle_at,
        started_at=row.started_at,
        held_until=row.held_until,
        expires_at=row.expires_at,
        target=row.target,
        card_id=row.target_id,
        broken=message is None and not newer,
        parked=row.reason == _NEWER,
        restored=row.reason == _RESTORED,
    )


def _readable(payload: str) -> Message | None:
    try:
        return from_json(payload)
    except ValueError:
        return None


async def _recent(
    connection: AsyncConnection, channel: int, now: datetime
) -> tuple[tuple[datetime, ...], datetime | None]:
    rows = await connection.execute(
        select(DELIVERY.c.kind, DELIVERY.c.sent_at)
        .where(
            DELIVERY.c.channel_id == channel,
            DELIVERY.c.sent_at > now - BURST_WINDOW,
            DELIVERY.c.kind.in_((Kind.ALERT, Kind.ROLLUP)),
        )
        .order_by(DELIVERY.c.sent_at.desc())
    )
    sent = tuple(rows)
    cards = tuple(row.sent_at for row in sent if row.kind == Kind.ALERT)
    return cards, next((row.sent_at for row in sent if row.kind == Kind.ROLLUP), None)


async def _record(connection: AsyncConnection, outcome: Outcome, now: datetime, settle: timedelta) -> None:
    row = outcome.row
    if outcome.state is State.SENT:
        sent = {"row": row.id, "now": now, "external": outcome.external_id or None, "why": outcome.reason}
        if (await connection.execute(_CONFIRM, sent)).rowcount:
            await _event(connection, row.id, State.SENDING, State.SENT, outcome.reason, now)
        return
    values: dict[str, Any] = {"reason": outcome.reason, "reason_values": outcome.values or None}
    match outcome.state:
        case State.PENDING:
            values |= {"due_at": now + (outcome.after or timedelta())}
        case State.SENDING:
            values |= {"settle_at": now + (outcome.after if outcome.after is not None else settle)}
            values |= {"attempt": DELIVERY.c.attempt + 1} if outcome.looked else {}
            if row.restored:
                values["reason"] = _RESTORED
    # Still as it was marked: an outcome whose commit went unnoticed is not written over what came after it.
    marked = DELIVERY.c.state == State.SENDING
    await _move(connection, row, outcome.state, now, marked, came_from=State.SENDING, **values)


async def _move(
    connection: AsyncConnection,
    row: Queued,
    state: State,
    now: datetime,
    *conditions: ColumnElement[bool],
    came_from: State | None = None,
    **values: Any,  # noqa: ANN401 - columns of different types
) -> None:
    moved = await connection.execute(
        update(DELIVERY).where(DELIVERY.c.id == row.id, *conditions).values(state=state, **values)
    )
    if moved.rowcount == 0:
        return
    await _event(connection, row.id, came_from or row.state, state, values.get("reason", ""), now)


async def _event(
    connection: AsyncConnection, delivery: int, came_from: State, state: State, reason: str, now: datetime
) -> None:
    event = {"delivery_id": delivery, "at": now, "from_state": came_from, "to_state": state, "reason": reason}
    await connection.execute(_NOTE_EVENT, event)


async def _pause(connection: AsyncConnection, claim: Claim, outcome: Outcome, now: datetime) -> None:
    given_back = {"next_due_at": now, "lease_until": None, "lease_owner": ""}
    why = {"state": "paused", "pause_reason": outcome.reason, "pause_values": outcome.values}
    here = CHANNEL.c.id == claim.channel_id
    if outcome.pause is Reach.CHANNEL:
        await connection.execute(update(CHANNEL).where(here).values(**why, **given_back, paused_at=now))
        return
    await connection.execute(update(CHANNEL).where(here).values(**given_back))
    workspace = select(CHANNEL.c.workspace_id).where(here).scalar_subquery()
    await connection.execute(
        update(WORKSPACE).where(WORKSPACE.c.id == workspace, WORKSPACE.c.state == "active").values(**why)
    )


async def _recheck(connection: AsyncConnection) -> None:
    unsent = select(DELIVERY.c.id).where(DELIVERY.c.channel_id == CHANNEL.c.id, _IN_QUEUE).exists()
    await connection.execute(update(CHANNEL).where(unsent).values(next_due_at=sosik_now()))


async def _paused_channels(connection: AsyncConnection, default: Voice) -> list[Paused]:
    rows = await connection.execute(
        select(CHANNEL, WORKSPACE.c.language, *REF_COLUMNS)
        .join(WORKSPACE)
        .where(CHANNEL.c.state == "paused", WORKSPACE.c.state == "active")
    )
    found = []
    for row in rows.all():
        people = tuple(row.managers or ())
        if not people:
            owners = select(WATCH.c.owner).where(
                WATCH.c.channel_id == row.id, WATCH.c.removed_at.is_(None), WATCH.c.owner != ""
            )
            people = tuple((await connection.execute(owners.distinct().order_by(WATCH.c.owner).limit(3))).scalars())
        found.append(
            Paused(
                f"{_TOLD}channel:{row.id}",
                str(row.paused_at),
                ref_of(row),
                replace(default, language=row.language or default.language),
                row.pause_reason,
                row.pause_values or {},
                people,
            )
        )
    return found


async def _paused_workspaces(connection: AsyncConnection, default: Voice) -> list[Paused]:
    rows = await connection.execute(select(WORKSPACE).where(WORKSPACE.c.state == "paused"))
    return [
        Paused(
            f"{_TOLD}workspace:{row.id}",
            row.state,
            ChannelRef(Platform(row.platform), row.external_id, ""),
            default,
            row.pause_reason,
            row.pause_values or {},
            (),
        )
        for row in rows
    ]


async def _due(connection: AsyncConnection, channel: int, at: datetime) -> None:
    """Something is due in the channel at that time, or earlier if it was."""
    await connection.execute(
        update(CHANNEL)
        .where(CHANNEL.c.id == channel, or_(CHANNEL.c.next_due_at.is_(None), CHANNEL.c.next_due_at > at))
        .values(next_due_at=at)
    )


def _owned(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (CHANNEL.c.id == claim.channel_id, CHANNEL.c.fence == claim.fence, CHANNEL.c.lease_owner == claim.owner)


def _channel_filter(ref: ChannelRef | None) -> tuple[ColumnElement[bool], ...]:
    if ref is None:
        return ()
    channel = (
        select(CHANNEL.c.id)
        .join(WORKSPACE)
        .where(
            WORKSPACE.c.platform == ref.platform,
            WORKSPACE.c.external_id == ref.workspace,
            CHANNEL.c.external_id == ref.channel,
        )
    )
    return (DELIVERY.c.channel_id == channel.scalar_subquery(),)
