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
from typing import Any, TextIO

import structlog

from bot.adapters.dispatch import Dispatch, Local, Procrastinate
from bot.adapters.drawing import DRAW_SECONDS, draw_chart
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
from bot.schedule import FINISH, Job, Schedule
from bot.services.audience import LiveAudience
from bot.services.commanding.desk import Desk
from bot.services.commands import Commands
from bot.services.counting import Counting
from bot.services.deliver import Delivering, DeliveryEnded
from bot.services.digest import Digesting
from bot.services.following import Following
from bot.services.live_index import LiveIndex
from bot.services.lookup import Lookup
from bot.services.noticing import Noticing
from bot.services.pages import Pages
from bot.services.pausing import Pausing
from bot.services.poll import PollEnded, Polling
from bot.services.sourcing import Sourcing
from bot.services.suggesting import Suggesting
from bot.services.viewing import Viewing
from bot.settings import Settings, revealed
from bot.sources.asking import GOOGLE_NEWS_URL, Access

log = structlog.get_logger(__name__)

ROLES = ("poll", "deliver", "gateway", "web")
_WORKERS = 2  # so that one page that takes its whole time does not hold up the feeds
_TIDY_EVERY = timedelta(hours=1)
_COUNT_EVERY = timedelta(minutes=15)
_DIGEST_EVERY = timedelta(seconds=15)
_SUGGEST_EVERY = timedelta(seconds=5)
_HEARTBEAT_EVERY = timedelta(seconds=30)
_PAUSING_EVERY = timedelta(seconds=10)
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
    pausing: Pausing
    digesting: Digesting
    sourcing: Sourcing
    commands: Commands
    metrics: Metrics
    posters: dict[Platform, Poster]
    suggesting: Suggesting
    knowledge: Knowledge
    counting: Counting
    viewing: Viewing
    lag: LoopLag = field(default_factory=LoopLag)
    jobs: dict[str, Job] = field(default_factory=dict)
    dispatch: Dispatch | None = None

    def wake(self, name: str) -> None:
        """Run a job soon: here if this process has it, elsewhere where others share the database."""
        if self.dispatch is not None:
            self.dispatch.wake(name)

    def wake_here(self, name: str) -> None:
        """Run a job of this process soon, if it has it."""
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

    async def begin(self) -> None:
        """What a process that delivers does first.

        A copy that was put back is in doubt as a whole; a token may be new; the clock may have jumped meanwhile.
        """
        if doubted := await self.store.outbox.doubt_copy():
            log.warning("copy_put_back", in_doubt=doubted)
        await self.store.outbox.try_paused_workspaces()
        await self.store.outbox.recheck()

    async def run_once(self) -> None:
        """Poll every due source once, read the pages, deliver everything due."""
        await self.begin()
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
        stack.push_async_callback(pages.furniture.save)
        following = Following(
            store,
            audience,
            searched(settings),
            (lambda: known.catalog.defaults) if settings.sosik_sources == "auto" else None,
            zone=settings.sosik_timezone,
            minimum_seconds=settings.sosik_min_poll_seconds,
        )
        admin = _admin_channel(settings)
        noticing = Noticing(
            store,
            voice,
            admin,
            direct=lambda channel, user: _direct(own, channel, user),
            wake=lambda: app.wake("deliver"),
        )
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
            access=access_of(settings),
            ended=lambda ended: _count_poll(metrics, ended),
            noticed=noticing.tell,
            prepare=following.prepare,
            allowed=following.allowed,
            shortest_wait=following.shortest_wait,
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
        pausing = Pausing(store, own, admin)
        digesting = Digesting(store, voice=voice)
        counting = Counting(store, voice=voice)
        sourcing = Sourcing(
            store,
            polling,
            zone=settings.sosik_timezone,
            wake=lambda: app.wake("poll"),
            minimum_seconds=settings.sosik_min_poll_seconds,
            catalog=lambda: known.catalog,
            searching=following.searching,
        )
        desk = Desk(
            store,
            Lookup(
                store,
                zone=settings.sosik_timezone,
                hint_for=known.hint,
                suggestions=suggesting.suggest,
                draw=lambda chart: workers.run(draw_chart, chart, settings.sosik_home, timeout_seconds=DRAW_SECONDS),
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
            pausing,
            digesting,
            sourcing,
            commands,
            metrics,
            own,
            suggesting,
            known,
            counting,
            Viewing(desk),
        )
        polling.queued = pages.queued = digesting.queued = counting.queued = lambda: app.wake("deliver")
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
            Job("count", app.counting.run_due, _COUNT_EVERY),
            Job("tidy", app.store.housekeeping.tidy, _TIDY_EVERY),
        ]
    if "gateway" in roles:
        jobs.append(Job("suggesting", app.suggesting.refresh, _SUGGEST_EVERY))
    if "deliver" in roles:
        await app.begin()
        jobs.append(Job("deliver", app.delivering.deliver_due))
        jobs.append(Job("pausing", app.pausing.tell, _PAUSING_EVERY))
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
    dispatch: Local | Procrastinate = Local(app.wake_here)
    if not app.store.db.is_sqlite:
        dispatch = Procrastinate(app.store.db.address, tuple(app.jobs), app.wake_here)
    try:
        async with dispatch, Schedule(tuple(jobs)) as schedule:
            app.dispatch = dispatch
            try:
                yield schedule
            finally:
                app.dispatch = None
                app.polling.stopping = app.pages.stopping = app.delivering.stopping = True
    finally:
        for task in beside:
            task.cancel()
        await _finished(app)
        await asyncio.gather(*beside, return_exceptions=True)


async def _finished(app: App) -> None:
    """Let what is under way end, for as long as a stopping process may take; then let go of it.

    A poll that is cut off is made again, and a message that is cut off is in doubt and looked up.
    """
    try:
        async with asyncio.timeout(FINISH.total_seconds()):
            await app.delivering.join()
            await app.pages.join()
            await app.polling.join()
    except TimeoutError:
        log.warning("stopped_before_all_was_done")
        await app.delivering.abandon()


async def open_store(settings: Settings, *, clock: Callable[[], datetime] | None = None) -> Store:
    """The store, migrated.

    Raises:
        UserMistake: `database.url`.
        GiveUp: `database.open`, `database.newer`.
    """
    voice = Voice(settings.sosik_language, settings.sosik_timezone)
    extra: dict[str, Any] = {"clock": clock} if clock is not None else {}
    store = Store(settings.database, voice=voice, events=await asyncio.to_thread(lambda: Knowledge().events), **extra)
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


def sqlite_path(settings: Settings) -> Path | None:
    """The SQLite file that the settings name; None for PostgreSQL."""
    return Store(settings.database, voice=Voice()).db.path


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


def searched(settings: Settings) -> tuple[str, ...]:
    """The search services that follow the watches (contract §3)."""
    kinds = []
    if settings.naver_client_id is not None and settings.naver_client_secret is not None:
        kinds.append("naver")
    if settings.google_news_url is not None or settings.sosik_sources == "auto":
        kinds.append("google_news")
    return tuple(kinds)


def access_of(settings: Settings) -> Access:
    """Keys and addresses of the search services."""
    return Access(
        naver_id=revealed(settings.naver_client_id),
        naver_secret=revealed(settings.naver_client_secret),
        naver_url=settings.naver_api_url,
        google_news_url=settings.google_news_url or GOOGLE_NEWS_URL,
        hackernews_url=settings.hackernews_url,
        gdelt_url=settings.gdelt_url,
    )


def _admin_channel(settings: Settings) -> ChannelRef | None:
    try:
        return ChannelRef.parse(settings.sosik_admin_channel) if settings.sosik_admin_channel else None
    except UserMistake as error:
        raise UserMistake("settings.bad", name="SOSIK_ADMIN_CHANNEL", expected="slack:T0123/C0456") from error


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
