"""Reads for what people look at: their own page, an alert by its message, an article by its address. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select

from bot.adapters.store.channels import REF_COLUMNS, ChannelSettings, ref_of, settings_of
from bot.adapters.store.database import Database
from bot.adapters.store.tables import ARTICLE, ARTICLE_KEY, CHANNEL, DECISION, DELIVERY, SOURCE, WATCH, WORKSPACE
from bot.adapters.store.watches import select_watches, watch_of
from bot.core.delivery import Kind, State
from bot.core.news import ChannelRef, Watch


@dataclass(frozen=True, slots=True)
class Kept:
    """A channel with how many watches it has and how many of its deliveries were refused for good."""

    settings: ChannelSettings
    watches: int
    dead: int = 0
    digest_due_at: datetime | None = None


class Views:
    """Each method is one reading transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def channels(self, workspace: ChannelRef | None = None) -> tuple[Kept, ...]:
        """Channels that have watches or a digest: of one channel's workspace, or all."""
        watches = (
            select(WATCH.c.channel_id, func.count().label("watches"))
            .where(WATCH.c.removed_at.is_(None))
            .group_by(WATCH.c.channel_id)
            .subquery()
        )
        dead = (
            select(DELIVERY.c.channel_id, func.count().label("dead"))
            .where(DELIVERY.c.state == State.DEAD)
            .group_by(DELIVERY.c.channel_id)
            .subquery()
        )
        statement = (
            select(
                CHANNEL,
                WORKSPACE.c.language,
                *REF_COLUMNS,
                func.coalesce(watches.c.watches, 0).label("watches"),
                func.coalesce(dead.c.dead, 0).label("dead"),
            )
            .join(WORKSPACE)
            .outerjoin(watches, watches.c.channel_id == CHANNEL.c.id)
            .outerjoin(dead, dead.c.channel_id == CHANNEL.c.id)
            .where(
                WORKSPACE.c.state != "gone", or_(watches.c.watches.is_not(None), CHANNEL.c.digest_due_at.is_not(None))
            )
            .order_by(CHANNEL.c.id)
        )
        if workspace is not None:
            statement = statement.where(
                WORKSPACE.c.platform == workspace.platform, WORKSPACE.c.external_id == workspace.workspace
            )
        async with self._db.reading() as connection:
            rows = await connection.execute(statement)
            return tuple(Kept(settings_of(row), row.watches, row.dead, row.digest_due_at) for row in rows)

    async def watch_count(self, workspace: ChannelRef) -> int:
        """How many watches the workspace of this channel has."""
        statement = (
            select(func.count())
            .select_from(WATCH)
            .join(CHANNEL, CHANNEL.c.id == WATCH.c.channel_id)
            .join(WORKSPACE)
            .where(
                WATCH.c.removed_at.is_(None),
                WORKSPACE.c.platform == workspace.platform,
                WORKSPACE.c.external_id == workspace.workspace,
            )
        )
        async with self._db.reading() as connection:
            return int((await connection.execute(statement)).scalar_one())

    async def held(self, watch_id: int) -> int:
        """How many alerts of a watch are held."""
        statement = (
            select(func.count())
            .select_from(DECISION)
            .join(DELIVERY, DELIVERY.c.id == DECISION.c.delivery_id)
            .where(DECISION.c.watch_id == watch_id, DELIVERY.c.state == State.HELD)
        )
        async with self._db.reading() as connection:
            return int((await connection.execute(statement)).scalar_one())

    async def last_alerts(self, channels: Sequence[int], limit: int) -> tuple[Row[Any], ...]:
        """The latest alerts that these channels were told, newest first."""
        statement = (
            select(DELIVERY.c.payload, DELIVERY.c.created_at, *REF_COLUMNS)
            .join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
            .join(WORKSPACE)
            .where(
                DELIVERY.c.channel_id.in_(channels),
                DELIVERY.c.kind == Kind.ALERT,
                DELIVERY.c.state.in_((State.SENT, State.ROLLED)),
            )
            .order_by(DELIVERY.c.id.desc())
            .limit(limit)
        )
        async with self._db.reading() as connection:
            return tuple(await connection.execute(statement))

    async def posted_as(self, channel: ChannelRef, external_id: str) -> tuple[int, ChannelRef, str] | None:
        """The delivery with this external id in a channel, with the channel it was made for, and its kind.

        A direct message may have been made for the person (`U…`) and posted into their channel (`D…/ts`).
        """
        same_place = (CHANNEL.c.external_id == channel.channel) & (DELIVERY.c.external_id == external_id)
        elsewhere = DELIVERY.c.external_id == f"{channel.channel}/{external_id}"
        statement: Any = (
            select(DELIVERY.c.id, DELIVERY.c.kind, *REF_COLUMNS)
            .join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
            .join(WORKSPACE)
            .where(
                WORKSPACE.c.platform == channel.platform,
                WORKSPACE.c.external_id == channel.workspace,
                same_place | elsewhere,
                DELIVERY.c.kind.in_((Kind.ALERT, Kind.ROLLUP)),
            )
            .limit(1)
        )
        async with self._db.reading() as connection:
            row = (await connection.execute(statement)).one_or_none()
            return (row.id, ref_of(row), row.kind) if row is not None else None

    async def direct_workspace(self, platform: str, channel: str) -> str | None:
        """The workspace of the newest watch that tells into this direct channel."""
        statement = (
            select(WORKSPACE.c.external_id)
            .join(CHANNEL, CHANNEL.c.workspace_id == WORKSPACE.c.id)
            .join(WATCH, WATCH.c.channel_id == CHANNEL.c.id)
            .where(WORKSPACE.c.platform == platform, CHANNEL.c.external_id == channel, WATCH.c.removed_at.is_(None))
            .order_by(WATCH.c.id.desc())
            .limit(1)
        )
        async with self._db.reading() as connection:
            found: str | None = (await connection.execute(statement)).scalar_one_or_none()
            return found

    async def article_at(
        self, addresses: Sequence[str], keys: Sequence[bytes], workspace: str | None
    ) -> Row[Any] | None:
        """The stored article with one of these addresses or keys that the workspace may see; None sees all."""
        by_key = select(ARTICLE_KEY.c.article_id).where(ARTICLE_KEY.c.key.in_(keys))
        statement = (
            select(ARTICLE, SOURCE.c.name.label("source_name"), SOURCE.c.url.label("source_url"))
            .outerjoin(SOURCE, SOURCE.c.id == ARTICLE.c.source_id)
            .where(ARTICLE.c.url.in_(addresses) | ARTICLE.c.id.in_(by_key))
            .order_by(ARTICLE.c.workspace.is_(None), ARTICLE.c.id)
            .limit(1)
        )
        if workspace is not None:
            statement = statement.where(ARTICLE.c.workspace.is_(None) | (ARTICLE.c.workspace == workspace))
        async with self._db.reading() as connection:
            return (await connection.execute(statement)).one_or_none()

    async def decided(
        self, article_id: int, *, channel: ChannelRef | None, limit: int
    ) -> tuple[tuple[Watch, Row[Any]], ...]:
        """Watches that matched an article or came near, with what was decided; those that matched first."""
        statement = (
            select_watches(
                DECISION.c.verdict,
                DECISION.c.hits,
                DECISION.c.reason,
                DECISION.c.reason_values,
                DECISION.c.delivery_id,
            )
            .join(DECISION, DECISION.c.watch_id == WATCH.c.id)
            .where(DECISION.c.article_id == article_id)
            .order_by(DECISION.c.verdict, WATCH.c.id)
            .limit(limit)
        )
        if channel is not None:
            statement = statement.where(
                WORKSPACE.c.platform == channel.platform,
                WORKSPACE.c.external_id == channel.workspace,
                CHANNEL.c.external_id == channel.channel,
            )
        async with self._db.reading() as connection:
            return tuple((watch_of(row), row) for row in await connection.execute(statement))
