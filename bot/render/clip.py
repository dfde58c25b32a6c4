"""Cutting text where a reader sees no wound, and taking out what a headline may hide.

A cut never falls inside what a reader takes for one sign: a syllable spelled in jamo, a letter with its marks, an
emoji with its joiners, a flag. The rule is that of Unicode's UAX #29 (extended grapheme clusters), simplified to the
safe side: it may cut a little earlier than allowed, never later.
"""

import re
import unicodedata
from typing import Final

ELLIPSIS: Final = "…"

_ZWJ: Final = "\u200d"
_VIRAMA: Final = 9  # Unicode canonical combining class of signs that join two consonants (Devanagari and others)
_PREPENDED: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")

# Bidirectional controls, zero-width signs (not the joiners that build emoji and some scripts), soft hyphen, and the
# C0/C1 controls. A headline that carries them shows other text than it says.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_BREAK = re.compile("\r\n|[\r\n\u0085\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
# Joiners mean something in emoji and between Arabic to Burmese letters only; elsewhere they are hidden signs.
_JOINED = "\u0600-\u109f\u2190-\u2bff\U0001f000-\U0001faff"
_STRAY_JOINERS = re.compile(
    f"(?<![{_JOINED}\ufe0f])[\u200c\u200d]+|[\u200c\u200d]+(?![{_JOINED}])|(?<=[\u200c\u200d])[\u200c\u200d]+"
)


def clip(text: str, limit: int) -> str:
    """`text` when it has at most `limit` code points, else its longest head that ends well, with `…`."""
    if len(text) <= limit:
        return text
    if limit <= 0:
        return ""
    end = limit - len(ELLIPSIS)
    while end > 0 and _inside(text, end):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def tidy(text: str) -> str:
    """One line of what a reader sees: hidden signs taken out, blanks and line breaks collapsed."""
    return " ".join(tidy_run(text).split())


def tidy_run(text: str) -> str:
    """As `tidy` for a run of text beside others: line breaks stay, and so does a blank at either end."""
    shown = _SURROGATES.sub("\ufffd", _HIDDEN.sub("", _BREAK.sub("\n", text)))
    return _BLANKS.sub(" ", _STRAY_JOINERS.sub("", shown))


def _inside(text: str, at: int) -> bool:
    """Whether the place before `text[at]` lies inside one sign."""
    before, after = text[at - 1], text[at]
    if _ZWJ in (before, after) or before in _PREPENDED or _extends(after):
        return True
    if _is_flag_letter(before) and _is_flag_letter(after):
        return _flag_letters_until(text, at) % 2 == 1
    if unicodedata.combining(before) == _VIRAMA:
        return True
    return (before == "\r" and after == "\n") or _is_surrogate_pair(before, after) or _jamo_join(before, after)


def _extends(sign: str) -> bool:
    """Marks, skin tones, tag letters, and the joiners count as part of what stands before them."""
    code = ord(sign)
    return (
        unicodedata.category(sign) in {"Mn", "Me", "Mc"}
        or sign == "\u200c"
        or code in {0x0E33, 0x0EB3, 0xFF9E, 0xFF9F}
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
    )


def _is_flag_letter(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _flag_letters_until(text: str, at: int) -> int:
    start = at
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return at - start


def _is_surrogate_pair(before: str, after: str) -> bool:
    """Halves of a sign that JSON escapes may have left apart."""
    return "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff"


def _jamo_join(before: str, after: str) -> bool:
    """Hangul spelled in conjoining jamo: lead + vowel + tail, a whole syllable + tail (UAX #29, GB6 to GB8)."""
    left, right = _jamo(before), _jamo(after)
    return right in {"L": "LVS", "S": "VT", "V": "VT", "T": "T"}.get(left, "") if left and right else False


def _jamo(sign: str) -> str:
    code = ord(sign)
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "T"
    return "S" if 0xAC00 <= code <= 0xD7A3 else ""
