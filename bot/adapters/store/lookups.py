"""The index of look-ups: which articles hold which pairs of letters (docs/decisions/looking_up.md).

SQLite: a contentless FTS5 table, whose rows are deleted by giving their terms again. PostgreSQL: `text[]` under GIN.
What the index answers is rechecked by the matcher, so a row too many costs a little time and is never seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, func, literal_column, select, text, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.database import Database
from bot.adapters.store.tables import ARTICLE, DAILY_COUNT
from bot.core.lookup import Need, fts5_query, index_terms
from bot.core.news import Article

QUARTER = timedelta(minutes=15)  # every time zone's day begins at a whole quarter of an hour
_QUARTER_MICROSECONDS = QUARTER // timedelta(microseconds=1)
_INSERT = {
    True: text("INSERT INTO article_term (rowid, terms) VALUES (:id, :terms)"),
    False: text(
        "INSERT INTO article_term (article_id, terms) VALUES (:id, :terms) "
        "ON CONFLICT (article_id) DO UPDATE SET terms = excluded.terms"
    ),
}
_DELETE = {
    True: text("INSERT INTO article_term (article_term, rowid, terms) VALUES ('delete', :id, :terms)"),
    False: text("DELETE FROM article_term WHERE article_id = :id"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the index.

    Attributes:
        workspace: `platform:workspace` that asks: everybody's articles and its own are searched.
        need: what an article must hold; articles that hold it are rechecked by whoever asks.
    """

    need: Need
    workspace: str
    since: datetime
    until: datetime | None = None


def terms_of(articles: Iterable[Article]) -> list[str]:
    """The terms of each article, joined by spaces; about a millisecond each."""
    return [" ".join(sorted(index_terms(each.title, each.summary, each.body))) for each in articles]


async def put(connection: AsyncConnection, db: Database, rows: Sequence[tuple[int, str]]) -> None:
    """Make articles known to look-ups: their ids and terms."""
    if not rows:
        return
    await connection.execute(_INSERT[db.is_sqlite], [_values(db, *row) for row in rows])
    ids = [article_id for article_id, _ in rows]
    await connection.execute(update(ARTICLE).where(ARTICLE.c.id.in_(ids)).values(indexed=True))


async def take(connection: AsyncConnection, db: Database, rows: Sequence[tuple[int, str]]) -> None:
    """Make look-ups forget articles; `rows` as they were put."""
    if not rows:
        return
    await connection.execute(_DELETE[db.is_sqlite], [_values(db, *row) for row in rows])
    ids = [article_id for article_id, _ in rows]
    await connection.execute(update(ARTICLE).where(ARTICLE.c.id.in_(ids)).values(indexed=False))


class Lookups:
    """Asks the index."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def candidates(self, asked: Asked, *, limit: int, before_id: int | None = None) -> tuple[Row[Any], ...]:
        """Articles that may match, newest first."""
        statement = self._matching(select(ARTICLE), asked).order_by(ARTICLE.c.id.desc()).limit(limit)
        if before_id is not None:
            statement = statement.where(self._id < before_id)
        async with self._db.reading() as connection:
            return tuple(await connection.execute(statement))

    async def histogram(self, asked: Asked) -> dict[datetime, int]:
        """How many articles may match, by quarters of an hour."""
        # The column's type would read the number back as an instant.
        quarter = sql_cast(literal_column("article.first_seen"), BigInteger) // _QUARTER_MICROSECONDS
        counts = select(quarter.label("quarter"), func.count().label("articles"))
        statement = self._matching(counts, asked)
        epoch = datetime.fromtimestamp(0, asked.since.tzinfo)
        async with self._db.reading() as connection:
            rows = await connection.execute(statement.group_by(text("quarter")))
            return {epoch + int(row.quarter) * QUARTER: row.articles for row in rows}

    async def any_since(self, since: datetime, workspace: str) -> int:
        """How many articles there are to look at, counted to a thousand: enough to know whether there are any."""
        some = select(ARTICLE.c.id).where(ARTICLE.c.first_seen >= since, seen_by(workspace)).limit(1000).subquery()
        async with self._db.reading() as connection:
            return int((await connection.execute(select(func.count()).select_from(some))).scalar_one())

    async def first_seen(self, workspace: str) -> datetime | None:
        """When the oldest article was seen that look-ups know."""
        statement = (
            select(ARTICLE.c.first_seen)
            .where(text("indexed"), seen_by(workspace))
            .order_by(ARTICLE.c.first_seen)
            .limit(1)
        )
        async with self._db.reading() as connection:
            found: datetime | None = (await connection.execute(statement)).scalar_one_or_none()
            return found

    async def counters(self, workspace: str, keys: Sequence[str], since: str) -> tuple[tuple[str, str, int], ...]:
        """What daily counters say: expression, day and articles."""
        statement = select(DAILY_COUNT).where(
            DAILY_COUNT.c.workspace == workspace, DAILY_COUNT.c.expression_key.in_(keys), DAILY_COUNT.c.day >= since
        )
        async with self._db.reading() as connection:
            return tuple((row.expression_key, row.day, row.articles) for row in await connection.execute(statement))

    @property
    def _id(self) -> ColumnElement[int]:
        # Asked of the index itself, a limit on ids spares FTS5 the rows beyond it.
        return literal_column("article_term.rowid" if self._db.is_sqlite else "article.id")

    def _matching(self, statement: Any, asked: Asked) -> Any:  # noqa: ANN401 - a Select over many columns
        statement = statement.where(ARTICLE.c.first_seen >= asked.since, seen_by(asked.workspace))
        if asked.until is not None:
            statement = statement.where(ARTICLE.c.first_seen < asked.until)
        question = fts5_query(asked.need)
        if not question:
            return statement
        first = select(func.min(ARTICLE.c.id)).where(ARTICLE.c.first_seen >= asked.since).scalar_subquery()
        if self._db.is_sqlite:
            return statement.join_from(ARTICLE, text("article_term"), text("article.id = article_term.rowid")).where(
                text("article_term MATCH :question").bindparams(question=question),
                literal_column("article_term.rowid") >= first,
            )
        values: dict[str, list[str]] = {f"terms{at}": sorted(terms) for at, terms in enumerate(asked.need)}
        holds = " OR ".join(f"article_term.terms @> CAST(:{name} AS text[])" for name in values)
        return statement.join_from(ARTICLE, text("article_term"), text("article.id = article_term.article_id")).where(
            text(f"({holds})").bindparams(**values)
        )


def seen_by(workspace: str | None) -> ColumnElement[bool]:
    """Articles of everybody's sources, and of this workspace's own."""
    everybodys = ARTICLE.c.workspace.is_(None)
    return everybodys if workspace is None else everybodys | (ARTICLE.c.workspace == workspace)


def _values(db: Database, article_id: int, terms: str) -> Mapping[str, object]:
    return {"id": article_id, "terms": terms if db.is_sqlite else terms.split(" ")}
