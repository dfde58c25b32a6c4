from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.trend import (
    Series,
    Trend,
    count_days,
    is_spike,
    peaks,
    shares,
    sparkline,
    spike_line,
    tells_spike,
    usual_rate,
    with_counters,
)

LAST = date(2026, 7, 24)


def a_trend(**hits_a_day):
    hits = [
        (label, datetime(2026, 7, 24, 3, tzinfo=UTC) - timedelta(days=back))
        for label, counts in hits_a_day.items()
        for back, count in enumerate(reversed(counts))
        for _ in range(count)
    ]
    return count_days(tuple(hits_a_day), hits, last=LAST, days=3, zone="Asia/Seoul", first=date(2026, 1, 1))


def test_hits_are_counted_by_the_local_day():
    late = datetime(2026, 7, 23, 15, 0, tzinfo=UTC)  # midnight of the 24th in Seoul
    hits = [("LG", late), ("LG", late - timedelta(seconds=1)), ("다른", late), ("LG", late - timedelta(days=90))]
    trend = count_days(["LG"], hits, last=LAST, days=2, zone="Asia/Seoul", first=date(2026, 7, 24))
    assert trend == Trend((date(2026, 7, 23), LAST), (Series("LG", (1, 1)),), known_days=1)


def test_without_any_article_no_day_is_known():
    trend = count_days(["LG"], [], last=LAST, days=2, zone="UTC", first=None)
    assert (trend.known_days, trend.series[0].total) == (0, 0)


def test_at_most_five_series_are_counted():
    assert len(count_days("가나다라마바", [], last=LAST, days=1, zone="UTC", first=None).series) == 5


def test_counters_stand_in_for_the_days_whose_articles_are_gone():
    trend = a_trend(LG=(0, 2, 3))
    counters = [("LG", date(2026, 7, 22), 7), ("LG", date(2026, 7, 23), 99)]
    filled = with_counters(trend, counters, kept_from=date(2026, 7, 23))
    assert filled.series == (Series("LG", (7, 2, 3)),)
    assert filled.counters_until == date(2026, 7, 22)
    assert with_counters(trend, [], kept_from=date(2026, 7, 23)) == trend


def test_shares_add_up_and_nothing_has_no_share():
    assert shares(a_trend(LG=(1, 1, 1), KT=(0, 0, 1))) == (0.75, 0.25)
    assert shares(a_trend(LG=(0, 0, 0))) == (0.0,)


def test_peaks_are_the_high_days_the_highest_first():
    days = tuple(LAST - timedelta(days=9 - at) for at in range(10))
    counts = (1, 2, 9, 9, 1, 2, 14, 3, 1, 2)
    assert peaks(Series("LG", counts), days) == (days[6], days[2])
    assert peaks(Series("LG", (1,) * 10), days) == ()
    assert peaks(Series("LG", ()), ()) == ()


@pytest.mark.parametrize(
    ("history", "today", "expected"),
    [
        ([2, 1, 3] * 5, 12, True),
        ([2, 1, 3] * 5, 6, False),
        ([2, 1, 3] * 4, 60, False),  # twelve days of data: still off
        ([0] * 20, 4, False),
        ([0] * 20, 5, True),
        ([40, 60] * 10, 110, False),
        ([40, 60] * 10, 200, True),
        ([2] * 25 + [50, 2, 2], 20, True),  # an earlier spike does not hide this one
        ([500] * 60 + [2] * 28, 12, True),  # what is long ago does not count
    ],
)
def test_a_spike_is_far_above_the_usual_rate(history, today, expected):
    assert is_spike(history, today) is expected


def test_a_spike_is_told_once_and_again_after_three_days():
    history = [2] * 20
    assert tells_spike(history, 30, day=LAST, told_on=None)
    assert not tells_spike(history, 30, day=LAST, told_on=date(2026, 7, 22))
    assert tells_spike(history, 30, day=LAST, told_on=date(2026, 7, 21))
    assert not tells_spike(history, 2, day=LAST, told_on=None)
    assert usual_rate([1, 2, 9]) == 2
    assert usual_rate([]) == 0


@settings(deadline=None)  # no timed tests
@given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=90))
def test_a_sparkline_has_a_sign_a_day_and_keeps_the_order_of_heights(counts):
    line = sparkline(counts)
    assert len(line) == len(counts)
    for one, other, sign, next_sign in zip(counts, counts[1:], line, line[1:], strict=False):
        assert (one <= other) <= (sign <= next_sign)
        assert (one == 0) >= (sign == "▁" and max(counts) > 0)


def test_a_sparkline_reaches_from_the_lowest_to_the_highest_bar():
    assert sparkline([0, 1, 4, 8]) == "▁▂▅█"
    assert sparkline([0, 0]) == "▁▁"


def test_a_spike_is_told_beside_the_usual_rate():
    assert spike_line("LG전자", [2, 3, 1], 17) == "📈 LG전자 기사가 평소(하루 2건)보다 훨씬 많습니다: 오늘 17건"
