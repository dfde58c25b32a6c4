"""Poll the sources that are due: ask, read, decide, store.

Each source is read by itself; a slow one holds nobody up. Everything about one reading is written in one transaction,
so a process that dies in between has changed nothing, and the feed is read again.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.adapters.fetch import Fetcher
from bot.adapters.store import Store
from bot.adapters.store.articles import WatchesChanged
from bot.adapters.store.sources import Ending
from bot.adapters.workers import Workers
from bot.core.addresses import masked_url
from bot.core.errors import GiveUp, SosikError
from bot.core.matching.match import Matched
from bot.core.news import Article, Source
from bot.core.plan import Audience, Context, PollPlan, plan_baseline, plan_poll
from bot.core.polling import Notice, PollKind, PollOutcome, next_check, outcome_of
from bot.services.audience import LiveAudience
from bot.services.pages import Pages
from bot.sources import registry
from bot.sources.articles import articles_of
from bot.sources.asking import Access
from bot.sources.exchange import Answer
from bot.sources.reading import Feed

log = structlog.get_logger(__name__)

AT_ONCE = 64  # sources read at the same time
LEASE = timedelta(seconds=120)  # longer than any reading: 20 s to ask, 30 s to read, 2 s for pages
READ_SECONDS = 25.0  # to parse one answer
PAGE_WAIT_SECONDS = 2.0  # how long a hit in the headline waits for its page (contract §3)


async def _nothing(*_: object) -> None:
    """What nobody wants to do."""


@dataclass(frozen=True, slots=True)
class PollEnded:
    """What observers are told."""

    source: Source
    outcome: str
    fresh: int = 0
    alerts: int = 0
    error: SosikError | None = None


@dataclass(slots=True)
class Polling:
    """The use case with what it needs.

    Attributes:
        minimum_seconds: `m` of contract §3.
        jitter: a random number from 0 to 1.
        outlet_of: the outlet's name by an address.
        access: keys and addresses of the search services.
        queued: called when something was put into the outbox.
        ended: called after every reading.
        noticed: called when managers should be told something about a source, once per incident; it is written already.
        prepare: called before sources are claimed: it makes those that follow the watches.
        allowed: raises when a search service must not be asked now.
        shortest_wait: seconds that a source must not be asked for, whatever its own interval.
    """

    store: Store
    fetcher: Fetcher
    workers: Workers
    audience: LiveAudience
    pages: Pages
    owner: str
    minimum_seconds: float
    jitter: Callable[[], float]
    outlet_of: Callable[[str], str | None]
    access: Access = field(default_factory=Access)
    queued: Callable[[], None] = lambda: None
    ended: Callable[[PollEnded], None] = lambda _: None
    noticed: Callable[[Source, Notice], Awaitable[None]] = _nothing
    prepare: Callable[[], Awaitable[None]] = _nothing
    allowed: Callable[[Source], Awaitable[None]] = _nothing
    shortest_wait: Callable[[Source], float] = lambda _: 0.0
    stopping: bool = False
    _under_way: set[asyncio.Task[int]] = field(default_factory=set)
    _ending: list[tuple[Source, Ending, asyncio.Future[bool]]] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None

    async def poll_due(self) -> int:
        """Begin reading every source that is due; how many that were. `join` waits for them."""
        begun = 0
        await self.prepare()
        await self.audience.refresh()
        while not self.stopping and (room := AT_ONCE - len(self._under_way)) > 0:
            claimed = await self.store.sources.claim_due(self.owner, lease=LEASE, limit=room)
            for source in claimed:
                task = asyncio.create_task(self.poll(source))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
            begun += len(claimed)
            if len(claimed) < room:
                break
        return begun

    async def join(self) -> None:
        """Wait until all readings that were begun are over."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def look(self, url: str, *, zone: str, kind: str = "feed") -> tuple[Answer, Feed]:
        """Read an address that may become a source; writes nothing."""
        candidate = Source(id=0, url=url, kind=kind, zone=zone)
        await self.allowed(candidate)
        answer = await self.fetcher.get(
            registry.request(candidate, now=await self.store.housekeeping.ping(), access=self.access)
        )
        return answer, await self.workers.run(registry.parse, candidate, answer, timeout_seconds=READ_SECONDS)

    async def adopt(self, source: Source, answer: Answer, reading: Feed) -> None:
        """Take what was just read as the baseline of a new, claimed source."""
        source = replace(source, body_hash=_digest(answer))
        await self._baseline(source, await self._articles(source, reading), answer, reading)

    async def poll(self, source: Source, *, telling: bool = False) -> int:
        """Read one claimed source; how many articles were new. Errors are written to the source.

        Args:
            telling: a person waits for it: raise what went wrong, too.
        """
        try:
            return await self._read(source)
        except SosikError as error:
            await self._failed(source, error)
            if telling:
                raise
        except Exception as error:
            # A feed can hold anything: what breaks on one source must not stop the others.
            log.exception("poll_broke", source=source.id)
            await self._failed(source, GiveUp("source.broken", error=type(error).__name__))
        return 0

    async def _read(self, source: Source) -> int:
        await self.allowed(source)
        # No kind asks by the second, so the machine's clock will do: asking the database's costs more than a 304.
        answer = await self.fetcher.get(registry.request(source, now=datetime.now(UTC), access=self.access))
        digest = _digest(answer)
        if answer.status == 304 or (digest == source.body_hash and source.baselined):
            await self._unchanged(source, answer)
            return 0
        reading = await self.workers.run(registry.parse, source, answer, timeout_seconds=READ_SECONDS)
        source = replace(source, body_hash=digest)
        articles = await self._articles(source, reading)
        if not source.baselined:
            plan = await self._baseline(source, articles, answer, reading)
        else:
            plan = await self._news(source, articles, answer, reading)
        if plan is None:
            return 0
        alerts = sum(len(each.deliveries) for each in plan.articles)
        if alerts:
            self.queued()
        fresh = len(plan.fresh)
        self.ended(PollEnded(source, "new" if fresh else "empty", fresh, alerts))
        return fresh

    async def _articles(self, source: Source, reading: Feed) -> tuple[Article, ...]:
        now = await self.store.housekeeping.ping()
        return await asyncio.to_thread(
            articles_of, source, reading.entries, outlet_of=self.outlet_of, feed_title=reading.title or "", now=now
        )

    async def _baseline(
        self, source: Source, articles: Sequence[Article], answer: Answer, reading: Feed
    ) -> PollPlan | None:
        end = _End(self, source, answer, reading)

        async def decide(context: Context, _now: datetime) -> PollPlan:
            return plan_baseline(articles, context)

        plan = await self.store.articles.decide(articles, decide, revision=None, source=source, finish=end)
        if plan is not None:
            await self._tell(source, end.notice)
        return plan

    async def _news(
        self, source: Source, articles: Sequence[Article], answer: Answer, reading: Feed
    ) -> PollPlan | None:
        known = await self.store.articles.known({key for article in articles for key in article.keys}, source.workspace)
        fresh = [article for article in articles if known.isdisjoint(article.keys)]
        if source.kind in registry.OPAQUE_LINKS:
            fresh = []
        read = await self.pages.read_soon(fresh, seconds=PAGE_WAIT_SECONDS)
        articles = [read.articles.get(article.keys[:1], article) for article in articles]
        end = _End(self, source, answer, reading)
        while True:
            audience = await self.audience.refresh()
            found = await asyncio.to_thread(
                _find_all, audience, [each for each in articles if known.isdisjoint(each.keys)]
            )
            ready = replace(audience, find=_known_first(found, audience))

            async def decide(context: Context, now: datetime, ready: Audience = ready) -> PollPlan:
                here = [replace(article, first_seen=now) for article in articles]
                return _with_errors(plan_poll(here, context, ready, now=now, pages_wanted=read.waiting), read.errors)

            try:
                plan = await self.store.articles.decide(
                    articles,
                    decide,
                    revision=audience.revision,
                    source=source,
                    finish=end,
                    wanted=_wanted(found),
                )
            except WatchesChanged:
                continue
            if plan is not None:
                await self._tell(source, end.notice)
            self.pages.wanted()
            return plan

    async def _tell(self, source: Source, notice: Notice | None) -> None:
        if notice is not None:
            await self.noticed(source, notice)

    async def _unchanged(self, source: Source, answer: Answer) -> None:
        outcome = PollOutcome(PollKind.NOT_MODIFIED, max_age_seconds=answer.max_age_seconds, moved_to=answer.moved_to)
        await self._end(source, outcome)
        self.ended(PollEnded(source, "not_modified"))

    async def _failed(self, source: Source, error: SosikError) -> None:
        values = {name: str(value) for name, value in error.values.items()}
        try:
            await self._end(source, outcome_of(error), last_error=[error.key, values])
        except SosikError as away:
            log.warning("poll_not_written", source=source.id, reason=away.key)  # it is due again when its lease ends
        log.info("poll_failed", source=source.id, url=masked_url(source.url), reason=error.key)
        self.ended(PollEnded(source, "error", error=error))

    async def _end(self, source: Source, outcome: PollOutcome, **columns: object) -> None:
        """Write how a poll without articles went, together with others that end meanwhile, and tell what is to tell.

        One transaction each would cost more than asking the source does.
        """
        notices: list[Notice | None] = []

        def ending(now: datetime) -> Mapping[str, object]:
            after, notice = self.next(source, outcome, now)
            notices.append(notice)
            return {**after, **columns}

        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._ending.append((source, ending, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_endings())
        if await written:
            await self._tell(source, notices[-1])

    async def _write_endings(self) -> None:
        while self._ending:
            some, self._ending = self._ending, []
            try:
                kept = await self.store.sources.finish_all([(source, ending) for source, ending, _ in some])
            except Exception as error:  # noqa: BLE001 -- handed on to each poll: nobody sees what this task raises
                for _, _, written in some:
                    if not written.done():
                        written.set_exception(error)
                continue
            for (_, _, written), mine in zip(some, kept, strict=True):
                if not written.done():
                    written.set_result(mine)

    def next(self, source: Source, outcome: PollOutcome, now: datetime) -> tuple[dict[str, object], Notice | None]:
        """The source's columns after a poll, and what to tell of it once they are written."""
        checked = next_check(source, outcome, now=now, minimum_seconds=self.minimum_seconds, jitter=self.jitter())
        after = checked.source
        earliest = now + timedelta(seconds=self.shortest_wait(source))
        columns: dict[str, object] = {
            "url": after.url,
            "state": after.state,
            "interval_seconds": after.interval_seconds,
            "next_poll_at": max(after.next_poll_at or earliest, earliest),
            "last_ok_at": after.last_ok_at,
            "last_new_at": after.last_new_at,
            "fail_count": after.fail_count,
            "failing_since": after.failing_since,
            "last_error": None,
            "gaps": list(after.gaps),
            "moved_to": after.moved_to,
            "moved_count": after.moved_count,
        }
        return columns, checked.notice


@dataclass(slots=True)
class _End:
    """What is written about a source that was read. `notice` is what to tell when that is written."""

    polling: Polling
    source: Source
    answer: Answer
    reading: Feed
    notice: Notice | None = None

    def __call__(self, plan: PollPlan, now: datetime) -> Mapping[str, object]:
        reading, answer, source = self.reading, self.answer, self.source
        outcome = PollOutcome(
            PollKind.NEW if plan.fresh else PollKind.EMPTY,
            entry_dates=tuple(each.published for each in reading.entries if each.published is not None),
            ttl_seconds=reading.ttl_seconds,
            skip_hours=reading.skip_hours,
            max_age_seconds=answer.max_age_seconds,
            moved_to=answer.moved_to,
        )
        columns, self.notice = self.polling.next(source, outcome, now)
        return {
            **columns,
            "etag": answer.etag,
            "last_modified": answer.last_modified,
            "body_hash": source.body_hash,
            "baselined": True,
            "name": source.name or reading.title or masked_url(source.url),
        }


def _with_errors(plan: PollPlan, errors: Mapping[tuple[bytes, ...], str]) -> PollPlan:
    """The plan with why pages could not be read, for `왜?`."""
    if not errors:
        return plan
    return replace(
        plan,
        articles=tuple(
            replace(each, page_error=errors.get(each.article.keys[:1], "")) if each.known is None else each
            for each in plan.articles
        ),
    )


def _find_all(audience: Audience, articles: Sequence[Article]) -> dict[tuple[bytes, ...], Matched]:
    return {article.keys: audience.find(article) for article in articles}


def _wanted(found: Mapping[tuple[bytes, ...], Matched]) -> Callable[[Article], bool]:
    """Whether some watch matched an article."""
    matched = {keys for keys, each in found.items() if each.found}
    return lambda article: article.keys in matched


def _known_first(found: Mapping[tuple[bytes, ...], Matched], audience: Audience) -> Callable[[Article], Matched]:
    """What was matched off the event loop already, else match now."""

    def find(article: Article) -> Matched:
        known = found.get(article.keys)
        return known if known is not None else audience.find(article)

    return find


def _digest(answer: Answer) -> bytes:
    return hashlib.blake2b(answer.body, digest_size=16).digest()
