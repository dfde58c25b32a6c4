from datetime import UTC, datetime, timedelta

import pytest

from bot.core.delivery import (
    BURST_CARDS,
    CATCH_UP_AGE,
    MAX_AGE,
    NEWER_WAIT,
    ROLLUP_GAP,
    ROLLUP_WAIT,
    Drop,
    Expire,
    Hold,
    Kind,
    Pacing,
    Park,
    Queued,
    RollUp,
    Send,
    State,
    Verify,
    Wait,
    decide,
)
from bot.core.message import Message

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_row(number=1, kind=Kind.ALERT, state=State.PENDING, *, age=timedelta(), due=None, **more):
    created = NOW - age
    values = {"message": Message("x"), "attempt": 0, "expires_at": created + MAX_AGE, **more}
    return Queued(id=number, seq=number, kind=kind, state=state, created_at=created, due_at=due or created, **values)


def cards(count, *, ago=30):
    return [NOW - ago * SECOND] * count


def test_an_empty_queue_waits_for_something_new():
    assert decide([], Pacing(), NOW) == Wait(None)


def test_the_first_due_row_is_sent():
    rows = [a_row(1), a_row(2)]

    assert decide(rows, Pacing(), NOW) == Send(rows[0])


def test_a_row_that_must_wait_holds_those_after_it():
    later = NOW + 7 * SECOND

    assert decide([a_row(1, due=later), a_row(2)], Pacing(), NOW) == Wait(later)


def test_a_due_time_further_ahead_than_any_backoff_is_a_clocks_artefact():
    row = a_row(1, due=NOW + timedelta(days=300))

    assert decide([row], Pacing(), NOW) == Send(row)


def test_a_post_in_doubt_is_looked_up_only_after_it_must_have_settled():
    early = a_row(1, state=State.SENDING, settle_at=NOW + SECOND)
    settled = a_row(1, state=State.SENDING, settle_at=NOW)

    assert decide([early, a_row(2)], Pacing(), NOW) == Wait(NOW + SECOND)
    assert decide([settled, a_row(2)], Pacing(), NOW) == Verify(settled)


def test_five_cards_in_two_minutes_go_out_at_once_and_the_sixth_is_collected():
    rows = [a_row(6), a_row(7)]

    assert decide(rows, Pacing(cards_at=cards(BURST_CARDS - 1)), NOW) == Send(rows[0])
    assert decide(rows, Pacing(cards_at=cards(BURST_CARDS)), NOW) == Wait(NOW + ROLLUP_WAIT)


def test_cards_of_more_than_two_minutes_ago_do_not_count():
    rows = [a_row(6)]

    assert decide(rows, Pacing(cards_at=cards(BURST_CARDS, ago=121)), NOW) == Send(rows[0])


def test_a_rollup_carries_every_collected_alert():
    rows = [a_row(number, age=ROLLUP_WAIT) for number in range(6, 60)]

    assert decide(rows, Pacing(cards_at=cards(BURST_CARDS)), NOW) == RollUp(tuple(rows))


def test_there_is_at_most_one_rollup_in_ten_seconds():
    rows = [a_row(6, age=ROLLUP_WAIT)]
    last = NOW - 4 * SECOND

    assert decide(rows, Pacing(cards_at=cards(BURST_CARDS), rollup_at=last), NOW) == Wait(last + ROLLUP_GAP)


def test_a_rollup_that_is_made_waits_for_the_gap_too():
    roll = a_row(6, Kind.ROLLUP)
    last = NOW - 4 * SECOND

    assert decide([roll], Pacing(rollup_at=last), NOW) == Wait(last + ROLLUP_GAP)
    assert decide([roll], Pacing(), NOW) == Send(roll)


def test_a_rollup_takes_only_alerts_that_stand_before_anything_else():
    rows = [a_row(6, age=ROLLUP_WAIT), a_row(7, Kind.DIGEST), a_row(8)]

    assert decide(rows, Pacing(cards_at=cards(BURST_CARDS)), NOW) == RollUp((rows[0],))


def test_the_console_is_neither_paced_nor_rolled_up():
    rows = [a_row(6)]

    assert decide(rows, Pacing(free=True, cards_at=cards(50)), NOW) == Send(rows[0])


def test_after_an_outage_waiting_alerts_come_as_one_rollup():
    rows = [a_row(1, age=CATCH_UP_AGE + SECOND), a_row(2)]

    assert decide(rows, Pacing(), NOW) == RollUp(tuple(rows))


def test_a_single_old_alert_is_still_a_card():
    rows = [a_row(1, age=CATCH_UP_AGE + SECOND)]

    assert decide(rows, Pacing(), NOW) == Send(rows[0])


def test_a_muted_channel_holds_its_alerts_but_not_other_messages():
    until = NOW + timedelta(hours=3)
    rows = [a_row(1), a_row(2), a_row(3, Kind.NOTICE)]

    assert decide(rows, Pacing(quiet_until=until), NOW) == Hold((rows[0], rows[1]), until)
    assert decide(rows[2:], Pacing(quiet_until=until), NOW) == Send(rows[2])


def test_held_alerts_let_others_pass_and_come_as_one_rollup_when_their_time_is_over():
    held = [a_row(number, state=State.HELD, held_until=NOW) for number in (1, 2)]
    still = a_row(3, state=State.HELD, held_until=NOW + SECOND)
    notice = a_row(4, Kind.NOTICE)

    assert decide([*held, still], Pacing(), NOW) == RollUp(tuple(held))
    assert decide([still, notice], Pacing(), NOW) == Send(notice)
    assert decide([still], Pacing(), NOW) == Wait(NOW + SECOND)


def test_held_alerts_are_not_released_into_quiet_hours():
    held = a_row(1, state=State.HELD, held_until=NOW - SECOND)
    until = NOW + timedelta(hours=1)

    assert decide([held], Pacing(quiet_until=until), NOW) == Wait(until)


def test_held_alerts_never_expire_but_due_ones_do_after_a_day():
    held = a_row(1, state=State.HELD, age=timedelta(days=9), held_until=NOW + SECOND)
    stale = a_row(2, age=MAX_AGE)
    fresh = a_row(3)

    assert decide([held, stale, fresh], Pacing(), NOW) == Expire((stale,))


def test_a_row_of_a_newer_version_is_parked_once_and_left_to_newer_code_while_others_pass_it():
    unread, parked = a_row(1, message=None), a_row(1, message=None, parked=True)

    assert decide([unread, a_row(2)], Pacing(), NOW) == Park(unread, State.PENDING, "delivery.newer")
    assert decide([parked, a_row(2)], Pacing(), NOW) == Send(a_row(2))
    assert decide([parked], Pacing(), NOW) == Wait(NOW + NEWER_WAIT)


def test_a_damaged_row_is_dead_and_the_rest_goes_on():
    damaged = a_row(1, message=None, broken=True)

    assert decide([damaged, a_row(2)], Pacing(), NOW) == Park(damaged, State.DEAD, "delivery.damaged")


def test_an_unreadable_row_that_may_have_been_sent_is_looked_up_first():
    doubtful = a_row(1, state=State.SENDING, message=None, broken=True, settle_at=NOW)

    assert decide([doubtful], Pacing(), NOW) == Verify(doubtful)


def test_nothing_expires_right_after_the_clock_jumped():
    old = a_row(1, age=MAX_AGE)

    assert decide([old], Pacing(), NOW) == Expire((old,))
    assert decide([old], Pacing(may_expire=False), NOW) == Send(old)


def test_cards_and_rollups_from_the_future_are_a_clocks_artefact_and_count_for_nothing():
    ahead = NOW + timedelta(hours=20)
    rows = [a_row(6, age=ROLLUP_WAIT)]

    assert decide(rows, Pacing(cards_at=[ahead] * 9), NOW) == Send(rows[0])
    assert decide(rows, Pacing(cards_at=cards(BURST_CARDS), rollup_at=ahead), NOW) == RollUp((rows[0],))


@pytest.mark.parametrize("kind", [Kind.EDIT, Kind.THREAD])
def test_an_edit_of_a_card_that_was_never_posted_is_dropped(kind):
    orphan = a_row(1, kind)

    assert decide([orphan], Pacing(), NOW) == Drop(orphan)
    assert decide([a_row(1, kind, target="17.2")], Pacing(), NOW) == Send(a_row(1, kind, target="17.2"))


def test_a_counter_whose_time_has_not_come_holds_nobody_up():
    counter = a_row(1, Kind.EDIT, due=NOW + 90 * SECOND, target="ts")
    alert = a_row(2)

    assert decide([counter, alert], Pacing(), NOW) == Send(alert)
    assert decide([counter], Pacing(), NOW) == Wait(NOW + 90 * SECOND)
    assert decide([counter], Pacing(), NOW + 90 * SECOND) == Send(counter)


def test_an_edit_that_was_refused_for_now_is_tried_again_in_its_place():
    tried = a_row(1, Kind.EDIT, due=NOW + 90 * SECOND, target="ts", attempt=1)

    assert decide([tried, a_row(2)], Pacing(), NOW) == Wait(NOW + 90 * SECOND)


def test_a_post_in_doubt_comes_before_a_counter_whose_time_has_come():
    counter = a_row(1, Kind.EDIT, target="ts")
    doubtful = a_row(2, state=State.SENDING, settle_at=NOW + SECOND)

    assert decide([counter, doubtful], Pacing(), NOW) == Wait(NOW + SECOND)


def test_a_counter_and_a_held_alert_wait_for_whichever_comes_first():
    counter = a_row(1, Kind.EDIT, due=NOW + 90 * SECOND, target="ts")
    held = a_row(2, state=State.HELD, held_until=NOW + 30 * SECOND)

    assert decide([counter, held], Pacing(), NOW) == Wait(NOW + 30 * SECOND)
