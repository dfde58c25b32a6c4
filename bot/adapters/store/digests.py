"""Digest runs: at most one for each channel, local date and slot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from bot.adapters.store.channels import REF_COLUMNS, ChannelSettings, channel_id, settings_of, upsert
from bot.adapters.store.database import Database
from bot.adapters.store.outbox import enqueue
from bot.adapters.store.tables import CHANNEL, DIGEST_RUN, WORKSPACE, sosik_now
from bot.core.delivery import Kind
from bot.core.message import Message
from bot.core.news import ChannelRef


@dataclass(frozen=True, slots=True)
class DigestRun:
    """A slot that was served.

    Attributes:
        local_date: `2026-07-24`; `slot`: `07:30`.
        at: the slot's instant; up to there the digest told.
    """

    local_date: str
    slot: str
    at: datetime


class Digests:
    """Which digests are due and which were made."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def due(self) -> tuple[ChannelSettings, ...]:
        """Channels whose digest's time has come."""
        statement = (
            select(CHANNEL, WORKSPACE.c.language, *REF_COLUMNS)
            .join(WORKSPACE)
            .where(CHANNEL.c.digest.is_not(None), CHANNEL.c.digest_due_at <= sosik_now())
        )
        async with self._db.reading() as connection:
            return tuple(settings_of(row) for row in await connection.execute(statement))

    async def last(self, channel: int) -> DigestRun | None:
        """The channel's last slot that was served."""
        statement = (
            select(DIGEST_RUN).where(DIGEST_RUN.c.channel_id == channel).order_by(DIGEST_RUN.c.until.desc()).limit(1)
        )
        async with self._db.reading() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return DigestRun(row.local_date, row.slot, row.until) if row else None

    async def run(
        self,
        ref: ChannelRef,
        run: DigestRun | None,
        *,
        message: Message | None,
        next_due: datetime | None,
        state: Mapping[str, str] | None,
    ) -> bool:
        """Note that a slot was served and queue its message, in one transaction; False when it was served before.

        Args:
            run: None when no slot is to be served now and only `next_due` changes.
            message: None when there was nothing to tell.
        """
        async with self._db.writing() as connection:
            channel = await channel_id(connection, self._db, ref)
            await connection.execute(
                update(CHANNEL).where(CHANNEL.c.id == channel).values(digest_due_at=next_due, digest_state=state)
            )
            if run is None:
                return False
            made = await connection.execute(
                upsert(DIGEST_RUN, self._db)
                .values(channel_id=channel, local_date=run.local_date, slot=run.slot, at=sosik_now(), until=run.at)
                .on_conflict_do_nothing()
                .returning(DIGEST_RUN.c.channel_id)
            )
            fresh = made.first() is not None
            if fresh and message is not None:
                key = f"{run.local_date}/{run.slot}"
                await enqueue(connection, channel, kind=Kind.DIGEST, dedupe_key=key, message=message)
            return fresh
