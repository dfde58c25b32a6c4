import asyncio
from datetime import timedelta

import pytest

from bot.adapters.store.outbox import LostLease, Outcome
from bot.core.delivery import Kind, State, decide
from bot.core.errors import GiveUp, InDoubt, Reach, TryLater
from bot.core.news import ChannelRef, Platform
from tests.fakes.office import HERE, LEASE, THERE, TIMEOUT, Office
from tests.fakes.poster import FakePoster, once


@pytest.fixture
def office(store, clock):
    return Office(store, clock)


async def test_a_message_is_posted_once_and_confirmed(office):
    number = await office.say("하나")

    assert await office.deliver() == 1
    assert office.poster.texts() == ["하나"]
    assert await office.state(number) is State.SENT
    assert await office.deliver() == 0


async def test_messages_of_a_channel_keep_their_order_and_channels_do_not_wait_for_each_other(office):
    for text in ("하나", "둘", "셋"):
        await office.say(text)
    await office.say("다른 곳", THERE)

    await office.deliver()

    assert office.poster.texts(HERE) == ["하나", "둘", "셋"]
    assert office.poster.texts(THERE) == ["다른 곳"]


async def test_the_same_kind_and_key_is_queued_once(office):
    first = await office.say("하나", kind=Kind.DIGEST, key="2026-11-25/07:30")
    again = await office.say("하나", kind=Kind.DIGEST, key="2026-11-25/07:30")

    await office.deliver()

    assert first is not None
    assert again is None
    assert office.poster.texts() == ["하나"]


async def test_a_refusal_for_now_waits_as_long_as_asked_and_holds_the_channel(office, clock):
    office.poster.before = once(TryLater("delivery.rate_limited", after_seconds=30, reach=Reach.CHANNEL))
    await office.say("하나")
    await office.say("둘")

    await office.deliver()
    assert office.poster.texts() == []

    clock.move(seconds=29)
    assert await office.deliver() == 0

    clock.move(seconds=4)
    await office.deliver()
    assert office.poster.texts() == ["하나", "둘"]


async def test_a_refusal_for_good_parks_that_message_and_the_channel_goes_on(office):
    office.poster.before = once(GiveUp("delivery.payload", pointer="/blocks/1"))
    number = await office.say("독")
    await office.say("약")

    await office.deliver()

    assert await office.state(number) is State.DEAD
    assert office.poster.texts() == ["약"]
    dead = await office.store.outbox.dead(HERE)
    assert [(row.reason, row.reason_values) for row in dead] == [("delivery.payload", {"pointer": "/blocks/1"})]


async def test_a_dead_letter_is_sent_again_when_somebody_asks(office):
    office.poster.before = once(GiveUp("delivery.payload"))
    await office.say("다시")
    await office.deliver()

    assert await office.store.outbox.retry_dead(HERE) == 1
    await office.deliver()

    assert office.poster.texts() == ["다시"]


async def test_a_message_that_breaks_the_renderer_is_parked_and_the_channel_goes_on(office):
    office.poster.before = once(RuntimeError("a poison article"))
    number = await office.say("독")
    await office.say("약")

    await office.deliver()

    assert await office.state(number) is State.DEAD
    assert office.poster.texts() == ["약"]


async def test_a_channel_that_is_gone_pauses_at_once_and_loses_nothing(office):
    office.poster.before = once(GiveUp("delivery.archived", reach=Reach.CHANNEL))
    await office.say("하나")
    await office.say("둘")

    await office.deliver()
    assert await office.deliver() == 0
    settings = await office.store.channels.settings(HERE)
    assert (settings.state, settings.pause_reason) == ("paused", "delivery.archived")

    await office.store.channels.resume(HERE)
    await office.deliver()
    assert office.poster.texts() == ["하나", "둘"]


async def test_an_answer_that_was_lost_is_looked_up_after_it_settled_and_not_posted_twice(office, clock):
    office.poster.after = once(InDoubt("delivery.unreachable"))
    number = await office.say("하나")

    await office.deliver()
    assert await office.state(number) is State.SENDING

    clock.move(seconds=2 * TIMEOUT - 1)
    await office.deliver()
    assert office.poster.looked == 0

    clock.move(seconds=2)
    await office.deliver()
    assert office.poster.looked == 1
    assert office.poster.texts() == ["하나"]
    assert await office.state(number) is State.SENT


async def test_a_request_that_was_lost_is_looked_up_and_posted_again(office, clock):
    office.poster.before = once(InDoubt("delivery.unreachable"))
    number = await office.say("하나")
    await office.deliver()

    clock.move(seconds=2 * TIMEOUT + 1)
    await office.deliver()

    assert office.poster.texts() == ["하나"]
    assert await office.state(number) is State.SENT


async def test_where_nobody_can_look_the_message_goes_out_again_with_the_same_key(office, clock):
    office.poster.may_look = False
    office.poster.nonces = True
    office.poster.after = once(InDoubt("delivery.unreachable"))
    await office.say("하나")
    await office.deliver()

    clock.move(seconds=2 * TIMEOUT + 1)
    await office.deliver()

    assert office.poster.texts() == ["하나"]


async def test_a_process_that_dies_after_the_mark_leaves_its_message_to_the_next_one(store, clock):
    dead, alive = Office(store, clock, "dead"), Office(store, clock, "alive")
    alive.poster = dead.poster
    alive.delivering.posters = {Platform.SLACK: dead.poster}
    number = await dead.say("하나")
    claims = await store.outbox.claim("dead", lease=timedelta(seconds=LEASE), limit=5, platforms=["slack"])
    marked = await store.outbox.step(
        claims[0],
        None,
        decide,
        lease=timedelta(seconds=LEASE),
        settle=timedelta(seconds=2 * TIMEOUT),
        pacing=lambda now: dead.delivering._pacing(claims[0], now),
    )
    assert marked.row.id == number

    assert await alive.deliver() == 0
    clock.move(seconds=LEASE + 1)
    await alive.deliver()

    assert dead.poster.texts() == ["하나"]
    assert await alive.state(number) is State.SENT


async def test_a_process_that_slept_past_its_lease_writes_nothing(store, clock):
    slow, quick = Office(store, clock, "slow"), Office(store, clock, "quick")
    await slow.say("하나")
    span = {"lease": timedelta(seconds=LEASE), "settle": timedelta(seconds=2 * TIMEOUT)}
    (claim,) = await store.outbox.claim("slow", lease=span["lease"], limit=5, platforms=["slack"])
    pacing = {"pacing": lambda now: slow.delivering._pacing(claim, now)}
    marked = await store.outbox.step(claim, None, decide, **span, **pacing)
    clock.move(seconds=LEASE + 1)
    await quick.deliver()

    with pytest.raises(LostLease):
        await store.outbox.step(claim, Outcome(marked.row, State.DEAD), decide, **span, **pacing)

    assert await quick.state(marked.row.id) is State.SENT
    assert quick.poster.texts() == ["하나"]


async def test_a_process_that_slept_past_its_deadline_does_not_send(office, clock):
    def every_look_is_later():
        office.ticks += TIMEOUT + 1
        return clock.now.timestamp() + office.ticks

    number = await office.say("하나")
    office.delivering.monotonic = every_look_is_later

    await office.deliver()

    assert office.poster.texts() == []
    assert await office.state(number) is State.SENDING


async def test_the_sixth_card_in_two_minutes_waits_for_a_rollup_that_reaches_every_article(office, clock):
    for number in range(12):
        await office.say(f"기사 {number}", kind=Kind.ALERT, key=str(number))

    await office.deliver()
    assert office.poster.texts() == [f"기사 {number}" for number in range(5)]

    clock.move(seconds=6)
    await office.deliver()
    rollup = office.poster.posts[5].message
    listed = [item[0].text for item in rollup.parts[1].items]
    assert rollup.text == "새 기사 7건"
    assert listed == [f"기사 {number}" for number in range(5, 12)]
    assert len(office.poster.posts) == 6


async def test_a_muted_channel_gets_one_rollup_when_the_mute_ends(office, clock):
    await office.store.channels.change(HERE, muted_until=clock.now + timedelta(hours=1))
    for number in range(3):
        await office.say(f"기사 {number}", kind=Kind.ALERT, key=str(number))
    await office.say("알림", kind=Kind.NOTICE)

    await office.deliver()
    assert office.poster.texts() == ["알림"]

    clock.move(hours=1, seconds=1)
    await office.deliver()
    assert office.poster.texts() == ["알림", "모아 둔 알림 3건"]


async def test_what_could_not_be_delivered_for_a_day_is_summed_up_in_one_line(office, clock):
    await office.store.channels.pause(HERE, GiveUp("delivery.archived"))
    for number in range(3):
        await office.say(f"기사 {number}", kind=Kind.ALERT, key=str(number))
    clock.move(hours=25)

    await office.store.channels.resume(HERE)
    await office.deliver()

    assert office.poster.texts() == ["장애 동안 알림 3건이 만료되었습니다"]


async def test_six_hours_of_outage_lose_nothing_and_ask_at_most_every_ten_minutes(office, clock):
    tries = []

    def down(post):
        tries.append(clock.now)
        raise TryLater("delivery.unreachable")

    office.poster.before = down
    for number in range(40):
        await office.say(f"기사 {number}", kind=Kind.ALERT, key=str(number))
    end = clock.now + timedelta(hours=6)
    while clock.now < end:
        await office.deliver()
        clock.move(seconds=300)
    settled = [at for at in tries if at > end - timedelta(hours=5)]

    office.poster.forget()
    clock.move(minutes=11)
    await office.deliver()

    assert len(settled) <= 5 * 6 + 1
    told = "\n".join(
        [post.message.text for post in office.poster.posts]
        + [
            item[0].text
            for post in office.poster.posts
            for part in post.message.parts[1:]
            for item in getattr(part, "items", ())
        ]
    )
    assert all(f"기사 {number}" in told for number in range(30))
    assert len(office.poster.posts) <= 2


async def test_a_broken_platform_does_not_slow_the_others(store, clock):
    stuck = FakePoster(Platform.SLACK, hold=asyncio.Event())
    fine = FakePoster(Platform.DISCORD)
    office = Office(store, clock, poster=stuck)
    office.delivering.posters = {Platform.SLACK: stuck, Platform.DISCORD: fine}
    await office.say("막힘")
    await office.say("흐름", ChannelRef(Platform.DISCORD, "1", "2"))

    await office.delivering.deliver_due()
    await asyncio.wait_for(fine.arrived.wait(), 10)
    assert stuck.texts() == []

    stuck.hold.set()
    await office.delivering.join()
    assert stuck.texts() == ["막힘"]


async def test_a_stopping_process_gives_its_channels_back(office):
    await office.say("하나")
    office.delivering.stopping = True

    assert await office.deliver() == 0

    office.delivering.stopping = False
    await office.deliver()
    assert office.poster.texts() == ["하나"]
