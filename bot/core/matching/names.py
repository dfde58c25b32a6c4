"""What names mean: the directory of companies, the names with several meanings, and hints made from them."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

# Discord shows at most 25 choices: discord.com/developers/docs/interactions/application-commands (autocomplete).
MAX_SUGGESTIONS = 25


@dataclass(frozen=True, slots=True)
class Company:
    """One row of `data/companies.tsv`.

    Attributes:
        others: other names in real use, short ones and former ones too.
        code: six digits; empty for whole groups and firms that are not listed in Korea.
        sources: letters explained at the head of the file; empty when nobody confirmed name and code.
        confirmed: the day of that look, ISO; empty when unconfirmed.
    """

    name: str
    others: tuple[str, ...]
    english: str
    code: str
    group: str
    sources: str
    confirmed: str

    def aliases(self) -> tuple[str, ...]:
        """Everything that it is called, its own name first, each once."""
        every = (self.name, *self.others, self.english, self.code)
        once = {key(each): each for each in reversed(every) if each}
        return tuple(once[key(each)] for each in dict.fromkeys(map(key, every)) if each)


class Share(StrEnum):
    """How often a name with several meanings is the company, in a day of news."""

    COMPANY = "company"
    EVEN = "even"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Meanings:
    """One row of `data/ambiguous.tsv`: what else a name means.

    Attributes:
        kinds: of its other meanings: common, team, place, person, group.
        with_company: words that stand near the company.
        with_others: words and phrases that stand near the other meanings.
    """

    name: str
    share: Share
    kinds: frozenset[str]
    korean: str
    english: str
    with_company: tuple[str, ...]
    with_others: tuple[str, ...]


class Doubt(StrEnum):
    """Why a watch on a name may tell of other things."""

    MEANINGS = "meanings"
    ONE_SYLLABLE = "one_syllable"
    TWO_LETTERS = "two_letters"


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A warning at subscribe time.

    Attributes:
        meanings: what else it means, where the list knows.
        suggestions: watch expressions that are narrower (contract §5), the most useful first.
    """

    name: str
    doubt: Doubt
    meanings: Meanings | None
    suggestions: tuple[str, ...]


class Directory:
    """Companies by every name they go by; answers from memory."""

    def __init__(self, companies: Iterable[Company]) -> None:
        self.companies = tuple(companies)
        named: dict[str, Company] = {}
        for company in self.companies:
            named.setdefault(key(company.name), company)
        for company in self.companies:
            for alias in company.aliases():
                named.setdefault(key(alias), company)
        self._named = named
        rank = {id(company): place for place, company in enumerate(self.companies)}
        self._entries = sorted(
            (form, rank[id(company)], text == key(company.name))
            for text, company in named.items()
            for form in _forms(text)
        )
        heads: dict[str, list[str]] = {}
        for text in named:
            heads.setdefault(text[:2], []).append(text)
        self._heads = heads

    def __len__(self) -> int:
        return len(self.companies)

    def company(self, name: str) -> Company | None:
        """The company of this name, other name, English name or code."""
        return self._named.get(key(name))

    def complete(self, typed: str, *, limit: int = MAX_SUGGESTIONS) -> tuple[Company, ...]:
        """Companies whose name begins like this, by letters or by initial consonants (ㅅㅅㅈㅈ); the largest first.

        A company whose own name begins so comes before one of which only another name does.
        """
        wanted = key(typed)
        if not wanted:
            return ()
        owned: dict[int, bool] = {}
        for at in range(bisect_left(self._entries, (wanted,)), len(self._entries)):
            form, number, own = self._entries[at]
            if not form.startswith(wanted):
                break
            owned[number] = owned.get(number, False) or own
        order = sorted(owned, key=lambda number: (not owned[number], number))
        return tuple(self.companies[number] for number in order[: max(0, min(limit, MAX_SUGGESTIONS))])

    def aliases_for(self, term: str) -> tuple[str, ...]:
        """What else the company of this name is called; the name as typed is left out. Empty for an unknown name."""
        company = self.company(term)
        if company is None:
            return ()
        return tuple(alias for alias in company.aliases() if key(alias) != key(term))

    def longer(self, text: str, start: int, length: int) -> str:
        """The longest known name that stands at `start` and goes on by two letters or more after `length`; or ""."""
        wanted = key(text[start : start + _LONGEST])
        own = len(key(text[start : start + length]))
        names = [name for name in self._heads.get(wanted[:2], ()) if len(name) > own + 1 and wanted.startswith(name)]
        return max(names, key=len, default="")


def parse_companies(text: str) -> Directory:
    """Read `data/companies.tsv`.

    Raises:
        ValueError: the file is not of its form; ours to mend.
    """
    return Directory(
        Company(name, _words(others), english, code, group, sources, confirmed)
        for name, others, english, code, group, sources, confirmed in _rows(text, 7)
    )


def parse_ambiguous(text: str) -> dict[str, Meanings]:
    """Read `data/ambiguous.tsv`; by `key` of the name.

    Raises:
        ValueError: the file is not of its form; ours to mend.
    """
    return {
        key(name): Meanings(
            name, Share(share), frozenset(kinds.split(",")), korean, english, _words(company), _words(others)
        )
        for name, share, kinds, korean, english, company, others in _rows(text, 7)
    }


def warning_for(term: str, ambiguous: dict[str, Meanings]) -> Ambiguity | None:
    """What to say when somebody watches this bare word; None when it is clear enough."""
    meanings = ambiguous.get(key(term))
    if meanings is not None:
        return Ambiguity(meanings.name, Doubt.MEANINGS, meanings, (with_context(meanings), without_others(meanings)))
    word = term.strip()
    if _ONE_SYLLABLE.fullmatch(word):
        return Ambiguity(word, Doubt.ONE_SYLLABLE, None, (f"={word}",))
    if _TWO_LETTERS.fullmatch(word):
        return Ambiguity(word, Doubt.TWO_LETTERS, None, (f"={word}",))
    return None


def with_context(meanings: Meanings) -> str:
    """The watch that asks for a word of the company: `기아 +(자동차|전기차)`."""
    words = [_term(word) for word in meanings.with_company]
    context = words[0] if len(words) == 1 else f"({'|'.join(words)})"
    return f"{_term(meanings.name)} +{context}"


def without_others(meanings: Meanings) -> str:
    """The watch that refuses words of the other meanings: `기아 -난민 -식량`."""
    return " ".join((_term(meanings.name), *(f"-{_term(word)}" for word in meanings.with_others)))


def key(name: str) -> str:
    """A name as it is compared: no case, no spaces, no ㈜."""
    return "".join(_COMPANY_SIGN.sub("", name).casefold().split())


_COMPANY_SIGN = re.compile(r"㈜|\(주\)|주식회사")
_ONE_SYLLABLE = re.compile(r"[가-힣]")
_TWO_LETTERS = re.compile(r"[A-Za-z]{1,2}")
_PLAIN = re.compile(r"[\w&.·'/-]+")
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_LONGEST = 40


def _forms(text: str) -> set[str]:
    return {text, "".join(_INITIALS[(ord(sign) - 0xAC00) // 588] if "가" <= sign <= "힣" else sign for sign in text)}


def _rows(text: str, width: int) -> Iterator[list[str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != width:
            raise ValueError(f"line {number}: {len(cells)} cells, not {width}")
        yield cells


def _words(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _term(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else f'"{word}"'
