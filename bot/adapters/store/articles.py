"""Articles: what is known, what a plan adds, what people look up.

`decide` reads what a plan needs, lets the caller decide, and writes the plan, all in one transaction: two readings of
the same story at the same time see each other, on one machine or several.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Row, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store import sources
from bot.adapters.store.channels import REF_COLUMNS, channel_id, note, ref_of, upsert
from bot.adapters.store.database import Database
from bot.adapters.store.mutes import muted
from bot.adapters.store.outbox import enqueue, write_edit
from bot.adapters.store.tables import (
    ARTICLE,
    ARTICLE_KEY,
    CHANNEL,
    DECISION,
    DELIVERY,
    SOURCE,
    WATCH,
    WORKSPACE,
    sosik_now,
)
from bot.adapters.store.watches import REVISION, select_watches, watch_of
from bot.core.delivery import Kind, State
from bot.core.message import from_json
from bot.core.news import Article, ChannelRef, Field, Hit, Source, Watch
from bot.core.plan import Card, Context, Decision, KnownArticle, PlannedArticle, PlannedDelivery, PollPlan

_T = TypeVar("_T")

_IN_LIST = 500  # values in one IN (...): well below SQLite's 32,766 variables
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


class Articles:
    """Reads and writes articles and what was decided about them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def known(self, keys: Iterable[bytes], workspace: str | None = None) -> frozenset[bytes]:
        """Those of the keys that belong to an article that the workspace's sources know."""
        async with self._db.reading() as connection:
            found: set[bytes] = set()
            for some in _slices(tuple(keys)):
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
        story_window: timedelta = timedelta(hours=48),
    ) -> PollPlan | None:
        """Read the context of these articles, decide, apply; None when the source's lease was lost.

        Args:
            revision: of the watches that `decide` uses; None when it uses none.
            stored: the id of the one article at hand, when it is stored already.
            source: the source they come from, given back in the same transaction with what `finish` says.

        Raises:
            WatchesChanged: `revision` is no longer the newest.
        """
        async with self._db.writing() as connection:
            if not self._db.is_sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_PLAN_LOCK})"))
            if revision is not None and await note(connection, REVISION) != revision:
                raise WatchesChanged
            now = (await connection.execute(select(sosik_now()))).scalar_one()
            context = await self._context(connection, articles, now - story_window, stored)
            plan = await decide(context, now)
            if source is not None and finish is not None:
                kept = await sources.finish(connection, source, finish(plan, now))
                if not kept:
                    await connection.rollback()
                    return None
            for planned in plan.articles:
                await self._apply(connection, planned)
            return plan

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
            .where(ARTICLE.c.first_seen >= since, _seen_by(workspace))
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

    async def outlets(self, story_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The outlets that carry each story, the first one first."""
        async with self._db.reading() as connection:
            return await _outlets(connection, tuple(story_ids))

    async def of_address(self, addresses: Sequence[str], keys: Sequence[bytes]) -> Row[Any] | None:
        """The stored article with one of these addresses or keys."""
        by_key = select(ARTICLE_KEY.c.article_id).where(ARTICLE_KEY.c.key.in_(keys))
        statement = (
            select(ARTICLE, SOURCE.c.name.label("source_name"), SOURCE.c.url.label("source_url"))
            .outerjoin(SOURCE, SOURCE.c.id == ARTICLE.c.source_id)
            .where(ARTICLE.c.url.in_(addresses) | ARTICLE.c.id.in_(by_key))
            .limit(1)
        )
        async with self._db.reading() as connection:
            return (await connection.execute(statement)).one_or_none()

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
        matches = (
            select_watches(DECISION.c.hits)
            .join(DECISION, DECISION.c.watch_id == WATCH.c.id)
            .where(DECISION.c.delivery_id == delivery_id, DECISION.c.verdict == "match")
            .order_by(WATCH.c.number)
        )
        async with self._db.reading() as connection:
            row = (await connection.execute(statement)).one_or_none()
            if row is None or ref_of(row) != channel:
                return None
            watches = tuple((watch_of(each), hits_of(each.hits)) for each in await connection.execute(matches))
        return ToldBy(
            article_of(row),
            row.story_id or row.id,
            watches,
            row.source_name or row.source_url or "",
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
        self, connection: AsyncConnection, articles: Sequence[Article], since: datetime, stored: int | None
    ) -> Context:
        keys = tuple({key for article in articles for key in article.keys})
        workspace = articles[0].workspace if articles else None
        known = await _known(connection, ARTICLE_KEY.c.key, keys, _scopes(workspace))
        if stored is not None:
            known |= await _known(connection, ARTICLE.c.id, (stored,), _scopes(workspace))
        stories = await _stories(connection, articles, since)
        story_ids = {*stories.values(), *(each.story_id for each in known.values())}
        return Context(
            known=known,
            handled=await _handled(connection, keys) if workspace is None else {},
            stored=next((each for each in known.values() if each.id == stored), None),
            stories=stories,
            outlets=await _outlets(connection, tuple(story_ids)),
            cards=await _cards(connection, tuple(story_ids)),
        )

    async def _apply(self, connection: AsyncConnection, planned: PlannedArticle) -> None:
        article_id = planned.known.id if planned.known else await self._insert(connection, planned)
        if article_id is None:
            return
        if planned.known:
            await _update(connection, planned)
        for key in planned.article.keys:
            await connection.execute(
                upsert(ARTICLE_KEY, self._db)
                .values(key=key, scope=planned.article.workspace or "", article_id=article_id)
                .on_conflict_do_nothing()
            )
        told: dict[int, int | None] = {}
        for delivery in planned.deliveries:
            delivery_id = await self._deliver(connection, delivery, article_id, planned)
            told.update(dict.fromkeys(delivery.watch_ids, delivery_id))
        await self._decisions(connection, article_id, planned.decisions, told)

    async def _insert(self, connection: AsyncConnection, planned: PlannedArticle) -> int | None:
        article = planned.article
        made = await connection.execute(
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
                story_id=planned.copy_of,
                page_state="wanted" if planned.page_wanted else ("read" if article.body else ""),
                page_error=planned.page_error,
                baseline=planned.baseline,
            )
            .returning(ARTICLE.c.id)
        )
        return int(made.scalar_one())

    async def _deliver(
        self, connection: AsyncConnection, delivery: PlannedDelivery, article_id: int, planned: PlannedArticle
    ) -> int | None:
        channel = await channel_id(connection, self._db, delivery.channel)
        if delivery.card is not None:
            await write_edit(connection, channel, delivery.card, delivery.message)
            return delivery.card.delivery_id
        story = planned.copy_of or (planned.known.story_id if planned.known else article_id)
        silenced = await muted(connection, channel, outlet=planned.article.outlet, story=story)
        if silenced.dropped:
            return None
        return await enqueue(
            connection,
            channel,
            kind=delivery.kind,
            dedupe_key=str(article_id),
            message=delivery.message,
            article_id=article_id,
            held_until=max(filter(None, (delivery.held_until, silenced.until)), default=None),
        )

    async def _decisions(
        self,
        connection: AsyncConnection,
        article_id: int,
        decisions: Iterable[Decision],
        told: Mapping[int, int | None],
    ) -> None:
        for decision in decisions:
            verdict = "match" if decision.hits else "near"
            statement = upsert(DECISION, self._db).values(
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
                renewed = {
                    name: statement.excluded[name] for name in ("verdict", "hits", "reason", "at", "delivery_id")
                }
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


async def _known(
    connection: AsyncConnection, column: Column[Any], values: Sequence[Any], scopes: Sequence[str]
) -> dict[bytes, KnownArticle]:
    """Stored articles by their keys, those of which `column` has one of the values."""
    found: dict[bytes, KnownArticle] = {}
    for some in _slices(values):
        rows = await connection.execute(
            select(
                ARTICLE_KEY.c.key,
                ARTICLE.c.id,
                ARTICLE.c.story_id,
                ARTICLE.c.title,
                ARTICLE.c.summary,
                ARTICLE.c.outlet,
                ARTICLE.c.first_seen,
                ARTICLE.c.baseline,
            )
            .join(ARTICLE, ARTICLE.c.id == ARTICLE_KEY.c.article_id)
            .where(column.in_(some), ARTICLE_KEY.c.scope.in_(scopes))
        )
        for row in rows:
            found[bytes(row.key)] = KnownArticle(
                id=row.id,
                story_id=row.story_id or row.id,
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
    for some in _slices(keys):
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
    for some in _slices(tuple(article_ids)):
        rows = await connection.execute(
            select(DECISION.c.article_id, DECISION.c.watch_id).where(
                DECISION.c.article_id.in_(some), DECISION.c.verdict == "match"
            )
        )
        for row in rows:
            found.setdefault(row.article_id, set()).add(row.watch_id)
    return {article: frozenset(watches) for article, watches in found.items()}


async def _stories(connection: AsyncConnection, articles: Sequence[Article], since: datetime) -> dict[int, int]:
    """The story that each article copies: one with the same title in the last days, by the article's place."""
    titles = {article.title for article in articles}
    by_title: dict[str, int] = {}
    for some in _slices(tuple(titles)):
        rows = await connection.execute(
            select(ARTICLE.c.id, ARTICLE.c.story_id, ARTICLE.c.title)
            .where(ARTICLE.c.title.in_(some), ARTICLE.c.first_seen >= since, _seen_by(articles[0].workspace))
            .order_by(ARTICLE.c.id.desc())
        )
        for row in rows:
            by_title[row.title] = row.story_id or row.id
    return {place: by_title[article.title] for place, article in enumerate(articles) if article.title in by_title}


async def _outlets(connection: AsyncConnection, story_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    story = func.coalesce(ARTICLE.c.story_id, ARTICLE.c.id)
    for some in _slices(story_ids):
        rows = await connection.execute(
            select(story.label("story"), ARTICLE.c.outlet).where(story.in_(some)).order_by(ARTICLE.c.id)
        )
        for row in rows:
            names = found.setdefault(row.story, [])
            if row.outlet not in names:
                names.append(row.outlet)
    return {story_id: tuple(names) for story_id, names in found.items()}


async def _cards(connection: AsyncConnection, story_ids: Sequence[int]) -> dict[int, tuple[Card, ...]]:
    found: dict[int, list[Card]] = {}
    story = func.coalesce(ARTICLE.c.story_id, ARTICLE.c.id)
    for some in _slices(story_ids):
        rows = await connection.execute(
            select(DELIVERY, story.label("story"), *REF_COLUMNS)
            .join(ARTICLE, ARTICLE.c.id == DELIVERY.c.article_id)
            .join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
            .join(WORKSPACE)
            .where(story.in_(some), DELIVERY.c.kind == Kind.ALERT)
            .order_by(DELIVERY.c.id)
        )
        for row in rows:
            state = State(row.state)
            found.setdefault(row.story, []).append(
                Card(
                    delivery_id=row.id,
                    channel=ref_of(row),
                    story_id=row.story,
                    article_id=row.article_id,
                    message=from_json(row.payload),
                    created_at=row.created_at,
                    sent=state in {State.SENT, State.SENDING},
                    open=state in {State.SENT, State.SENDING, State.PENDING, State.HELD},
                )
            )
    return {story_id: tuple(cards) for story_id, cards in found.items()}


async def _update(connection: AsyncConnection, planned: PlannedArticle) -> None:
    article = planned.article
    values: dict[str, object] = {"title": article.title}
    if article.summary:
        values["summary"] = article.summary
    if article.body:
        values |= {"body": article.body, "page_state": "read"}
    if article.published is not None:
        values["published"] = article.published
    await connection.execute(update(ARTICLE).where(ARTICLE.c.id == article.id).values(**values))


def _seen_by(workspace: str | None) -> ColumnElement[bool]:
    """Articles of everybody's sources, and of this workspace's own."""
    everybodys = ARTICLE.c.workspace.is_(None)
    return everybodys if workspace is None else everybodys | (ARTICLE.c.workspace == workspace)


def article_of(row: Row[Any]) -> Article:
    """The article of a row of the table."""
    return Article(
        title=row.title,
        url=row.url,
        first_seen=row.first_seen,
        id=row.id,
        source_id=row.source_id or 0,
        summary=row.summary,
        body=row.body,
        outlet=row.outlet,
        author=row.author,
        language=row.language,
        published=row.published,
        tags=tuple(row.tags or ()),
        workspace=row.workspace,
    )


def hits_of(stored: Sequence[Sequence[Any]] | None) -> tuple[Hit, ...]:
    """Hits from their stored form."""
    return tuple(Hit(Field(field), start, end, found, term) for field, start, end, found, term in stored or ())


def _slices(values: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (values[start : start + _IN_LIST] for start in range(0, len(values), _IN_LIST))
