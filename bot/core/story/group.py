"""The newcomers of one reading, judged one after the other: each one also against those before it.

The store hands over what its tables say of them (`Shelf`); newcomers without an id are called by negative
numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bot.core.news import Article
from bot.core.story.copies import Gathered, Posting, TextSize, gather, grams, new_postings, text_size, title_key
from bot.core.story.events import EventModel, title_features
from bot.core.story.judge import Candidate, Split, Verdict, VerdictKind, judge, judge_by_title

MOST_NEAR = 4  # candidates by shared pieces …
MOST_ALIKE = 5  # … by words of the headline; with the one of the same headline that makes ten at most
FEWEST_WORDS = 2  # of the headline that a candidate shares: 92 % of the same pairs do (docs/decisions/stories.md)


@dataclass(frozen=True, slots=True)
class Print:
    """What is kept of an article's text, to find it again by what it shares with a newcomer."""

    pieces: tuple[int, ...] = ()
    key: str = ""
    words: tuple[int, ...] = ()

    @property
    def size(self) -> TextSize:
        """How many pieces there are."""
        return text_size(self.pieces)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An article to be judged.

    Attributes:
        id: of the stored article, or a negative number for one that is not stored yet.
    """

    id: int
    article: Article
    print: Print


@dataclass(frozen=True, slots=True)
class Joined:
    """What a newcomer is to the stories that we know.

    Attributes:
        story_id: the story that it is a copy of; None for a story of its own.
        event_id: the story that it is told with; None for none. Negative ids name newcomers.
        score: how sure that is, 0 to 1.
        reasons: keys of `core/wording/alerting.py` with their value.
        says_more: a later bulletin, or new numbers: it speaks again in the thread.
    """

    kind: VerdictKind = VerdictKind.NEW
    story_id: int | None = None
    event_id: int | None = None
    score: float = 0.0
    reasons: tuple[tuple[str, str], ...] = ()
    says_more: bool = False


NEW = Joined()


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the store found for the newcomers.

    Attributes:
        postings: rows of their pieces.
        candidates: articles worth comparing, by id.
        alike: by newcomer, candidates with words of its headline, the most first.
        events: of stories that are told with another one: that one.
    """

    postings: Sequence[Posting] = ()
    candidates: Mapping[int, Candidate] = field(default_factory=lambda: MappingProxyType({}))
    alike: Mapping[int, Sequence[int]] = field(default_factory=lambda: MappingProxyType({}))
    events: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    splits: Sequence[Split] = ()


@dataclass(frozen=True, slots=True)
class Grouping:
    """The outcome for the newcomers, by their ids.

    Attributes:
        postings: the pieces to add for each, its story being known; none for a copy that brings nothing new.
        furniture: pieces found to be furniture.
    """

    joined: Mapping[int, Joined]
    postings: Mapping[int, tuple[int, ...]]
    furniture: frozenset[int] = frozenset()


def print_of(article: Article) -> Print:
    """What is to be kept of an article; takes about a millisecond."""
    return Print(grams(article), title_key(article.title), title_features(article))


def group(newcomers: Sequence[Newcomer], shelf: Shelf, model: EventModel) -> Grouping:
    """Judge the newcomers in their order; each is known to those after it."""
    desk = _Desk(shelf, model)
    for newcomer in newcomers:
        desk.take(newcomer)
    return Grouping(desk.joined, desk.added, frozenset(desk.furniture))


class _Desk:
    def __init__(self, shelf: Shelf, model: EventModel) -> None:
        self._model = model
        self._known = dict(shelf.candidates)
        self._alike = shelf.alike
        self._events = dict(shelf.events)
        self._splits = shelf.splits
        self._words: dict[int, frozenset[int]] = {}
        self._index: dict[int, list[Posting]] = {}
        for row in shelf.postings:
            self._index.setdefault(row.gram, []).append(row)
        self.joined: dict[int, Joined] = {}
        self.added: dict[int, tuple[int, ...]] = {}
        self.furniture: set[int] = set()

    def take(self, newcomer: Newcomer) -> None:
        own = newcomer.print
        rows = [row for piece in own.pieces for row in self._index.get(piece, ()) if row.article_id != newcomer.id]
        gathered = gather(own.pieces, rows)
        joined = self._joined(newcomer, gathered)
        story = joined.story_id if joined.story_id is not None else newcomer.id
        if joined.event_id is not None and joined.event_id != story:
            self._events[story] = joined.event_id
        self.joined[newcomer.id] = joined
        self._known[newcomer.id] = Candidate(newcomer.article, story, own.size, own.key)
        self._words[newcomer.id] = frozenset(own.words)
        self._add(newcomer, gathered, story)

    def _add(self, newcomer: Newcomer, gathered: Gathered, story: int) -> None:
        self.furniture |= gathered.furniture
        for piece in gathered.furniture:
            self._index[piece] = [Posting(piece, 0, 0)]
        rows = new_postings(gathered, article_id=newcomer.id, story_id=story)
        self.added[newcomer.id] = tuple(row.gram for row in rows)
        for row in rows:
            self._index.setdefault(row.gram, []).append(row)

    def _joined(self, newcomer: Newcomer, gathered: Gathered) -> Joined:
        article = replace(newcomer.article, id=newcomer.id)
        same_key = self._same_key(newcomer)
        numbers = [near.article_id for near in gathered.near][:MOST_NEAR]
        numbers += self._by_words(newcomer)
        numbers += [same_key] if same_key is not None else []
        candidates = [
            _with_id(number, self._known[number]) for number in dict.fromkeys(numbers) if number in self._known
        ]
        splits = self._splits_of(candidates)
        verdict = None
        if same_key is not None:
            verdict = judge_by_title(article, _with_id(same_key, self._known[same_key]), splits=splits)
        if verdict is None:
            verdict = judge(article, candidates, gathered, model=self._model, splits=splits)
        return self._told(verdict)

    def _told(self, verdict: Verdict) -> Joined:
        story = verdict.story_id
        if verdict.kind is VerdictKind.NEW or story is None:
            return NEW
        copy = story if verdict.kind is VerdictKind.COPY else None
        return Joined(verdict.kind, copy, self._events.get(story, story), verdict.score, verdict.reasons)

    def _same_key(self, newcomer: Newcomer) -> int | None:
        """The latest article with the same headline."""
        if not newcomer.print.key:
            return None
        same = [
            number for number, each in self._known.items() if each.key == newcomer.print.key and number != newcomer.id
        ]
        return max(
            same, key=lambda number: (self._known[number].article.first_seen, number < 0, abs(number)), default=None
        )

    def _by_words(self, newcomer: Newcomer) -> list[int]:
        own = frozenset(newcomer.print.words)
        here = [number for number, words in self._words.items() if len(own & words) >= FEWEST_WORDS]
        return [*here[-MOST_ALIKE:], *self._alike.get(newcomer.id, ())[:MOST_ALIKE]]

    def _splits_of(self, candidates: Sequence[Candidate]) -> list[Split]:
        """A split from an event holds for each of its stories."""
        wider = [
            replace(split, story_id=each.story_id)
            for each in candidates
            for split in self._splits
            if split.story_id == self._events.get(each.story_id, each.story_id) != each.story_id
        ]
        return [*self._splits, *wider]


def _with_id(number: int, candidate: Candidate) -> Candidate:
    if candidate.article.id == number:
        return candidate
    return replace(candidate, article=replace(candidate.article, id=number))
