"""How the calls that a search service allows are shared by the searches.

Of K searches each may ask every K * seconds_a_call; busy ones and those for new watches weigh more, so that they are
asked most often, and none waits longer than MOST_WEIGHT times the fair share. What a quiet one does not use is shared
by the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from bot.core.polling import LONGEST_SECONDS

DAY_SECONDS = 24 * 3600.0
NEW_FOR = timedelta(days=1)  # so long a watch is new: its owner looks whether it works
BUSY_WEIGHT = 4.0
NEW_WEIGHT = 2.0
MOST_WEIGHT = BUSY_WEIGHT * NEW_WEIGHT


@dataclass(frozen=True, slots=True)
class Search:
    """One search that takes part.

    Attributes:
        interval_seconds: how long it would wait by itself (`core/polling.py`); 0 before its first reading.
        since: when the newest watch that wants it was made; None when it is unknown.
    """

    id: int
    interval_seconds: float
    since: datetime | None = None


def weight(search: Search, *, now: datetime) -> float:
    """How much more often than the quietest a search is asked, from 1 to MOST_WEIGHT."""
    busy = BUSY_WEIGHT
    if search.interval_seconds > 0:
        busy = min(max(sqrt(LONGEST_SECONDS / search.interval_seconds), 1.0), BUSY_WEIGHT)
    new = search.since is not None and now - search.since < NEW_FOR
    return busy * NEW_WEIGHT if new else busy


def shortest_waits(searches: Iterable[Search], *, seconds_a_call: float, now: datetime) -> dict[int, float]:
    """The shortest wait between two readings, by search: together they ask once in `seconds_a_call` at most."""
    all_of_them = tuple(searches)
    weights = {search.id: weight(search, now=now) for search in all_of_them}
    total = sum(weights.values())
    waits = {name: seconds_a_call * total / each for name, each in weights.items()}
    left, hungry = 1.0 / seconds_a_call, list(all_of_them)
    while content := [each for each in hungry if each.interval_seconds >= waits[each.id]]:
        # These wait longer than they would have to; the others share what they leave.
        left -= sum(1.0 / each.interval_seconds for each in content)
        hungry = [each for each in hungry if each.interval_seconds < waits[each.id]]
        total = sum(weights[each.id] for each in hungry)
        waits |= {each.id: total / (weights[each.id] * left) for each in hungry}
    return waits


def seconds_a_call(calls_a_day: int, *, spent: int, seconds_left: float) -> float:
    """How far apart calls must lie so that the rest of the day's calls lasts for the rest of the day."""
    if spent >= calls_a_day:
        return max(seconds_left, DAY_SECONDS / calls_a_day)
    return max(DAY_SECONDS / calls_a_day, seconds_left / (calls_a_day - spent))
