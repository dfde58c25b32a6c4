"""Digest runs: at most one for each channel, local date and slot."""

from datetime import datetime

from sqlalchemy import func, select, update

from bot.adapters.store.channels import REF_COLUMNS, ChannelSettings, channel_id, ref_of, upsert
from bot.adapters.store.database import Database
from bot.adapters.store.outbox import enqueue
from bot.adapters.store.tables import CHANNEL, DIGEST_RUN, WORKSPACE, sosik_now
from bot.core.delivery import Kind
from bot.core.message import Message
from bot.core.news import ChannelRef


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
            return tuple(
                ChannelSettings(id=row.id, ref=ref_of(row), state=row.state, language=row.language, digest=row.digest)
                for row in await connection.execute(statement)
            )

    async def last_until(self, channel: int) -> datetime | None:
        """Up to when the channel's last digest told."""
        statement = select(func.max(DIGEST_RUN.c.until)).where(DIGEST_RUN.c.channel_id == channel)
        async with self._db.reading() as connection:
            until: datetime | None = (await connection.execute(statement)).scalar_one_or_none()
            return until

    async def run(
        self,
        ref: ChannelRef,
        *,
        local_date: str,
        slot: str,
        until: datetime,
        message: Message | None,
        next_due: datetime | None,
    ) -> bool:
        """Note that a slot was served and queue its message, in one transaction; False when it was served before.

        Args:
            message: None when there was nothing to tell.
        """
        async with self._db.writing() as connection:
            channel = await channel_id(connection, self._db, ref)
            made = await connection.execute(
                upsert(DIGEST_RUN, self._db)
                .values(channel_id=channel, local_date=local_date, slot=slot, at=sosik_now(), until=until)
                .on_conflict_do_nothing()
            )
            await connection.execute(
                update(CHANNEL)
                .where(CHANNEL.c.id == channel)
                .values(
                    digest_due_at=next_due,
                    empty_digests=CHANNEL.c.empty_digests + 1 if message is None else 0,
                )
            )
            if made.rowcount and message is not None:
                key = f"{local_date}/{slot}"
                await enqueue(connection, channel, kind=Kind.DIGEST, dedupe_key=key, message=message)
            return made.rowcount > 0
