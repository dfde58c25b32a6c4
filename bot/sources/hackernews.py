"""Hacker News by Algolia's search: what the English-speaking technology world links to."""

from datetime import datetime

from bot.core.errors import UserMistake
from bot.core.news import Source
from bot.core.text import host_of, plain_title
from bot.sources.asking import Access, endpoint, query_of
from bot.sources.charset import decode
from bot.sources.dates import read_date
from bot.sources.exchange import Answer, Request
from bot.sources.jsonfeed import listed, load_json, text_of
from bot.sources.reading import Entry, Feed
from bot.sources.xmlfeed import absolute

HITS = "50"  # of one page (hn.algolia.com/api)


def request(source: Source, access: Access, now: datetime) -> Request:  # noqa: ARG001 -- every kind asks like this
    """Ask for the newest stories on the source's keyword."""
    url = endpoint(
        access.hackernews_url, "/api/v1/search_by_date", query=query_of(source), tags="story", hitsPerPage=HITS
    )
    return Request(url, etag=source.etag, last_modified=source.last_modified)


def parse(source: Source, answer: Answer) -> Feed:
    """The stories; one without an address of its own links to its discussion.

    Raises:
        UserMistake: the answer is none of this service's.
    """
    value = load_json(decode(answer.body, answer.charset)[0])
    if not isinstance(value, dict) or not isinstance(value.get("hits"), list):
        raise UserMistake("feed.not_a_feed")
    return Feed(
        kind="hackernews",
        title=query_of(source),
        language="en",
        entries=tuple(_entry(hit, source.zone) for hit in listed(value, "hits")),
    )


def _entry(hit: dict[str, object], zone: str) -> Entry:
    number = text_of(hit, "objectID")
    link = absolute(text_of(hit, "url"), "")
    return Entry(
        title=plain_title(text_of(hit, "title")) or None,
        link=link or (f"https://news.ycombinator.com/item?id={number}" if number.isdigit() else None),
        id=number or None,
        published=read_date(text_of(hit, "created_at"), zone, guess=False),
        summary=text_of(hit, "story_text") or None,
        author=plain_title(text_of(hit, "author")) or None,
        outlet_url=f"https://{host_of(link)}" if link else None,
    )
