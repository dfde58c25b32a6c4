"""From the places where letters of a term stand to the places where the term stands.

The engine answers with every place where a pattern occurs once spaces and light signs are left out. Such a candidate
counts when the gaps inside it are allowed, a word may begin before it, and what is glued on behind are particles
(facts/matching.md §3, §4). `judge` is the whole truth about one candidate, with the reason of a refusal; `scan` takes
the same decision in a few steps for the plain cases that nearly all candidates are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from bot.core.matching import endings
from bot.core.matching.index import CAREFUL, MIXED, Layer
from bot.core.matching.korean import (
    REST_LENGTH,
    Edge,
    is_hangul,
    is_hanja,
    is_latin,
    is_letter,
    is_particle,
    is_verb,
    left_is_open,
    letters_at_head,
    right_edge,
)
from bot.core.matching.page import Page

# One text may hold a name a million times; nobody reads more than this many places of one term.
MAX_PLACES = 1_000

# A term's own gap: any white space and at most two light signs.
_MAX_SIGNS_IN_GAP = 2
_MAX_GAP = 40
# A short name in capitals and an S is another one: GM, GMS.
_LONGEST_INITIALS = 3
_CLOSERS = "\"'”’)]"
_ADDRESS_SIGNS = ".@/:_&=?%#~"
_ADDRESS = re.compile(r"[\w.%+-]@[\w-]+\.|://|^www\.", re.ASCII)
_ADDRESS_RUN = re.compile(r"[\w.%+\-@:/?=&#~]*", re.ASCII)
_ADDRESS_REACH = 100

# A Korean name: family name and two syllables.
_NAME_LENGTH = 3

_PIECE = re.compile("[^ ]+")

# Start and end in the folded text; a word of its own? nothing glued on?
Span = tuple[int, int, bool, bool]
Spans = dict[int, list[Span]]  # by number of the pattern


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one candidate, whatever the form of the term.

    Attributes:
        begins: a word begins with it: enough for `삼성*`.
        word: it is a word of its own.
        exact: nothing at all is glued on.
        reason: a key of core/wording when it is no word.
    """

    begins: bool
    word: bool
    exact: bool
    reason: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


def scan(layer: Layer, page: Page) -> Spans:
    """The candidates that begin a word, by pattern; those of a `MIXED` pattern with any gaps (see `gaps_fit`)."""
    text, spaced, place = page.squashed.text, page.squashed.spaced, page.squashed.place
    kinds, gaps = layer.kinds, layer.gaps
    spans: Spans = {}
    for at, until, number in layer.engine.find(text):
        start = place(at)
        before = spaced[start - 1] if start else " "
        if "가" <= before <= "힣":
            continue  # glued to a syllable before it: no form allows that
        span = _quick(spaced, start, until - at, gaps[number]) if before == " " and kinds[number] < CAREFUL else None
        if span is None:
            end = place(until - 1) + 1
            verdict = judge(page, start, end, gaps[number])
            if not verdict.begins:
                continue
            span = (start, end, verdict.word, verdict.exact)
        if number not in spans:
            spans[number] = [span]
        elif len(spans[number]) < MAX_PLACES:
            spans[number].append(span)
    return spans


_OPEN, _REST = Edge.OPEN, REST_LENGTH + 1


def _quick(spaced: str, start: int, length: int, gaps: int) -> Span | None:
    """The span of a word of its own, for a plain case; None when `judge` must look."""
    end = start + length
    if " " in spaced[start:end]:
        at = start + gaps.bit_length() - 1
        end += 1
        if not gaps or gaps != 1 << (at - start) or spaced[at] != " " or spaced.count(" ", start, end) > 1:
            return None  # not a phrase of two words with one sign between them
    stop = spaced.find(" ", end, end + _REST)
    rest = spaced[end : end + _REST] if stop < 0 else spaced[end:stop]
    if not rest:
        return start, end, True, True
    if right_edge(rest, spaced[end - 2 : end]) is not _OPEN:
        return None
    return start, end, True, not is_letter(rest[0])


def judge(page: Page, start: int, end: int, gaps: int) -> Verdict:
    """Decide on one candidate of the folded text; `gaps` are those of its spelling, or `MIXED` to allow any."""
    if not gaps_fit(page, start, end, gaps):
        return _refused("near.gap")
    place = _Place(page, start, end)
    return _left(place) or _right(place)


@dataclass(slots=True)
class _Place:
    """A candidate, start:end in the folded text."""

    page: Page
    start: int
    end: int

    @property
    def name(self) -> str:
        """Its letters, spaces and light signs left out."""
        return self.page.squashed.spaced[self.start : self.end].replace(" ", "")

    @property
    def before(self) -> str:
        """What stands before it in its word."""
        return self.page.squashed.spaced[max(0, self.start - _REST) : self.start].rpartition(" ")[2]

    @property
    def rest(self) -> str:
        """What stands behind it in its word."""
        return self.page.squashed.spaced[self.end : self.end + _REST].partition(" ")[0]


def gaps_fit(page: Page, start: int, end: int, gaps: int) -> bool:
    """Are the spaces and light signs inside a candidate such as may stand there?"""
    pieces = [found.span() for found in _PIECE.finditer(page.squashed.spaced, start, end)]
    length = 0
    for (first, last), (following, close) in pairwise(pieces):
        length += last - first
        gap = page.folded[last:following]
        if gaps == MIXED or gaps >> length & 1:
            if len(gap) > _MAX_GAP or len(gap.replace(" ", "")) > _MAX_SIGNS_IN_GAP:
                return False
        elif gap != " " or not _may_part(page.folded[first:last], page.folded[following:close]):
            return False
    return True


def _may_part(left: str, right: str) -> bool:
    """May a writer put a space between these parts of a name that has none there?"""
    before, after = left[-1], right[0]
    if is_hangul(before) and is_hangul(after):
        return len(left) > 1 and is_hangul(left[-2]) and len(right) > 1 and is_hangul(right[1])
    scripts = {_script(before), _script(after)}
    if scripts == {"latin", "digit"}:  # HBM 3E, but no 5 G
        latin = left[-2:] if is_latin(before) else right[:2]
        return len(latin) == 2 and all(map(is_latin, latin))
    return len(scripts) == 2 and "" not in scripts


def _script(sign: str) -> str:
    if is_hangul(sign):
        return "hangul"
    if sign.isdecimal():
        return "digit"
    if is_latin(sign):
        return "latin"
    return "hanja" if is_hanja(sign) else ""


def _left(place: _Place) -> Verdict | None:
    """Why no word begins here; None when one may."""
    before, name = place.before, place.name
    if before:
        if not left_is_open(before[-3:], name[0]):
            return _refused("near.before", glued=letters_at_head(before[::-1])[::-1])
        if before[-1] == "&" and _is_initial(before[-2::-1], name):
            return _refused("near.joined", sign="&")
        if name[0].isdecimal() and before[-1] in ".," and before[-2:-1].isdecimal():
            return _refused("near.number")
    elif _follows_quoted(place):
        return _refused("near.quoted", particle=name)
    return _refused("near.address") if _in_address(place) else None


def _is_initial(one: str, other: str) -> bool:
    """Are these two sides of `&` one name: R&D, KT&G?"""
    return min(_latin_run(one), _latin_run(other)) == 1


def _latin_run(text: str) -> int:
    """How many Latin letters `text` begins with."""
    return next((at for at, sign in enumerate(text) if not is_latin(sign)), len(text))


def _follows_quoted(place: _Place) -> bool:
    """Is it a particle glued to a closing quote: “전쟁”이란?"""
    folded, start = place.page.folded, place.start
    closed = start > 1 and folded[start - 1] in _CLOSERS and is_letter(folded[start - 2])
    return closed and not place.rest and is_particle(place.name)


def _right(place: _Place) -> Verdict:
    name, rest = place.name, place.rest
    bare = not (place.before and is_letter(place.before[-1]))
    if not rest:
        return Verdict(begins=True, word=True, exact=bare)
    glued = letters_at_head(rest)
    if name in endings.VERB_STEMS and is_verb(glued, _word_before(place)):
        return _refused("near.verb", glued=glued)
    edge = right_edge(rest, name[-2:])
    if edge is Edge.SIGN and (joined := _joined_behind(name, rest)) is not None:
        return joined
    reason = _why_no_word(place, edge)
    if not reason:
        return Verdict(begins=True, word=True, exact=bare and not glued)
    if _is_byline(place):
        return _refused("near.byline")
    if any((name + glued).startswith(longer) for longer in _longer_words(name)):
        return _refused("near.longer")
    return Verdict(begins=True, word=False, exact=False, reason=reason, values={"glued": glued})


def _why_no_word(place: _Place, edge: Edge) -> str:
    """A key of core/wording; empty when it is one."""
    match edge:
        case Edge.OPEN | Edge.SIGN:
            return ""
        case Edge.REGION:
            return "near.region" if place.name in endings.PROVINCES else ""
        case Edge.ROAD:
            return "near.road" if place.name in endings.ROADS else ""
        case Edge.PERSON:
            return "near.people" if place.name in endings.PEOPLES else ""
        case Edge.PLURAL:
            return "" if _is_plural(place) else "near.after"
        case Edge.WRONG_FORM:
            return "near.form"
        case Edge.UNIT:
            return "near.unit"
        case _:
            return "near.after"


def _is_plural(place: _Place) -> bool:
    """A small s behind the name; a capital one only behind a longer word (AI CHIPS), never GM + S."""
    return place.page.given_text(place.end, place.end + 1) == "s" or len(place.name) > _LONGEST_INITIALS


def _joined_behind(name: str, rest: str) -> Verdict | None:
    """`R&D` for R, `3.5` for 3: the sign behind belongs to a longer name or number."""
    if rest[0] == "&" and _is_initial(name[::-1], rest[1:]):
        return _refused("near.joined", sign="&")
    if rest[0] in ".," and name[-1].isdecimal() and rest[1:2].isdecimal():
        return _refused("near.number")
    return None


def _longer_words(name: str) -> frozenset[str]:
    """Districts and common words that begin with these letters but are no kin of the name: 남양주, 하이브리드."""
    return _by_head().get(name[:2], frozenset()) - {name}


@cache
def _by_head() -> Mapping[str, frozenset[str]]:
    heads: dict[str, set[str]] = {}
    for word in endings.PLACES | endings.LONGER_WORDS:
        heads.setdefault(word[:2], set()).add(word)
    return {head: frozenset(words) for head, words in heads.items()}


def _is_byline(place: _Place) -> bool:
    """Does the candidate begin the name of the reporter: 유한주 기자 for 유한?"""
    name, _, following = place.page.squashed.spaced[place.start : place.start + _REST].partition(" ")
    if place.before or len(name) != _NAME_LENGTH or not is_hangul(name[-1]):
        return False
    return following.partition(" ")[0] in endings.BYLINE_TITLES


def _word_before(place: _Place) -> str:
    return place.page.squashed.spaced[max(0, place.start - _REST) : place.start].rstrip().rpartition(" ")[2]


def _in_address(place: _Place) -> bool:
    """Does a Latin name stand inside a mail or web address?"""
    folded, start, end = place.page.folded, place.start, place.end
    beside = folded[start - 1 : start] + folded[end : end + 1]
    if not folded[start].isascii() or not any(sign in _ADDRESS_SIGNS for sign in beside):
        return False
    head = _ADDRESS_RUN.match(folded[max(0, start - _ADDRESS_REACH) : start][::-1])
    tail = _ADDRESS_RUN.match(folded, start, end + _ADDRESS_REACH)
    run = (head[0][::-1] if head else "") + (tail[0] if tail else "")
    return _ADDRESS.search(run) is not None


def _refused(reason: str, **values: object) -> Verdict:
    return Verdict(begins=False, word=False, exact=False, reason=reason, values=values)
