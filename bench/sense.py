"""Fit the scorer behind `뜻:회사` and judge it on names that were left out of the fitting.

python -m bench.sense               judge on our own sentences, a fold of names at a time
python -m bench.sense CASES.jsonl   and on hand-read cases (fields title, lede, keyword, entity), which fit nothing
python -m bench.sense --write       fit on our own sentences and write bot/data/sense.json

Candidates are the places where a plain word rule finds the name.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import exp
from pathlib import Path
from random import Random

from bot.core.matching.names import key, parse_ambiguous, parse_companies
from bot.core.matching.sense import Scorer, parse_weights
from bot.core.news import Field, Hit

DATA = Path(__file__).parent.parent / "bot" / "data"
WEIGHTS = DATA / "sense.json"
SENTENCES = Path(__file__).parent / "sense_sentences.tsv"
FOLDS = 8
ROUNDS = 400
# Of squared weights. Chosen by F1 on our own sentences with the names left out: 0.002 91.2, 0.005 90.3, 0.01 89.3.
PENALTY = 0.002
SMALLEST = 0.02  # a weight below it changes nothing


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    fields: dict[Field, str]
    entity: bool
    hits: tuple[Hit, ...]


# --- candidates: a stand-in for the word rule ------------------------------------------------------------------------

_PARTICLES = (
    "은|는|이|가|을|를|의|에|에서|에게|에는|에서는|에도|엔|로|으로|로서|과|와|도|만|까지|부터|보다|처럼|이다|이라는|라는|이란|라고|"
    "이라고|이나|나|이며|며|란|의는|과의|와의|만의|로의|로는|으로는|께서|조차|마저|뿐|라면|이면|랑|이랑|고|이고|이지만|지만"
)
_TAIL = re.compile(rf"(?:그룹|측|들|등)?(?:{_PARTICLES})?(?:[家發社側](?:{_PARTICLES})?)?(?![가-힣A-Za-z0-9一-鿿])")


def places(name: str, text: str) -> Iterable[tuple[int, int]]:
    pattern = r"\s?".join(re.escape(part) for part in name.split())
    flags = re.IGNORECASE if name.isascii() else 0
    for found in re.finditer(pattern, text, flags):
        before = text[found.start() - 1 : found.start()]
        if before and (before.isalnum() and not "一" <= before <= "鿿"):
            continue
        if name.isascii() and found[0].islower():
            continue
        if _TAIL.match(text, found.end()):
            yield found.span()


def hits_of(name: str, fields: dict[Field, str]) -> tuple[Hit, ...]:
    return tuple(
        Hit(field, start, end, text[start:end], name)
        for field, text in fields.items()
        for start, end in places(name, text)
    )


# --- cases -----------------------------------------------------------------------------------------------------------


def own_cases() -> list[Case]:
    cases = []
    for number, line in enumerate(SENTENCES.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) not in (3, 4):
            raise ValueError(f"{SENTENCES.name} line {number}")
        fields = {Field.TITLE: cells[2], Field.SUMMARY: cells[3] if len(cells) == 4 else ""}
        hits = hits_of(cells[1], fields)
        if not hits:
            raise ValueError(f"{SENTENCES.name} line {number}: {cells[1]} does not stand there")
        cases.append(Case(cells[1], fields, cells[0] == "1", hits))
    return cases


def read_cases(path: Path) -> tuple[list[Case], int]:
    """The cases with a candidate, and how many that mean the organisation have none. Undecided ones are left out."""
    cases, missed = [], 0
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["entity"] is None:
            continue
        fields = {Field.TITLE: row["title"], Field.SUMMARY: row["lede"]}
        hits = hits_of(row["keyword"], fields)
        if hits:
            cases.append(Case(row["keyword"], fields, bool(row["entity"]), hits))
        else:
            missed += row["entity"]
    return cases, missed


# --- fitting ---------------------------------------------------------------------------------------------------------


Rows = list[tuple[list[frozenset[str]], bool]]


def rows_of(cases: Sequence[Case], scorer: Scorer) -> Rows:
    return [
        ([frozenset(scorer.features(case.name, case.fields, hit)) for hit in case.hits], case.entity) for case in cases
    ]


def fit(rows: Rows, *, penalty: float = PENALTY, rounds: int = ROUNDS) -> tuple[float, dict[str, float]]:
    """Logistic regression by gradient steps with momentum; of a case's hits the one that speaks most for it counts."""
    names = sorted({name for hits, _ in rows for hit in hits for name in hit})
    place = {name: number for number, name in enumerate(names)}
    coded = [([[place[name] for name in sorted(hit)] for hit in hits], label) for hits, label in rows]
    start, values = 0.0, [0.0] * len(names)
    speed_start, speed = 0.0, [0.0] * len(names)
    for _ in range(rounds):
        slope_start, slope = 0.0, [2 * penalty * value for value in values]
        for hits, label in coded:
            best = max(hits, key=lambda hit: sum(values[number] for number in hit))
            score = start + sum(values[number] for number in best)
            off = (1 / (1 + exp(-max(-60, min(60, score)))) - label) / len(coded)
            slope_start += off
            for number in best:
                slope[number] += off
        speed_start = 0.9 * speed_start - 0.5 * slope_start
        start += speed_start
        for number in range(len(values)):
            speed[number] = 0.9 * speed[number] - 0.5 * slope[number]
            values[number] += speed[number]
    return start, {name: round(value, 3) for name, value in zip(names, values, strict=True)}


def probability(hits: list[frozenset[str]], start: float, values: dict[str, float]) -> float:
    best = max(start + sum(values.get(name, 0.0) for name in hit) for hit in hits)
    return 1 / (1 + exp(-max(-60, min(60, best))))


# --- judging ---------------------------------------------------------------------------------------------------------


def fold_of(name: str) -> int:
    """By the name alone, so that a name never stands on both sides."""
    return int(sha256(key(name).encode()).hexdigest(), 16) % FOLDS


def measure(pairs: Iterable[tuple[float, bool]], threshold: float, missed: int = 0) -> tuple[float, float, float]:
    hit = false = miss = 0
    for chance, label in pairs:
        said = chance >= threshold
        hit += said and label
        false += said and not label
        miss += label and not said
    miss += missed
    precision = hit / (hit + false) if hit + false else 1.0
    recall = hit / (hit + miss) if hit + miss else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def chosen_threshold(pairs: Sequence[tuple[float, bool]]) -> float:
    """The lowest within a point of the best F1: a false alarm can be seen and voted on, a miss cannot."""
    steps = [number / 100 for number in range(20, 81, 5)]
    figures = {step: measure(pairs, step)[2] for step in steps}
    return min(step for step in steps if figures[step] >= max(figures.values()) - 0.01)


def chances(train: Rows, names: Sequence[str], test: Rows, test_names: Sequence[str]) -> list[float]:
    """A probability for every row of `test`, each from a fit without its name (and all names of its fold)."""
    answers = [0.0] * len(test)
    for fold in range(FOLDS):
        inside = [number for number, name in enumerate(test_names) if fold_of(name) == fold]
        if not inside:
            continue
        start, values = fit([row for row, name in zip(train, names, strict=True) if fold_of(name) != fold])
        for number in inside:
            answers[number] = probability(test[number][0], start, values)
    return answers


def spread(names: Sequence[str], pairs: Sequence[tuple[float, bool]], threshold: float, missed: int) -> str:
    """F1 of 5 to 95 % of 1,000 samples of names, drawn with replacement."""
    by_name: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for name, pair in zip(names, pairs, strict=True):
        by_name[name].append(pair)
    draw = Random(1)
    figures = []
    for _ in range(1_000):
        drawn = draw.choices(sorted(by_name), k=len(by_name))
        sample = [pair for name in drawn for pair in by_name[name]]
        figures.append(measure(sample, threshold, missed)[2])
    figures.sort()
    return f"90 % of samples of names: {figures[50] * 100:.1f} to {figures[949] * 100:.1f}"


# --- telling ---------------------------------------------------------------------------------------------------------


def told(label: str, figures: tuple[float, float, float], more: str = "") -> None:
    print(f"{label:<64} {figures[0] * 100:5.1f} {figures[1] * 100:5.1f} {figures[2] * 100:5.1f}  {more}".rstrip())


def tell(label: str, names: Sequence[str], pairs: Sequence[tuple[float, bool]], threshold: float, missed: int) -> None:
    told(f"{label}, all cases", measure(pairs, threshold, missed), spread(names, pairs, threshold, missed))
    told(f"{label}, candidates only", measure(pairs, threshold))


def without_list(rows: Rows) -> Rows:
    """The same without anything that the list of ambiguous names says."""
    ours = ("share.", "kind.", "list.")
    return [
        ([frozenset(name for name in hit if not any(mark in name for mark in ours)) for hit in hits], label)
        for hits, label in rows
    ]


def judge_cases(path: Path, scorer: Scorer, own: Rows, own_names: Sequence[str], threshold: float) -> None:
    real, missed = read_cases(path)
    rows, names = rows_of(real, scorer), [case.name for case in real]
    labels = [case.entity for case in real]
    print(f"\n{len(real)} hand-read cases with a candidate, {len(set(names))} names; {missed} more have none")
    tell("word rule alone", names, [(1.0, label) for label in labels], 0.5, missed)
    pairs = list(zip(chances(own, own_names, rows, names), labels, strict=True))
    tell(f"own sentences without the name, at {threshold}", names, pairs, threshold, missed)
    for fold in range(FOLDS):
        inside = [number for number, name in enumerate(names) if fold_of(name) == fold]
        left = ", ".join(sorted({names[number] for number in inside}))
        base = measure([(1.0, labels[number]) for number in inside], 0.5)[2] * 100
        told(
            f"  fold {fold}, {len(inside)}",
            measure([pairs[number] for number in inside], threshold),
            f"rule {base:.1f}; {left}",
        )
    for other in (0.3, 0.4, 0.5, 0.6):
        told(f"  the same at {other}", measure(pairs, other, missed))
    bare = chances(without_list(own), own_names, without_list(rows), names)
    told("  without the list of ambiguous names", measure(list(zip(bare, labels, strict=True)), threshold, missed))
    both = chances(own + rows, [*own_names, *names], rows, names)
    tell("own sentences and other names' cases", names, list(zip(both, labels, strict=True)), threshold, missed)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="?", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    scorer = Scorer(
        replace(parse_weights(json.dumps(stored)), start=0.0, weights={}),
        parse_companies((DATA / "companies.tsv").read_text(encoding="utf-8")),
        parse_ambiguous((DATA / "ambiguous.tsv").read_text(encoding="utf-8")),
    )
    cases = own_cases()
    own, names, labels = rows_of(cases, scorer), [case.name for case in cases], [case.entity for case in cases]
    print(f"{len(cases)} own sentences, {sum(labels)} of them the organisation, {len(set(names))} names")
    print(f"{'':<64} {'P':>5} {'R':>5} {'F1':>5}")
    pairs = list(zip(chances(own, names, own, names), labels, strict=True))
    threshold = chosen_threshold(pairs)
    told("all of them", measure([(1.0, label) for label in labels], 0.5))
    told(f"own sentences without the name, at {threshold}", measure(pairs, threshold))
    if options.cases:
        judge_cases(options.cases, scorer, own, names, threshold)
    if options.write:
        start, values = fit(own)
        kept = {name: value for name, value in sorted(values.items()) if abs(value) >= SMALLEST}
        stored |= {"start": round(start, 3), "threshold": threshold, "weights": kept}
        WEIGHTS.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"{len(kept)} weights written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
