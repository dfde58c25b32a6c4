"""How fast is the matcher? Ratios of contenders that take turns, article block by article block, in one run.

    python -m bench match [--quick] [--mentions PATH]

Only the ratios mean something: the same engine was seen ten times apart on one machine (facts/matching.md §8).
"Raw" is the engine's own call on text that is folded already, without edges, rules or evidence.
"""

import argparse
import gc
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import ahocorasick
import daachorse

from bench import corpus
from bot.core.matching.evidence import sentence
from bot.core.matching.expression import parse
from bot.core.matching.fold import Squashed, fold, fold_with_offsets
from bot.core.matching.index import Index
from bot.core.matching.match import Text, match

_SIZES = (1_000, 10_000, 100_000)
_ROUNDS = 7


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench match")
    parser.add_argument("--quick", action="store_true", help="fewer articles and rounds")
    parser.add_argument("--mentions", type=Path, help="labelled mentions (JSON lines) to measure quality on")
    options = parser.parse_args(arguments)
    if options.mentions:
        _quality(options.mentions)
        return 0
    _speed(articles_count=40 if options.quick else 120, rounds=3 if options.quick else _ROUNDS)
    return 0


def _speed(*, articles_count: int, rounds: int) -> None:
    watched = corpus.names(_SIZES[-1])
    texts = corpus.articles(articles_count, watched, mentions=6)
    print(
        f"{articles_count} articles, median {statistics.median(map(len, texts)):.0f} characters; CPU time, medians of {rounds} rounds"
    )
    costs: dict[int, float] = {}
    for size in _SIZES:
        costs[size] = _one_size(watched[:size], texts, rounds)
    print(
        f"growth of the whole path, cost per article 1,000 → 100,000: {costs[_SIZES[-1]] / costs[_SIZES[0]]:.2f}x (≤ 3)"
    )
    _living(watched)


def _one_size(watched: list[str], texts: list[str], rounds: int) -> float:
    index = Index.build((key, parse(f'"{name}"' if " " in name else name)) for key, name in enumerate(watched))
    patterns = [fold(name) for name in watched]
    folded = [fold(text) for text in texts]
    raw = daachorse.CharwiseDoubleArrayAhoCorasick(patterns)
    trie = ahocorasick.Automaton()
    for number, pattern in enumerate(patterns):
        trie.add_word(pattern, number)
    trie.make_automaton()
    articles = [Text(title=text[:40], body=text[40:]) for text in texts]
    hits = sum(len(found.hits) for article in articles for found in match(index, article).found)
    contenders: dict[str, Callable[[int], object]] = {
        "whole path": lambda at: match(index, articles[at]),
        "whole path + a sentence for each watch": lambda at: _with_sentences(index, articles[at]),
        "raw daachorse": lambda at: raw.find_overlapping(folded[at]),
        "raw pyahocorasick iter": lambda at: list(trie.iter(folded[at])),
        "fold alone": lambda at: fold_with_offsets(texts[at]),
        "fold + squash": lambda at: Squashed(fold(texts[at])),
    }
    taken = _take_turns(contenders, len(texts), rounds)
    naive = _naive(patterns, folded[: max(2, 20_000 // len(patterns))])
    whole = taken["whole path"]
    print(f"\n{len(watched):,} expressions, {hits / len(texts):.1f} hits an article; whole path is …")
    for name, seconds in taken.items():
        print(
            f"  {seconds / whole:6.2f}x faster than {name}"
            if name != "whole path"
            else f"  {whole / len(texts) * 1e6:.0f} µs an article"
        )
    print(f"  {naive / (whole / len(texts)):6.0f}x faster than a naive `in` loop")
    return whole


def _with_sentences(index: Index, article: Text) -> None:
    for found in match(index, article).found:
        first = found.hits[0]
        sentence(article.fields()[first.field], [hit for hit in found.hits if hit.field is first.field])


def _take_turns(contenders: dict[str, Callable[[int], object]], count: int, rounds: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in contenders}
    gc.disable()
    for _ in range(rounds):
        spent = dict.fromkeys(contenders, 0.0)
        for block in range(0, count, 10):
            for name, call in contenders.items():
                begin = time.process_time()
                for at in range(block, min(block + 10, count)):
                    call(at)
                spent[name] += time.process_time() - begin
        for name, seconds in spent.items():
            times[name].append(seconds)
        gc.collect()
    gc.enable()
    return {name: statistics.median(each) for name, each in times.items()}


def _naive(patterns: list[str], folded: list[str]) -> float:
    begin = time.process_time()
    for text in folded:
        {number for number, pattern in enumerate(patterns) if pattern in text}
    return (time.process_time() - begin) / len(folded)


def _living(watched: list[str]) -> None:
    """Changing, rebuilding, loading."""
    begin = time.process_time()
    expressions = [parse(f'"{name}"' if " " in name else name) for name in watched]
    parsed = time.process_time() - begin
    begin = time.process_time()
    index = Index.build(enumerate(expressions))
    built = time.process_time() - begin
    print(f"\n{len(watched):,} expressions: read in {parsed:.2f} s, compiled in {built:.2f} s")
    for size in (0, 1_000):
        grown = index.with_added((1_000_000 + key, parse(f"나중{key}")) for key in range(size))
        begin = time.perf_counter()
        grown.with_added([(5_000_000, parse("새이름"))])
        print(f"one more watch beside a delta of {size:,}: {(time.perf_counter() - begin) * 1000:.1f} ms (≤ 100)")
    longest, whole = _stall(index.rebuilt)
    print(
        f"longest stall of another thread while rebuilding: {longest * 1000:.0f} ms of {whole * 1000:.0f} ms = {longest / whole:.1%} (≤ 10 %)"
    )
    stored = index.to_bytes()
    begin = time.perf_counter()
    Index.from_bytes(stored)
    print(f"stored form {len(stored) / 1e6:.1f} MB, loaded in {time.perf_counter() - begin:.3f} s (≤ 1)")
    print(f"memory of {len(watched):,}: {_memory():.0f} MB above the interpreter (≤ 150)")


def _stall(call: Callable[[], object]) -> tuple[float, float]:
    done = threading.Event()
    gaps: list[float] = []

    def tick() -> None:
        last = time.perf_counter()
        while not done.is_set():
            now = time.perf_counter()
            gaps.append(now - last)
            last = now
            done.wait(0.0005)

    ticking = threading.Thread(target=tick)
    ticking.start()
    begin = time.perf_counter()
    call()
    whole = time.perf_counter() - begin
    done.set()
    ticking.join()
    return max(gaps), whole


_MEMORY = """
import resource, sys
from bench import corpus
from bot.core.matching.expression import parse
from bot.core.matching.index import Index
from bot.core.matching.match import Text, match
def resident():
    with open("/proc/self/statm") as f: return int(f.read().split()[1]) * resource.getpagesize()
names = corpus.names(100_000)
match(Index.build([(1, parse("가"))]), Text("가"))
before = resident()
index = Index.build((key, parse(f'"{name}"' if " " in name else name)) for key, name in enumerate(names))
import gc; gc.collect()
print((resident() - before) / 1e6)
"""


def _memory() -> float:
    if not Path("/proc/self/statm").exists():
        return float("nan")
    done = subprocess.run([sys.executable, "-c", _MEMORY], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _quality(path: Path) -> None:
    """Precision, recall and F1 on labelled mentions: a word of its own, and the beginning of a longer one."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for policy in ("word", "compound"):
        counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
        for row in rows:
            if row[policy] is not None:
                keyword = row["keyword"]
                prefix = policy == "compound" and " " not in keyword
                expression = parse(f'"{keyword}"' if " " in keyword else f"{keyword}*" if prefix else keyword)
                found = bool(match(Index.build([(1, expression)]), Text(row["title"], row["lede"])).found)
                counts[found, bool(row[policy])] += 1
        right = counts[True, True]
        precision, recall = right / (right + counts[True, False]), right / (right + counts[False, True])
        print(
            f"{policy}: P {precision:.1%} R {recall:.1%} F1 {2 * precision * recall / (precision + recall):.2%} of {sum(counts.values())}"
        )
