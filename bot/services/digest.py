"""The digest: once a slot, the stories since the last one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.adapters.store import Store
from bot.adapters.store.articles import Told
from bot.adapters.store.channels import ChannelSettings
from bot.adapters.store.digests import DigestRun
from bot.core import compose, timing
from bot.core.compose import Voice
from bot.core.digest import (
    Days,
    DigestContent,
    DigestSettings,
    DigestStory,
    Slot,
    Telling,
    choose,
    due_slot,
    next_slot,
    quiet_days,
    telling,
)
from bot.core.message import Message
from bot.core.news import ChannelRef, Field, SourceState, Watch

_PREVIEW_SPAN = timedelta(hours=24)


@dataclass(slots=True)
class Digesting:
    """The use case with what it needs.

    Attributes:
        queued: called when something was put into the outbox.
    """

    store: Store
    voice: Voice
    queued: Callable[[], None] = lambda: None

    async def run_due(self) -> int:
        """Make every digest whose time has come; how many were queued."""
        made = 0
        for channel in await self.store.digests.due():
            made += await self._run(channel)
        if made:
            self.queued()
        return made

    async def preview(self, channel: ChannelRef, voice: Voice) -> Message | None:
        """The digest of the last day as it would be; None when there is nothing to tell."""
        now = await self.store.housekeeping.ping()
        content = await self._content(channel, now - _PREVIEW_SPAN, now, 10)
        if content.is_empty:
            return None
        return compose.digest(content, at=now, voice=voice, name_of=_name)

    async def _run(self, channel: ChannelSettings) -> bool:
        now = await self.store.housekeeping.ping()
        settings = settings_of(channel.digest or {})
        last = await self.store.digests.last(channel.id)
        slot = due_slot(settings, now, _slot(last) if last else None)
        upcoming = next_slot(settings, now)
        due = upcoming.at if upcoming else None
        if slot is None:
            await self.store.digests.run(channel.ref, None, message=None, next_due=due, state=channel.digest_state)
            return False
        content = await self._content(channel.ref, slot.covers_from, now, settings.max_stories)
        message, state = await self._message(channel, content, slot, settings.zone)
        run = DigestRun(slot.day.isoformat(), f"{slot.time:%H:%M}", slot.at)
        fresh = await self.store.digests.run(channel.ref, run, message=message, next_due=due, state=state)
        return fresh and message is not None

    async def _message(
        self, channel: ChannelSettings, content: DigestContent, slot: Slot, zone: str
    ) -> tuple[Message | None, Mapping[str, str] | None]:
        state = channel.digest_state or {}
        quiet_since = _date(state.get("quiet_since"))
        voice = Voice(channel.language or self.voice.language, zone)
        match telling(content, slot.day, quiet_since=quiet_since, heartbeat_on=_date(state.get("heartbeat_on"))):
            case Telling.DIGEST:
                return compose.digest(content, at=slot.at, voice=voice, name_of=_name), None
            case Telling.HEARTBEAT:
                sources = await self.store.sources.seen_by(f"{channel.ref.platform}:{channel.ref.workspace}")
                well = sum(each.state in {SourceState.ACTIVE, SourceState.SLOW} for each in sources)
                days = quiet_days(slot.day, quiet_since or slot.day)
                message = compose.heartbeat(days, sources=len(sources), well=well, voice=voice)
                return message, {**state, "heartbeat_on": slot.day.isoformat()}
            case _:
                return None, {"quiet_since": slot.day.isoformat(), **state}

    async def _content(self, ref: ChannelRef, start: datetime, end: datetime, most: int) -> DigestContent:
        rows = await self.store.watches.listed(ref, since=end)
        watches = [row.watch for row in rows]
        told = await self.store.articles.matched([watch.id for watch in watches], since=start, until=end)
        outlets = await self.store.articles.outlets({each.story_id for each in told})
        stories = _stories(told, outlets, watches)
        return choose(stories, watches, most, start=start, end=end)


def settings_of(digest: Mapping[str, Any]) -> DigestSettings:
    """The schedule from its stored form."""
    return DigestSettings(
        times=tuple(timing.clock_time(each) for each in digest["times"]),
        since=datetime.fromisoformat(digest["since"]),
        days=Days(digest["days"]),
        zone=digest["timezone"],
        max_stories=int(digest.get("max", 10)),
    )


def next_run(digest: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the next digest of this schedule is due."""
    slot = next_slot(settings_of(digest), now)
    return slot.at if slot else None


def _stories(
    told: Sequence[Told], outlets: Mapping[int, tuple[str, ...]], watches: Sequence[Watch]
) -> tuple[DigestStory, ...]:
    order = {watch.id: watch.number for watch in watches}
    grouped: dict[int, list[Told]] = {}
    for each in told:
        grouped.setdefault(each.story_id, []).append(each)
    return tuple(
        DigestStory(
            story_id=story,
            title=each[-1].article.title,
            url=each[-1].article.url,
            outlet=each[-1].article.outlet,
            outlet_count=len(outlets.get(story, ())),
            watch_ids=tuple(sorted({one.watch_id for one in each}, key=lambda watch: order.get(watch, 0))),
            seen=min(one.article.first_seen for one in each),
            title_hit=any(hit.field is Field.TITLE for one in each for hit in one.hits),
        )
        for story, each in grouped.items()
    )


def _slot(run: DigestRun) -> Slot:
    return Slot(date.fromisoformat(run.local_date), timing.clock_time(run.slot), run.at, covers_from=run.at)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _name(watch: Watch) -> str:
    return watch.expression
