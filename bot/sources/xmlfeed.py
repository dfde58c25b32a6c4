"""From an XML tree to a Feed: RSS 0.9x, 1.0, 2.0, Atom 0.3, 1.0 and what is mixed into them.

Priorities where several elements say the same follow feedparser (kurtmckee/feedparser `feedparser/mixin.py`), save
that the feed's own namespace always comes before a foreign one.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from urllib.parse import urljoin

from lxml import etree

from bot.core.text import URL_CHARS, clean, plain, plain_title
from bot.sources.reading import MAX_ENTRIES, Entry, Feed

_RSS, _ATOM = "", "atom:"
_NAMESPACES = {
    "": _RSS,
    "http://purl.org/rss/1.0": _RSS,
    "http://my.netscape.com/rdf/simple/0.9": _RSS,
    "http://channel.netscape.com/rdf/simple/0.9": _RSS,
    "http://my.netscape.com/publish/formats/rss-0.91.dtd": _RSS,
    "http://purl.org/net/rss1.1": _RSS,
    "http://backend.userland.com/rss": _RSS,
    "http://backend.userland.com/rss2": _RSS,
    "http://blogs.law.harvard.edu/tech/rss": _RSS,
    "http://cyber.law.harvard.edu/rss/rss.html": _RSS,
    "http://www.w3.org/2005/atom": _ATOM,
    "http://purl.org/atom/ns": _ATOM,
    "http://purl.org/dc/elements/1.1": "dc:",
    "http://purl.org/dc/elements/1.0": "dc:",
    "http://purl.org/dc/terms": "dcterms:",
    "http://purl.org/rss/1.0/modules/content": "content:",
    "http://purl.org/rss/1.0/modules/syndication": "sy:",
    "http://www.w3.org/1999/xhtml": "xhtml:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://search.yahoo.com/mrss": "media:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
}
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DECLARATION = re.compile(r'\sxmlns(?::[\w.\-]+)?="[^"]*"')

DateOf = Callable[[str], datetime | None]


def read_xml_feed(root: etree._Element, *, base_url: str, date_of: DateOf, has_bases: bool = True) -> Feed | None:
    """The feed in a parsed tree; None when it is none. `has_bases`: some element has `xml:base`."""
    return _Reader(root, base_url, date_of, has_bases=has_bases).feed()


class _Reader:
    """One reading: remembers what the names in this document mean."""

    def __init__(self, root: etree._Element, base_url: str, date_of: DateOf, *, has_bases: bool) -> None:
        self._root = root
        self._base_url = base_url
        self._date_of = date_of
        self._names: dict[str, str] = {}
        self._own = etree.QName(root).namespace or ""
        self._has_bases = has_bases

    def feed(self) -> Feed | None:
        name = etree.QName(self._root).localname.lower()
        if name == "feed":
            return self._read("atom", self._root, self._children(self._root, "entry"))
        if name in {"rss", "rdf", "channel"}:
            channel = self._root if name == "channel" else self._first(self._root, "channel")
            inside = [] if channel is None or name == "channel" else self._children(channel, "item", "entry")
            items = [*inside, *self._children(self._root, "item", "entry")]
            if not items:
                items = [el for el in self._root.iter() if self._name(el).rpartition(":")[2] in {"item", "entry"}]
            return self._read("rdf" if name == "rdf" else "rss", self._root if channel is None else channel, items)
        return None

    def _read(self, kind: str, head: etree._Element, items: list[etree._Element]) -> Feed:
        found = self._gathered(head)
        links = found.get("atom:link", ()) or (found.get("link", ()) if kind == "atom" else ())
        hub, topic = _by_rel(links, "hub"), _by_rel(links, "self")
        language = self._text(found, "language", "dc:language") or self._root.get(_XML_LANG) or self._root.get("lang")
        return Feed(
            kind=kind,
            title=self._title(found),
            link=self._link(head, found),
            language=clean(language)[:40] or None if language else None,
            entries=tuple(self._entry(item) for item in items[:MAX_ENTRIES]),
            problems=("feed.problem.many",) if len(items) > MAX_ENTRIES else (),
            ttl_seconds=_ttl(self._text(found, "ttl")),
            skip_hours=_skip_hours(found.get("skiphours", ())),
            hub=self._absolute(head, hub),
            topic=self._absolute(head, topic),
        )

    def _entry(self, item: etree._Element) -> Entry:
        found = self._gathered(item)
        source = next(iter(found.get("source", found.get("atom:source", ()))), None)
        summary, content = self._texts(found)
        return Entry(
            title=self._title(found),
            link=self._link(item, found),
            id=self._id(item, found),
            published=self._date(found, _PUBLISHED),
            updated=self._date(found, _UPDATED),
            summary=summary,
            content=content,
            author=self._author(found),
            outlet=self._outlet(source),
            outlet_url=None if source is None else self._absolute(source, source.get("url")),
            categories=self._categories(found),
        )

    # -- names ---------------------------------------------------------------------------------------------------

    def _name(self, el: etree._Element) -> str:
        tag = str(el.tag)  # entity references and comments have a function as their tag: no name of ours
        known = self._names.get(tag)
        if known is None:
            namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
            known = self._names[tag] = self._prefix(namespace) + local.lower()
        return known

    def _prefix(self, namespace: str) -> str:
        prefix = _NAMESPACES.get(namespace.lower().rstrip("/#"))
        if namespace == self._own:
            return _RSS  # whatever a feed calls its own namespace, its elements are the plain ones
        return "?:" if prefix is None else prefix

    def _children(self, el: etree._Element, *names: str) -> list[etree._Element]:
        return [child for child in el if self._name(child).removeprefix(_ATOM) in names]

    def _first(self, el: etree._Element, name: str) -> etree._Element | None:
        return next(iter(self._children(el, name)), None)

    def _gathered(self, el: etree._Element) -> dict[str, list[etree._Element]]:
        found: dict[str, list[etree._Element]] = {}
        names = self._names
        for child in el:
            name = names.get(child.tag) or self._name(child)
            if name in found:
                found[name].append(child)
            else:
                found[name] = [child]
        return found

    # -- fields --------------------------------------------------------------------------------------------------

    def _text(self, found: dict[str, list[etree._Element]], *names: str) -> str | None:
        for name in names:
            for el in found.get(name, ()):
                text = _all_text(el).strip()
                if text:
                    return text
        return None

    def _title(self, found: dict[str, list[etree._Element]]) -> str | None:
        for name in ("title", "atom:title", "dc:title", "media:title", "itunes:title"):
            for el in found.get(name, ()):
                title = self._plain_construct(el)
                if title:
                    return title
        return None

    def _plain_construct(self, el: etree._Element) -> str:
        """The plain text of a title: Atom says what it is, RSS leaves it open."""
        kind = (el.get("type") or "").lower()
        text = _decoded(el)
        if kind in {"html", "text/html"}:
            return plain(text)[:1000].strip()
        if kind in {"text", "text/plain"} and len(el) == 0 and (el.get("mode") or "") != "escaped":
            return plain_title(text.replace("&", "&amp;").replace("<", "&lt;"))
        return plain_title(text)

    def _link(self, el: etree._Element, found: dict[str, list[etree._Element]]) -> str | None:
        links = [*found.get("link", ()), *found.get("atom:link", ())]
        for candidate in links:
            text = _all_text(candidate)
            if text and not candidate.get("href") and (link := self._absolute(candidate, text)):
                return link
        alternates = [link for link in links if link.get("href") and (link.get("rel") or "alternate") == "alternate"]
        pages = [link for link in alternates if (link.get("type") or "text/html") in _PAGE_TYPES]
        for candidate in [*pages, *alternates]:
            if link := self._absolute(candidate, candidate.get("href")):
                return link
        for guid in found.get("guid", ()):
            if (guid.get("isPermaLink") or guid.get("ispermalink") or "true").strip().lower() != "false":
                text = _all_text(guid).strip()
                if text.lower().startswith(("http://", "https://")):
                    return self._absolute(guid, text)
        for content in [*found.get("content", ()), *found.get("atom:content", ())]:
            if link := self._absolute(content, content.get("src")):
                return link
        about = el.get(_RDF_ABOUT) or el.get("HREF") or ""  # CDF, 1997
        return self._absolute(el, about) if about.lower().startswith(("http://", "https://")) else None

    def _id(self, item: etree._Element, found: dict[str, list[etree._Element]]) -> str | None:
        given = self._text(found, "guid", "id", "atom:id") or item.get(_RDF_ABOUT) or self._text(found, "dc:identifier")
        return clean(given)[:URL_CHARS] or None if given else None

    def _date(self, found: dict[str, list[etree._Element]], names: tuple[str, ...]) -> datetime | None:
        for name in names:
            if name in found:
                for el in reversed(found[name]):  # of several the last one counts, as in feedparser
                    date = self._date_of(_all_text(el))
                    if date is not None:
                        return date
        return None

    def _texts(self, found: dict[str, list[etree._Element]]) -> tuple[str | None, str | None]:
        summary, content = self._first_markup(found, _SUMMARIES), self._first_markup(found, _CONTENTS)
        if "media:group" in found and not summary:  # YouTube
            summary = self._first_markup(self._gathered(found["media:group"][0]), _SUMMARIES)
        if content is None and "description" in found and "summary" in found:
            # Two short texts: the one that stands first is the summary (feedparser's rule).
            first, second = (found[name][0] for name in found if name in {"description", "summary"})
            return _markup(first) or _markup(second), _markup(second)
        return summary, content

    def _first_markup(self, found: dict[str, list[etree._Element]], names: tuple[str, ...]) -> str | None:
        for name in names:
            if name in found:
                for el in found[name]:
                    if text := _markup(el):
                        return text
        return None

    def _author(self, found: dict[str, list[etree._Element]]) -> str | None:
        named = [name for key in _AUTHORS if key in found for el in found[key] if (name := self._person(el))]
        return ", ".join(dict.fromkeys(named[:10])) or None

    def _person(self, el: etree._Element) -> str:
        if len(el) == 0:
            return plain_title(el.text or "")
        parts = self._gathered(el)
        name = self._text(parts, "name", "atom:name") or self._text(parts, "email", "atom:email")
        return plain_title(name or _all_text(el))

    def _outlet(self, source: etree._Element | None) -> str | None:
        if source is None:
            return None
        return (self._title(self._gathered(source)) if len(source) else plain_title(_all_text(source))) or None

    def _categories(self, found: dict[str, list[etree._Element]]) -> tuple[str, ...]:
        elements = [el for name in ("category", "atom:category", "dc:subject") for el in found.get(name, ())]
        if not elements:
            return ()
        texts = (el.get("label") or el.get("term") or _all_text(el) for el in elements[:50])
        return tuple(dict.fromkeys(name for text in texts if (name := plain_title(text)[:100])))

    def _absolute(self, el: etree._Element, address: str | None) -> str | None:
        base = el.base if self._has_bases else None
        return absolute(address, urljoin(self._base_url, base) if base else self._base_url)


_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_PUBLISHED = (
    "pubdate", "published", "issued", "atom:published", "atom:issued", "dcterms:issued", "dcterms:created", "dc:date",
    "created", "atom:created", "date",
)  # fmt: skip
_UPDATED = ("updated", "modified", "atom:updated", "atom:modified", "dcterms:modified", "lastbuilddate", "dc:date")
_SUMMARIES = (
    "description", "summary", "atom:summary", "dc:description", "dcterms:abstract", "itunes:summary",
    "itunes:subtitle", "media:description", "abstract",
)  # fmt: skip
_CONTENTS = ("content:encoded", "content", "atom:content", "xhtml:body", "body", "fullitem", "xhtml:div")
_AUTHORS = ("author", "atom:author", "dc:creator", "dc:author", "itunes:author", "creator")


_PLAIN_ADDRESS = re.compile(r"https?://[^\s/?#\[\]]+(?:[/?#]\S*)?$")


def absolute(address: str | None, base_url: str) -> str | None:
    """An http address made absolute; None when it is empty, of another scheme, or no address."""
    address = clean(address or "")
    if not address or len(address) > URL_CHARS:
        return None
    if _PLAIN_ADDRESS.match(address):
        return address
    address = address.replace(" ", "%20")
    try:
        whole = urljoin(base_url, address)
    except ValueError:
        return None
    return whole if whole.lower().startswith(("http://", "https://")) else None


def _all_text(el: etree._Element) -> str:
    return "".join(map(str, el.itertext())) if len(el) else el.text or ""


def _decoded(el: etree._Element) -> str:
    """The text of an element; Atom 0.3 may wrap it in Base64."""
    text = _all_text(el)
    return _unpacked(text) if (el.get("mode") or "").lower() == "base64" or _is_binary(el.get("type") or "") else text


def _unpacked(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


def _markup(el: etree._Element) -> str | None:
    """The HTML in an element: escaped text as it is, child elements written out."""
    kind = (el.get("type") or "").lower()
    if len(el) == 0:
        text = el.text or ""
        if (el.get("mode") or "") == "base64" or (kind and _is_binary(kind)):
            text = _unpacked(text)
        return text.strip() or None
    whole = _inner(el)
    return whole.strip() or None


def _is_binary(kind: str) -> bool:
    """Atom (RFC 4287 §4.1.3.3): media types other than text and XML are Base64."""
    return "/" in kind and not kind.startswith("text/") and not kind.endswith(("xml", "html", "json"))


def _inner(el: etree._Element) -> str:
    children = list(el)
    if len(children) == 1 and not (el.text or "").strip() and str(children[0].tag).endswith("}div"):
        el = children[0]
    pieces = [_text_as_html(el.text)]
    pieces += [etree.tostring(child, encoding="unicode", with_tail=True) for child in el]
    return _DECLARATION.sub("", "".join(pieces))


def _text_as_html(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _by_rel(links: Iterable[etree._Element], rel: str) -> str | None:
    return next((link.get("href") for link in links if (link.get("rel") or "").lower() == rel), None)


def _ttl(text: str | None) -> float | None:
    """`<ttl>` counts minutes (RSS 2.0); more than a week is a mistake."""
    digits = (text or "").strip()
    return float(digits) * 60 if digits.isascii() and digits.isdigit() and 0 < int(digits[:9]) <= 10080 else None


def _skip_hours(elements: Iterable[etree._Element]) -> frozenset[int]:
    texts = [(hour.text or "").strip() for el in elements for hour in islice(el, 30)]
    return frozenset(int(text) % 24 for text in texts if text.isascii() and text.isdigit() and len(text) <= 2)
