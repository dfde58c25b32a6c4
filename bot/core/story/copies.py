"""Copies of one text: exact titles, and sampled character 12-grams in an inverted index.

The method is a containment measure by sampled shingles (Broder 1997), its settings are measured in
`docs/decisions/stories.md`. A piece that stands in more than
`COMMON` stories (page furniture, a company's stock paragraph) stops counting, so no list of boilerplate is needed.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zlib import crc32

from bot.core.news import Article
from bot.core.story.updates import plain_title

GRAM_CHARACTERS = 12
LONG_SAMPLE = 16  # one piece of sixteen is kept of a whole article
SHORT_SAMPLE = 4  # one of four of a short text, else too few would be left; a subset of them are those of 16
SHORT_CHARACTERS = 600
READ_CHARACTERS = 16_000  # what stands behind is not read: a hostile page must not fill the index
COMMON = 3  # a piece in more stories than this is furniture
NOTHING_NEW = 0.9  # a copy of which this much is known needs no postings of its own
FEWEST_PIECES = 6
FEWEST_NUMBERS = 3
TITLE_KEY_CHARACTERS = 8  # a shorter title (인사, 부고, 오늘의 날씨) says too little

_GAP = re.compile(r"\W+")
# Where a Korean page begins to speak of itself. What this misses is left to COMMON and to the rule on one outlet.
_TAIL = re.compile(r"저작권자|무단\s?(?:전재|복제)|재배포\s?금지|ⓒ|©|copyright|많이 본|관련\s?기사|\S+@\S+\.\w{2,}", re.IGNORECASE)
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Posting:
    """A sampled piece stands in an article, which is part of a story. Kept for seven days."""

    gram: int
    article_id: int
    story_id: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the postings say of one article that we know.

    Attributes:
        shared: pieces of the newcomer that stand in it; furniture is left out.
        own: all pieces of the newcomer, without furniture.
    """

    article_id: int
    story_id: int
    shared: frozenset[int]
    own: frozenset[int]


def title_key(title: str) -> str:
    """What is left of a headline without marks, spaces and signs; empty when that says too little to compare."""
    key = _GAP.sub("", unicodedata.normalize("NFKC", plain_title(title)).casefold())
    return key if len(key) >= TITLE_KEY_CHARACTERS else ""


def own_text(article: Article) -> str:
    """The text that is compared: the body (else the summary) up to where the page speaks of itself."""
    text = unicodedata.normalize("NFC", (article.body or article.summary)[:READ_CHARACTERS])
    tail = _TAIL.search(text, len(text) // 4)
    return text[: tail.start()] if tail else text


def grams(article: Article) -> tuple[int, ...]:
    """Stable hashes (32 bits) of the sampled pieces of an article's text, sorted, each once."""
    text = " ".join(_GAP.split(own_text(article).casefold())).strip()
    # Two bytes a sign: pieces are cut at even places; what lies outside the basic plane takes two signs, which is fine.
    data = text.encode("utf-16-le", "surrogatepass")
    mask = (SHORT_SAMPLE if len(text) < SHORT_CHARACTERS else LONG_SAMPLE) - 1
    size = 2 * GRAM_CHARACTERS
    places = range(0, len(data) - size + 1, 2)
    return tuple(sorted({piece for at in places if not (piece := crc32(data[at : at + size])) & mask}))


def gather(own: Collection[int], postings: Collection[Posting]) -> list[Gathered]:
    """Sort the postings found for a newcomer's pieces by article, the most shared first."""
    common = _common(postings)
    shared: dict[tuple[int, int], set[int]] = {}
    for posting in postings:
        if posting.gram not in common:
            shared.setdefault((posting.article_id, posting.story_id), set()).add(posting.gram)
    counting = frozenset(own) - common
    ranked = sorted(shared.items(), key=lambda row: (-len(row[1]), row[0]))
    return [Gathered(*ids, frozenset(found), counting) for ids, found in ranked]


def new_postings(
    own: Collection[int], found: Collection[Posting], *, article_id: int, story_id: int
) -> list[Posting]:
    """The postings to add for an article, once it has its story; `found` are those that its own look-up gave.

    A piece that is furniture already gets no more, and an article that stands almost whole in one that we know adds
    nothing: the index grows with what is new, not with the number of copies.
    """
    common = _common(found)
    counting = [gram for gram in own if gram not in common]
    per_article = Counter(posting.article_id for posting in found if posting.gram not in common)
    if counting and max(per_article.values(), default=0) >= NOTHING_NEW * len(counting):
        return []
    return [Posting(gram, article_id, story_id) for gram in counting]


def containment(gathered: Gathered, filed: Collection[int]) -> float:
    """How much of the shorter of two texts stands in the other, 0 to 1.

    `filed` are all pieces of the article that we know. Where one text was sampled densely and the other was not,
    only the pieces that both keep are counted. 0 when too few are left to be sure.
    """
    own, shared = gathered.own, gathered.shared
    if _is_dense(own) != _is_dense(filed):
        own, shared, filed = _thin(own), _thin(shared), _thin(filed)
    whole = min(len(own), len(filed))
    return min(1.0, len(shared) / whole) if whole >= FEWEST_PIECES else 0.0


def numbers(article: Article) -> dict[str, str]:
    """What stands around each number, and the number: `지수는 0포인트 오른` → `32포인트`.

    A daily bulletin keeps the surroundings and changes the numbers; a copy keeps both. Where the same surroundings
    come twice, the last number counts.
    """
    words = f"{plain_title(article.title)}\n{own_text(article)}".split()
    plain = [_DIGITS.sub("0", word) for word in words]
    padded = ["", *plain, ""]
    return {
        " ".join(padded[at : at + 3]): word for at, word in enumerate(words) if word != plain[at] or "0" in plain[at]
    }


def numbers_agree(one: dict[str, str], other: dict[str, str]) -> float | None:
    """Of the numbers that stand in the same surroundings in both texts, the share that is equal; None when too few."""
    both = one.keys() & other.keys()
    return sum(one[around] == other[around] for around in both) / len(both) if len(both) >= FEWEST_NUMBERS else None


def titles_contradict(one: str, other: str) -> bool:
    """Whether two headlines name numbers, and none in common: another day's bulletin, another result."""
    numbers_one, numbers_other = set(_DIGITS.findall(one)), set(_DIGITS.findall(other))
    return bool(numbers_one and numbers_other) and not numbers_one & numbers_other


def _common(postings: Iterable[Posting]) -> set[int]:
    stories: dict[int, set[int]] = {}
    for posting in postings:
        stories.setdefault(posting.gram, set()).add(posting.story_id)
    return {gram for gram, found in stories.items() if len(found) > COMMON}


def _is_dense(pieces: Collection[int]) -> bool:
    return any(piece % LONG_SAMPLE for piece in pieces)


def _thin(pieces: Collection[int]) -> frozenset[int]:
    return frozenset(piece for piece in pieces if piece % LONG_SAMPLE == 0)
