"""Feed reading against third-party test data and against feedparser's speed.

    python -m bench.ingest_parse [FEEDPARSER_SDIST] [NEWSPAPER4K_SDIST/tests/data]

FEEDPARSER_SDIST: the unpacked folder of `pip download --no-deps --no-binary feedparser feedparser==6.0.14`; its tests
are not part of this project. Each of its files states what it expects in a comment; checked is every equality on a
field that we use. Bodies are compared as text, dates as instants, white space does not count.
The second folder, of newspaper4k's source package, has real pages (`html/`) and their texts (`txt/`).
"""

import ast
import calendar
import html
import re
import statistics
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import feedparser
import trafilatura

from bot.core.errors import SosikError
from bot.core.text import plain
from bot.sources.dates import read_date
from bot.sources.extract import extract
from bot.sources.feed import parse_feed

GROUPS = ("wellformed", "illformed", "encoding", "entities")
_EXPECT = re.compile(rb"Expect:\s*(.*?)\s*-->", re.DOTALL)
_FIELDS = {
    "title": "title",
    "link": "link",
    "id": "id",
    "guid": "id",
    "summary": "summary",
    "description": "summary",
    "author": "author",
    "published": "published",
    "published_parsed": "published",
    "issued": "published",
    "issued_parsed": "published",
    "created_parsed": "published",
    "updated": "updated",
    "updated_parsed": "updated",
    "modified": "updated",
    "modified_parsed": "updated",
    "date": "updated",
    "date_parsed": "updated",
}
_HEAD = {"title": "title", "link": "link"}


def expectations(path: Path) -> Iterator[tuple[str, int | None, object]]:
    """Field, entry number (None: the feed's own) and value of each equality that a test file states."""
    body = path.read_bytes()
    found = _EXPECT.search(body) or _EXPECT.search(body.decode("utf-16", "ignore").encode())
    if found is None:
        return
    try:
        tree = ast.parse(" ".join(found[1].decode("utf-8", "replace").split()), mode="eval")
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq)):
            continue
        try:
            value = ast.literal_eval(node.comparators[0])
        except ValueError:
            value = _time_tuple(node.comparators[0])
        keys = _chain(node.left)
        if keys and isinstance(value, str | tuple) and (place := _place(keys)):
            yield (*place, value)


def _time_tuple(node: ast.expr) -> object:
    return ast.literal_eval(node.args[0]) if isinstance(node, ast.Call) and node.args else None


def _chain(node: ast.expr) -> list[object]:
    keys: list[object] = []
    while isinstance(node, ast.Subscript | ast.Attribute):
        keys.append(ast.literal_eval(node.slice) if isinstance(node, ast.Subscript) else node.attr)
        node = node.value
    return [node.id, *reversed(keys)] if isinstance(node, ast.Name) else []


def _place(keys: list[object]) -> tuple[str, int | None] | None:
    match keys:
        case ["feed" | "channel", str(name)] | ["feed" | "channel", str(name), "value"] if (
            name.removesuffix("_detail") in _HEAD
        ):
            return _HEAD[name.removesuffix("_detail")], None
        case ["entries" | "items", int(number), str(name)] if name in _FIELDS:
            return _FIELDS[name], number
        case ["entries", int(number), "title_detail" | "summary_detail" as name, "value"]:
            return name.removesuffix("_detail"), number
        case ["entries", int(number), "content", 0, "value"]:
            return "content", number
    return None


def same(field: str, ours: object, theirs: object, zone: str = "UTC") -> bool:
    if field in {"published", "updated"}:
        if isinstance(theirs, tuple):
            wanted: datetime | None = datetime.fromtimestamp(calendar.timegm(theirs), UTC)
        else:
            wanted = read_date(str(theirs), zone)
        return ours == wanted
    return _text(ours) == _text(theirs)


def _text(value: object) -> str:
    text = plain(html.unescape(str(value or "")))
    return "".join(unicodedata.normalize("NFKC", text).split())


def suite(folder: Path) -> None:
    passed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for group in GROUPS:
        for path in sorted((folder / "tests" / group).rglob("*.xml")):
            wanted = list(expectations(path))
            if not wanted or "sanitize" in path.parts:
                continue
            body = path.read_bytes()
            header = re.search(rb"Header:\s*Content-type:.*?charset=([\w.-]+)", body, re.IGNORECASE)
            base = re.search(rb"Header:\s*Content-Location:\s*(\S+)", body, re.IGNORECASE)
            try:
                feed = parse_feed(
                    body,
                    charset=header[1].decode() if header else None,
                    base_url=urljoin("http://127.0.0.1:8097/tests/" + path.name, base[1].decode() if base else ""),
                    zone="UTC",
                )
            except SosikError as error:
                feed = None
                reason = str(error)
            except Exception as error:  # noqa: BLE001 -- a bench that shows what raised
                print("RAISED", path, repr(error))
                feed = None
                reason = repr(error)
            for field, number, value in wanted:
                subject = (
                    feed
                    if feed is None or number is None
                    else (feed.entries[number] if number < len(feed.entries) else None)
                )
                ours = getattr(subject, field, None)
                where = "base" if "base" in path.parts or "base" in path.name else group
                ok = same(field, ours, value)
                for key in ("all", where, ("feed " if number is None else "") + field):
                    total[key] += 1
                    passed[key] += ok
                if not ok:
                    print(
                        f"{path.relative_to(folder / 'tests')} {field} want {str(value)[:90]!r} got "
                        f"{str(ours)[:90]!r} {reason if feed is None else ''}"
                    )
    for key in total:
        print(f"{key:>18} {passed[key]:5}/{total[key]:<5} {100 * passed[key] / total[key]:.1f} %")


def a_feed(entries: int) -> bytes:
    """A well-formed feed of the size and make that Korean newsrooms publish."""
    text = "LG전자가 캐나다 토론토에서 인공지능 연구를 넓힌다고 밝혔다. 관계자는 협력을 이어 가겠다고 말했다. " * 6
    items = "".join(
        f"<item><title><![CDATA[[단독] LG전자 토론토 AI 연구소 {n}호 과제]]></title>"
        f"<link>https://n.example/news/articleView.html?idxno={n}</link>"
        f"<guid>https://n.example/news/articleView.html?idxno={n}</guid>"
        "<pubDate>Thu, 21 Mar 2024 09:12:00 +0900</pubDate>"
        "<author>홍성일 기자</author><category>경제</category>"
        f"<description><![CDATA[<p>{text}</p>]]></description></item>"
        for n in range(entries)
    )
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>예시</title>'
    return f"{head}<link>https://n.example/</link>{items}</channel></rss>".encode()


def speed(rounds: int = 9) -> None:
    readers = {"ours": lambda body: parse_feed(body, base_url="https://n.example/rss"), "feedparser": feedparser.parse}
    for entries in (10, 50, 200):
        body = a_feed(entries)
        times: dict[str, list[float]] = {name: [] for name in readers}
        for _ in range(rounds):
            for name, read in readers.items():
                start = time.process_time()
                read(body)
                times[name].append(time.process_time() - start)
        ours, theirs = (statistics.median(times[name]) for name in readers)
        print(
            f"{entries} entries, {len(body)} bytes: ours {ours * 1000:.2f} ms, feedparser {theirs * 1000:.2f} ms, "
            f"{theirs / ours:.1f} times"
        )


def pages(folder: Path) -> None:
    """F1 of letter 6-grams against the texts beside the pages; with and without our pruning, in turn."""
    scores: dict[str, list[float]] = {"ours": [], "trafilatura alone": []}
    for wanted in sorted((folder / "txt").glob("*.txt")):
        page = folder / "html" / (wanted.stem + ".html")
        if page.exists():
            body, right = page.read_bytes(), _grams(wanted.read_text("utf-8", "replace"))
            alone = trafilatura.extract(body, favor_precision=True, include_comments=False) or ""
            for name, text in (
                ("ours", extract(body, url="https://n.example/1").text or ""),
                ("trafilatura alone", alone),
            ):
                found = _grams(text)
                hits = sum((found & right).values())
                scores[name].append(2 * hits / max(1, sum(found.values()) + sum(right.values())))
    for name, values in scores.items():
        print(f"{name}: F1 {statistics.mean(values):.3f} over {len(values)} pages, worst {min(values):.3f}")


def _grams(text: str) -> Counter[str]:
    letters = "".join(text.split())
    return Counter(letters[n : n + 6] for n in range(max(1, len(letters) - 5)))


if __name__ == "__main__":
    speed()
    for given in map(Path, sys.argv[1:]):
        if (given / "txt").is_dir():
            pages(given)
        else:
            suite(given)
