"""One reading of a text for comparing: case, width, composition and look-alike signs no longer differ.

Watches and articles go through the same fold. Where nothing has to be composed or removed the folded text is as long
as the text as given; where something has, an `Offsets` says which place is which. The order of steps is one of cost:
nearly every article passes the gate after a few C loops (measured in facts/matching.md §2: `str.translate` alone
costs four times the search of the whole watchlist).
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

# Longer runs of combining marks are cut: Unicode's stream-safe form allows 30 (UAX #15 §13), and composing a run takes
# time that grows with its square.
_MAX_MARKS = 30
# Texts up to this length are asked for their normal form without looking for such runs first.
_SAFE_LENGTH = 4_000

_CHUNK = 64
# Signs that stand between words but may also stand inside one name: they bridge (facts/matching.md §3).
LIGHT_SIGNS = "()[]\"'“”‘’-–—‐−`´‚‛„‟"


@dataclass(frozen=True, slots=True)
class Offsets:
    """Where the folded text and the text as given differ in length.

    Attributes:
        folded: for each changed piece its start and end in the folded text.
        given: the same for the text as given.
    """

    folded_starts: tuple[int, ...]
    folded_ends: tuple[int, ...]
    given_starts: tuple[int, ...]
    given_ends: tuple[int, ...]

    def start(self, at: int) -> int:
        """The offset in the text as given of a hit that starts at `at` in the folded text."""
        piece = bisect_right(self.folded_starts, at) - 1
        if piece < 0:
            return at
        if at < self.folded_ends[piece]:
            return self.given_starts[piece]
        return self.given_ends[piece] + at - self.folded_ends[piece]

    def end(self, at: int) -> int:
        """The offset in the text as given of a hit that ends before `at` in the folded text."""
        piece = bisect_left(self.folded_starts, at) - 1
        if piece < 0:
            return at
        if at <= self.folded_ends[piece]:
            return self.given_ends[piece]
        return self.given_ends[piece] + at - self.folded_ends[piece]


class Squashed:
    """A folded text without spaces and light signs: one automaton finds every spacing of a name in it.

    Attributes:
        text: the squashed text.
        spaced: the folded text with a space for each light sign; as long as the folded text.
    """

    __slots__ = ("_firsts", "spaced", "text")

    def __init__(self, folded: str) -> None:
        spaced = folded
        for sign in LIGHT_SIGNS:
            spaced = spaced.replace(sign, " ")
        self.spaced = spaced
        self.text = spaced.replace(" ", "")
        # Where each chunk of `spaced` begins in `text`. The rest of the way back is counted when it is asked for: few
        # places are, and a table of all words would cost as much as the search (docs/decisions/matching.md).
        kept = [_CHUNK - spaced.count(" ", at, at + _CHUNK) for at in range(0, len(spaced) - _CHUNK, _CHUNK)]
        self._firsts = [0, *accumulate(kept)]

    def place(self, at: int) -> int:
        """The place in the folded text of the sign at this place of `text`."""
        chunk = bisect_right(self._firsts, at) - 1
        begin = chunk * _CHUNK
        known = begin - self._firsts[chunk]
        place, count = -1, self.spaced.count
        following = at + known
        while following != place:
            place = following
            following = at + known + count(" ", begin, place + 1)
        return place


def fold(text: str) -> str:
    """The folded text; folding twice changes nothing more."""
    return fold_with_offsets(text)[0]


def fold_with_offsets(text: str) -> tuple[str, Offsets | None]:
    """The folded text, and the map back when a place in it is another place in `text`."""
    folded = _lower(text)
    # ㆍ (a letter to Unicode) and … stand in every second Korean article; they alone must not cost the slow way.
    plain = folded.replace("ㆍ", "·").replace("…", "·").replace("\n", " ").replace("\t", " ").replace("\r", " ")
    if plain.isprintable() and "\ufe0f" not in plain and not _risky(plain):
        if unicodedata.is_normalized("NFKC", plain):
            return _dots(plain), None
        plain = _one_to_one(plain)
        if unicodedata.is_normalized("NFC", plain):
            return plain, None
    return _compose(_one_to_one(plain))


def without_hidden(text: str) -> str:
    """Signs without width, direction marks and variation selectors taken out."""
    return _removed().sub("", text)


def keep_case(text: str) -> str:
    """Width, composition and signs unified as `fold` does, letters left as they are: for `=KT`."""
    return unicodedata.normalize("NFC", _one_to_one(without_hidden(text)))


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) != len(text):  # İ is the one letter that gets longer
        lowered = text.replace("İ", "i").lower()
    return lowered.replace("ς", "σ")  # lower() chooses ς by what follows, which differs between watch and text


def _dots(text: str) -> str:
    for dot in "\u30fb\u2022\u2027\u22c5\u2219\u119e":
        text = text.replace(dot, "·")
    return text


def _risky(text: str) -> bool:
    return len(text) > _SAFE_LENGTH and _long_marks().search(text) is not None


def _one_to_one(text: str) -> str:
    return _table_class().sub(_look_up, text)


def _look_up(found: re.Match[str]) -> str:
    return _table()[found[0]]


def _compose(text: str) -> tuple[str, Offsets | None]:
    parts: list[str] = []
    spans: list[tuple[int, int, int, int]] = []
    done = length = 0
    for found in _pieces().finditer(text):
        start, end = found.span()
        parts.append(text[done:start])
        length += start - done
        composed = _composed(found[0])
        parts.append(composed)
        if len(composed) != end - start:
            spans.append((length, length + len(composed), start, end))
        length += len(composed)
        done = end
    parts.append(text[done:])
    if not spans:
        return "".join(parts), None
    folded_starts, folded_ends, given_starts, given_ends = zip(*spans, strict=True)
    return "".join(parts), Offsets(folded_starts, folded_ends, given_starts, given_ends)


def _composed(piece: str) -> str:
    return unicodedata.normalize("NFC", without_hidden(piece)[: _MAX_MARKS + 1])


# No sign that combines or that NFC rewrites lies above plane 2, but for the variation selectors below.
_LAST_CODE = 0x30000
# Signs without width, direction marks, variation selectors: they come with copied text and mean nothing here.
_REMOVED = (
    "\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)


@cache
def _removed() -> re.Pattern[str]:
    return re.compile(f"[{_REMOVED}]")


@cache
def _table() -> dict[str, str]:
    """What one sign is to be read as; composed hanja look-alikes are left to NFC."""
    table = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width ASCII
    table.update(dict.fromkeys("\u30fb\uff65\u2022\u2027\u22c5\u2219\u318d\u119e…", "·"))
    spaces = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000"
    table.update(dict.fromkeys(spaces + "".join(map(chr, range(0x2000, 0x200B))), " "))
    table.update({"\u2010": "-", "\u2011": "-"})
    table.update({chr(code): unicodedata.normalize("NFC", chr(code)) for code in range(0xF900, 0xFB00)})
    table.update(dict.fromkeys(map(chr, range(0xD800, 0xE000)), "\ufffd"))  # lone surrogates: no engine takes them
    return {sign: read for sign, read in table.items() if sign != read and len(read) == 1}


@cache
def _table_class() -> re.Pattern[str]:
    return re.compile(f"[{_ranges(sorted(map(ord, _table())))}]")


@cache
def _long_marks() -> re.Pattern[str]:
    marks = _ranges(code for code in range(_LAST_CODE) if unicodedata.combining(chr(code)))
    return re.compile(f"[{marks}]{{{_MAX_MARKS}}}")


@cache
def _pieces() -> re.Pattern[str]:
    """A sign with what combines with it, or a sign that NFC writes as another."""
    codes = range(_LAST_CODE)
    marks = _ranges(code for code in codes if _combines(chr(code)))
    singles = _ranges(code for code in codes if unicodedata.normalize("NFC", chr(code)) != chr(code))
    return re.compile(f"(?s:.)?[{marks}{_REMOVED}]+|[{singles}]")


def _combines(sign: str) -> bool:
    return unicodedata.category(sign)[0] == "M" or "ᅡ" <= sign <= "ᅵ" or "ᆨ" <= sign <= "ᇂ"


def _ranges(codes: Iterable[int]) -> str:
    """A regular-expression class of these code points, which must come in order."""
    runs: list[list[int]] = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in runs)
