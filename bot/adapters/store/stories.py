"""What newcomers are compared with: sampled pieces and headline words of the wanted articles of the last seven days."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.channels import REF_COLUMNS, ref_of, upsert
from bot.adapters.store.database import Database
from bot.adapters.store.lookups import seen_by
from bot.adapters.store.tables import (
    ARTICLE,
    CHANNEL,
    DECISION,
    DELIVERY,
    STORY_PIECE,
    STORY_PRINT,
    STORY_SPLIT,
    STORY_WORD,
    WORKSPACE,
)
from bot.core.delivery import Kind, State
from bot.core.message import from_json
from bot.core.news import Article
from bot.core.story import (
    Candidate,
    EventModel,
    Grouping,
    Joined,
    Newcomer,
    Posting,
    Print,
    Shelf,
    Split,
    TextSize,
    VerdictKind,
    group,
    is_update,
)
from bot.core.story.judge import TITLE_WINDOW, WINDOW
from bot.core.telling import Card, Member

_T = TypeVar("_T")

IN_LIST = 500  # values in one IN (...): well below SQLite's 32,766 variables
_NEAR = 12  # articles loaded for one newcomer by pieces, and as many by words; some may be hidden from it
_TOLD = 20  # articles of a story that `is_update` reads
_STORY = func.coalesce(ARTICLE.c.story_id, ARTICLE.c.id)
_EVENT = func.coalesce(ARTICLE.c.event_id, ARTICLE.c.story_id, ARTICLE.c.id)


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome for the newcomers of a reading, with what is to be kept of them."""

    grouping: Grouping
    prints: Mapping[int, Print]


async def judge_all(
    connection: AsyncConnection, newcomers: Sequence[Newcomer], model: EventModel, now: datetime, workspace: str | None
) -> Judged:
    """Judge newcomers in their order, beside the event loop."""
    shelf = await _shelf(connection, newcomers, now, workspace)
    grouping = await asyncio.to_thread(group, newcomers, shelf, model)
    joined = dict(grouping.joined)
    for at, each in enumerate(newcomers):
        verdict = joined[each.id]
        if verdict.kind is VerdictKind.COPY:
            told = await _told(connection, verdict, newcomers[:at], joined)
            joined[each.id] = replace(verdict, says_more=is_update(each.article, told))
    return Judged(replace(grouping, joined=joined), {each.id: each.print for each in newcomers})


async def keep(
    connection: AsyncConnection, db: Database, judged: Judged, place: int, article_id: int, story_id: int, now: datetime
) -> None:
    """Keep what later newcomers are compared with; an article whose page came later is kept anew."""
    own, day = judged.prints[place], day_of(now)
    size = own.size
    statement = upsert(STORY_PRINT, db).values(
        article_id=article_id, title_key=own.key, pieces=size.pieces, thin=size.thin, at=now
    )
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[STORY_PRINT.c.article_id], set_={"pieces": size.pieces, "thin": size.thin}
        )
    )
    words = [{"day": day, "word": word, "article_id": article_id} for word in own.words]
    if words:
        await connection.execute(upsert(STORY_WORD, db).on_conflict_do_nothing(), words)
    pieces = [
        {"day": day, "piece": piece, "article_id": article_id, "story_id": story_id}
        for piece in judged.grouping.postings[place]
    ]
    if pieces:
        await connection.execute(upsert(STORY_PIECE, db).on_conflict_do_nothing(), pieces)


async def keep_furniture(connection: AsyncConnection, db: Database, pieces: Iterable[int], now: datetime) -> None:
    """These pieces count no more: one row stands for all they had."""
    for some in slices(sorted(pieces)):
        await connection.execute(
            delete(STORY_PIECE).where(STORY_PIECE.c.day.in_(_days(now)), STORY_PIECE.c.piece.in_(some))
        )
        rows = [{"day": day_of(now), "piece": piece, "article_id": 0, "story_id": 0} for piece in some]
        await connection.execute(upsert(STORY_PIECE, db).on_conflict_do_nothing(), rows)


async def split(connection: AsyncConnection, db: Database, article_id: int, who: str, now: datetime) -> int | None:
    """Take an article out of its story and event, for good; the event it was part of, None when it stood alone."""
    row = (
        await connection.execute(
            select(ARTICLE.c.id, _STORY.label("story"), _EVENT.label("event"), STORY_PRINT.c.title_key)
            .outerjoin(STORY_PRINT, STORY_PRINT.c.article_id == ARTICLE.c.id)
            .where(ARTICLE.c.id == article_id)
        )
    ).one_or_none()
    if row is None or row.event == article_id:
        return None
    stories = {int(row.story), int(row.event)} - {article_id}
    for story in stories:
        statement = upsert(STORY_SPLIT, db).values(
            article_id=article_id, story_id=story, title_key=row.title_key or "", who=who, at=now
        )
        await connection.execute(statement.on_conflict_do_nothing())
    await connection.execute(update(ARTICLE).where(ARTICLE.c.id == article_id).values(story_id=None, event_id=None))
    # Its own copies go with it; copies of the story that it left stay there.
    await connection.execute(update(ARTICLE).where(ARTICLE.c.story_id == article_id).values(event_id=None))
    await connection.execute(
        update(STORY_PIECE)
        .where(STORY_PIECE.c.day.in_(_days(now)), STORY_PIECE.c.article_id == article_id)
        .values(story_id=article_id)
    )
    return int(row.event)


async def members(connection: AsyncConnection, events: Iterable[int]) -> dict[int, tuple[Member, ...]]:
    """The articles of each event, the first one first."""
    found: dict[int, list[Member]] = {}
    for some in slices(sorted(events)):
        rows = await connection.execute(
            select(ARTICLE.c.id, _STORY.label("story"), _EVENT.label("event"), ARTICLE.c.outlet, ARTICLE.c.workspace)
            .where(_in_events(some))
            .order_by(ARTICLE.c.id)
        )
        for row in rows:
            found.setdefault(row.event, []).append(Member(row.id, row.story, row.outlet, row.workspace))
    return {event: tuple(each) for event, each in found.items()}


async def cards(connection: AsyncConnection, events: Iterable[int]) -> dict[int, tuple[Card, ...]]:
    """The alerts of each event that channels have, or get in a roll-up; the oldest first."""
    found: dict[int, list[Card]] = {}
    wanted = tuple(sorted(events))
    open_states = (State.SENT, State.SENDING, State.PENDING, State.HELD)
    for some in slices(wanted):
        rows = list(
            await connection.execute(
                select(DELIVERY, _STORY.label("story"), _EVENT.label("event"), *REF_COLUMNS)
                .join(ARTICLE, ARTICLE.c.id == DELIVERY.c.article_id)
                .join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
                .join(WORKSPACE)
                .where(
                    _in_events(some), DELIVERY.c.kind == Kind.ALERT, DELIVERY.c.state.in_((*open_states, State.ROLLED))
                )
                .order_by(DELIVERY.c.id)
            )
        )
        watches = await _watches(connection, [row.id for row in rows])
        for row in rows:
            found.setdefault(row.event, []).append(
                Card(
                    delivery_id=row.id,
                    channel=ref_of(row),
                    story_id=row.story,
                    article_id=row.article_id,
                    message=from_json(row.payload),
                    created_at=row.created_at,
                    sent=row.state == State.SENT,
                    open=row.state != State.ROLLED,
                    watch_ids=watches.get(row.id, frozenset()),
                )
            )
    return {event: tuple(each) for event, each in found.items()}


async def related(connection: AsyncConnection, article_id: int, workspace: str) -> tuple[Row[Any], ...]:
    """The other articles of an article's event that a workspace may see, newest first."""
    event = select(_EVENT).where(ARTICLE.c.id == article_id)
    number = (await connection.execute(event)).scalar_one_or_none()
    if number is None:
        return ()
    statement = (
        select(ARTICLE, _STORY.label("story"))
        .where(_in_events((int(number),)), ARTICLE.c.id != article_id, seen_by(workspace))
        .order_by(ARTICLE.c.id.desc())
    )
    return tuple(await connection.execute(statement))


async def forget(connection: AsyncConnection, before: datetime) -> None:
    """Forget what newcomers are no longer compared with."""
    await connection.execute(delete(STORY_PIECE).where(STORY_PIECE.c.day < day_of(before)))
    await connection.execute(delete(STORY_WORD).where(STORY_WORD.c.day < day_of(before)))
    await connection.execute(delete(STORY_PRINT).where(STORY_PRINT.c.at < before))


def day_of(at: datetime) -> int:
    """Days since 1970, UTC."""
    return int(at.timestamp()) // 86_400


async def _shelf(
    connection: AsyncConnection, newcomers: Sequence[Newcomer], now: datetime, workspace: str | None
) -> Shelf:
    pieces = sorted({piece for each in newcomers for piece in each.print.pieces})
    postings: list[Posting] = []
    for some in slices(pieces):
        rows = await connection.execute(
            select(STORY_PIECE.c.piece, STORY_PIECE.c.article_id, STORY_PIECE.c.story_id).where(
                STORY_PIECE.c.day.in_(_days(now)), STORY_PIECE.c.piece.in_(some)
            )
        )
        postings.extend(Posting(*row) for row in rows)
    alike = {each.id: await _alike(connection, each, now) for each in newcomers}
    wanted = {number for each in newcomers for number in (*_near(each, postings), *alike[each.id])}
    candidates = await _candidates(connection, ARTICLE.c.id, tuple(wanted), now - WINDOW, workspace)
    keys = tuple({each.print.key for each in newcomers if each.print.key})
    candidates |= await _candidates(connection, STORY_PRINT.c.title_key, keys, now - TITLE_WINDOW, workspace)
    stories = {each.story_id for each, _ in candidates.values()}
    return Shelf(
        postings=postings,
        candidates={number: each for number, (each, _) in candidates.items()},
        alike=alike,
        events={each.story_id: event for each, event in candidates.values() if event != each.story_id},
        splits=await _splits(connection, stories | {event for _, event in candidates.values()}),
    )


def _near(newcomer: Newcomer, postings: Sequence[Posting]) -> list[int]:
    """The articles that share most pieces."""
    own, shared = set(newcomer.print.pieces), dict[int, int]()
    for row in postings:
        if row.gram in own and row.article_id and row.article_id != newcomer.id:
            shared[row.article_id] = shared.get(row.article_id, 0) + 1
    return sorted(shared, key=lambda number: (-shared[number], number))[:_NEAR]


async def _alike(connection: AsyncConnection, newcomer: Newcomer, now: datetime) -> list[int]:
    """Articles with at least two words of the headline, the most first, then the newest."""
    count = func.count()
    statement = (
        select(STORY_WORD.c.article_id)
        .where(
            STORY_WORD.c.day.in_(_days(now)),
            STORY_WORD.c.word.in_(newcomer.print.words),
            STORY_WORD.c.article_id != newcomer.id,
        )
        .group_by(STORY_WORD.c.article_id)
        .having(count >= 2)
        .order_by(count.desc(), STORY_WORD.c.article_id.desc())
        .limit(_NEAR)
    )
    return [int(number) for number in (await connection.execute(statement)).scalars()]


async def _candidates(
    connection: AsyncConnection,
    column: ColumnElement[Any],
    values: Sequence[Any],
    since: datetime,
    workspace: str | None,
) -> dict[int, tuple[Candidate, int]]:
    """Articles to compare with, and the events they are told with."""
    found: dict[int, tuple[Candidate, int]] = {}
    for some in slices(values):
        rows = await connection.execute(
            select(
                ARTICLE,
                STORY_PRINT.c.title_key,
                STORY_PRINT.c.pieces,
                STORY_PRINT.c.thin,
                _STORY.label("story"),
                _EVENT.label("event"),
            )
            .join(STORY_PRINT, STORY_PRINT.c.article_id == ARTICLE.c.id)
            .where(column.in_(some), STORY_PRINT.c.at >= since, seen_by(workspace))
        )
        for row in rows:
            size = TextSize(row.pieces, row.thin)
            found[row.id] = Candidate(article_of(row), row.story, size, row.title_key), row.event
    return found


async def _splits(connection: AsyncConnection, stories: Iterable[int]) -> tuple[Split, ...]:
    found: list[Split] = []
    for some in slices(sorted(stories)):
        rows = await connection.execute(select(STORY_SPLIT).where(STORY_SPLIT.c.story_id.in_(some)))
        found.extend(Split(row.article_id, row.title_key, row.story_id) for row in rows)
    return tuple(found)


async def _told(
    connection: AsyncConnection, verdict: Joined, before: Sequence[Newcomer], joined: Mapping[int, Joined]
) -> tuple[Article, ...]:
    """The articles of the story that a copy joins."""
    story = verdict.story_id
    here = tuple(each.article for each in before if story in {each.id, joined[each.id].story_id})
    if story is None or story < 0:
        return here
    whole = (ARTICLE.c.story_id == story) | (ARTICLE.c.id == story)
    statement = select(ARTICLE).where(whole).order_by(ARTICLE.c.id.desc()).limit(_TOLD)
    return (*(article_of(row) for row in await connection.execute(statement)), *here)


async def _watches(connection: AsyncConnection, deliveries: Sequence[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for some in slices(deliveries):
        rows = await connection.execute(
            select(DECISION.c.delivery_id, DECISION.c.watch_id).where(
                DECISION.c.delivery_id.in_(some), DECISION.c.verdict == "match"
            )
        )
        for row in rows:
            found.setdefault(row.delivery_id, set()).add(row.watch_id)
    return {delivery: frozenset(watches) for delivery, watches in found.items()}


def _in_events(events: Sequence[int]) -> ColumnElement[bool]:
    """Articles of these events; each alternative has its index."""
    first = select(ARTICLE.c.id).where(ARTICLE.c.event_id.in_(events))
    own = ARTICLE.c.id.in_(events) & ARTICLE.c.event_id.is_(None) & ARTICLE.c.story_id.is_(None)
    copies = ARTICLE.c.story_id.in_(events) & ARTICLE.c.event_id.is_(None)
    return own | copies | ARTICLE.c.id.in_(first)


def _days(now: datetime) -> tuple[int, ...]:
    first, last = day_of(now - WINDOW), day_of(now + timedelta(hours=1))
    return tuple(range(first, last + 1))


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


def slices(values: Sequence[_T]) -> Iterable[Sequence[_T]]:
    """In portions that one statement takes."""
    return (values[start : start + IN_LIST] for start in range(0, len(values), IN_LIST))
