"""Many expressions compiled into one automaton, in a form that can change while it runs.

An `Index` is an immutable snapshot: a big base, a small delta for what came since, and the base's slots that are dead.
Changing it gives another snapshot; whoever holds the old one goes on with it. A base keeps 100,000 expressions in flat
arrays, not as objects, so that it is small, loads in a moment and can be rebuilt without reading any expression again.
"""

import json
import sys
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import Literal, Self

from bot.core.matching import endings
from bot.core.matching.engine import DEFAULT, Ahocorasick, Daachorse, Engine
from bot.core.matching.expression import Expression, Form, Term, parse
from bot.core.matching.fold import Squashed, fold
from bot.core.matching.korean import is_hangul, is_particle

EngineType = type[Daachorse] | type[Ahocorasick]
Pair = tuple[int, Expression] | tuple[int, Expression, bool]

# Raise when fold.py, the arrays below or their meaning change: stored bases are then built anew.
_FORMAT = 1

# How an expression is marked (Layer.marks).
_TITLE_ONLY = 1
_HAS_RULES = 2
# How a term of an expression is marked (Layer.notes).
_WANTED = 1
_HAS_FORM = 2  # prefix or exact: the word rule alone does not decide
# How a pattern is marked (Layer.kinds): 0 is the quick way of core/matching/match.py.
HAS_RULES = 1
CAREFUL = 2

# A pattern whose spellings allow different gaps; each term then looks for itself.
MIXED = (1 << 64) - 1
_MAX_GAP_PLACE = 62


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a term stands in the automaton.

    Attributes:
        pattern: folded and squashed.
        gaps: bit p is set when the term itself has a space or light sign before its p-th sign.
    """

    pattern: str
    gaps: int


@dataclass(frozen=True, slots=True)
class _Record:
    """One expression, compiled, outside of a layer."""

    key: int
    text: str
    marks: int
    patterns: tuple[str, ...]
    gaps: tuple[int, ...]
    notes: bytes


def spellings(term: Term) -> tuple[Spelling, ...]:
    """The term's spellings, at least one; ㈜ is written (주) as well."""
    folded = fold(term.text)
    if "㈜" in folded or "(주)" in folded:
        return (_spelling(folded.replace("(주)", "㈜")), _spelling(folded.replace("㈜", "(주)")))
    return (_spelling(folded),)


def _spelling(folded: str) -> Spelling:
    if folded.isalnum():
        return Spelling(folded, 0)
    pieces = Squashed(folded).spaced.split()
    places = list(accumulate(map(len, pieces)))[:-1]
    gaps = MIXED if places and places[-1] > _MAX_GAP_PLACE else sum(1 << at for at in places)
    return Spelling("".join(pieces), gaps)


def all_terms(expression: Expression) -> Iterator[tuple[Term, bool]]:
    """Every term in the order that a layer files them, and whether it is a wanted one."""
    for part in expression.parts:
        for term in part.wanted.terms:
            yield term, True
        for group in (*part.needs, *part.refuses):
            for term in group.terms:
                yield term, False


def _record(pair: Pair) -> _Record:
    key, expression = pair[0], pair[1]
    title_only = len(pair) > 2 and pair[2]
    patterns: list[str] = []
    gaps: list[int] = []
    notes = bytearray()
    for term, wanted in all_terms(expression):
        note = (_WANTED if wanted else 0) | (_HAS_FORM if term.form in {Form.PREFIX, Form.EXACT} else 0)
        for spelling in spellings(term):
            patterns.append(spelling.pattern)
            gaps.append(spelling.gaps)
            notes.append(note)
    plain = expression.is_plain and not any(note & _HAS_FORM for note in notes)
    marks = (_TITLE_ONLY if title_only else 0) | (0 if plain else _HAS_RULES)
    return _Record(key, str(expression), marks, tuple(patterns), tuple(gaps), bytes(notes))


@dataclass(frozen=True, slots=True)
class Layer:
    """Compiled expressions; a slot is the place of one in the arrays, ordered by key.

    Attributes:
        texts: the expressions as printed, one a line; `text_at` holds where each begins, and the end.
        patterns: the distinct patterns, one a line; their numbers are what the engine answers.
        kinds: for each pattern `HAS_RULES`, `CAREFUL` or both; 0 when the word rule alone decides.
        gaps: for each pattern its `Spelling.gaps`, `MIXED` when its terms differ.
        term_at: for each slot where its terms begin in `term_patterns`, `term_gaps` and `notes`, and the end.
        posted_at: for each pattern where the slots that want it begin in `posted`, and the end.
        lone: for each pattern the slot that alone wants it and wants nothing else, where a hit is a match; else -1.
    """

    engine: Engine
    keys: "array[int]"
    texts: str
    text_at: "array[int]"
    marks: bytes
    patterns: str
    kinds: bytes
    gaps: "array[int]"
    term_at: "array[int]"
    term_patterns: "array[int]"
    term_gaps: "array[int]"
    notes: bytes
    posted_at: "array[int]"
    posted: "array[int]"
    lone: "array[int]"
    memo: dict[int, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def build(cls, records: Iterable[_Record], engine: EngineType) -> Self:
        """Compile; of records with one key the last counts."""
        by_key = {record.key: record for record in records}
        ordered = [by_key[key] for key in sorted(by_key)]
        numbers: dict[str, int] = {}
        term_patterns = array("I", (numbers.setdefault(p, len(numbers)) for record in ordered for p in record.patterns))
        term_gaps = array("Q", (gap for record in ordered for gap in record.gaps))
        term_at = array("I", accumulate((len(record.patterns) for record in ordered), initial=0))
        notes = b"".join(record.notes for record in ordered)
        marks = bytes(record.marks for record in ordered)
        names = list(numbers)
        posted_at, posted = _postings(len(names), term_at, term_patterns, notes)
        return cls(
            engine=engine.build(names),
            keys=array("q", (record.key for record in ordered)),
            texts="\n".join(record.text for record in ordered),
            text_at=array("I", accumulate((len(record.text) + 1 for record in ordered), initial=0)),
            marks=marks,
            patterns="\n".join(names),
            kinds=_kinds(names, marks, term_at, term_patterns),
            gaps=_gaps(len(names), term_patterns, term_gaps),
            term_at=term_at,
            term_patterns=term_patterns,
            term_gaps=term_gaps,
            notes=notes,
            posted_at=posted_at,
            posted=posted,
            lone=_lone(posted_at, posted, term_at, marks),
        )

    @classmethod
    def stored(cls, blocks: Mapping[str, bytes], *, engine: EngineType, automaton: bytes) -> Self:
        """What `Index.to_bytes` wrote of a layer."""
        patterns = blocks["patterns"].decode()
        return cls(
            engine=engine.load(automaton, patterns.split("\n") if patterns else []),
            keys=_array("q", blocks["keys"]),
            texts=blocks["texts"].decode(),
            text_at=_array("I", blocks["text_at"]),
            marks=blocks["marks"],
            patterns=patterns,
            kinds=blocks["kinds"],
            gaps=_array("Q", blocks["gaps"]),
            term_at=_array("I", blocks["term_at"]),
            term_patterns=_array("I", blocks["term_patterns"]),
            term_gaps=_array("Q", blocks["term_gaps"]),
            notes=blocks["notes"],
            posted_at=_array("I", blocks["posted_at"]),
            posted=_array("I", blocks["posted"]),
            lone=_array("i", blocks["lone"]),
        )

    def __len__(self) -> int:
        return len(self.keys)

    def slot(self, key: int) -> int | None:
        """Where the key stands; None when it is not here."""
        at = bisect_left(self.keys, key)
        return at if at < len(self.keys) and self.keys[at] == key else None

    def text(self, slot: int) -> str:
        """The expression of a slot, as printed."""
        return self.texts[self.text_at[slot] : self.text_at[slot + 1] - 1]

    def expression(self, slot: int) -> Expression:
        """The expression of a slot."""
        return parse(self.text(slot))

    def title_only(self, slot: int) -> bool:
        """Does the watch read titles alone?"""
        return bool(self.marks[slot] & _TITLE_ONLY)

    def has_rules(self, slot: int) -> bool:
        """Does a hit alone not make a match?"""
        return self.marks[slot] != 0

    def wanting(self, pattern: int) -> "array[int]":
        """The slots that want this pattern."""
        return self.posted[self.posted_at[pattern] : self.posted_at[pattern + 1]]

    def records(self, dead: frozenset[int]) -> Iterator[_Record]:
        """What the layer was built from, without the dead slots."""
        names = self.patterns.split("\n")
        for slot, key in enumerate(self.keys):
            if slot in dead:
                continue
            first, end = self.term_at[slot], self.term_at[slot + 1]
            yield _Record(
                key,
                self.text(slot),
                self.marks[slot],
                tuple(names[number] for number in self.term_patterns[first:end]),
                tuple(self.term_gaps[first:end]),
                self.notes[first:end],
            )


def _postings(
    count: int, term_at: "array[int]", term_patterns: "array[int]", notes: bytes
) -> "tuple[array[int], array[int]]":
    sizes = array("I", bytes(4 * count))
    for number, note in zip(term_patterns, notes, strict=True):
        sizes[number] += note & _WANTED
    posted_at = array("I", accumulate(sizes, initial=0))
    posted = array("I", bytes(4 * posted_at[-1]))
    free = posted_at[:]
    for slot in range(len(term_at) - 1):
        for at in range(term_at[slot], term_at[slot + 1]):
            if notes[at] & _WANTED:
                number = term_patterns[at]
                posted[free[number]] = slot
                free[number] += 1
    return posted_at, posted


def _lone(posted_at: "array[int]", posted: "array[int]", term_at: "array[int]", marks: bytes) -> "array[int]":
    lone = array("i")
    for first, end in pairwise(posted_at):
        slot = posted[first] if end - first == 1 else -1
        alone = slot >= 0 and not marks[slot] and term_at[slot + 1] - term_at[slot] == 1
        lone.append(slot if alone else -1)
    return lone


def _kinds(names: Sequence[str], marks: bytes, term_at: "array[int]", term_patterns: "array[int]") -> bytes:
    kinds = bytearray(CAREFUL if _is_careful(name) else 0 for name in names)
    for slot, mark in enumerate(marks):
        for at in range(term_at[slot], term_at[slot + 1]):
            if mark:
                kinds[term_patterns[at]] |= HAS_RULES
    return bytes(kinds)


def _is_careful(name: str) -> bool:
    """Must a look be taken at more than the letters beside it?"""
    if len(name) == 1 or not (is_hangul(name[0]) or name[0].isalpha()) or name[-1].isdecimal():
        return True
    return is_particle(name) or name in endings.VERB_STEMS


def _gaps(count: int, term_patterns: "array[int]", term_gaps: "array[int]") -> "array[int]":
    gaps = array("Q", bytes(8 * count))
    seen = bytearray(count)
    for number, gap in zip(term_patterns, term_gaps, strict=True):
        gaps[number] = gap if not seen[number] or gaps[number] == gap else MIXED
        seen[number] = 1
    return gaps


@dataclass(frozen=True, slots=True)
class Index:
    """A snapshot of all watches: (key, expression) pairs, where a pair may say that its watch reads titles alone."""

    base: Layer
    delta: Layer
    dead: frozenset[int] = frozenset()
    engine: EngineType = DEFAULT

    @classmethod
    def build(cls, pairs: Iterable[Pair], *, engine: EngineType = DEFAULT) -> Self:
        """Compile everything into the base; 100,000 take about a second and should not be built in an event loop."""
        return cls(Layer.build(map(_record, pairs), engine), _empty(engine), engine=engine)

    def __len__(self) -> int:
        return len(self.base) + len(self.delta) - len(self.dead)

    def with_added(self, pairs: Iterable[Pair]) -> "Index":
        """These pairs too; a key that is there already gets the new expression."""
        records = [_record(pair) for pair in pairs]
        keys = {record.key for record in records}
        kept = [record for record in self.delta.records(frozenset()) if record.key not in keys]
        return Index(self.base, Layer.build([*kept, *records], self.engine), self._dying(keys), self.engine)

    def with_removed(self, keys: Iterable[int]) -> "Index":
        """Without these keys; unknown ones are passed over."""
        gone = set(keys)
        delta = self.delta
        if any(delta.slot(key) is not None for key in gone):
            kept = [record for record in delta.records(frozenset()) if record.key not in gone]
            delta = Layer.build(kept, self.engine)
        return Index(self.base, delta, self._dying(gone), self.engine)

    def _dying(self, keys: Iterable[int]) -> frozenset[int]:
        slots = (self.base.slot(key) for key in keys)
        return self.dead | {slot for slot in slots if slot is not None}

    @property
    def needs_rebuild(self) -> bool:
        """Has so much changed that one base is worth its building time?"""
        size = len(self.base)
        return len(self.delta) > max(1_000, size // 100) or len(self.dead) > max(1_000, size // 20)

    def rebuilt(self) -> "Index":
        """The same with everything in the base."""
        records = [*self.base.records(self.dead), *self.delta.records(frozenset())]
        return Index(Layer.build(records, self.engine), _empty(self.engine), engine=self.engine)

    def to_bytes(self) -> bytes:
        """The compiled base, with a seal; call it on an index whose delta is empty, such as a rebuilt one."""
        base = self.base
        blocks = [base.engine.to_bytes(), *(_packed(getattr(base, name)) for name in _BLOCKS)]
        head = json.dumps({"made_by": _made_by(self.engine), "sizes": [len(block) for block in blocks]}).encode()
        payload = b"".join([len(head).to_bytes(4, "big"), head, *blocks])
        return blake2b(payload, digest_size=32).digest() + payload

    @classmethod
    def from_bytes(cls, stored: bytes, *, engine: EngineType = DEFAULT) -> Self:
        """What `to_bytes` gave, ready in a moment.

        Raises:
            ValueError: it is damaged or another version wrote it: build anew.
        """
        seal, payload = stored[:32], memoryview(stored)[32:]
        if blake2b(payload, digest_size=32).digest() != seal or len(payload) < 4:
            raise ValueError("not a stored index, or a damaged one")
        start = 4 + int.from_bytes(payload[:4], "big")
        head = json.loads(bytes(payload[4:start]))
        if head["made_by"] != _made_by(engine):
            raise ValueError(f"written by {head['made_by']}")
        blocks = []
        for size in head["sizes"]:
            blocks.append(bytes(payload[start : start + size]))
            start += size
        layer = Layer.stored(dict(zip(_BLOCKS, blocks[1:], strict=True)), engine=engine, automaton=blocks[0])
        return cls(layer, _empty(engine), engine=engine)


def _empty(engine: EngineType) -> Layer:
    return _empty_of(engine.__name__)


@cache
def _empty_of(name: str) -> Layer:
    return Layer.build((), Daachorse if name == Daachorse.__name__ else Ahocorasick)


# The arrays of a layer in the order in which they are stored.
_BLOCKS = (
    "keys",
    "texts",
    "text_at",
    "marks",
    "patterns",
    "kinds",
    "gaps",
    "term_at",
    "term_patterns",
    "term_gaps",
    "notes",
    "posted_at",
    "posted",
    "lone",
)


def _made_by(engine: EngineType) -> list[object]:
    python = f"{sys.version_info.major}.{sys.version_info.minor} {sys.byteorder}"
    return [_FORMAT, engine.library(), unicodedata.unidata_version, python]


def _packed(value: "array[int] | str | bytes") -> bytes:
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) else value.tobytes()


def _array(kind: Literal["q", "I", "Q", "i"], block: bytes) -> "array[int]":
    values = array(kind)
    values.frombytes(block)
    return values
