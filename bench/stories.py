"""Copies: our sampled 12-grams against datasketch's MinHash-LSH, on one made-up stream. `python -m bench stories`.

datasketch is optional: install it beside (`pip install datasketch`); without it only our line is shown.
The index here is in memory; a store keeps the same postings in a table. CPU time; all see every article once, in turns.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from time import process_time
from typing import Any

from bench.korean_news import Labelled, stream
from bot.core.news import Article
from bot.core.story import (
    NO_EVENTS,
    Candidate,
    Posting,
    TextSize,
    VerdictKind,
    gather,
    grams,
    judge,
    judge_by_title,
    new_postings,
    text_size,
    title_key,
)

SEEDS = (7, 8)
BLOCK = 50  # articles that one method reads before it is the next one's turn
BEST = 4


class Ours:
    """The smallest store that the pure functions need."""

    name = "sosik: sampled 12-grams"

    def __init__(self) -> None:
        self.postings: dict[int, list[Posting]] = defaultdict(list)
        self.titles: dict[str, int] = {}
        self.known: dict[int, tuple[Article, int, TextSize, str]] = {}

    def story_of(self, article: Article) -> int:
        key = title_key(article.title)
        if key in self.titles:
            same = Candidate(*self.known[self.titles[key]])
            if verdict := judge_by_title(article, same):
                return same.story_id
        own = grams(article)
        gathered = gather(own, [posting for gram in own for posting in self.postings.get(gram, ())])
        for gram in gathered.furniture:
            self.postings[gram] = [Posting(gram, 0, 0)]
        numbers = dict.fromkeys(near.article_id for near in gathered.near[:BEST])
        if key in self.titles:
            numbers[self.titles[key]] = None
        candidates = [Candidate(*self.known[number]) for number in numbers]
        verdict = judge(article, candidates, gathered, model=NO_EVENTS)
        story = verdict.story_id if verdict.kind is VerdictKind.COPY else article.id
        assert story is not None
        self.known[article.id] = (article, story, text_size(own), key)
        if key:
            self.titles[key] = article.id
        for posting in new_postings(gathered, article_id=article.id, story_id=story):
            self.postings[posting.gram].append(posting)
        return story

    @property
    def size(self) -> float:
        return sum(map(len, self.postings.values())) / max(1, len(self.known))


class Datasketch:
    """MinHash of 128 permutations over character 5-grams with LSH: its documented use."""

    def __init__(self, threshold: float) -> None:
        from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - optional, only measured against

        self.name = f"datasketch MinHash-LSH, J {threshold}"
        self.minhash = MinHash
        self.index: Any = MinHashLSH(threshold=threshold, num_perm=128)
        self.signatures: dict[int, Any] = {}
        self.stories: dict[int, int] = {}

    def story_of(self, article: Article) -> int:
        text = " ".join(article.body.split())
        signature = self.minhash(num_perm=128)
        signature.update_batch([text[at : at + 5].encode() for at in range(len(text) - 4)])
        near = self.index.query(signature)
        best = max(near, key=lambda key: signature.jaccard(self.signatures[key]), default=None)
        self.index.insert(article.id, signature)
        self.signatures[article.id] = signature
        self.stories[article.id] = self.stories[best] if best is not None else article.id
        return self.stories[article.id]


def pairwise(found: list[int], truth: list[int]) -> tuple[float, float, float]:
    """Precision, recall and F1 over all pairs of articles that are, or were put, together."""

    def pairs(counts: Counter[Any]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    both = pairs(Counter(zip(found, truth, strict=True)))
    precision = both / max(1, pairs(Counter(found)))
    recall = both / max(1, pairs(Counter(truth)))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def measure(seed: int) -> None:
    labelled = [Labelled(replace(each.article, id=at + 1), each.cluster) for at, each in enumerate(stream(seed))]
    rivals: list[Any] = [Ours()]
    try:
        rivals += [Datasketch(0.4), Datasketch(0.25)]
    except ImportError:
        print("(datasketch is not installed: only our own line)")
    spent = [0.0] * len(rivals)
    found: list[list[int]] = [[] for _ in rivals]
    for start in range(0, len(labelled), BLOCK):
        for at, rival in enumerate(rivals):
            began = process_time()
            found[at] += [rival.story_of(each.article) for each in labelled[start : start + BLOCK]]
            spent[at] += process_time() - began
    truth = [each.cluster for each in labelled]
    clusters = len(set(truth))
    length = sum(len(each.article.body) for each in labelled) // len(truth)
    print(f"\nseed {seed}: {len(truth):,} articles, {clusters:,} clusters, {length} characters")
    print(f"{'method':34} {'precision':>9} {'recall':>7} {'F1':>6} {'µs':>6} {'× our time':>12}")
    for rival, time, made in zip(rivals, spent, found, strict=True):
        precision, recall, f1 = pairwise(made, truth)
        print(
            f"{rival.name:34} {precision:9.3f} {recall:7.3f} {f1:6.3f} {1e6 * time / len(truth):6.0f}"
            f" {time / spent[0]:12.1f}"
        )
    print(f"postings an article: {rivals[0].size:.1f}")


def main(arguments: Sequence[str] = ()) -> None:
    for seed in map(int, arguments) if arguments else SEEDS:
        measure(seed)
