"""Shared fixtures: a real store on SQLite and, where it is installed, on PostgreSQL."""

import asyncio
import itertools
import json
import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
import structlog

from bot.adapters.store import Store, database
from bot.adapters.store.migrate import upgrade
from bot.core.compose import Voice
from bot.core.story import read_model
from tests import postgres

START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
_NUMBER = itertools.count()
_TEMPLATE = "migrated"


class Clock:
    """The time of the tests: it stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(autouse=True, scope="session")
def nobody_pulls_the_plug() -> Iterator[None]:
    """Waiting for the disk at every commit is most of what a test with SQLite would do."""
    database.SYNCHRONOUS = "OFF"
    yield
    database.SYNCHRONOUS = database.DURABLE


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    if postgres.tools() is None:
        pytest.skip("PostgreSQL is not installed: initdb was not found")
    with postgres.server() as address:
        _migrated(_fresh_database(address, name=_TEMPLATE))
        yield address


def _migrated(address: str) -> None:
    """Migrate a database, in a thread of its own: the fixture that asks may run in an event loop."""

    async def migrate() -> None:
        async with Store(address, voice=Voice()) as template:
            await upgrade(template.db)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(migrate())).result()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    """A migrated store whose `sosik_now()` is the clock of the test, on either database."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "test.db")
        address = f"sqlite:///{path}"
    else:
        address = _fresh_database(request.getfixturevalue("postgres_address"), template=_TEMPLATE)
    model = json.loads((files("bot.data") / "events.json").read_text(encoding="utf-8"))
    async with Store(address, voice=Voice(), clock=clock, events=read_model(model)) as opened:
        if request.param == "postgresql":
            clock.move = _moving(address, clock)  # type: ignore[method-assign]
            clock.move()
        yield opened


def _fresh_database(address: str, *, name: str = "", template: str = "template1") -> str:
    name = name or f"test_{next(_NUMBER)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return address.rpartition("/")[0] + f"/{name}"


def _moving(address: str, clock: Clock):
    """Moving the clock also replaces the server's `sosik_now()`."""

    def move(**span: float) -> None:
        clock.now += timedelta(**span)
        microseconds = int(clock.now.timestamp() * 1_000_000)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "CREATE OR REPLACE FUNCTION sosik_now() RETURNS bigint LANGUAGE sql VOLATILE "
                f"AS $$ SELECT {microseconds}::bigint $$"
            )

    return move


@pytest.fixture
def logs_as_they_were():
    root = logging.getLogger()
    handlers, level, disabled = list(root.handlers), root.level, root.manager.disable
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.disable(disabled)
    structlog.reset_defaults()
