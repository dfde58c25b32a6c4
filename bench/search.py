"""Look-ups through the real store and service, against a scan of everything. `python -m bench search [COUNT] [URL]`.

The scan is what `bot/services/lookup.py` did before there was an index: read all stored articles of the time in portions
and match each. Wall time, the best of several turns, taken in turns; both go through the same database file, and where
the look-up rechecks every candidate both must find the same. Rare: in at most 1 % of the articles.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count as count_up
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from bench.korean_news import stream
from bot.adapters.store import Store
from bot.adapters.store.migrate import upgrade
from bot.core.compose import Voice
from bot.core.matching.expression import Expression, parse
from bot.core.matching.index import Index
from bot.core.matching.match import match
from bot.core.news import Article
from bot.core.plan import PlannedArticle, PollPlan
from bot.services.lookup import Lookup, text_of

Made = TypeVar("Made")
ARTICLES, TURNS, PORTION = 20_000, 2, 200
EXPRESSIONS = (
    "기아",
    "라온모터스",
    '"양자 암호 장비"',
    "김나래",
    "벼리은행 +소송",
    "로또 +1,101회",
    "단비보험|여울섬유 -채용",
    "한울원자력",
)
HOME = "slack:T1"
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def main(arguments: Sequence[str] = ()) -> None:
    count = int(arguments[0]) if arguments else ARTICLES
    with tempfile.TemporaryDirectory() as folder:
        url = arguments[1] if len(arguments) > 1 else f"sqlite:///{Path(folder) / 'bench.db'}"
        asyncio.run(_measure(count, url))


async def _measure(count: int, url: str) -> None:
    async with Store(url, voice=Voice(), clock=lambda: NOW) as store:
        await upgrade(store.db)
        began = perf_counter()
        await _fill(store, count)
        print(f"{count:,} articles; storing one: {1e3 * (perf_counter() - began) / count:.2f} ms")
        lookup = Lookup(store, zone="Asia/Seoul")
        print(f"{'expression':24}{'stories':>9}{'scan ms':>9}{'search ms':>11}{'scan/search':>13}{'preview ms':>12}")
        for written in EXPRESSIONS:
            expression = parse(written)
            scans: list[float] = []
            searches: list[float] = []
            previews: list[float] = []
            for _ in range(TURNS):
                scanned = await _timed(scans, lambda e=expression: _scan(store, e))
                found = await _timed(searches, lambda e=expression: lookup.search(e, workspace=HOME, days=30))
                await _timed(
                    previews, lambda e=expression: lookup.preview(e, workspace=HOME, title_only=False, days=30)
                )
            if not found.count.is_rough and sum(found.days.values()) != scanned:
                raise SystemExit(f"{written}: the search finds {sum(found.days.values())}, the scan {scanned}")
            shown = f"{'약 ' if found.count.is_rough else ''}{found.count.value:,}"
            best_scan, best_search = min(scans), min(searches)
            print(
                f"{written:24}{shown:>9}{1e3 * best_scan:9.0f}{1e3 * best_search:11.1f}"
                f"{best_scan / best_search:13.0f}{1e3 * min(previews):12.1f}",
                flush=True,
            )


async def _fill(store: Store, count: int) -> None:
    articles = islice((each.article for seed in count_up() for each in stream(seed)), count)
    step = timedelta(days=29) / count
    place = 0
    while portion := list(islice(articles, PORTION)):
        here = [
            replace(each, id=0, keys=(b"%d" % (place + at),), first_seen=NOW - timedelta(days=29) + (place + at) * step)
            for at, each in enumerate(portion)
        ]
        place += len(portion)

        async def decide(_context: object, _now: datetime, here: list[Article] = here) -> PollPlan:
            return PollPlan(tuple(PlannedArticle(each, place=at) for at, each in enumerate(here)))

        await store.articles.decide(here, decide, revision=None)


async def _scan(store: Store, expression: Expression) -> int:
    index = await asyncio.to_thread(Index.build, [(0, expression, False)])
    before, hits = None, 0
    while batch := await store.articles.since(NOW - timedelta(days=30), limit=500, before_id=before, workspace=HOME):
        hits += await asyncio.to_thread(
            lambda here=batch: sum(bool(match(index, text_of(each.article)).found) for each in here)
        )
        before = batch[-1].article.id
    return hits


async def _timed(times: list[float], job: Callable[[], Awaitable[Made]]) -> Made:
    began = perf_counter()
    made = await job()
    times.append(perf_counter() - began)
    return made


if __name__ == "__main__":
    main()
