"""What a card's menu silenced in a channel: a story for the rest of its life, an outlet until tomorrow."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.channels import channel_id, log_change, upsert
from bot.adapters.store.database import Database
from bot.adapters.store.tables import ARTICLE, CHANNEL, DELIVERY, MUTE, sosik_now
from bot.core.delivery import Kind, State
from bot.core.news import ChannelRef

STORY, OUTLET = "story", "outlet"
STORY_MUTED = "mute.story_over"  # the reason of a delivery that was dropped for it


@dataclass(frozen=True, slots=True)
class Muted:
    """What becomes of a new alert.

    Attributes:
        dropped: its story is silenced: nothing is said.
        until: its outlet is silenced until then: it is held.
    """

    dropped: bool = False
    until: datetime | None = None


async def muted(connection: AsyncConnection, channel: int, *, outlet: str, stories: Collection[int]) -> Muted:
    """Whether something about one of these stories, or from this outlet, is silenced in the channel."""
    rows = await connection.execute(
        select(MUTE.c.kind, MUTE.c.until).where(
            MUTE.c.channel_id == channel,
            or_(
                (MUTE.c.kind == STORY) & (MUTE.c.value.in_([str(each) for each in stories])),
                (MUTE.c.kind == OUTLET) & (MUTE.c.value == outlet) & (MUTE.c.until > sosik_now()),
            ),
        )
    )
    found = {row.kind: row.until for row in rows}
    return Muted(dropped=STORY in found, until=found.get(OUTLET))


class Mutes:
    """Silences stories and outlets."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def story(self, ref: ChannelRef, story: int, *, who: str) -> None:
        """No more of this story here; what waits of it is dropped."""
        async with self._db.writing() as connection:
            channel = await channel_id(connection, self._db, ref)
            await self._keep(connection, channel, STORY, str(story), who, None)
            articles = select(ARTICLE.c.id).where(func.coalesce(ARTICLE.c.story_id, ARTICLE.c.id) == story)
            await connection.execute(
                update(DELIVERY)
                .where(
                    DELIVERY.c.channel_id == channel,
                    DELIVERY.c.kind == Kind.ALERT,
                    DELIVERY.c.state.in_((State.PENDING, State.HELD)),
                    DELIVERY.c.article_id.in_(articles),
                )
                .values(state=State.CANCELLED, reason=STORY_MUTED)
            )

    async def outlet(self, ref: ChannelRef, outlet: str, until: datetime, *, who: str) -> None:
        """Alerts from this outlet are held here until then; what waits of it, too."""
        async with self._db.writing() as connection:
            channel = await channel_id(connection, self._db, ref)
            await self._keep(connection, channel, OUTLET, outlet, who, until)
            articles = select(ARTICLE.c.id).where(ARTICLE.c.outlet == outlet)
            held = await connection.execute(
                update(DELIVERY)
                .where(
                    DELIVERY.c.channel_id == channel,
                    DELIVERY.c.kind == Kind.ALERT,
                    DELIVERY.c.state == State.PENDING,
                    DELIVERY.c.article_id.in_(articles),
                )
                .values(state=State.HELD, held_until=until)
            )
            if held.rowcount:
                await connection.execute(update(CHANNEL).where(CHANNEL.c.id == channel).values(next_due_at=sosik_now()))

    async def _keep(
        self, connection: AsyncConnection, channel: int, kind: str, value: str, who: str, until: datetime | None
    ) -> None:
        values = {"who": who, "at": sosik_now(), "until": until}
        statement = upsert(MUTE, self._db).values(channel_id=channel, kind=kind, value=value, **values)
        key = [MUTE.c.channel_id, MUTE.c.kind, MUTE.c.value]
        await connection.execute(statement.on_conflict_do_update(index_elements=key, set_=values))
        after = {kind: value, "until": until.isoformat() if until else None}
        await log_change(connection, channel, who, f"mute.{kind}", before=None, after=after)
