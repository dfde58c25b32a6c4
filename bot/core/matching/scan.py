"""From the places where letters of a term stand to the places where the term stands.

The engine answers with every place where a pattern occurs once spaces and light signs are left out. Such a candidate
counts when the gaps inside it are allowed, a word may begin before it, and what is glued on behind are particles
(facts/matching.md §3, §4). `judge` is the whole truth about one candidate, with the reason of a refusal; `scan` takes
the same decision in a few steps for the plain cases that nearly all candidates are.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

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

# (start, end) in the folded text, (start, end) in the squashed text, a word of its own?, nothing glued on?
Span = tuple[int, int, int, int, bool, bool]
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
    text, starts, kinds = page.squashed.text, page.squashed.starts, layer.kinds
    spans: Spans = {}
    for at, until, number in layer.engine.find(text):
        word = last = bisect_right(starts, at) - 1
        end = starts[word + 1]
        edge = None
        if at != starts[word]:
            if "가" <= text[at - 1] <= "힣":
                continue  # glued to a syllable before it: no form allows that
        elif kinds[number] < CAREFUL:
            if until > end and layer.gaps[number] == 1 << (end - at) and starts[word + 2] >= until:
                last = word + 1  # a phrase of two words with one sign between them
                end = starts[word + 2]
            if until == end:
                edge = _OPEN
            elif until < end:
                edge = right_edge(text[until : min(end, until + _REST)], text[until - 2 : until])
                if edge is _GLUED and not kinds[number]:
                    continue
        if edge is _OPEN:
            span = (at + word, until + last, at, until, True, until == end or not is_letter(text[until]))
        else:
            verdict = judge(page, at, until, layer.gaps[number])
            if not verdict.begins:
                continue
            last = bisect_left(starts, until) - 1
            span = (at + word, until + last, at, until, verdict.word, verdict.exact)
        if number not in spans:
            spans[number] = [span]
        elif len(spans[number]) < MAX_PLACES:
            spans[number].append(span)
    return spans


_OPEN, _GLUED, _REST = Edge.OPEN, Edge.GLUED, REST_LENGTH + 1


def judge(page: Page, at: int, until: int, gaps: int) -> Verdict:
    """Decide on one candidate of the squashed text; `gaps` are those of its spelling, or `MIXED` to allow any."""
    if not gaps_fit(page, at, until, gaps):
        return _refused("near.gap")
    starts = page.squashed.starts
    place = _Place(page, at, until, bisect_right(starts, at) - 1, bisect_left(starts, until) - 1)
    return _left(place) or _right(place)


@dataclass(slots=True)
class _Place:
    """A candidate: at:until in the squashed text, from word `first` to word `last`."""

    page: Page
    at: int
    until: int
    first: int
    last: int

    @property
    def name(self) -> str:
        return self.page.squashed.text[self.at : self.until]

    @property
    def before(self) -> str:
        """What stands before it in its word."""
        begin = self.page.squashed.starts[self.first]
        return self.page.squashed.text[max(begin, self.at - _REST) : self.at]

    @property
    def rest(self) -> str:
        """What stands behind it in its word."""
        end = self.page.squashed.starts[self.last + 1]
        return self.page.squashed.text[self.until : min(end, self.until + _REST)]

    @property
    def start(self) -> int:
        """Where it starts in the folded text."""
        return self.at + self.first

    @property
    def end(self) -> int:
        """Where it ends in the folded text."""
        return self.until + self.last


def gaps_fit(page: Page, at: int, until: int, gaps: int) -> bool:
    """Are the spaces and light signs inside a candidate such as may stand there?"""
    starts, text, folded = page.squashed.starts, page.squashed.text, page.folded
    word = bisect_right(starts, at)
    piece = at
    while starts[word] < until:
        place = starts[word]
        after = bisect_right(starts, place) - 1
        gap = folded[place + word - 1 : place + after]
        if gaps == MIXED or gaps >> (place - at) & 1:
            if len(gap) > _MAX_GAP or len(gap.replace(" ", "")) > _MAX_SIGNS_IN_GAP:
                return False
        elif gap != " " or not _may_part(text[piece:place], text[place : min(until, starts[after + 1])]):
            return False
        piece, word = place, after + 1
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
        if before[-1] == "&" and _is_initial(letters_at_head(before[-2::-1]), name):
            return _refused("near.joined", sign="&")
        if name[0].isdecimal() and before[-1] in ".," and before[-2:-1].isdecimal():
            return _refused("near.number")
    elif _follows_quoted(place):
        return _refused("near.quoted", particle=name)
    return _refused("near.address") if _in_address(place) else None


def _is_initial(one: str, other: str) -> bool:
    """Are these two sides of `&` one name: R&D, KT&G?"""
    if not (one and other and is_latin(one[0]) and is_latin(other[0])):
        return False
    return min(len(one), len(letters_at_head(other))) == 1


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
    if rest[0] == "&" and _is_initial(letters_at_head(name[::-1]), rest[1:]):
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
    words = place.page.squashed.words
    name = words[place.first]
    if place.before or place.first != place.last or len(name) != _NAME_LENGTH or not is_hangul(name[-1]):
        return False
    return words[place.first + 1 : place.first + 2] != [] and words[place.first + 1] in endings.BYLINE_TITLES


def _word_before(place: _Place) -> str:
    return place.page.squashed.words[place.first - 1] if place.first else ""


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
