"""`sosik match`: articles as JSON lines in, matches as JSON lines out (contract §4)."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from bot.core.errors import UserMistake
from bot.core.matching.expression import Expression, parse
from bot.core.matching.index import Index
from bot.core.matching.match import Found, Near, Sense, Text, match
from bot.core.wording import say

# Compiled forms of so many watch files are kept.
_KEPT = 4
_TEXT_FIELDS = ("title", "summary", "body", "outlet", "url")


def match_lines(
    watch_file_lines: Iterable[str],
    article_lines: Iterable[str],
    *,
    explain: bool,
    language: str,
    cache_dir: Path | None,
    sense: Sense | None = None,
) -> Iterator[str]:
    """One line of JSON for each article line, in order, without line feeds.

    The watches are read and compiled before this returns; articles are read as the answers are taken.

    Args:
        watch_file_lines: one expression a line; blank lines and lines that begin with `#` are skipped.
        article_lines: one article a line; what is no article is answered with an `error`.
        explain: also tell what was refused and why.
        language: of the sentences in `error` and `reason`.
        cache_dir: where the compiled form is kept between runs; None keeps none.
        sense: decides `뜻:회사`; without it that option is passed over.

    Raises:
        UserMistake: an expression is wrong; it names the line and the position.
    """
    watches = _Watches.read(watch_file_lines, language)
    index = watches.index(cache_dir)
    return (_answer(line, watches, index, explain=explain, language=language, sense=sense) for line in article_lines)


@dataclass(frozen=True, slots=True)
class _Watches:
    """The lines of the watch file that hold expressions, and where they stand in it."""

    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    language: str

    @classmethod
    def read(cls, lines: Iterable[str], language: str) -> "_Watches":
        kept: list[str] = []
        numbers: list[int] = []
        for number, line in enumerate(lines, start=1):
            text = line.rstrip("\r\n")
            if number == 1:
                text = text.removeprefix("\ufeff")
            if text.strip() and not text.startswith("#"):
                kept.append(text)
                numbers.append(number)
        return cls(tuple(kept), tuple(numbers), language)

    def index(self, cache_dir: Path | None) -> Index:
        """The compiled form, from the cache when it is there and fits."""
        if cache_dir is None:
            return Index.build(self._pairs())
        path = cache_dir / f"watches-{self._digest()}.index"
        index = _load(path)
        if index is None:
            index = Index.build(self._pairs())
            _store(path, index)
        return index

    def _pairs(self) -> Iterator[tuple[int, Expression]]:
        for key, line in enumerate(self.lines):
            try:
                yield key, parse(line)
            except UserMistake as mistake:
                sentence = say(mistake.key, self.language, **mistake.values)
                raise UserMistake("watch.line", line=self.numbers[key], mistake=sentence) from mistake

    def _digest(self) -> str:
        return blake2b("\n".join(self.lines).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _load(path: Path) -> Index | None:
    try:
        return Index.from_bytes(path.read_bytes())
    except (OSError, ValueError):  # not there, not readable, damaged, or of another version: compiled anew
        return None


def _store(path: Path, index: Index) -> None:
    """Keep the compiled form; a disk that takes no more costs the next start some seconds, not this run."""
    beside = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(index.to_bytes())
        beside.replace(path)
        kept = sorted(path.parent.glob("watches-*.index"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in kept[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def _answer(line: str, watches: _Watches, index: Index, *, explain: bool, language: str, sense: Sense | None) -> str:
    try:
        raw = json.loads(line.removeprefix("\ufeff"), parse_constant=_no_number)
        key = _carried(raw)
        text = _text(raw)
    except (ValueError, RecursionError):
        return _refused(None, UserMistake("match.no_json"), language)
    except UserMistake as mistake:
        return _refused(mistake.values.get("id"), mistake, language)
    matched = match(index, text, explain=explain, sense=sense)
    answer: dict[str, object] = {"id": key, "watches": [_watch(found, watches) for found in _in_order(matched.found)]}
    if explain:
        answer["near"] = [_near(near, watches, language) for near in matched.near]
    return _written(answer)


def _no_number(name: str) -> object:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _carried(raw: object) -> object:
    """The article's id, which must be there and be JSON again when it is written."""
    if not isinstance(raw, dict):
        raise UserMistake("match.no_object")
    if "id" not in raw:
        raise UserMistake("match.no_id")
    json.dumps(raw["id"], allow_nan=False)  # 1e999 is read as infinity
    return raw["id"]


def _text(raw: dict[str, object]) -> Text:
    values: dict[str, str] = {}
    for name in _TEXT_FIELDS:
        value = raw.get(name)
        if isinstance(value, str):
            values[name] = value
        elif value is not None or name == "title":
            raise UserMistake("match.no_text", id=raw["id"], field=name)
    return Text(**values)


def _in_order(found: Iterable[Found]) -> list[Found]:
    return sorted(found, key=lambda each: each.key)


def _watch(found: Found, watches: _Watches) -> dict[str, object]:
    hits = [
        {"field": hit.field.value, "start": hit.start, "end": hit.end, "text": hit.text, "term": hit.term}
        for hit in found.hits
    ]
    return {"watch": watches.lines[found.key], "hits": hits}


def _near(near: Near, watches: _Watches, language: str) -> dict[str, object]:
    return {
        "watch": watches.lines[near.key],
        "field": near.field.value,
        "start": near.start,
        "end": near.end,
        "text": near.text,
        "reason": say(near.reason_key, language, **near.values),
    }


def _refused(key: object, mistake: UserMistake, language: str) -> str:
    return _written({"id": key, "watches": [], "error": say(mistake.key, language, **mistake.values)})


def _written(answer: dict[str, object]) -> str:
    """One line that any stream can carry: lone surrogates are written as escapes."""
    line = json.dumps(answer, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        return json.dumps(answer)
    return line
