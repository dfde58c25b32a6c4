"""GDELT DOC 2.0: English-language news of the world, searched by text."""

from datetime import datetime

from bot.core.errors import TryLater, UserMistake
from bot.core.news import Source
from bot.core.text import clean, host_of, plain_title
from bot.sources.asking import Access, endpoint, query_of
from bot.sources.charset import decode
from bot.sources.dates import read_date
from bot.sources.exchange import Answer, Request
from bot.sources.jsonfeed import listed, load_json, text_of
from bot.sources.reading import Entry, Feed
from bot.sources.xmlfeed import absolute

RECORDS = "75"  # the service's own default; at most 250 (blog.gdeltproject.org/gdelt-doc-2-0-api-debuts)


def request(source: Source, access: Access, now: datetime) -> Request:  # noqa: ARG001 -- every kind asks like this
    """Ask for the newest articles of the last day on the source's keyword."""
    url = endpoint(
        access.gdelt_url,
        "/api/v2/doc/doc",
        query=f"{query_of(source)} sourcelang:english",
        mode="ArtList",
        format="json",
        maxrecords=RECORDS,
        timespan="1d",
        sort="DateDesc",
    )
    return Request(url)


def parse(source: Source, answer: Answer) -> Feed:
    """The articles.

    Raises:
        TryLater: the service answered with a sentence: the keyword is too short, or it is asked too often.
        UserMistake: the answer is none of this service's.
    """
    text = decode(answer.body, answer.charset)[0].strip()
    if text and text[0] not in "{[":
        raise TryLater("gdelt.refused", reason=clean(text)[:200])
    value = load_json(text or "{}")
    if not isinstance(value, dict):
        raise UserMistake("feed.not_a_feed")
    entries = [_entry(article, source.zone) for article in listed(value, "articles")]
    return Feed(kind="gdelt", title=query_of(source), language="en", entries=tuple(entries))


def _entry(article: dict[str, object], zone: str) -> Entry:
    link = absolute(text_of(article, "url"), "")
    return Entry(
        title=plain_title(text_of(article, "title")) or None,
        link=link,
        id=link,
        published=read_date(text_of(article, "seendate"), zone, guess=False),
        outlet_url=f"https://{host_of(link)}" if link else None,
    )
