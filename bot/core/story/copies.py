"""Copies of one text: exact titles, and sampled character 12-grams in an inverted index.

The method is a containment measure by sampled shingles (Broder 1997), its settings are measured in
`docs/decisions/stories.md`. A piece that stands in more than
`COMMON` stories (page furniture, a company's stock paragraph) stops counting, so no list of boilerplate is needed.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple
from zlib import crc32

from bot.core.news import Article
from bot.core.story.updates import plain_title

GRAM_CHARACTERS = 12
LONG_SAMPLE = 4  # one piece of four is kept of a whole article
SHORT_SAMPLE = 2  # all of a short text, else too few would be left
SHORT_CHARACTERS = 600
READ_CHARACTERS = 16_000  # what stands behind is not read: a hostile page must not fill the index
COMMON = 3  # a piece in more stories than this is furniture
NOTHING_NEW = 0.9  # a copy of which this much is known needs no postings of its own
FEWEST_PIECES = 6
FEWEST_NUMBERS = 3
NUMBERS_CHARACTERS = 800  # numbers are compared in the beginning of a text only
MOST_NEAR = 10  # articles worth loading for one newcomer
TITLE_KEY_CHARACTERS = 8  # a shorter title (인사, 부고, 오늘의 날씨) says too little

_GAP = re.compile(r"\W+")
# Where a Korean page begins to speak of itself. What this misses is left to COMMON and to the rule on one outlet.
_TAIL_MARKS = ("저작권자", "무단전재", "무단 전재", "재배포", "ⓒ", "©", "Copyright", "많이 본", "관련기사", "관련 기사")
_MAIL = re.compile(r"@[\w-]{1,63}\.")
_WIDE = re.compile(r"[^\0-\uffff]")
_SIGNS = re.compile(r"[^\w\s]+")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


class Posting(NamedTuple):
    """A sampled piece stands in an article, which is part of a story. A row of the index, kept for seven days.

    With article and story 0 the piece is furniture: the one row that stands for all those it had.
    """

    gram: int
    article_id: int
    story_id: int


class TextSize(NamedTuple):
    """How many pieces an article has: all, and those that a thin sample keeps too. Stored with the article."""

    pieces: int
    thin: int


NO_TEXT = TextSize(0, 0)


@dataclass(frozen=True, slots=True)
class Near:
    """An article that we know and that shares pieces with a newcomer; furniture is left out.

    Attributes:
        shared: how many pieces they share; `thin` of them are in a thin sample too.
    """

    article_id: int
    story_id: int
    shared: TextSize


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the postings say of a newcomer.

    Attributes:
        own: its pieces that count: those of furniture do not.
        near: the articles that share some, the most shared first.
        furniture: pieces found to be furniture just now; the store puts `Posting(piece, 0, 0)` in place of their rows.
    """

    own: frozenset[int]
    near: tuple[Near, ...]
    furniture: frozenset[int] = frozenset()

    @property
    def size(self) -> TextSize:
        """How many pieces of the newcomer count."""
        return text_size(self.own)


def title_key(title: str) -> str:
    """What is left of a headline without marks, spaces and signs; empty when that says too little to compare."""
    key = _GAP.sub("", unicodedata.normalize("NFKC", plain_title(title)).casefold())
    return key if len(key) >= TITLE_KEY_CHARACTERS else ""


def own_text(article: Article) -> str:
    """The text that is compared: the body (else the summary) up to where the page speaks of itself."""
    text = unicodedata.normalize("NFC", (article.body or article.summary)[:READ_CHARACTERS])
    start = len(text) // 4
    ends = [at for mark in _TAIL_MARKS if (at := text.find(mark, start)) >= 0]
    if mail := _MAIL.search(text, start):
        ends.append(mail.start())
    return text[: min(ends)] if ends else text


def grams(article: Article) -> tuple[int, ...]:
    """Stable hashes (32 bits) of the sampled pieces of an article's text, sorted, each once.

    Pieces begin where words begin: that is a sample too, and spares the hashing of all others.
    """
    words = _SIGNS.sub(" ", own_text(article).casefold()).split()
    text = " ".join(words)
    data = text.encode("utf-16-le", "surrogatepass")
    if len(data) > 2 * len(text):  # signs outside the basic plane take four bytes: keep the places even
        data = _WIDE.sub("\ufffd", text).encode("utf-16-le", "surrogatepass")
    sample = SHORT_SAMPLE if len(text) < SHORT_CHARACTERS else LONG_SAMPLE
    last, size = len(text) - GRAM_CHARACTERS, 2 * GRAM_CHARACTERS
    if len(words) * GRAM_CHARACTERS < len(text):  # hardly a space: Chinese, Japanese, a text that lost its spaces
        starts = list(range(max(0, last + 1)))
    else:
        starts = [
            at + length for at, length in enumerate(accumulate(map(len, words), initial=0)) if at + length <= last
        ]
    pieces = {crc32(data[2 * at : 2 * at + size]) for at in starts}
    return tuple(sorted(piece for piece in pieces if not piece % sample))


def text_size(pieces: Collection[int]) -> TextSize:
    """Count pieces, and those of them that a thin sample keeps."""
    return TextSize(len(pieces), sum(1 for piece in pieces if not piece % LONG_SAMPLE))


def gather(own: Collection[int], postings: Collection[Posting]) -> Gathered:
    """Sort the postings found for a newcomer's pieces by article."""
    often = [gram for gram, count in Counter([row[0] for row in postings]).items() if count > COMMON]
    furniture, found = {row[0] for row in postings if not row[1]}, set()
    if often:
        stories: dict[int, set[int]] = {gram: set() for gram in often}
        for gram, _, story_id in postings:
            if gram in stories:
                stories[gram].add(story_id)
        found = {gram for gram, ids in stories.items() if len(ids) > COMMON}
    common = furniture | found
    counted = [row for row in postings if row[0] not in common] if common else postings
    shared = Counter([row[1] for row in counted])
    thin = Counter([row[1] for row in counted if not row[0] % LONG_SAMPLE])
    story_of = {article_id: story_id for _, article_id, story_id in counted}
    ranked = sorted(shared.items(), key=lambda row: (-row[1], row[0]))
    near = tuple(Near(each, story_of[each], TextSize(count, thin[each])) for each, count in ranked[:MOST_NEAR])
    return Gathered(frozenset(own).difference(common), near, frozenset(found))


def new_postings(gathered: Gathered, *, article_id: int, story_id: int) -> list[Posting]:
    """The postings to add for an article, once it has its story.

    A piece that is furniture already gets no more, and an article that stands almost whole in one that we know adds
    nothing: the index grows with what is new, not with the number of copies.
    """
    if gathered.near and gathered.near[0].shared.pieces >= NOTHING_NEW * len(gathered.own):
        return []
    return [Posting(gram, article_id, story_id) for gram in sorted(gathered.own)]


def containment(own: TextSize, shared: TextSize, known: TextSize) -> float:
    """How much of the shorter of two texts stands in the other, 0 to 1.

    Where one text was sampled densely and the other was not, only the pieces that both keep are counted. 0 when too
    few are left to be sure.
    """
    if (own.pieces == own.thin) != (known.pieces == known.thin):
        common, fewer = shared.thin, min(own.thin, known.thin)
    else:
        common, fewer = shared.pieces, min(own.pieces, known.pieces)
    return min(1.0, common / fewer) if fewer >= FEWEST_PIECES else 0.0


def numbers(article: Article) -> dict[str, str]:
    """What stands around each number, and the number: `지수는 0포인트 오른` → `32포인트`.

    A daily bulletin keeps the surroundings and changes the numbers; a copy keeps both. Where the same surroundings
    come twice, the last number counts.
    """
    text = f"{plain_title(article.title)}\n{own_text(article)[:NUMBERS_CHARACTERS]}"
    words, plain = text.split(), _DIGITS.sub("0", text).split()
    around = zip(["", *plain], plain, [*plain[1:], ""], words, strict=False)
    return {f"{before} {masked} {after}": word for before, masked, after, word in around if "0" in masked}


def numbers_agree(one: dict[str, str], other: dict[str, str]) -> float | None:
    """Of the numbers that stand in the same surroundings in both texts, the share that is equal; None when too few."""
    both = one.keys() & other.keys()
    return sum(one[around] == other[around] for around in both) / len(both) if len(both) >= FEWEST_NUMBERS else None


def titles_contradict(one: str, other: str) -> bool:
    """Whether two headlines name numbers and disagree: no number in common, or another one after the same word."""
    numbers_one, numbers_other = _DIGITS.findall(one), _DIGITS.findall(other)
    if not numbers_one or not numbers_other:
        return False
    if not set(numbers_one) & set(numbers_other):
        return True
    after_one, after_other = _after_words(one), _after_words(other)
    return any(after_one[word] != after_other[word] for word in after_one.keys() & after_other.keys())


def _after_words(title: str) -> dict[str, str]:
    words = title.replace("…", " ").split()
    plain = [_DIGITS.sub("0", word) for word in words]
    return {
        f"{before} {masked}": word
        for before, masked, word in zip(["", *plain], plain, words, strict=False)
        if "0" in masked
    }
