from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.core.digest import (
    Days,
    DigestContent,
    DigestSettings,
    DigestStory,
    Slot,
    Telling,
    choose,
    due_slot,
    is_day_off,
    next_slot,
    quiet_days,
    telling,
)
from bot.core.news import ChannelRef, Watch

SEOUL, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def settings(*times, days=Days.WEEKDAYS, zone="Asia/Seoul", since=LONG_AGO):
    return DigestSettings(times=tuple(time.fromisoformat(each) for each in times), since=since, days=days, zone=zone)


def seoul(text):
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL).astimezone(UTC)


def test_a_slot_is_due_from_its_time_on_and_only_once():
    morning = settings("07:30")
    assert due_slot(morning, seoul("2026-07-22 07:29"), None) is None
    slot = due_slot(morning, seoul("2026-07-22 07:30"), None)
    assert slot is not None
    assert (slot.key, slot.at) == ("2026-07-22 07:30", seoul("2026-07-22 07:30"))
    assert due_slot(morning, seoul("2026-07-22 07:31"), slot) is None
    assert due_slot(morning, seoul("2026-07-23 07:30"), slot).covers_from == slot.at


def test_a_missed_slot_comes_late_within_three_hours_else_with_the_next():
    morning = settings("07:30")
    told = due_slot(morning, seoul("2026-07-21 07:30"), None)
    assert due_slot(morning, seoul("2026-07-22 10:29"), told).key == "2026-07-22 07:30"
    assert due_slot(morning, seoul("2026-07-22 10:31"), told) is None
    assert due_slot(morning, seoul("2026-07-23 07:30"), told).covers_from == told.at


def test_two_slots_missed_together_come_as_one():
    both = settings("07:30", "08:30")
    told = due_slot(both, seoul("2026-07-21 08:30"), None)
    slot = due_slot(both, seoul("2026-07-22 09:00"), told)
    assert (slot.key, slot.covers_from) == ("2026-07-22 08:30", told.at)
    assert due_slot(both, seoul("2026-07-22 09:01"), slot) is None


def test_a_digest_set_up_after_its_time_waits_for_the_next_day():
    fresh = settings("07:30", since=seoul("2026-07-22 08:00"))
    assert due_slot(fresh, seoul("2026-07-22 08:01"), None) is None
    assert next_slot(fresh, seoul("2026-07-22 08:01")).key == "2026-07-23 07:30"


def test_the_first_digest_covers_the_time_since_the_slot_before():
    assert due_slot(settings("07:30"), seoul("2026-07-22 07:30"), None).covers_from == seoul("2026-07-21 07:30")
    alone = settings("07:30", days=Days.WEEKDAYS)
    assert due_slot(alone, seoul("2026-07-20 07:30"), None).covers_from == seoul("2026-07-16 07:30")


def test_weekdays_in_korea_leave_out_public_holidays_and_their_substitutes():
    assert is_day_off(date(2026, 7, 17), "Asia/Seoul")  # 제헌절, a public holiday again from 2026
    assert is_day_off(date(2026, 8, 17), "Asia/Seoul")  # the substitute of a 광복절 on Saturday
    assert not is_day_off(date(2026, 8, 17), "Europe/Berlin")
    assert is_day_off(date(2026, 8, 16), "Europe/Berlin")
    assert next_slot(settings("07:30"), seoul("2026-02-13 08:00")).key == "2026-02-19 07:30"  # 설날 16 to 18
    assert next_slot(settings("07:30", days=Days.DAILY), seoul("2026-02-13 08:00")).key == "2026-02-14 07:30"


def new_york(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


def slots_of_a_day(zone_settings, start):
    last, keys = None, []
    for minute in range(0, 24 * 60, 5):
        slot = due_slot(zone_settings, start + timedelta(minutes=minute), last)
        if slot:
            last = slot
            keys.append(slot.key)
    return keys


def test_a_time_that_daylight_saving_skips_or_repeats_comes_once():
    night = settings(
        "01:30", "02:30", "03:15", days=Days.DAILY, zone="America/New_York", since=new_york("2026-03-08 00:00")
    )
    assert sorted(slots_of_a_day(night, new_york("2026-03-08 00:00"))) == [
        "2026-03-08 01:30",
        "2026-03-08 02:30",
        "2026-03-08 03:15",
    ]
    back = settings("01:30", days=Days.DAILY, zone="America/New_York", since=new_york("2026-11-01 00:00"))
    assert slots_of_a_day(back, new_york("2026-11-01 00:00")) == ["2026-11-01 01:30"]


@hypothesis_settings(deadline=None)  # no timed tests
@given(
    times=st.sets(st.times(), min_size=1, max_size=4),
    zone=st.sampled_from(["Asia/Seoul", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]),
    gaps=st.lists(st.integers(min_value=1, max_value=60 * 30), max_size=30),
)
def test_no_slot_is_told_twice_whenever_we_look(times, zone, gaps):
    now = new_york("2026-03-06 00:00")
    asked = DigestSettings(tuple(times), since=now, days=Days.DAILY, zone=zone)
    last, seen = None, set()
    for gap in gaps:
        now += timedelta(minutes=gap)
        slot = due_slot(asked, now, last)
        if slot:
            assert slot.at not in seen
            assert slot.covers_from < slot.at <= now <= slot.at + timedelta(hours=3)
            last = slot
            seen.add(slot.at)


def test_without_times_nothing_is_due_and_nothing_is_next():
    assert due_slot(settings(), seoul("2026-07-22 07:30"), None) is None
    assert next_slot(settings(), seoul("2026-07-22 07:30")) is None


def test_a_first_digest_without_an_earlier_slot_covers_at_most_a_week():
    after_holidays = settings("07:30", days=Days.WEEKDAYS)
    slot = due_slot(
        after_holidays,
        seoul("2025-10-10 07:30"),
        Slot(date(2025, 10, 2), time(7, 30), seoul("2025-10-02 07:30"), LONG_AGO),
    )
    assert slot.covers_from == seoul("2025-10-02 07:30")  # 추석 3 to 9 October
    assert due_slot(after_holidays, seoul("2025-10-10 07:30"), None).covers_from == seoul("2025-10-03 07:30")


START, END = seoul("2026-07-21 07:30"), seoul("2026-07-22 07:30")


def a_watch(number, expression="LG전자"):
    return Watch(number, ChannelRef.parse("console:local/main"), expression, LONG_AGO, number=number)


def a_story(number, title="", outlets=1, watch_ids=(1,), hours=1, hit=False, outlet="한길일보"):
    return DigestStory(
        number,
        title or f"제목{number} " + "가나다라마바사"[number % 7] * 9,
        "https://n.example",
        outlet,
        outlets,
        watch_ids,
        START + timedelta(hours=hours),
        hit,
    )


def test_stories_are_ranked_by_outlets_then_headline_hits_then_recency():
    stories = [a_story(1), a_story(2, hours=20), a_story(3, hit=True), a_story(4, outlets=12)]
    content = choose(stories, [a_watch(1)], 10, start=START, end=END)
    assert [story.story_id for story in content.groups[0].stories] == [4, 3, 2, 1]


def test_one_event_told_in_other_words_does_not_fill_the_digest():
    alike = [a_story(n, f"한빛전자 강릉에 배터리 공장 짓는다 {n}", outlets=8) for n in (1, 2, 3)]
    content = choose(
        [*alike, a_story(4, "바른식품 새 대표에 오민수", outlets=2)], [a_watch(1)], 2, start=START, end=END
    )
    assert [story.story_id for story in content.groups[0].stories] == [1, 4]
    assert [story.story_id for story in content.more] == [2, 3]


def test_a_story_stands_under_its_first_watch_and_quiet_watches_are_named():
    watches = [a_watch(1), a_watch(2), a_watch(3)]
    content = choose(
        [a_story(1, watch_ids=(9, 2, 1)), a_story(1, watch_ids=(9, 2, 1)), a_story(2, watch_ids=(9,))],
        watches,
        10,
        start=START,
        end=END,
    )
    assert [(group.watch.id, len(group.stories)) for group in content.groups] == [(2, 1)]
    assert [watch.id for watch in content.quiet] == [3]


def test_no_stories_make_an_empty_digest():
    content = choose([], [a_watch(1)], 5, start=END, end=END)
    assert content.is_empty
    assert content.quiet == (a_watch(1),)
    assert not choose([a_story(1)], [a_watch(1)], 5, start=END, end=END).is_empty


@pytest.mark.parametrize(
    ("quiet_since", "heartbeat_on", "expected"),
    [
        (None, None, Telling.NOTHING),
        (date(2026, 7, 21), None, Telling.NOTHING),
        (date(2026, 7, 20), None, Telling.HEARTBEAT),
        (date(2026, 7, 18), date(2026, 7, 20), Telling.NOTHING),
        (date(2026, 7, 17), date(2026, 7, 19), Telling.HEARTBEAT),
    ],
)
def test_empty_digests_are_skipped_with_a_heartbeat_every_three_days(quiet_since, heartbeat_on, expected):
    assert telling(DigestContent(), date(2026, 7, 22), quiet_since=quiet_since, heartbeat_on=heartbeat_on) is expected


def test_a_digest_with_stories_is_told_whatever_was_before():
    content = choose([a_story(1)], [a_watch(1)], 5, start=START, end=END)
    assert telling(content, date(2026, 7, 22), quiet_since=date(2026, 7, 1), heartbeat_on=None) is Telling.DIGEST
    assert quiet_days(date(2026, 7, 22), date(2026, 7, 20)) == 3
