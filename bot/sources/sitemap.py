"""News sitemaps (Google's sitemap-news 0.9): title, date and outlet of every recent article."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice

from lxml import etree

from bot.core.errors import UserMistake
from bot.core.text import clean, plain_title
from bot.sources.reading import MAX_ENTRIES, Entry, Feed
from bot.sources.xmlfeed import absolute


def read_sitemap(root: etree._Element, *, base_url: str, date_of: Callable[[str], datetime | None]) -> Feed | None:
    """The articles of a news sitemap; None when the tree is no sitemap.

    Raises:
        UserMistake: an index of sitemaps, or a sitemap without news: neither names articles.
    """
    name = etree.QName(root).localname.lower()
    if name == "sitemapindex":
        maps = [absolute(_texts(el).get("loc"), base_url) for el in islice(root, MAX_ENTRIES)]
        news = [address for address in maps if address and "news" in address.lower()]
        key = "feed.sitemap_index_with_links" if news else "feed.sitemap_index"
        raise UserMistake(key, links=" ".join(news[:3]))
    if name != "urlset":
        return None
    urls = list(islice(root, MAX_ENTRIES * 4))
    entries = [entry for el in urls if (entry := _entry(el, base_url, date_of))]
    if not entries and len(root):
        raise UserMistake("feed.sitemap_without_news")
    languages = {text for el in urls[:20] if (text := _texts(el).get("language"))}
    return Feed(
        kind="sitemap",
        title=next((entry.outlet for entry in entries if entry.outlet), None),
        language=languages.pop() if len(languages) == 1 else None,
        entries=tuple(entries[:MAX_ENTRIES]),
        problems=("feed.problem.many",) if len(entries) > MAX_ENTRIES or len(root) > MAX_ENTRIES * 4 else (),
    )


def _entry(el: etree._Element, base_url: str, date_of: Callable[[str], datetime | None]) -> Entry | None:
    found = _texts(el)
    link = absolute(found.get("loc"), base_url)
    if not link or not found.get("title"):
        return None
    keywords = (plain_title(word)[:100] for word in found.get("keywords", "").split(",")[:50])
    return Entry(
        title=plain_title(found["title"]) or None,
        link=link,
        id=link,
        published=date_of(found.get("publication_date", "")),
        updated=date_of(found.get("lastmod", "")),
        outlet=plain_title(found.get("name", "")) or None,
        categories=tuple(word for word in keywords if word),
    )


def _texts(el: etree._Element) -> dict[str, str]:
    """The texts below a `<url>` by their local names; images and videos of the article name other things."""
    found: dict[str, str] = {}
    for child in el:
        name = etree.QName(child).localname.lower() if isinstance(child.tag, str) else ""
        if name == "news":
            for inner in child.iter():
                if isinstance(inner.tag, str):
                    found.setdefault(etree.QName(inner).localname.lower(), clean(inner.text or ""))
        elif name in {"loc", "lastmod"}:
            found.setdefault(name, clean(child.text or ""))
    return found
