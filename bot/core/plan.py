"""What one reading of a source means: which articles are new, who wants them, what is said where, and why.

Pure: the same reading and the same context give the same plan. The store applies a plan in one transaction; applying it
again changes nothing, because articles, decisions and deliveries have unique keys.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.core import compose
from bot.core.compose import Voice
from bot.core.delivery import Kind
from bot.core.matching.match import Matched
from bot.core.message import Byline, Chips, Headline, Message
from bot.core.news import Article, ChannelRef, Hit, Pace, Watch

EDIT_WINDOW = timedelta(hours=48)  # a card follows its article's edits for so long (design/commands.md §6)


@dataclass(frozen=True, slots=True)
class Card:
    """An alert that a channel already has, sent or on its way.

    Attributes:
        sent: False while it waits in the queue: then it is changed where it lies.
        open: False when it was rolled up, parked or expired: there is no card to edit.
    """

    delivery_id: int
    channel: ChannelRef
    story_id: int
    article_id: int
    message: Message
    created_at: datetime
    sent: bool = True
    open: bool = True


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What is stored of an article that a reading brings again."""

    id: int
    story_id: int
    title: str
    summary: str
    outlet: str
    first_seen: datetime
    decided: frozenset[int] = frozenset()  # ids of watches that already matched it
    baseline: bool = False  # it stood in its source's first reading


@dataclass(frozen=True, slots=True)
class Audience:
    """Everyone who may want an article.

    Attributes:
        find: the matcher over all watches.
        names: how cards name what hit, by watch id and term: the first of the term's aliases.
        revision: of the watches: the store asks for a newer audience when watches changed meanwhile.
    """

    find: Callable[[Article], Matched]
    watches: Mapping[int, Watch]
    names: Mapping[int, Mapping[str, str]]
    voices: Mapping[ChannelRef, Voice]
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What the store knows of the articles at hand.

    Attributes:
        known: by identity key.
        stored: the one article at hand, when it is stored already.
        handled: by key of an article that is everybody's: the workspaces whose own sources brought it before.
        stories: ids of stories of the last days by the article's place in the reading: what is a copy of what.
        cards: of the stories in question, by story.
    """

    known: Mapping[bytes, KnownArticle] = field(default_factory=lambda: MappingProxyType({}))
    stored: KnownArticle | None = None
    handled: Mapping[bytes, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    stories: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    outlets: Mapping[int, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    cards: Mapping[int, tuple[Card, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a watch wants an article, or came near and does not."""

    watch_id: int
    hits: tuple[Hit, ...] = ()
    reason: str = ""
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """Something to be said in a channel about the article at hand.

    Attributes:
        card: edit, thread: the delivery it belongs to.
        held_until: every watch on it is muted until then.
    """

    channel: ChannelRef
    kind: Kind
    message: Message
    watch_ids: tuple[int, ...]
    card: Card | None = None
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedArticle:
    """One article, new or changed, with everything decided about it.

    Attributes:
        known: the stored article that it is; None for a new one.
        copy_of: the story it joins; None for a story of its own.
        page_wanted: its page is still to be read and matched.
    """

    article: Article
    known: KnownArticle | None = None
    copy_of: int | None = None
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
    cards = dict(context.cards)
    planned: list[PlannedArticle] = []
    for article in reversed(unknown(articles, context.known)):  # oldest first: alerts read in the order of events
        story = context.stories.get(articles.index(article))
        waiting = bool(article.keys) and article.keys[0] in pages_wanted
        each = _plan_new(article, story, cards, context, audience, now)
        planned.append(replace(each, page_wanted=waiting))
    for article in articles:
        known = next((context.known[key] for key in article.keys if key in context.known), None)
        if known is None or known.baseline or now - known.first_seen >= EDIT_WINDOW:
            continue
        if _changed(article, known):
            planned.append(_plan_change(article, known, cards, context, audience, now))
    return PollPlan(tuple(planned), audience.revision)


def plan_page(
    article: Article, known: KnownArticle, context: Context, audience: Audience, *, now: datetime
) -> PollPlan:
    """Decide again about a stored article whose page came later than its headline."""
    each = _plan_change(article, known, dict(context.cards), context, audience, now)
    return PollPlan((replace(each, article=article),), audience.revision)


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


def _plan_new(
    article: Article,
    story: int | None,
    cards: dict[int, tuple[Card, ...]],
    context: Context,
    audience: Audience,
    now: datetime,
) -> PlannedArticle:
    wanted, near = wanted_by(article, audience, context)
    outlets = context.outlets.get(story, ()) if story is not None else ()
    deliveries = []
    for channel, decisions in _by_channel(wanted, audience).items():
        card = _card(cards, story, channel)
        if card is None:
            deliveries.append(_new_card(article, channel, decisions, audience, now))
        elif card.open:
            more = len({*outlets, article.outlet}) - 1
            deliveries.append(_edit(card, article.outlet, decisions, audience, more=more))
    if story is not None:
        told = {delivery.channel for delivery in deliveries}
        more = len({*outlets, article.outlet}) - 1
        deliveries.extend(
            _edit(card, "", (), audience, more=more)
            for card in cards.get(story, ())
            if card.open and card.channel not in told and article.outlet not in outlets
        )
    return PlannedArticle(article, copy_of=story, decisions=wanted + near, deliveries=tuple(deliveries))


def _plan_change(
    article: Article,
    known: KnownArticle,
    cards: dict[int, tuple[Card, ...]],
    context: Context,
    audience: Audience,
    now: datetime,
) -> PlannedArticle:
    article = replace(article, id=known.id, first_seen=known.first_seen, outlet=known.outlet or article.outlet)
    wanted, near = wanted_by(article, audience, context)
    new = tuple(each for each in wanted if each.watch_id not in known.decided)
    title = article.title if article.title != known.title else None
    more = max(0, len(context.outlets.get(known.story_id, ())) - 1)
    deliveries = []
    by_channel = _by_channel(new, audience)
    for channel, decisions in by_channel.items():
        card = _card(cards, known.story_id, channel)
        if card is None:
            deliveries.append(_new_card(article, channel, decisions, audience, now, more=more))
        elif card.open:
            edited = title if card.article_id == known.id else None
            deliveries.append(_edit(card, article.outlet, decisions, audience, more=more, title=edited))
    if title is not None:
        deliveries.extend(
            _edit(card, article.outlet, (), audience, more=more, title=title)
            for card in cards.get(known.story_id, ())
            if card.open and card.article_id == known.id and card.channel not in by_channel
        )
    return PlannedArticle(article, known=known, decisions=new + near, deliveries=tuple(deliveries))


def _by_channel(decisions: Iterable[Decision], audience: Audience) -> dict[ChannelRef, tuple[Decision, ...]]:
    """Decisions of the watches that alert at once, by channel, watches in the order of their numbers."""
    grouped: dict[ChannelRef, list[Decision]] = {}
    for decision in decisions:
        watch = audience.watches[decision.watch_id]
        if watch.pace is not Pace.DIGEST:
            grouped.setdefault(watch.channel, []).append(decision)
    return {
        channel: tuple(sorted(each, key=lambda decision: audience.watches[decision.watch_id].number))
        for channel, each in grouped.items()
    }


def _new_card(
    article: Article,
    channel: ChannelRef,
    decisions: Sequence[Decision],
    audience: Audience,
    now: datetime,
    *,
    more: int = 0,
) -> PlannedDelivery:
    watches = [audience.watches[decision.watch_id] for decision in decisions]
    message = compose.alert(
        article,
        _labels(decisions, audience),
        compose.excerpt(article, [hit for decision in decisions for hit in decision.hits]),
        voice=audience.voices.get(channel, Voice()),
        more=more,
        mention=next((watch.mention for watch in watches if watch.mention), ""),
    )
    mutes = [watch.muted_until for watch in watches]
    muted = [until for until in mutes if until is not None and until > now]
    held = min(muted) if len(muted) == len(watches) else None
    return PlannedDelivery(channel, Kind.ALERT, message, tuple(each.id for each in watches), held_until=held)


def _edit(
    card: Card, outlet: str, decisions: Sequence[Decision], audience: Audience, *, more: int, title: str | None = None
) -> PlannedDelivery:
    headline = next((part for part in card.message.parts if isinstance(part, Headline)), Headline("", ""))
    byline = next((part for part in card.message.parts if isinstance(part, Byline)), None)
    chips = next((part.labels for part in card.message.parts if isinstance(part, Chips)), ())
    names = list(dict.fromkeys([*chips, *_labels(decisions, audience)]))
    message = compose.revise(
        card.message,
        watches=names,
        title=title or headline.title,
        outlet=byline.outlet if byline else outlet,
        more=more,
        edited=title is not None and title != headline.title,
    )
    return PlannedDelivery(card.channel, Kind.EDIT, message, tuple(each.watch_id for each in decisions), card=card)


def _labels(decisions: Sequence[Decision], audience: Audience) -> list[str]:
    """What the card says was watched: for each hit the first of its aliases, each once."""
    return list(
        dict.fromkeys(
            audience.names[decision.watch_id].get(hit.term, hit.term) for decision in decisions for hit in decision.hits
        )
    )


def _card(cards: Mapping[int, tuple[Card, ...]], story: int | None, channel: ChannelRef) -> Card | None:
    if story is None:
        return None
    return next((card for card in cards.get(story, ()) if card.channel == channel), None)


def _changed(article: Article, known: KnownArticle) -> bool:
    return article.title != known.title or (bool(article.summary) and article.summary != known.summary)
