"""The digest of a channel: when it is due, and which stories it tells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from rapidfuzz.fuzz import token_set_ratio

from bot.core.news import Watch

LATE = timedelta(hours=3)  # a slot missed by more is merged into the next (commands.md §7)
FEWEST_STORIES, MOST_STORIES, USUAL_STORIES = 5, 20, 10
HEARTBEAT_DAYS = 3  # after so many days without a story the digest says that it lives
KOREAN_ZONE = "Asia/Seoul"
_LOOK_AHEAD = 30  # days; the longest run of Korean days off is far shorter
# What counts when stories are ranked; the sum is compared, so only the proportions matter.
_OUTLET_WEIGHT, _TITLE_WEIGHT, _FRESH_WEIGHT = 1.0, 1.5, 1.0
_OUTLETS_COUNTED = 20
_ALIKE, _ALIKE_PENALTY, _SAME_WATCH_PENALTY, _SAME_OUTLET_PENALTY = 60, 6.0, 0.35, 0.2


class Days(StrEnum):
    """On which days a digest comes. 평일 in Korea leaves out public holidays too."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """When a channel gets its digest.

    Attributes:
        times: local times of day.
        zone: an IANA zone that exists.
        since: slots before this instant, at which the digest was set up or changed, do not count.
        max_stories: 5 to 20.
    """

    times: tuple[time, ...]
    since: datetime
    days: Days = Days.WEEKDAYS
    zone: str = KOREAN_ZONE
    max_stories: int = USUAL_STORIES


@dataclass(frozen=True, slots=True)
class Slot:
    """One digest: `(channel, day, time)` is its identity, told at most once.

    Attributes:
        at: the instant; a local time that daylight saving skips comes as much later as the clock jumped, one that it
            repeats comes the first time.
        covers_from: stories since then belong to it.
    """

    day: date
    time: time
    at: datetime
    covers_from: datetime

    @property
    def key(self) -> str:
        """Its identity within the channel: `2026-07-24 07:30`."""
        return f"{self.day.isoformat()} {self.time:%H:%M}"


def due_slot(settings: DigestSettings, now: datetime, last_slot: Slot | None) -> Slot | None:
    """The slot to tell now: the latest that has come and was not told; None when it is told, too late, or not yet."""
    told = max(last_slot.at, settings.since) if last_slot else settings.since
    come = [at for at in _instants(settings, now - LATE, now) if told < at[0] <= now <= at[0] + LATE]
    if not come:
        return None
    at, day, clock = come[-1]
    return Slot(day, clock, at, covers_from=last_slot.at if last_slot else _before(settings, at))


def next_slot(settings: DigestSettings, now: datetime) -> Slot | None:
    """The first slot after `now`; None when no times are set."""
    until = now + timedelta(days=_LOOK_AHEAD)
    for at, day, clock in _instants(settings, now, until):
        if at > now:
            return Slot(day, clock, at, covers_from=_before(settings, at))
    return None


def is_day_off(day: date, zone: str) -> bool:
    """Whether 평일 leaves this day out: a Saturday, a Sunday, and in Korea a public holiday (substitutes too)."""
    return day.weekday() >= 5 or (zone == KOREAN_ZONE and day in _korean_holidays(day.year))


@lru_cache(maxsize=4)
def _korean_holidays(year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - 0.2 s to import, needed only where 평일 is asked for

    return frozenset(holidays.country_holidays("KR", years=year))


def _instants(settings: DigestSettings, start: datetime, end: datetime) -> Iterator[tuple[datetime, date, time]]:
    """All slots from about `start` to about `end` in the order in which they come."""
    zone = ZoneInfo(settings.zone)
    day, last = start.astimezone(zone).date() - timedelta(days=1), end.astimezone(zone).date()
    while day <= last:
        if settings.days is Days.DAILY or not is_day_off(day, settings.zone):
            slots = ((datetime.combine(day, clock, zone).astimezone(UTC), day, clock) for clock in settings.times)
            yield from sorted(slots)
        day += timedelta(days=1)


def _before(settings: DigestSettings, at: datetime) -> datetime:
    """Where the first digest of a channel begins: at the slot before, at most a week back."""
    week = at - timedelta(days=7)
    earlier = [instant for instant, _, _ in _instants(settings, week, at) if week <= instant < at]
    return earlier[-1] if earlier else week


@dataclass(frozen=True, slots=True)
class DigestStory:
    """A story as the digest tells it.

    Attributes:
        watch_ids: the watches of the channel that want it.
        title_hit: a watch hit its headline.
        seen: when it was first seen.
    """

    story_id: int
    title: str
    url: str
    outlet: str
    outlet_count: int
    watch_ids: tuple[int, ...]
    seen: datetime
    title_hit: bool = False


@dataclass(frozen=True, slots=True)
class DigestGroup:
    """The stories told under one watch, the most important first."""

    watch: Watch
    stories: tuple[DigestStory, ...]


@dataclass(frozen=True, slots=True)
class DigestContent:
    """What a digest tells.

    Attributes:
        groups: by watch, in the order of their most important story; a story stands in one group only.
        more: stories left for *n건 더 보기*, ranked.
        quiet: watches without any story, told in one line.
    """

    groups: tuple[DigestGroup, ...] = ()
    more: tuple[DigestStory, ...] = field(default=())
    quiet: tuple[Watch, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether there is no story to tell."""
        return not self.groups


def choose(
    stories: Sequence[DigestStory], watches: Sequence[Watch], max_stories: int, *, start: datetime, end: datetime
) -> DigestContent:
    """Choose and group the stories of the time from `start` to `end`.

    Ranked by outlets, hits in the headline and recency; each further story of one watch, of one outlet, or with a
    headline like one already chosen, counts less, so that one event does not fill the digest.
    """
    ours = {watch.id: watch for watch in watches}
    wanted = [story for story in stories if any(watch_id in ours for watch_id in story.watch_ids)]
    ranked = _diverse(wanted, max(1, min(max_stories, MOST_STORIES)), start=start, end=end)
    told, more = ranked[:max_stories], ranked[max_stories:]
    groups: dict[int, list[DigestStory]] = {}
    for story in told:
        home = next(watch_id for watch_id in story.watch_ids if watch_id in ours)
        groups.setdefault(home, []).append(story)
    heard = {watch_id for story in wanted for watch_id in story.watch_ids}
    return DigestContent(
        groups=tuple(DigestGroup(ours[watch_id], tuple(found)) for watch_id, found in groups.items()),
        more=tuple(more),
        quiet=tuple(watch for watch in watches if watch.id not in heard),
    )


def _diverse(stories: Sequence[DigestStory], count: int, *, start: datetime, end: datetime) -> list[DigestStory]:
    worth = {story.story_id: _worth(story, start=start, end=end) for story in stories}
    left = sorted({story.story_id: story for story in stories}.values(), key=lambda story: story.story_id)
    chosen: list[DigestStory] = []
    while left and len(chosen) < count:
        best = max(left, key=lambda story: (worth[story.story_id] - _penalty(story, chosen), -story.story_id))
        left.remove(best)
        chosen.append(best)
    return chosen + sorted(left, key=lambda story: (-worth[story.story_id], story.story_id))


def _worth(story: DigestStory, *, start: datetime, end: datetime) -> float:
    outlets = min(max(story.outlet_count, 1), _OUTLETS_COUNTED)
    span = (end - start) / timedelta(seconds=1)
    fresh = min(1.0, max(0.0, (story.seen - start) / timedelta(seconds=1) / span)) if span > 0 else 0.0
    return _OUTLET_WEIGHT * outlets.bit_length() + _TITLE_WEIGHT * story.title_hit + _FRESH_WEIGHT * fresh


def _penalty(story: DigestStory, chosen: Sequence[DigestStory]) -> float:
    alike = max((token_set_ratio(story.title, other.title) for other in chosen), default=0.0)
    watches = sum(bool(set(story.watch_ids) & set(other.watch_ids)) for other in chosen)
    outlets = sum(story.outlet == other.outlet for other in chosen)
    penalty = _SAME_WATCH_PENALTY * watches + _SAME_OUTLET_PENALTY * outlets
    return penalty + (_ALIKE_PENALTY if alike >= _ALIKE else 0.0)


class Telling(StrEnum):
    """What becomes of a slot."""

    DIGEST = "digest"
    NOTHING = "nothing"
    HEARTBEAT = "heartbeat"


def telling(content: DigestContent, day: date, *, quiet_since: date | None, heartbeat_on: date | None) -> Telling:
    """What to send in a slot of `day`: an empty digest is skipped, but after three quiet days it says that it lives.

    Args:
        content: what there is to tell.
        day: the slot's local day.
        quiet_since: the day of the first of the empty slots in a row before this one; None when the last was full.
        heartbeat_on: the day of the last heartbeat; another comes three days later at the earliest.
    """
    if not content.is_empty:
        return Telling.DIGEST
    if quiet_since is None or quiet_days(day, quiet_since) < HEARTBEAT_DAYS:
        return Telling.NOTHING
    if heartbeat_on is not None and (day - heartbeat_on).days < HEARTBEAT_DAYS:
        return Telling.NOTHING
    return Telling.HEARTBEAT


def quiet_days(day: date, quiet_since: date) -> int:
    """The days without a story, both counted: `3일째 새 기사가 없어요`."""
    return (day - quiet_since).days + 1
