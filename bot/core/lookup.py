"""Looking words up in stored articles: what to index, what to ask the index, exact after a recheck.

The index holds an article's folded character pairs and single characters, without spaces. They are stored as one row of
an FTS5 table (`content='', detail=none, tokenize='ascii'`, the terms joined by spaces) or as a PostgreSQL `text[]`
column under GIN. A look-up asks for the pairs of the words looked for; that gives all articles that can match and some
that do not, so the caller rechecks each with the watch expression. Why pairs: `facts/delivery.md` §8.4 (trigrams miss
기아, whole words miss 현대기아차).

Law (tests/core/test_lookup.py): pairs and recheck find exactly what a scan of all articles finds.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise, product

from bot.core.matching.expression import Expression

# What has to stand in an article: any of the alternatives, and of it all terms. An empty alternative excludes nothing.
Need = tuple[frozenset[str], ...]

EVERYTHING: Need = (frozenset(),)
MOST_ALTERNATIVES = 32  # more would make the question dearer than the articles it spares

# U+318D and U+119E are letters to Unicode, and middle dots to Korean newsrooms (facts/matching.md §2).
_NOT_A_SIGN = re.compile(r"[\W_ㆍᆞ]+")
# Hangul, hanja, kana, Latin and digits: at their borders a text may have a space, a hyphen, a bracket, or nothing.
_RUN = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]+|[0-9]+|[一-鿿]+|[぀-ヿ]+|[^\W_ㆍᆞ가-힣ㄱ-ㅎㅏ-ㅣ0-9一-鿿぀-ヿ]+")


def fold(text: str) -> str:
    """Fold for the index: more than the matcher folds, never less, so that nothing is missed.

    When `core/matching/fold.py` learns to fold something that NFKC and casefold do not, it belongs here too.
    """
    if not unicodedata.is_normalized("NFKC", text):
        text = "".join(" " if unicodedata.category(sign) == "No" else sign for sign in text)
        text = unicodedata.normalize("NFKC", text)
    return unicodedata.normalize("NFKC", text.casefold())


def index_terms(*texts: str) -> frozenset[str]:
    """The terms of an article: each pair of neighbouring letters or digits of its texts, and each single one."""
    terms: set[str] = set()
    for text in texts:
        bare = _NOT_A_SIGN.sub("", fold(text))
        terms.update(bare)
        terms.update(map("".join, pairwise(bare)))
    return frozenset(terms)


def word_need(text: str) -> Need:
    """What an article must hold for a word or phrase to stand in it, however it is spaced, hyphened or glued."""
    terms: set[str] = set()
    for run in _RUN.findall(fold(text)):
        terms.update(run[at : at + 2] for at in range(len(run) - 1))
        if len(run) == 1:
            terms.add(run)
    return (frozenset(terms),)


def need_of(expression: Expression) -> Need:
    """What an article must hold for a watch expression to match: of each part its wanted group and those it needs.

    What is refused, the outlets and the sense are left to the recheck.
    """
    return any_of(
        all_of(any_of(word_need(term.text) for term in group.terms) for group in (part.wanted, *part.needs))
        for part in expression.parts
    )


def any_of(needs: Iterable[Need]) -> Need:
    """What must be there when one of several must: `A|B`, `A, B`. Of nothing, nothing is sure: everything."""
    alternatives = {terms for need in needs for terms in need}
    if not alternatives or len(alternatives) > MOST_ALTERNATIVES:
        return EVERYTHING
    return _tidy(alternatives)


def all_of(needs: Iterable[Need]) -> Need:
    """What must be there when all of several must: `A +B`. Leaves out what would make the question too long."""
    made: Need = EVERYTHING
    for need in sorted(needs, key=lambda need: (len(need), sorted(map(sorted, need)))):
        if len(made) * len(need) <= MOST_ALTERNATIVES:
            made = _tidy({one | other for one, other in product(made, need)})
    return made


def fts5_query(need: Need) -> str:
    """The MATCH expression of FTS5; empty when the index can exclude nothing and all articles must be read."""
    if any(not terms for terms in need):
        return ""
    return " OR ".join("(" + " AND ".join(f'"{term}"' for term in sorted(terms)) + ")" for terms in need)


def may_match(terms: Collection[str], need: Need) -> bool:
    """What the index answers, for one article."""
    return any(alternative <= set(terms) for alternative in need)


@dataclass(frozen=True, slots=True)
class HitCount:
    """How many articles match; `is_rough` when only a part was rechecked: the number is then said with 약."""

    value: int
    is_rough: bool


def hit_count(candidates: int, checked: int, hits: int) -> HitCount:
    """Count from `candidates` of the index, of which `checked` were rechecked and `hits` matched."""
    if checked >= candidates or not checked:
        return HitCount(hits, is_rough=checked < candidates)
    return HitCount(max(hits, round(candidates * hits / checked)), is_rough=True)


def _tidy(alternatives: Collection[frozenset[str]]) -> Need:
    kept = [one for one in alternatives if not any(other < one for other in alternatives)]
    return tuple(sorted(kept, key=sorted))
