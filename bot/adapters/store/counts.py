"""How much watches bring: per day, to see what is unusual; and how many of it people found unhelpful."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, cast, delete, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.channels import upsert
from bot.adapters.store.database import Database
from bot.adapters.store.lookups import QUARTER
from bot.adapters.store.stories import article_of
from bot.adapters.store.tables import ARTICLE, CHANNEL, DAILY_COUNT, DECISION, VOTE, WATCH, WORKSPACE
from bot.adapters.store.watches import select_watches, watch_of
from bot.core.news import Article, Watch

_QUARTER_MICROSECONDS = QUARTER.total_seconds() * 1_000_000
_MATCH = DECISION.c.verdict == "match"


@dataclass(frozen=True, slots=True)
class Day:
    """A local day: its name, `2026-11-25`, and its span."""

    name: str
    start: datetime
    end: datetime


class Counts:
    """Counts what watches matched."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, days: Sequence[Day], *, oldest: str) -> None:
        """Count these days for every workspace and expression, and forget those before `oldest`."""
        async with self._db.writing() as connection:
            await connection.execute(delete(DAILY_COUNT).where(DAILY_COUNT.c.day < oldest))
            for day in days:
                await self._keep_day(connection, day)

    async def busy(self, since: datetime, *, at_least: int) -> tuple[tuple[Watch, int], ...]:
        """The watches that matched so many articles since then."""
        counts = (
            select(DECISION.c.watch_id, func.count().label("articles"))
            .where(_MATCH, DECISION.c.at >= since)
            .group_by(DECISION.c.watch_id)
            .having(func.count() >= at_least)
            .subquery()
        )
        statement = (
            select_watches(counts.c.articles)
            .join(counts, counts.c.watch_id == WATCH.c.id)
            .where(WATCH.c.removed_at.is_(None))
            .order_by(WATCH.c.id)
        )
        async with self._db.reading() as connection:
            return tuple((watch_of(row), row.articles) for row in await connection.execute(statement))

    async def quarters(self, watch_id: int, since: datetime) -> dict[datetime, int]:
        """Articles that a watch matched, by quarters of an hour."""
        quarter = cast(literal_column("decision.at"), BigInteger) // int(_QUARTER_MICROSECONDS)
        statement = (
            select(quarter.label("quarter"), func.count().label("articles"))
            .where(_MATCH, DECISION.c.watch_id == watch_id, DECISION.c.at >= since)
            .group_by(literal_column("quarter"))
        )
        epoch = datetime.fromtimestamp(0, since.tzinfo)
        async with self._db.reading() as connection:
            return {epoch + row.quarter * QUARTER: row.articles for row in await connection.execute(statement)}

    async def voted(
        self, watch_id: int, since: datetime, *, limit: int
    ) -> tuple[tuple[Article, ...], tuple[Article, ...]]:
        """What a watch brought since then, newest first: articles that somebody marked 👎, and the others."""
        bad = select(VOTE.c.delivery_id).where(VOTE.c.good.is_(False))
        marked: Any = DECISION.c.delivery_id.in_(bad)
        statement = (
            select(ARTICLE, marked.label("marked"))
            .join(DECISION, DECISION.c.article_id == ARTICLE.c.id)
            .where(_MATCH, DECISION.c.watch_id == watch_id, DECISION.c.at >= since)
            .order_by(ARTICLE.c.id.desc())
            .limit(limit)
        )
        async with self._db.reading() as connection:
            rows = list(await connection.execute(statement))
        return (
            tuple(article_of(row) for row in rows if row.marked),
            tuple(article_of(row) for row in rows if not row.marked),
        )

    async def _keep_day(self, connection: AsyncConnection, day: Day) -> None:
        home = WORKSPACE.c.platform + ":" + WORKSPACE.c.external_id
        statement = (
            select(home.label("home"), WATCH.c.expression_key, func.count(DECISION.c.article_id.distinct()).label("n"))
            .join(WATCH, WATCH.c.id == DECISION.c.watch_id)
            .join(CHANNEL, CHANNEL.c.id == WATCH.c.channel_id)
            .join(WORKSPACE, WORKSPACE.c.id == CHANNEL.c.workspace_id)
            .where(_MATCH, DECISION.c.at >= day.start, DECISION.c.at < day.end)
            .group_by(home, WATCH.c.expression_key)
        )
        for row in list(await connection.execute(statement)):
            made = upsert(DAILY_COUNT, self._db).values(
                workspace=row.home, expression_key=row.expression_key, day=day.name, articles=row.n
            )
            keys = [DAILY_COUNT.c.workspace, DAILY_COUNT.c.expression_key, DAILY_COUNT.c.day]
            await connection.execute(made.on_conflict_do_update(index_elements=keys, set_={"articles": row.n}))
