"""Feeds that a page names."""

import re

from selectolax.lexbor import LexborHTMLParser

from bot.core.text import clean
from bot.sources.markup import unreasonable
from bot.sources.xmlfeed import absolute

MAX_LINKS = 25  # as many as fit into one message as buttons (design/commands.md §3)
HEAD_CHARS = 1_000_000
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_LOOSE_TYPES = ("application/xml", "text/xml", "application/json")
_LOOKS = re.compile(r"(?:^|[/._?=&\-])(?:rss|feeds?|atom|rdf|allarticle)(?:$|[/._?=&\-\d])", re.IGNORECASE)
_COMMENTS = re.compile(r"comments?/feed|/comments?[./]", re.IGNORECASE)


def feed_links(page: str, base_url: str) -> tuple[str, ...]:
    """Addresses of feeds that an HTML page names, the likeliest first: declared ones, then links that look like one."""
    page = page[:HEAD_CHARS]
    if unreasonable(page):
        return ()
    tree = LexborHTMLParser(page)
    base = tree.css_first("base[href]")
    start = absolute(base.attributes.get("href"), base_url) if base is not None else None
    declared: list[str | None] = []
    loose: list[str | None] = []
    looks: list[str | None] = []
    for link in tree.css("link[href]")[:500]:
        rel, kind = ((link.attributes.get(name) or "").lower() for name in ("rel", "type"))
        if "alternate" in rel or "feed" in rel:
            kind = clean(kind).partition(";")[0]
            where = (
                declared if kind in _FEED_TYPES or "feed" in rel.split() else loose if kind in _LOOSE_TYPES else None
            )
            if where is not None:
                where.append(link.attributes.get("href"))
    for anchor in tree.css("a[href]")[:5000]:
        href = anchor.attributes.get("href") or ""
        if _LOOKS.search(href[:2000]):
            looks.append(href)
    found = [address for href in (*declared, *loose, *looks[:50]) if (address := absolute(href, start or base_url))]
    articles_first = sorted(dict.fromkeys(found), key=lambda address: _COMMENTS.search(address) is not None)
    return tuple(articles_first[:MAX_LINKS])
