"""An article made ready for searching: its fields folded and squashed as one text."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.matching.fold import Squashed, fold_with_offsets
from bot.core.news import Field

# Between fields: printable, changed by no fold, part of no word.
_BORDER = "¦"
_TITLE, _SUMMARY, _BODY = Field.TITLE, Field.SUMMARY, Field.BODY


@dataclass(frozen=True, slots=True)
class Text:
    """What is searched of an article."""

    title: str
    summary: str = ""
    body: str = ""
    outlet: str = ""
    url: str = ""

    def fields(self) -> Mapping[Field, str]:
        """The texts by field, in reading order."""
        return {Field.TITLE: self.title, Field.SUMMARY: self.summary, Field.BODY: self.body}


class Page:
    """The article's text as given, folded, and squashed; and the way back from the one to the other."""

    __slots__ = ("folded", "given", "offsets", "squashed", "summary_end", "text", "title_end")

    def __init__(self, text: Text) -> None:
        self.text = text
        self.given = f"{text.title}{_BORDER}{text.summary}{_BORDER}{text.body}"
        self.title_end = len(text.title)
        self.summary_end = self.title_end + 1 + len(text.summary)
        self.folded, self.offsets = fold_with_offsets(self.given)
        self.squashed = Squashed(self.folded)

    def given_span(self, start: int, end: int) -> tuple[int, int]:
        """A span of the folded text in the text as given."""
        offsets = self.offsets
        return (start, end) if offsets is None else (offsets.start(start), offsets.end(end))

    def given_text(self, start: int, end: int) -> str:
        """The text as given of a span of the folded text."""
        first, last = self.given_span(start, end)
        return self.given[first:last]

    def place(self, start: int, end: int) -> tuple[Field, int, int, str]:
        """Field, start and end in it, and the text as given of a span of the folded text."""
        if self.offsets is not None:
            start, end = self.offsets.start(start), self.offsets.end(end)
        if start > self.summary_end:
            shift = self.summary_end + 1
            return _BODY, start - shift, end - shift, self.given[start:end]
        if start <= self.title_end:
            return _TITLE, start, end, self.given[start:end]
        shift = self.title_end + 1
        return _SUMMARY, start - shift, end - shift, self.given[start:end]

    def in_title(self, start: int) -> bool:
        """Does a span of the folded text that starts here stand in the title?"""
        return self.given_span(start, start)[0] < self.title_end
