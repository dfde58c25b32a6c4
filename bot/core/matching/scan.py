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
        if "가" <= text[at - 1 : at] <= "힣" and starts[bisect_left(starts, at)] != at:
            continue  # glued to a syllable before it: no form allows that
        word = bisect_right(starts, at) - 1
        end = starts[word + 1]
        edge = None
        if until <= end and at == starts[word] and kinds[number] < CAREFUL:
            edge = (
                Edge.OPEN
                if until == end
                else right_edge(text[until : min(end, until + REST_LENGTH + 1)], text[max(at, until - 2) : until])
            )
            if edge is Edge.GLUED and not kinds[number]:
                continue
        if edge is Edge.OPEN:
            exact = until == end or not is_letter(text[until])
            span = (at + word, until + word, at, until, True, exact)
        else:
            verdict = judge(page, at, until, layer.gaps[number])
            if not verdict.begins:
                continue
            last = bisect_left(starts, until) - 1
            span = (at + word, until + last, at, until, verdict.word, verdict.exact)
        places = spans.get(number)
        if places is None:
            spans[number] = [span]
        elif len(places) < MAX_PLACES:
            places.append(span)
    return spans


def judge(page: Page, at: int, until: int, gaps: int) -> Verdict:
    """Decide on one candidate of the squashed text; `gaps` are those of its spelling, or `MIXED` to allow any."""
    if not gaps_fit(page, at, until, gaps):
        return Verdict(begins=False, word=False, exact=False, reason="near.gap")
    left = _left(page, at, until)
    if left is not None:
        return left
    if _in_address(page, at, until):
        return Verdict(begins=False, word=False, exact=False, reason="near.address")
    return _right(page, at, until)


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


def _left(page: Page, at: int, until: int) -> Verdict | None:
    """Why no word begins here; None when one may."""
    text, starts = page.squashed.text, page.squashed.starts
    first = starts[bisect_right(starts, at) - 1]
    if at != first:
        before = text[max(first, at - 3) : at]
        if not left_is_open(before, text[at]):
            return _refused("near.before", glued=_tail(text[max(first, at - REST_LENGTH) : at]))
        if before[-1] == "&" and _is_initial_left(before, text, at):
            return _refused("near.joined", sign="&")
        if before[-1] in ".," and text[at].isdecimal() and len(before) > 1 and before[-2].isdecimal():
            return _refused("near.number")
        return None
    start = at + bisect_right(starts, at) - 1
    if start and page.folded[start - 1] in _CLOSERS and start > 1 and is_letter(page.folded[start - 2]):
        glued = text[at:until]
        if until in starts[bisect_left(starts, until) :][:1] and is_particle(glued):
            return _refused("near.quoted", particle=glued)
    return None


def _is_initial_left(before: str, text: str, at: int) -> bool:
    """`X&` with one of both sides a single letter: R&D, KT&G."""
    if len(before) < 2 or not is_latin(before[-2]) or not is_latin(text[at]):
        return False
    alone_before = len(before) < 3 or not is_letter(before[-3])
    alone_after = not (text[at + 1 : at + 2] and is_latin(text[at + 1]))
    return alone_before or alone_after


def _right(page: Page, at: int, until: int) -> Verdict:
    text, starts = page.squashed.text, page.squashed.starts
    end = starts[bisect_left(starts, until)]
    name, rest = text[at:until], text[until : min(end, until + REST_LENGTH + 1)]
    bare = not _glued_before(page, at)
    if not rest:
        return Verdict(begins=True, word=True, exact=bare)
    glued = letters_at_head(rest)
    if name in endings.VERB_STEMS and is_verb(glued, _word_before(page, at)):
        return _refused("near.verb", glued=glued)
    edge = right_edge(rest, name[-2:])
    if edge is Edge.SIGN and (joined := _joined_behind(name, rest)) is not None:
        return joined
    reason = _why_no_word(page, until, name, edge)
    if not reason:
        return Verdict(begins=True, word=True, exact=bare and not glued)
    if is_byline(page, at, until):
        return _refused("near.byline")
    if any((name + glued).startswith(longer) for longer in _longer_words(name)):
        return _refused("near.longer")
    return Verdict(begins=True, word=False, exact=False, reason=reason, values={"glued": glued})


def _glued_before(page: Page, at: int) -> bool:
    starts = page.squashed.starts
    return starts[bisect_right(starts, at) - 1] != at and is_letter(page.squashed.text[at - 1])


def _why_no_word(page: Page, until: int, name: str, edge: Edge) -> str:
    """A key of core/wording; empty when it is one."""
    match edge:
        case Edge.OPEN | Edge.SIGN:
            return ""
        case Edge.REGION:
            return "near.region" if name in endings.PROVINCES else ""
        case Edge.ROAD:
            return "near.road" if name in endings.ROADS else ""
        case Edge.PERSON:
            return "near.people" if name in endings.PEOPLES else ""
        case Edge.PLURAL:
            return "" if _is_plural(page, until, name) else "near.after"
        case Edge.WRONG_FORM:
            return "near.form"
        case Edge.UNIT:
            return "near.unit"
        case _:
            return "near.after"


def _joined_behind(name: str, rest: str) -> Verdict | None:
    """`R&D` for R, `3.5` for 3: the sign behind belongs to a longer name or number."""
    latin = is_latin(name[-1]) and is_latin(rest[1:2])
    if rest[0] == "&" and latin and not (is_latin(name[-2:-1]) and is_latin(rest[2:3])):
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
    return {head: frozenset(word for word in words if word not in {head}) for head, words in heads.items()}


def is_byline(page: Page, at: int, until: int) -> bool:
    """Does the candidate begin the name of the reporter: 유한주 기자 for 유한?"""
    squashed = page.squashed
    word = bisect_right(squashed.starts, at) - 1
    name = squashed.words[word]
    if squashed.starts[word] != at or len(name) != _NAME_LENGTH or until - at >= len(name) or not is_hangul(name[-1]):
        return False
    return word + 1 < len(squashed.words) and squashed.words[word + 1] in endings.BYLINE_TITLES


def _word_before(page: Page, at: int) -> str:
    squashed = page.squashed
    word = bisect_right(squashed.starts, at) - 1
    return squashed.words[word - 1] if word else ""


def _is_plural(page: Page, until: int, name: str) -> bool:
    """A small s after the name; a capital one only after a longer word in capitals (AI CHIPS), never GM + S."""
    starts = page.squashed.starts
    place = until + bisect_right(starts, until) - 1
    return page.given_text(place, place + 1) == "s" or len(name) > 3


def _in_address(page: Page, at: int, until: int) -> bool:
    """Does a Latin name stand inside a mail or web address?"""
    starts, folded = page.squashed.starts, page.folded
    start, end = at + bisect_right(starts, at) - 1, until + bisect_left(starts, until) - 1
    beside = folded[start - 1 : start] + folded[end : end + 1]
    if not any(sign in _ADDRESS_SIGNS for sign in beside) or not folded[start].isascii():
        return False
    head = _ADDRESS_RUN.match(folded[max(0, start - _ADDRESS_REACH) : start][::-1])
    tail = _ADDRESS_RUN.match(folded, start, end + _ADDRESS_REACH)
    run = (head[0][::-1] if head else "") + (tail[0] if tail else "")
    return _ADDRESS.search(run) is not None


def _refused(reason: str, **values: object) -> Verdict:
    return Verdict(begins=False, word=False, exact=False, reason=reason, values=values)


def _tail(before: str) -> str:
    """The letters at the end, for people."""
    return letters_at_head(before[::-1])[::-1]
