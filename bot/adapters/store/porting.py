"""Everything that people set up, out of the database and into it again, in a few statements for thousands of rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.channels import REF_COLUMNS, bump, channel_id, log_change, ref_of
from bot.adapters.store.database import Database
from bot.adapters.store.tables import CHANNEL, SOURCE, WATCH, WORKSPACE, sosik_now
from bot.adapters.store.watches import REVISION
from bot.core.news import ChannelRef, Pace, Scope

_ADDRESSED = ("feed", "page")  # kinds whose address says all; searches follow the watches and are not carried over
NextRun = Callable[[Mapping[str, Any], datetime], datetime | None]
_PLACEHOLDER = "b_"  # SQLAlchemy keeps the columns' own names for the values that are set


@dataclass(frozen=True, slots=True)
class PortedWatch:
    """A watch of a file; `key` is its expression printed back."""

    expression: str
    key: str
    scope: Scope = Scope.ALL
    pace: Pace = Pace.INSTANT


@dataclass(frozen=True, slots=True)
class PortedChannel:
    """A channel of a file.

    Attributes:
        sets_digest: the file says something of the digest; else it stays as it is.
    """

    ref: ChannelRef
    watches: tuple[PortedWatch, ...] = ()
    digest: Mapping[str, Any] | None = None
    sets_digest: bool = False


@dataclass(frozen=True, slots=True)
class PortedSource:
    """A source of a file; it serves every workspace."""

    url: str
    name: str = ""
    state: str = "active"


@dataclass(slots=True)
class Changes:
    """What was added and changed, by name, and how much was so already."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0


class Porting:
    """Writes out and takes in."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def everything(self) -> tuple[tuple[PortedChannel, ...], tuple[PortedSource, ...]]:
        """Channels with watches or a digest, and the sources that people named, in the order they were made."""
        async with self._db.reading() as connection:
            statement: Any = (
                select(CHANNEL.c.id, CHANNEL.c.digest, *REF_COLUMNS)
                .join(WORKSPACE)
                .where(WORKSPACE.c.state != "gone")
                .order_by(CHANNEL.c.id)
            )
            channels = {row.id: (ref_of(row), row.digest) for row in await connection.execute(statement)}
            watches: dict[int, list[PortedWatch]] = {}
            for row in await connection.execute(_watches().order_by(WATCH.c.channel_id, WATCH.c.number)):
                watches.setdefault(row.channel_id, []).append(_watch_of(row))
            rows = await connection.execute(
                select(SOURCE.c.url, SOURCE.c.name, SOURCE.c.state)
                .where(SOURCE.c.kind.in_(_ADDRESSED))
                .order_by(SOURCE.c.id)
            )
            sources: dict[str, PortedSource] = {}
            for row in rows:
                state = "paused" if row.state == "paused" else "active"
                sources.setdefault(row.url, PortedSource(row.url, row.name, state))
        ported = (
            PortedChannel(ref, tuple(watches.get(row, ())), digest, sets_digest=digest is not None)
            for row, (ref, digest) in channels.items()
            if row in watches or digest is not None
        )
        return tuple(ported), tuple(sources.values())

    async def apply(
        self,
        channels: Sequence[PortedChannel],
        sources: Sequence[PortedSource],
        *,
        zone: str,
        who: str,
        dry_run: bool,
        next_run: NextRun,
    ) -> Changes:
        """Add what is missing, change what differs, leave the rest; all of it or nothing.

        Args:
            next_run: when a digest of this schedule is due.
        """
        changes = Changes()
        async with self._db.writing() as connection:
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            for channel in channels:
                await self._channel(connection, channel, changes, who, now, next_run)
            await self._sources(connection, sources, changes, zone=zone, who=who, now=now)
            if dry_run:
                await connection.rollback()
            elif changes.added or changes.changed:
                await bump(connection, self._db, REVISION)
                await bump(connection, self._db, "sources")
        return changes

    async def _channel(
        self,
        connection: AsyncConnection,
        channel: PortedChannel,
        changes: Changes,
        who: str,
        now: datetime,
        next_run: NextRun,
    ) -> None:
        row = await channel_id(connection, self._db, channel.ref)
        kept = (await connection.execute(select(CHANNEL.c.digest).where(CHANNEL.c.id == row))).scalar_one()
        known = {
            each.expression_key: each for each in await connection.execute(_watches().where(WATCH.c.channel_id == row))
        }
        new = [each for each in channel.watches if each.key not in known]
        other = [each for each in channel.watches if each.key in known and _watch_of(known[each.key]) != each]
        before = len(changes.added) + len(changes.changed)
        changes.same += len(channel.watches) - len(new) - len(other)
        await _add_watches(connection, row, new, who, now)
        await _change_watches(connection, [(known[each.key], each) for each in other])
        changes.added.extend(f"{channel.ref} {each.expression}" for each in new)
        changes.changed.extend(f"{channel.ref} {each.expression}" for each in other)
        if channel.sets_digest and not _same_digest(kept, channel.digest):
            digest = {**(kept or {}), **channel.digest, "since": now.isoformat()} if channel.digest else None
            due = next_run(digest, now) if digest else None
            await connection.execute(
                update(CHANNEL).where(CHANNEL.c.id == row).values(digest=digest, digest_due_at=due)
            )
            changes.changed.append(
                f"{channel.ref} digest {', '.join((channel.digest or {}).get('times', ())) or 'off'}"
            )
        if len(changes.added) + len(changes.changed) > before:
            told = {"added": len(new), "changed": len(other), "digest": channel.digest if channel.sets_digest else kept}
            await log_change(connection, row, who, "import", before={"digest": kept}, after=told)

    async def _sources(
        self,
        connection: AsyncConnection,
        sources: Sequence[PortedSource],
        changes: Changes,
        *,
        zone: str,
        who: str,
        now: datetime,
    ) -> None:
        rows = await connection.execute(
            select(SOURCE.c.id, SOURCE.c.url, SOURCE.c.name, SOURCE.c.state, SOURCE.c.workspace).order_by(
                SOURCE.c.workspace.is_not(None), SOURCE.c.id
            )
        )
        known: dict[str, Any] = {}
        for row in rows:
            known.setdefault(row.url, row)
        new = [each for each in sources if each.url not in known]
        highest = (await connection.execute(select(func.coalesce(func.max(SOURCE.c.number), 0)))).scalar_one()
        if new:
            await connection.execute(
                insert(SOURCE),
                [
                    {
                        "number": highest + place,
                        "url": each.url,
                        "name": each.name,
                        "state": each.state,
                        "zone": zone,
                        "added_by": who,
                        "next_poll_at": now,
                    }
                    for place, each in enumerate(new, start=1)
                ],
            )
        changes.added.extend(each.url for each in new)
        for each in sources:
            if each.url not in known:
                continue
            columns = _source_columns(known[each.url], each, now)
            if columns:
                await connection.execute(update(SOURCE).where(SOURCE.c.id == known[each.url].id).values(**columns))
                changes.changed.append(each.url)
            else:
                changes.same += 1


async def _add_watches(
    connection: AsyncConnection, channel: int, watches: Sequence[PortedWatch], who: str, now: datetime
) -> None:
    if not watches:
        return
    first = (
        await connection.execute(
            update(CHANNEL)
            .where(CHANNEL.c.id == channel)
            .values(next_watch=CHANNEL.c.next_watch + len(watches))
            .returning(CHANNEL.c.next_watch - len(watches))
        )
    ).scalar_one()
    await connection.execute(
        insert(WATCH),
        [
            {
                "channel_id": channel,
                "number": number,
                "expression": each.expression,
                "expression_key": each.key,
                "scope": each.scope,
                "pace": each.pace,
                "owner": who,
                "since": now,
            }
            for number, each in enumerate(watches, start=first)
        ],
    )


async def _change_watches(connection: AsyncConnection, pairs: Iterable[tuple[Any, PortedWatch]]) -> None:
    rows = [
        {
            f"{_PLACEHOLDER}id": row.id,
            "expression": each.expression,
            "scope": each.scope,
            "pace": each.pace,
            "version": row.version + 1,
        }
        for row, each in pairs
    ]
    if rows:
        await connection.execute(update(WATCH).where(WATCH.c.id == bindparam(f"{_PLACEHOLDER}id")), rows)


def _source_columns(row: Any, source: PortedSource, now: datetime) -> dict[str, object]:  # noqa: ANN401 - a Row
    """What differs; a source of one workspace becomes everybody's, as the file says."""
    columns: dict[str, object] = {}
    if row.workspace is not None:
        columns["workspace"] = None
    if source.name and source.name != row.name:
        columns["name"] = source.name
    if source.state == "paused" and row.state != "paused":
        columns["state"] = "paused"
    if source.state == "active" and row.state == "paused":
        columns |= {"state": "active", "next_poll_at": now, "fail_count": 0}
    return columns


def _watches() -> Any:  # noqa: ANN401 - a Select
    return select(WATCH).where(WATCH.c.removed_at.is_(None))


def _watch_of(row: Any) -> PortedWatch:  # noqa: ANN401 - a Row
    return PortedWatch(row.expression, row.expression_key, Scope(row.scope), Pace(row.pace))


def _same_digest(kept: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None) -> bool:
    if kept is None or wanted is None:
        return kept is wanted
    return all(kept.get(name) == value for name, value in wanted.items())
