"""Counts per day: what a trend shows, and when a day is far above the usual."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import median
from zoneinfo import ZoneInfo

from bot.core.wording import KOREAN, say

MOST_SERIES = 5
SPIKE_DAYS = 14  # off until so many days are known
SPIKE_MEMORY = 28  # days that make the usual rate
SPIKE_AT_LEAST = 5  # articles; a day with fewer is never worth a word
SPIKE_TIMES = 3.0  # times the usual rate
SPIKE_DEVIATIONS = 4.0  # standard deviations above it
SPIKE_QUIET = timedelta(days=3)  # the same watch says it once
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Series:
    """One expression's articles per day; as many counts as the trend has days."""

    label: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All articles of the time shown."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Trend:
    """Up to five expressions over the same days.

    Attributes:
        days: local days, without a gap, the oldest first.
        known_days: how many of them we have data for, counted from the newest; the others show 0.
        counters_until: the last day whose numbers come from daily counters, its articles being gone; None for none.
    """

    days: tuple[date, ...]
    series: tuple[Series, ...]
    known_days: int
    counters_until: date | None = None


def count_days(
    labels: Sequence[str], hits: Iterable[tuple[str, datetime]], *, last: date, days: int, zone: str, first: date | None
) -> Trend:
    """Count hits per local day.

    Args:
        labels: the expressions, in the order in which they were asked; each gets a series.
        hits: label and time of each article that matches.
        last: the newest day shown.
        days: how many days are shown.
        zone: IANA zone that tells what a day is.
        first: the first day we have articles of; None when there are none at all.
    """
    local = ZoneInfo(zone)
    shown = tuple(last - timedelta(days=back) for back in reversed(range(days)))
    place = {day: at for at, day in enumerate(shown)}
    counts = {label: [0] * days for label in labels[:MOST_SERIES]}
    for label, when in hits:
        at = place.get(when.astimezone(local).date())
        if at is not None and label in counts:
            counts[label][at] += 1
    known = 0 if first is None else sum(day >= first for day in shown)
    return Trend(shown, tuple(Series(label, tuple(counts[label])) for label in counts), known)


def with_counters(trend: Trend, counters: Iterable[tuple[str, date, int]], *, kept_from: date) -> Trend:
    """Put daily counters in place of the days before `kept_from`, whose articles are gone."""
    told = {(label, day): count for label, day, count in counters if day < kept_from}
    if not told:
        return trend
    series = tuple(
        Series(
            one.label,
            tuple(
                told.get((one.label, day), 0) if day < kept_from else count
                for day, count in zip(trend.days, one.counts, strict=True)
            ),
        )
        for one in trend.series
    )
    oldest = min(day for _, day in told)
    until = max((day for day in trend.days if day < kept_from), default=None)
    known = max(trend.known_days, sum(day >= oldest for day in trend.days))
    return Trend(trend.days, series, known, until)


def shares(trend: Trend) -> tuple[float, ...]:
    """Share of voice: each series' part of all articles, 0 to 1; zeros when there are none."""
    whole = sum(one.total for one in trend.series)
    return tuple(one.total / whole if whole else 0.0 for one in trend.series)


def peaks(series: Series, days: Sequence[date], most: int = 3) -> tuple[date, ...]:
    """The days whose stories tell why: higher than both neighbours and clearly above the middle, the highest first."""
    counts = series.counts
    usual = median(counts) if counts else 0
    enough = max(2.0, usual + 2 * sqrt(usual))
    tops = [
        at
        for at, count in enumerate(counts)
        if count >= enough and count >= max(counts[max(0, at - 1) : at + 2]) and (at == 0 or counts[at - 1] < count)
    ]
    return tuple(days[at] for at in sorted(tops, key=lambda at: (-counts[at], -at))[:most])


def is_spike(history: Sequence[int], today: int) -> bool:
    """Whether today's count is far above a watch's usual rate.

    Args:
        history: the counts of the days before, the newest last; with fewer than 14 nothing is a spike.
        today: the count of today so far.
    """
    if len(history) < SPIKE_DAYS or today < SPIKE_AT_LEAST:
        return False
    recent = sorted(history[-SPIKE_MEMORY:])
    # Without its highest tenth, so that an earlier spike does not hide the next one.
    calm = recent[: len(recent) - len(recent) // 10]
    rate = sum(calm) / len(calm)
    # News come in clusters: their variance is above a Poisson's, so the one measured counts when it is larger.
    spread = sqrt(max(rate, sum((count - rate) ** 2 for count in calm) / len(calm)))
    return today >= SPIKE_TIMES * rate and today > rate + SPIKE_DEVIATIONS * max(1.0, spread)


def tells_spike(history: Sequence[int], today: int, *, day: date, told_on: date | None) -> bool:
    """Whether to say so now: once, and not again within three days."""
    return is_spike(history, today) and (told_on is None or day - told_on >= SPIKE_QUIET)


def usual_rate(history: Sequence[int]) -> float:
    """The middle of the daily counts that `is_spike` compares with: 평소 하루 2건."""
    return float(median(history[-SPIKE_MEMORY:])) if history else 0.0


def spike_line(label: str, history: Sequence[int], today: int, language: str = KOREAN) -> str:
    """One public line on a spike; the causing stories stand below it."""
    usual = usual_rate(history)
    return say("trend.spike", language, watch=label, today=today, usual=f"{usual:g}")


def sparkline(counts: Sequence[int]) -> str:
    """The counts as a line of eight heights, one sign a day; 0 is the lowest only when nothing is lower."""
    top = max(counts, default=0)
    if not top:
        return _BARS[0] * len(counts)
    return "".join(_BARS[min(len(_BARS) - 1, -(-count * (len(_BARS) - 1) // top))] for count in counts)
