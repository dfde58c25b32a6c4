"""Articles: what is known, what a plan adds, what people look up.

`decide` reads what a plan needs, lets the caller decide, and writes the plan, all in one transaction: two readings of
the same story at the same time see each other, on one machine or several.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store import lookups, sources, stories
from bot.adapters.store.channels import REF_COLUMNS, channel_id, note, ref_of, upsert
from bot.adapters.store.database import Database
from bot.adapters.store.lookups import seen_by
from bot.adapters.store.mutes import muted
from bot.adapters.store.outbox import enqueue, write_edit
from bot.adapters.store.stories import Judged, article_of, slices
from bot.adapters.store.tables import (
    ARTICLE,
    ARTICLE_KEY,
    CHANNEL,
    DECISION,
    DELIVERY,
    SOURCE,
    STORY_PRINT,
    WATCH,
    WORKSPACE,
    sosik_now,
)
from bot.adapters.store.watches import REVISION, select_watches, watch_of
from bot.core.addresses import masked_url
from bot.core.delivery import Kind, State
from bot.core.message import Message
from bot.core.news import Article, ChannelRef, Field, Hit, Source, Watch
from bot.core.plan import Context, Decision, KnownArticle, PlannedArticle, PlannedDelivery, PollPlan, unknown
from bot.core.story import NEW, NO_EVENTS, EventModel, Newcomer, Print, print_of
from bot.core.telling import recount

_EDIT_GAP = timedelta(minutes=2)  # a card's counters change no more often (design/commands.md §6)
_FEW = 4  # articles whose terms are worked out at once, about a millisecond each; more go beside the event loop
_PLAN_LOCK = 7_355_608  # the advisory lock that makes plans take turns on PostgreSQL; SQLite has one writer anyway


class WatchesChanged(Exception):
    """The watches changed while a plan was made: make it anew with the newer ones."""


@dataclass(frozen=True, slots=True)
class Told:
    """An article as look-ups show it.

    Attributes:
        decisions: the watches of this channel that matched it.
    """

    article: Article
    story_id: int
    hits: tuple[Hit, ...] = ()
    watch_id: int = 0


@dataclass(frozen=True, slots=True)
class ToldBy:
    """What one alert told, and why.

    Attributes:
        matches: the watches on it, with their hits.
        source: the name or address of the source that brought the article.
    """

    article: Article
    story_id: int
    matches: tuple[tuple[Watch, tuple[Hit, ...]], ...]
    source: str
    sent_at: datetime | None
    page_error: str = ""


@dataclass(frozen=True, slots=True)
class SplitOut:
    """An article that was taken out of an event.

    Attributes:
        matches: the watches of the channel that want it, with their hits; none when it has a card there already.
    """

    article: Article
    matches: tuple[tuple[Watch, tuple[Hit, ...]], ...] = ()


class Articles:
    """Reads and writes articles and what was decided about them."""

    def __init__(self, db: Database, *, events: EventModel = NO_EVENTS) -> None:
        self._db = db
        self._events = events

    async def known(self, keys: Iterable[bytes], workspace: str | None = None) -> frozenset[bytes]:
        """Those of the keys that belong to an article that the workspace's sources know."""
        async with self._db.reading() as connection:
            found: set[bytes] = set()
            for some in slices(tuple(keys)):
                rows = await connection.execute(
                    select(ARTICLE_KEY.c.key).where(
                        ARTICLE_KEY.c.key.in_(some), ARTICLE_KEY.c.scope.in_(_scopes(workspace))
                    )
                )
                found.update(bytes(key) for key in rows.scalars())
            return frozenset(found)

    async def decide(
        self,
        articles: Sequence[Article],
        decide: Callable[[Context, datetime], Awaitable[PollPlan]],
        *,
        revision: str | None,
        source: Source | None = None,
        stored: int | None = None,
        finish: Callable[[PollPlan, datetime], Mapping[str, object]] | None = None,
        wanted: Callable[[Article], bool] | None = None,
    ) -> PollPlan | None:
        """Read the context of these articles, decide, apply; None when the source's lease was lost.

        Args:
            revision: of the watches that `decide` uses; None when it uses none.
            stored: the id of the one article at hand, when it is stored already.
            source: the source they come from, given back in the same transaction with what `finish` says.
            wanted: whether some watch may want an article: those are compared with the stories that we know. None: no
                article is.

        Raises:
            WatchesChanged: `revision` is no longer the newest.
        """
        prints = await _prints(articles, wanted)
        async with self._db.writing() as connection:
            await self._take_turn(connection)
            if revision is not None and await note(connection, REVISION) != revision:
                raise WatchesChanged
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            context, judged = await self._context(connection, articles, now, stored, prints)
            plan = await decide(context, now)
            if source is not None and finish is not None:
                kept = await sources.finish(connection, source, finish(plan, now))
                if not kept:
                    await connection.rollback()
                    return None
            await _Writing(connection, self._db, judged, now).write(plan)
            return plan

    async def _take_turn(self, connection: AsyncConnection) -> None:
        if not self._db.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_PLAN_LOCK})"))

    async def related(self, delivery_id: int, channel: ChannelRef) -> tuple[Told, ...] | None:
        """The other articles on the event of a card of this channel, newest first; None when it is not its card."""
        async with self._db.reading() as connection:
            article_id = await _article_of_card(connection, delivery_id, channel)
            if article_id is None:
                return None
            rows = await stories.related(connection, article_id, channel.home)
            return tuple(Told(article_of(row), row.story) for row in rows)

    async def split(self, delivery_id: int, article_id: int, channel: ChannelRef, *, who: str) -> SplitOut | None:
        """Take an article out of the event of a card of this channel; None when it is not part of it any more."""
        async with self._db.writing() as connection:
            await self._take_turn(connection)
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            own = await _article_of_card(connection, delivery_id, channel)
            if own is None:
                return None
            row = next(
                (each for each in await stories.related(connection, own, channel.home) if each.id == article_id), None
            )
            if row is None:
                return None
            event = await stories.split(connection, self._db, article_id, who, now)
            if event is None:  # the event is called by this article: then the card's own leaves it
                event = await stories.split(connection, self._db, own, who, now)
            events = {number for number in (event, own, article_id) if number is not None}
            cards, members = await stories.cards(connection, events), await stories.members(connection, events)
            writing = _Writing(connection, self._db, None, now)
            for edit in recount(cards, members, now):
                await writing.deliver(edit, article_id)
            matches = await _matches(connection, DECISION.c.article_id == article_id)
            told = any(card.article_id == article_id and card.channel == channel for card in cards.get(article_id, ()))
        here = tuple((watch, hits) for watch, hits, _ in matches if watch.channel == channel)
        return SplitOut(article_of(row), () if told else here)

    async def tell(self, article_id: int, message: Message, channel: ChannelRef, watch_ids: Sequence[int]) -> None:
        """Give an article that is stored a card of its own in a channel, once."""
        async with self._db.writing() as connection:
            row = await channel_id(connection, self._db, channel)
            delivery = await enqueue(
                connection,
                row,
                kind=Kind.ALERT,
                dedupe_key=str(article_id),
                message=message,
                article_id=article_id,
            )
            if delivery is not None:
                await connection.execute(
                    update(DECISION)
                    .where(DECISION.c.article_id == article_id, DECISION.c.watch_id.in_(watch_ids))
                    .values(delivery_id=delivery)
                )

    async def wanted_pages(self, limit: int) -> tuple[Article, ...]:
        """Articles whose page is still to be read, oldest first."""
        statement = select(ARTICLE).where(ARTICLE.c.page_state == "wanted").order_by(ARTICLE.c.id).limit(limit)
        async with self._db.reading() as connection:
            return tuple(article_of(row) for row in await connection.execute(statement))

    async def page_failed(self, article_id: int, reason: str) -> None:
        """The page cannot be read: the article stays decided on title and summary."""
        async with self._db.writing() as connection:
            await connection.execute(
                update(ARTICLE).where(ARTICLE.c.id == article_id).values(page_state="failed", page_error=reason)
            )

    async def since(
        self, since: datetime, *, limit: int, before_id: int | None = None, workspace: str | None = None
    ) -> tuple[Told, ...]:
        """Stored articles that the workspace may see, first seen since then, newest first, for a look-up to recheck."""
        statement = (
            select(ARTICLE)
            .where(ARTICLE.c.first_seen >= since, seen_by(workspace))
            .order_by(ARTICLE.c.id.desc())
            .limit(limit)
        )
        if before_id is not None:
            statement = statement.where(ARTICLE.c.id < before_id)
        async with self._db.reading() as connection:
            rows = await connection.execute(statement)
            return tuple(Told(article_of(row), row.story_id or row.id) for row in rows)

    async def matched(
        self, watch_ids: Sequence[int], *, since: datetime, until: datetime | None = None, limit: int = 1000
    ) -> tuple[Told, ...]:
        """Articles that these watches matched, newest first, once for each watch."""
        statement = (
            select(ARTICLE, DECISION.c.watch_id, DECISION.c.hits)
            .join(DECISION, DECISION.c.article_id == ARTICLE.c.id)
            .where(DECISION.c.watch_id.in_(watch_ids), DECISION.c.verdict == "match", DECISION.c.at > since)
            .order_by(DECISION.c.at.desc(), ARTICLE.c.id.desc())
            .limit(limit)
        )
        if until is not None:
            statement = statement.where(DECISION.c.at <= until)
        async with self._db.reading() as connection:
            rows = await connection.execute(statement)
            return tuple(Told(article_of(row), row.story_id or row.id, hits_of(row.hits), row.watch_id) for row in rows)

    async def outlets(self, story_ids: Iterable[int], *, workspace: str | None = None) -> dict[int, tuple[str, ...]]:
        """The outlets that carry each story, the first one first; with a workspace those that it may know of."""
        async with self._db.reading() as connection:
            return await _outlets(connection, tuple(story_ids), workspace)

    async def told_by(self, delivery_id: int, channel: ChannelRef) -> ToldBy | None:
        """What an alert of this channel told; None when there is none such any more."""
        statement = (
            select(
                ARTICLE,
                DELIVERY.c.sent_at,
                SOURCE.c.name.label("source_name"),
                SOURCE.c.url.label("source_url"),
                *REF_COLUMNS,
            )
            .join(DELIVERY, DELIVERY.c.article_id == ARTICLE.c.id)
            .join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
            .join(WORKSPACE)
            .outerjoin(SOURCE, SOURCE.c.id == ARTICLE.c.source_id)
            .where(DELIVERY.c.id == delivery_id)
        )
        async with self._db.reading() as connection:
            row = (await connection.execute(statement)).one_or_none()
            if row is None or ref_of(row) != channel:
                return None
            matches = await _matches(connection, DECISION.c.delivery_id == delivery_id)
        watches = _of_article(article_of(row), matches)
        return ToldBy(
            article_of(row),
            row.story_id or row.id,
            watches,
            row.source_name or masked_url(row.source_url or ""),
            row.sent_at,
            row.page_error,
        )

    async def decision(self, article_id: int, watch_id: int) -> Row[Any] | None:
        """What was decided about an article for a watch."""
        statement = select(DECISION).where(DECISION.c.article_id == article_id, DECISION.c.watch_id == watch_id)
        async with self._db.reading() as connection:
            return (await connection.execute(statement)).one_or_none()

    async def count(self) -> int:
        """How many articles are stored."""
        async with self._db.reading() as connection:
            return int((await connection.execute(select(func.count()).select_from(ARTICLE))).scalar_one())

    async def _context(
        self,
        connection: AsyncConnection,
        articles: Sequence[Article],
        now: datetime,
        stored: int | None,
        prints: Mapping[int, Print],
    ) -> tuple[Context, Judged | None]:
        keys = tuple({key for article in articles for key in article.keys})
        workspace = articles[0].workspace if articles else None
        known = await _known(connection, ARTICLE_KEY.c.key, keys, _scopes(workspace))
        if stored is not None:
            known |= await _known(connection, ARTICLE.c.id, (stored,), _scopes(workspace))
        own = next((each for each in known.values() if each.id == stored), None)
        newcomers = _newcomers(articles, known, own, prints, now)
        judged = None
        if newcomers:
            judged = await stories.judge_all(connection, newcomers, self._events, now, workspace)
        joined = {} if judged is None else {_place(number): each for number, each in judged.grouping.joined.items()}
        if own is not None and own.judged:
            joined = {}  # it has its story: only what later newcomers are compared with changes
        events = {each.event_id or each.story_id for each in known.values()}
        events |= {each.event_id for each in joined.values() if each.event_id is not None and each.event_id > 0}
        context = Context(
            known=known,
            handled=await _handled(connection, keys) if workspace is None else {},
            stored=own,
            joined=joined,
            members=await stories.members(connection, events),
            cards=await stories.cards(connection, events),
        )
        return context, judged


@dataclass(slots=True)
class _Writing:
    """A plan on its way into the tables.

    Attributes:
        ids: of articles by the negative numbers that the plan calls them by; `cards`: of deliveries, in the same way.
    """

    connection: AsyncConnection
    db: Database
    judged: Judged | None
    now: datetime
    ids: dict[int, int] = field(default_factory=dict)
    cards: dict[int, int] = field(default_factory=dict)

    async def write(self, plan: PollPlan) -> None:
        changed = [each.known.id for each in plan.articles if each.known is not None]
        before = await self._rows(changed)
        fresh: list[tuple[int, Article]] = []
        for planned in plan.articles:
            article_id = await self._article(planned)
            if planned.known is None:
                fresh.append((article_id, planned.article))
        after = await self._rows(before)
        old = await _terms([(number, article_of(row)) for number, row in before.items()])
        new = await _terms([*fresh, *((number, article_of(row)) for number, row in after.items())])
        await lookups.take(self.connection, self.db, old)
        await lookups.put(self.connection, self.db, new)
        if self.judged is not None and self.judged.grouping.furniture:
            await stories.keep_furniture(self.connection, self.db, self.judged.grouping.furniture, self.now)

    async def deliver(
        self, delivery: PlannedDelivery, article_id: int, planned: PlannedArticle | None = None
    ) -> int | None:
        """Put one delivery into its channel's queue; its id, or None when its story is silenced there.

        Args:
            planned: the article, for what a card's menu silenced; an edit needs none.
        """
        channel = await channel_id(self.connection, self.db, delivery.channel)
        card = delivery.card
        if delivery.kind is Kind.EDIT and card is not None:
            card = replace(card, delivery_id=self.cards.get(card.delivery_id, card.delivery_id))
            await write_edit(self.connection, channel, card, delivery.message)
            await self._pace(channel, card.delivery_id, counts_only=delivery.counts_only)
            return card.delivery_id
        held = delivery.held_until
        if planned is not None:
            outlet = planned.article.outlet
            silenced = await muted(self.connection, channel, outlet=outlet, stories=self._stories(planned, article_id))
            if silenced.dropped:
                return None
            held = max(filter(None, (held, silenced.until)), default=None)
        made = await enqueue(
            self.connection,
            channel,
            kind=delivery.kind,
            dedupe_key=str(article_id),
            message=delivery.message,
            article_id=article_id,
            held_until=held,
        )
        if card is not None and made is not None:
            if delivery.kind is Kind.THREAD:
                await self.connection.execute(
                    update(DELIVERY).where(DELIVERY.c.id == made).values(target_id=card.delivery_id)
                )
            else:
                self.cards[card.delivery_id] = made
        return made

    async def _article(self, planned: PlannedArticle) -> int:
        if planned.known is None:
            article_id = self.ids[-1 - planned.place] = await self._insert(planned)
        else:
            article_id = planned.known.id
            await self._update(planned)
        await self._keep(planned, article_id)
        for key in planned.article.keys:
            await self.connection.execute(
                upsert(ARTICLE_KEY, self.db)
                .values(key=key, scope=planned.article.workspace or "", article_id=article_id)
                .on_conflict_do_nothing()
            )
        told: dict[int, int | None] = {}
        for delivery in planned.deliveries:
            delivery_id = await self.deliver(delivery, article_id, planned)
            told.update(dict.fromkeys(delivery.watch_ids, delivery_id))
        await _decisions(self.connection, self.db, article_id, planned.decisions, told)
        return article_id

    async def _insert(self, planned: PlannedArticle) -> int:
        article = planned.article
        made = await self.connection.execute(
            insert(ARTICLE)
            .values(
                source_id=article.source_id or None,
                workspace=article.workspace,
                url=article.url,
                title=article.title,
                summary=article.summary,
                body=article.body,
                outlet=article.outlet,
                author=article.author,
                language=article.language,
                tags=list(article.tags),
                published=article.published,
                first_seen=article.first_seen,
                page_state="wanted" if planned.page_wanted else ("read" if article.body else ""),
                page_error=planned.page_error,
                baseline=planned.baseline,
                **self._place_in_stories(planned),
            )
            .returning(ARTICLE.c.id)
        )
        return int(made.scalar_one())

    async def _update(self, planned: PlannedArticle) -> None:
        article = planned.article
        values: dict[str, object] = {"title": article.title}
        if article.summary:
            values["summary"] = article.summary
        if article.body:
            values |= {"body": article.body, "page_state": "read"}
        if article.published is not None:
            values["published"] = article.published
        if planned.joined is not None:
            values |= self._place_in_stories(planned)
        await self.connection.execute(update(ARTICLE).where(ARTICLE.c.id == article.id).values(**values))

    def _place_in_stories(self, planned: PlannedArticle) -> dict[str, int | None]:
        """The story and the event of an article, as columns: NULL for its own."""
        joined = planned.joined or NEW
        story, event = self._stored(joined.story_id), self._stored(joined.event_id)
        return {"story_id": story, "event_id": event if event != story else None}

    def _stories(self, planned: PlannedArticle, article_id: int) -> set[int]:
        """The story and the event of an article: its own id where it leads them."""
        joined, known = planned.joined or NEW, planned.known
        found = {self._stored(joined.story_id), self._stored(joined.event_id), known.story_id if known else None}
        return {each for each in found if each is not None} or {article_id}

    def _stored(self, number: int | None) -> int | None:
        return self.ids.get(number, number) if number is not None else None

    async def _keep(self, planned: PlannedArticle, article_id: int) -> None:
        """Keep what later newcomers are compared with."""
        number = article_id if planned.known is not None else -1 - planned.place
        if self.judged is None or number not in self.judged.prints:
            return
        story = self._stored((planned.joined or NEW).story_id)
        if story is None:
            story = planned.known.story_id if planned.known is not None and planned.joined is None else article_id
        await stories.keep(self.connection, self.db, self.judged, number, article_id, story, self.now)

    async def _rows(self, ids: Iterable[int]) -> dict[int, Row[Any]]:
        """Articles that look-ups know."""
        found: dict[int, Row[Any]] = {}
        for some in slices(tuple(ids)):
            rows = await self.connection.execute(select(ARTICLE).where(ARTICLE.c.id.in_(some), ARTICLE.c.indexed))
            found.update((row.id, row) for row in rows)
        return found

    async def _pace(self, channel: int, card: int, *, counts_only: bool) -> None:
        """A card's numbers change at most once in two minutes; anything else at once."""
        edits = (DELIVERY.c.target_id == card, DELIVERY.c.kind == Kind.EDIT)
        due = self.now
        if counts_only:
            last = select(func.max(func.coalesce(DELIVERY.c.sent_at, DELIVERY.c.due_at))).where(
                *edits, DELIVERY.c.state != State.PENDING
            )
            last_at: datetime | None = (await self.connection.execute(last)).scalar_one_or_none()
            due = max(self.now, last_at + _EDIT_GAP) if last_at is not None else self.now
        changed = await self.connection.execute(
            update(DELIVERY)
            .where(*edits, DELIVERY.c.state == State.PENDING, DELIVERY.c.attempt == 0, DELIVERY.c.due_at != due)
            .values(due_at=due)
        )
        if changed.rowcount:
            later = or_(CHANNEL.c.next_due_at.is_(None), CHANNEL.c.next_due_at > due)
            await self.connection.execute(update(CHANNEL).where(CHANNEL.c.id == channel, later).values(next_due_at=due))


async def _decisions(
    connection: AsyncConnection,
    db: Database,
    article_id: int,
    decisions: Iterable[Decision],
    told: Mapping[int, int | None],
) -> None:
    for decision in decisions:
        verdict = "match" if decision.hits else "near"
        statement = upsert(DECISION, db).values(
            article_id=article_id,
            watch_id=decision.watch_id,
            verdict=verdict,
            hits=[[hit.field, hit.start, hit.end, hit.text, hit.term] for hit in decision.hits] or None,
            reason=decision.reason,
            reason_values={name: str(value) for name, value in decision.values.items()} or None,
            at=sosik_now(),
            delivery_id=told.get(decision.watch_id),
        )
        if verdict == "match":
            renewed = {name: statement.excluded[name] for name in ("verdict", "hits", "reason", "at", "delivery_id")}
            statement = statement.on_conflict_do_update(
                index_elements=[DECISION.c.article_id, DECISION.c.watch_id],
                set_=renewed,
                where=DECISION.c.verdict != "match",
            )
            await connection.execute(
                update(WATCH).where(WATCH.c.id == decision.watch_id).values(last_match_at=sosik_now())
            )
        else:
            statement = statement.on_conflict_do_nothing()
        await connection.execute(statement)


async def _prints(articles: Sequence[Article], wanted: Callable[[Article], bool] | None) -> dict[int, Print]:
    """What the articles that some watch may want are compared by, by their place."""
    if wanted is None:
        return {}
    chosen = [(place, article) for place, article in enumerate(articles) if wanted(article)]
    made = await asyncio.to_thread(lambda: [print_of(article) for _, article in chosen]) if chosen else []
    return {place: each for (place, _), each in zip(chosen, made, strict=True)}


async def _terms(rows: Sequence[tuple[int, Article]]) -> list[tuple[int, str]]:
    articles = [article for _, article in rows]
    if len(articles) > _FEW:
        terms = await asyncio.to_thread(lookups.terms_of, articles)
    else:
        terms = lookups.terms_of(articles)
    return [(number, each) for (number, _), each in zip(rows, terms, strict=True)]


def _newcomers(
    articles: Sequence[Article],
    known: Mapping[bytes, KnownArticle],
    stored: KnownArticle | None,
    prints: Mapping[int, Print],
    now: datetime,
) -> list[Newcomer]:
    """The articles to be judged, the oldest first, as a plan takes them."""
    if stored is not None:
        article = replace(articles[0], id=stored.id, first_seen=stored.first_seen)
        return [Newcomer(stored.id, article, prints[0])] if 0 in prints else []
    places = {id(article): place for place, article in enumerate(articles)}
    return [
        Newcomer(-1 - places[id(article)], replace(article, first_seen=now), prints[places[id(article)]])
        for article in reversed(unknown(articles, known))
        if places[id(article)] in prints
    ]


def _place(number: int) -> int:
    """The place of a newcomer in its reading; a stored one is the only one."""
    return -1 - number if number < 0 else 0


async def _known(
    connection: AsyncConnection, column: Column[Any], values: Sequence[Any], scopes: Sequence[str]
) -> dict[bytes, KnownArticle]:
    """Stored articles by their keys, those of which `column` has one of the values."""
    found: dict[bytes, KnownArticle] = {}
    for some in slices(values):
        rows = await connection.execute(
            select(
                ARTICLE_KEY.c.key,
                ARTICLE.c.id,
                ARTICLE.c.story_id,
                ARTICLE.c.event_id,
                ARTICLE.c.title,
                ARTICLE.c.summary,
                ARTICLE.c.outlet,
                ARTICLE.c.first_seen,
                ARTICLE.c.baseline,
                STORY_PRINT.c.article_id.is_not(None).label("judged"),
            )
            .join(ARTICLE, ARTICLE.c.id == ARTICLE_KEY.c.article_id)
            .outerjoin(STORY_PRINT, STORY_PRINT.c.article_id == ARTICLE.c.id)
            .where(column.in_(some), ARTICLE_KEY.c.scope.in_(scopes))
        )
        for row in rows:
            found[bytes(row.key)] = KnownArticle(
                id=row.id,
                story_id=row.story_id or row.id,
                event_id=row.event_id or 0,
                judged=bool(row.judged),
                title=row.title,
                summary=row.summary,
                outlet=row.outlet,
                first_seen=row.first_seen,
                baseline=row.baseline,
            )
    decided = await _decided(connection, {each.id for each in found.values()})
    return {key: replace(each, decided=decided.get(each.id, frozenset())) for key, each in found.items()}


async def _handled(connection: AsyncConnection, keys: Sequence[bytes]) -> dict[bytes, frozenset[str]]:
    """The workspaces whose own sources brought an article with these keys."""
    found: dict[bytes, set[str]] = {}
    for some in slices(keys):
        rows = await connection.execute(
            select(ARTICLE_KEY.c.key, ARTICLE_KEY.c.scope).where(ARTICLE_KEY.c.key.in_(some), ARTICLE_KEY.c.scope != "")
        )
        for row in rows:
            found.setdefault(bytes(row.key), set()).add(row.scope)
    return {key: frozenset(scopes) for key, scopes in found.items()}


def _scopes(workspace: str | None) -> tuple[str, ...]:
    """Whose articles a source of this workspace counts as known: everybody's, and its own."""
    return ("",) if workspace is None else ("", workspace)


async def _decided(connection: AsyncConnection, article_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for some in slices(tuple(article_ids)):
        rows = await connection.execute(
            select(DECISION.c.article_id, DECISION.c.watch_id).where(
                DECISION.c.article_id.in_(some), DECISION.c.verdict == "match"
            )
        )
        for row in rows:
            found.setdefault(row.article_id, set()).add(row.watch_id)
    return {article: frozenset(watches) for article, watches in found.items()}


async def _outlets(
    connection: AsyncConnection, story_ids: Sequence[int], workspace: str | None
) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    story = func.coalesce(ARTICLE.c.story_id, ARTICLE.c.id)
    for some in slices(story_ids):
        statement = select(story.label("story"), ARTICLE.c.outlet).order_by(ARTICLE.c.id)
        own = ARTICLE.c.id.in_(some) & ARTICLE.c.story_id.is_(None)  # each alternative has its index
        statement = statement.where(own | ARTICLE.c.story_id.in_(some))
        rows = await connection.execute(statement.where(seen_by(workspace)) if workspace else statement)
        for row in rows:
            names = found.setdefault(row.story, [])
            if row.outlet not in names:
                names.append(row.outlet)
    return {story_id: tuple(names) for story_id, names in found.items()}


async def _article_of_card(connection: AsyncConnection, delivery_id: int, channel: ChannelRef) -> int | None:
    """The article of an alert of this channel."""
    statement: Select[Any] = (
        select(DELIVERY.c.article_id, *REF_COLUMNS)
        .join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
        .join(WORKSPACE)
        .where(DELIVERY.c.id == delivery_id)
    )
    row: Row[Any] | None = (await connection.execute(statement)).one_or_none()
    return row.article_id if row is not None and ref_of(row) == channel else None


async def _matches(
    connection: AsyncConnection, condition: ColumnElement[bool]
) -> tuple[tuple[Watch, tuple[Hit, ...], int], ...]:
    """Watches with the hits and the article of their decisions, in the order of the watches' numbers."""
    statement = (
        select_watches(DECISION.c.hits, DECISION.c.article_id)
        .join(DECISION, DECISION.c.watch_id == WATCH.c.id)
        .where(condition, DECISION.c.verdict == "match")
        .order_by(WATCH.c.number, DECISION.c.article_id)
    )
    rows = await connection.execute(statement)
    return tuple((watch_of(row), hits_of(row.hits), row.article_id) for row in rows)


def _of_article(
    article: Article, matches: Sequence[tuple[Watch, tuple[Hit, ...], int]]
) -> tuple[tuple[Watch, tuple[Hit, ...]], ...]:
    """Each watch once, with its hits in this article; a watch that only a copy of it brought in has that one's hits."""
    found: dict[int, tuple[Watch, tuple[Hit, ...]]] = {}
    for watch, hits, article_id in sorted(matches, key=lambda each: each[2] != article.id):
        found.setdefault(watch.id, (watch, hits if article_id == article.id else _found_again(article, hits)))
    return tuple(sorted(found.values(), key=lambda each: each[0].number))


def _found_again(article: Article, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Hits of another article as they stand in this one; where they do not, at its beginning."""
    texts = {Field.TITLE: article.title, Field.SUMMARY: article.summary, Field.BODY: article.body}
    moved = [
        replace(hit, field=place, start=at, end=at + len(hit.text))
        for hit in hits
        for place, written in texts.items()
        if (at := written.find(hit.text)) >= 0
    ]
    return tuple(moved) or tuple(replace(hit, field=Field.TITLE, start=0, end=0) for hit in hits[:1])


def hits_of(stored: Sequence[Sequence[Any]] | None) -> tuple[Hit, ...]:
    """Hits from their stored form."""
    return tuple(Hit(Field(field), start, end, found, term) for field, start, end, found, term in stored or ())
