"""The composition root: the one place that knows everything.

`async with build(settings) as app` opens it all and closes it in reverse. Chat SDKs are not here but in
`bot/gateways.py`, which imports them only when their token is set.
"""

import asyncio
import fcntl
import os
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TextIO

import structlog

from bot.adapters.fetch import Fetcher
from bot.adapters.post import Post, Poster
from bot.adapters.post_console import ConsolePoster
from bot.adapters.store import Store
from bot.adapters.store.migrate import upgrade
from bot.adapters.workers import Workers
from bot.core.compose import Voice
from bot.core.delivery import Kind, State
from bot.core.errors import GiveUp, UserMistake
from bot.core.matching.index import Index
from bot.core.message import Message
from bot.core.news import ChannelRef, Platform, SourceState
from bot.knowledge import Knowledge
from bot.observe import LoopLag, Metrics
from bot.schedule import Job, Schedule
from bot.services.audience import LiveAudience
from bot.services.commanding.desk import Desk
from bot.services.commands import Commands
from bot.services.deliver import Delivering, DeliveryEnded
from bot.services.digest import Digesting
from bot.services.live_index import LiveIndex
from bot.services.lookup import Lookup
from bot.services.pages import Pages
from bot.services.poll import PollEnded, Polling
from bot.services.sourcing import Sourcing
from bot.services.suggesting import Suggesting
from bot.services.viewing import Viewing
from bot.settings import Settings

log = structlog.get_logger(__name__)

ROLES = ("poll", "deliver", "gateway", "web")
_WORKERS = 2  # so that one page that takes its whole time does not hold up the feeds
_TIDY_EVERY = timedelta(hours=1)
_DIGEST_EVERY = timedelta(seconds=15)
_SUGGEST_EVERY = timedelta(seconds=5)
_HEARTBEAT_EVERY = timedelta(seconds=30)
_QUOTA_WATCHES = 200  # of one workspace where several share the install (facts/security.md §3)
CONTACT = "https://github.com/sosik-bot/sosik"


def release() -> str:
    """The version that is installed."""
    try:
        return version("sosik")
    except PackageNotFoundError:
        return "0"


@dataclass(slots=True)
class App:
    """Everything, wired. `run` keeps it going; the parts are there for one-shot commands and tests."""

    settings: Settings
    store: Store
    fetcher: Fetcher
    workers: Workers
    audience: LiveAudience
    polling: Polling
    pages: Pages
    delivering: Delivering
    digesting: Digesting
    sourcing: Sourcing
    commands: Commands
    metrics: Metrics
    posters: dict[Platform, Poster]
    suggesting: Suggesting
    knowledge: Knowledge
    viewing: Viewing
    lag: LoopLag = field(default_factory=LoopLag)
    jobs: dict[str, Job] = field(default_factory=dict)

    def wake(self, name: str) -> None:
        """Run a job soon, if this process has it."""
        job = self.jobs.get(name)
        if job is not None:
            job.wake()

    async def measure(self) -> None:
        """Bring the gauges up to date."""
        waiting = await self.store.outbox.waiting()
        now = await self.store.housekeeping.ping()
        for state, count in (("pending", waiting.pending), ("held", waiting.held), ("dead", waiting.dead)):
            self.metrics.outbox_depth.labels(state).set(count)
        self.metrics.outbox_oldest.set((now - waiting.oldest).total_seconds() if waiting.oldest else 0)
        due = await self.store.sources.next_due()
        self.metrics.poll_lag.set(max(0.0, (now - due).total_seconds()) if due else 0)
        states = Counter(source.state for source in await self.store.sources.seen_by(None))
        for state in SourceState:
            self.metrics.sources.labels(state).set(states[state])
        self.metrics.loop_lag.set(self.lag.longest())

    async def run_once(self) -> None:
        """Poll every due source once, read the pages, deliver everything due."""
        await self.polling.poll_due()
        await self.polling.join()
        await self.pages.read_wanted()
        await self.digesting.run_due()
        await self.deliver_all()

    async def deliver_all(self) -> None:
        """Deliver until nothing is due; a roll-up that is being collected is waited for."""
        while True:
            await self.delivering.deliver_due()
            await self.delivering.join()
            due = await self.store.outbox.next_due(tuple(self.posters))
            now = await self.store.housekeeping.ping()
            if due is None or due - now > timedelta(seconds=12):
                return
            if due > now:
                await asyncio.sleep((due - now).total_seconds())


@asynccontextmanager
async def build(
    settings: Settings,
    *,
    out: TextIO | None = None,
    posted: Callable[[Post], None] = lambda _: None,
    quiet: bool = False,
    clock: Callable[[], datetime] | None = None,
    posters: Mapping[Platform, Poster] | None = None,
) -> AsyncIterator[App]:
    """Open everything that is needed to poll, deliver and answer; migrate the database if it is older.

    Args:
        out: where console cards go; standard output by default.
        posted: called with every message on the console.
        quiet: print no console cards.
        posters: more posters, for tests.

    Raises:
        UserMistake: the database's address is wrong.
        GiveUp: the database cannot be opened.
    """
    voice = Voice(settings.sosik_language, settings.sosik_timezone)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(await open_store(settings, clock=clock))
        fetcher = await stack.enter_async_context(
            Fetcher(
                user_agent=f"sosik/{release()} (+{CONTACT})",
                allowed_networks=settings.sosik_allowed_networks,
                allowed_ports=Ports(settings.sosik_allowed_ports),
            )
        )
        workers = await stack.enter_async_context(Workers(_WORKERS))
        index = LiveIndex(Index.build(()))
        stack.push_async_callback(index.close)
        metrics = Metrics()
        known = Knowledge()
        outlets = await asyncio.to_thread(known.outlet_of)
        audience = LiveAudience(store, index, voice=voice, sense=lambda: known.scorer.means_org)
        suggesting = Suggesting(store, audience, await asyncio.to_thread(lambda: known.companies), known.outlets)
        owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        own: dict[Platform, Poster] = {Platform.CONSOLE: ConsolePoster(out or sys.stdout, posted=posted, quiet=quiet)}
        own.update(posters or {})
        pages = Pages(store, fetcher, workers, audience)
        polling = Polling(
            store,
            fetcher,
            workers,
            audience,
            pages,
            owner,
            minimum_seconds=settings.sosik_min_poll_seconds,
            jitter=random.random,
            outlet_of=outlets,
            ended=lambda ended: _count_poll(metrics, ended),
        )
        delivering = Delivering(
            store,
            own,
            owner,
            lease_seconds=settings.sosik_lease_seconds,
            timeout_seconds=settings.sosik_post_timeout_seconds,
            monotonic=time.monotonic,
            jitter=random.random,
            ended=lambda ended: _count_delivery(metrics, ended),
        )
        digesting = Digesting(store, voice=voice)
        sourcing = Sourcing(
            store,
            polling,
            zone=settings.sosik_timezone,
            wake=lambda: app.wake("poll"),
            minimum_seconds=settings.sosik_min_poll_seconds,
        )
        desk = Desk(
            store,
            Lookup(
                store,
                zone=settings.sosik_timezone,
                hint_for=known.hint,
                suggestions=suggesting.suggest,
            ),
            sourcing,
            digesting,
            voice,
            wake=lambda: app.wake("deliver"),
            direct=lambda channel, user: _direct(own, channel, user),
            operators=frozenset(settings.sosik_operators),
            version=release(),
            aliases_for=known.companies.aliases_for,
            greet=lambda channel, message: _greet(own, channel, message),
            quota_watches=_QUOTA_WATCHES if settings.slack_client_id else None,
        )
        commands = Commands(
            desk,
            ran=lambda caller, name, reply: metrics.interactions.labels(
                caller.channel.platform, name, "failed" if reply.failed else "ok"
            ).inc(),
        )
        app = App(
            settings,
            store,
            fetcher,
            workers,
            audience,
            polling,
            pages,
            delivering,
            digesting,
            sourcing,
            commands,
            metrics,
            own,
            suggesting,
            known,
            Viewing(desk),
        )
        polling.queued = pages.queued = digesting.queued = lambda: app.wake("deliver")
        pages.wake = lambda: app.wake("pages")
        try:
            yield app
        finally:
            for poster in own.values():
                with suppress(Exception):  # closing must reach every poster
                    await poster.close()


@asynccontextmanager
async def running(app: App, roles: Sequence[str] = ROLES) -> AsyncIterator[Schedule]:
    """Keep the app going while the block runs: the clock and its jobs."""
    jobs: list[Job] = []
    if "poll" in roles:
        jobs += [
            Job("poll", app.polling.poll_due),
            Job("pages", app.pages.read_wanted),
            Job("digest", app.digesting.run_due, _DIGEST_EVERY),
            Job("tidy", app.store.housekeeping.tidy, _TIDY_EVERY),
        ]
    if "gateway" in roles:
        jobs.append(Job("suggesting", app.suggesting.refresh, _SUGGEST_EVERY))
    if "deliver" in roles:
        jobs.append(Job("deliver", app.delivering.deliver_due))
    shown = ",".join(roles)
    jobs.append(
        Job(
            "heartbeat",
            lambda: app.store.housekeeping.heartbeat(app.polling.owner, version=release(), roles=shown),
            _HEARTBEAT_EVERY,
        )
    )
    app.jobs = {job.name: job for job in jobs}
    beside = [asyncio.create_task(app.lag.watch())]
    if "poll" in roles:
        beside.append(asyncio.create_task(app.workers.warm()))
    try:
        async with Schedule(tuple(jobs)) as schedule:
            try:
                yield schedule
            finally:
                app.polling.stopping = app.pages.stopping = app.delivering.stopping = True
    finally:
        await app.pages.join()
        await app.polling.join()
        await app.delivering.join()
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def open_store(settings: Settings, *, clock: Callable[[], datetime] | None = None) -> Store:
    """The store, migrated.

    Raises:
        UserMistake: `database.url`.
        GiveUp: `database.open`, `database.newer`.
    """
    voice = Voice(settings.sosik_language, settings.sosik_timezone)
    extra = {"clock": clock} if clock is not None else {}
    store = Store(settings.database, voice=voice, **extra)
    if store.db.path is not None:
        try:
            store.db.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise GiveUp("database.open", detail=error.strerror or "") from error
    try:
        await upgrade(store.db)
    except BaseException:
        await store.__aexit__()
        raise
    return store


class OneRun:
    """The lock that lets one `sosik run` at a time use a SQLite file; it lies beside the file, not in SOSIK_HOME."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> "OneRun":
        if self._path is None:
            return self
        lock = self._path.with_name(f"{self._path.name}.lock")
        self._file = lock.open("w", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise GiveUp("run.twice", path=str(self._path)) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


class Ports:
    """Port ranges that can be asked with `in`."""

    def __init__(self, ranges: Sequence[tuple[int, int]]) -> None:
        self._ranges = tuple(ranges)

    def __contains__(self, port: object) -> bool:
        return isinstance(port, int) and any(low <= port <= high for low, high in self._ranges)


async def _direct(posters: Mapping[Platform, Poster], channel: ChannelRef, user: str) -> ChannelRef:
    """The direct-message channel of a person; where the platform is not connected here, it cannot be opened."""
    poster = posters.get(channel.platform)
    if poster is None:
        raise UserMistake("me.not_here")
    return await poster.direct(channel.workspace, user)


async def _greet(posters: Mapping[Platform, Poster], channel: ChannelRef, message: Message) -> None:
    """Post the first line into a direct channel at once: whoever closed it must hear so now, not from the queue."""
    poster = posters.get(channel.platform)
    if poster is None:
        raise UserMistake("me.not_here")
    await poster.post(Post(channel, message, key=secrets.token_hex(8)))


def _count_poll(metrics: Metrics, ended: PollEnded) -> None:
    metrics.polls.labels(ended.error.key if ended.error else ended.outcome).inc()
    metrics.articles.labels("new").inc(ended.fresh)
    metrics.matches.inc(ended.alerts)


def _count_delivery(metrics: Metrics, ended: DeliveryEnded) -> None:
    platform, outcome = ended.claim.ref.platform, ended.outcome
    metrics.deliveries.labels(platform, outcome.state, outcome.reason).inc()
    if outcome.reason in {"delivery.found", "delivery.not_found"}:
        metrics.in_doubt.labels(outcome.reason.removeprefix("delivery.")).inc()
    if outcome.state is State.SENT and ended.row.kind is Kind.ALERT:
        waited = (datetime.now(ended.row.created_at.tzinfo) - ended.row.created_at).total_seconds()
        metrics.alert_latency.labels("fetched").observe(max(0.0, waited))
    log.info(
        "delivered" if outcome.state is State.SENT else "not_delivered",
        delivery=ended.row.id,
        kind=ended.row.kind,
        platform=platform,
        state=outcome.state,
        reason=outcome.reason,
        attempt=ended.row.attempt + 1,
    )
