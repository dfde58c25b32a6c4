"""What we ask of another server and what it answered, as values.

`sources` makes and reads them, `adapters.fetch` carries them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

FEED_BYTES = 5 * 1024 * 1024  # decoded; larger feeds are refused (facts/ingestion.md §0)
PAGE_BYTES = 3 * 1024 * 1024  # decoded


@dataclass(frozen=True, slots=True)
class Request:
    """One GET.

    Attributes:
        max_bytes: of the decoded body; more is refused.
        etag: sent back as If-None-Match, exactly as it was received. `last_modified` likewise.
        headers: sent as they are; may hold secrets, so they are never logged.
        page: an article page: robots.txt is asked, the per-host gap and hourly cap hold.
    """

    url: str
    max_bytes: int = FEED_BYTES
    etag: str | None = None
    last_modified: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    page: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: 200 with a body, or 304 without.

    Attributes:
        url: where the body came from, after all redirects.
        body: decoded (gzip), as bytes.
        charset: as the Content-Type header names it; None when it does not.
        moved_to: the new address when every hop so far was a permanent redirect (301, 308); else None.
        max_age_seconds: of Cache-Control; None when it does not say.
    """

    url: str
    status: int
    body: bytes = b""
    content_type: str = ""
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    max_age_seconds: float | None = None
