"""Watches, and who changed what."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.channels import (
    REF_COLUMNS,
    bump,
    channel_id,
    log_change,
    note,
    ref_of,
    restored,
    set_columns,
)
from bot.adapters.store.database import Database
from bot.adapters.store.tables import CHANGE, CHANNEL, DECISION, DELIVERY, WATCH, WORKSPACE, sosik_now
from bot.core.errors import UserMistake
from bot.core.news import ChannelRef, Pace, Scope, Watch

_UNDOABLE = frozenset(
    {"watch.add", "watch.edit", "watch.remove", "watch.mute", "watch.unmute", "mute.all", "digest.off", "digest.set"}
)
REVISION = "watches"  # the note that counts changes of watches and of how channels are spoken to


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A watch with what its list line tells."""

    watch: Watch
    last_match_at: datetime | None
    matches: int


class Watches:
    """Reads and changes watches."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def revision(self) -> str:
        """Changes whenever any watch does."""
        async with self._db.reading() as connection:
            return await note(connection, REVISION)

    async def active(self) -> tuple[str, tuple[Watch, ...]]:
        """The revision, and every watch."""
        async with self._db.reading() as connection:
            revision = await note(connection, REVISION)
            rows = await connection.execute(select_watches().where(WATCH.c.removed_at.is_(None)).order_by(WATCH.c.id))
            return revision, tuple(watch_of(row) for row in rows)

    async def add(
        self,
        channel: ChannelRef,
        expression: str,
        key: str,
        *,
        who: str,
        scope: Scope = Scope.ALL,
        pace: Pace = Pace.INSTANT,
        mention: str = "",
    ) -> tuple[Watch, int]:
        """Make a watch; return it and the change that `undo` takes.

        Raises:
            UserMistake: `watch.exists`: the channel has one with the same expression.
        """
        async with self._db.writing() as connection:
            row = await channel_id(connection, self._db, channel)
            await _refuse_twin(connection, row, key)
            number = (
                await connection.execute(
                    update(CHANNEL)
                    .where(CHANNEL.c.id == row)
                    .values(next_watch=CHANNEL.c.next_watch + 1)
                    .returning(CHANNEL.c.next_watch - 1)
                )
            ).scalar_one()
            made = await connection.execute(
                insert(WATCH)
                .values(
                    channel_id=row,
                    number=number,
                    expression=expression,
                    expression_key=key,
                    scope=scope,
                    pace=pace,
                    mention=mention,
                    owner=who,
                    since=sosik_now(),
                )
                .returning(WATCH.c.id)
            )
            watch_id = made.scalar_one()
            await bump(connection, self._db, REVISION)
            watch = await _get(connection, watch_id)
            change = await _log(connection, row, who, "watch.add", watch_id, None, await _columns(connection, watch_id))
            return watch, change

    async def get(self, channel: ChannelRef, number: int) -> Watch:
        """The channel's watch with this number.

        Raises:
            UserMistake: `watch.unknown`.
        """
        async with self._db.reading() as connection:
            found = (
                await connection.execute(
                    select_watches().where(
                        *_in_channel(channel), WATCH.c.number == number, WATCH.c.removed_at.is_(None)
                    )
                )
            ).one_or_none()
        if found is None:
            raise UserMistake("watch.unknown", number=number)
        return watch_of(found)

    async def listed(self, channel: ChannelRef, *, since: datetime) -> tuple[WatchRow, ...]:
        """The channel's watches by number, with their matches since then."""
        counts = (
            select(DECISION.c.watch_id, func.count().label("matches"))
            .where(DECISION.c.verdict == "match", DECISION.c.at >= since)
            .group_by(DECISION.c.watch_id)
            .subquery()
        )
        statement = (
            select_watches(WATCH.c.last_match_at, func.coalesce(counts.c.matches, 0).label("matches"))
            .outerjoin(counts, counts.c.watch_id == WATCH.c.id)
            .where(*_in_channel(channel), WATCH.c.removed_at.is_(None))
            .order_by(WATCH.c.number)
        )
        async with self._db.reading() as connection:
            rows = await connection.execute(statement)
            return tuple(WatchRow(watch_of(row), row.last_match_at, row.matches) for row in rows)

    async def change(self, watch: Watch, *, who: str, what: str, **columns: Any) -> tuple[Watch, int]:  # noqa: ANN401
        """Set columns of a watch; a new expression also sets `expression_key`, and acts from now on.

        Raises:
            UserMistake: `watch.exists`, or `watch.changed_meanwhile` when somebody else was faster.
        """
        async with self._db.writing() as connection:
            row = await channel_id(connection, self._db, watch.channel)
            before = await _columns(connection, watch.id)
            if "expression_key" in columns:
                await _refuse_twin(connection, row, columns["expression_key"], apart_from=watch.id)
                columns["since"] = sosik_now()
            changed = await connection.execute(
                update(WATCH)
                .where(WATCH.c.id == watch.id, WATCH.c.version == watch.version, WATCH.c.removed_at.is_(None))
                .values(**columns, version=WATCH.c.version + 1)
            )
            if changed.rowcount == 0:
                raise UserMistake("watch.changed_meanwhile")
            if "muted_until" in columns:
                await _rehold(connection, watch.id, columns["muted_until"])
            await bump(connection, self._db, REVISION)
            after = await _columns(connection, watch.id)
            change = await _log(connection, row, who, what, watch.id, before, after)
            return await _get(connection, watch.id), change

    async def remove(self, watch: Watch, *, who: str) -> int:
        """End a watch, and cancel what it alone wanted and is not sent; return the change that `undo` takes."""
        async with self._db.writing() as connection:
            row = await channel_id(connection, self._db, watch.channel)
            before = await _columns(connection, watch.id)
            await connection.execute(
                update(WATCH).where(WATCH.c.id == watch.id).values(removed_at=sosik_now(), version=WATCH.c.version + 1)
            )
            others = (
                select(DECISION.c.delivery_id)
                .join(WATCH, WATCH.c.id == DECISION.c.watch_id)
                .where(DECISION.c.delivery_id.is_not(None), WATCH.c.removed_at.is_(None))
            )
            own = select(DECISION.c.delivery_id).where(DECISION.c.watch_id == watch.id)
            await connection.execute(
                update(DELIVERY)
                .where(DELIVERY.c.id.in_(own), DELIVERY.c.id.not_in(others), DELIVERY.c.state.in_(("pending", "held")))
                .values(state="cancelled")
            )
            await bump(connection, self._db, REVISION)
            return await _log(connection, row, who, "watch.remove", watch.id, before, None)

    async def undo(self, change_id: int, *, who: str, channel: ChannelRef, within: timedelta) -> str:
        """Put back what a change changed; return the change's command.

        Raises:
            UserMistake: `undo.late` after `within`; `undo.unknown` when it is not this channel's, or undone already.
        """
        async with self._db.writing() as connection:
            row = await channel_id(connection, self._db, channel)
            found = (
                await connection.execute(
                    select(CHANGE, sosik_now().label("now")).where(CHANGE.c.id == change_id, CHANGE.c.channel_id == row)
                )
            ).one_or_none()
            if found is None or found.undone or found.what not in _UNDOABLE:
                raise UserMistake("undo.unknown")
            if found.now - found.at > within:
                raise UserMistake("undo.late")
            if found.subject is None:
                await set_columns(connection, row, who, "undo", restored(found.before or {}))
            else:
                await self._undo_watch(connection, row, found, who)
            await connection.execute(update(CHANGE).where(CHANGE.c.id == change_id).values(undone=True))
            await bump(connection, self._db, REVISION)
            return str(found.what)

    async def _undo_watch(self, connection: AsyncConnection, channel: int, found: Row[Any], who: str) -> None:
        before = restored(found.before or {"removed_at": True})
        values = {name: value for name, value in before.items() if name != "removed_at"}
        if "expression_key" in values:
            await _refuse_twin(connection, channel, values["expression_key"], apart_from=found.subject)
        removed = sosik_now() if before.get("removed_at") else None
        await connection.execute(
            update(WATCH)
            .where(WATCH.c.id == found.subject)
            .values(**values, removed_at=removed, version=WATCH.c.version + 1)
        )
        if "muted_until" in values:
            await _rehold(connection, found.subject, values["muted_until"])
        await _log(connection, channel, who, "undo", found.subject, found.after, found.before)


def select_watches(*more: Any) -> Any:  # noqa: ANN401 - a Select over many columns
    """All columns of watches with their channels."""
    return select(WATCH, *REF_COLUMNS, *more).join(CHANNEL, CHANNEL.c.id == WATCH.c.channel_id).join(WORKSPACE)


def _in_channel(channel: ChannelRef) -> tuple[Any, ...]:
    return (
        WORKSPACE.c.platform == channel.platform,
        WORKSPACE.c.external_id == channel.workspace,
        CHANNEL.c.external_id == channel.channel,
    )


async def _get(connection: AsyncConnection, watch_id: int) -> Watch:
    return watch_of((await connection.execute(select_watches().where(WATCH.c.id == watch_id))).one())


async def _columns(connection: AsyncConnection, watch_id: int) -> dict[str, Any]:
    kept = (
        WATCH.c.expression,
        WATCH.c.expression_key,
        WATCH.c.scope,
        WATCH.c.pace,
        WATCH.c.mention,
        WATCH.c.muted_until,
    )
    row = (await connection.execute(select(*kept).where(WATCH.c.id == watch_id))).one()
    return dict(row._mapping)


async def _refuse_twin(connection: AsyncConnection, channel: int, key: str, *, apart_from: int = 0) -> None:
    twin = (
        await connection.execute(
            select(WATCH.c.number).where(
                WATCH.c.channel_id == channel,
                WATCH.c.expression_key == key,
                WATCH.c.removed_at.is_(None),
                WATCH.c.id != apart_from,
            )
        )
    ).scalar_one_or_none()
    if twin is not None:
        raise UserMistake("watch.exists", number=twin)


async def _rehold(connection: AsyncConnection, watch_id: int, until: datetime | None) -> None:
    """A mute that changes changes when its held alerts are released."""
    held = select(DECISION.c.delivery_id).where(DECISION.c.watch_id == watch_id)
    release = until if until is not None else sosik_now()
    await connection.execute(
        update(DELIVERY).where(DELIVERY.c.id.in_(held), DELIVERY.c.state == "held").values(held_until=release)
    )
    channels = select(WATCH.c.channel_id).where(WATCH.c.id == watch_id)
    await connection.execute(update(CHANNEL).where(CHANNEL.c.id.in_(channels)).values(next_due_at=sosik_now()))


async def _log(
    connection: AsyncConnection,
    channel: int,
    who: str,
    what: str,
    subject: int,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> int:
    return await log_change(connection, channel, who, what, before=before, after=after, subject=subject)


def watch_of(row: Row[Any]) -> Watch:
    """The watch of a row of `select_watches`."""
    return Watch(
        id=row.id,
        channel=ref_of(row),
        expression=row.expression,
        since=row.since,
        number=row.number,
        scope=Scope(row.scope),
        pace=Pace(row.pace),
        mention=row.mention,
        owner=row.owner,
        muted_until=row.muted_until,
        version=row.version,
    )
