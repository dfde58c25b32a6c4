"""Word edges in Korean text: may a name end here, and what is glued to it?

Everything works on folded text. Korean writes particles and the copula onto the noun; which form follows depends on
how the noun's last syllable ends. A name stands as a word of its own when what is glued behind it reads completely as
`[suffix] particles` with that agreement, and nothing is glued before it (facts/matching.md §4).
"""

import unicodedata
from enum import IntEnum, IntFlag
from functools import lru_cache

from bot.core.matching import endings


class Final(IntFlag):
    """How the last sound of a word ends, as far as writing shows it."""

    VOWEL = 1
    RIEUL = 2
    CONSONANT = 4  # any but ㄹ
    UNKNOWN = 7  # Latin letters, digits, hanja: whichever form the writer heard


class Edge(IntEnum):
    """What stands at the right of a candidate."""

    GLUED = 0  # something else is glued on: no word
    OPEN = 1  # end, sign, or particles that fit
    REGION = 2  # 도 follows: a particle, unless the name is a province (경기도)
    ROAD = 3  # 대로 follows: a particle, unless it is a road (세종대로)
    PLURAL = 4  # an English s follows
    UNIT = 5  # 만, 도, 일, 인 …: a particle after a name, a unit after a number
    WRONG_FORM = 6  # a particle, but in the form for another ending (은 after a vowel)
    SIGN = 7  # a sign that may join what it stands between (& . ,): an end, unless a closer look says otherwise
    PERSON = 8  # 인 follows: the copula, unless it makes a people (미국인)


# Longest run of letters behind a name that is read; no particle chain is that long.
REST_LENGTH = 20

_JOINING = "&.,@/:_=?%#~"
_MAX_PARTICLES = 3
_LONGEST_OPENER = max(map(len, endings.OPENERS_ANY | endings.OPENERS_EU | endings.OPENERS_RO))
_CACHED = 65_536


def _by_form(*lists: tuple[frozenset[str], Final]) -> dict[str, Final]:
    forms: dict[str, Final] = {}
    for words, finals in lists:
        for word in words:
            forms[word] = forms.get(word, Final(0)) | finals
    return forms


_HARD = Final.CONSONANT | Final.RIEUL
_OPENERS = _by_form(
    (endings.OPENERS_ANY, Final.UNKNOWN),
    (endings.OPENERS_CONSONANT, _HARD),
    (endings.OPENERS_VOWEL, Final.VOWEL),
    (endings.OPENERS_EU, Final.CONSONANT),
    (endings.OPENERS_RO, Final.VOWEL | Final.RIEUL),
)
_CLOSERS = _by_form(
    (endings.CLOSERS_ANY, Final.UNKNOWN),
    (endings.CLOSERS_CONSONANT, _HARD),
    (endings.CLOSERS_VOWEL, Final.VOWEL),
    (endings.CLOSERS_EU, Final.CONSONANT),
    (endings.CLOSERS_RO, Final.VOWEL | Final.RIEUL),
    # Long copula forms stand after any ending (네이버이다 is common), contracted ones after a vowel.
    (frozenset(f"이{tail}" for tail in endings.COPULA_TAILS if tail != "란"), Final.UNKNOWN),
    (frozenset(f"이었{tail}" for tail in endings.PAST_TAILS), Final.UNKNOWN),
    (frozenset({"이란"}), _HARD),
    (endings.COPULA_TAILS | endings.COPULA_VOWEL, Final.VOWEL),
    (frozenset(f"였{tail}" for tail in endings.PAST_TAILS), Final.VOWEL),
    (endings.COPULA_ANY, Final.UNKNOWN),
)


@lru_cache(maxsize=_CACHED)
def final_of(sign: str) -> Final:
    """How a word that ends in this sign ends."""
    if not is_hangul(sign):
        return Final.UNKNOWN
    final = (ord(sign) - ord("가")) % 28
    return Final.VOWEL if final == 0 else Final.RIEUL if final == 8 else Final.CONSONANT


@lru_cache(maxsize=_CACHED)
def is_letter(sign: str) -> bool:
    """Does the sign belong to words? ①, ² and middle dots do not, whatever their names say."""
    category = unicodedata.category(sign)
    return category[0] in "LM" or category in {"Nd", "Nl"}


def is_hanja(sign: str) -> bool:
    """Is the sign a Chinese character?"""
    return "㐀" <= sign <= "鿿" or "\uf900" <= sign <= "\ufaff" or "\U00020000" <= sign <= "\U0003ffff"


def is_hangul(sign: str) -> bool:
    """Is the sign a Hangul syllable?"""
    return "가" <= sign <= "힣"


def is_latin(sign: str) -> bool:
    """Is the sign a small Latin letter? Folded text has no others."""
    return "a" <= sign <= "z"


@lru_cache(maxsize=_CACHED)
def right_edge(rest: str, last: str) -> Edge:
    """What stands behind a candidate.

    Args:
        rest: what follows up to the next space or light sign, at most `REST_LENGTH` + 1 signs of it; not empty.
        last: the candidate's last two signs, or its only one.
    """
    glued = letters_at_head(rest)
    if not glued:
        return Edge.SIGN if rest[0] in _JOINING else Edge.OPEN
    if rest.startswith("vs") and not is_latin(last[-1]) and not is_latin(rest[2:3]):
        return Edge.OPEN
    if is_latin(last[-1]):
        if glued == "s" or (glued[0] == "s" and is_hangul(glued[1]) and _is_chain(glued[1:], Final.UNKNOWN)):
            return Edge.PLURAL
        if is_latin(glued[0]):
            return Edge.GLUED
    if len(glued) > REST_LENGTH:
        return Edge.GLUED
    return _hangul_edge(glued, last)


def letters_at_head(text: str) -> str:
    """The run of letters that `text` begins with."""
    for at, sign in enumerate(text):
        if not is_letter(sign):
            return text[:at]
    return text


def _hangul_edge(glued: str, last: str) -> Edge:
    final = final_of(last[-1])
    if last[-1].isdecimal() and glued in endings.UNITS:
        return Edge.UNIT
    if glued[0] == "인" and is_hangul(last[-1]) and glued not in endings.COPULA_ANY - {"인"}:
        return Edge.PERSON if glued == "인" else Edge.GLUED  # 현대인들
    if _is_chain(glued, final) or _is_suffixed(glued, last):
        if glued[0] == "도":
            return Edge.REGION
        return Edge.ROAD if glued.startswith("대로") else Edge.OPEN
    if _goes_on_unspaced(glued, final):
        return Edge.OPEN
    return Edge.WRONG_FORM if _is_chain(glued, Final.UNKNOWN) else Edge.GLUED


def _is_suffixed(glued: str, last: str) -> bool:
    """One or two suffixes that leave the name what it is, then particles: 삼성그룹측은."""
    for suffix in endings.SUFFIXES:
        if glued.startswith(suffix):
            rest = glued[len(suffix) :]
            return not rest or _is_chain(rest, final_of(suffix[-1])) or _is_suffixed(rest, "")
    return glued in endings.BARE_SUFFIXES and len(last) > 1


def _goes_on_unspaced(glued: str, final: Final) -> bool:
    """A sure particle, then another script at once: the writer left a space out."""
    for at, sign in enumerate(glued):
        if not is_hangul(sign):
            return glued[:at] in endings.SURE and _is_chain(glued[:at], final)
    return False


@lru_cache(maxsize=_CACHED)
def _is_chain(rest: str, final: Final, depth: int = 0) -> bool:
    """Does the whole of `rest` read as particles after a word that ends so?"""
    if not rest or _fits(_CLOSERS, rest, final):
        return True
    if depth == _MAX_PARTICLES:
        return False
    for length in range(1, min(len(rest), _LONGEST_OPENER) + 1):
        opener, following = rest[:length], rest[length:]
        if not _fits(_OPENERS, opener, final):
            continue
        short = endings.AFTER_SHORT.get(opener)
        if not following or (short is not None and following in short):
            return True
        if short is None and _is_chain(following, final_of(opener[-1]), depth + 1):
            return True
    return False


def _fits(forms: dict[str, Final], form: str, final: Final) -> bool:
    return bool(forms.get(form, Final(0)) & final)


@lru_cache(maxsize=_CACHED)
def is_particle(word: str) -> bool:
    """Could the whole word be particles, as 이란 after a closing quote?"""
    return _is_chain(word, Final.UNKNOWN)


def is_verb(glued: str, before: str) -> bool:
    """Is a candidate that is a verb stem the verb: 역사를 알리고, 미리 알리는?

    Args:
        glued: the letters behind it.
        before: the word before it; empty at the beginning.
    """
    if glued in endings.VERB_ENDINGS:
        return True
    return glued == "는" and (before in endings.VERB_ADVERBS or (len(before) > 1 and before[-1] in "을를"))


def left_is_open(before: str, first: str) -> bool:
    """May a word begin here?

    Args:
        before: up to three signs before it, up to the last space or light sign; not empty.
        first: the candidate's first sign.
    """
    sign = before[-1]
    if not is_letter(sign):
        return True
    if is_hanja(sign) and not is_hanja(first):
        return len(before) == 1 or not is_letter(before[-2])  # 美삼성, 對中 … but not 三星電子
    return before.endswith("vs") and not is_latin(first) and (len(before) == 2 or not is_latin(before[-3]))
