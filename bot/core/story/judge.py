"""The verdict on a newcomer: a copy, a report of the same event, or news of its own; with the reasons."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property

from rapidfuzz.fuzz import token_set_ratio

from bot.core.news import Article
from bot.core.story.copies import (
    FEWEST_PIECES,
    NO_TEXT,
    Gathered,
    TextSize,
    containment,
    numbers,
    numbers_agree,
    title_key,
    titles_contradict,
)
from bot.core.story.events import EventModel, title_features
from bot.core.story.updates import plain_title

# Measured on `bench/stories.py`; the sweep is in docs/decisions/stories.md.
SURE = 0.5  # so much of the shorter text in the other is a copy, whatever the headlines say
LIKELY = 0.3  # so much is, when the headlines agree as well
TITLES_AGREE = 60  # token_set_ratio, 0 to 100
ONE_OUTLET_TITLES = 70  # two articles of one outlet share its furniture: their headlines must agree more
NUMBERS_AGREE = 0.7  # below that it is the same template with other numbers
NUMBERS_SURE = 0.85
WINDOW = timedelta(days=7)
TITLE_WINDOW = timedelta(hours=36)  # an equal headline is a copy only within this time: 내일날씨 comes back


class VerdictKind(StrEnum):
    """How a newcomer stands to the stories that we know."""

    COPY = "copy"  # joins the story's card: the counter rises
    SAME_EVENT = "same_event"  # told together with the story, never instead of its own telling
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that we know, found by shared pieces or by words of the headline.

    Attributes:
        size: of its text, as `text_size(grams(article))` gave it when it was new.
        key: `title_key` of its headline.
    """

    article: Article
    story_id: int
    size: TextSize = NO_TEXT
    key: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """Somebody took an article out of a story (`나누기`): that text never joins that story again.

    Attributes:
        title_key: of the article, so that its copies from other outlets stay out as well; empty when it has none.
    """

    article_id: int
    title_key: str
    story_id: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a newcomer is.

    Attributes:
        story_id: the story it joins or is told with; None when it is new.
        article_id: the known article that decided; None when it is new.
        score: 0 to 1; of a copy the share of common text, else the model's probability.
        reasons: keys of `core/wording/alerting.py` with their value, the strongest first.
    """

    kind: VerdictKind
    story_id: int | None = None
    article_id: int | None = None
    score: float = 0.0
    reasons: tuple[tuple[str, str], ...] = ()


def judge(
    article: Article,
    candidates: Sequence[Candidate],
    gathered: Gathered,
    *,
    model: EventModel,
    splits: Collection[Split] = (),
) -> Verdict:
    """Compare a newcomer with its candidates; `gathered` is what the postings say of it.

    The same values give the same verdict, in whatever order the candidates come.
    """
    newcomer = _Newcomer(article, gathered)
    allowed = [each for each in candidates if _may_join(newcomer, each, splits)]
    for candidate, share in newcomer.by_share(allowed):
        if copy := newcomer.as_copy(candidate, share):
            return copy
    events = [verdict for each in allowed if (verdict := newcomer.as_event(each, model))]
    return max(events, key=_rank, default=Verdict(VerdictKind.NEW))


def judge_by_title(article: Article, known: Candidate, *, splits: Collection[Split] = ()) -> Verdict | None:
    """The verdict *copy* from an equal headline alone, when the numbers in both texts settle it; None: `judge` it.

    A short cut that spares the look-up of pieces: most copies keep their headline.
    """
    newcomer = _Newcomer(article, Gathered(frozenset(), ()))
    if not newcomer.key or newcomer.key != known.key or not _may_join(newcomer, known, splits):
        return None
    agree = numbers_agree(newcomer.numbers, numbers(known.article))
    if agree is None or agree < NUMBERS_SURE or not newcomer.soon_after(known):
        return None
    return Verdict(VerdictKind.COPY, known.story_id, known.article.id, agree, (("story.same_title", ""),))


def _rank(verdict: Verdict) -> tuple[float, int, int]:
    return verdict.score, -(verdict.story_id or 0), -(verdict.article_id or 0)


def _may_join(newcomer: "_Newcomer", candidate: Candidate, splits: Collection[Split]) -> bool:
    if abs(newcomer.article.first_seen - candidate.article.first_seen) > WINDOW:
        return False
    return not any(
        split.story_id == candidate.story_id
        and (
            (split.article_id and split.article_id == newcomer.article.id)
            or (split.title_key and split.title_key == newcomer.key)
        )
        for split in splits
    )


class _Newcomer:
    """A newcomer with what is worked out about it at most once."""

    def __init__(self, article: Article, gathered: Gathered) -> None:
        self.article = article
        self.size = gathered.size
        self.shared = {near.article_id: near.shared for near in gathered.near}
        self.key = title_key(article.title)

    @cached_property
    def title(self) -> str:
        return plain_title(self.article.title)

    @cached_property
    def features(self) -> frozenset[int]:
        return frozenset(title_features(self.article))

    @cached_property
    def numbers(self) -> dict[str, str]:
        return numbers(self.article)

    def soon_after(self, candidate: Candidate) -> bool:
        return abs(self.article.first_seen - candidate.article.first_seen) <= TITLE_WINDOW

    def by_share(self, candidates: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
        """The candidates with the share of common text, the largest first."""
        shares = [(each, self._share(each)) for each in candidates]
        return sorted(shares, key=lambda pair: (-pair[1], pair[0].story_id, pair[0].article.id))

    def as_copy(self, candidate: Candidate, share: float) -> Verdict | None:
        """The verdict *copy*, or None."""
        known = candidate.article
        same_title = bool(self.key) and self.key == candidate.key
        if share < LIKELY and not same_title:
            return None
        known_title = plain_title(known.title)
        titles = 100.0 if same_title else token_set_ratio(self.title, known_title)
        if titles < ONE_OUTLET_TITLES and known.outlet and known.outlet == self.article.outlet:
            return None
        if share < SURE and titles < TITLES_AGREE:
            return None
        agree = numbers_agree(self.numbers, numbers(known))
        if not self._numbers_allow(agree, titles, known_title):
            return None
        if share < LIKELY and not self._headline_decides(candidate, share, agree):
            return None
        reasons = [("story.shared_text", f"{share:.0%}")] if share else []
        reasons += [("story.same_title", "")] if same_title else []
        return Verdict(VerdictKind.COPY, candidate.story_id, known.id, share, tuple(reasons))

    def _numbers_allow(self, agree: float | None, titles: float, known_title: str) -> bool:
        if agree is not None and (agree < NUMBERS_AGREE or agree >= NUMBERS_SURE):
            return agree >= NUMBERS_SURE
        return titles < TITLES_AGREE or not titles_contradict(self.title, known_title)

    def _headline_decides(self, candidate: Candidate, share: float, agree: float | None) -> bool:
        """Two equal headlines over texts that share little, because one is very short or was cut."""
        if not self.soon_after(candidate):
            return False
        few = min(self.size.pieces, candidate.size.pieces) < FEWEST_PIECES
        return few or share >= LIKELY / 3 or (agree or 0.0) >= NUMBERS_SURE

    def as_event(self, candidate: Candidate, model: EventModel) -> Verdict | None:
        """The verdict *same event*, or None."""
        # No pair of reports of one event that we have read had headlines without any word in common.
        if not model.weights or self.features.isdisjoint(title_features(candidate.article)):
            return None
        evidence = model.weigh(self.article, candidate.article)
        if evidence.probability < model.threshold:
            return None
        return Verdict(
            VerdictKind.SAME_EVENT, candidate.story_id, candidate.article.id, evidence.probability, evidence.reasons
        )

    def _share(self, candidate: Candidate) -> float:
        shared = self.shared.get(candidate.article.id)
        return containment(self.size, shared, candidate.size) if shared else 0.0
