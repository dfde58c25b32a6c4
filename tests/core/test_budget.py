from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.budget import MOST_WEIGHT, NEW_FOR, Search, seconds_a_call, shortest_waits, weight

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
A_CALL = 3.456

intervals = st.one_of(st.just(0.0), st.floats(1.0, 7200.0))
ages = st.one_of(st.none(), st.integers(0, 10_000).map(lambda minutes: NOW - timedelta(minutes=minutes)))
searches = st.lists(st.tuples(intervals, ages), min_size=1, max_size=60).map(
    lambda rows: [Search(number, seconds, since) for number, (seconds, since) in enumerate(rows)]
)


def waits_of(*rows):
    return shortest_waits(rows, seconds_a_call=A_CALL, now=NOW)


@given(searches)
def test_together_they_never_ask_more_often_than_allowed(rows):
    waits = waits_of(*rows)

    rate = sum(1 / max(waits[row.id], row.interval_seconds) for row in rows)

    assert rate <= 1 / A_CALL * (1 + 1e-9)


@given(searches)
def test_none_starves(rows):
    fair = A_CALL * len(rows)

    assert all(wait <= fair * MOST_WEIGHT * (1 + 1e-9) for wait in waits_of(*rows).values())


@given(searches)
def test_a_heavier_search_never_waits_longer_than_a_lighter_hungry_one(rows):
    waits = waits_of(*rows)
    hungry = sorted((row for row in rows if row.interval_seconds < waits[row.id]), key=lambda row: weight(row, now=NOW))

    assert [waits[row.id] for row in hungry] == sorted((waits[row.id] for row in hungry), reverse=True)


def test_equal_searches_share_equally_and_one_alone_has_it_all():
    assert set(waits_of(*(Search(n, 60.0) for n in range(100))).values()) == {A_CALL * 100}
    assert waits_of(Search(1, 60.0)) == {1: A_CALL}
    assert waits_of() == {}


def test_the_busiest_and_the_newest_are_asked_most_often():
    newest, busy, calm, quiet = waits_of(
        Search(1, 2.0, NOW), Search(2, 2.0, NOW - NEW_FOR), Search(3, 450.0), Search(4, 1800.0)
    ).values()

    assert newest < busy < calm < quiet


def test_what_quiet_searches_leave_is_shared_by_the_busy_ones():
    quiet = [Search(number, 7200.0) for number in range(10, 310)]

    waits = waits_of(Search(1, 10.0), *quiet)

    assert waits[1] < 10.0 < waits[10]


def test_the_rest_of_the_day_gets_the_rest_of_its_calls():
    assert seconds_a_call(25_000, spent=0, seconds_left=86_400.0) == A_CALL
    assert seconds_a_call(25_000, spent=0, seconds_left=3_600.0) == A_CALL
    assert seconds_a_call(25_000, spent=24_000, seconds_left=43_200.0) == 43.2
    assert seconds_a_call(25_000, spent=25_000, seconds_left=600.0) == 600.0
