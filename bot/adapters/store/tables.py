"""The tables. Types are portable: instants are microseconds since 1970 UTC in a BIGINT, lists are JSON text.

`migrations/` makes them; a test compares a migrated database with this file. The index of look-ups (`article_term`) is
not here but in lookups.py: the two databases share nothing of it.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.sql.functions import GenericFunction

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970 UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the database."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class Json(TypeDecorator[Any]):
    """JSON as text: the same on both databases, and readable in either's shell."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401 - any JSON value
        """To the database."""
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401 - any JSON value
        """From the database."""
        return None if value is None else json.loads(value)


class sosik_now(GenericFunction[datetime]):  # noqa: N801 - the function's name in SQL
    """The database's clock: a SQL function on PostgreSQL (migrations), a function of the connection on SQLite.

    Leases and due times are judged by it alone, so that machines with wrong clocks agree. Tests replace it.
    """

    type = Instant()
    inherit_cache = True


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts rows by itself only in an INTEGER primary key.
_ID = BigInteger().with_variant(Integer, "sqlite")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def _count(name: str, start: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(start)))


def _word(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


WORKSPACE = Table(
    "workspace",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    _word("state", "active"),  # active | paused | gone
    _word("language"),
    _word("pause_reason"),
    Column("pause_values", Json),
    Column("gone_at", Instant),
    UniqueConstraint("platform", "external_id"),
)

CHANNEL = Table(
    "channel",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("workspace_id", ForeignKey("workspace.id", ondelete="CASCADE"), nullable=False),
    Column("external_id", Text, nullable=False),
    _word("state", "open"),  # open | paused
    _word("pause_reason"),
    Column("pause_values", Json),
    Column("paused_at", Instant),
    _count("next_seq", 1),
    _count("next_watch", 1),
    Column("next_due_at", Instant),  # when its oldest unsent delivery is due; NULL: nothing to send
    Column("muted_until", Instant),
    Column("quiet", Json),  # ["23:00", "07:00"]
    Column("managers", Json),  # ids of people
    Column("digest", Json),  # {"times": [...], "days": ..., "timezone": ...}
    Column("digest_due_at", Instant),
    Column("digest_state", Json),  # {"quiet_since": date, "heartbeat_on": date}
    _word("lease_owner"),
    Column("lease_until", Instant),
    _count("fence"),
    UniqueConstraint("workspace_id", "external_id"),
    Index(None, "next_due_at"),
)

WATCH = Table(
    "watch",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("expression", Text, nullable=False),
    Column("expression_key", Text, nullable=False),  # printed back: equal expressions are equal texts
    _word("scope", "all"),
    _word("pace", "instant"),
    _word("mention"),
    _word("owner"),
    Column("since", Instant, nullable=False),
    Column("muted_until", Instant),
    Column("removed_at", Instant),
    Column("last_match_at", Instant),
    _count("version", 1),
    UniqueConstraint("channel_id", "number"),
    Index(
        "uq_watch_expression",
        "channel_id",
        "expression_key",
        unique=True,
        sqlite_where=text("removed_at IS NULL"),
        postgresql_where=text("removed_at IS NULL"),
    ),
)

SOURCE = Table(
    "source",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("workspace", Text),  # platform:workspace; NULL serves every workspace
    Column("number", Integer, nullable=False),
    Column("url", Text, nullable=False),
    _word("kind", "feed"),
    _word("name"),
    _word("state", "active"),
    _word("zone", "Asia/Seoul"),
    _word("added_by"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", LargeBinary),
    _flag("baselined"),
    Column("interval_seconds", Float, nullable=False, server_default=text("0")),
    Column("next_poll_at", Instant),
    Column("checked_at", Instant),
    Column("last_ok_at", Instant),
    Column("last_new_at", Instant),
    _count("fail_count"),
    Column("failing_since", Instant),
    Column("last_error", Json),  # [key, values]
    Column("gaps", Json),
    Column("moved_to", Text),
    _count("moved_count"),
    _word("lease_owner"),
    Column("lease_until", Instant),
    _count("fence"),
    UniqueConstraint("workspace", "url"),
    Index(None, "next_poll_at"),
)

ARTICLE = Table(
    "article",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("source_id", ForeignKey("source.id", ondelete="SET NULL")),
    Column("workspace", Text),  # whose own source brought it; NULL: everybody's
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    _word("summary"),
    _word("body"),
    _word("outlet"),
    _word("author"),
    _word("language"),
    Column("tags", Json),
    Column("published", Instant),
    Column("first_seen", Instant, nullable=False),
    Column("story_id", ForeignKey("article.id", ondelete="SET NULL")),  # the story's first article; NULL: itself
    # The first article of the event that its story is told with; NULL: of its own story.
    Column("event_id", ForeignKey("article.id", ondelete="SET NULL")),
    _flag("indexed"),  # look-ups can find it: until its text is forgotten
    _word("page_state"),  # '' not needed | wanted | read | failed
    _word("page_error"),
    _flag("baseline"),
    Index(None, "first_seen"),
    Index(None, "source_id", "first_seen"),
    Index(None, "story_id"),
    Index(None, "event_id"),
    Index(None, "url"),
    Index(
        "ix_article_indexed",
        "first_seen",
        sqlite_where=text("indexed"),
        postgresql_where=text("indexed"),
    ),
    Index(
        "ix_article_page",
        "id",
        sqlite_where=text("page_state = 'wanted'"),
        postgresql_where=text("page_state = 'wanted'"),
    ),
)

ARTICLE_KEY = Table(
    "article_key",
    METADATA,
    Column("key", LargeBinary, primary_key=True),
    Column("scope", Text, primary_key=True),  # the article's workspace; '' for everybody's
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Index(None, "article_id"),
)

STORY_PRINT = Table(
    "story_print",  # the articles that newcomers are compared with: wanted ones of the last days
    METADATA,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("title_key", Text, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("thin", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "title_key", "at"),
    Index(None, "at"),
)

# By day first, so that a day is forgotten by one range of the key and the day being written is together.
STORY_PIECE = Table(
    "story_piece",  # a sampled piece stands in an article; article 0: the piece is furniture
    METADATA,
    Column("day", Integer, primary_key=True),
    Column("piece", BigInteger, primary_key=True),
    Column("article_id", BigInteger, primary_key=True),
    Column("story_id", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

STORY_WORD = Table(
    "story_word",  # a word stands in an article's headline
    METADATA,
    Column("day", Integer, primary_key=True),
    Column("word", BigInteger, primary_key=True),
    Column("article_id", BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)

STORY_SPLIT = Table(
    "story_split",  # somebody took an article out of a story
    METADATA,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", BigInteger, primary_key=True),
    Column("title_key", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "story_id"),
)

DAILY_COUNT = Table(
    "daily_count",  # how many articles a workspace's watches with this expression matched on a day
    METADATA,
    Column("workspace", Text, primary_key=True),  # platform:workspace
    Column("expression_key", Text, primary_key=True),
    Column("day", Text, primary_key=True),  # 2026-11-25, in the bot's zone
    Column("articles", Integer, nullable=False),
    Index(None, "day"),
)

DECISION = Table(
    "decision",
    METADATA,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("watch_id", ForeignKey("watch.id", ondelete="CASCADE"), primary_key=True),
    Column("verdict", Text, nullable=False),  # match | near
    Column("hits", Json),  # match: [[field, start, end, text, term], ...]
    _word("reason"),  # near: the key of why it was refused
    Column("reason_values", Json),
    Column("at", Instant, nullable=False),
    Column("delivery_id", ForeignKey("delivery.id", ondelete="SET NULL")),
    Index(None, "watch_id", "at"),
    Index(None, "delivery_id"),
)

DELIVERY = Table(
    "delivery",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # alert | rollup | digest | notice | edit | thread
    Column("dedupe_key", Text, nullable=False),
    Column("state", Text, nullable=False),  # pending | held | sending | sent | rolled | dead | expired | cancelled
    Column("article_id", ForeignKey("article.id", ondelete="SET NULL")),
    Column("target_id", ForeignKey("delivery.id", ondelete="CASCADE")),  # edit, thread: the card; rolled: the roll-up
    Column("payload", Text, nullable=False),
    _count("payload_version", 1),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("held_until", Instant),
    Column("expires_at", Instant),
    _count("attempt"),
    Column("started_at", Instant),
    Column("settle_at", Instant),
    Column("sent_at", Instant),
    Column("external_id", Text),
    Column("thread", Text),
    _word("reason"),
    Column("reason_values", Json),
    UniqueConstraint("channel_id", "kind", "dedupe_key"),
    Index(
        "ix_delivery_queue",
        "channel_id",
        "seq",
        sqlite_where=text("state IN ('pending', 'held', 'sending')"),
        postgresql_where=text("state IN ('pending', 'held', 'sending')"),
    ),
    Index(None, "channel_id", "sent_at"),
    Index(None, "article_id"),
)

DELIVERY_EVENT = Table(
    "delivery_event",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("delivery_id", ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    _word("reason"),
    Index(None, "delivery_id"),
    Index(None, "at"),
)

DIGEST_RUN = Table(
    "digest_run",
    METADATA,
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("local_date", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),  # stories up to here are told
)

CHANGE = Table(
    "change",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE")),
    Column("workspace", Text),
    Column("who", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("what", Text, nullable=False),  # the command's name
    Column("subject", Integer),  # the row it changed
    Column("before", Json),
    Column("after", Json),
    _flag("undone"),
    Index(None, "channel_id", "at"),
)

SEEN_REQUEST = Table(
    "seen_request",  # interactions acted on, so that one delivered twice acts once
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Index(None, "at"),
)

KEPT = Table(
    "kept",  # requests that a button may run later: its id is in the button, never the words
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("value", Json, nullable=False),
    Index(None, "at"),
)

VOTE = Table(
    "vote",  # 👎 on an alert
    METADATA,
    Column("delivery_id", ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True),
    Column("who", Text, primary_key=True),
    Column("good", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
)

MUTE = Table(
    "mute",  # what a card's menu silenced in one channel: a story for good, an outlet for a day
    METADATA,
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),  # story | outlet
    Column("value", Text, primary_key=True),  # the story's id, the outlet's name
    Column("who", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant),  # NULL: for good
)

INSTALLATION = Table(
    "installation",  # workspaces that took the bot in by OAuth
    METADATA,
    Column("platform", Text, primary_key=True),
    Column("workspace", Text, primary_key=True),
    _word("name"),
    _word("installer"),
    Column("token", LargeBinary, nullable=False),  # encrypted
    Column("at", Instant, nullable=False),
)

INSTANCE = Table(
    "instance",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("heartbeat_at", Instant, nullable=False),
    Column("version", Text, nullable=False),
    Column("roles", Text, nullable=False),
)

NOTE = Table(
    "note",  # small facts by name: the watches' revision, the hash of synced commands
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
