"""OPML: the lists of feeds that feed readers exchange (opml.org/spec2.opml)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from bot.core.errors import UserMistake

OPML_BYTES = 5 * 1024 * 1024  # as for a feed (sources/exchange.py)
OPML_FEEDS = 5_000  # twice the sources that an import carries (contract §4), and some
_TITLE_CHARACTERS = 200
_URL_CHARACTERS = 2_000
# What XML 1.0 cannot write (§2.2), surrogates included.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# An ampersand that begins no reference: feed readers write addresses with `&` into attributes as they are.
_BARE_AMPERSAND = re.compile(rb"&(?!#?[0-9A-Za-z]{1,31};)")


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """One feed of the list: its address, what it is called (or empty), and its home page (or empty)."""

    url: str
    title: str = ""
    site: str = ""


def read_opml(data: bytes) -> tuple[OpmlFeed, ...]:
    """The feeds of an OPML file, folders flattened, each address once, in the order of the file.

    Outlines without a web address are passed over: folders, notes, podcasts' local files.

    Raises:
        UserMistake: it is too big, declares entities, is no OPML, or names no feed or too many.
    """
    if len(data) > OPML_BYTES:
        raise UserMistake("opml.too_big", megabytes=OPML_BYTES // (1024 * 1024))
    # No list of feeds needs entities of its own, and libxml2 expands those in attributes whatever it is told.
    # Without its zero bytes the same check reads UTF-16 and UTF-32.
    if b"<!ENTITY" in data.replace(b"\0", b"").upper():
        raise UserMistake("opml.entities")
    root = _parse(data)
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise UserMistake("opml.not_opml")
    feeds: dict[str, OpmlFeed] = {}
    for feed in _feeds(root):
        feeds.setdefault(feed.url, feed)
        if len(feeds) > OPML_FEEDS:
            raise UserMistake("opml.too_many", feeds=OPML_FEEDS)
    if not feeds:
        raise UserMistake("opml.no_feeds")
    return tuple(feeds.values())


def write_opml(feeds: Iterable[OpmlFeed], *, title: str) -> bytes:
    """An OPML 2.0 file of these feeds, as UTF-8."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _writable(title)
    body = etree.SubElement(root, "body")
    for feed in feeds:
        name = _writable(feed.title) or _writable(feed.url)
        outline = etree.SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=_writable(feed.url))
        if feed.site:
            outline.set("htmlUrl", _writable(feed.site))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _parse(data: bytes) -> etree._Element | None:
    for attempt in (data, _BARE_AMPERSAND.sub(b"&amp;", data)):
        # A parser of its own each time: one that failed keeps its errors.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return etree.fromstring(attempt.lstrip(), parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
    return None


def _feeds(root: etree._Element) -> Iterator[OpmlFeed]:
    for outline in root.iter("{*}outline"):
        cells = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
        url = _web_address(cells.get("xmlurl") or cells.get("url", ""))
        if url:
            title = " ".join((cells.get("title") or cells.get("text", "")).split())
            title = "" if title == url else title[:_TITLE_CHARACTERS].rstrip()
            yield OpmlFeed(url, title, _web_address(cells.get("htmlurl", "")))


def _web_address(text: str) -> str:
    """The address when it is one of the web, else an empty string; `feed:` is how some readers spell `http:`."""
    url = text.strip()
    if url.lower().startswith("feed:"):
        rest = url[5:]
        url = rest if rest.lower().startswith(("http://", "https://")) else f"http:{rest}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    good = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    return url if good and len(url) <= _URL_CHARACTERS and not re.search(r"\s", url) else ""


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)
