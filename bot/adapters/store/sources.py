"""Sources: who polls which, and how it went.

A source with number 0 is a search that follows the watches (`Sources.follow`): nobody added it, no command names it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, Text, bindparam, cast, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.channels import bump, note, upsert
from bot.adapters.store.database import Database
from bot.adapters.store.tables import NOTE, SOURCE, WORKSPACE, sosik_now
from bot.core.errors import UserMistake
from bot.core.news import Platform, Source, SourceState

_ODD = timedelta(minutes=5)
_POLLED = tuple(state for state in SourceState if state is not SourceState.PAUSED)
_SLICE = 500  # SQLite takes 999 values in one statement in its older releases
REVISION = "sources"  # the note that counts changes of sources

Due = Callable[[int, datetime], Sequence[datetime]]
"""When so many sources that were never read are due."""

Ending = Callable[[datetime], Mapping[str, object]]
"""What to write about a source that was polled, when the time is this."""


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source to be made."""

    url: str
    kind: str = "feed"
    name: str = ""
    state: SourceState = SourceState.ACTIVE


class Sources:
    """Reads, claims and changes sources."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(
        self,
        url: str,
        *,
        workspace: str | None,
        kind: str = "feed",
        name: str = "",
        zone: str = "Asia/Seoul",
        added_by: str = "",
        claimed_by: tuple[str, timedelta] | None = None,
        most: int | None = None,
    ) -> Source:
        """Make a source, due at once.

        Args:
            claimed_by: who reads it right now, and for how long nobody else does.
            most: how many of its own the workspace may have.

        Raises:
            UserMistake: `source.exists`: the workspace has it, or it serves every workspace. `source.quota`.
        """
        async with self._db.writing() as connection:
            await bump(connection, self._db, REVISION)  # first: from here on nobody else adds sources
            twin = (
                await connection.execute(
                    select(SOURCE.c.number).where(
                        SOURCE.c.url == url, or_(SOURCE.c.workspace == workspace, SOURCE.c.workspace.is_(None))
                    )
                )
            ).scalar()
            if twin is not None:
                raise UserMistake("source.exists", number=twin)
            if most is not None:
                own = select(func.count()).select_from(SOURCE).where(SOURCE.c.workspace == workspace)
                if (await connection.execute(own)).scalar_one() >= most:
                    raise UserMistake("source.quota", most=most)
            number = await _next_number(connection)
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            owner, lease = claimed_by or ("", None)
            made = await connection.execute(
                insert(SOURCE)
                .values(
                    workspace=workspace,
                    number=number,
                    url=url,
                    kind=kind,
                    name=name,
                    zone=zone,
                    added_by=added_by,
                    next_poll_at=now,
                    lease_owner=owner,
                    lease_until=now + lease if lease else None,
                    fence=1,
                )
                .returning(SOURCE)
            )
            return source_of(made.one())

    async def add_all(
        self, wanted: Sequence[NewSource], *, zone: str, due: Due, added_by: str = "", only_first: bool = False
    ) -> tuple[Source, ...]:
        """Make those that do not serve every workspace yet; they will. Returns the new ones.

        Args:
            only_first: do nothing when there is any source that somebody or something added.
        """
        async with self._db.writing() as connection:
            await bump(connection, self._db, REVISION)
            if only_first and (await connection.execute(select(SOURCE.c.id).where(_ADDED).limit(1))).first():
                return ()
            there = set((await connection.execute(select(SOURCE.c.url).where(SOURCE.c.workspace.is_(None)))).scalars())
            fresh = {each.url: each for each in wanted if each.url not in there}
            first = await _next_number(connection)
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            rows = [
                {
                    "workspace": None,
                    "number": first + place,
                    "url": each.url,
                    "kind": each.kind,
                    "name": each.name,
                    "zone": zone,
                    "added_by": added_by,
                    "state": each.state,
                    "next_poll_at": at,
                }
                for place, (each, at) in enumerate(zip(fresh.values(), due(len(fresh), now), strict=True))
            ]
            return await _insert_all(connection, rows)

    async def follow(
        self, kinds: Collection[str], wanted: Mapping[str, str], *, zone: str, due: Mapping[str, Due]
    ) -> tuple[int, int]:
        """Keep one search for each address in `wanted` (address → kind), shared by all workspaces, and no other.

        Args:
            kinds: every kind that ever follows, wanted now or not.
            due: by kind.

        Returns:
            how many came, and how many went.
        """
        async with self._db.writing() as connection:
            # Under this row's lock: two machines must not both insert, as NULL workspaces are not unique in SQL.
            await bump(connection, self._db, "searches")
            found = select(SOURCE.c.id, SOURCE.c.url).where(~_ADDED, SOURCE.c.kind.in_(tuple(kinds)))
            there = {row.url: row.id for row in await connection.execute(found)}
            gone = [source_id for url, source_id in there.items() if url not in wanted]
            for start in range(0, len(gone), _SLICE):
                await connection.execute(delete(SOURCE).where(SOURCE.c.id.in_(gone[start : start + _SLICE])))
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            rows = []
            for kind in sorted(set(wanted.values())):
                urls = [url for url, its_kind in wanted.items() if its_kind == kind and url not in there]
                rows += [
                    {"number": 0, "url": url, "kind": kind, "zone": zone, "next_poll_at": at}
                    for url, at in zip(urls, due[kind](len(urls), now), strict=True)
                ]
            await _insert_all(connection, rows)
            return len(rows), len(gone)

    async def searches(self, kinds: Collection[str]) -> tuple[Source, ...]:
        """Every source of these kinds, whoever added it."""
        async with self._db.reading() as connection:
            rows = await connection.execute(select(SOURCE).where(SOURCE.c.kind.in_(tuple(kinds))).order_by(SOURCE.c.id))
            return tuple(source_of(row) for row in rows)

    async def spend(self, kind: str, day: date, *, most: int) -> bool:
        """Take one of a search service's calls of the day; False when all are taken. One count for all machines."""
        name = f"calls:{kind}:{day.isoformat()}"
        calls = cast(NOTE.c.value, BigInteger)
        async with self._db.writing() as connection:
            statement = upsert(NOTE, self._db).values(name=name, value="1")
            taken = await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[NOTE.c.name], set_={"value": cast(calls + 1, Text)}, where=calls < most
                ).returning(NOTE.c.value)
            )
            value = taken.scalar_one_or_none()
            if value == "1":  # a new day
                await connection.execute(delete(NOTE).where(NOTE.c.name.like(f"calls:{kind}:%"), NOTE.c.name != name))
            return value is not None

    async def spent(self, kind: str, day: date) -> int:
        """How many calls of the day are taken."""
        async with self._db.reading() as connection:
            return int(await note(connection, f"calls:{kind}:{day.isoformat()}") or 0)

    async def incident(self, name: str, *, begins: bool) -> bool:
        """Note that an incident begins, or ends; True for the one who noticed it first."""
        async with self._db.writing() as connection:
            if begins:
                statement = upsert(NOTE, self._db).values(name=f"incident:{name}", value="1").on_conflict_do_nothing()
                return (await connection.execute(statement.returning(NOTE.c.name))).first() is not None
            return (await connection.execute(delete(NOTE).where(NOTE.c.name == f"incident:{name}"))).rowcount > 0

    async def several_workspaces(self) -> bool:
        """Whether strangers share this install: some platform knows it in more than one workspace."""
        statement = (
            select(WORKSPACE.c.platform)
            .where(
                WORKSPACE.c.state != "gone",
                WORKSPACE.c.platform != Platform.CONSOLE,
                WORKSPACE.c.external_id != "@me",  # Discord's direct messages
            )
            .group_by(WORKSPACE.c.platform)
            .having(func.count() > 1)
        )
        async with self._db.reading() as connection:
            return (await connection.execute(statement)).first() is not None

    async def seen_by(self, workspace: str | None) -> tuple[Source, ...]:
        """The sources that serve a workspace, its own first; all of them for None. Without what follows the watches."""
        statement = select(SOURCE).where(_ADDED).order_by(SOURCE.c.workspace.is_(None), SOURCE.c.number)
        if workspace is not None:
            statement = statement.where(or_(SOURCE.c.workspace == workspace, SOURCE.c.workspace.is_(None)))
        async with self._db.reading() as connection:
            return tuple(source_of(row) for row in await connection.execute(statement))

    async def get(self, number: int, *, workspace: str | None) -> Source:
        """The source with this number that the workspace sees.

        Raises:
            UserMistake: `source.unknown`.
        """
        for source in await self.seen_by(workspace):
            if source.number == number:
                return source
        raise UserMistake("source.unknown", number=number)

    async def change(self, source: Source, **columns: object) -> Source:
        """Set columns of a source."""
        async with self._db.writing() as connection:
            changed = await connection.execute(
                update(SOURCE).where(SOURCE.c.id == source.id).values(**columns).returning(SOURCE)
            )
            await bump(connection, self._db, REVISION)
            return source_of(changed.one())

    async def remove(self, source: Source) -> None:
        """Forget a source; its articles stay."""
        async with self._db.writing() as connection:
            await connection.execute(delete(SOURCE).where(SOURCE.c.id == source.id))
            await bump(connection, self._db, REVISION)

    async def claim_due(
        self, owner: str, *, lease: timedelta, limit: int, only: Sequence[int] | None = None
    ) -> tuple[Source, ...]:
        """Take sources whose time has come; nobody else polls them until `finish` or the lease's end.

        Args:
            only: take just these, whether their time has come or not (`출처 check`).
        """
        async with self._db.writing() as connection:
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            # A lease further ahead than any can be is left from a clock that was set back.
            held = SOURCE.c.lease_until
            due = select(SOURCE.c.id).where(or_(held.is_(None), held < now, held > now + lease + _ODD))
            if only is None:
                due = due.where(SOURCE.c.next_poll_at <= now, SOURCE.c.state.in_(_POLLED))
            else:
                due = due.where(SOURCE.c.id.in_(only))
            due = due.order_by(SOURCE.c.next_poll_at).limit(limit).with_for_update(skip_locked=True)
            claimed = await connection.execute(
                update(SOURCE)
                .where(SOURCE.c.id.in_(due))
                .values(lease_owner=owner, lease_until=now + lease, fence=SOURCE.c.fence + 1)
                .returning(SOURCE)
            )
            return tuple(source_of(row) for row in claimed)

    async def finish(self, source: Source, columns: Mapping[str, object]) -> bool:
        """Write how a poll went and give the source back; False when the lease was lost meanwhile."""
        async with self._db.writing() as connection:
            return await finish(connection, source, columns)

    async def finish_all(self, ended: Sequence[tuple[Source, Ending]]) -> tuple[bool, ...]:
        """`finish` for many at once, in one transaction; each says what to write when it hears the time."""
        async with self._db.writing() as connection:
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            ids = [source.id for source, _ in ended]
            held = select(SOURCE.c.id, SOURCE.c.fence).where(SOURCE.c.id.in_(ids)).order_by(SOURCE.c.id)
            fences = {row.id: row.fence for row in await connection.execute(held.with_for_update())}
            kept = [fences.get(source.id) == source.fence for source, _ in ended]
            rows = [
                {"source_id": source.id, **columns(now)}
                for (source, columns), mine in zip(ended, kept, strict=True)
                if mine
            ]
            for names in {tuple(sorted(row.keys() - {"source_id"})) for row in rows}:
                statement = (
                    update(SOURCE)
                    .where(SOURCE.c.id == bindparam("source_id"))
                    .values({name: bindparam(name) for name in names} | {"lease_until": None, "lease_owner": ""})
                    .values(checked_at=sosik_now())
                )
                await connection.execute(
                    statement, [row for row in rows if tuple(sorted(row.keys() - {"source_id"})) == names]
                )
            return tuple(kept)

    async def next_due(self) -> datetime | None:
        """When the next poll is due; None when nothing is polled."""
        async with self._db.reading() as connection:
            statement = select(func.min(SOURCE.c.next_poll_at)).where(SOURCE.c.state.in_(_POLLED))
            due: datetime | None = (await connection.execute(statement)).scalar_one_or_none()
            return due

    async def release_all(self) -> None:
        """Void every lease: on SQLite a starting `sosik run` is the only one (facts/delivery.md §0, rule 7)."""
        async with self._db.writing() as connection:
            await connection.execute(update(SOURCE).values(lease_until=None))


_ADDED = SOURCE.c.number > 0


async def _next_number(connection: AsyncConnection) -> int:
    return int((await connection.execute(select(func.coalesce(func.max(SOURCE.c.number), 0) + 1))).scalar_one())


async def _insert_all(connection: AsyncConnection, rows: Sequence[Mapping[str, object]]) -> tuple[Source, ...]:
    made: list[Source] = []
    for some in _slices(rows):
        inserted = await connection.execute(insert(SOURCE).returning(SOURCE, sort_by_parameter_order=True), some)
        made.extend(source_of(row) for row in inserted)
    return tuple(made)


def _slices(rows: Sequence[Mapping[str, object]]) -> Iterable[list[Mapping[str, object]]]:
    return (list(rows[start : start + _SLICE]) for start in range(0, len(rows), _SLICE))


async def finish(connection: AsyncConnection, source: Source, columns: Mapping[str, object]) -> bool:
    """`Sources.finish` within a transaction."""
    changed = await connection.execute(
        update(SOURCE)
        .where(SOURCE.c.id == source.id, SOURCE.c.fence == source.fence)
        .values(**columns, lease_until=None, lease_owner="", checked_at=sosik_now())
    )
    return changed.rowcount > 0


def source_of(row: Row[Any]) -> Source:
    """The source of a row of the table."""
    return Source(
        id=row.id,
        url=row.url,
        kind=row.kind,
        number=row.number,
        name=row.name,
        workspace=row.workspace,
        state=SourceState(row.state),
        zone=row.zone,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        baselined=row.baselined,
        interval_seconds=row.interval_seconds,
        next_poll_at=row.next_poll_at,
        checked_at=row.checked_at,
        last_ok_at=row.last_ok_at,
        last_new_at=row.last_new_at,
        fail_count=row.fail_count,
        failing_since=row.failing_since,
        last_error=row.last_error[0] if row.last_error else None,
        gaps=tuple(row.gaps or ()),
        moved_to=row.moved_to,
        moved_count=row.moved_count,
        fence=row.fence,
        added_by=row.added_by,
    )
