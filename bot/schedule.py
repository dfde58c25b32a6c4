"""The clock: one tick a second. It holds no state: the database knows what is due (facts/ingestion.md §8.1).

APScheduler's `misfire_grace_time` of 1 s would silently drop ticks after a stall, hence None.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.core.errors import TryLater

log = structlog.get_logger(__name__)

TICK = timedelta(seconds=1)
# Jobs, and then what they began, may finish for so long: `sosik run` ends within 20 s of a signal (contract §2).
FINISH_JOBS = timedelta(seconds=4)
FINISH = timedelta(seconds=12)


@dataclass(slots=True)
class Job:
    """Something done at every tick of its own length, and at once when woken.

    Attributes:
        run: never runs twice at a time; an error is logged and the next tick tries again.
    """

    name: str
    run: Callable[[], Awaitable[object]]
    every: timedelta = TICK
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _over: bool = False

    def wake(self) -> None:
        """Run it as soon as possible."""
        self._wanted.set()

    def stop(self) -> None:
        """End the loop after the run that is under way."""
        self._over = True
        self._wanted.set()

    async def loop(self) -> None:
        """Run whenever woken, until stopped."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            if self._over:
                return
            try:
                await self.run()
            except TryLater as error:
                log.warning("job_waits", job=self.name, reason=error.key)
            except Exception:
                # The one place where anything may be caught: a job that fails must not end the bot.
                log.exception("job_failed", job=self.name)


class Schedule:
    """Wakes jobs. Runs while its `async with` block does."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        self.jobs = jobs
        self._tasks: list[asyncio.Task[None]] = []
        self._scheduler: Any = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    async def __aenter__(self) -> "Schedule":
        for job in self.jobs:
            self._tasks.append(asyncio.create_task(job.loop(), name=job.name))
            self._scheduler.add_job(job.wake, IntervalTrigger(seconds=job.every.total_seconds()), id=job.name)
            job.wake()
        self._scheduler.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._scheduler.shutdown(wait=False)
        for job in self.jobs:
            job.stop()
        _done, late = await asyncio.wait(self._tasks, timeout=FINISH_JOBS.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
