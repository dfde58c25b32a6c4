"""When something is next tried, and when a channel is quiet. Everything takes `now`; durations are in seconds."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.errors import UserMistake

BACKOFF_FIRST_SECONDS = 1.0
BACKOFF_LAST_SECONDS = 600.0  # ≤ 1 probe in 10 minutes while a platform is down (facts/delivery.md §6, fault 7)
RETRY_AFTER_SECONDS = (0.5, 900.0)  # a server's own word is obeyed within these (facts/delivery.md §0, rule 8)


def backoff_seconds(attempt: int, *, jitter: float, after_seconds: float | None = None) -> float:
    """How long to wait after the `attempt`-th try (1 is the first): full jitter over a doubling span.

    Args:
        jitter: from 0 to 1; a random number, given by the caller.
        after_seconds: what the other side asked for; obeyed within bounds, with up to a tenth on top so that many
            channels do not come back at once.
    """
    if after_seconds is not None:
        low, high = RETRY_AFTER_SECONDS
        return min(max(after_seconds, low), high) * (1 + 0.1 * jitter)
    span = min(BACKOFF_FIRST_SECONDS * float(2 ** min(attempt, 20)), BACKOFF_LAST_SECONDS)
    return max(BACKOFF_FIRST_SECONDS, span * jitter) if span < BACKOFF_LAST_SECONDS else span


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of this name.

    Raises:
        UserMistake: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UserMistake("zone.unknown", zone=name) from error


def clock_time(text: str) -> time:
    """`HH:MM`, from 00:00 to 23:59.

    Raises:
        ValueError: it is not of that form.
    """
    hours, colon, minutes = text.partition(":")
    digits = colon and len(hours) in {1, 2} and len(minutes) == 2 and f"{hours}{minutes}".isdecimal()
    if not digits or int(hours) > 23 or int(minutes) > 59:
        raise ValueError(f"no time of day: {text!r}")
    return time(int(hours), int(minutes))


def quiet_until(quiet: tuple[str, str] | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours that `now` lies in, in UTC; None when it lies in none.

    Quiet hours may pass midnight (`23:00`, `07:00`); equal times mean no quiet hours.
    """
    if quiet is None:
        return None
    start, end = (clock_time(each) for each in quiet)
    if start == end:
        return None
    here = now.astimezone(zone)
    inside = start <= here.time() < end if start < end else here.time() >= start or here.time() < end
    if not inside:
        return None
    day = here.date() + timedelta(days=1 if start > end and here.time() >= start else 0)
    return datetime.combine(day, end, zone).astimezone(now.tzinfo)
