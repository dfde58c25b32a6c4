"""What watches bring day by day: kept for trends beyond the articles' own time, and told when it is far above usual."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.adapters.store import Store
from bot.adapters.store.counts import Day
from bot.core import compose
from bot.core.compose import Voice
from bot.core.errors import UserMistake
from bot.core.matching import expression as expressions
from bot.core.message import Span, Tone
from bot.core.news import Pace, Watch
from bot.core.trend import SPIKE_AT_LEAST, SPIKE_MEMORY, spike_line, tells_spike

_KEEP_COUNTS = timedelta(days=400)  # a year and a bit, to compare with
_COUNTED_AGAIN = 2  # days: late pages add matches to the day before
_CAUSES = 3


@dataclass(slots=True)
class Counting:
    """The use case with what it needs.

    Attributes:
        queued: called when something was put into the outbox.
    """

    store: Store
    voice: Voice
    queued: Callable[[], None] = lambda: None

    async def run_due(self) -> int:
        """Keep the counts of the last days, and tell of spikes; how many were told."""
        now = await self.store.housekeeping.ping()
        zone = ZoneInfo(self.voice.zone)
        today = now.astimezone(zone).date()
        days = [_day(today - timedelta(days=back), zone) for back in range(1, _COUNTED_AGAIN + 1)]
        await self.store.counts.keep(days, oldest=(today - _KEEP_COUNTS).isoformat())
        told = 0
        for watch, count in await self.store.counts.busy(_day(today, zone).start, at_least=SPIKE_AT_LEAST):
            told += await self._tell(watch, count, today, zone, now)
        if told:
            self.queued()
        return told

    async def _tell(self, watch: Watch, count: int, today: date, zone: ZoneInfo, now: datetime) -> bool:
        channel = await self.store.channels.settings(watch.channel)
        muted = [until for until in (watch.muted_until, channel.muted_until) if until is not None and until > now]
        if watch.pace is Pace.DIGEST or muted:
            return False
        history = await self._history(watch, today, zone)
        note = f"spike:{watch.id}"
        before = await self.store.channels.note(note)
        if not tells_spike(history, count, day=today, told_on=date.fromisoformat(before) if before else None):
            return False
        voice = Voice(channel.language or self.voice.language, self.voice.zone)
        line = spike_line(_name(watch), history, count, voice.language)
        items = await self._causes(watch, _day(today, zone).start, voice)
        message = compose.spike(line, items, voice=voice)
        # The key is what makes it once, should two processes count at the same time.
        queued = await self.store.outbox.say(watch.channel, message, dedupe_key=f"{note}/{today}")
        await self.store.channels.set_note(note, today.isoformat())
        return queued is not None

    async def _history(self, watch: Watch, today: date, zone: ZoneInfo) -> list[int]:
        """Articles on each whole day of the watch's life before today, the newest last."""
        first = max(watch.since.astimezone(zone).date() + timedelta(days=1), today - timedelta(days=SPIKE_MEMORY))
        if first >= today:
            return []
        counts = Counter[date]()
        for quarter, count in (await self.store.counts.quarters(watch.id, _day(first, zone).start)).items():
            counts[quarter.astimezone(zone).date()] += count
        return [counts[first + timedelta(days=at)] for at in range((today - first).days)]

    async def _causes(self, watch: Watch, since: datetime, voice: Voice) -> list[tuple[Span, ...]]:
        """The largest stories of the day, as lines."""
        told = await self.store.articles.matched((watch.id,), since=since)
        sizes = Counter(each.story_id for each in told)
        first = {each.story_id: each.article for each in told}  # newest first: the last one written is the oldest
        lines: list[tuple[Span, ...]] = []
        for story, size in sizes.most_common(_CAUSES):
            article = first[story]
            more = compose.more_outlets(size - 1, voice.language)
            aside = " · ".join(filter(None, (article.outlet, more)))
            lines.append((Span(article.title, url=article.url), Span(f" — {aside}" if aside else "", Tone.QUIET)))
        return lines


def _day(day: date, zone: ZoneInfo) -> Day:
    utc = ZoneInfo("UTC")
    start, end = (datetime.combine(each, time(0), zone).astimezone(utc) for each in (day, day + timedelta(days=1)))
    return Day(day.isoformat(), start, end)


def _name(watch: Watch) -> str:
    try:
        return expressions.parse(watch.expression).name
    except UserMistake:  # written by a newer version: its own words are its name
        return watch.expression
