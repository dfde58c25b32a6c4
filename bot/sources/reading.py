"""What reading a source gives, whatever its kind."""

from dataclasses import dataclass, field
from datetime import datetime

MAX_ENTRIES = 500  # of one answer (facts/ingestion.md §0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as its source gives it; absent is None.

    Attributes:
        title: plain text; `author` and `outlet` too.
        link: absolute http address.
        summary: HTML as given; `content` too.
        outlet: who published it, when the source says so for each item (`<source>`, Naver, Google News).
        outlet_url: where that outlet lives.
        copy: another address of the same article that is easier to read (Naver's copy).
    """

    title: str | None = None
    link: str | None = None
    id: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    summary: str | None = None
    content: str | None = None
    author: str | None = None
    outlet: str | None = None
    outlet_url: str | None = None
    copy: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed.

    Attributes:
        kind: `rss`, `atom`, `rdf`, `json` or `sitemap`.
        problems: keys of `core/wording/reading.py`: what was wrong though it could be read.
        ttl_seconds: how long the feed asks to be left alone.
        skip_hours: hours of the day (UTC) in which it asks not to be read.
        hub: WebSub hub, `topic` the address to subscribe to there.
    """

    kind: str
    title: str | None = None
    link: str | None = None
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    ttl_seconds: float | None = None
    skip_hours: frozenset[int] = field(default_factory=frozenset)
    hub: str | None = None
    topic: str | None = None
