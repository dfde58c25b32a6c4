"""One database, SQLite or PostgreSQL, behind one pair of transactions: `writing` and `reading`.

SQLite has one writer connection (`BEGIN IMMEDIATE`: a deferred transaction fails with "database is locked" in spite of
the busy time-out, facts/delivery.md §8.3) and a few readers. On PostgreSQL both share one pool.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.core.errors import GiveUp, TryLater, UserMistake

_READERS = 4
DURABLE = "FULL"  # a delivery's mark must outlive a power cut
SYNCHRONOUS = DURABLE  # tests, which nobody unplugs, set OFF
_BUSY_MILLISECONDS = 10_000
_REST_SECONDS = 1.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def database_url(text: str) -> URL:
    """The address with our drivers put in.

    Raises:
        UserMistake: it is no address of SQLite or PostgreSQL.
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise UserMistake("database.url") from error
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case _:
            raise UserMistake("database.url")


class Database:
    """An open database.

    Args:
        url: as `database_url` gives it.
        clock: the time for `sosik_now()` on SQLite; on PostgreSQL the server's clock is asked.
    """

    def __init__(self, url: URL, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._clock = clock
        if self.is_sqlite:
            in_memory = not url.database or url.database == ":memory:"
            self._writer = self._sqlite(url, size=1, begin="BEGIN IMMEDIATE")
            self._reader = self._writer if in_memory else self._sqlite(url, size=_READERS, begin="BEGIN")
        else:
            self._writer = self._reader = create_async_engine(url, pool_size=5, max_overflow=5)
            _ping_after_rest(self._writer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()

    @property
    def address(self) -> str:
        """Where it is, as the driver takes it, with the password."""
        return self.url.set(drivername=self.url.get_backend_name()).render_as_string(hide_password=False)

    @property
    def path(self) -> Path | None:
        """The SQLite file; None in memory and on PostgreSQL."""
        kept = self.is_sqlite and self.url.database and self.url.database != ":memory:"
        return Path(str(self.url.database)) if kept else None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that may write; committed when the block ends, rolled back when it raises."""
        with _translated():
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that only reads."""
        with _translated():
            async with self._reader.begin() as connection:
                yield connection

    async def run_sync(self, function: Callable[[Connection], Any]) -> Any:  # noqa: ANN401 - the function's own result
        """Run a synchronous function in a write transaction: for Alembic."""
        with _translated():
            async with self._writer.begin() as connection:
                return await connection.run_sync(function)

    async def statement(self, sql: str, *arguments: object) -> None:
        """Run one statement outside any transaction: VACUUM INTO."""
        with _translated():
            async with self._writer.connect() as connection:
                raw = await connection.get_raw_connection()
                await raw.driver_connection.execute(sql, arguments)  # type: ignore[union-attr]

    def _sqlite(self, url: URL, *, size: int, begin: str) -> AsyncEngine:
        engine = create_async_engine(url, pool_size=size, max_overflow=0) if url.database else create_async_engine(url)

        @event.listens_for(engine.sync_engine, "connect")
        def _opened(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's type
            connection.isolation_level = None  # we say BEGIN ourselves
            connection.create_function("sosik_now", 0, self._microseconds)
            cursor = connection.cursor()
            for pragma in (
                f"busy_timeout={_BUSY_MILLISECONDS}",
                "journal_mode=WAL",
                f"synchronous={SYNCHRONOUS}",
                "foreign_keys=ON",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def _begun(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine

    def _microseconds(self) -> int:
        return int((self._clock() - _EPOCH).total_seconds() * 1_000_000)


def _ping_after_rest(engine: AsyncEngine) -> None:
    """Ask a pooled connection whether it lives before it is used, when it has rested; a busy one tells by itself.

    SQLAlchemy's own `pool_pre_ping` asks every time: one more round trip for every message.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def _rests(_connection: object, record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's record
        record.info["since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _wakes(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401 - as above
        if time.monotonic() - record.info.get("since", float("inf")) < _REST_SECONDS:
            return
        dialect: Any = engine.dialect
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


class _translated:  # noqa: N801 - a context manager reads as a word
    """Tell the driver's errors as ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            return
        if isinstance(error, PoolTimeoutError):
            raise TryLater("database.away", detail="busy") from error
        if isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
            detail = str(error.orig).splitlines()[0][:200] if error.orig else ""
            if "disk is full" in detail:
                raise TryLater("database.full") from error
            if "unable to open" in detail or "readonly" in detail:
                raise GiveUp("database.open", detail=detail) from error
            raise TryLater("database.away", detail=detail) from error
