"""Fit and judge the model that tells reports of the same event: `python -m bench events PAIRS.jsonl [OUT.json]`.

PAIRS: objects with `a`, `b` (`title`, `lede`, `source`, `date`) and `label` same / different / unsure, such as the
hand-read pairs that the project may measure with but not publish. OUT: where to write the weights.

Judged by leaving groups out: two pairs are in one group when a chain of shared texts links them, so no text is ever in
both the fitting and the judging; the threshold is chosen inside the fitting part too.
"""

import json
import random
from collections.abc import Sequence
from datetime import datetime
from math import exp
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from bot.core.news import Article
from bot.core.story.events import PARTS, compare

RIDGE = 1.0  # strength of the pull towards zero, on standardised parts
FOLDS, REPEATS = 8, 5

Row = tuple[list[float], int]


def main(arguments: Sequence[str] = ()) -> None:
    if not arguments:
        print("events: needs a file of labelled pairs (see bench/events.py); skipped")
        return
    pairs = [json.loads(line) for line in Path(arguments[0]).read_text(encoding="utf-8").splitlines()]
    decided = [pair for pair in pairs if pair["label"] != "unsure"]
    rows = [_row(pair) for pair in decided]
    groups = _groups(decided)
    print(f"{len(rows)} pairs, {sum(label for _, label in rows)} same, {len(set(groups))} groups")
    scores = [_left_out(rows, groups, seed) for seed in range(REPEATS)]
    for name, column in zip(("precision", "recall", "F1"), zip(*scores, strict=True), strict=True):
        print(f"{name:10} {mean(column):.3f} ± {stdev(column):.3f}  (leave-groups-out, {FOLDS} folds, {REPEATS} times)")
    weights, means, bias = _fit(rows)
    threshold = _threshold(rows, groups, seed=99)
    for name in sorted(weights, key=lambda name: -abs(weights[name])):
        print(f"  {name:24} {weights[name]:+.2f}")
    if len(arguments) > 1:
        model = {
            "version": 1,
            "about": "Weights of bot/core/story/events.py, fitted by bench/events.py: docs/decisions/stories.md",
            "bias": round(bias, 4),
            "threshold": round(threshold, 3),
            "weights": {name: round(weights[name], 4) for name in PARTS},
            "means": {name: round(means[name], 4) for name in PARTS},
        }
        Path(arguments[1]).write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def an_article(raw: dict[str, str], number: int = 0) -> Article:
    seen = datetime.fromisoformat(raw["date"])
    return Article(id=number, title=raw["title"], url="", summary=raw["lede"], outlet=raw["source"], first_seen=seen)


def _row(pair: dict[str, Any]) -> Row:
    parts = compare(an_article(pair["a"]), an_article(pair["b"]))
    return [parts[name] for name in PARTS], int(pair["label"] == "same")


def _groups(pairs: Sequence[dict[str, Any]]) -> list[str]:
    parent: dict[str, str] = {}

    def root(title: str) -> str:
        while parent.setdefault(title, title) != title:
            title = parent[title]
        return title

    for pair in pairs:
        parent[root(pair["a"]["title"])] = root(pair["b"]["title"])
    return [root(pair["a"]["title"]) for pair in pairs]


def _folds(groups: Sequence[str], seed: int) -> list[set[str]]:
    """Whole groups dealt out so that the folds hold about as many pairs."""
    names = sorted(set(groups))
    random.Random(seed).shuffle(names)
    folds: list[set[str]] = [set() for _ in range(FOLDS)]
    sizes = [0] * FOLDS
    for name in sorted(names, key=lambda name: -groups.count(name)):
        at = sizes.index(min(sizes))
        folds[at].add(name)
        sizes[at] += groups.count(name)
    return folds


def _left_out(rows: Sequence[Row], groups: Sequence[str], seed: int) -> tuple[float, float, float]:
    right = told = 0
    for fold in _folds(groups, seed):
        inside = [at for at, group in enumerate(groups) if group not in fold]
        known = [rows[at] for at in inside]
        model, threshold = _fit(known), _threshold(known, [groups[at] for at in inside], seed)
        for at, group in enumerate(groups):
            if group in fold and _probability(model, rows[at][0]) >= threshold:
                told += 1
                right += rows[at][1]
    precision, recall = right / max(1, told), right / sum(label for _, label in rows)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _threshold(rows: Sequence[Row], groups: Sequence[str], seed: int) -> float:
    """The middle of the thresholds that are best, or nearly, on pairs left out of a fit."""
    scores = [0.0] * len(rows)
    for fold in _folds(groups, seed + 1):
        model = _fit([row for row, group in zip(rows, groups, strict=True) if group not in fold])
        for at, group in enumerate(groups):
            if group in fold:
                scores[at] = _probability(model, rows[at][0])
    results = {step / 100: _f1(scores, rows, step / 100) for step in range(10, 91)}
    best = max(results.values())
    return mean(threshold for threshold, f1 in results.items() if f1 >= best - 0.01)


def _f1(scores: Sequence[float], rows: Sequence[Row], threshold: float) -> float:
    right = sum(label for score, (_, label) in zip(scores, rows, strict=True) if score >= threshold)
    told, same = sum(score >= threshold for score in scores), sum(label for _, label in rows)
    return 2 * right / max(1, told + same)


Model = tuple[dict[str, float], dict[str, float], float]


def _probability(model: Model, values: Sequence[float]) -> float:
    weights, _, bias = model
    return 1 / (1 + exp(-bias - sum(weights[name] * value for name, value in zip(PARTS, values, strict=True))))


def _fit(rows: Sequence[Row]) -> Model:
    """Ridge logistic regression on standardised parts, by Newton's method; given back for the parts as they are."""
    size = len(PARTS) + 1
    columns = list(zip(*(values for values, _ in rows), strict=True))
    middles, spreads = [mean(column) for column in columns], [max(1e-6, stdev(column)) for column in columns]
    data = [
        ([1.0, *((v - m) / s for v, m, s in zip(values, middles, spreads, strict=True))], label)
        for values, label in rows
    ]
    beta = [0.0] * size
    for _ in range(12):
        gradient, hessian = [0.0] * size, [[0.0] * size for _ in range(size)]
        for x, label in data:
            p = 1 / (1 + exp(-sum(b * v for b, v in zip(beta, x, strict=True))))
            error, weight = p - label, p * (1 - p)
            for i, v in enumerate(x):
                gradient[i] += error * v
                row, scaled = hessian[i], weight * v
                for j in range(i + 1):
                    row[j] += scaled * x[j]
        for i in range(size):
            for j in range(i):
                hessian[j][i] = hessian[i][j]
            if i:
                gradient[i] += RIDGE * beta[i]
                hessian[i][i] += RIDGE
        step = _solve(hessian, gradient)
        beta = [b - s for b, s in zip(beta, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    weights = {name: beta[at + 1] / spreads[at] for at, name in enumerate(PARTS)}
    bias = beta[0] - sum(beta[at + 1] * middles[at] / spreads[at] for at in range(len(PARTS)))
    return weights, dict(zip(PARTS, middles, strict=True)), bias


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for at in range(size):
        pivot = max(range(at, size), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for row in range(at + 1, size):
            factor = rows[row][at] / rows[at][at]
            if factor:
                rows[row] = [value - factor * top for value, top in zip(rows[row], rows[at], strict=True)]
    solution = [0.0] * size
    for at in reversed(range(size)):
        rest = sum(rows[at][col] * solution[col] for col in range(at + 1, size))
        solution[at] = (rows[at][size] - rest) / rows[at][at]
    return solution
