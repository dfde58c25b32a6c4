"""Everything that people set up, out of the database and into it again, in a few statements for thousands of rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.channels import REF_COLUMNS, bump, ref_of, upsert
from bot.adapters.store.database import Database
from bot.adapters.store.tables import CHANGE, CHANNEL, SOURCE, WATCH, WORKSPACE, sosik_now
from bot.adapters.store.watches import REVISION
from bot.core.news import ChannelRef, Pace, Scope

_ADDRESSED = ("feed", "page")  # kinds whose address says all; searches follow the watches and are not carried over
NextRun = Callable[[Mapping[str, Any], datetime], datetime | None]


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
            await self._channels(connection, channels, changes, who, now, next_run)
            await self._sources(connection, sources, changes, zone=zone, who=who, now=now)
            if dry_run:
                await connection.rollback()
            elif changes.added or changes.changed:
                await bump(connection, self._db, REVISION)
                await bump(connection, self._db, "sources")
        return changes

    async def _channels(
        self,
        connection: AsyncConnection,
        channels: Sequence[PortedChannel],
        changes: Changes,
        who: str,
        now: datetime,
        next_run: NextRun,
    ) -> None:
        """One statement for each kind of write, however many channels: each statement costs milliseconds."""
        rows = await self._rows(connection, [each.ref for each in channels])
        known: dict[int, dict[str, Any]] = {}
        for row in await connection.execute(_watches()):
            known.setdefault(row.channel_id, {})[row.expression_key] = row
        work = _Work(who, now)
        for channel in channels:
            work.take(channel, rows[channel.ref], known.get(rows[channel.ref].id, {}), changes, next_run)
        for table, new in ((WATCH, work.watches), (CHANGE, work.logged)):
            if new:
                await connection.execute(insert(table), new)
        for table, changed in ((WATCH, work.changed), (CHANNEL, work.numbers), (CHANNEL, work.digests)):
            if changed:
                await connection.execute(update(table).where(table.c.id == bindparam("b_id")), changed)

    async def _rows(self, connection: AsyncConnection, refs: Sequence[ChannelRef]) -> dict[ChannelRef, Any]:
        """The channels' rows, made where they are new."""
        homes = sorted({(ref.platform, ref.workspace) for ref in refs})
        if homes:
            await connection.execute(
                upsert(WORKSPACE, self._db).on_conflict_do_nothing(),
                [{"platform": platform, "external_id": workspace} for platform, workspace in homes],
            )
        rows = await connection.execute(select(WORKSPACE.c.id, WORKSPACE.c.platform, WORKSPACE.c.external_id))
        ids = {(row.platform, row.external_id): row.id for row in rows}
        if refs:
            await connection.execute(
                upsert(CHANNEL, self._db).on_conflict_do_nothing(),
                [{"workspace_id": ids[ref.platform, ref.workspace], "external_id": ref.channel} for ref in refs],
            )
        statement: Any = select(CHANNEL.c.id, CHANNEL.c.digest, CHANNEL.c.next_watch, *REF_COLUMNS).join(WORKSPACE)
        return {ref_of(row): row for row in await connection.execute(statement)}

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


@dataclass(slots=True)
class _Work:
    """The rows to write, gathered."""

    who: str
    now: datetime
    watches: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[dict[str, Any]] = field(default_factory=list)
    digests: list[dict[str, Any]] = field(default_factory=list)
    logged: list[dict[str, Any]] = field(default_factory=list)

    def take(
        self,
        channel: PortedChannel,
        row: Any,  # noqa: ANN401 - a Row
        known: Mapping[str, Any],
        changes: Changes,
        next_run: NextRun,
    ) -> None:
        """What one channel needs."""
        new = [each for each in channel.watches if each.key not in known]
        other = [each for each in channel.watches if each.key in known and _watch_of(known[each.key]) != each]
        self._add(row, new)
        self.changed.extend(
            {
                "b_id": known[each.key].id,
                "expression": each.expression,
                "scope": each.scope,
                "pace": each.pace,
                "version": known[each.key].version + 1,
            }
            for each in other
        )
        changes.added.extend(f"{channel.ref} {each.expression}" for each in new)
        changes.changed.extend(f"{channel.ref} {each.expression}" for each in other)
        changes.same += len(channel.watches) - len(new) - len(other)
        digest = channel.sets_digest and not _same_digest(row.digest, channel.digest)
        if digest:
            self._digest(row, channel.digest, next_run)
            changes.changed.append(f"{channel.ref} digest: {', '.join((channel.digest or {}).get('times', ('off',)))}")
        if new or other or digest:
            told = {"added": len(new), "changed": len(other), "digest": channel.digest if digest else row.digest}
            before = {"digest": row.digest}
            log = {"channel_id": row.id, "who": self.who, "at": self.now, "what": "import"}
            self.logged.append({**log, "before": before, "after": told})

    def _add(self, row: Any, watches: Sequence[PortedWatch]) -> None:  # noqa: ANN401 - a Row
        if watches:
            self.numbers.append({"b_id": row.id, "next_watch": row.next_watch + len(watches)})
        self.watches.extend(
            {
                "channel_id": row.id,
                "number": number,
                "expression": each.expression,
                "expression_key": each.key,
                "scope": each.scope,
                "pace": each.pace,
                "owner": self.who,
                "since": self.now,
            }
            for number, each in enumerate(watches, start=row.next_watch)
        )

    def _digest(self, row: Any, digest: Mapping[str, Any] | None, next_run: NextRun) -> None:  # noqa: ANN401 - a Row
        kept = {**(row.digest or {}), **digest, "since": self.now.isoformat()} if digest else None
        due = next_run(kept, self.now) if kept else None
        self.digests.append({"b_id": row.id, "digest": kept, "digest_due_at": due})


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
