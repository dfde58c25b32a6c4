"""What one reading of a source means: which articles are new, who wants them, what is said where, and why.

Pure: the same reading and the same context give the same plan. The store applies a plan in one transaction; applying it
again changes nothing, because articles, decisions and deliveries have unique keys.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.core.news import Article
from bot.core.story import NEW, Joined
from bot.core.telling import Audience, Board, Card, Decision, Member, PlannedDelivery, by_channel

__all__ = ["Audience", "Card", "Decision", "Member", "PlannedDelivery"]

EDIT_WINDOW = timedelta(hours=48)  # a card follows its article's edits for so long (design/commands.md §6)


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What is stored of an article that a reading brings again."""

    id: int
    story_id: int
    title: str
    summary: str
    outlet: str
    first_seen: datetime
    event_id: int = 0  # the event its story is told with; 0: that story
    decided: frozenset[int] = frozenset()  # ids of watches that already matched it
    baseline: bool = False  # it stood in its source's first reading
    judged: bool = False  # it was compared with the stories that we know


@dataclass(frozen=True, slots=True)
class Context:
    """What the store knows of the articles at hand.

    Attributes:
        known: by identity key.
        stored: the one article at hand, when it is stored already.
        handled: by key of an article that is everybody's: the workspaces whose own sources brought it before.
        joined: what the articles that were judged are to the stories we know, by the article's place in the reading; a
            negative id names the article at place -1 - id.
        members: the articles of each event in question.
        cards: of the events in question, by event.
    """

    known: Mapping[bytes, KnownArticle] = field(default_factory=lambda: MappingProxyType({}))
    stored: KnownArticle | None = None
    handled: Mapping[bytes, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    joined: Mapping[int, Joined] = field(default_factory=lambda: MappingProxyType({}))
    members: Mapping[int, tuple[Member, ...]] = field(default_factory=lambda: MappingProxyType({}))
    cards: Mapping[int, tuple[Card, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class PlannedArticle:
    """One article, new or changed, with everything decided about it.

    Attributes:
        known: the stored article that it is; None for a new one.
        place: in the reading; other articles of it call this one -1 - place.
        joined: what it is to the stories we know; None when that was not judged now.
        page_wanted: its page is still to be read and matched.
    """

    article: Article
    known: KnownArticle | None = None
    place: int = 0
    joined: Joined | None = None
    page_wanted: bool = False
    page_error: str = ""
    decisions: tuple[Decision, ...] = ()
    deliveries: tuple[PlannedDelivery, ...] = ()
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class PollPlan:
    """The whole effect of one reading."""

    articles: tuple[PlannedArticle, ...]
    revision: str = ""

    @property
    def fresh(self) -> tuple[Article, ...]:
        """The articles that were never seen before."""
        return tuple(each.article for each in self.articles if each.known is None)


def unknown(articles: Iterable[Article], known: Mapping[bytes, KnownArticle]) -> tuple[Article, ...]:
    """Those of which no key is known, each once: of two that share a key the first one stays."""
    taken: set[bytes] = set()
    fresh = []
    for article in articles:
        if any(key in known or key in taken for key in article.keys):
            continue
        taken.update(article.keys)
        fresh.append(article)
    return tuple(fresh)


def plan_baseline(articles: Iterable[Article], context: Context) -> PollPlan:
    """The first reading of a source: everything is remembered, nothing is said."""
    fresh = unknown(articles, context.known)
    return PollPlan(tuple(PlannedArticle(article, baseline=True) for article in fresh))


def plan_poll(
    articles: Sequence[Article],
    context: Context,
    audience: Audience,
    *,
    now: datetime,
    pages_wanted: frozenset[bytes] = frozenset(),
) -> PollPlan:
    """Decide about one reading.

    Args:
        articles: as read, in the source's order, oldest last; a new one carries its page's text if that came in time.
        pages_wanted: first keys of the new articles whose page has not been read yet.
    """
    board = Board(context.cards, context.members, audience, now)
    planned: list[PlannedArticle] = []
    places = {id(article): place for place, article in enumerate(articles)}
    for article in reversed(unknown(articles, context.known)):  # oldest first: alerts read in the order of events
        waiting = bool(article.keys) and article.keys[0] in pages_wanted
        each = _plan_new(article, places[id(article)], board, context, audience)
        planned.append(replace(each, page_wanted=waiting))
    for article in articles:
        known = next((context.known[key] for key in article.keys if key in context.known), None)
        if known is None or known.baseline or now - known.first_seen >= EDIT_WINDOW:
            continue
        if _changed(article, known):
            planned.append(_plan_change(article, known, board, context, audience))
    return PollPlan(tuple(planned), audience.revision)


def plan_page(
    article: Article, known: KnownArticle, context: Context, audience: Audience, *, now: datetime
) -> PollPlan:
    """Decide again about a stored article whose page came later than its headline."""
    board = Board(context.cards, context.members, audience, now)
    each = _plan_change(article, known, board, context, audience, joined=context.joined.get(0))
    return PollPlan((each,), audience.revision)


def wanted_by(
    article: Article, audience: Audience, context: Context
) -> tuple[tuple[Decision, ...], tuple[Decision, ...]]:
    """Decisions of the watches that want this article, and of those that came near.

    A watch acts on articles first seen after it was made, from sources that serve its workspace.
    """
    matched = audience.find(article)
    handled = frozenset[str]().union(*(context.handled.get(key, ()) for key in article.keys))
    wanted = tuple(
        Decision(found.key, found.hits) for found in matched.found if _acts(found.key, article, audience, handled)
    )
    near = {
        near.key: Decision(near.key, reason=near.reason_key, values=MappingProxyType(dict(near.values)))
        for near in matched.near
        if near.key not in {each.watch_id for each in wanted} and _acts(near.key, article, audience, handled)
    }
    return wanted, tuple(near.values())


def _acts(watch_id: int, article: Article, audience: Audience, handled: frozenset[str]) -> bool:
    watch = audience.watches.get(watch_id)
    if watch is None or watch.since >= article.first_seen:
        return False
    home = watch.channel.home
    return home not in handled and article.workspace in {None, home}


def _plan_new(article: Article, place: int, board: Board, context: Context, audience: Audience) -> PlannedArticle:
    wanted, near = wanted_by(article, audience, context)
    judged = context.joined.get(place)
    joined = judged or NEW
    own = -1 - place
    story = joined.story_id if joined.story_id is not None else own
    event = joined.event_id if joined.event_id is not None else story
    member = Member(own, story, article.outlet, article.workspace)
    board.add(event, member)
    deliveries: list[PlannedDelivery] = []
    for decisions in by_channel(wanted, audience).values():
        deliveries.extend(board.tell(article, member, event, decisions, joined))
    if joined.story_id is not None:
        deliveries.extend(board.count(article, member, event, [each.channel for each in deliveries]))
    return PlannedArticle(article, place=place, joined=judged, decisions=wanted + near, deliveries=tuple(deliveries))


def _plan_change(
    article: Article,
    known: KnownArticle,
    board: Board,
    context: Context,
    audience: Audience,
    *,
    joined: Joined | None = None,
) -> PlannedArticle:
    article = replace(article, id=known.id, first_seen=known.first_seen, outlet=known.outlet or article.outlet)
    wanted, near = wanted_by(article, audience, context)
    new = tuple(each for each in wanted if each.watch_id not in known.decided)
    title = article.title if article.title != known.title else None
    story, event = known.story_id, known.event_id or known.story_id
    if joined is not None:
        story = joined.story_id if joined.story_id is not None else known.id
        event = joined.event_id if joined.event_id is not None else story
    member = Member(known.id, story, article.outlet, article.workspace)
    board.add(event, member)
    channels = by_channel(new, audience)
    deliveries: list[PlannedDelivery] = []
    for channel, decisions in channels.items():
        if title is not None:
            board.own_title(article, event, channel, title)
        deliveries.extend(board.tell(article, member, event, decisions, joined))
    if joined is not None and joined.story_id is not None:
        deliveries.extend(board.count(article, member, event, [each.channel for each in deliveries]))
    if title is not None:
        deliveries.extend(board.retitle(article, event, title, channels))
    return PlannedArticle(article, known=known, joined=joined, decisions=new + near, deliveries=tuple(deliveries))


def _changed(article: Article, known: KnownArticle) -> bool:
    return article.title != known.title or (bool(article.summary) and article.summary != known.summary)
