"""The 22 faults of facts/delivery.md §6, by number; those that need several processes are in tests/crash too."""

import asyncio
import os
import signal
import sqlite3
import sys
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE

import pytest
from sqlalchemy import event, insert, select, text, update

from bot.adapters.store import Store, database
from bot.adapters.store.database import Database
from bot.adapters.store.digests import DigestRun
from bot.adapters.store.housekeeping import put_back
from bot.adapters.store.outbox import Outbox, enqueue
from bot.adapters.store.tables import CHANNEL, DELIVERY, SOURCE, sosik_now
from bot.app import OneRun
from bot.core.compose import Voice
from bot.core.delivery import Kind, State
from bot.core.errors import GiveUp, InDoubt, Reach, TryLater
from bot.core.message import to_json
from bot.core.news import ChannelRef, Platform
from tests.fakes.office import HERE, LEASE, THERE, TIMEOUT, Office, a_message
from tests.fakes.poster import FakePoster, once
from tests.scenarios.newsroom import newsroom

DAY = 86_400.0


@pytest.fixture
def office(store, clock):
    return Office(store, clock)


class TroubledOutbox(Outbox):
    """A database that goes away while an outcome is written, before or after it was committed."""

    times = 0
    after = False

    async def step(self, claim, outcome, decide, **how):
        if outcome is None or self.times == 0:
            return await super().step(claim, outcome, decide, **how)
        self.times -= 1
        if self.after:
            await super().step(claim, outcome, decide, **how)
        raise TryLater("database.away", detail="terminating connection")


def troubled(office, times, *, after=False):
    outbox = TroubledOutbox(office.store.db, default_voice=office.store.outbox._voice)
    outbox.times, outbox.after = times, after
    office.store.outbox = outbox
    office.delivering.rest = rested = Rest()
    return rested


class Rest(list):
    async def __call__(self, seconds):
        self.append(seconds)


async def queue_alerts(store, ref, count):
    """Many alerts at once, as quickly as the database takes them."""
    channel = (await store.channels.settings(ref)).id
    async with store.db.writing() as connection:
        now = (await connection.execute(select(sosik_now()))).scalar_one()
        common = {"channel_id": channel, "kind": Kind.ALERT, "state": State.PENDING, "created_at": now, "due_at": now}
        rows = [
            {
                **common,
                "seq": number,
                "dedupe_key": str(number),
                "payload": to_json(a_message(f"{ref.channel}/{number}", Kind.ALERT)),
                "expires_at": now + timedelta(days=1),
            }
            for number in range(1, count + 1)
        ]
        await connection.execute(insert(DELIVERY), rows)
        await connection.execute(
            update(CHANNEL).where(CHANNEL.c.id == channel).values(next_seq=count + 1, next_due_at=now)
        )


def jump(office, clock, seconds):
    """The database's clock is set, ours goes on."""
    clock.move(seconds=seconds)
    office.ticks -= seconds


async def test_1_killed_before_the_commit_nothing_is_queued_and_reading_again_queues_once(office, store):
    await store.channels.settings(HERE)
    channel = (await store.channels.settings(HERE)).id

    async def accept(*, die):
        async with store.db.writing() as connection:
            await enqueue(connection, channel, kind=Kind.ALERT, dedupe_key="1", message=a_message("하나", Kind.ALERT))
            if die:
                raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await accept(die=True)
    await office.deliver()
    assert office.poster.texts() == []

    await accept(die=False)
    await accept(die=False)
    await office.deliver()
    assert office.poster.texts() == ["하나"]


async def test_2_killed_after_the_commit_the_next_process_sends(store, clock):
    await Office(store, clock, "dead").say("하나")
    alive = Office(store, clock, "alive")

    await alive.deliver()

    assert alive.poster.texts() == ["하나"]


async def test_4_killed_after_the_platform_accepted_it_is_found_and_not_sent_again(store, clock):
    dead, alive = Office(store, clock, "dead"), Office(store, clock, "alive")
    alive.delivering.posters = {Platform.SLACK: dead.poster}
    number = await dead.say("하나")
    await dead.say("둘")
    dead.poster.after = once(asyncio.CancelledError())  # type: ignore[arg-type]

    await dead.deliver()
    assert dead.poster.texts() == ["하나"]
    clock.move(seconds=LEASE + 1)
    await alive.deliver()

    assert dead.poster.texts() == ["하나", "둘"]
    assert await alive.state(number) is State.SENT


async def test_6_a_freeze_while_the_mark_is_committed_counts_against_the_deadline(office, store):
    number = await office.say("하나")

    def freeze(_connection):
        office.ticks += TIMEOUT + 1

    event.listen(store.db._writer.sync_engine, "commit", freeze)
    await office.deliver()
    event.remove(store.db._writer.sync_engine, "commit", freeze)

    assert office.poster.texts() == []
    assert await office.state(number) is State.SENDING


@pytest.mark.parametrize("answers", ["refuses", "breaks"])
async def test_7_six_hours_of_outage_with_a_thousand_pending_lose_none_and_probe_every_ten_minutes(
    office, store, clock, answers
):
    channels = [ChannelRef(Platform.SLACK, "T1", f"C{number}") for number in range(4)]
    for ref in channels:
        await queue_alerts(store, ref, 250)
    begin, probes = clock.now, []

    def down(where):
        probes.append((where, clock.now))
        raise TryLater("delivery.unreachable") if answers == "refuses" else InDoubt("delivery.unknown")

    async def cannot_find(channel, key, since, thread=""):
        down(channel)

    office.poster.before, office.poster.find = lambda post: down(post.channel), cannot_find
    while clock.now < begin + timedelta(hours=6):
        await office.deliver()
        clock.move(seconds=211 if clock.now > begin + timedelta(hours=5) else 1500)
    last_hour = [at for where, at in probes if where == channels[0] and at > begin + timedelta(hours=5)]
    assert 1 <= len(last_hour) <= 6

    office.poster.forget()
    del office.poster.find
    for _ in range(3):
        clock.move(minutes=11)
        await office.deliver()
    carried = 0
    for post in office.poster.posts:
        rows = await store.outbox.carried(int(post.key.partition("-")[0], 16))
        carried += len(rows) or 1
    assert carried == 1000
    assert len(office.poster.posts) <= 2 * len(channels)


async def test_8_a_limit_of_the_whole_platform_holds_every_channel_for_its_time(office, clock):
    office.poster.before = once(TryLater("delivery.rate_limited", after_seconds=30, reach=Reach.PLATFORM))
    await office.say("하나")
    await office.deliver()
    await office.say("다른 곳", THERE)

    assert await office.deliver() == 0
    clock.move(seconds=34)
    await office.deliver()

    assert sorted(office.poster.texts()) == ["다른 곳", "하나"]


async def test_10_a_revoked_token_pauses_the_workspace_and_keeps_what_waits(office, store, clock):
    office.poster.before = once(GiveUp("delivery.token", reach=Reach.WORKSPACE, error="token_revoked"), 99)
    number = await office.say("하나")
    await office.deliver()
    await office.say("다른 곳", THERE)
    elsewhere = ChannelRef(Platform.SLACK, "T2", "C1")
    office.poster.forget()
    await office.say("다른 워크스페이스", elsewhere)

    await office.deliver()
    assert office.poster.texts() == ["다른 워크스페이스"]
    assert await office.state(number) is State.PENDING

    clock.move(days=1)
    await store.housekeeping.tidy()
    await store.outbox.try_paused_workspaces()
    await office.say("새 토큰")
    await office.deliver()
    assert "새 토큰" in office.poster.texts(HERE)


async def test_10_an_uninstalled_workspace_is_kept_for_thirty_days_without_a_call(office, store, clock):
    await office.say("하나")
    await store.channels.set_workspace(Platform.SLACK, "T1", "gone")

    await office.deliver()
    clock.move(days=29)
    await store.housekeeping.tidy()
    assert len(await store.channels.all()) == 1
    clock.move(days=2)
    await store.housekeeping.tidy()

    assert await store.channels.all() == ()
    assert office.poster.texts() == []


async def test_11_an_outcome_is_offered_until_the_database_is_back(office):
    rested = troubled(office, 5)
    number = await office.say("하나")
    await office.say("둘")

    await office.deliver()

    assert office.poster.texts() == ["하나", "둘"]
    assert await office.state(number) is State.SENT
    assert list(rested) == [0.1, 0.2, 0.4, 0.8, 1.6]


async def test_11_a_database_that_stays_away_leaves_the_message_in_doubt_and_it_is_found(office, clock):
    rested = troubled(office, 10_000)

    async def rest(seconds):
        rested.append(seconds)
        office.ticks += seconds

    office.delivering.rest = rest
    number = await office.say("하나")
    await office.deliver()
    assert await office.state(number) is State.SENDING

    office.store.outbox.times = 0
    clock.move(seconds=LEASE + 1)
    await office.deliver()

    assert office.poster.texts() == ["하나"]
    assert await office.state(number) is State.SENT


async def test_12_a_commit_that_nobody_heard_of_is_read_again_and_not_assumed(office, clock):
    troubled(office, 1, after=True)
    numbers = [await office.say(each) for each in ("하나", "둘", "셋")]

    await office.deliver()
    clock.move(seconds=2 * TIMEOUT + 1)
    await office.deliver()

    assert office.poster.texts() == ["하나", "둘", "셋"]
    assert {await office.state(number) for number in numbers} == {State.SENT}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_13_a_full_disk_leaves_no_half_transaction_and_work_goes_on_when_there_is_room(office, store):
    await office.say("하나")
    async with store.db.reading() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
    await store.db.statement(f"PRAGMA max_page_count = {pages}")

    async def fill():
        for number in range(200):
            await office.say("가" * 2000, THERE, key=str(number))

    with pytest.raises(TryLater) as full:
        await fill()
    assert full.value.key == "database.full"
    before = await store.outbox.waiting()
    with pytest.raises(TryLater):
        await fill()
    assert (await store.outbox.waiting()).pending == before.pending

    await store.db.statement("PRAGMA max_page_count = 1000000")
    await office.deliver()
    assert office.poster.texts(HERE) == ["하나"]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_14_marks_survive_a_power_cut(store, monkeypatch):
    monkeypatch.setattr(database, "SYNCHRONOUS", database.DURABLE)
    async with Database(store.db.url) as db, db.writing() as connection:
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar_one() == 2
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"


async def test_15_a_clock_set_a_day_ahead_expires_nothing(office, clock):
    office.poster.before = once(TryLater("delivery.unreachable"))
    for number in range(3):
        await office.say(f"기사 {number}", kind=Kind.ALERT, key=str(number))
    await office.deliver()

    jump(office, clock, DAY + 60)
    await office.deliver()
    clock.move(seconds=60)
    await office.deliver()

    assert office.poster.texts() == ["새 기사 3건"]


async def test_15_a_clock_set_a_day_back_leaves_no_channel_stuck(office, store, clock):
    office.poster.before = once(TryLater("delivery.unreachable"))
    await office.say("하나")
    await office.deliver()
    await office.say("다른 곳", THERE)
    await store.outbox.claim("dead", lease=timedelta(seconds=LEASE), limit=1, platforms=["slack"])

    jump(office, clock, -DAY)
    await office.deliver()

    assert sorted(office.poster.texts()) == ["다른 곳", "하나"]


async def test_15_no_jump_of_the_clock_serves_a_digest_twice(store, clock):
    slot = DigestRun("2026-11-25", "07:30", clock.now)

    async def serve():
        return await store.digests.run(HERE, slot, message=a_message("요약"), next_due=clock.now, state=None)

    assert await serve()
    for days in (1, -2, 1):
        clock.move(days=days)
        assert not await serve()


def test_16_a_second_run_on_one_file_is_refused_with_a_sentence(tmp_path):
    with OneRun(tmp_path / "sosik.db"):
        with pytest.raises(GiveUp) as refused, OneRun(tmp_path / "sosik.db"):
            pass
        assert refused.value.key == "run.twice"
    with OneRun(tmp_path / "sosik.db"):
        pass


async def test_17_two_workers_never_poll_one_source_at_the_same_time(store, clock):
    await store.sources.add("https://n.example/rss", workspace=None)
    lease = timedelta(seconds=LEASE)

    taken = [await store.sources.claim_due(owner, lease=lease, limit=5) for owner in ("one", "two")]
    assert [len(each) for each in taken] == [1, 0]

    clock.move(seconds=LEASE + 1)
    (again,) = await store.sources.claim_due("two", lease=lease, limit=5)
    assert not await store.sources.finish(taken[0][0], {})
    assert await store.sources.finish(again, {SOURCE.c.etag.name: "x"})


async def test_19_a_row_of_a_newer_version_is_parked_with_its_reason_and_the_channel_goes_on(office, store):
    number = await office.say("내일의 모양")
    async with store.db.writing() as connection:
        await connection.execute(update(DELIVERY).where(DELIVERY.c.id == number).values(payload_version=99, kind="new"))
    await office.say("오늘")

    await office.deliver()

    assert office.poster.texts() == ["오늘"]
    row = await store.outbox.get(number)
    assert (row.state, row.reason) == (State.PENDING, "delivery.newer")


async def test_20_a_damaged_row_is_dead_with_its_reason_and_the_channel_goes_on(office, store):
    number = await office.say("독")
    async with store.db.writing() as connection:
        await connection.execute(update(DELIVERY).where(DELIVERY.c.id == number).values(payload="{"))
    await office.say("약")

    await office.deliver()

    assert office.poster.texts() == ["약"]
    row = await store.outbox.get(number)
    assert (row.state, row.reason) == (State.DEAD, "delivery.damaged")


async def test_21_a_terminated_process_ends_well_within_twenty_seconds(tmp_path):
    env = {"PATH": os.environ["PATH"], "SOSIK_HOME": str(tmp_path), "SOSIK_SOURCES": "own", "SOSIK_HTTP_PORT": "0"}
    env |= {"SOSIK_MIN_POLL_SECONDS": "1", "SOSIK_ALLOWED_NETWORKS": "127.0.0.0/8", "SOSIK_ALLOWED_PORTS": "1024-65535"}
    env |= {"PYTHONPATH": str(Path(__file__).parents[2])}
    async with newsroom() as room:
        for words in (["say", "--in", "console:local/main", f"출처 add {room.feed}"], ["run"]):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                *words,
                env=env,
                cwd=tmp_path,
                stderr=PIPE,
                stdout=PIPE,
            )
            if words != ["run"]:
                assert await process.wait() == 0, (await process.communicate())[1].decode()
        await room.polled(1)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            _, errors = await process.communicate()
    assert process.returncode == 0
    assert "Traceback" not in errors.decode()


async def test_21_what_still_hangs_when_the_time_is_over_is_left_in_doubt(store, clock):
    entered = asyncio.Event()

    class Hold(asyncio.Event):
        async def wait(self):
            entered.set()
            return await super().wait()

    office = Office(store, clock, poster=FakePoster(hold=Hold()))
    number = await office.say("하나")
    await office.delivering.deliver_due()
    await entered.wait()

    await office.delivering.abandon()

    assert await office.state(number) is State.SENDING


async def test_22_a_request_that_is_delivered_twice_acts_once_within_half_an_hour(store, clock):
    assert await store.channels.first_time("slack:Ev1")
    assert not await store.channels.first_time("slack:Ev1")
    clock.move(minutes=10)
    await store.housekeeping.tidy()
    assert not await store.channels.first_time("slack:Ev1")


async def test_more_held_alerts_than_a_step_reads_do_not_hide_what_passes_them(office, store, clock):
    await store.channels.change(HERE, muted_until=clock.now + timedelta(hours=9))
    await queue_alerts(store, HERE, 510)
    await office.deliver()
    await office.say("알림")

    await office.deliver()
    assert office.poster.texts() == ["알림"]

    clock.move(hours=10)
    for _ in range(3):
        await office.deliver()
        clock.move(seconds=11)
    carried = [len(await store.outbox.carried(int(post.key.partition("-")[0], 16))) for post in office.poster.posts[1:]]
    assert sum(carried) == 510


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_copy_that_was_put_back_looks_before_it_sends(office, store, clock, tmp_path):
    sent_later = await office.say("나중에 보낸 것")
    await store.housekeeping.backup(tmp_path / "copy.db")
    with pytest.raises(FileExistsError):
        await store.housekeeping.backup(tmp_path / "copy.db")
    await office.deliver()
    put_back(tmp_path / "copy.db", tmp_path / "back.db")

    async with Store(f"sqlite:///{tmp_path / 'back.db'}", voice=Voice(), clock=clock) as back:
        after = Office(back, clock, "after", office.poster)
        assert await back.outbox.doubt_copy() == 1
        assert await back.outbox.doubt_copy() == 0
        await after.say("새것")
        await after.deliver()
        assert office.poster.texts() == ["나중에 보낸 것", "새것"]
        assert await after.state(sent_later) is State.SENT

    put_back(tmp_path / "copy.db", tmp_path / "back.db")
    async with Store(f"sqlite:///{tmp_path / 'back.db'}", voice=Voice(), clock=clock) as back:
        after = Office(back, clock, "after", office.poster)
        office.poster.may_look = False
        await back.outbox.doubt_copy()
        await after.deliver()
        row = await back.outbox.get(sent_later)
        assert (row.state, row.reason) == (State.DEAD, "delivery.restored")
        assert office.poster.texts() == ["나중에 보낸 것", "새것"]
    assert (tmp_path / "back.db.before-restore").exists()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_copy_made_while_others_write_is_whole(office, store, tmp_path):
    async def write():
        for number in range(40):
            await office.say(f"{number}", key=str(number))

    writing = asyncio.create_task(write())
    await store.housekeeping.backup(tmp_path / "copy.db")
    await writing

    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    (rows,) = copy.execute("SELECT count(*) FROM delivery").fetchone()
    copy.close()
    assert 0 <= rows <= 40
    assert (await store.outbox.waiting()).pending == 40
