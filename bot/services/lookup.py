"""Look-ups over stored articles: search, the preview before a watch, autocomplete.

The first form reads the stored articles of the days in question and matches each; the automaton is made for the one
expression, off the event loop.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.adapters.store import Store
from bot.adapters.store.articles import Told
from bot.core import compose
from bot.core.commands import Caller, Invocation
from bot.core.compose import Voice
from bot.core.errors import UserMistake
from bot.core.matching.expression import Expression
from bot.core.matching.index import Index
from bot.core.matching.match import Text, match
from bot.core.message import Option, Span, Tone
from bot.core.news import Article, Hit
from bot.core.wording import say

_BATCH = 500  # articles matched in one go in the thread
_MOST_READ = 20_000  # articles read for one look-up
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Preview:
    """What a watch would have done.

    Attributes:
        articles: how many articles were looked at: 0 when none are stored yet.
        samples: sentences with the hit marked, newest first.
    """

    days: int
    articles: int
    hits: int
    samples: tuple[tuple[Span, ...], ...] = ()

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
    """What a search found: stories, newest first, and articles per day in the asker's zone."""

    stories: tuple[FoundStory, ...]
    days: Mapping[date, int] = field(default_factory=lambda: MappingProxyType({}))

    def per_day_line(self) -> str:
        """`7/21 3 · 7/22 5`."""
        return " · ".join(f"{day.month}/{day.day} {count}" for day, count in sorted(self.days.items()))


class Lookup:
    """Answers questions about stored articles; changes nothing but the requests kept for buttons."""

    def __init__(
        self,
        store: Store,
        *,
        zone: str,
        hint_for: Callable[[str, str], str] = lambda *_: "",
        suggestions: Callable[[Caller, str, str], tuple[Option, ...]] = lambda *_: (),
    ) -> None:
        self._suggestions = suggestions
        self._store = store
        self._zone = zone
        self._hint_for = hint_for

    async def preview(self, expression: Expression, *, workspace: str, title_only: bool, days: int) -> Preview:
        """How often a watch with this expression would have fired, with samples for the asker alone."""
        read, hits = await self._scan(expression, workspace, days=days, title_only=title_only)
        samples = tuple(compose.excerpt(told.article, told.hits) for told in hits[:_SAMPLES])
        return Preview(days, read, len({told.story_id for told in hits}), samples)

    async def newest(
        self, expression: Expression, *, workspace: str, title_only: bool, days: int
    ) -> tuple[Article, tuple[Hit, ...]] | None:
        """The newest stored article that matches."""
        _, hits = await self._scan(expression, workspace, days=days, title_only=title_only)
        return (hits[0].article, hits[0].hits) if hits else None

    async def search(self, expression: Expression, *, workspace: str, days: int, outlet: str = "") -> Found:
        """Stories of the last days that match, each once."""
        _, hits = await self._scan(expression, workspace, days=days)
        if outlet:
            hits = tuple(told for told in hits if outlet.lower() in told.article.outlet.lower())
        zone = ZoneInfo(self._zone)
        per_day = Counter(told.article.first_seen.astimezone(zone).date() for told in hits)
        newest: dict[int, Told] = {}
        for told in hits:
            newest.setdefault(told.story_id, told)
        outlets = await self._store.articles.outlets(newest)
        stories = tuple(
            FoundStory(told.article, outlets.get(story, ()), compose.excerpt(told.article, told.hits))
            for story, told in newest.items()
        )
        return Found(stories, MappingProxyType(dict(per_day)))

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

    async def _scan(
        self, expression: Expression, workspace: str, *, days: int, title_only: bool = False
    ) -> tuple[int, tuple[Told, ...]]:
        """How many articles were read, and those that match, newest first."""
        since = await self._store.housekeeping.ping() - timedelta(days=days)
        index = await asyncio.to_thread(Index.build, [(0, expression, title_only)])
        read, before, hits = 0, None, []
        while read < _MOST_READ:
            batch = await self._store.articles.since(since, limit=_BATCH, before_id=before, workspace=workspace)
            if not batch:
                break
            hits.extend(await asyncio.to_thread(_matching, index, batch))
            read += len(batch)
            before = batch[-1].article.id
        return read, tuple(hits)


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
