from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import GiveUp, TryLater
from bot.core.news import Source, SourceState
from bot.core.polling import (
    LONGEST_AT_NIGHT_SECONDS,
    LONGEST_BACK_OFF_SECONDS,
    LONGEST_SECONDS,
    PROBE_SECONDS,
    STATE_SENTENCES,
    NextCheck,
    PollKind,
    PollOutcome,
    first_polls,
    next_check,
    outcome_of,
    resumed,
)
from bot.core.wording import languages, say

NOON = datetime(2026, 7, 22, 3, 0, tzinfo=UTC)  # a Wednesday, noon in Seoul
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEW, EMPTY, SAME, ERROR, GONE = (PollOutcome(kind) for kind in PollKind)


def a_source(**values) -> Source:
    return Source(
        **{
            "id": 1,
            "number": 3,
            "name": "연합뉴스 경제",
            "url": "https://news.example/rss",
            "last_ok_at": NOON - HOUR,
            "last_new_at": NOON - HOUR,
            "interval_seconds": 300.0,
            "gaps": (600.0,) * 20,
            **values,
        }
    )


def check(source: Source, outcome: PollOutcome, *, now=NOON, m=60.0, jitter=0.0) -> NextCheck:
    return next_check(source, outcome, now=now, minimum_seconds=m, jitter=jitter)


def wait_seconds(source: Source, outcome: PollOutcome, *, now=NOON, m=60.0, jitter=0.0) -> float:
    due = check(source, outcome, now=now, m=m, jitter=jitter).source.next_poll_at
    assert due is not None
    return (due - now).total_seconds()


# The interval


@pytest.mark.parametrize(
    ("gap", "interval"), [(10.0, 60.0), (600.0, 300.0), (3600.0, 1800.0), (86400.0, 1800.0), (0.0, 60.0)]
)
def test_half_the_usual_gap_within_m_and_half_an_hour(gap, interval):
    assert wait_seconds(a_source(gaps=(gap,) * 20, interval_seconds=0.0), SAME) == interval


def test_one_long_gap_does_not_change_the_usual_one():
    assert wait_seconds(a_source(gaps=(600.0,) * 15 + (86400.0,) * 5, interval_seconds=0.0), EMPTY) == 300.0


def test_each_empty_poll_makes_it_half_as_long_again_up_to_half_an_hour():
    source, now, waits = a_source(), NOON, []
    for kind in (EMPTY, SAME, EMPTY, SAME, EMPTY, SAME):
        source = check(source, kind, now=now).source
        waits.append(source.interval_seconds)
        now = source.next_poll_at
    assert waits == [450.0, 675.0, 1012.5, 1518.75, 1800.0, 1800.0]


def test_a_source_that_just_published_stays_near_m():
    source = check(a_source(gaps=(7200.0,) * 20), NEW).source
    assert source.interval_seconds <= 90.0
    for minutes in (5, 15, 30):
        assert check(source, SAME, now=NOON + minutes * MINUTE).source.interval_seconds <= 90.0
    assert check(source, SAME, now=NOON + 31 * MINUTE).source.interval_seconds == 1800.0


def test_the_first_reading_counts_as_news():
    source = check(a_source(last_new_at=None, last_ok_at=None, gaps=(), interval_seconds=0.0), EMPTY).source
    assert (source.last_new_at, source.interval_seconds) == (NOON, 60.0)


@pytest.mark.parametrize("m", [1.0, 5.0, 59.0])
def test_nights_are_like_days_when_m_is_short(m):
    night = NOON + 14 * HOUR  # 02:00 in Seoul
    assert wait_seconds(a_source(interval_seconds=1800.0, gaps=(86400.0,)), SAME, now=night, m=m) == LONGEST_SECONDS


def test_at_night_a_silent_source_is_left_alone_for_up_to_two_hours_but_not_into_the_morning():
    source = a_source(interval_seconds=7200.0, gaps=(86400.0,), last_new_at=NOON)
    night = NOON + 13 * HOUR  # 01:00 in Seoul
    assert wait_seconds(source, SAME, now=night) == LONGEST_AT_NIGHT_SECONDS
    assert wait_seconds(source, SAME, now=night + 4 * HOUR) == 3600.0
    assert wait_seconds(source, SAME, now=night + 4 * HOUR + 50 * MINUTE) == LONGEST_SECONDS
    assert wait_seconds(source, SAME, now=night + 5 * HOUR) == LONGEST_SECONDS


@pytest.mark.parametrize("zone", ["", "Nowhere/Else", "../etc/passwd", "America/New_York"])
def test_the_night_is_that_of_the_sources_zone_and_a_zone_that_does_not_exist_is_utc(zone):
    waited = wait_seconds(a_source(interval_seconds=7200.0, gaps=(86400.0,), zone=zone), SAME, now=NOON)  # 03:00 UTC
    assert waited == (LONGEST_SECONDS if zone == "America/New_York" else LONGEST_AT_NIGHT_SECONDS)


def test_the_gaps_come_from_the_entries_own_dates():
    dates = [NOON - n * 10 * MINUTE for n in range(30)]
    source = check(a_source(gaps=()), PollOutcome(PollKind.EMPTY, entry_dates=(*dates[::-1], NOON + DAY))).source
    assert source.gaps == (600.0,) * 20


def test_without_dates_the_gaps_come_from_when_we_saw_entries():
    source = check(a_source(gaps=(1.0,) * 20), NEW).source
    assert source.gaps == (3600.0, *(1.0,) * 19)
    assert check(a_source(gaps=(1.0,)), SAME).source.gaps == (1.0,)


# What the server asks for


@pytest.mark.parametrize(
    ("age", "ttl", "wait"),
    [
        (700.0, None, 700.0),
        (900.0, None, 900.0),
        (86400.0, None, 900.0),
        (None, 3600.0, 900.0),
        (3600.0, 7200.0, 3600.0),
        (10.0, 10.0, 450.0),
        (10e9, 10e9, 6 * 3600.0),
    ],
)
def test_a_wish_to_be_left_alone_is_granted_for_a_quarter_of_an_hour_or_longer_when_said_twice(age, ttl, wait):
    outcome = PollOutcome(PollKind.EMPTY, max_age_seconds=age, ttl_seconds=ttl)
    assert wait_seconds(a_source(), outcome) == wait


def test_skipped_hours_are_skipped():
    outcome = PollOutcome(PollKind.NEW, skip_hours=frozenset({3, 4, 5}))
    assert check(a_source(), outcome).source.next_poll_at == NOON + 3 * HOUR
    assert wait_seconds(a_source(), PollOutcome(PollKind.NEW, skip_hours=frozenset(range(24)))) == 90.0


@pytest.mark.parametrize("kind", PollKind)
def test_a_named_wait_is_always_kept(kind):
    assert wait_seconds(a_source(), PollOutcome(kind, retry_after_seconds=100_000.0)) >= 100_000.0


# Moving


def test_an_address_is_changed_when_it_said_so_three_times_running():
    moved = PollOutcome(PollKind.NOT_MODIFIED, moved_to="https://news.example/new")
    source = check(check(a_source(), moved).source, moved).source
    assert (source.url, source.moved_count) == ("https://news.example/rss", 2)
    assert check(source, ERROR).source.moved_count == 2
    assert check(source, SAME).source.moved_count == 0
    assert check(source, replace(moved, moved_to="https://news.example/other")).source.moved_count == 1
    source = check(source, moved).source
    assert (source.url, source.moved_to, source.moved_count) == ("https://news.example/new", None, 0)
    assert check(source, moved).source.moved_to is None


# Trouble


def test_errors_back_off_twice_as_far_each_time_up_to_six_hours():
    source, waits = a_source(), []
    for _ in range(12):
        waits.append(wait_seconds(source, ERROR, jitter=1.0))
        source = check(source, ERROR).source
    assert waits == [*(60.0 * 2**n for n in range(1, 9)), *(LONGEST_BACK_OFF_SECONDS,) * 4]
    assert source.interval_seconds == 300.0


def test_a_fault_that_passes_is_told_to_nobody():
    source = a_source()
    for _ in range(4):
        result = check(source, PollOutcome(PollKind.ERROR, error="fetch.timeout"))
        source = result.source
        assert (source.state, result.notice) == (SourceState.SLOW, None)
    assert source.last_error == "fetch.timeout"
    result = check(source, NEW)
    assert (result.source.state, result.source.last_error, result.source.fail_count) == (SourceState.ACTIVE, None, 0)
    assert result.notice is None


def live_through(source: Source, *steps: tuple[timedelta, PollOutcome]) -> tuple[Source, list[str]]:
    """The source after polls at these times after noon, and what was told."""
    told = []
    for after, outcome in steps:
        result = check(source, outcome, now=NOON + after)
        source = result.source
        if result.notice is not None:
            told.append(result.notice.kind)
            for language in languages():
                assert say(result.notice.kind, language, **result.notice.values)
    return source, told


def test_managers_are_told_once_when_it_fails_once_when_it_is_dead_and_once_when_it_is_back():
    errors = [(n * HOUR, ERROR) for n in range(8 * 24)]
    source, told = live_through(a_source(), *errors)
    assert (source.state, told) == (SourceState.DEAD, ["source.failing", "source.dead"])
    assert wait_seconds(source, ERROR, now=NOON + 8 * DAY) == PROBE_SECONDS
    source, told = live_through(source, (9 * DAY, SAME), (9 * DAY + HOUR, SAME))
    assert told == ["source.recovered", "source.quiet"]


@pytest.mark.parametrize(
    ("hours", "state"), [([0, 1, 2, 3, 5.9], SourceState.SLOW), ([0, 2, 4, 6], SourceState.SLOW),
                         ([0, 1, 2, 3, 6], SourceState.FAILING)]
)  # fmt: skip
def test_failing_takes_five_errors_and_six_hours(hours, state):
    source, _ = live_through(a_source(), *((n * HOUR, ERROR) for n in hours))
    assert source.state is state


def test_a_410_ends_the_polling_at_once():
    source, told = live_through(a_source(), (0 * HOUR, GONE), (DAY, GONE), (2 * DAY, ERROR))
    assert (source.state, told) == (SourceState.DEAD, ["source.gone"])
    assert wait_seconds(a_source(), GONE) == PROBE_SECONDS
    assert live_through(source, (3 * DAY, NEW))[1] == ["source.recovered"]


def test_a_source_that_is_silent_for_long_is_quiet_until_it_speaks():
    steps = [(n * 12 * HOUR, SAME) for n in range(10)]
    source, told = live_through(a_source(), *steps, (5 * DAY, ERROR), (5 * DAY + HOUR, SAME))
    assert (source.state, told) == (SourceState.QUIET, ["source.quiet"])
    source, told = live_through(source, (6 * DAY, NEW), (7 * DAY, SAME))
    assert (source.state, told) == (SourceState.ACTIVE, ["source.speaks_again"])


@pytest.mark.parametrize("gaps", [(7 * 86400.0,) * 20, (600.0,) * 4])
def test_a_weekly_source_and_one_hardly_known_are_not_quiet_after_a_week(gaps):
    assert live_through(a_source(gaps=gaps), (7 * DAY, SAME)) == (
        check(a_source(gaps=gaps), SAME, now=NOON + 7 * DAY).source,
        [],
    )


def test_a_paused_source_stays_paused_whatever_a_check_finds():
    for outcome in (NEW, SAME, ERROR, GONE):
        result = check(a_source(state=SourceState.PAUSED), outcome)
        assert (result.source.state, result.notice) == (SourceState.PAUSED, None)


def test_a_resumed_source_is_due_at_once_and_begins_anew():
    source, _ = live_through(a_source(), *((n * HOUR, ERROR) for n in range(10)))
    source = resumed(source, now=NOON + DAY)
    assert (source.state, source.next_poll_at, source.fail_count) == (SourceState.ACTIVE, NOON + DAY, 0)
    assert check(source, ERROR, now=NOON + DAY).source.state is SourceState.SLOW


def test_a_notice_without_a_name_shows_the_address_without_its_secrets():
    result = check(a_source(name="", url="https://u:p@news.example/rss?key=s3cret"), GONE)
    assert result.notice is not None
    assert result.notice.values["name"] == "https://news.example/rss?…"


@pytest.mark.parametrize("state", SourceState)
def test_every_state_has_a_sentence(state):
    assert all(say(STATE_SENTENCES[state], language) for language in languages())


def test_errors_become_outcomes():
    assert outcome_of(GiveUp("fetch.gone")).kind is PollKind.GONE
    assert outcome_of(GiveUp("fetch.too_large")) == PollOutcome(PollKind.ERROR, error="fetch.too_large")
    later = outcome_of(TryLater("fetch.status", after_seconds=120.0, status=429))
    assert later == PollOutcome(PollKind.ERROR, retry_after_seconds=120.0, error="fetch.status")


def test_sources_never_read_are_due_at_once_and_many_within_a_minute():
    assert first_polls(20, now=NOON) == (NOON,) * 20
    many = first_polls(3000, now=NOON)
    assert many[0] == NOON
    assert many == tuple(sorted(many))
    assert many[-1] < NOON + MINUTE
    assert first_polls(0, now=NOON) == ()


# Laws

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds
seconds = st.none() | st.floats(0, 1e7)
outcomes = st.builds(
    PollOutcome,
    st.sampled_from(PollKind),
    entry_dates=st.lists(moments, max_size=30).map(tuple),
    ttl_seconds=seconds,
    skip_hours=st.frozensets(st.integers(0, 23)),
    max_age_seconds=seconds,
    retry_after_seconds=st.none() | st.floats(0, 86400),
    moved_to=st.none() | st.sampled_from(["https://a.example/", "https://b.example/"]),
)
sources = st.builds(
    a_source,
    state=st.sampled_from(SourceState),
    zone=st.sampled_from(["Asia/Seoul", "America/Los_Angeles", "no zone"]),
    interval_seconds=st.floats(0, 1e5),
    last_new_at=st.none() | moments,
    fail_count=st.integers(0, 1000),
    failing_since=st.none() | moments,
    gaps=st.lists(st.floats(0, 1e7), max_size=20).map(tuple),
)
minimums = st.floats(1, 1e5)
jitters = st.floats(0, 1, exclude_max=True)


@settings(deadline=None)  # no timed tests
@given(sources, outcomes, moments, minimums, jitters)
def test_no_poll_comes_sooner_than_m_or_than_the_server_asked_or_in_a_skipped_hour(source, outcome, now, m, jitter):
    result = check(source, outcome, now=now, m=m, jitter=jitter).source
    assert result.next_poll_at >= now + timedelta(seconds=max(m, outcome.retry_after_seconds or 0.0)) - timedelta(
        microseconds=1
    )
    assert len(outcome.skip_hours) == 24 or result.next_poll_at.hour not in outcome.skip_hours
    assert (source.state is SourceState.PAUSED) == (result.state is SourceState.PAUSED)


@settings(deadline=None)  # no timed tests
@given(sources, outcomes, moments, minimums, jitters)
def test_no_poll_is_put_off_further_than_the_longest_of_the_rules(source, outcome, now, m, jitter):
    plain = replace(outcome, ttl_seconds=None, skip_hours=frozenset(), retry_after_seconds=None)
    waited = wait_seconds(source, plain, now=now, m=m, jitter=jitter)
    read = plain.kind in {PollKind.NEW, PollKind.EMPTY, PollKind.NOT_MODIFIED}
    assert waited <= max(m, LONGEST_AT_NIGHT_SECONDS if read else PROBE_SECONDS) * 1.05 + 1e-6


@settings(deadline=None)  # no timed tests
@given(
    st.lists(
        st.tuples(st.integers(1, 3 * 24 * 60), st.sampled_from([NEW, SAME, ERROR, ERROR, ERROR, GONE])), max_size=60
    )
)
def test_whatever_happens_each_incident_is_told_once_and_ends_once(polls):
    after, steps = timedelta(0), []
    for minutes, outcome in polls:
        after += minutes * MINUTE
        steps.append((after, outcome))
    _, told = live_through(a_source(), *steps)
    broken, quiet = None, False
    for kind in told:
        if kind in {"source.failing", "source.dead", "source.gone"}:
            assert (broken, kind) in {
                (None, "source.failing"), (None, "source.gone"), (None, "source.dead"),
                ("source.failing", "source.dead"), ("source.failing", "source.gone"),
            }  # fmt: skip
            broken, quiet = kind, False
        elif kind == "source.recovered":
            assert broken is not None
            broken = None
        else:
            assert broken is None
            assert quiet is (kind == "source.speaks_again")
            quiet = not quiet
