"""When a source is looked at next, how it is doing, and what its managers are told (contract §3).

    interval   half the usual gap between entries, within m and half an hour; grows by half after each empty poll;
               near m while the last entry is younger than half an hour; up to two hours at night
    errors     2^n * m with jitter, six hours at most; five in a row over six hours are failing, seven days are dead
    dead       one probe a day, also after a 410
    the server max-age and ttl up to a quarter of an hour, longer only when both say so; skipHours; Retry-After always

`m` is `SOSIK_MIN_POLL_SECONDS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from bot.core.addresses import masked_url
from bot.core.errors import SosikError, TryLater
from bot.core.news import Source, SourceState

LONGEST_SECONDS = 30 * 60.0
LONGEST_AT_NIGHT_SECONDS = 2 * 3600.0
NIGHT_ENDS_HOUR = 6  # it begins at midnight, in the source's zone
FRESH_SECONDS = 30 * 60.0
GROWTH = 1.5
GAPS_KEPT = 20

LONGEST_BACK_OFF_SECONDS = 6 * 3600.0
FAILING_COUNT = 5
FAILING_AFTER = timedelta(hours=6)
DEAD_AFTER = timedelta(days=7)
PROBE_SECONDS = 24 * 3600.0

QUIET_GAPS = 5
QUIET_AT_LEAST = timedelta(days=3)  # most Korean outlets and every press office rest from Friday evening to Monday

OBEYED_SECONDS = 15 * 60.0  # publishers write hours into max-age and ttl by accident
OBEYED_TOGETHER_SECONDS = 6 * 3600.0
MOVED_SIGHTINGS = 3
FIRST_SPREAD_SECONDS = 60.0
AT_ONCE = 20

_JITTER = 0.05
_CLOCK_SKEW = timedelta(minutes=10)
_OUT_OF_ORDER = frozenset({SourceState.FAILING, SourceState.DEAD})


STATE_SENTENCES: Mapping[SourceState, str] = {
    SourceState.ACTIVE: "source_state.active",
    SourceState.SLOW: "source_state.slow",
    SourceState.QUIET: "source_state.quiet",
    SourceState.FAILING: "source_state.failing",
    SourceState.DEAD: "source_state.dead",
    SourceState.PAUSED: "source_state.paused",
}
"""The key of the sentence that says what a state means."""


class PollKind(StrEnum):
    """What a poll came to."""

    NEW = "new"
    EMPTY = "empty"
    NOT_MODIFIED = "not_modified"
    ERROR = "error"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What one poll told about its source.

    Attributes:
        entry_dates: publication dates of all entries that the feed names now, in any order.
        skip_hours: hours in UTC in which the feed asks not to be read.
        moved_to: where it lives now, when all redirects were permanent.
        error: the key of the error's sentence.
    """

    kind: PollKind
    entry_dates: tuple[datetime, ...] = ()
    ttl_seconds: float | None = None
    skip_hours: frozenset[int] = frozenset()
    max_age_seconds: float | None = None
    retry_after_seconds: float | None = None
    moved_to: str | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What managers are told, once: `kind` is the key of the sentence."""

    kind: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NextCheck:
    """The source as it stands after a poll, with its next due time, and what to tell of it."""

    source: Source
    notice: Notice | None = None


def outcome_of(error: SosikError) -> PollOutcome:
    """A poll that ended in an error."""
    kind = PollKind.GONE if error.key == "fetch.gone" else PollKind.ERROR
    after_seconds = error.after_seconds if isinstance(error, TryLater) else None
    return PollOutcome(kind, retry_after_seconds=after_seconds, error=error.key)


def next_check(
    source: Source, outcome: PollOutcome, *, now: datetime, minimum_seconds: float, jitter: float
) -> NextCheck:
    """Decide after a poll; `minimum_seconds` is m, `jitter` is random in [0, 1) and keeps sources out of step."""
    failed = outcome.kind in {PollKind.ERROR, PollKind.GONE}
    decided = _after_failure if failed else _after_reading
    checked, wait_seconds = decided(source, outcome, now=now, minimum_seconds=minimum_seconds, jitter=jitter)
    at = now + timedelta(seconds=max(wait_seconds, outcome.retry_after_seconds or 0.0))
    checked = replace(checked, next_poll_at=_outside(outcome.skip_hours, at))
    if source.state is SourceState.PAUSED:
        return NextCheck(replace(checked, state=SourceState.PAUSED))
    return NextCheck(checked, _notice(source, checked, outcome))


def resumed(source: Source, *, now: datetime) -> Source:
    """The source after a person said `출처 resume`: due at once, its troubles forgotten."""
    return replace(
        source, state=SourceState.ACTIVE, next_poll_at=now, fail_count=0, failing_since=None, last_error=None
    )


def first_polls(count: int, *, now: datetime) -> tuple[datetime, ...]:
    """When `count` sources that were never read are due: at once, and many of them spread over at most a minute."""
    step = FIRST_SPREAD_SECONDS / count if count > AT_ONCE else 0.0
    return tuple(now + timedelta(seconds=number * step) for number in range(count))


def _after_reading(
    source: Source, outcome: PollOutcome, *, now: datetime, minimum_seconds: float, jitter: float
) -> tuple[Source, float]:
    news = outcome.kind is PollKind.NEW or source.last_new_at is None
    url, moved_to, moved_count = _moved(source, outcome)
    read = replace(
        source,
        gaps=_gaps(source, outcome, now=now),
        last_new_at=now if news else source.last_new_at,
        last_ok_at=now,
        fail_count=0,
        failing_since=None,
        last_error=None,
        url=url,
        moved_to=moved_to,
        moved_count=moved_count,
    )
    interval = _interval(read, news=news, now=now, minimum_seconds=minimum_seconds)
    read = replace(read, interval_seconds=interval, state=_state_after_reading(source, read, now=now))
    until_morning = max(_until_morning(interval, read, now=now), minimum_seconds)
    wait = max(until_morning, _asked_seconds(outcome))
    return read, wait * (1 + _JITTER * jitter)


def _after_failure(
    source: Source, outcome: PollOutcome, *, now: datetime, minimum_seconds: float, jitter: float
) -> tuple[Source, float]:
    count = source.fail_count + 1
    since = source.failing_since or now
    dead = outcome.kind is PollKind.GONE or source.state is SourceState.DEAD or now - since >= DEAD_AFTER
    if dead:
        state = SourceState.DEAD
    elif source.state is SourceState.FAILING or (count >= FAILING_COUNT and now - since >= FAILING_AFTER):
        state = SourceState.FAILING
    else:  # quiet stays quiet: a fault that passes is no new incident
        state = SourceState.QUIET if source.state is SourceState.QUIET else SourceState.SLOW
    failed = replace(source, fail_count=count, failing_since=since, last_error=outcome.error, state=state)
    if dead:
        return failed, max(PROBE_SECONDS, minimum_seconds) * (1 + _JITTER * jitter)
    longest = max(min(minimum_seconds * 2.0 ** min(count, 32), LONGEST_BACK_OFF_SECONDS), minimum_seconds)
    return failed, minimum_seconds + jitter * (longest - minimum_seconds)


def _interval(read: Source, *, news: bool, now: datetime, minimum_seconds: float) -> float:
    longest = max(_longest(read, now=now, minimum_seconds=minimum_seconds), minimum_seconds)
    usual = _within(median(read.gaps) / 2 if read.gaps else 0.0, minimum_seconds, longest)
    grown = usual if news else _within(max(usual, read.interval_seconds * GROWTH), minimum_seconds, longest)
    fresh = read.last_new_at is not None and (now - read.last_new_at).total_seconds() <= FRESH_SECONDS
    return min(grown, minimum_seconds * GROWTH) if fresh else grown


def _longest(source: Source, *, now: datetime, minimum_seconds: float) -> float:
    night = minimum_seconds >= 60.0 and _local(now, source.zone).hour < NIGHT_ENDS_HOUR
    return LONGEST_AT_NIGHT_SECONDS if night else LONGEST_SECONDS


def _until_morning(interval: float, source: Source, *, now: datetime) -> float:
    """A long wait that begins at night ends with it: the batch of seven o'clock must not wait for it."""
    local = _local(now, source.zone)
    if local.hour >= NIGHT_ENDS_HOUR:
        return interval
    morning = local.replace(hour=NIGHT_ENDS_HOUR, minute=0, second=0, microsecond=0)
    left = (morning.astimezone(UTC) - now).total_seconds()
    return min(interval, max(left, LONGEST_SECONDS)) if interval > LONGEST_SECONDS else interval


def _local(now: datetime, zone: str) -> datetime:
    try:
        return now.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return now


def _within(value: float, lowest: float, highest: float) -> float:
    return min(max(value, lowest), highest)


def _gaps(source: Source, outcome: PollOutcome, *, now: datetime) -> tuple[float, ...]:
    """Seconds between the latest entries, by their own dates where they have some, else by when we saw them."""
    dates = sorted({date for date in outcome.entry_dates if date <= now + _CLOCK_SKEW}, reverse=True)
    if len(dates) > 1:
        latest = dates[: GAPS_KEPT + 1]
        return tuple((newer - older).total_seconds() for newer, older in pairwise(latest))
    if outcome.kind is PollKind.NEW and source.last_new_at is not None:
        seen = max((now - source.last_new_at).total_seconds(), 0.0)
        return (seen, *source.gaps)[:GAPS_KEPT]
    return source.gaps


def _moved(source: Source, outcome: PollOutcome) -> tuple[str, str | None, int]:
    """Address, where it says that it lives, and how often in a row it said so."""
    if outcome.moved_to is None or outcome.moved_to == source.url:
        return source.url, None, 0
    count = source.moved_count + 1 if outcome.moved_to == source.moved_to else 1
    if count >= MOVED_SIGHTINGS:
        return outcome.moved_to, None, 0
    return source.url, outcome.moved_to, count


def _asked_seconds(outcome: PollOutcome) -> float:
    """How long the feed and its server ask to be left alone."""
    age, ttl = outcome.max_age_seconds or 0.0, outcome.ttl_seconds or 0.0
    both = min(age, ttl, OBEYED_TOGETHER_SECONDS)
    return max(both, min(max(age, ttl), OBEYED_SECONDS))


def _outside(skip_hours: frozenset[int], at: datetime) -> datetime:
    """The first time from `at` on that is in no skipped hour; a feed that skips all of them skips none."""
    if not set(range(24)) - skip_hours:
        return at
    utc = at.astimezone(UTC)
    while utc.hour in skip_hours:
        utc = utc.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return utc


def _state_after_reading(before: Source, read: Source, *, now: datetime) -> SourceState:
    if before.state in _OUT_OF_ORDER:
        return SourceState.ACTIVE  # one thing at a time: silence is judged by the next poll
    if before.state is SourceState.QUIET and before.last_new_at == read.last_new_at:
        return SourceState.QUIET
    silent = now - read.last_new_at if read.last_new_at is not None else timedelta(0)
    if len(read.gaps) < QUIET_GAPS or silent < max(timedelta(seconds=QUIET_GAPS * median(read.gaps)), QUIET_AT_LEAST):
        return SourceState.ACTIVE
    return SourceState.QUIET


def _notice(before: Source, after: Source, outcome: PollOutcome) -> Notice | None:
    kind = _notice_kind(before, after, outcome)
    if kind is None:
        return None
    since = {
        "source.failing": after.failing_since,
        "source.dead": after.failing_since,
        "source.recovered": before.failing_since,
    }.get(kind, before.last_new_at)
    name = before.name or masked_url(before.url)
    return Notice(kind, {"name": name, "number": before.number, "since": since, "error": outcome.error})


def _notice_kind(before: Source, after: Source, outcome: PollOutcome) -> str | None:
    if after.state is before.state:
        return None
    if after.state is SourceState.DEAD:
        return "source.gone" if outcome.kind is PollKind.GONE else "source.dead"
    if after.state is SourceState.FAILING:
        return "source.failing"
    if after.state is SourceState.QUIET:
        return "source.quiet"
    if before.state in _OUT_OF_ORDER:
        return "source.recovered"
    return "source.speaks_again" if before.state is SourceState.QUIET else None
