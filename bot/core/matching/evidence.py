"""The sentence around a hit, short enough for a card."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from bot.core.message import Span, Tone
from bot.core.news import Hit

_CUT = "…"
# A sentence ends behind one of these signs, and the quotes and brackets that close with it.
_SENTENCE_END = re.compile(r"(?:[.!?。！？]+[\"'”’)\]」』]*(?=\s)|\n)\s*")
# A longer way than this many times the limit to the sentence's edge is not gone: the excerpt is cut anyway.
_REACH = 3
# White space, and what no platform shows in a line.
_UNSHOWN = re.compile("[\\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def sentence(text: str, hits: Sequence[Hit], limit: int = 200) -> tuple[Span, ...]:
    """The sentence in which the first hit stands, at most `limit` characters, hits STRONG, white space collapsed.

    Args:
        text: the field that the hits' offsets are of.
        hits: hits in this field; those outside the sentence are passed over.
        limit: characters, the signs of a cut among them.
    """
    places = _merged(hits, len(text))
    if not places:
        return ()
    first = places[0]
    start, end = _sentence(text, *first, reach=limit * _REACH)
    inside = [place for place in places if start <= place[0] and place[1] <= end]
    return _fitted(list(_runs(text, start, end, inside)), limit)


def _merged(hits: Sequence[Hit], length: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted((hit.start, hit.end) for hit in hits if 0 <= hit.start < hit.end <= length):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _sentence(text: str, start: int, end: int, *, reach: int) -> tuple[int, int]:
    left = _at_border(text, max(0, start - reach))
    begin = left
    for found in _SENTENCE_END.finditer(text, left, start):
        begin = found.end()
    following = _SENTENCE_END.search(text, end, min(len(text), end + reach))
    return begin, following.end() if following else max(end, _at_border(text, min(len(text), end + reach)))


def _runs(text: str, start: int, end: int, places: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Text and whether it is a hit, white space collapsed, none at the ends."""
    at = start
    for first, last in places:
        yield from _run(text[at:first], strong=False)
        yield from _run(text[first:last], strong=True)
        at = last
    yield from _run(text[at:end], strong=False)


def _run(text: str, *, strong: bool) -> Iterator[tuple[str, bool]]:
    shown = _UNSHOWN.sub(" ", text)
    if shown:
        yield shown, strong


def _fitted(runs: list[tuple[str, bool]], limit: int) -> tuple[Span, ...]:
    runs = _trimmed(runs)
    whole = "".join(text for text, _ in runs)
    if len(whole) <= limit:
        return tuple(_spans(runs, 0, len(whole), len(whole)))
    hit = next(sum(len(text) for text, _ in runs[:at]) for at, (_, strong) in enumerate(runs) if strong)
    length = len(next(text for text, strong in runs if strong))
    room = limit - 2 * len(_CUT)
    start = max(0, min(hit - max(0, room - length) // 3, len(whole) - room))
    end = min(len(whole), start + room)
    start, end = _at_border(whole, start), _at_border(whole, end)
    return tuple(_spans(runs, start, end, len(whole)))


def _trimmed(runs: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    if runs and not runs[0][1]:
        runs[0] = (runs[0][0].lstrip(), False)
    if runs and not runs[-1][1]:
        runs[-1] = (runs[-1][0].rstrip(), False)
    return [run for run in runs if run[0]]


def _spans(runs: list[tuple[str, bool]], start: int, end: int, length: int) -> Iterator[Span]:
    if start > 0:
        yield Span(_CUT)
    at = 0
    for text, strong in runs:
        shown = text[max(0, start - at) : max(0, end - at)]
        if shown:
            yield Span(shown, Tone.STRONG if strong else Tone.PLAIN)
        at += len(text)
    if end < length:
        yield Span(_CUT)


_JOINERS = {"\u200d", "\ufe0f"}


def _at_border(text: str, at: int) -> int:
    """The nearest place to the left where no sign is cut from what it combines with."""
    while 0 < at < len(text) and not _is_border(text, at):
        at -= 1
    return at


def _is_border(text: str, at: int) -> bool:
    before, sign = text[at - 1], text[at]
    if sign in _JOINERS or before == "\u200d" or unicodedata.category(sign)[0] == "M":
        return False
    if "\U0001f3fb" <= sign <= "\U0001f3ff":  # a skin tone belongs to the sign before it
        return False
    if "ᅠ" <= sign <= "ᇿ":  # a vowel or final consonant of decomposed Hangul
        return False
    return not ("\U0001f1e6" <= sign <= "\U0001f1ff" and _flags_before(text, at) % 2)


def _flags_before(text: str, at: int) -> int:
    count = 0
    while at - count > 0 and "\U0001f1e6" <= text[at - count - 1] <= "\U0001f1ff":
        count += 1
    return count
