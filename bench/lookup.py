"""Look-ups: character pairs in a contentless FTS5 table and a recheck, against a scan. `python -m bench lookup`.

Both read the same made-up articles (bench/korean_news.py) from one SQLite database in memory, decide by the matcher
itself, and must find the same. *grep* is SQLite's own `instr` over the texts: no answer, since it knows no word edges,
only a measure. CPU time, the best of several turns, taken in turns; building the index is part of a look-up.
"""

import sqlite3
from collections.abc import Callable, Sequence
from itertools import count as count_up
from itertools import islice
from time import process_time
from typing import TypeVar

from bench.korean_news import stream
from bot.core.lookup import fts5_query, index_terms, need_of
from bot.core.matching.expression import Expression, parse
from bot.core.matching.index import Index
from bot.core.matching.match import match
from bot.core.matching.page import Text

Made = TypeVar("Made")
ARTICLES, TURNS = 20_000, 2
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
SCAN = "SELECT id, title, body FROM article"
PAIRS = "SELECT id, title, body FROM pairs JOIN article ON id = pairs.rowid WHERE pairs MATCH ? ORDER BY 1"
GREP = "SELECT id FROM article WHERE instr(title, ?) OR instr(body, ?)"


def main(arguments: Sequence[str] = ()) -> None:
    count = int(arguments[0]) if arguments else ARTICLES
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE article (id INTEGER PRIMARY KEY, title TEXT, body TEXT)")
    database.execute("CREATE VIRTUAL TABLE pairs USING fts5(terms, content='', detail=none, tokenize='ascii')")
    articles = islice((each.article for seed in count_up() for each in stream(seed)), count)
    spent = 0.0
    for number, article in enumerate(articles, 1):
        began = process_time()
        database.execute("INSERT INTO article VALUES (?, ?, ?)", (number, article.title, article.body))
        terms = " ".join(sorted(index_terms(article.title, article.body)))
        database.execute("INSERT INTO pairs (rowid, terms) VALUES (?, ?)", (number, terms))
        spent += process_time() - began
    print(f"{count:,} articles; writing one: {1e3 * spent / count:.2f} ms")
    print(
        f"{'expression':24}{'found':>8}{'rechecked':>10}{'scan ms':>9}{'pairs ms':>9}{'scan / pairs':>13}{'grep ms':>8}"
    )
    for written in EXPRESSIONS:
        expression = parse(written)
        times: dict[str, list[float]] = {"scan": [], "pairs": [], "grep": []}
        for _ in range(TURNS):
            scanned = _timed(times["scan"], lambda e=expression: _decide(database, e, SCAN, ()))
            query = fts5_query(need_of(expression))
            found = _timed(times["pairs"], lambda e=expression, q=query: _decide(database, e, PAIRS, (q,)))
            word = expression.terms[0].text
            _timed(times["grep"], lambda w=word: database.execute(GREP, (w, w)).fetchall())
            if found[0] != scanned[0]:
                raise SystemExit(f"{written}: the index finds {len(found[0])}, the scan {len(scanned[0])}")
        scan, pairs, grep = (1e3 * min(times[name]) for name in ("scan", "pairs", "grep"))
        print(
            f"{written:24}{len(found[0]):8,}{found[1]:10,}{scan:9.0f}{pairs:9.2f}{scan / pairs:13.0f}{grep:8.1f}",
            flush=True,
        )


def _timed(times: list[float], job: Callable[[], Made]) -> Made:
    began = process_time()
    made = job()
    times.append(process_time() - began)
    return made


def _decide(
    database: sqlite3.Connection, expression: Expression, question: str, values: tuple[str, ...]
) -> tuple[list[int], int]:
    index, rows = Index.build([(0, expression, False)]), database.execute(question, values).fetchall()
    return [number for number, title, body in rows if match(index, Text(title=title, body=body)).found], len(rows)
