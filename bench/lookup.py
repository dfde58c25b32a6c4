"""Look-ups: character pairs in a contentless FTS5 table and a recheck, against a scan of all texts. `... bench lookup`.

Both see the same made-up articles (bench/korean_news.py) in one SQLite database in memory and must find the same.
CPU time of the best of several turns, taken in turns.
"""

import sqlite3
from collections.abc import Callable
from time import process_time

from bench.korean_news import stream
from bot.core.lookup import fold, fts5_query, index_terms, word_need

ARTICLES, TURNS = 20_000, 5
WORDS = ("기아", "라온모터스", "AI 학습", "의료 영상 판독기", "김나래 대표", "도심", "로또 1,101회", "벼리은행 3분기")


def main() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE article (id INTEGER PRIMARY KEY, text TEXT)")
    database.execute("CREATE VIRTUAL TABLE pairs USING fts5(terms, content='', detail=none, tokenize='ascii')")
    began = process_time()
    number = 0
    for seed in range(50):
        for each in stream(seed):
            if number == ARTICLES:
                break
            number += 1
            text = fold(f"{each.article.title}\n{each.article.body}")
            database.execute("INSERT INTO article VALUES (?, ?)", (number, text))
            terms = " ".join(sorted(index_terms(text)))
            database.execute("INSERT INTO pairs (rowid, terms) VALUES (?, ?)", (number, terms))
    print(f"{number:,} articles written in {process_time() - began:.1f} s")
    print(f"{'word':14} {'articles':>8} {'scan ms':>8} {'pairs ms':>8} {'scan / pairs':>12}")
    for word in WORDS:
        scan, pairs = [], []
        for _ in range(TURNS):
            scanned, spent = _timed(lambda word=word: _scan(database, word))
            scan.append(spent)
            found, spent = _timed(lambda word=word: _look_up(database, word))
            pairs.append(spent)
            if found != scanned:
                raise SystemExit(f"{word}: the index finds {len(found)}, the scan {len(scanned)}")
        print(
            f"{word:14} {len(found):8,} {1e3 * min(scan):8.1f} {1e3 * min(pairs):8.2f} {min(scan) / min(pairs):12.0f}"
        )


def _timed(job: Callable[[], list[int]]) -> tuple[list[int], float]:
    began = process_time()
    return job(), process_time() - began


def _scan(database: sqlite3.Connection, word: str) -> list[int]:
    return [number for (number,) in database.execute("SELECT id FROM article WHERE instr(text, ?) > 0", (fold(word),))]


def _look_up(database: sqlite3.Connection, word: str) -> list[int]:
    query, folded = fts5_query(word_need(word)), fold(word)
    rows = database.execute(
        "SELECT article.id, text FROM pairs JOIN article ON article.id = pairs.rowid WHERE pairs MATCH ? ORDER BY 1",
        (query,),
    )
    return [number for number, text in rows if folded in text]
