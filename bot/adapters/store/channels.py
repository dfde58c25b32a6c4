"""Workspaces and channels: how they are spoken to, and whether they may be spoken to."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, Text, cast, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.database import Database
from bot.adapters.store.tables import CHANGE, CHANNEL, DELIVERY, KEPT, NOTE, SEEN_REQUEST, VOTE, WORKSPACE, sosik_now
from bot.core.errors import SosikError
from bot.core.news import ChannelRef, Platform


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What is kept of a channel.

    Attributes:
        language: of its workspace; empty: the bot's own.
        quiet: start and end as `HH:MM`.
        digest_state: since when its digests are empty, and when it last said that it lives.
        digest: `{"times": ["07:30"], "days": "weekdays", "timezone": "Asia/Seoul"}`.
    """

    id: int
    ref: ChannelRef
    state: str
    language: str = ""
    quiet: tuple[str, str] | None = None
    managers: tuple[str, ...] = ()
    muted_until: datetime | None = None
    digest: dict[str, Any] | None = None
    digest_state: dict[str, str] | None = None
    pause_reason: str = ""
    pause_values: dict[str, Any] | None = None


def upsert(table: Any, db: Database) -> Any:  # noqa: ANN401 - the two dialects' inserts share no type
    """An INSERT that can say ON CONFLICT."""
    return sqlite.insert(table) if db.is_sqlite else postgresql.insert(table)


async def workspace_id(connection: AsyncConnection, db: Database, platform: str, external_id: str) -> int:
    """The row of a workspace, made when it is new."""
    await connection.execute(
        upsert(WORKSPACE, db).values(platform=platform, external_id=external_id).on_conflict_do_nothing()
    )
    found = select(WORKSPACE.c.id).where(WORKSPACE.c.platform == platform, WORKSPACE.c.external_id == external_id)
    return int((await connection.execute(found)).scalar_one())


async def channel_id(connection: AsyncConnection, db: Database, ref: ChannelRef) -> int:
    """The row of a channel, made when it is new."""
    found = (
        select(CHANNEL.c.id)
        .join(WORKSPACE)
        .where(
            WORKSPACE.c.platform == ref.platform,
            WORKSPACE.c.external_id == ref.workspace,
            CHANNEL.c.external_id == ref.channel,
        )
    )
    known = (await connection.execute(found)).scalar_one_or_none()
    if known is not None:
        return int(known)
    workspace = await workspace_id(connection, db, ref.platform, ref.workspace)
    await connection.execute(
        upsert(CHANNEL, db).values(workspace_id=workspace, external_id=ref.channel).on_conflict_do_nothing()
    )
    return int((await connection.execute(found)).scalar_one())


def ref_of(row: Row[Any]) -> ChannelRef:
    """The channel of a row that carries REF_COLUMNS."""
    return ChannelRef(Platform(row.ref_platform), row.ref_workspace, row.ref_channel)


REF_COLUMNS = (
    WORKSPACE.c.platform.label("ref_platform"),
    WORKSPACE.c.external_id.label("ref_workspace"),
    CHANNEL.c.external_id.label("ref_channel"),
)


class Channels:
    """Reads and changes what is kept of channels and workspaces."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def settings(self, ref: ChannelRef) -> ChannelSettings:
        """What is kept of a channel, made with defaults when it is new."""
        async with self._db.writing() as connection:
            await channel_id(connection, self._db, ref)
            return (await self._read(connection, ref))[0]

    async def all(self) -> tuple[ChannelSettings, ...]:
        """Every channel."""
        async with self._db.reading() as connection:
            return await self._read(connection, None)

    async def change(self, ref: ChannelRef, *, who: str = "", what: str = "settings", **columns: object) -> int:
        """Set columns of the channel's row: `quiet`, `managers`, `muted_until`, `digest`, `digest_due_at`.

        A change of `quiet` or `muted_until` lets the queue be looked at again at once. Returns the change that
        `Watches.undo` takes.
        """
        async with self._db.writing() as connection:
            row = await channel_id(connection, self._db, ref)
            return await set_columns(connection, row, who, what, columns)

    async def set_language(self, ref: ChannelRef, language: str, *, who: str = "") -> None:
        """The language of the channel's workspace."""
        async with self._db.writing() as connection:
            row = await channel_id(connection, self._db, ref)
            mine = (WORKSPACE.c.platform == ref.platform, WORKSPACE.c.external_id == ref.workspace)
            before = (await connection.execute(select(WORKSPACE.c.language).where(*mine))).scalar_one()
            await connection.execute(update(WORKSPACE).where(*mine).values(language=language))
            await log_change(
                connection, row, who, "settings.language", before={"language": before}, after={"language": language}
            )
            await bump(connection, self._db, "watches")

    async def log(
        self,
        ref: ChannelRef,
        *,
        who: str,
        what: str,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Remember who changed something that is not the channel's own, such as a source of its workspace."""
        async with self._db.writing() as connection:
            row = await channel_id(connection, self._db, ref)
            await log_change(connection, row, who, what, before=before, after=after, workspace=ref.home)

    async def pause(self, ref: ChannelRef, reason: SosikError | None, *, key: str = "") -> bool:
        """Stop speaking to a channel; True when it was open until now."""
        async with self._db.writing() as connection:
            row = await channel_id(connection, self._db, ref)
            changed = await connection.execute(
                update(CHANNEL)
                .where(CHANNEL.c.id == row, CHANNEL.c.state == "open")
                .values(
                    state="paused",
                    pause_reason=reason.key if reason else key,
                    pause_values={name: str(value) for name, value in reason.values.items()} if reason else {},
                    paused_at=sosik_now(),
                )
            )
            return changed.rowcount > 0

    async def resume(self, ref: ChannelRef) -> None:
        """Speak to a channel again, at once."""
        async with self._db.writing() as connection:
            row = await channel_id(connection, self._db, ref)
            await connection.execute(
                update(CHANNEL)
                .where(CHANNEL.c.id == row)
                .values(state="open", pause_reason="", pause_values=None, paused_at=None)
            )
            await _wake(connection, row)

    async def set_workspace(self, platform: Platform, workspace: str, state: str, reason: str = "") -> None:
        """`active`, `paused` (a token that does not work) or `gone` (uninstalled; its data is kept 30 days)."""
        async with self._db.writing() as connection:
            row = await workspace_id(connection, self._db, platform, workspace)
            await connection.execute(
                update(WORKSPACE)
                .where(WORKSPACE.c.id == row)
                .values(state=state, pause_reason=reason, gone_at=sosik_now() if state == "gone" else None)
            )

    async def note(self, name: str) -> str:
        """A small fact by its name; empty when there is none."""
        async with self._db.reading() as connection:
            return await note(connection, name)

    async def set_note(self, name: str, value: str) -> None:
        """Keep a small fact."""
        async with self._db.writing() as connection:
            statement = upsert(NOTE, self._db).values(name=name, value=value)
            await connection.execute(
                statement.on_conflict_do_update(index_elements=[NOTE.c.name], set_={"value": value})
            )

    async def first_time(self, request: str) -> bool:
        """True once for each id of a request: a platform may deliver the same one twice."""
        if not request:
            return True
        async with self._db.writing() as connection:
            statement = upsert(SEEN_REQUEST, self._db).values(id=request, at=sosik_now()).on_conflict_do_nothing()
            # RETURNING tells on both databases whether there was a new row; `rowcount` does not on PostgreSQL.
            return (await connection.execute(statement.returning(SEEN_REQUEST.c.id))).first() is not None

    async def keep(self, value: Any) -> str:  # noqa: ANN401 - any JSON value
        """Keep a request for a button; the id to put into the button."""
        kept = secrets.token_hex(8)
        async with self._db.writing() as connection:
            await connection.execute(insert(KEPT).values(id=kept, at=sosik_now(), value=value))
        return kept

    async def kept(self, kept_id: str) -> Any:  # noqa: ANN401 - as above
        """What was kept under this id; None when it is gone."""
        async with self._db.reading() as connection:
            return (await connection.execute(select(KEPT.c.value).where(KEPT.c.id == kept_id))).scalar_one_or_none()

    async def vote(self, delivery_id: int, who: str, *, good: bool) -> None:
        """Somebody says whether an alert helped; the last word of each person counts."""
        async with self._db.writing() as connection:
            statement = upsert(VOTE, self._db).values(delivery_id=delivery_id, who=who, good=good, at=sosik_now())
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[VOTE.c.delivery_id, VOTE.c.who], set_={"good": good, "at": sosik_now()}
                )
            )

    async def _read(self, connection: AsyncConnection, ref: ChannelRef | None) -> tuple[ChannelSettings, ...]:
        statement = select(CHANNEL, WORKSPACE.c.language, *REF_COLUMNS).join(WORKSPACE).order_by(CHANNEL.c.id)
        if ref is not None:
            statement = statement.where(
                WORKSPACE.c.platform == ref.platform,
                WORKSPACE.c.external_id == ref.workspace,
                CHANNEL.c.external_id == ref.channel,
            )
        return tuple(settings_of(row) for row in await connection.execute(statement))


async def set_columns(connection: AsyncConnection, channel: int, who: str, what: str, columns: dict[str, Any]) -> int:
    """Set columns of a channel and log what they were; `Watches.undo` puts them back."""
    kept = select(*(CHANNEL.c[name] for name in columns)).where(CHANNEL.c.id == channel)
    before = dict((await connection.execute(kept)).one()._mapping)
    await connection.execute(update(CHANNEL).where(CHANNEL.c.id == channel).values(**columns))
    if {"quiet", "muted_until"} & columns.keys():
        await _wake(connection, channel)
    return await log_change(connection, channel, who, what, before=before, after=columns)


async def log_change(
    connection: AsyncConnection,
    channel: int | None,
    who: str,
    what: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    subject: int | None = None,
    workspace: str | None = None,
) -> int:
    """Who changed what, and what it was before; its id is what undoing takes."""
    made = await connection.execute(
        insert(CHANGE)
        .values(
            channel_id=channel,
            workspace=workspace,
            who=who,
            at=sosik_now(),
            what=what,
            subject=subject,
            before=_storable(before),
            after=_storable(after),
        )
        .returning(CHANGE.c.id)
    )
    return int(made.scalar_one())


def restored(stored: dict[str, Any]) -> dict[str, Any]:
    """Columns from a change's stored form: JSON has no instants."""
    return {
        name: datetime.fromisoformat(value) if name in _INSTANTS and value is not None else value
        for name, value in stored.items()
    }


_INSTANTS = frozenset({"muted_until", "digest_due_at"})


def _storable(columns: dict[str, Any] | None) -> dict[str, Any] | None:
    if columns is None:
        return None
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in columns.items()}


async def bump(connection: AsyncConnection, db: Database, name: str) -> None:
    """Count a revision up, so that running processes see the change."""
    one_more = cast(cast(NOTE.c.value, BigInteger) + 1, Text)
    statement = upsert(NOTE, db).values(name=name, value="1")
    await connection.execute(statement.on_conflict_do_update(index_elements=[NOTE.c.name], set_={"value": one_more}))


async def note(connection: AsyncConnection, name: str) -> str:
    """A small fact by its name, within a transaction."""
    return (await connection.execute(select(NOTE.c.value).where(NOTE.c.name == name))).scalar_one_or_none() or ""


async def _wake(connection: AsyncConnection, channel: int) -> None:
    waiting = select(DELIVERY.c.id).where(
        DELIVERY.c.channel_id == channel, DELIVERY.c.state.in_(("pending", "held", "sending"))
    )
    await connection.execute(
        update(CHANNEL).where(CHANNEL.c.id == channel, waiting.exists()).values(next_due_at=sosik_now())
    )


def settings_of(row: Row[Any]) -> ChannelSettings:
    """The settings of a row of the channel table with its workspace."""
    return ChannelSettings(
        id=row.id,
        ref=ref_of(row),
        state=row.state,
        language=row.language,
        quiet=tuple(row.quiet) if row.quiet else None,
        managers=tuple(row.managers or ()),
        muted_until=row.muted_until,
        digest=row.digest,
        digest_state=row.digest_state,
        pause_reason=row.pause_reason,
        pause_values=row.pause_values,
    )
