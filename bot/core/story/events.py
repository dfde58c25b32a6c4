"""Do two articles report the same event in other words? A small learned mix, each part of which can be told to people.

Every part is a number from 0 to about 1, worked out from headline, lede, time and outlet. A logistic regression weighs
them; its weights are in `bot/data/events.json`, fitted by `python -m bench events` (docs/decisions/stories.md says on
what, and how good it is). Right four times of five: enough to tell two articles *together*, never to hide one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import exp, log, log1p, sqrt
from typing import Any
from zlib import crc32

from rapidfuzz.fuzz import partial_ratio, token_set_ratio

from bot.core.news import Article
from bot.core.story.updates import plain_title

LEDE_CHARACTERS = 160
LONGEST_RUN = 15  # characters; a longer common run says no more
REASONS_TOLD = 3

# One hanja stands for a country, a party or an office in Korean headlines, and is written out in the lede.
_WORDS = (
    "美미국 中중국 日일본 北북한 韓한국 南남한 英영국 獨독일 佛프랑스 露러시아 印인도 伊이탈리아 加캐나다 "
    "濠호주 臺대만 與여당 野야당 軍군 檢검찰 警경찰 靑청와대 前전 現현"
)
_READINGS = "證증권 株주 銀은행 車차 社사 黨당 號호 發발 家가 企기업 新신 反반 非비 對대 李이 金김 朴박 文문 尹윤"
_HANJA = {each[0]: f"{each[1:]} " for each in _WORDS.split()} | {each[0]: each[1:] for each in _READINGS.split()}
_HANJA_SIGN = re.compile(f"[{''.join(_HANJA)}]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_CHEON = re.compile(r"(\d)천(\d{0,3})(?=[\s만억조]|$)")  # agencies write 3천500억, newspapers 3500억
_BYLINE = re.compile(r"^\s*(?:\([^()=]{1,30}=[^()]{1,20}\)[^=\n]{0,40}=|\[[^\]\n]{1,30}기자\])\s*")
_SIGNS = re.compile(r"[^\w%.]+")
_BARE = re.compile(r"\W+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DAY = re.compile(r"(?<![\d.])(\d{1,2})일(?!\s*(?:째|간|만|연속))")
_QUOTE = re.compile(r"[“\"‘']([^”\"’'“‘]{4,})[”\"’']")
_CLAUSE = re.compile(r"…|\.\.\.?|[“”\"]")
# What comes back with the same words: markets, weather warnings, match reports, headline lists.
_BULLETIN = re.compile(
    r"개장|출발|마감|장 ?초반|장중|강세|약세|특징주|주의보|경보|이 시각|헤드라인|날씨|환율|코스피|코스닥|뉴욕증시"
    r"|비트코인|가상자산|운세|인사\]|부고|컨센서스|목표가|일정\]|\d[-:]\d"
)
# Somebody's view of an event is not a report of it.
_VIEW = re.compile(
    r"[\[<](?:르포|사설|특징주|칼럼|기고|인터뷰|시론|포토|그래픽|표|오늘[^\]>]*|[^\]>]*(?:날씨|이슈|만나다))[\]>]"
    r"|왜\?|증권|證|목표가|전망"
)
_BULLETIN_HOURS = 3  # the next market or weather bulletin comes about as soon


def title_features(article: Article) -> tuple[int, ...]:
    """Stable hashes of the words of a headline, to find candidates by in the store: what two reports may share.

    The first two syllables of a Korean word (particles and endings fall off), other words and numbers whole.
    """
    return tuple(
        sorted(crc32(stem.encode("utf-8", "surrogatepass")) for stem in _stems(_plain(plain_title(article.title))))
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """How probable it is that two articles report the same event, and what speaks most for it.

    Attributes:
        reasons: keys of `core/wording/alerting.py` with an empty value, the strongest first.
    """

    probability: float
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EventModel:
    """Fitted weights.

    Attributes:
        weights: of each part, by its name.
        means: of each part in the pairs it was fitted on: a part speaks for or against as it differs from it.
        threshold: probability from which two articles are told together.
    """

    weights: Mapping[str, float]
    means: Mapping[str, float]
    bias: float
    threshold: float

    def weigh(self, one: Article, other: Article) -> Evidence:
        """Compare two articles; the order does not matter."""
        parts = compare(one, other)
        score = self.bias + sum(weight * parts[name] for name, weight in self.weights.items())
        pull = {name: weight * (parts[name] - self.means[name]) for name, weight in self.weights.items()}
        strongest = sorted(pull, key=lambda name: (-pull[name], name))
        reasons = dict.fromkeys(TOLD_AS[name] for name in strongest if pull[name] > 0 and name in TOLD_AS)
        return Evidence(
            1 / (1 + exp(-max(-60.0, min(60.0, score)))), tuple((key, "") for key in reasons)[:REASONS_TOLD]
        )


NO_EVENTS = EventModel(weights={}, means={}, bias=-60.0, threshold=1.0)  # suggests nothing

# How a person is told which part spoke for it. What has no sentence of its own is never given as a reason.
TOLD_AS = {
    "titles_alike": "story.titles_alike",
    "titles_partly": "story.titles_alike",
    "titles_run": "story.titles_alike",
    "title_in_other": "story.title_in_text",
    "clause_in_other": "story.title_in_text",
    "text_run": "story.title_in_text",
    "words_shared": "story.words_shared",
    "numbers_shared": "story.numbers_shared",
    "title_number_shared": "story.numbers_shared",
    "quote_shared": "story.quote_shared",
}


def read_model(raw: Mapping[str, Any]) -> EventModel:
    """The model from the parsed `bot/data/events.json`.

    Raises:
        ValueError: it is of another version, or names parts that this code does not know.
    """
    weights = {str(name): float(value) for name, value in raw["weights"].items()}
    if raw["version"] != 1 or set(weights) != set(PARTS):
        raise ValueError("events.json does not fit this version of the code")
    return EventModel(
        weights=weights,
        means={str(name): float(value) for name, value in raw["means"].items()},
        bias=float(raw["bias"]),
        threshold=float(raw["threshold"]),
    )


def compare(one: Article, other: Article) -> dict[str, float]:
    """All parts of the comparison of two articles, by name (`PARTS`)."""
    a, b = _Report(one), _Report(other)
    hours = abs((one.first_seen - other.first_seen).total_seconds()) / 3600
    bulletins = bool(_BULLETIN.search(one.title)) and bool(_BULLETIN.search(other.title))
    into, back = _held(a.title_grams, b.all_grams), _held(b.title_grams, a.all_grams)
    clauses = sorted((a.best_clause_in(b), b.best_clause_in(a)))
    missing = sorted((a.missing_in(b), b.missing_in(a)))
    quotes = [partial_ratio(left, right) for left in a.quotes for right in b.quotes]
    return {
        "titles_alike": token_set_ratio(a.folded_title, b.folded_title) / 100,
        "titles_partly": partial_ratio(a.bare_title, b.bare_title) / 100,
        "titles_cosine": _cosine(a.title_grams, b.title_grams),
        "title_in_other": max(into, back),
        "clause_in_other": clauses[1],
        "clause_in_other_least": clauses[0],
        "words_missing_least": missing[0],
        "words_missing_most": missing[1],
        "words_shared": _shared_words(a.stems, b.stems),
        "numbers_shared": min(2, len({n for n in a.numbers & b.numbers if len(n) >= 3})) / 2,
        "title_number_shared": float(bool(a.title_numbers & b.title_numbers)),
        "title_numbers_differ": float(
            bool(a.title_numbers)
            and bool(b.title_numbers)
            and not (a.title_numbers & b.numbers | b.title_numbers & a.numbers)
        ),
        "day_shared": float(bool(a.day) and a.day == b.day),
        "hours": log1p(hours) / log1p(168),
        "later_day": float(hours > 20),
        "bulletins_apart": float(bulletins and hours > _BULLETIN_HOURS),
        "one_is_a_view": float(bool(_VIEW.search(one.title)) != bool(_VIEW.search(other.title))),
        "subject_missing": (float(a.subject not in b.text) + float(b.subject not in a.text)) / 2,
        "quote_shared": float(max(quotes, default=0.0) >= 70),
        "one_outlet": float(bool(one.outlet) and one.outlet == other.outlet),
        "titles_run": _common_run(a.bare_title, b.bare_title) / LONGEST_RUN,
        "text_run": max(_common_run(a.bare_title, b.bare_text), _common_run(b.bare_title, a.bare_text)) / LONGEST_RUN,
    }


PARTS = (
    "titles_alike",
    "titles_partly",
    "titles_cosine",
    "title_in_other",
    "clause_in_other",
    "clause_in_other_least",
    "words_missing_least",
    "words_missing_most",
    "words_shared",
    "numbers_shared",
    "title_number_shared",
    "title_numbers_differ",
    "day_shared",
    "hours",
    "later_day",
    "bulletins_apart",
    "one_is_a_view",
    "subject_missing",
    "quote_shared",
    "one_outlet",
    "titles_run",
    "text_run",
)


class _Report:
    """What is compared of one article."""

    def __init__(self, article: Article) -> None:
        self.title = _plain(plain_title(article.title))
        lede = _plain(
            _BYLINE.sub("", (article.summary if len(article.summary) >= 20 else article.body)[:LEDE_CHARACTERS])
        )
        self.text = f"{self.title} {lede}"
        self.folded_title = _fold(self.title)
        self.bare_title, self.bare_text = _BARE.sub("", self.folded_title), _BARE.sub("", self.text.casefold())
        self.title_numbers, self.numbers = set(_NUMBER.findall(self.title)), set(_NUMBER.findall(self.text))
        self.quotes = _QUOTE.findall(self.title)
        day = _DAY.search(lede)
        self.day = day[1] if day else ""
        words = self.folded_title.split()
        self.subject = next((word[:2] for word in words if len(word) >= 2), "")

    @cached_property
    def title_grams(self) -> dict[str, float]:
        return _weighed(self.title)

    @cached_property
    def all_grams(self) -> dict[str, float]:
        return _weighed(self.text)

    @cached_property
    def stems(self) -> set[str]:
        return _stems(self.text)

    def missing_in(self, other: "_Report") -> float:
        """The part of the headline's words that the other article does not hold."""
        stems = _stems(self.title)
        return sum(stem not in other.bare_text for stem in stems) / max(1, len(stems))

    def best_clause_in(self, other: "_Report") -> float:
        """How much of a clause of the headline stands in the other article: 'what happened…what it means'."""
        clauses = [clause for clause in _CLAUSE.split(self.title) if len(clause.strip()) >= 6] or [self.title]
        return max(_held(_weighed(clause), other.all_grams) for clause in clauses)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    text = _HANJA_SIGN.sub(lambda sign: _HANJA[sign[0]], _THOUSANDS.sub("", text))
    return _CHEON.sub(lambda found: found[1] + (found[2].zfill(3) if found[2] else "000"), text)


def _fold(text: str) -> str:
    return _SIGNS.sub(" ", text.casefold()).strip()


def _stems(text: str) -> set[str]:
    return {word[:2] if "가" <= word[0] <= "힣" else word for word in _fold(text).split() if len(word) >= 2}


def _grams(text: str) -> list[str]:
    padded = f" {' '.join(_fold(text).split())} "
    return [padded[at : at + size] for size in (2, 3) for at in range(len(padded) - size + 1)]


def _weighed(text: str) -> dict[str, float]:
    """The character pairs and triples of a text; a repeated one counts less each time."""
    return {gram: 1 + log(count) for gram, count in Counter(_grams(text)).items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    product = sum(value * other[gram] for gram, value in one.items() if gram in other)
    size = sqrt(sum(value * value for value in one.values()) * sum(value * value for value in other.values()))
    return product / size if size else 0.0


def _held(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """How much of the smaller stands in the larger."""
    shared = sum(min(value, other[gram]) for gram, value in one.items() if gram in other)
    size = min(sum(one.values()), sum(other.values()))
    return shared / size if size else 0.0


def _shared_words(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _common_run(one: str, other: str) -> int:
    """The length of the longest run of characters that both hold, at most `LONGEST_RUN`."""
    low, high = 0, min(LONGEST_RUN, len(one), len(other))
    while low < high:
        size = (low + high + 1) // 2
        runs = {one[at : at + size] for at in range(len(one) - size + 1)}
        if any(other[at : at + size] in runs for at in range(len(other) - size + 1)):
            low = size
        else:
            high = size - 1
    return low
