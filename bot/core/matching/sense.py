"""Does a hit mean the organisation? A small log-linear scorer over the words around it, offered as `뜻:회사`.

Every feature is a yes or no that a person can check; the weights are in `data/sense.json`, fitted by `bench/sense.py`
on sentences of our own (docs/decisions/word-sense.md tells how, and how good it is).
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import exp, isfinite

from bot.core.matching.names import Directory, Meanings, Share, key
from bot.core.news import Field, Hit

# How far a word may stand from the hit to count as near, and how much of a field is read at all.
NEAR = 60
MAX_READ = 4_000
# What 👎 and 👍 can do: one vote moves each weight it touches by a step, all votes together by no more than the bound.
VOTE_STEP = 0.3
MAX_SHIFT = 1.0


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature that spoke: for the organisation when its weight is above 0, against it below.

    Attributes:
        feature: its name in the weights.
        words: what was seen, as it stands in the article; empty where there is nothing to show.
    """

    feature: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scorer says of one hit; the reasons with the most weight first, the start value among them."""

    is_org: bool
    probability: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """👍 or 👎 on an alert: the features of its hit (`Scorer.features`)."""

    term: str
    features: frozenset[str]
    good: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """What `data/sense.json` holds.

    Attributes:
        threshold: the least probability that counts as the organisation.
        words: groups of words looked for in the article, by name.
        next_words: groups of words looked for right after the hit, by name.
        shifts: what votes moved, by feature, or by `term:` and the key of a name; bounded.
    """

    start: float
    threshold: float
    weights: Mapping[str, float]
    words: Mapping[str, tuple[str, ...]]
    next_words: Mapping[str, tuple[str, ...]]
    shifts: Mapping[str, float]

    def of(self, feature: str) -> float:
        """The weight of a feature with what votes moved; 0 for one that was never seen."""
        return self.weights.get(feature, 0.0) + self.shifts.get(feature, 0.0)


def parse_weights(text: str) -> Weights:
    """Read `data/sense.json`.

    Raises:
        ValueError: not of its form; ours to mend.
    """
    read = json.loads(text)
    try:
        weights = Weights(
            float(read["start"]),
            float(read["threshold"]),
            {str(name): float(value) for name, value in read["weights"].items()},
            {str(name): tuple(words) for name, words in read["words"].items()},
            {str(name): tuple(words) for name, words in read["next_words"].items()},
            {},
        )
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"sense weights: {wrong!r}") from wrong
    if not all(isfinite(value) for value in (weights.start, weights.threshold, *weights.weights.values())):
        raise ValueError("sense weights: a number is not finite")
    return weights


def adjusted(weights: Weights, votes: Iterable[Vote]) -> Weights:
    """The weights after these votes, in order. Each vote counts the less, the surer its answer already was."""
    shifts = dict(weights.shifts)
    for vote in votes:
        names = (*sorted(vote.features), _term_feature(vote.term))
        total = weights.start + sum(weights.weights.get(name, 0.0) + shifts.get(name, 0.0) for name in names)
        step = VOTE_STEP * ((1.0 if vote.good else 0.0) - _logistic(total))
        for name in names:
            # The name itself learns fastest: what is wrong for this watch is mostly right for the others.
            moved = shifts.get(name, 0.0) + (step * 3 if name.startswith("term:") else step / 3)
            shifts[name] = max(-MAX_SHIFT, min(MAX_SHIFT, moved))
    return replace(weights, shifts=shifts)


class Scorer:
    """Weights with the directory and the list of ambiguous names they look names up in."""

    def __init__(self, weights: Weights, directory: Directory, ambiguous: Mapping[str, Meanings]) -> None:
        self.weights = weights
        self.directory = directory
        self.ambiguous = ambiguous
        self._words = {name: _any_of(words) for name, words in weights.words.items()}
        self._next = {name: _any_of(words) for name, words in weights.next_words.items()}

    def with_votes(self, votes: Iterable[Vote]) -> "Scorer":
        """The scorer after these votes."""
        return Scorer(adjusted(self.weights, votes), self.directory, self.ambiguous)

    def means_org(self, term: str, fields: Mapping[Field, str], hit: Hit) -> bool:
        """The answer alone: what `core/matching/match.py` asks."""
        return self.score(term, fields, hit).is_org

    def score(self, term: str, fields: Mapping[Field, str], hit: Hit) -> Verdict:
        """Does this hit of a watch named `term` mean the organisation?"""
        seen = self.features(term, fields, hit)
        own = _term_feature(term)
        reasons = [Reason("start", "", self.weights.start)]
        reasons += [Reason(name, words, self.weights.of(name)) for name, words in seen.items()]
        reasons.append(Reason(own, term, self.weights.of(own)))
        probability = _logistic(sum(reason.weight for reason in reasons))
        told = sorted((each for each in reasons if each.weight), key=lambda each: (-abs(each.weight), each.feature))
        return Verdict(probability >= self.weights.threshold, probability, tuple(told))

    def features(self, term: str, fields: Mapping[Field, str], hit: Hit) -> dict[str, str]:
        """The features of this hit, each with the words that show it."""
        text = fields.get(hit.field, "")
        place = _Place(_clean(text[max(0, hit.start - MAX_READ) : hit.start]), hit.text, _clean(text[hit.end :]))
        whole = "\n".join(_clean(each) for each in fields.values())
        seen = self._of_name(hit.text if key(hit.text) in self.ambiguous else term)
        seen |= self._of_place(place)
        seen |= self._of_context(place, whole)
        seen |= self._of_list(term, hit.text, whole)
        if hit.field is Field.TITLE:
            seen["title"] = ""
        seen |= {f"{_JOIN.join(pair)}": seen[pair[1]] for pair in _PAIRS if pair[0] in seen and pair[1] in seen}
        return seen

    def _of_name(self, name: str) -> dict[str, str]:
        seen: dict[str, str] = {}
        meanings = self.ambiguous.get(key(name))
        if meanings is not None:
            seen[f"share.{meanings.share}"] = name
            seen |= {f"kind.{kind}": name for kind in meanings.kinds}
        elif self.directory.company(name) is not None:
            seen["directory"] = name
        if len(key(name)) <= _SHORT:
            seen["short"] = name
        if name[:1].isascii():
            seen["latin"] = name
        return seen

    def _of_place(self, place: "_Place") -> dict[str, str]:
        seen = {f"before.{kind}": words for kind, words in place.before_kinds()}
        seen |= {f"after.{kind}": words for kind, words in place.after_kinds()}
        for name, pattern in self._next.items():
            found = pattern.match(place.next_words())
            if found:
                seen[name] = found[0]
        longer = self.directory.longer(place.hit + place.after, 0, len(place.hit))
        if longer and self.directory.company(longer) is not self.directory.company(place.hit):
            seen["longer"] = longer
        return seen

    def _of_context(self, place: "_Place", whole: str) -> dict[str, str]:
        seen: dict[str, str] = {}
        near = f"{place.before[-NEAR:]} {place.after[:NEAR]}"
        for name, pattern in self._words.items():
            found = dict.fromkeys(pattern.findall(whole))
            if found:
                seen[f"far.{name}"] = ", ".join(list(found)[:_SHOWN])
            if len(found) >= _MANY:
                seen[f"many.{name}"] = ", ".join(list(found)[:_SHOWN])
            close = pattern.search(near)
            if close:
                seen[f"near.{name}"] = close[0]
        if not any(f"near.{name}" in seen for name in _BUSINESS):
            seen["no_business_near"] = ""
        if not any(f"far.{name}" in seen for name in _BUSINESS):
            seen["no_business"] = ""
        return seen

    def _of_list(self, term: str, text: str, whole: str) -> dict[str, str]:
        seen: dict[str, str] = {}
        meanings = self.ambiguous.get(key(text)) or self.ambiguous.get(key(term))
        if meanings is not None:
            for name, words in (("list.company", meanings.with_company), ("list.others", meanings.with_others)):
                found = [word for word in words if word in whole]
                if found:
                    seen[name] = ", ".join(found[:_SHOWN])
        if whole.count(text) > 1:
            seen["repeated"] = text
        return seen


@dataclass(frozen=True, slots=True)
class _Place:
    """The text before and after a hit, in its field."""

    before: str
    hit: str
    after: str

    def next_words(self) -> str:
        return self.after[:NEAR].lstrip(" '\"’”")

    def before_kinds(self) -> Iterable[tuple[str, str]]:
        trimmed = self.before.rstrip(" '\"‘“")
        if not trimmed or trimmed[-1] in _SENTENCE_ENDS:
            yield "start", ""
            return
        if _PERSON_BEFORE.search(self.before) and self.after.startswith(")"):
            yield "person", _PERSON_BEFORE.findall(self.before)[-1]
        if trimmed[-1] in _DOTS:
            yield "dot", trimmed[-1]
        elif trimmed[-1] in ",、":
            yield "comma", trimmed[-1]
        elif trimmed[-1] in "([<〈":
            yield "bracket", trimmed[-1]
        else:
            word = trimmed.split()[-1]
            yield _kind_of_word_before(word), word

    def after_kinds(self) -> Iterable[tuple[str, str]]:
        rest = self.after
        particle = _PARTICLE.match(rest)
        kind = _PARTICLES[particle[1]] if particle else _kind_of_sign(rest)
        yield kind, particle[1] if particle else rest[:1].strip()
        for name, pattern in _NEXT_KINDS:
            found = pattern.match(rest)
            if found:
                yield name, found[0].strip()
        if kind in _SPEAKS:
            acts = _ACTS.search(_SENTENCE.split(rest[: NEAR * 4], maxsplit=1)[0])
            if acts:
                yield "acts", acts[0]


def _kind_of_sign(rest: str) -> str:
    sign = rest[:1]
    if not sign or sign in _SENTENCE_ENDS:
        return "end"
    if sign.isspace():
        return "word"
    return next((kind for kind, signs in _SIGNS.items() if sign in signs), "sign")


def _kind_of_word_before(word: str) -> str:
    if word.endswith("의"):
        return "of"
    if word in _AMONG:
        return "among"
    if _MODIFIES.search(word):
        return "modified"
    return "particle" if _PARTICLE_END.search(word) else "word"


def _clean(text: str) -> str:
    read = text[:MAX_READ] if len(text) > MAX_READ else text
    return read if unicodedata.is_normalized("NFC", read) else unicodedata.normalize("NFC", read)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))


def _term_feature(term: str) -> str:
    return f"term:{key(term)}"


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + exp(-max(-60.0, min(60.0, value))))


_SHORT, _MANY, _SHOWN = 2, 3, 3
_BUSINESS = ("stock", "results", "deal", "trade", "boss", "law")
_JOIN = " & "
_PAIRS = (
    ("kind.team", "near.sports"),
    ("kind.team", "many.sports"),
    ("kind.verb", "after.subject"),
    ("kind.verb", "after.object"),
    ("kind.common", "no_business_near"),
    ("kind.common", "no_business"),
    (f"share.{Share.OTHER}", "no_business_near"),
    (f"share.{Share.COMPANY}", "no_business"),
    ("near.obit", "after.word"),
)
_DOTS = "·ㆍ・/"
_SIGNS = {"dot": _DOTS, "comma": ",、", "closed": "\"'”’)"}
_SPEAKS = frozenset(("subject", "comma"))
_SENTENCE_ENDS = ".?!…\n▲△■▷]"
_AMONG = frozenset(("중", "가운데"))
_SENTENCE = re.compile(r"(?<=[다요])\.|[\n?!]")
_PERSON_BEFORE = re.compile(r"([가-힣]{2,4})\($")
_CODE = re.compile(r"[\[(]\d{6}[\])]")
_HANJA_GLOSS = re.compile(r"[(（][一-鿿]+[)）]")
_LATIN_NEXT = re.compile(r" [A-Za-z][A-Za-z&]+")
_HYPHEN_NEXT = re.compile(r"-[A-Za-z가-힣]+")
_NUMBER_NEXT = re.compile(r" ?\d+")
_NEXT_KINDS = (
    ("code", _CODE),
    ("hanja", _HANJA_GLOSS),
    ("latin", _LATIN_NEXT),
    ("hyphen", _HYPHEN_NEXT),
    ("number", _NUMBER_NEXT),
)
_MODIFIES = re.compile(r"[가-힣](?:는|은|던|된|될|할|한|적인|같은|없는|있는|하는|되는)$")
_PARTICLE_END = re.compile(r"[가-힣](?:이|가|을|를|에|에서|와|과|로|으로|도|만|까지|부터|에게)$")
_PARTICLES = {
    **dict.fromkeys(("은", "는", "이", "가", "께서"), "subject"),
    **dict.fromkeys(("을", "를"), "object"),
    **dict.fromkeys(("의", "만의"), "of"),
    **dict.fromkeys(("에서", "에서는", "에서도", "에게", "에", "에도", "엔", "에는", "에선"), "at"),
    **dict.fromkeys(("로", "으로", "로서", "로써", "으로는", "로는", "로의"), "to"),
    **dict.fromkeys(("과", "와", "랑", "이랑", "과의", "와의"), "and"),
    **dict.fromkeys(("인", "이다", "다", "였다", "이었다", "이라는", "라는", "이란", "란", "이라고", "라고"), "copula"),
    **dict.fromkeys(("도", "만", "까지", "부터", "보다", "처럼", "뿐", "마다", "조차"), "also"),
    **dict.fromkeys(("그룹", "측", "측은", "측이", "그룹은", "그룹이", "그룹의", "家", "發"), "company"),
}
_PARTICLE = re.compile(rf"({'|'.join(sorted(_PARTICLES, key=len, reverse=True))})(?![가-힣])")
_ACTS = re.compile(
    r"밝혔|발표|출시|선보|체결|공개|인수|투자|개최|진행|운영|기록했|추진|설립|도입|확대|개발|공급|내놨|내놓|나선|나섰|"
    r"전했|설명했|제공|판매|강화|오픈|선정|참가|지원|모집|수주|착공|출범|합병|구축|돌파|인상|인하|전망|제시|목표"
)
