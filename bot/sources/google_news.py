"""Google News RSS search, Korean edition.

Item links are opaque redirects; resolving them needs further, rate-limited calls (SSujitX/google-news-url-decoder#3,
DIYgod/RSSHub#17412), so they are told as they are.
"""

from dataclasses import replace
from datetime import datetime

from bot.core.news import Source
from bot.sources.asking import Access, endpoint, query_of
from bot.sources.exchange import Answer, Request
from bot.sources.feed import parse_feed
from bot.sources.reading import Entry, Feed

# No limit is published. One call in five seconds is what a handful of readers at their desks would ask.
SECONDS_A_CALL = 5.0


def request(source: Source, access: Access, now: datetime) -> Request:  # noqa: ARG001 -- every kind asks like this
    """Ask for the newest articles on the source's keyword."""
    url = endpoint(access.google_news_url, "/rss/search", q=query_of(source), hl="ko", gl="KR", ceid="KR:ko")
    return Request(url, etag=source.etag, last_modified=source.last_modified)


def parse(source: Source, answer: Answer) -> Feed:
    """The articles, each with its outlet.

    Raises:
        UserMistake: the answer is no feed.
        GiveUp: it is refused.
    """
    feed = parse_feed(answer.body, charset=answer.charset, base_url=answer.url, zone=source.zone)
    return replace(feed, kind="google_news", entries=tuple(map(_tidied, feed.entries)))


def _tidied(entry: Entry) -> Entry:
    """Without the outlet in the title, and without the summary: it repeats the title and lists others' headlines."""
    title = entry.title or ""
    for divider in (" - ", " | "):
        if entry.outlet and title.endswith(divider + entry.outlet):
            title = title.removesuffix(divider + entry.outlet)
    return replace(entry, title=title or None, summary=None)
