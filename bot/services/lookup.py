"""Look-ups over stored articles: search, trends, the preview before a watch, autocomplete.

The index of character pairs says which articles may match; each is rechecked by the matcher, newest first, off the
event loop. What is in many articles is not counted to the end: from the part that was rechecked the rest is estimated,
and whoever shows the number says 약.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import structlog

from bot.adapters.store import Store
from bot.adapters.store.articles import Told
from bot.adapters.store.lookups import Asked
from bot.adapters.store.stories import article_of
from bot.core import compose
from bot.core.commands import Caller, Invocation
from bot.core.compose import Voice
from bot.core.errors import UserMistake
from bot.core.lookup import HitCount, hit_count, need_of
from bot.core.matching.expression import Expression
from bot.core.matching.index import Index
from bot.core.matching.match import Text, match
from bot.core.message import Option, Span, Tone
from bot.core.news import Article, Hit
from bot.core.story import title_key
from bot.core.trend import Series, Trend, peaks, with_counters
from bot.core.wording import say
from bot.render.chart import Chart

log = structlog.get_logger(__name__)

_BATCH = 100  # articles rechecked in one go in the thread
_ENOUGH = 300  # articles rechecked before the rest is estimated
_MOST_READ = 20_000  # articles read for one look-up, when few of them match
_SAMPLES = 3
_PAGE_STORIES = 6  # stories that make a first page, and the next one possible
_KEPT = timedelta(days=30)  # as long as texts are kept (bot/adapters/store/housekeeping.py)
_PEAKS = 2  # days of a trend whose stories are looked up, of each expression
_PEAK_READ = 200  # articles of such a day that are rechecked
_CHART_SECONDS = 2.0  # a picture that takes longer is left out: the answer must come within three


@dataclass(frozen=True, slots=True)
class Preview:
    """What a watch would have done.

    Attributes:
        articles: how many articles there are to look at, counted to a thousand: 0 when none are stored yet.
        samples: sentences with the hit marked, newest first.
        is_rough: `hits` is an estimate.
    """

    days: int
    articles: int
    hits: int
    samples: tuple[tuple[Span, ...], ...] = ()
    is_rough: bool = False

    @property
    def per_day(self) -> float:
        """Hits a day."""
        return self.hits / self.days


@dataclass(frozen=True, slots=True)
class FoundStory:
    """One story of a search: its newest article and its outlets."""

    article: Article
    outlets: tuple[str, ...]
    excerpt: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: stories, newest first, and articles per day in the bot's zone.

    Attributes:
        stories: as many as were asked for, or a few more.
        count: of all stories.
    """

    stories: tuple[FoundStory, ...]
    days: Mapping[date, int] = field(default_factory=lambda: MappingProxyType({}))
    count: HitCount = field(default_factory=lambda: HitCount(0, is_rough=False))

    def per_day_line(self) -> str:
        """`7/21 3 · 7/22 5`."""
        return " · ".join(f"{day.month}/{day.day} {count:,}" for day, count in sorted(self.days.items()))


@dataclass(frozen=True, slots=True)
class FoundTrend:
    """What a trend shows.

    Attributes:
        causes: label, day and story of the peaks.
        is_rough: some of the numbers are estimates.
    """

    trend: Trend
    causes: tuple[tuple[str, date, FoundStory], ...] = ()
    is_rough: bool = False


@dataclass(frozen=True, slots=True)
class _Scan:
    """What was rechecked, newest first.

    Attributes:
        candidates: articles that the index names, by quarters of an hour; None when all of them were rechecked.
    """

    hits: tuple[Told, ...]
    checked: int
    candidates: Mapping[datetime, int] | None = None

    @property
    def is_rough(self) -> bool:
        return self.candidates is not None

    def count(self, hits: int) -> HitCount:
        """All there are, when `hits` are among those rechecked."""
        return hit_count(
            sum(self.candidates.values()) if self.candidates is not None else self.checked, self.checked, hits
        )

    def days(self, zone: ZoneInfo) -> dict[date, int]:
        """Articles per day."""
        if self.candidates is None:
            return dict(Counter(told.article.first_seen.astimezone(zone).date() for told in self.hits))
        share, found = len(self.hits) / max(1, self.checked), Counter[date]()
        for quarter, count in self.candidates.items():
            found[quarter.astimezone(zone).date()] += count
        return {day: round(count * share) for day, count in found.items() if round(count * share)}


class Lookup:
    """Answers questions about stored articles; changes nothing but the requests kept for buttons."""

    def __init__(
        self,
        store: Store,
        *,
        zone: str,
        hint_for: Callable[[str, str], str] = lambda *_: "",
        suggestions: Callable[[Caller, str, str], tuple[Option, ...]] = lambda *_: (),
        draw: Callable[[Chart], Awaitable[bytes]] | None = None,
    ) -> None:
        self._suggestions = suggestions
        self._store = store
        self._zone = zone
        self._hint_for = hint_for
        self._draw = draw
        self._drawing: set[asyncio.Future[bytes]] = set()

    async def preview(self, expression: Expression, *, workspace: str, title_only: bool, days: int) -> Preview:
        """How often a watch with this expression would have fired, with samples for the asker alone."""
        since = await self._ago(days)
        scan = await self._scan(expression, workspace, since=since, title_only=title_only)
        samples = tuple(compose.excerpt(told.article, told.hits) for told in scan.hits[:_SAMPLES])
        count = scan.count(len({story for _, story in _first_of_each(scan.hits)}))
        articles = await self._store.lookups.any_since(since, workspace)
        return Preview(days, articles, count.value, samples, count.is_rough)

    async def newest(
        self, expression: Expression, *, workspace: str, title_only: bool, days: int
    ) -> tuple[Article, tuple[Hit, ...]] | None:
        """The newest stored article that matches."""
        since = await self._ago(days)
        scan = await self._scan(expression, workspace, since=since, title_only=title_only, stories=1, enough=1)
        return (scan.hits[0].article, scan.hits[0].hits) if scan.hits else None

    async def search(
        self, expression: Expression, *, workspace: str, days: int, outlet: str = "", stories: int = _PAGE_STORIES
    ) -> Found:
        """Stories of the last days that match, each once; `stories` of them at least, if there are so many."""
        since = await self._ago(days)
        scan = await self._scan(expression, workspace, since=since, outlet=outlet, stories=stories)
        found = await self._stories(scan.hits, workspace)
        return Found(found, MappingProxyType(scan.days(ZoneInfo(self._zone))), scan.count(len(found)))

    async def trend(self, expressions: Mapping[str, Expression], *, workspace: str, days: int, zone: str) -> FoundTrend:
        """Articles a day for up to five expressions by their labels, and the stories behind the highest days."""
        local = ZoneInfo(zone)
        now = await self._store.housekeeping.ping()
        last = now.astimezone(local).date()
        shown = tuple(last - timedelta(days=back) for back in reversed(range(days)))
        kept_from = (now - _KEPT).astimezone(local).date() + timedelta(days=1)
        since = _start(max(shown[0], kept_from), local)
        scans = {
            label: await self._scan(each, workspace, since=since, stories=0) for label, each in expressions.items()
        }
        series = []
        for label, scan in scans.items():
            counts = scan.days(local)
            series.append(Series(label, tuple(counts.get(day, 0) for day in shown)))
        first = await self._store.lookups.first_seen(workspace)
        first_day = first.astimezone(local).date() if first is not None else None
        known = 0 if first_day is None else sum(day >= max(first_day, kept_from) for day in shown)
        trend = Trend(shown, tuple(series), known)
        if shown[0] < kept_from:
            trend = await self._with_counters(trend, expressions, workspace, kept_from)
        causes = await self._causes(trend, expressions, workspace, local, kept_from)
        return FoundTrend(trend, causes, any(scan.is_rough for scan in scans.values()))

    async def picture(self, chart: Chart) -> bytes | None:
        """The chart as a PNG; None when it cannot be had in time. What is late warms the process for the next one."""
        if self._draw is None or self._drawing:  # one at a time: pages want the processes too
            return None
        drawing = asyncio.ensure_future(self._draw(chart))
        self._drawing.add(drawing)
        drawing.add_done_callback(self._drawn)
        done, _ = await asyncio.wait([drawing], timeout=_CHART_SECONDS)
        return drawing.result() if done and drawing.exception() is None else None

    def _drawn(self, drawing: "asyncio.Future[bytes]") -> None:
        self._drawing.discard(drawing)
        if not drawing.cancelled() and (error := drawing.exception()) is not None:
            log.warning("chart_failed", error=type(error).__name__, reason=getattr(error, "key", ""))

    def line(self, article: Article, voice: Voice) -> tuple[Span, ...]:
        """One article as a line of a list."""
        when = compose.moment(article.first_seen, voice)
        aside = " · ".join(filter(None, (article.outlet, when)))
        return (Span(article.title, url=article.url), Span(f" — {aside}", Tone.QUIET))

    def story_line(self, story: FoundStory, voice: Voice) -> tuple[Span, ...]:
        """One story as a line of a list."""
        spans = self.line(story.article, voice)
        others = len(story.outlets) - 1
        if others > 0:
            spans = (*spans, Span(" · " + say("alert.more", voice.language, count=others), Tone.QUIET))
        return spans

    def hint(self, expression: Expression, language: str) -> str:
        """A word of advice for an ambiguous or very short name; empty for none."""
        return next(filter(None, (self._hint_for(str(term), language) for term in expression.terms)), "")

    def suggest(self, caller: Caller, kind: str, typed: str) -> tuple[Option, ...]:
        """Autocomplete from memory."""
        return self._suggestions(caller, kind, typed)

    async def keep(self, call: Invocation) -> str:
        """Keep a request that a button may run later; the id for the button."""
        return await self._store.channels.keep([call.name, dict(call.arguments)])

    async def kept(self, kept_id: str) -> Invocation:
        """The request kept under this id.

        Raises:
            UserMistake: `press.gone`.
        """
        value = await self._store.channels.kept(kept_id)
        if value is None:
            raise UserMistake("press.gone")
        return Invocation(value[0], MappingProxyType(value[1]))

    async def _ago(self, days: int) -> datetime:
        return await self._store.housekeeping.ping() - timedelta(days=days)

    async def _scan(
        self,
        expression: Expression,
        workspace: str,
        *,
        since: datetime,
        until: datetime | None = None,
        title_only: bool = False,
        outlet: str = "",
        stories: int = _PAGE_STORIES,
        enough: int = _ENOUGH,
    ) -> _Scan:
        """Recheck candidates, newest first: `enough` of them, and on until so many stories are found."""
        asked = Asked(need_of(expression), workspace, since, until)
        index = await asyncio.to_thread(Index.build, [(0, expression, title_only)])
        checked, before, hits = 0, None, list[Told]()
        while True:
            rows = await self._store.lookups.candidates(asked, limit=_BATCH, before_id=before)
            batch = [Told(article_of(row), row.story_id or row.id) for row in rows]
            hits.extend(_of_outlet(await asyncio.to_thread(_matching, index, batch), outlet))
            checked += len(batch)
            if len(batch) < _BATCH:
                return _Scan(tuple(hits), checked)
            before = batch[-1].article.id
            found = len({story for _, story in _first_of_each(hits)})
            if (checked >= enough and found >= stories) or checked >= _MOST_READ:
                return _Scan(tuple(hits), checked, await self._store.lookups.histogram(asked))

    async def _stories(self, hits: Iterable[Told], workspace: str) -> tuple[FoundStory, ...]:
        newest: dict[int, Told] = {}
        outlets: dict[int, list[str]] = {}
        for told, story in _first_of_each(hits):
            newest.setdefault(story, told)
            outlets.setdefault(story, []).append(told.article.outlet)
        stored = await self._store.articles.outlets(newest, workspace=workspace)
        return tuple(
            FoundStory(
                told.article,
                tuple(dict.fromkeys((*stored.get(story, ()), *outlets[story]))),
                compose.excerpt(told.article, told.hits),
            )
            for story, told in newest.items()
        )

    async def _with_counters(
        self, trend: Trend, expressions: Mapping[str, Expression], workspace: str, kept_from: date
    ) -> Trend:
        labels = {str(expression): label for label, expression in expressions.items()}
        rows = await self._store.lookups.counters(workspace, tuple(labels), trend.days[0].isoformat())
        counters = [(labels[key], date.fromisoformat(day), count) for key, day, count in rows]
        return with_counters(trend, counters, kept_from=kept_from)

    async def _causes(
        self, trend: Trend, expressions: Mapping[str, Expression], workspace: str, zone: ZoneInfo, kept_from: date
    ) -> tuple[tuple[str, date, FoundStory], ...]:
        """The largest story of each expression's highest days."""
        causes = []
        for one in trend.series:
            counted = [day for day, count in zip(trend.days, one.counts, strict=True) if count and day >= kept_from]
            highest = [day for day in peaks(one, trend.days, len(trend.days)) if day >= kept_from]
            for day in (highest or counted[::-1])[:_PEAKS]:
                since, until = _start(day, zone), _start(day + timedelta(days=1), zone)
                scan = await self._scan(
                    expressions[one.label], workspace, since=since, until=until, stories=0, enough=_PEAK_READ
                )
                sizes = Counter(told.story_id for told in scan.hits)
                if sizes:
                    largest = sizes.most_common(1)[0][0]
                    stories = await self._stories([each for each in scan.hits if each.story_id == largest], workspace)
                    causes.append((one.label, day, stories[0]))
        return tuple(causes)


def about(count: int, language: str, *, is_rough: bool) -> str:
    """`1,234`, or `약 1,200` for an estimate."""
    if not is_rough:
        return f"{count:,}"
    digits = max(0, len(str(count)) - 2)
    return say("count.about", language, count=f"{round(count, -digits):,}")


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(ZoneInfo("UTC"))


def _first_of_each(hits: Iterable[Told]) -> list[tuple[Told, int]]:
    """Each hit with the story it is shown in: its own, or that of one with the same headline on the same day.

    Only articles that some watch wanted were compared with the stories; a search finds others too.
    """
    by_headline: dict[tuple[str, date], int] = {}
    shown = []
    for told in hits:
        headline = title_key(told.article.title)
        day = told.article.first_seen.date()
        story = by_headline.setdefault((headline, day), told.story_id) if headline else told.story_id
        shown.append((told, story))
    return shown


def _of_outlet(found: Iterable[Told], outlet: str) -> list[Told]:
    return [told for told in found if outlet.lower() in told.article.outlet.lower()]


def text_of(article: Article) -> Text:
    """An article as the matcher reads it."""
    return Text(title=article.title, summary=article.summary, body=article.body, outlet=article.outlet, url=article.url)


def _matching(index: Index, batch: Sequence[Told]) -> list[Told]:
    found = []
    for told in batch:
        matched = match(index, text_of(told.article)).found
        if matched:
            found.append(Told(told.article, told.story_id, matched[0].hits))
    return found
