"""How an article that is wanted is told in a channel: a card, a change of a card, a word in its thread.

Grouping never hides: what is surely a copy raises the card's counter, what is probably the same event goes into the
card's thread (Slack) or into its list (`관련 N`), and whatever cannot be told there gets a card of its own.
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
from bot.core.news import Article, ChannelRef, Hit, Pace, Platform, Watch
from bot.core.story import Joined

EVENT_CARD = timedelta(
    hours=48
)  # a report of the same event is told under a card that is no older: nobody looks further


@dataclass(frozen=True, slots=True)
class Card:
    """An alert that a channel already has, sent or on its way.

    Attributes:
        delivery_id: negative while the card is only planned.
        story_id: of its article; negative for an article that is only planned.
        sent: False while it waits in the queue: then it is changed where it lies.
        open: False when it went into a roll-up: there is no card to edit.
        watch_ids: the watches it was told for.
    """

    delivery_id: int
    channel: ChannelRef
    story_id: int
    article_id: int
    message: Message
    created_at: datetime
    sent: bool = True
    open: bool = True
    watch_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Member:
    """An article of an event.

    Attributes:
        workspace: whose own source brought it; None: everybody's.
    """

    article_id: int
    story_id: int
    outlet: str
    workspace: str | None = None

    def is_for(self, channel: ChannelRef) -> bool:
        """Whether that channel may know of it."""
        return self.workspace in {None, channel.home}


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
        card: edit, thread: the delivery it belongs to; alert: itself, with the number that later edits call it by.
        held_until: every watch on it is muted until then.
        counts_only: nothing but numbers change on the card: there is time.
    """

    channel: ChannelRef
    kind: Kind
    message: Message
    watch_ids: tuple[int, ...]
    card: Card | None = None
    held_until: datetime | None = None
    counts_only: bool = False


class Board:
    """The cards of the events at hand, as they stand while a plan is made.

    Args:
        cards: by event.
        members: the articles of each event.
    """

    def __init__(
        self,
        cards: Mapping[int, Sequence[Card]],
        members: Mapping[int, Sequence[Member]],
        audience: Audience,
        now: datetime,
    ) -> None:
        self._cards = {event: list(each) for event, each in cards.items()}
        self._members = {event: list(each) for event, each in members.items()}
        self._audience = audience
        self._now = now
        self._planned = 0

    def add(self, event: int, member: Member) -> None:
        """The article is part of that event."""
        members = self._members.setdefault(event, [])
        if all(each.article_id != member.article_id for each in members):
            members.append(member)

    def tell(
        self, article: Article, member: Member, event: int, decisions: Sequence[Decision], joined: Joined | None = None
    ) -> list[PlannedDelivery]:
        """Tell one channel of an article that watches there want.

        Args:
            joined: what the article is to its event, when that was decided just now; None: it is known already.
        """
        channel = self._audience.watches[decisions[0].watch_id].channel
        wanted = {each.watch_id for each in decisions}
        here = [card for card in self._cards.get(event, ()) if card.channel == channel]
        same = [card for card in here if card.story_id == member.story_id]
        if same:
            return self._join_copy(article, event, same[-1], decisions, joined)
        recent = [card for card in here if card.sent and card.open and self._now - card.created_at <= EVENT_CARD]
        card = next((card for card in reversed(recent) if wanted <= card.watch_ids), None)
        if card is None:
            return [self._new(article, member, event, channel, decisions)]
        made = [self._edit(card, event, decisions)]
        if channel.platform is Platform.SLACK and joined is not None and (joined.story_id is None or joined.says_more):
            made.append(self._thread(article, card, decisions))
        return made

    def count(self, article: Article, member: Member, event: int, told: Iterable[ChannelRef]) -> list[PlannedDelivery]:
        """A further outlet carries the story: its other cards count it, where people may know of it."""
        done = set(told)
        known = {
            each.outlet
            for each in self._members.get(event, ())
            if each.story_id == member.story_id and each.article_id != member.article_id
        }
        if article.outlet in known:
            return []
        return [
            self._edit(card, event, ())
            for card in tuple(self._cards.get(event, ()))
            if card.open
            and card.channel not in done
            and card.story_id == member.story_id
            and member.is_for(card.channel)
        ]

    def retitle(self, article: Article, event: int, title: str, told: Iterable[ChannelRef]) -> list[PlannedDelivery]:
        """The headline of the article changed: its cards follow."""
        done = set(told)
        return [
            self._edit(card, event, (), title=title)
            for card in tuple(self._cards.get(event, ()))
            if card.open and card.article_id == article.id and card.channel not in done
        ]

    def counted(self, card: Card, event: int) -> PlannedDelivery:
        """The card with the event's numbers."""
        return self._edit(card, event, ())

    def own_title(self, article: Article, event: int, channel: ChannelRef, title: str) -> None:
        """The card of the article in this channel has a new headline; it goes out with the next change."""
        cards = self._cards.get(event, [])
        for place, card in enumerate(cards):
            if card.channel == channel and card.article_id == article.id and card.open:
                cards[place] = replace(card, message=self._revised(card, event, (), title))

    def _join_copy(
        self, article: Article, event: int, card: Card, decisions: Sequence[Decision], joined: Joined | None
    ) -> list[PlannedDelivery]:
        if not card.open:
            # The roll-up told the same text already; a watch that was not on it has heard nothing yet.
            unheard = [each for each in decisions if each.watch_id not in card.watch_ids]
            if not unheard:
                return []
            member = Member(article.id, card.story_id, article.outlet, article.workspace)
            return [self._new(article, member, event, card.channel, unheard)]
        made = [self._edit(card, event, decisions)]
        if joined is not None and joined.says_more and card.sent and card.channel.platform is Platform.SLACK:
            made.append(self._thread(article, card, decisions))
        return made

    def _new(
        self, article: Article, member: Member, event: int, channel: ChannelRef, decisions: Sequence[Decision]
    ) -> PlannedDelivery:
        audience = self._audience
        watches = [audience.watches[decision.watch_id] for decision in decisions]
        message = compose.alert(
            article,
            _labels(decisions, audience),
            compose.excerpt(article, [hit for decision in decisions for hit in decision.hits]),
            voice=audience.voices.get(channel, Voice()),
            more=self._outlets(member.story_id, event, channel),
            related=self._related(event, channel, member.article_id),
            mention=next((watch.mention for watch in watches if watch.mention), ""),
        )
        mutes = [watch.muted_until for watch in watches]
        muted = [until for until in mutes if until is not None and until > self._now]
        held = min(muted) if len(muted) == len(watches) else None
        watch_ids = tuple(each.id for each in watches)
        self._planned += 1
        card = Card(
            -self._planned,
            channel,
            member.story_id,
            member.article_id,
            message,
            self._now,
            sent=False,
            watch_ids=frozenset(watch_ids),
        )
        self._cards.setdefault(event, []).append(card)
        return PlannedDelivery(channel, Kind.ALERT, message, watch_ids, card=card, held_until=held)

    def _edit(
        self, card: Card, event: int, decisions: Sequence[Decision], *, title: str | None = None
    ) -> PlannedDelivery:
        message = self._revised(card, event, decisions, title)
        watch_ids = tuple(each.watch_id for each in decisions)
        after = replace(card, message=message, watch_ids=card.watch_ids.union(watch_ids))
        cards = self._cards[event]
        cards[next(place for place, each in enumerate(cards) if each.delivery_id == card.delivery_id)] = after
        counts_only = title is None and card.watch_ids.issuperset(watch_ids) and _same_words(card.message, message)
        return PlannedDelivery(card.channel, Kind.EDIT, message, watch_ids, card=after, counts_only=counts_only)

    def _thread(self, article: Article, card: Card, decisions: Sequence[Decision]) -> PlannedDelivery:
        hits = [hit for decision in decisions for hit in decision.hits]
        message = compose.thread(
            article,
            _labels(decisions, self._audience),
            compose.excerpt(article, hits),
            voice=self._audience.voices.get(card.channel, Voice()),
        )
        watch_ids = tuple(each.watch_id for each in decisions)
        return PlannedDelivery(card.channel, Kind.THREAD, message, watch_ids, card=card)

    def _revised(self, card: Card, event: int, decisions: Sequence[Decision], title: str | None) -> Message:
        headline = next((part for part in card.message.parts if isinstance(part, Headline)), Headline("", ""))
        byline = next((part for part in card.message.parts if isinstance(part, Byline)), None)
        chips = next((part.labels for part in card.message.parts if isinstance(part, Chips)), ())
        return compose.revise(
            card.message,
            watches=list(dict.fromkeys([*chips, *_labels(decisions, self._audience)])),
            title=title or headline.title,
            outlet=byline.outlet if byline else "",
            more=self._outlets(card.story_id, event, card.channel),
            related=self._related(event, card.channel, card.article_id),
            edited=title is not None and title != headline.title,
        )

    def _outlets(self, story: int, event: int, channel: ChannelRef) -> int:
        """How many further outlets carry the story, as far as the channel may know."""
        here = [each for each in self._members.get(event, ()) if each.story_id == story and each.is_for(channel)]
        return max(0, len({each.outlet for each in here}) - 1)

    def _related(self, event: int, channel: ChannelRef, own: int) -> int:
        return sum(each.article_id != own and each.is_for(channel) for each in self._members.get(event, ()))


def recount(
    cards: Mapping[int, Sequence[Card]], members: Mapping[int, Sequence[Member]], now: datetime
) -> list[PlannedDelivery]:
    """The open cards with their numbers as they are now, where those changed."""
    board = Board(cards, members, Audience(_nobody, {}, {}, {}), now)
    return [
        edit
        for event, each in cards.items()
        for card in each
        if card.open and (edit := board.counted(card, event)).message != card.message
    ]


def _nobody(_article: Article) -> Matched:
    return Matched(())


def by_channel(decisions: Iterable[Decision], audience: Audience) -> dict[ChannelRef, tuple[Decision, ...]]:
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


def _labels(decisions: Sequence[Decision], audience: Audience) -> list[str]:
    """What the card says was watched: for each hit the first of its aliases, each once."""
    return list(
        dict.fromkeys(
            audience.names[decision.watch_id].get(hit.term, hit.term) for decision in decisions for hit in decision.hits
        )
    )


def _same_words(before: Message, after: Message) -> bool:
    return before.text == after.text
