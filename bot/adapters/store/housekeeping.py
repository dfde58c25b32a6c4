"""Health, retention, copies: what keeps the store well for years."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, text, tuple_, update

from bot.adapters.store.channels import upsert
from bot.adapters.store.database import Database
from bot.adapters.store.lookups import take, terms_of
from bot.adapters.store.outbox import COPIED
from bot.adapters.store.stories import article_of, forget
from bot.adapters.store.tables import (
    ARTICLE,
    CHANGE,
    CHANNEL,
    DECISION,
    DELIVERY,
    DELIVERY_EVENT,
    INSTANCE,
    KEPT,
    MUTE,
    SEEN_REQUEST,
    WORKSPACE,
    sosik_now,
)
from bot.core.delivery import State
from bot.core.errors import UserMistake
from bot.core.story.judge import WINDOW

# How long things are kept (facts/delivery.md §7). An article's keys must outlive the longest replay of a feed.
KEEP_BODIES = timedelta(days=30)
KEEP_ARTICLES = timedelta(days=180)
KEEP_SENT = timedelta(days=90)
KEEP_DEAD = timedelta(days=180)
KEEP_EVENTS = timedelta(days=14)
KEEP_DECISIONS = timedelta(days=30)
KEEP_CHANGES = timedelta(days=180)
KEEP_REQUESTS = timedelta(minutes=30)
KEEP_KEPT = timedelta(days=30)
KEEP_MUTES = timedelta(days=30)  # no story grows for so long, no menu silences for longer
KEEP_GONE_WORKSPACES = timedelta(days=30)
_BATCH = 1000


class Housekeeping:
    """Small jobs on the whole database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def ping(self) -> datetime:
        """The database's time: it is reachable."""
        async with self._db.reading() as connection:
            now: datetime = (await connection.execute(select(sosik_now()))).scalar_one()
            return now

    async def heartbeat(self, instance: str, *, version: str, roles: str) -> None:
        """This process lives."""
        async with self._db.writing() as connection:
            statement = upsert(INSTANCE, self._db).values(
                id=instance, started_at=sosik_now(), heartbeat_at=sosik_now(), version=version, roles=roles
            )
            await connection.execute(
                statement.on_conflict_do_update(index_elements=[INSTANCE.c.id], set_={"heartbeat_at": sosik_now()})
            )

    async def tidy(self) -> int:
        """Delete what is past its time, in batches; how many rows went."""
        now = await self.ping()
        gone = 0
        await self._strip_bodies(now - KEEP_BODIES)
        for table, condition in (
            (DELIVERY_EVENT, DELIVERY_EVENT.c.at < now - KEEP_EVENTS),
            (SEEN_REQUEST, SEEN_REQUEST.c.at < now - KEEP_REQUESTS),
            (KEPT, KEPT.c.at < now - KEEP_KEPT),
            (MUTE, MUTE.c.at < now - KEEP_MUTES),
            (CHANGE, CHANGE.c.at < now - KEEP_CHANGES),
            (DELIVERY, (DELIVERY.c.sent_at < now - KEEP_SENT) & (DELIVERY.c.state == State.SENT)),
            (
                DELIVERY,
                (DELIVERY.c.created_at < now - KEEP_DEAD)
                & DELIVERY.c.state.in_((State.DEAD, State.EXPIRED, State.CANCELLED, State.ROLLED)),
            ),
            (
                DELIVERY,  # unsent, in a channel that stands still since then
                (DELIVERY.c.created_at < now - KEEP_DEAD)
                & DELIVERY.c.state.in_((State.PENDING, State.HELD, State.SENDING))
                & DELIVERY.c.channel_id.in_(select(CHANNEL.c.id).where(CHANNEL.c.state == "paused")),
            ),
            (ARTICLE, ARTICLE.c.first_seen < now - KEEP_ARTICLES),
            (WORKSPACE, (WORKSPACE.c.state == "gone") & (WORKSPACE.c.gone_at < now - KEEP_GONE_WORKSPACES)),
            (INSTANCE, INSTANCE.c.heartbeat_at < now - timedelta(days=1)),
        ):
            gone += await self._delete(table, condition)
        gone += await self._delete(DECISION, DECISION.c.at < now - KEEP_DECISIONS)
        return gone

    async def backup(self, target: Path) -> None:
        """A consistent copy of a SQLite database, made while others write.

        The copy says that it is one: what is unsent in it may have been sent since (`Outbox.doubt_copy`).

        Raises:
            FileExistsError: the target is there already.
        """
        if await asyncio.to_thread(target.exists):
            raise FileExistsError(target)
        part = target.with_name(f"{target.name}.part")
        await asyncio.to_thread(part.unlink, missing_ok=True)
        await self._db.statement("VACUUM INTO ?", str(part))
        await asyncio.to_thread(_mark, part)
        await asyncio.to_thread(part.rename, target)

    async def _delete(self, table: Any, condition: Any) -> int:  # noqa: ANN401 - any table, any condition
        gone = 0
        keys = tuple(table.primary_key.columns)
        key = keys[0] if len(keys) == 1 else tuple_(*keys)
        some = select(*keys).where(condition).limit(_BATCH)
        while True:
            async with self._db.writing() as connection:
                count = (await connection.execute(delete(table).where(key.in_(some)))).rowcount
            gone += count
            if count < _BATCH:
                return gone

    async def _strip_bodies(self, before: datetime) -> None:
        """Forget texts, and what look-ups know of them: both or neither."""
        while True:
            async with self._db.writing() as connection:
                some = select(ARTICLE).where(ARTICLE.c.first_seen < before, text("indexed")).limit(_BATCH)
                articles = [article_of(row) for row in await connection.execute(some)]
                if not articles:
                    break
                terms = await asyncio.to_thread(terms_of, articles)
                rows = [(article.id, each) for article, each in zip(articles, terms, strict=True)]
                await take(connection, self._db, rows)
                ids = [article.id for article in articles]
                await connection.execute(update(ARTICLE).where(ARTICLE.c.id.in_(ids)).values(body=""))
        async with self._db.writing() as connection:
            await connection.execute(
                update(ARTICLE).where(ARTICLE.c.first_seen < before, ARTICLE.c.body != text("''")).values(body="")
            )
            await forget(connection, (await connection.execute(select(sosik_now()))).scalar_one() - WINDOW)


def put_back(copy: Path, target: Path) -> None:
    """Put a copy where the database is; what was there stays beside it as `….before-restore`.

    Raises:
        UserMistake: `restore.not_ours`: it is no database of ours, or cannot be read.
    """
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as source, closing(sqlite3.connect(part)) as to:
            source.execute("SELECT 1 FROM alembic_version, delivery LIMIT 1")
            source.backup(to)
    except sqlite3.Error as error:
        part.unlink(missing_ok=True)
        raise UserMistake("restore.not_ours", file=copy) from error
    _mark(part)
    for tail in ("", "-wal", "-shm"):
        old = target.with_name(target.name + tail)
        if old.exists():
            old.rename(target.with_name(f"{target.name}.before-restore{tail}"))
    part.rename(target)


def _mark(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO note (name, value) VALUES (?, '1')", (COPIED,))
