"""Bytes to a Feed (facts/ingestion.md §2.4).

Sniff → decode → strict XML → mend what is certain → strict XML again → feedparser for the few that are left.
The strict reader is more than ten times as fast as feedparser and reads Korean charsets and dates right; feedparser
reads what is no XML at all.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from lxml import etree

from bot.core.errors import GiveUp, UserMistake
from bot.core.text import URL_CHARS, clean, plain_title
from bot.core.wording import KOREAN, say
from bot.sources.charset import decode
from bot.sources.dates import read_date
from bot.sources.discover import feed_links
from bot.sources.exchange import FEED_BYTES
from bot.sources.jsonfeed import read_json_feed
from bot.sources.reading import MAX_ENTRIES, Entry, Feed
from bot.sources.repair import cut_after, entries_begun, mend, mend_end, too_deep
from bot.sources.sitemap import read_sitemap
from bot.sources.xmlfeed import absolute, read_xml_feed

FALLBACK_CHARS = 512 * 1024  # feedparser needs up to 13 s for 1 MB of tags (docs/decisions/feed-reading.md)
GUESSES = 60  # dates of one feed that may go to dateparser; its other dates have the same form
JUNK_CHARS = 4096  # before the first tag: warnings that a server printed


def parse_feed(body: bytes, *, charset: str | None = None, base_url: str = "", zone: str = "Asia/Seoul") -> Feed:
    """The feed in an answer's body.

    `charset` is what the HTTP header names; `base_url` is where the body came from: relative addresses count from
    there; `zone` is the IANA zone of dates that name none.

    Raises:
        UserMistake: this is no feed; the sentence names feeds of the page if it is one.
        GiveUp: it is refused: too large, or it defines entities.
    """
    if len(body) > FEED_BYTES:
        raise GiveUp("feed.too_large", megabytes=FEED_BYTES // 1024 // 1024)
    text, codec = decode(body, charset)
    text = text.lstrip("\ufeff\x00 \t\r\n")
    if not text:
        raise UserMistake("feed.empty")
    dates = _Dates(zone)
    if text[0] in "{[":
        return read_json_feed(text, base_url=base_url, date_of=dates.read)
    text, root_name = _root_of(text)
    if root_name == "html":
        links = feed_links(text, base_url)
        raise UserMistake(
            "feed.is_page_with_links" if links else "feed.is_page", links=" ".join(links[:3]), found=links
        )
    if not root_name:
        raise UserMistake("feed.not_a_feed")
    if "&#1" in text or (_C1_BYTES.search(body) if codec == "utf-8" else _C1.search(text)):
        text = _C1.sub(_from_cp1252, text)
    return _read_text(text, base_url, dates)


# Signs of Windows-1252 that were called Latin-1 or Unicode: no document means C1 controls (HTML standard, §13.2.5.80).
_C1 = re.compile(r"[\x80-\x84\x86-\x9f]|&#(?:12[89]|1[34]\d|15\d);")

_C1_BYTES = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")  # the same in UTF-8: searched 20 times as fast


def _from_cp1252(found: re.Match[str]) -> str:
    code = ord(found[0]) if len(found[0]) == 1 else int(found[0][2:-1])
    return bytes([code]).decode("cp1252", "replace")


class _Dates:
    """Reads the dates of one feed; the slow guesses are counted."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._guesses = GUESSES

    def read(self, text: str) -> datetime | None:
        found = read_date(text, self._zone, guess=False)
        if found is not None or not text.strip() or self._guesses <= 0:
            return found
        self._guesses -= 1
        return read_date(text, self._zone)


_ROOT_NAME = re.compile(r"<(?:[A-Za-z_][\w.\-]{0,40}:)?([A-Za-z_][\w.\-]{0,40})[\s/>]")
_FEED_START = re.compile(
    r"<\?xml|<(?:[A-Za-z_][\w.\-]{0,40}:)?(?:rss|feed|rdf|urlset|sitemapindex)[\s>]", re.IGNORECASE
)
_PAGE_ROOTS = frozenset({"head", "body", "div", "p", "script", "meta", "table", "title", "link"})
_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "urlset", "sitemapindex"})
_SUBSET_CHARS = 20_000  # of a DOCTYPE with its own declarations: no feed needs more


def _root_of(text: str) -> tuple[str, str]:
    """The text from its first tag on, and its root element's name in lower case (empty when there is none).

    Raises:
        GiveUp: its DOCTYPE defines entities.
    """
    at, doctype = 0, ""
    if not text.startswith("<"):
        start = _FEED_START.search(text, 0, JUNK_CHARS)
        if start is None:
            return text, "html" if re.search(r"<(?:html|body|head|div|p)\b", text[:JUNK_CHARS], re.IGNORECASE) else ""
        text = text[start.start() :]
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text.startswith("<?", at):
            at = _after(text, "?>", at)
        elif text.startswith("<!--", at):
            at = _after(text, "-->", at + 4)
        elif text[at : at + 9].lower() == "<!doctype":
            at, doctype = _after_doctype(text, at)
        else:
            break
    found = _ROOT_NAME.match(text, at)
    name = found[1].lower() if found else ""
    page = name in _PAGE_ROOTS or (doctype.startswith("html") and name not in _FEED_ROOTS)
    return text, "html" if page else name


def _after(text: str, end: str, at: int) -> int:
    found = text.find(end, at)
    return len(text) if found < 0 else found + len(end)


def _after_doctype(text: str, at: int) -> tuple[int, str]:
    """Where a DOCTYPE ends, and what it names."""
    close, subset = text.find(">", at), text.find("[", at)
    name = text[at + 9 : at + 40].strip().lower()
    if close < 0:
        return len(text), name
    if subset < 0 or subset > close:
        return close + 1, name
    declarations = text[subset : subset + _SUBSET_CHARS]
    if "<!entity" in declarations.lower():
        raise GiveUp("feed.entities")
    end = re.search(r"\]\s*>", declarations)
    if end is None:
        raise GiveUp("feed.entities")
    return subset + end.end(), name


def _read_text(text: str, base_url: str, dates: _Dates) -> Feed:
    tree = _parsed(text)
    problem = ""
    if tree is None:
        problem = "feed.problem.mended"
        mended = mend(text)
        tree = _parsed(mended)
        if tree is None and (whole := mend_end(mended)) is not None:
            problem = "feed.problem.cut"
            tree = _parsed(whole)
    if tree is not None:
        feed = read_sitemap(tree, base_url=base_url, date_of=dates.read)
        feed = feed or read_xml_feed(tree, base_url=base_url, date_of=dates.read, has_bases="xml:base" in text)
        if feed is not None:
            return replace(feed, problems=(problem, *feed.problems)) if problem else feed
    return _with_feedparser(text, base_url, dates)


def _parsed(text: str) -> etree._Element | None:
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever the prolog says: the text was decoded before
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if root is not None and isinstance(root.tag, str) else None


# What feedparser was seen to raise on broken input; it has no error class of its own.
_FEEDPARSER_ERRORS = (
    ValueError, TypeError, AttributeError, LookupError, AssertionError, RecursionError, OSError, etree.Error,
)  # fmt: skip
_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")


def _with_feedparser(text: str, base_url: str, dates: _Dates) -> Feed:
    import feedparser  # noqa: PLC0415 -- 0.2 s to import; most feeds never need it

    text = cut_after(text, MAX_ENTRIES, max_chars=FALLBACK_CHARS)
    if too_deep(text):
        raise GiveUp("feed.too_deep")
    begun = entries_begun(text)
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": base_url}
    try:
        found = feedparser.parse(
            io.BytesIO(_PROLOG.sub("", text).encode("utf-8", "replace")),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _FEEDPARSER_ERRORS as error:  # pragma: no cover -- seen in its issues; no input that does it is known here
        raise UserMistake("feed.broken") from error
    head: Mapping[str, Any] = found.get("feed", {})
    if not found.get("version") and not found.get("entries"):
        raise UserMistake("feed.not_a_feed")
    if not (found.get("entries") or head.get("title") or head.get("link")):
        raise UserMistake("feed.broken")
    entries = [_from_feedparser(entry, base_url, dates) for entry in found["entries"][:MAX_ENTRIES]]
    version = str(found.get("version") or "rss")
    problems = ["feed.problem.broken"] + (["feed.problem.lost"] if len(entries) < min(begun, MAX_ENTRIES) else [])
    return Feed(
        kind="atom" if version.startswith("atom") else "rdf" if version in {"rss10", "rss090"} else "rss",
        title=plain_title(_string(head, "title")) or None,
        link=absolute(_string(head, "link"), base_url),
        language=clean(_string(head, "language"))[:40] or None,
        entries=tuple(entries),
        problems=tuple(problems),
    )


def _from_feedparser(entry: Mapping[str, Any], base_url: str, dates: _Dates) -> Entry:
    contents = entry.get("content") or []
    source = entry.get("source") or {}
    return Entry(
        title=plain_title(_string(entry, "title")) or None,
        link=absolute(_string(entry, "link"), base_url),
        id=clean(_string(entry, "id"))[:URL_CHARS] or None,
        published=dates.read(_string(entry, "published")),
        updated=dates.read(_string(entry, "updated")) if "updated" in entry else None,  # else `published` stands in
        summary=_string(entry, "summary") or None,
        content=_string(contents[0], "value") or None if contents else None,
        author=plain_title(_string(entry, "author")) or None,
        outlet=plain_title(_string(source, "title")) or None,
        categories=tuple(
            name for tag in entry.get("tags", ())[:50] if (name := plain_title(_string(tag, "term"))[:100])
        ),
    )


def _string(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def feed_json(feed: Feed, language: str = KOREAN) -> dict[str, object]:
    """What `sosik feed` prints (contract §4)."""
    return {
        "feed": {"kind": feed.kind, "title": feed.title, "link": feed.link, "language": feed.language},
        "entries": [
            {
                "id": entry.id,
                "title": entry.title,
                "link": entry.link,
                "published": entry.published.isoformat() if entry.published else None,
                "updated": entry.updated.isoformat() if entry.updated else None,
                "summary": entry.summary,
                "content": entry.content,
                "author": entry.author,
            }
            for entry in feed.entries
        ],
        "problems": [say(problem, language) for problem in feed.problems],
    }
