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
    Gathered,
    containment,
    grams,
    numbers,
    numbers_agree,
    title_key,
    titles_contradict,
)
from bot.core.story.events import EventModel
from bot.core.story.updates import plain_title

# Measured on `bench/stories.py`; the sweep is in docs/decisions/stories.md.
SURE = 0.5  # so much of the shorter text in the other is a copy, whatever the headlines say
LIKELY = 0.3  # so much is, when the headlines agree as well
TITLES_AGREE = 60  # token_set_ratio, 0 to 100
ONE_OUTLET_TITLES = 70  # two articles of one outlet share its furniture: their headlines must agree more
NUMBERS_AGREE = 0.6  # below that it is the same template with other numbers
NUMBERS_SURE = 0.8
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
        gathered: what the postings say of it; None when the headline alone led here.
    """

    article: Article
    story_id: int
    gathered: Gathered | None = None


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
    article: Article, candidates: Sequence[Candidate], *, model: EventModel, splits: Collection[Split] = ()
) -> Verdict:
    """Compare a newcomer with its candidates. The same values give the same verdict, in whatever order they come."""
    newcomer = _Newcomer(article)
    allowed = [each for each in candidates if _may_join(newcomer, each, splits)]
    copies = [verdict for each in allowed if (verdict := newcomer.as_copy(each))]
    if copies:
        return max(copies, key=_rank)
    events = [verdict for each in allowed if (verdict := newcomer.as_event(each, model))]
    return max(events, key=_rank, default=Verdict(VerdictKind.NEW))


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

    def __init__(self, article: Article) -> None:
        self.article = article
        self.key = title_key(article.title)

    @cached_property
    def title(self) -> str:
        return plain_title(self.article.title)

    @cached_property
    def numbers(self) -> dict[str, str]:
        return numbers(self.article)

    def as_copy(self, candidate: Candidate) -> Verdict | None:
        """The verdict *copy*, or None."""
        known = candidate.article
        same_title = bool(self.key) and self.key == title_key(known.title)
        share, few = self._shared_text(candidate)
        if share < LIKELY and not same_title:
            return None
        titles = 100.0 if same_title else token_set_ratio(self.title, plain_title(known.title))
        if titles < ONE_OUTLET_TITLES and known.outlet and known.outlet == self.article.outlet:
            return None
        agree = numbers_agree(self.numbers, numbers(known))
        if agree is not None and agree < NUMBERS_AGREE:
            return None
        if agree is None or agree < NUMBERS_SURE:
            if titles >= TITLES_AGREE and titles_contradict(self.title, plain_title(known.title)):
                return None
        in_time = same_title and abs(self.article.first_seen - known.first_seen) <= TITLE_WINDOW
        by_title = in_time and (few or share >= LIKELY / 3 or (agree or 0) >= NUMBERS_SURE)
        if not (share >= SURE or (share >= LIKELY and titles >= TITLES_AGREE) or by_title):
            return None
        reasons = [("story.same_title", "")] if same_title else []
        reasons += [("story.shared_text", f"{share:.0%}")] if share else []
        return Verdict(VerdictKind.COPY, candidate.story_id, known.id, max(share, SURE if in_time else 0.0), tuple(reasons))

    def as_event(self, candidate: Candidate, model: EventModel) -> Verdict | None:
        """The verdict *same event*, or None."""
        evidence = model.weigh(self.article, candidate.article)
        if evidence.probability < model.threshold:
            return None
        return Verdict(
            VerdictKind.SAME_EVENT, candidate.story_id, candidate.article.id, evidence.probability, evidence.reasons
        )

    def _shared_text(self, candidate: Candidate) -> tuple[float, bool]:
        """The share of common text, and whether one of the two has too little text to tell."""
        gathered = candidate.gathered
        if gathered is None or len(gathered.shared) < FEWEST_PIECES // 2:
            few = min(len(self.article.body), len(candidate.article.body)) < _TOO_SHORT
            return 0.0, few
        filed = grams(candidate.article)
        return containment(gathered, filed), min(len(gathered.own), len(filed)) < FEWEST_PIECES


_TOO_SHORT = 60  # characters of a body; feeds without a text give a headline and a line at most
