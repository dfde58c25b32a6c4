from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.core.errors import UserMistake
from bot.core.timing import (
    BACKOFF_FIRST_SECONDS,
    BACKOFF_LAST_SECONDS,
    backoff_seconds,
    clock_time,
    quiet_until,
    zone_of,
)

SEOUL = ZoneInfo("Asia/Seoul")


def seoul(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=SEOUL).astimezone(UTC)


@pytest.mark.parametrize("attempt", [1, 2, 5, 9, 40, 10_000])
@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_a_backoff_stays_between_a_second_and_ten_minutes(attempt, jitter):
    assert BACKOFF_FIRST_SECONDS <= backoff_seconds(attempt, jitter=jitter) <= BACKOFF_LAST_SECONDS


def test_once_the_longest_backoff_is_reached_every_probe_is_ten_minutes_apart():
    assert backoff_seconds(12, jitter=0.0) == BACKOFF_LAST_SECONDS


@pytest.mark.parametrize(("asked", "waited"), [(0, 0.5), (30, 30), (10**9, 900)])
def test_a_servers_word_is_obeyed_within_bounds(asked, waited):
    assert backoff_seconds(1, jitter=0.0, after_seconds=asked) == waited
    assert backoff_seconds(1, jitter=1.0, after_seconds=asked) == pytest.approx(waited * 1.1)


@pytest.mark.parametrize("text", ["7:00", "07:00"])
def test_a_time_is_hours_and_two_digits_of_minutes(text):
    assert clock_time(text) == time(7)


@pytest.mark.parametrize("text", ["", "7", "7:0", "24:00", "07:60", "일곱:00", "-1:00", "7:000"])
def test_anything_else_is_no_time(text):
    with pytest.raises(ValueError, match="no time of day"):
        clock_time(text)


def test_an_unknown_zone_is_the_users_mistake():
    assert zone_of("Asia/Seoul").key == "Asia/Seoul"
    for name in ("Asia/Seol", "../etc/passwd", "", "\x00"):
        with pytest.raises(UserMistake, match=r"zone\.unknown"):
            zone_of(name)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (seoul(25, 22, 59), None),
        (seoul(25, 23, 0), seoul(26, 7)),
        (seoul(26, 0, 30), seoul(26, 7)),
        (seoul(26, 6, 59), seoul(26, 7)),
        (seoul(26, 7, 0), None),
    ],
)
def test_quiet_hours_may_pass_midnight(now, until):
    assert quiet_until(("23:00", "07:00"), now, SEOUL) == until


def test_quiet_hours_within_a_day_and_none():
    assert quiet_until(("12:00", "13:00"), seoul(25, 12, 30), SEOUL) == seoul(25, 13)
    assert quiet_until(("12:00", "13:00"), seoul(25, 13), SEOUL) is None
    assert quiet_until(("09:00", "09:00"), seoul(25, 9), SEOUL) is None
    assert quiet_until(None, seoul(25, 9), SEOUL) is None
