"""Parsers in a process with a budget: what a stranger's document makes them do must not stall or kill the bot.

A call that takes too long is ended by killing the worker's process; one that needs too much memory fails in the worker.
The pool starts a new process by itself. Threads cannot be ended, and the parsers' C code holds the interpreter's lock:
inline, extraction stalls the event loop for a second, in a worker for 28 ms (facts/ingestion.md §6.2).
"""

import asyncio
import contextlib
import multiprocessing
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Future
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from pebble import ProcessExpired, ProcessPool

from bot.core.errors import GiveUp, SosikError, TryLater

Found = TypeVar("Found")

MEMORY_BYTES = 200 * 1024 * 1024  # of data in one worker; with the bot itself, 300 MB hold all (contract §4)
MAX_TASKS = 500  # then the process is replaced: C libraries leak a little
TIMEOUT_SECONDS = 20.0


class Workers:
    """A pool of one or two processes; use as `async with Workers() as workers`.

    Nothing is started before the first call, so the bot's start does not wait; `warm` starts it in the background.
    """

    def __init__(self, count: int = 1, *, memory_bytes: int = MEMORY_BYTES) -> None:
        self._count = count
        self._memory_bytes = memory_bytes
        self._pool: ProcessPool | None = None
        self._closed = False
        self._futures: set[Future[Any]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def processes(self) -> int:
        """How many processes there are: none before the first call and after closing."""
        return 0 if self._pool is None else self._count

    async def run(
        self, function: Callable[..., Found], *args: object, timeout_seconds: float = TIMEOUT_SECONDS, **named: object
    ) -> Found:
        """`function(*args, **named)` in a worker; the function must be importable, its values picklable.

        The time in the queue does not count. Errors of ours come back as they were raised.

        Raises:
            GiveUp: it took too long, needed too much memory, or broke the worker: this document never again.
            TryLater: the pool is closing.
        """
        if self._closed:
            raise TryLater("reading.closing")
        try:
            scheduled = self._started().schedule(_call, args=(function, args, named), timeout=timeout_seconds)
            future = cast("Future[Found | _Raised]", scheduled)
            self._futures.add(future)
            outcome = await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise GiveUp("reading.too_slow", seconds=max(1, int(timeout_seconds))) from error
        except (ProcessExpired, BrokenExecutor, EOFError) as error:
            raise GiveUp("reading.failed") from error
        except RuntimeError as error:  # the pool was stopped in between
            raise TryLater("reading.closing") from error
        except asyncio.CancelledError as error:
            if self._cancelled_it():
                raise TryLater("reading.closing") from error
            raise
        finally:
            self._futures = {waiting for waiting in self._futures if not waiting.done()}
        if isinstance(outcome, _Raised):
            raise outcome.error()
        return outcome

    def _cancelled_it(self) -> bool:
        """Was the work cancelled by closing the pool, and not the caller by someone else?"""
        task = asyncio.current_task()
        return self._closed and task is not None and not task.cancelling()

    async def warm(self) -> None:
        """Start the processes and import the heavy parsers there, so that the first page does not wait for them."""
        with contextlib.suppress(SosikError):
            await asyncio.gather(*(self.run(_import_parsers, timeout_seconds=60) for _ in range(self._count)))

    async def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._closed = True
        pool, self._pool = self._pool, None
        for future in self._futures:
            future.cancel()  # stopping a pool leaves its futures waiting for ever
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble has few types
            await asyncio.to_thread(pool.join)

    def _started(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._count,
                max_tasks=MAX_TASKS,
                initializer=_limit,
                initargs=(self._memory_bytes,),
                context=multiprocessing.get_context("spawn"),  # fork copies locks of threads that do not exist there
            )
        return self._pool


class _Raised:
    """An error of ours on its way back: exceptions with named values do not survive pickling."""

    def __init__(self, error: SosikError) -> None:
        self._kind, self._key = type(error), error.key
        more = {name: getattr(error, name) for name in ("after_seconds", "reach") if hasattr(error, name)}
        self._values: dict[str, Any] = {**error.values, **more}

    def error(self) -> SosikError:
        return self._kind(self._key, **self._values)


def _call(function: Callable[..., object], args: tuple[object, ...], named: Mapping[str, object]) -> object:
    try:
        return function(*args, **named)
    except SosikError as error:
        return _Raised(error)
    except Exception:  # noqa: BLE001 -- foreign parsers on hostile input raise anything; the document is given up
        return _Raised(GiveUp("reading.failed"))


def _limit(memory_bytes: int) -> None:
    """Cap the worker's memory where the system can: RLIMIT_DATA counts what is written, not what is mapped."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 -- not on Windows

    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _import_parsers() -> None:
    import trafilatura  # noqa: F401, PLC0415 -- only its import counts

    import bot.sources.registry  # noqa: F401, PLC0415 -- only its import counts
