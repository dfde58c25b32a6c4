"""Slack delivers some payloads twice, and bolt does not notice (measured, facts/slack.md §3)."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

REMEMBER_SECONDS: Final = 15 * 60  # event retries come within 5 minutes of the first; 10 minutes is the least
REMEMBER_MOST: Final = 50_000


class Once:
    """A bounded memory of what was already handled."""

    def __init__(self, *, most: int = REMEMBER_MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._most = most
        self._clock = clock

    def first(self, key: str) -> bool:
        """Whether `key` is new; an empty key always is."""
        now = self._clock()
        while self._seen and (len(self._seen) > self._most or now - next(iter(self._seen.values())) > REMEMBER_SECONDS):
            self._seen.popitem(last=False)
        if not key:
            return True
        if key in self._seen:
            return False
        self._seen[key] = now
        return True


def delivery_key(body: Mapping[str, Any]) -> str:
    """What stays the same when Slack delivers a payload again: the event's id, or the trigger of an interaction.

    Empty for `block_suggestion`, which carries neither and changes nothing.
    """
    return str(body.get("event_id") or body.get("trigger_id") or "")
