"""Every sentence that a person may read, Korean and English side by side; one file a room.

A sentence is whole, with named values: never glued from parts. `{watch:을/를}` writes the value and
the particle that fits its last syllable; `{watch!p:을/를}` writes only the particle.
A test checks that both languages name the same values and that every key is used.
Private answers end in -어요, public lines in -습니다 (design/commands.md §10).
"""

from collections.abc import Iterable, Mapping
from string import Formatter

from bot.core.wording import alerting, commanding, delivering, discording, fetching, operating, reading, watching

KOREAN, ENGLISH = "ko", "en"

TEXTS: Mapping[str, tuple[str, str]] = {
    **watching.TEXTS,
    **reading.TEXTS,
    **fetching.TEXTS,
    **delivering.TEXTS,
    **discording.TEXTS,
    **alerting.TEXTS,
    **commanding.TEXTS,
    **operating.TEXTS,
}


def say(key: str, language: str = KOREAN, /, **values: object) -> str:
    """The sentence for `key` with its values filled in.

    Raises:
        KeyError: no such sentence, or a value is missing: a mistake of ours that the tests find.
    """
    return _FORMAT.vformat(TEXTS[key][1 if language == ENGLISH else 0], (), values)


def reason(key: str, language: str, values: Mapping[str, object] | None) -> str:
    """The sentence for a stored reason; one that this version does not know is named by its key."""
    try:
        return say(key, language, **(values or {}))
    except KeyError:
        return key


def values_named(template: str) -> set[str]:
    """The names of the values in a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


class _Silent(str):
    """A value of which only the particle is written."""

    __slots__ = ()


class _WithParticles(Formatter):
    def convert_field(self, value: object, conversion: str | None) -> object:
        return _Silent(str(value)) if conversion == "p" else super().convert_field(value, conversion)

    def format_field(self, value: object, format_spec: str) -> str:
        after_consonant, slash, after_vowel = format_spec.partition("/")
        if not slash:
            return str(format(value, format_spec))
        spoken = "" if isinstance(value, _Silent) else str(value)
        return spoken + particle(str(value), after_consonant, after_vowel)

    def check_unused_args(self, used_args: object, args: object, kwargs: object) -> None:
        """Values that a sentence does not name are fine: errors carry more than each language tells."""


_FORMAT = _WithParticles()

# How the last sign of a word that is no Hangul syllable is read aloud: does it end in a consonant, and is it ㄹ?
_CONSONANT_SIGNS = frozenset("013678LMNRlmnr")
_RIEUL_SIGNS = frozenset("178LRlr")


def particle(word: str, after_consonant: str, after_vowel: str) -> str:
    """Which of two particles follows `word`; 으로/로 counts a final ㄹ as a vowel. Signs and brackets do not count."""
    last = next((sign for sign in reversed(word) if sign.isalnum()), "")
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        consonant, rieul = final != 0, final == 8
    else:
        consonant, rieul = last in _CONSONANT_SIGNS, last in _RIEUL_SIGNS
    if rieul and after_consonant.startswith("으로"):
        return after_vowel
    return after_consonant if consonant else after_vowel


def languages() -> Iterable[str]:
    """The languages there are, the default first."""
    return (KOREAN, ENGLISH)
