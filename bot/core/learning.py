"""Learning from 👎: which word would have spared a channel its false alarms, and what it would have cost.

Proposals only: nothing here changes a watch. A person sees the effect on past articles and decides.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.news import Article
from bot.core.wording import KOREAN, say

FEWEST_VOTES = 3  # 👎 on one watch, before anything is proposed (commands.md §6)
MOST_PROPOSALS = 3
MOST_LOST = 0.02  # of the wanted articles; a word that costs more is not proposed
LEAST_REMOVED = 0.5  # of the false alarms; a word that spares fewer says little
_LEAD_CHARACTERS = 400
_WORD = re.compile(r"[가-힣]{2,}|[a-z][a-z0-9&.-]+[a-z0-9]|[一-鿿]{2,}")
# Endings that stand behind a noun; the longest first. Good enough to offer a word, the effect is counted exactly.
_PARTICLES = (
    *("에서는", "으로는", "에게서", "이라고", "에서", "에게", "으로", "까지", "부터", "이라", "라고", "처럼", "보다"),
    *("마다", "이나", "하고", "은", "는", "이", "가", "을", "를", "의", "에", "로", "와", "과", "도", "만"),
)


class ProposalKind(StrEnum):
    """How a word would enter the watch."""

    EXCLUDE = "exclude"  # -채용
    REQUIRE = "require"  # +실적


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word for a watch, with its effect on past articles.

    Attributes:
        bad_removed: of `bad_total` articles with a 👎, how many would not have come.
        good_lost: of `good_total` other articles, how many would not have come either.
    """

    kind: ProposalKind
    word: str
    bad_removed: int
    bad_total: int
    good_lost: int
    good_total: int


def propose(
    bad: Sequence[Article],
    good: Sequence[Article],
    *,
    taken: Collection[str] = (),
    holds: Callable[[str, Article], bool] | None = None,
) -> tuple[Proposal, ...]:
    """Propose words from articles that were marked 👎 and the others that the watch brought in the same time.

    Args:
        bad: the articles with a 👎, each once.
        good: the articles without.
        taken: words that the watch has already or was offered and refused.
        holds: whether a word stands in an article, by the rules of a watch; without it a simple look at the words.

    Returns:
        At most three, the best first; none below three votes, or when no word helps without loss.
    """
    if len(bad) < FEWEST_VOTES:
        return ()
    stands = holds or _stands_in
    refused = {_fold(word) for word in taken}
    excludes = (_effect(ProposalKind.EXCLUDE, word, bad, good, stands) for word in _frequent(bad, refused))
    requires = (_effect(ProposalKind.REQUIRE, word, bad, good, stands) for word in _frequent(good, refused))
    useful = [
        proposal
        for proposal in (*excludes, *requires)
        if proposal.bad_removed >= max(2.0, LEAST_REMOVED * len(bad)) and proposal.good_lost <= MOST_LOST * len(good)
    ]
    useful.sort(key=_rank)
    return tuple(_unlike(useful))[:MOST_PROPOSALS]


def told(proposal: Proposal, *, days: int, language: str = KOREAN) -> str:
    """The question to a manager, with the effect on the articles of the last `days` days."""
    return say(
        "learning.exclude" if proposal.kind is ProposalKind.EXCLUDE else "learning.require",
        language,
        word=proposal.word,
        days=days,
        bad_removed=proposal.bad_removed,
        bad_total=proposal.bad_total,
        good_lost=proposal.good_lost,
        good_total=proposal.good_total,
    )


def _frequent(articles: Sequence[Article], refused: Collection[str]) -> list[str]:
    """Words of at least half the articles, the most frequent first, few enough to try each."""
    counts = Counter(word for article in articles for word in set(_words(article)) if word not in refused)
    often = [(word, count) for word, count in counts.items() if count >= max(2.0, LEAST_REMOVED * len(articles))]
    often.sort(key=lambda row: (-row[1], -len(row[0]), row[0]))
    return [word for word, _ in often[:40]]


def _effect(
    kind: ProposalKind,
    word: str,
    bad: Sequence[Article],
    good: Sequence[Article],
    stands: Callable[[str, Article], bool],
) -> Proposal:
    removes = kind is ProposalKind.EXCLUDE
    bad_removed = sum(stands(word, article) == removes for article in bad)
    good_lost = sum(stands(word, article) == removes for article in good)
    return Proposal(kind, word, bad_removed, len(bad), good_lost, len(good))


def _rank(proposal: Proposal) -> tuple[object, ...]:
    # An exclude word before a required one, which also hides articles that nobody has thought of.
    return (
        proposal.kind is ProposalKind.REQUIRE,
        proposal.good_lost * 3 - proposal.bad_removed,
        -len(proposal.word),
        proposal.word,
    )


def _unlike(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Without words that are only a longer or shorter form of a better one."""
    kept: list[Proposal] = []
    for proposal in proposals:
        if not any(
            proposal.kind is other.kind and (proposal.word in other.word or other.word in proposal.word)
            for other in kept
        ):
            kept.append(proposal)
    return kept


def _words(article: Article) -> list[str]:
    return [_bare(word) for word in _WORD.findall(_read(article))]


def _bare(word: str) -> str:
    for particle in _PARTICLES:
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word.removesuffix(particle)
    return word


def _stands_in(word: str, article: Article) -> bool:
    return word in set(_words(article)) or word in _WORD.findall(_read(article))


def _read(article: Article) -> str:
    return _fold(f"{article.title}\n{(article.body or article.summary)[:_LEAD_CHARACTERS]}")


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
