"""A list page of a site without a feed, read with CSS selectors.

The selectors stand in the fragment of the source's address, which no server ever sees:
`https://n.example/press#item=ul.list li&title=.tit&link=a&date=.date&summary=p`. Only `item` is needed; without any,
links that look like articles are taken.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import parse_qs, urldefrag, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from bot.core.errors import GiveUp, UserMistake
from bot.core.news import Source
from bot.core.text import canonical_url, clean, host_of, plain_title
from bot.sources.asking import Access
from bot.sources.charset import decode
from bot.sources.dates import date_in
from bot.sources.exchange import PAGE_BYTES, Answer, Request
from bot.sources.markup import unreasonable
from bot.sources.reading import MAX_ENTRIES, Entry, Feed
from bot.sources.xmlfeed import absolute

SELECTORS = frozenset({"item", "title", "link", "date", "summary"})
HEADLINE_CHARS = 10  # a shorter link text is a menu, not a headline


def request(source: Source, access: Access, now: datetime) -> Request:  # noqa: ARG001 -- every kind asks like this
    """Ask for the list page."""
    url = urldefrag(source.url).url
    return Request(url, max_bytes=PAGE_BYTES, etag=source.etag, last_modified=source.last_modified)


def parse(source: Source, answer: Answer) -> Feed:
    """The articles that the page lists.

    Raises:
        UserMistake: a selector is none, or nothing was found with them.
        GiveUp: the page is nested beyond reason.
    """
    text = decode(answer.body, answer.charset)[0]
    if unreasonable(text):
        raise GiveUp("page.too_deep")
    selectors = selectors_of(source.url)
    tree = LexborHTMLParser(text)
    try:
        found = _selected(tree, selectors, answer.url, source.zone) if selectors else _headlines(tree, answer.url)
        entries = list(islice(found, MAX_ENTRIES))
    except (SelectolaxError, ValueError) as error:
        raise UserMistake("page.bad_selector") from error
    if not entries:
        raise UserMistake("page.nothing_found")
    title = tree.css_first("title")
    once = {entry.link: entry for entry in reversed(entries)}
    return Feed(
        kind="page",
        title=(clean(title.text()) or None) if title is not None else None,
        link=answer.url,
        entries=tuple(reversed(once.values())),
    )


def selectors_of(url: str) -> dict[str, str]:
    """The selectors in a source's address.

    Raises:
        UserMistake: a name is none of ours, or `item` is missing.
    """
    fragment = urlsplit(url).fragment
    if "=" not in fragment:
        return {}
    given = {name: values[-1].strip() for name, values in parse_qs(fragment, max_num_fields=20).items()}
    if not SELECTORS.issuperset(given) or "item" not in given:
        raise UserMistake("page.bad_selector")
    return given


def _selected(tree: LexborHTMLParser, selectors: dict[str, str], url: str, zone: str) -> Iterator[Entry]:
    for item in tree.css(selectors["item"]):
        link = item.css_first(selectors.get("link", "a[href]"))
        if link is None and item.tag == "a":
            link = item
        named = item.css_first(selectors["title"]) if "title" in selectors else link
        address = absolute(link.attributes.get("href"), url) if link is not None else None
        title = plain_title(_text(named))
        if not address or not title:
            continue
        dated = item.css_first(selectors["date"]) if "date" in selectors else item
        lead = item.css_first(selectors["summary"]) if "summary" in selectors else None
        yield Entry(
            title=title, link=address, id=address, published=date_in(_text(dated), zone), summary=_text(lead) or None
        )


def _text(node: LexborNode | None) -> str:
    return clean(node.text(separator=" ")) if node is not None else ""


_ARTICLE_ADDRESS = re.compile(r"\d{4,}|/(?:news|article|view|press|post|story)s?/[^/]{8,}", re.IGNORECASE)


def _headlines(tree: LexborHTMLParser, url: str) -> Iterator[Entry]:
    for anchor in tree.css("a[href]"):
        address = absolute(anchor.attributes.get("href"), url)
        title = plain_title(anchor.text())
        if not address or len(title) < HEADLINE_CHARS or host_of(address) != host_of(url):
            continue
        if _ARTICLE_ADDRESS.search(canonical_url(address).partition(host_of(url))[2]):
            yield Entry(title=title, link=address, id=address)
