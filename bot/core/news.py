"""The nouns: what sosik reads, wants and tells. Values only; nothing here acts.

All datetimes are aware and UTC. Ids are those of the database.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from bot.core.errors import UserMistake


class Platform(StrEnum):
    """Where a channel lives."""

    CONSOLE = "console"
    SLACK = "slack"
    DISCORD = "discord"


_CHANNEL = re.compile(r"(console|slack|discord):([^/\s]+)/([^/\s]+)")


@dataclass(frozen=True, slots=True, order=True)
class ChannelRef:
    """One channel or DM, written `platform:workspace/channel` (contract §2)."""

    platform: Platform
    workspace: str
    channel: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the contract's form.

        Raises:
            UserMistake: it is not of that form.
        """
        found = _CHANNEL.fullmatch(text.strip())
        if found is None:
            raise UserMistake("channel.bad", text=text)
        return cls(Platform(found[1]), found[2], found[3])

    @property
    def home(self) -> str:
        """Its workspace, as `platform:workspace`."""
        return f"{self.platform}:{self.workspace}"

    def __str__(self) -> str:
        return f"{self.home}/{self.channel}"


class SourceState(StrEnum):
    """What a person is told about a source (`출처 list`)."""

    ACTIVE = "active"
    SLOW = "slow"
    QUIET = "quiet"
    FAILING = "failing"
    DEAD = "dead"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Source:
    """A place where we look.

    Attributes:
        workspace: `platform:workspace` it serves; None serves every workspace.
        number: the small number people see, `#3`, unique within what they see.
        kind: a key of `sources/registry.py`.
        zone: IANA zone that dates without one are read in.
        baselined: False until its first good reading, which posts nothing.
        gaps: seconds between its latest entries, newest first; feeds the polling interval.
        added_by: the id of the person; `platform:workspace/person` where it serves every workspace.
    """

    id: int
    url: str
    kind: str = "feed"
    number: int = 0
    name: str = ""
    workspace: str | None = None
    state: SourceState = SourceState.ACTIVE
    zone: str = "Asia/Seoul"
    etag: str | None = None
    last_modified: str | None = None
    body_hash: bytes | None = None
    baselined: bool = False
    interval_seconds: float = 0.0
    next_poll_at: datetime | None = None
    checked_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    fail_count: int = 0
    failing_since: datetime | None = None
    last_error: str | None = None
    gaps: tuple[float, ...] = ()
    moved_to: str | None = None
    moved_count: int = 0
    fence: int = 0
    added_by: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One normalised news item.

    Attributes:
        id: 0 before it is stored.
        keys: its identities, hashed; any one known means the article is known. Never made from a date.
        url: the address as the source gave it, made absolute: what an alert links to.
        body: the article's own text, paragraphs separated by a line feed; empty when only title and summary are known.
        published: as its source says; None when it does not say or says nonsense. Decides nothing.
        first_seen: when we first read it.
        workspace: `platform:workspace` whose own source brought it; None when it is everybody's.
    """

    title: str
    url: str
    first_seen: datetime
    id: int = 0
    source_id: int = 0
    summary: str = ""
    body: str = ""
    outlet: str = ""
    author: str = ""
    language: str = ""
    published: datetime | None = None
    keys: tuple[bytes, ...] = ()
    tags: tuple[str, ...] = ()
    workspace: str | None = None


class Scope(StrEnum):
    """Which text of an article a watch reads."""

    ALL = "all"
    TITLE = "title"


class Pace(StrEnum):
    """When a watch tells: at once, in the digest, or both (`delivery` in the contract's formats)."""

    INSTANT = "instant"
    DIGEST = "digest"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Watch:
    """One channel wants to hear about one watch expression.

    Attributes:
        number: the small number people see, `#12`, unique in its channel.
        expression: as the user wrote it; `core/matching/expression.py` reads it.
        since: it acts on articles first seen after this instant.
        mention: the id of one role or user group to mention, in the platform's own form; empty for none.
        muted_until: alerts are held until then.
    """

    id: int
    channel: ChannelRef
    expression: str
    since: datetime
    number: int = 0
    scope: Scope = Scope.ALL
    pace: Pace = Pace.INSTANT
    mention: str = ""
    owner: str = ""
    muted_until: datetime | None = None
    version: int = 1


class Field(StrEnum):
    """Where in an article a hit stands."""

    TITLE = "title"
    SUMMARY = "summary"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a watch's term stands in an article.

    Attributes:
        start: offset in code points of the field's text as given; `end` is exclusive.
        text: the hit alone, without particles.
        term: the alternative that hit, as the watch writes it.
    """

    field: Field
    start: int
    end: int
    text: str
    term: str


@dataclass(frozen=True, slots=True)
class Match:
    """An article that a watch wants, with the evidence: at least one hit, in reading order."""

    watch: Watch
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Articles on the same event, told in a channel by one card.

    Attributes:
        article_id: the article that the card shows.
        outlets: names of all outlets that carry it, the first one first.
    """

    id: int
    article_id: int
    outlets: tuple[str, ...] = field(default=())
