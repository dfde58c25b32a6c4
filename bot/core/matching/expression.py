"""Watch expressions (contract §5): the only grammar, for every surface.

    expression = part ("," part)*
    part       = item (space item)*        exactly one item is a wanted group
    item       = group | "+" group | "-" group | ["-"] "매체:" names | "뜻:회사"
    group      = ["제목:"] alternative ("|" alternative)*, with or without brackets around
    alternative = word | "phrase" | word* | =word

Values only; a term is folded and searched elsewhere. Signs typed full-width count as their plain twins.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from bot.core.errors import UserMistake
from bot.core.matching.fold import without_hidden

MAX_TERMS = 500
MAX_TERM_LENGTH = 200
MAX_LENGTH = 20_000


class Form(StrEnum):
    """How a term is searched."""

    WORD = "word"
    PHRASE = "phrase"
    PREFIX = "prefix"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Term:
    """One alternative; `text` is without the signs of its form. `str()` is as a watch writes it."""

    text: str
    form: Form = Form.WORD

    def __str__(self) -> str:
        match self.form:
            case Form.PHRASE:
                return f'"{self.text}"'
            case Form.PREFIX:
                return f"{self.text}*"
            case Form.EXACT:
                return f"={self.text}"
            case _:
                return self.text


@dataclass(frozen=True, slots=True)
class Group:
    """Any of these terms; with `title_only` in the title."""

    terms: tuple[Term, ...]
    title_only: bool = False

    def __str__(self) -> str:
        return ("제목:" if self.title_only else "") + "|".join(map(str, self.terms))


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between commas.

    Attributes:
        needs: the article must also contain one term of each group.
        refuses: the article must contain none of their terms, but see `Form.PHRASE` in core/matching/match.py.
        outlets: only from one of these (name or domain); empty for all.
        not_outlets: never from one of these.
        organisation: only where the context reads as the organisation (`뜻:회사`).
    """

    wanted: Group
    needs: tuple[Group, ...] = ()
    refuses: tuple[Group, ...] = ()
    outlets: tuple[str, ...] = ()
    not_outlets: tuple[str, ...] = ()
    organisation: bool = False

    def __str__(self) -> str:
        pieces = [
            str(self.wanted),
            *(f"+{_bracketed(group)}" for group in self.needs),
            *(f"-{_bracketed(group)}" for group in self.refuses),
        ]
        if self.outlets:
            pieces.append("매체:" + "|".join(map(_quoted, self.outlets)))
        if self.not_outlets:
            pieces.append("-매체:" + "|".join(map(_quoted, self.not_outlets)))
        if self.organisation:
            pieces.append("뜻:회사")
        return " ".join(pieces)


@dataclass(frozen=True, slots=True)
class Expression:
    """A whole watch expression; `parse(str(expression)) == expression`."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.parts))

    @property
    def name(self) -> str:
        """What a card shows: the first alternative, without quotes."""
        first = self.parts[0].wanted.terms[0]
        return f"{first.text}*" if first.form is Form.PREFIX else first.text

    @property
    def terms(self) -> tuple[Term, ...]:
        """All wanted alternatives of all parts, in the order written."""
        return tuple(term for part in self.parts for term in part.wanted.terms)

    @property
    def is_plain(self) -> bool:
        """Only alternatives: any hit is a match."""
        return all(
            not (part.needs or part.refuses or part.outlets or part.not_outlets or part.organisation)
            and not part.wanted.title_only
            for part in self.parts
        )


def parse(text: str) -> Expression:
    """Read an expression.

    Raises:
        UserMistake: it is none; `position` counts characters from 1, the sentence is in core/wording/watching.py.
    """
    if _PLAIN.fullmatch(text):
        return Expression((Part(Group((Term(text),))),))
    return _Reader(text).expression()


# Nine watches in ten are this; 100,000 of them are to be read in well under a second.
_PLAIN = re.compile(rf"[0-9A-Za-z가-힣]{{1,{MAX_TERM_LENGTH}}}")


def _bracketed(group: Group) -> str:
    if len(group.terms) == 1:
        return str(group)
    return ("제목:" if group.title_only else "") + "(" + "|".join(map(str, group.terms)) + ")"


def _quoted(name: str) -> str:
    return f'"{name}"' if re.search(r"[\s()]", name) else name


# Twins that people type or their keyboards make of the signs of the grammar; all of length one.
_TWINS = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
        **dict.fromkeys("“”„‟″〝〞", '"'),
        **dict.fromkeys("\u00a0\u3000\u2002\u2003\u2009\u202f\n\t\r", " "),
        "−": "-",
        "‐": "-",
        "‑": "-",
        "–": "-",
    }
)
# Control characters and lone surrogates: no database and no chat takes them.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_WORD_END = frozenset(' ,|)"')
_PREFIXES = re.compile(r"(제목|title|매체|outlet|뜻|sense):", re.IGNORECASE)
_KINDS = {"제목": "title", "title": "title", "매체": "outlet", "outlet": "outlet", "뜻": "sense", "sense": "sense"}
_COMPANY = "(주)"


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a part, and where it begins."""

    at: int
    sign: str  # "", "+", "-"
    kind: str  # "group", "outlet", "sense"
    group: Group | None = None
    names: tuple[str, ...] = ()


class _Reader:
    """Reads one text from left to right; `at` counts from 0."""

    __slots__ = ("at", "count", "text")

    def __init__(self, text: str) -> None:
        self.at = 0
        self.count = 0
        if len(text) > MAX_LENGTH:
            self._mistake("watch.too_long", MAX_LENGTH, limit=MAX_LENGTH)
        self.text = without_hidden(unicodedata.normalize("NFC", text)).translate(_TWINS)
        if (bad := _UNWRITABLE.search(self.text)) is not None:
            self._mistake("watch.bad_character", bad.start())

    def expression(self) -> Expression:
        self._skip_spaces()
        if self.at == len(self.text):
            self._mistake("watch.empty", 0)
        parts = [self._part()]
        while self._peek() == ",":
            self.at += 1
            parts.append(self._part())
        return Expression(tuple(parts))

    def _part(self) -> Part:
        self._skip_spaces()
        begin = self.at
        items: list[_Item] = []
        while self._peek() not in {"", ","}:
            items.append(self._item())
            if self._peek() not in {"", ",", " "}:
                self._mistake("watch.space_missing", self.at, sign=self._peek())
            self._skip_spaces()
        if not items:
            self._mistake("watch.part_empty", min(begin, len(self.text) - 1))
        return self._put_together(items)

    def _put_together(self, items: list[_Item]) -> Part:
        wanted = [item for item in items if item.kind == "group" and not item.sign]
        if not wanted:
            self._mistake("watch.nothing_wanted", items[0].at)
        if len(wanted) > 1:
            self._two(wanted)
        main = _group(wanted[0])
        refuses = tuple(_group(item) for item in items if item.kind == "group" and item.sign == "-")
        for item in items:
            if item.kind == "group" and item.sign == "-" and set(_group(item).terms) & set(main.terms):
                self._mistake("watch.contradiction", item.at, term=str(_group(item)))
        return Part(
            main,
            needs=tuple(_group(item) for item in items if item.kind == "group" and item.sign == "+"),
            refuses=refuses,
            outlets=tuple(name for item in items if item.kind == "outlet" and not item.sign for name in item.names),
            not_outlets=tuple(name for item in items if item.kind == "outlet" and item.sign for name in item.names),
            organisation=any(item.kind == "sense" for item in items),
        )

    def _two(self, wanted: list[_Item]) -> NoReturn:
        groups = [_group(item) for item in wanted]
        rest = " ".join(f"+{_bracketed(group)}" for group in groups[1:])
        first = str(groups[0])
        bare = all(
            len(group.terms) == 1 and group.terms[0].form is Form.WORD and not group.title_only for group in groups
        )
        if bare:
            words = " ".join(str(group) for group in groups)
            self._mistake("watch.two_words", wanted[1].at, phrase=words, first=first, rest=rest)
        self._mistake("watch.two_terms", wanted[1].at, first=first, rest=rest)

    def _item(self) -> _Item:
        at = self.at
        sign = self._peek() if self._peek() in {"+", "-"} else ""
        self.at += len(sign)
        if sign and self._peek() in {"", " ", ","}:
            self._mistake("watch.sign_alone", at, sign=sign)
        prefix = _PREFIXES.match(self.text, self.at)
        kind = _KINDS[prefix[1].lower()] if prefix else "group"
        if prefix:
            self.at = prefix.end()
            self._skip_spaces()
            if self._peek() in {"", ","}:
                self._mistake("watch.prefix_alone", at, prefix=prefix[0])
        match kind:
            case "outlet":
                if sign == "+":
                    self._mistake("watch.plus_outlet", at)
                return _Item(at, sign, kind, names=tuple(term.text for term in self._alternatives()))
            case "sense":
                return self._sense(at, sign)
            case _:
                return _Item(at, sign, "group", Group(tuple(self._alternatives()), title_only=kind == "title"))

    def _sense(self, at: int, sign: str) -> _Item:
        value = self._word()
        if sign or value.casefold() not in {"회사", "org"}:
            self._mistake("watch.sense_unknown", at, value=value)
        return _Item(at, "", "sense")

    def _alternatives(self) -> list[Term]:
        bracket = self.at if self._peek() == "(" and not self.text.startswith(_COMPANY, self.at) else -1
        if bracket >= 0:
            self.at += 1
            self._skip_spaces()
        terms = [self._term()]
        while self._next_bar():
            terms.append(self._term())
        if bracket >= 0:
            self._skip_spaces()
            if self._peek() != ")":
                self._mistake("watch.bracket_open", bracket)
            self.at += 1
        return terms

    def _next_bar(self) -> bool:
        """Step over a bar and the spaces around it, if one comes."""
        at = self.at
        while at < len(self.text) and self.text[at] == " ":
            at += 1
        if not self.text.startswith("|", at):
            return False
        self.at = at + 1
        self._skip_spaces()
        return True

    def _term(self) -> Term:
        self.count += 1
        if self.count > MAX_TERMS:
            self._mistake("watch.too_many", self.at, limit=MAX_TERMS)
        at = self.at
        if self._peek() == '"':
            return self._phrase()
        exact = self._peek() == "="
        self.at += exact
        word = self._word()
        prefix = word.endswith("*")
        text = word[:-1] if prefix else word
        if "*" in text:
            self._mistake("watch.star_inside", at + exact + text.index("*"))
        if exact and prefix:
            self._mistake("watch.exact_and_prefix", at)
        self._check(text, at)
        return Term(text, Form.EXACT if exact else Form.PREFIX if prefix else Form.WORD)

    def _phrase(self) -> Term:
        begin = self.at
        end = self.text.find('"', begin + 1)
        if end < 0:
            self._mistake("watch.quote_open", begin)
        text = " ".join(self.text[begin + 1 : end].split())
        self.at = end + 1
        self._check(text, begin)
        if self._peek() == "*":
            self._mistake("watch.star_after_phrase", self.at)
        return Term(text, Form.PHRASE)

    def _word(self) -> str:
        begin = self.at
        while self.at < len(self.text):
            sign = self.text[self.at]
            if self.text.startswith(_COMPANY, self.at):
                self.at += len(_COMPANY)
                continue
            if sign == "(":
                self._mistake("watch.bracket_inside", self.at)
            if sign == '"' and self.at > begin:
                self._mistake("watch.quote_inside", self.at)
            if sign in _WORD_END:
                break
            self.at += 1
        return self.text[begin : self.at]

    def _check(self, text: str, at: int) -> None:
        if len(text) > MAX_TERM_LENGTH:
            self._mistake("watch.term_long", at, limit=MAX_TERM_LENGTH)
        if not any(map(str.isalnum, text)):
            if self._peek() == ")":
                self._mistake("watch.bracket_close", self.at)
            self._mistake("watch.no_letters", min(at, max(len(self.text) - 1, 0)))

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip_spaces(self) -> None:
        while self._peek() == " ":
            self.at += 1

    def _mistake(self, key: str, at: int, **values: object) -> NoReturn:
        raise UserMistake(key, position=at + 1, **values)


def _group(item: _Item) -> Group:
    assert item.group is not None  # noqa: S101 (only called for items of kind "group")
    return item.group
