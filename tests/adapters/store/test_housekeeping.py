from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from bot.adapters.store import housekeeping
from bot.adapters.store.tables import ARTICLE, DECISION, DELIVERY, MUTE, NOTE
from bot.core.delivery import State
from bot.core.errors import GiveUp
from tests.fakes.office import HERE, THERE, Office


async def count(store, table):
    async with store.db.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def test_sent_deliveries_go_after_ninety_days_and_dead_ones_after_a_hundred_and_eighty(store, clock):
    office = Office(store, clock)
    await office.say("하나")
    await office.deliver()
    dead = await office.say("독", THERE)
    async with store.db.writing() as connection:
        await connection.execute(update(DELIVERY).where(DELIVERY.c.id == dead).values(state=State.DEAD))

    clock.move(days=91)
    await store.housekeeping.tidy()
    assert await count(store, DELIVERY) == 1
    clock.move(days=90)
    await store.housekeeping.tidy()
    assert await count(store, DELIVERY) == 0


async def test_what_waits_in_an_open_channel_is_never_tidied_away_but_in_one_that_stands_still_it_is(store, clock):
    office = Office(store, clock)
    await store.channels.change(HERE, muted_until=clock.now + timedelta(days=900))
    await office.say("하나")
    await office.say("다른 곳", THERE)
    await store.channels.pause(THERE, GiveUp("delivery.archived"))

    clock.move(days=181)
    await store.housekeeping.tidy()

    assert await count(store, DELIVERY) == 1


async def test_a_silenced_story_is_forgotten_after_thirty_days(store, clock):
    await store.mutes.story(HERE, 7, who="U1")
    clock.move(days=29)
    await store.housekeeping.tidy()
    assert await count(store, MUTE) == 1
    clock.move(days=2)
    await store.housekeeping.tidy()
    assert await count(store, MUTE) == 0


async def test_bodies_and_decisions_go_after_thirty_days_in_batches_of_any_size(store, clock, monkeypatch):
    monkeypatch.setattr(housekeeping, "_BATCH", 2)
    watch, _ = await store.watches.add(HERE, "가람", "가람", who="U1")
    async with store.db.writing() as connection:
        for number in range(5):
            article = {"id": number + 1, "url": f"https://n.example/{number}", "title": "가람", "body": "글"}
            await connection.execute(insert(ARTICLE).values(**article, first_seen=clock.now))
            decision = {"article_id": number + 1, "watch_id": watch.id, "verdict": "match", "at": clock.now}
            await connection.execute(insert(DECISION).values(**decision))

    clock.move(days=31)
    await store.housekeeping.tidy()

    assert await count(store, DECISION) == 0
    assert await count(store, ARTICLE) == 5
    async with store.db.reading() as connection:
        assert set((await connection.execute(select(ARTICLE.c.body))).scalars()) == {""}


async def test_notes_of_who_was_told_go_with_what_they_are_about(store, clock):
    await store.channels.pause(HERE, GiveUp("delivery.archived"))
    (paused,) = await store.outbox.untold()
    await store.outbox.told(paused)
    before = await count(store, NOTE)

    await store.channels.set_workspace(HERE.platform, HERE.workspace, "gone")
    clock.move(days=31)
    await store.housekeeping.tidy()
    await store.outbox.untold()

    assert await count(store, NOTE) == before - 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_only_a_database_of_ours_is_put_back(store, tmp_path):
    (tmp_path / "other.db").write_text("not a database")

    for name in ("other.db", "missing.db"):
        with pytest.raises(Exception, match=r"restore\.not_ours"):
            housekeeping.put_back(tmp_path / name, tmp_path / "back.db")
    assert not (tmp_path / "back.db").exists()
