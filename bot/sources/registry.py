"""The only list of source kinds: what to ask, how to read the answer. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.errors import GiveUp
from bot.core.news import Source
from bot.core.text import canonical_url, plain
from bot.sources import gdelt, google_news, hackernews, naver, page
from bot.sources.asking import Access
from bot.sources.exchange import Answer, Request
from bot.sources.feed import parse_feed
from bot.sources.reading import Entry, Feed

Reading = Feed  # what reading a source of any kind gives


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source.

    Attributes:
        query: it searches for words; `Source.url` is `kind:words` (`asking.query_source`).
    """

    request: Callable[[Source, Access, datetime], Request]
    parse: Callable[[Source, Answer], Reading]
    query: bool = False


def _feed_request(source: Source, access: Access, now: datetime) -> Request:  # noqa: ARG001 -- every kind asks like this
    return Request(source.url, etag=source.etag, last_modified=source.last_modified)


def _feed_parse(source: Source, answer: Answer) -> Reading:
    return parse_feed(answer.body, charset=answer.charset, base_url=answer.url, zone=source.zone)


KINDS: Mapping[str, Kind] = {
    "feed": Kind(_feed_request, _feed_parse),
    "page": Kind(page.request, page.parse),
    "naver": Kind(naver.request, naver.parse, query=True),
    "google_news": Kind(google_news.request, google_news.parse, query=True),
    "hackernews": Kind(hackernews.request, hackernews.parse, query=True),
    "gdelt": Kind(gdelt.request, gdelt.parse, query=True),
}

OPAQUE_LINKS = frozenset({"google_news"})  # their links lead to no article page (sources/google_news.py)


def request(source: Source, *, now: datetime, access: Access) -> Request:
    """What to ask for a source.

    Raises:
        GiveUp: its kind is unknown, or it is a search for nothing.
    """
    return _kind(source).request(source, access, now)


def parse(source: Source, answer: Answer) -> Reading:
    """What a source's answer says.

    An entry without a title is called by its first words; without an address or any word it is left out: nobody could
    be told of it.

    Raises:
        UserMistake: the answer is not what the source should give.
        TryLater: the other side said no for now.
        GiveUp: it is refused, or the kind is unknown.
    """
    reading = _kind(source).parse(source, answer)
    named = (entry if entry.title else replace(entry, title=_first_words(entry)) for entry in reading.entries)
    return replace(reading, entries=tuple(entry for entry in named if entry.title and canonical_url(entry.link or "")))


TITLE_CHARS = 80  # of the first words that stand in for a title


def _first_words(entry: Entry) -> str | None:
    text = plain(entry.summary or entry.content or "")
    return (text if len(text) <= TITLE_CHARS else text[:TITLE_CHARS].rsplit(" ", 1)[0] + "…") or None


def _kind(source: Source) -> Kind:
    if source.kind not in KINDS:
        raise GiveUp("source.unknown_kind", kind=source.kind)
    return KINDS[source.kind]
