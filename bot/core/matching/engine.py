"""Finding many strings in one pass: one protocol, two libraries (docs/decisions/matching-engine.md)."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Protocol, Self

import ahocorasick

try:
    import daachorse

    HAS_DAACHORSE = True
except ImportError:  # pragma: no cover (no wheel for Linux on ARM and musl)
    HAS_DAACHORSE = False


class Engine(Protocol):
    """All occurrences, overlapping ones too, of a fixed list of patterns."""

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, number of the pattern) in code points. `text` holds no lone surrogates."""
        ...

    @staticmethod
    def library() -> str:
        """Name and version."""
        ...

    def to_bytes(self) -> bytes:
        """The compiled form; empty where the library has none that is worth storing."""
        ...


class Daachorse:
    """A double array in Rust; lets other threads run while it builds and searches."""

    __slots__ = ("_automaton", "find")

    def __init__(self, automaton: "daachorse.CharwiseDoubleArrayAhoCorasick") -> None:
        self._automaton = automaton
        self.find = automaton.find_overlapping

    @classmethod
    def build(cls, patterns: Sequence[str]) -> Self:
        """Compile; patterns are distinct and not empty."""
        return cls(daachorse.CharwiseDoubleArrayAhoCorasick(list(patterns), use_prefilter=False))

    @classmethod
    def load(cls, stored: bytes, patterns: Sequence[str]) -> Self:  # noqa: ARG003 (Ahocorasick.load needs them)
        """Take the compiled form, which must be one that this very version wrote."""
        return cls(daachorse.CharwiseDoubleArrayAhoCorasick.deserialize(stored))

    @staticmethod
    def library() -> str:
        """Name and version: a compiled form is for this alone."""
        return f"daachorse {version('daachorse')}"

    def to_bytes(self) -> bytes:
        """The compiled form."""
        return bytes(self._automaton.serialize())


class Ahocorasick:
    """A trie in C, with wheels for every platform; stops other threads while it searches."""

    __slots__ = ("_automaton", "_lengths")

    def __init__(self, patterns: Sequence[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for number, pattern in enumerate(patterns):
            self._automaton.add_word(pattern, number)
        self._automaton.make_automaton()
        self._lengths = [len(pattern) for pattern in patterns]

    @classmethod
    def build(cls, patterns: Sequence[str]) -> Self:
        """Compile; patterns are distinct and not empty."""
        return cls(patterns)

    @classmethod
    def load(cls, stored: bytes, patterns: Sequence[str]) -> Self:  # noqa: ARG003 (it has no compiled form of its own)
        """Compile again: a third of a second for 100,000."""
        return cls(patterns)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """See `Engine`."""
        if not self._lengths:
            return []
        lengths = self._lengths
        return [(last + 1 - lengths[number], last + 1, number) for last, number in self._automaton.iter(text)]

    @staticmethod
    def library() -> str:
        """Name and version."""
        return f"pyahocorasick {version('pyahocorasick')}"

    def to_bytes(self) -> bytes:
        """Nothing: its own form is a pickle, which we do not read from disk."""
        return b""


DEFAULT: type[Daachorse] | type[Ahocorasick] = Daachorse if HAS_DAACHORSE else Ahocorasick
