"""A stream of made-up Korean articles with copies and near-misses, for measuring only. Every sentence is ours.

What is in it (`stream(seed, clusters)`), all drawn from one seeded generator:
- *events*: an article of 9 to 20 paragraphs about one act of one company (or town, court, club); many share the company
  and its stock paragraph with other events, so "same company, different event" is frequent;
- *daily templates*: market close, exchange rate, weather, baseball, fuel prices, lottery, road accidents: the same
  sentences each day with other numbers. One day's bulletin is copied like any article; another day's is another story;
- *copies*: other outlet furniture (byline, reporter, mail, copyright, ranking list), headline left, marked, cut,
  quoted, a word dropped or wholly re-titled, 0 to 50 % of the paragraphs cut, words changed, an alien paragraph added;
- *follow-ups*: a later stage of an event (withdrawn, approved, settled): new text, one background paragraph in common.
The truth is the cluster: the event, or the day's bulletin.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.news import Article

START = datetime(2026, 3, 2, tzinfo=UTC)
WORDS = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
OUTLETS: list[str] = WORDS["outlets"]
PLACES: list[str] = WORDS["places"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article and the cluster it belongs to."""

    article: Article
    cluster: int


def stream(seed: int, clusters: int = 1_600) -> list[Labelled]:
    """Articles in the order of their first sight, over seven days; the same for the same seed."""
    rng = random.Random(seed)
    made: list[Labelled] = []
    for cluster, (title, retitle, paragraphs, at) in enumerate(_texts(rng, clusters)):
        copies = rng.choices((0, 1, 2, 3, 6), (45, 22, 14, 12, 7))[0]
        for turn in range(copies + 1):
            seen = at + timedelta(minutes=rng.expovariate(1 / 90) if turn else 0)
            made.append(Labelled(_article(rng, title, retitle, paragraphs, seen, original=turn == 0), cluster))
    made.sort(key=lambda each: each.article.first_seen)
    return made


def _texts(rng: random.Random, clusters: int) -> Iterator[tuple[str, str, list[str], datetime]]:
    past: list[tuple[dict[str, str], list[str], datetime]] = []
    for _ in range(clusters):
        at = START + timedelta(minutes=rng.uniform(0, 6.5 * 24 * 60))
        kind = rng.random()
        if kind < 0.30:
            title, text = rng.choice(WORDS["daily"])
            slots = _numbers(rng, at)
            yield (
                _fill(title, slots),
                _fill(title, slots),
                [s + "." for s in _fill(text, slots).rstrip(".").split(". ")],
                at,
            )
        elif kind < 0.42 and past:
            slots, old, before = rng.choice(past)
            slots = {**_event_slots(rng, before), "c": slots["c"], "t": slots["t"], "w": slots["w"]}
            title, lede = rng.choice(WORDS["follows"])
            remarks = [
                _fill(each, _event_slots(rng, before) | {"c": slots["c"]}) for each in rng.sample(WORDS["remarks"], 3)
            ]
            paragraphs = [_fill(lede, slots), *remarks, rng.choice(old)]
            yield _fill(title, slots), _fill(title, slots), paragraphs, before + timedelta(hours=rng.uniform(2, 30))
        else:
            slots = _event_slots(rng, at)
            title, retitle, keys = rng.choice(WORDS["acts"])
            remarks = [
                _fill(each, _event_slots(rng, at) | slots_of(slots))
                for each in rng.sample(WORDS["remarks"], rng.randint(8, 20))
            ]
            paragraphs = [_fill(each, slots) for each in keys] + remarks
            if rng.random() < 0.5:
                paragraphs.append(_stock(slots["c"]))
            past.append((slots, paragraphs, at))
            yield _fill(title, slots), _fill(retitle, slots), paragraphs, at


def _stock(company: str) -> str:
    """What a company says of itself under each of its press releases."""
    at, topics = WORDS["companies"].index(company), WORDS["topics"]
    return _fill(
        WORDS["stock"],
        {
            "c": company,
            "year": str(1950 + 7 * at % 70),
            "place": PLACES[at % 25],
            "topic": topics[at % 25],
            "sites": str(at + 3),
            "staff": str(1000 + 137 * at),
            "other": topics[(at + 9) % 25],
        },
    )


def slots_of(slots: dict[str, str]) -> dict[str, str]:
    return {key: slots[key] for key in "ctw"}


def _event_slots(rng: random.Random, at: datetime) -> dict[str, str]:
    slots = {
        "c": rng.choice(WORDS["companies"]),
        "t": rng.choice(WORDS["topics"]),
        "k": rng.choice(WORDS["countries"]),
        "w": rng.choice(PLACES),
        "f": _person(rng),
        "f2": _person(rng),
        "j": rng.choice(("대표", "사장", "본부장", "상무", "팀장", "위원장")),
        "u": rng.choice(OUTLETS)[:2] + "증권",
        "a": rng.choice(WORDS["adverbs"]),
        "e": rng.choice(WORDS["endings"]),
        "o": rng.choice(("긍정적", "안정적")),
        "n": f"{rng.randint(11, 9_800):,}",
        "p": f"{rng.uniform(1, 48):.1f}",
        "d": str(at.day),
    }
    ranges = {"m": (2, 58), "s": (2, 12), "q": (2, 28), "y": (2027, 2038), "h": (13, 990), "x": (3, 77), "r": (1, 4)}
    return slots | {name: str(rng.randint(*bounds)) for name, bounds in ranges.items()}


def _numbers(rng: random.Random, at: datetime) -> dict[str, str]:
    low, high = rng.randint(-5, 9), rng.randint(8, 22)
    slots = {
        "d": str(at.day),
        "up": rng.choice(("상승", "하락")),
        "s": rng.choice(("대체로 흐리고", "구름 많고", "맑다가 흐려져", "차차 맑아지고")),
        "a": f"{rng.randint(2500, 5400):,}",
        "a2": f"{rng.randint(2500, 5400):,}",
        "x": f"{rng.uniform(0.1, 28):.1f}",
        "x2": f"{rng.uniform(0.1, 9):.2f}",
        "n": f"{rng.randint(900, 9900):,}",
        "n2": f"{rng.randint(900, 9900):,}",
        "l": str(low),
        "l2": str(low + rng.randint(3, 8)),
        "h": str(high),
        "h2": str(high + rng.randint(3, 8)),
        "f": _person(rng),
        "f2": _person(rng),
    }
    ranges = {"y": (10, 99), "y2": (10, 99), "k": (700, 990), "i": (60, 110), "e": (880, 980), "m": (5, 59)}
    ranges |= {"g": (5, 14), "g2": (0, 4), "r": (5, 8)}
    ranges |= {f"t{i or ''}": (1, 9) for i in range(8)} | {f"w{i or ''}": (1_280, 1_790) for i in range(5)}
    ranges |= {f"b{i or ''}": (3, 45) for i in range(4)}
    slots |= {name: str(rng.randint(*bounds)) for name, bounds in ranges.items()}
    slots |= {f"v{i or ''}": rng.choice(("0.5", "1.0", "1.5", "2.0")) for i in range(7)}
    return slots | dict(zip(("p", "p2", "p3"), rng.sample(PLACES, 3), strict=True))


def _person(rng: random.Random) -> str:
    return rng.choice(WORDS["families"]) + rng.choice(WORDS["given"])


def _article(
    rng: random.Random, title: str, retitle: str, paragraphs: list[str], at: datetime, *, original: bool
) -> Article:
    outlet = rng.choice(OUTLETS)
    body = list(paragraphs)
    if not original:
        title = _headline(rng, title, retitle)
        cut = rng.choice((0, 0, 0.1, 0.3, 0.5))
        keep = max(2, round(len(body) * (1 - cut)))
        body = body[:keep] if rng.random() < 0.7 else [body[i] for i in sorted(rng.sample(range(len(body)), keep))]
        if rng.random() < 0.3:
            body = [_reworded(rng, each) for each in body]
        if rng.random() < 0.15:
            body.append(_fill(rng.choice(WORDS["remarks"]), _event_slots(rng, at)))
    reporter = rng.choice(WORDS["families"]) + rng.choice(WORDS["given"])
    day = random.Random(f"{outlet}{at.date()}")
    ranking = [_fill(act[0], _event_slots(day, at)) for act in day.sample(WORDS["acts"], 6)]
    furnished = [
        rng.choice(
            (
                f"({rng.choice(PLACES)}={outlet}) {reporter} 기자 = {body[0]}",
                f"[{outlet} {reporter} 기자] {body[0]}",
                body[0],
            )
        ),
        *body[1:],
        f"{reporter} 기자 reporter{OUTLETS.index(outlet)}@example.com",
        f"<저작권자 (c) {outlet}, 무단 전재 및 재배포, AI 학습 금지> 제보는 전화 02-000-{OUTLETS.index(outlet):04d}",
    ]
    # A list of other headlines, by each outlet's habit: above or below the copyright line, under one of four headings.
    if rng.random() < 0.5:
        habit = OUTLETS.index(outlet)
        furnished.insert(
            len(furnished) - habit % 2,
            f"{('많이 본 기사', '실시간 인기', '오늘의 추천', '')[habit // 2 % 4]} {' '.join(ranking)}",
        )
    return Article(
        title=title,
        url=f"https://{OUTLETS.index(outlet)}.example/{rng.getrandbits(40):x}",
        first_seen=at,
        outlet=outlet,
        summary=body[0][:120],
        body="\n".join(furnished),
    )


def _headline(rng: random.Random, title: str, retitle: str) -> str:
    """As another desk would set it."""
    match rng.choice(("same", "same", "mark", "cut", "quote", "drop", "retitle", "retitle")):
        case "mark":
            return rng.choice(("[단독] {}", "[속보] {}", "{}(종합)", "[공식] {}")).format(title)
        case "cut":
            return title.split("…", maxsplit=1)[0]
        case "quote":
            words = title.split()
            at = rng.randrange(len(words))
            return " ".join(f"'{word}'" if i == at else word for i, word in enumerate(words))
        case "drop":
            words = title.split()
            words.pop(rng.randrange(len(words)))
            return " ".join(words)
        case "retitle":
            return retitle
    return title


def _reworded(rng: random.Random, text: str) -> str:
    for word, other in WORDS["synonyms"]:
        if rng.random() < 0.6:
            text = text.replace(word, other)
    return text


def _fill(template: str, slots: dict[str, str]) -> str:
    """Fill the slots; {은} {이} {을} follow the syllable before them."""
    made = template.replace("{은}", "\x01").replace("{이}", "\x02").replace("{을}", "\x03").format_map(slots)
    for sign, pair in (("\x01", "은는"), ("\x02", "이가"), ("\x03", "을를")):
        while (at := made.find(sign)) >= 0:
            closed = "가" <= made[at - 1] <= "힣" and (ord(made[at - 1]) - 0xAC00) % 28 != 0
            made = made[:at] + pair[not closed] + made[at + 1 :]
    return made
