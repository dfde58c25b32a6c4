"""Wakes the jobs of other processes. The database knows what is due; a waker only makes it sooner than the next tick.

On SQLite there is one process, and a wake is a call. On PostgreSQL `Procrastinate` passes it on: a wake is a job in a
queue of its own kind, collapsed with others like it, and one process with that role takes it. Whatever goes wrong here
costs a second, never a message: every process also looks once a second by itself (facts/delivery.md §0, rule 10).
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, Self

import structlog

if TYPE_CHECKING:
    import procrastinate

log = structlog.get_logger(__name__)

_SCHEMA_LOCK = 7_065_736_969  # any number of our own: two processes must not make the tables at the same time
_POLL_SECONDS = 5.0  # procrastinate's own default; NOTIFY is faster, our tick catches what both miss
_POOL = 3  # one listens, one fetches, one defers
_AGAIN_SECONDS = 10.0
_STOP_SECONDS = 2.0


class Dispatch(Protocol):
    """Passes wakes on."""

    def wake(self, kind: str) -> None:
        """Have the job of this name run soon, in whichever process does it."""
        ...


class Local:
    """One process: a wake is a call.

    Args:
        here: runs the job of this process.
    """

    def __init__(self, here: Callable[[str], None]) -> None:
        self._here = here

    def wake(self, kind: str) -> None:
        """Run the job here."""
        self._here(kind)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is held open."""


class Procrastinate:
    """Several processes over one PostgreSQL.

    Args:
        address: as psycopg takes it.
        kinds: the jobs that this process does.
        here: runs such a job in this process.
    """

    def __init__(self, address: str, kinds: tuple[str, ...], here: Callable[[str], None]) -> None:
        self._address = address
        self._kinds = kinds
        self._here = here
        self._app: procrastinate.App | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._deferring: set[str] = set()

    async def __aenter__(self) -> Self:
        self._begin(self._work())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)

    def wake(self, kind: str) -> None:
        """Run the job here when this process does it; else tell those that do."""
        if kind in self._kinds:
            self._here(kind)
        elif self._app is not None and kind not in self._deferring:
            self._deferring.add(kind)
            self._begin(self._defer(self._app, kind))

    def _begin(self, work: Any) -> None:  # noqa: ANN401 - a coroutine of ours
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _defer(self, app: "procrastinate.App", kind: str) -> None:
        from procrastinate.exceptions import ProcrastinateException  # noqa: PLC0415 - only with PostgreSQL

        try:
            deferrer = app.configure_task("sosik.wake", queue=f"sosik.{kind}", queueing_lock=f"sosik.{kind}")
            await deferrer.defer_async(kind=kind)
        except ProcrastinateException as error:
            # AlreadyEnqueued is what the lock is for; anything else is made up for by the next tick.
            log.debug("wake_not_passed_on", kind=kind, error=type(error).__name__)
        finally:
            self._deferring.discard(kind)

    async def _work(self) -> None:
        """Take wakes, and come back when the database does."""
        import procrastinate  # noqa: PLC0415 - only with PostgreSQL

        while True:
            pool: dict[str, Any] = {"min_size": 1, "max_size": _POOL, "timeout": _AGAIN_SECONDS}
            connector = procrastinate.PsycopgConnector(conninfo=self._address, **pool)
            app = procrastinate.App(connector=connector)

            async def wake(kind: str) -> None:
                self._here(kind)

            app.task(name="sosik.wake")(wake)
            try:
                async with app.open_async():
                    await _make_tables(app)
                    self._app = app
                    await app.run_worker_async(
                        queues=[f"sosik.{kind}" for kind in self._kinds],
                        fetch_job_polling_interval=_POLL_SECONDS,
                        delete_jobs="always",
                        install_signal_handlers=False,
                        update_heartbeat_interval=_AGAIN_SECONDS,
                    )
            except Exception as error:  # noqa: BLE001 - a waker may fail in any way it likes: the tick goes on
                log.warning("waker_waits", error=type(error).__name__)
            finally:
                self._app = None
            await asyncio.sleep(_AGAIN_SECONDS)


async def _make_tables(app: "procrastinate.App") -> None:
    """Make procrastinate's tables unless they are there; one process at a time."""
    connector: Any = app.connector
    async with connector.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
        found = await connection.execute("SELECT 1 FROM pg_tables WHERE tablename = 'procrastinate_jobs'")
        if await found.fetchone() is None:
            await connection.execute(app.schema_manager.get_schema())
