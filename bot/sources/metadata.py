"""What an article page says of itself: Open Graph, JSON-LD, the usual meta tags, a Korean byline.

selectolax and json need a sixth of the time of trafilatura's own reading, and keep the time of day
(facts/ingestion.md §6.3).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from bot.core.text import canonical_url, clean, host_of, plain, plain_title
from bot.sources.dates import read_date
from bot.sources.jsonfeed import text_of
from bot.sources.xmlfeed import absolute

JSON_LD_CHARS = 500_000
JSON_LD_NODES = 500  # looked at on one page
META_TAGS = 500


@dataclass(frozen=True, slots=True)
class Metadata:
    """Absent is None; `body` is what JSON-LD gives as the article's text, HTML or plain."""

    url: str
    title: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    site: str | None = None
    image: str | None = None
    language: str | None = None
    author: str | None = None
    body: str = field(default="", repr=False)


def read_metadata(page: str, *, url: str, zone: str = "Asia/Seoul") -> Metadata:
    """What the page says of itself; dates without a zone are of `zone`."""
    tree = LexborHTMLParser(page)
    metas, linked = _Metas(tree), _article_of(tree)
    site = metas.get("og:site_name") or _name_of(linked.get("publisher"))
    language = (tree.root.attributes.get("lang") if tree.root else None) or metas.get("og:locale")
    return Metadata(
        url=_canonical(tree, metas, url),
        title=_title(tree, metas, linked, site),
        published=_date(tree, metas, linked, zone=zone, names=_PUBLISHED) or _written_date(tree, zone, _WRITTEN),
        modified=_date(tree, metas, linked, zone=zone, names=_MODIFIED) or _written_date(tree, zone, _REWRITTEN),
        site=plain_title(site) or None if site else None,
        image=absolute(metas.get("og:image", "twitter:image") or _image_of(linked.get("image")), url),
        language=clean(language or "").replace("_", "-")[:20] or None,
        author=_author(tree, metas, linked),
        body=text_of(linked, "articleBody"),
    )


_PUBLISHED = (
    "datePublished",
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "date", "pubdate",
    "dc.date", "dc.date.issued", "dcterms.created", "sailthru.date", "parsely-pub-date", "article:published",
    "publish_date",
)  # fmt: skip
_MODIFIED = (
    "dateModified",
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
)
_DATE_TEXT = (
    r"\s*(?:시간|일시|일)?\s*[:：|]?\s*(\d{4}\s*[.\-/년]\s*\d{1,2}\s*[.\-/월]\s*\d{1,2}[.일]?(?:\s*\([월화수목금토일]\))?"
    r"\s*(?:오[전후]\s*)?\d{1,2}[:시]\s*\d{2})"
)
_WRITTEN = re.compile(r"(?:입력|등록|승인|작성|발행|게재|기사\s?송고)" + _DATE_TEXT)
_REWRITTEN = re.compile(r"(?:수정|최종|업데이트)" + _DATE_TEXT)
_ARTICLE_TYPES = re.compile(r"(?:Article|NewsArticle|BlogPosting|Report|ReportageNewsArticle|LiveBlogPosting)$")


class _Metas:
    """The page's `<meta>` tags, collected once."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._values: dict[str, str] = {}
        for node in tree.css("meta[content]")[:META_TAGS]:
            given = node.attributes
            value = clean(given.get("content") or "")
            for key in ("property", "name", "itemprop"):
                if value and (name := given.get(key)):
                    self._values.setdefault(name.lower(), value)

    def get(self, *names: str) -> str:
        """The first of these names that has a value."""
        return next((value for name in names if (value := self._values.get(name.lower()))), "")


def _article_of(tree: LexborHTMLParser) -> Mapping[str, Any]:
    for script in tree.css('script[type="application/ld+json" i]')[:20]:
        text = script.text()
        if len(text) > JSON_LD_CHARS:
            continue
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for node in islice(_nodes(value), JSON_LD_NODES):
            kinds = node.get("@type")
            if any(isinstance(kind, str) and _ARTICLE_TYPES.search(kind) for kind in _as_list(kinds)):
                return node
    return {}


def _nodes(value: object) -> Iterator[Mapping[str, Any]]:
    waiting = [value]
    while waiting:
        found = waiting.pop(0)
        if isinstance(found, list):
            waiting.extend(found[:JSON_LD_NODES])
        elif isinstance(found, dict):
            yield found
            waiting.extend(found[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in found)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _name_of(value: object) -> str:
    names = (found if isinstance(found, str) else text_of(found, "name") for found in _as_list(value)[:10])
    return ", ".join(dict.fromkeys(name for name in map(plain_title, names) if name))


def _image_of(value: object) -> str:
    found = _as_list(value)[0] if _as_list(value) else None
    return found if isinstance(found, str) else text_of(found, "url")


def _title(tree: LexborHTMLParser, metas: _Metas, linked: Mapping[str, Any], site: str) -> str | None:
    told = metas.get("og:title", "twitter:title") or text_of(linked, "headline")
    for selector in ("h1", "title"):
        node = tree.css_first(selector)
        if not told and node is not None:
            told = clean(node.text())
    title = plain_title(told)
    for divider in (" - ", " | ", " :: ", " – ", " < ", " : "):
        head, found, tail = title.rpartition(divider)
        if found and head and site and clean(tail) == site:
            return head.strip()
    return title or None


def _date(
    tree: LexborHTMLParser, metas: _Metas, linked: Mapping[str, Any], *, zone: str, names: tuple[str, ...]
) -> datetime | None:
    property_name = names[0]
    texts = [text_of(linked, property_name), *(metas.get(name) for name in names[1:])]
    nodes = tree.css(f'[itemprop="{property_name}"], time[datetime]')[:5]
    if property_name != "datePublished":
        nodes = [node for node in nodes if node.attributes.get("itemprop")]
    texts += [node.attributes.get("content") or node.attributes.get("datetime") or node.text() for node in nodes]
    return next((date for text in texts if text and (date := read_date(text, zone, guess=False))), None)


def _written_date(tree: LexborHTMLParser, zone: str, form: re.Pattern[str]) -> datetime | None:
    text = tree.body.text(separator=" ")[:40_000] if tree.body else ""
    found = form.search(text)
    return read_date(found[1], zone, guess=False) if found else None


_REPORTER = re.compile(r"[\[(【]\s*[^\[\]()=]{1,20}=\s*([가-힣]{2,4})\s*(?:[가-힣]{2,4}\s)?기자\s*[\])】]")


def _author(tree: LexborHTMLParser, metas: _Metas, linked: Mapping[str, Any]) -> str | None:
    told = _name_of(linked.get("author")) or metas.get("author", "article:author", "dable:author", "byl")
    if told and not told.lower().startswith(("http://", "https://")):
        return plain(told)[:200]
    text = tree.body.text(separator=" ")[:40_000] if tree.body else ""
    found = _REPORTER.search(text)
    return found[1] if found else None


def _canonical(tree: LexborHTMLParser, metas: _Metas, url: str) -> str:
    """The page's own name for its address, on the same host only: a page may not speak for another."""
    link = tree.css_first('link[rel="canonical" i][href]')
    told = (link.attributes.get("href") if link is not None else "") or metas.get("og:url")
    address = absolute(told, url)
    if address and canonical_url(address) and (not url or _bare(address) == _bare(url)):
        return address
    return url


def _bare(url: str) -> str:
    return host_of(url).removeprefix("www.").removeprefix("m.")
