from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.dates import plausible, read_date

SEOUL = "Asia/Seoul"
RIGHT = datetime.fromisoformat("2024-03-21T09:12:00+09:00")
NOW = datetime(2024, 3, 21, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 21 Mar 2024 09:12:00 +0900",
        "Thu, 21 Mar 2024 09:12:00 KST",
        "Thu,21 Mar 2024 09:12:00 +0900",
        "Thu, 21 Mar 2024 09:12:00",
        "목, 21 Mar 2024 09:12:00 +0900",
        "2024-03-21T09:12:00+09:00",
        "2024-03-21T09:12:00.000+09:00",
        "2024-03-21T09:12:00+0900",
        "2024-03-21T00:12:00Z",
        "2024-03-21T09:12:00",
        "2024-03-21 09:12:00",
        "2024-03-21 09:12",
        "2024.03.21 09:12",
        "2024.03.21. 오전 9:12",
        "2024.03.21 오전 9:12",
        "2024-03-21 오전 9:12:00",
        "2024년 3월 21일 09:12",
        "2024년 03월 21일 오전 9시 12분",
        "2024/03/21 09:12:00",
        "20240321091200",
        "1710979920",
        "Thu, 21 Mar 2024 00:12:00 GMT",
        "2024-03-21 09:12:00 KST",
        "21 Mar 2024 09:12:00 +0900",
        "Thu Mar 21 09:12:00 KST 2024",
        # more of what is met
        "1710979920000",
        "2024-03-21T09:12:00.123456789+09:00",
        "2024-03-21 09:12:00.0",
        "  2024.3.21.(목) 09:12 ",
        "Thursday, March 21, 2024 9:12 AM",
        "21-Mar-24 09:12",
        "Thu, 21 Mar 2024 09:12:00 (KST)",
        "2024-03-21T09:12:00 UTC+9",
        "Thu, 21 Mar 124 09:12:00 +0900",
        "202403210912",
    ],
)
def test_one_instant_is_read_however_it_is_written(text):
    found = read_date(text, SEOUL)

    assert found is not None
    assert found.replace(microsecond=0) == RIGHT


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2024.03.21 오후 12:05", "2024-03-21T12:05:00+09:00"),
        ("2024.03.21 오전 12:05", "2024-03-21T00:05:00+09:00"),
        ("2024-03-21 24:00:00", "2024-03-22T00:00:00+09:00"),
        ("2024-12-31T24:00:00Z", "2025-01-01T00:00:00+00:00"),
        ("2024-03-21T09:12:60Z", "2024-03-21T09:12:59+00:00"),
        ("2024.3.1.(금) 14:05", "2024-03-01T14:05:00+09:00"),
        ("2024.3.1", "2024-03-01T00:00:00+09:00"),
        ("20240301", "2024-03-01T00:00:00+09:00"),
        ("Sat, 02 Mar 2024 05:05:05 EST", "2024-03-02T05:05:05-05:00"),
        ("Sat, 02 Mar 2024 05:05:05 -0330", "2024-03-02T05:05:05-03:30"),
        ("3월 21일 2024년 목요일", "2024-03-21T00:00:00+09:00"),
    ],
)
def test_times_of_day_and_zones_are_kept(text, right):
    assert read_date(text, SEOUL) == datetime.fromisoformat(right)


@pytest.mark.parametrize(
    "text",
    ["", "어제", "3시간 전", "2024-02-30", "2024-02-30T00:00:00Z", "Thu, 99 Mar 2024 09:12:00 GMT", "soon 1",
     "x" * 5000,
     "99999999999999", "12345", "21 Foo 2024", "Mar 21", "2024-03-21T25:00:00Z", "Thu, 21 Mar 2024 09:12:00 +9999"],
)  # fmt: skip
def test_what_names_no_instant_is_no_date(text):
    assert read_date(text, SEOUL) is None


def test_an_unknown_zone_counts_as_utc():
    assert read_date("2024-03-21 00:12", "Mars/Olympus") == RIGHT


@given(st.text(max_size=90))
def test_no_text_at_all_makes_reading_fail(text):
    found = read_date(text, SEOUL, guess=False)

    assert found is None or found.tzinfo is not None


@given(st.datetimes(datetime(1995, 1, 2), datetime(2200, 1, 1)))  # noqa: DTZ001 -- made aware below
def test_iso_dates_survive_a_round_trip(moment):
    aware = moment.replace(tzinfo=UTC)

    assert read_date(aware.isoformat()) == aware


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        (None, None),
        (NOW - timedelta(days=1), NOW - timedelta(days=1)),
        (NOW + timedelta(minutes=9), NOW + timedelta(minutes=9)),
        (NOW + timedelta(hours=9), NOW),  # Korean time called UTC
        (datetime(2199, 1, 1, tzinfo=UTC), None),
        (datetime(1994, 12, 31, tzinfo=UTC), None),
        (datetime(1, 1, 1, tzinfo=UTC), None),
        (datetime.max.replace(tzinfo=UTC), None),
    ],
)
def test_an_implausible_date_gives_way_to_the_first_seen_time(date, shown):
    assert plausible(date, NOW) == shown
