"""Sources: who polls which, and how it went."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.channels import bump
from bot.adapters.store.database import Database
from bot.adapters.store.tables import SOURCE, sosik_now
from bot.core.errors import UserMistake
from bot.core.news import Source, SourceState

_POLLED = tuple(state for state in SourceState if state is not SourceState.PAUSED)


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
        state: SourceState = SourceState.ACTIVE,
        claimed_by: tuple[str, timedelta] | None = None,
    ) -> Source:
        """Make a source, due at once.

        Args:
            claimed_by: who reads it right now, and for how long nobody else does.

        Raises:
            UserMistake: `source.exists`: the workspace has it, or it serves every workspace.
        """
        async with self._db.writing() as connection:
            twin = (
                await connection.execute(
                    select(SOURCE.c.number).where(
                        SOURCE.c.url == url, or_(SOURCE.c.workspace == workspace, SOURCE.c.workspace.is_(None))
                    )
                )
            ).scalar()
            if twin is not None:
                raise UserMistake("source.exists", number=twin)
            number = (await connection.execute(select(func.coalesce(func.max(SOURCE.c.number), 0) + 1))).scalar_one()
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
                    state=state,
                    next_poll_at=now,
                    lease_owner=owner,
                    lease_until=now + lease if lease else None,
                    fence=1,
                )
                .returning(SOURCE)
            )
            row = made.one()
            await bump(connection, self._db, "sources")
            return source_of(row)

    async def seen_by(self, workspace: str | None) -> tuple[Source, ...]:
        """The sources that serve a workspace, its own first; all of them for None."""
        statement = select(SOURCE).order_by(SOURCE.c.workspace.is_(None), SOURCE.c.number)
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
            await bump(connection, self._db, "sources")
            return source_of(changed.one())

    async def remove(self, source: Source) -> None:
        """Forget a source; its articles stay."""
        async with self._db.writing() as connection:
            await connection.execute(delete(SOURCE).where(SOURCE.c.id == source.id))
            await bump(connection, self._db, "sources")

    async def claim_due(
        self, owner: str, *, lease: timedelta, limit: int, only: Sequence[int] | None = None
    ) -> tuple[Source, ...]:
        """Take sources whose time has come; nobody else polls them until `finish` or the lease's end.

        Args:
            only: take just these, whether their time has come or not (`출처 check`).
        """
        due = select(SOURCE.c.id).where(or_(SOURCE.c.lease_until.is_(None), SOURCE.c.lease_until < sosik_now()))
        if only is None:
            due = due.where(SOURCE.c.next_poll_at <= sosik_now(), SOURCE.c.state.in_(_POLLED))
        else:
            due = due.where(SOURCE.c.id.in_(only))
        due = due.order_by(SOURCE.c.next_poll_at).limit(limit).with_for_update(skip_locked=True)
        async with self._db.writing() as connection:
            now = (await connection.execute(select(sosik_now()))).scalar_one()
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
    )
