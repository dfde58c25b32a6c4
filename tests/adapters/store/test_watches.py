from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.adapters.store.tables import ARTICLE, DECISION, sosik_now
from bot.core.compose import Voice, notice
from bot.core.delivery import Kind, State
from bot.core.errors import UserMistake
from bot.core.news import Pace, Scope
from tests.builders import HERE, THERE


async def add(store, text="LG전자", channel=HERE, **more):
    watch, change = await store.watches.add(channel, text, text, who="U1", **more)
    return watch, change


async def listed(store, clock, channel=HERE):
    return [row.watch.expression for row in await store.watches.listed(channel, since=clock.now)]


async def test_numbers_are_small_and_each_channels_own(store, clock):
    await add(store, "LG전자")
    second, _ = await add(store, "한화", scope=Scope.TITLE, pace=Pace.BOTH, mention="S1")
    other, _ = await add(store, "기아", THERE)

    assert (second.number, other.number) == (2, 1)
    assert (second.scope, second.pace, second.mention, second.owner) == (Scope.TITLE, Pace.BOTH, "S1", "U1")
    assert second.since == clock.now
    assert await listed(store, clock) == ["LG전자", "한화"]
    assert await listed(store, clock, THERE) == ["기아"]


async def test_the_same_expression_twice_in_one_channel_is_refused_with_its_number(store):
    await add(store)

    with pytest.raises(UserMistake) as caught:
        await add(store)

    assert (caught.value.key, caught.value.values) == ("watch.exists", {"number": 1})


async def test_a_removed_watch_can_be_made_again_and_has_a_new_number(store, clock):
    watch, _ = await add(store)
    await store.watches.remove(watch, who="U1")

    again, _ = await add(store)

    assert again.number == 2
    assert await listed(store, clock) == ["LG전자"]


async def test_every_change_is_seen_by_running_processes(store):
    revisions = [await store.watches.revision()]
    watch, _ = await add(store)
    revisions.append(await store.watches.revision())
    watch, _ = await store.watches.change(watch, who="U1", what="watch.edit", pace=Pace.BOTH)
    revisions.append(await store.watches.revision())
    await store.watches.remove(watch, who="U1")
    revisions.append(await store.watches.revision())

    assert len(set(revisions)) == 4
    assert (await store.watches.active())[1] == ()


async def test_who_comes_second_with_an_old_version_is_told(store):
    watch, _ = await add(store)
    await store.watches.change(watch, who="U1", what="watch.edit", pace=Pace.BOTH)

    with pytest.raises(UserMistake, match=r"watch\.changed_meanwhile"):
        await store.watches.change(watch, who="U2", what="watch.edit", pace=Pace.DIGEST)


async def test_a_new_expression_acts_from_now_on(store, clock):
    watch, _ = await add(store)
    clock.move(hours=1)

    changed, _ = await store.watches.change(
        watch, who="U1", what="watch.edit", expression="한화", expression_key="한화"
    )

    assert changed.since == clock.now
    assert changed.number == watch.number


async def test_an_edit_into_another_watchs_expression_is_refused(store):
    await add(store, "LG전자")
    watch, _ = await add(store, "한화")

    with pytest.raises(UserMistake, match=r"watch\.exists"):
        await store.watches.change(watch, who="U1", what="watch.edit", expression="LG전자", expression_key="LG전자")


@pytest.mark.parametrize("step", ["add", "edit", "remove"])
async def test_undo_brings_back_what_was_before_with_the_same_number(store, clock, step):
    watch, change = await add(store)
    if step == "edit":
        watch, change = await store.watches.change(
            watch, who="U1", what="watch.edit", expression="한화", expression_key="한화"
        )
    elif step == "remove":
        change = await store.watches.remove(watch, who="U1")
    clock.move(minutes=9)

    await store.watches.undo(change, who="U1", channel=HERE, within=timedelta(minutes=10))

    assert await listed(store, clock) == ([] if step == "add" else ["LG전자"])
    if step != "add":
        assert (await store.watches.get(HERE, 1)).id == watch.id


async def test_undo_ends_after_ten_minutes_works_once_and_only_in_its_channel(store, clock):
    _, change = await add(store)
    within = timedelta(minutes=10)

    with pytest.raises(UserMistake, match=r"undo\.unknown"):
        await store.watches.undo(change, who="U1", channel=THERE, within=within)
    await store.watches.undo(change, who="U1", channel=HERE, within=within)
    with pytest.raises(UserMistake, match=r"undo\.unknown"):
        await store.watches.undo(change, who="U1", channel=HERE, within=within)
    _, late = await add(store)
    clock.move(minutes=11)
    with pytest.raises(UserMistake, match=r"undo\.late"):
        await store.watches.undo(late, who="U1", channel=HERE, within=within)


async def test_an_unknown_number_is_the_users_mistake(store):
    with pytest.raises(UserMistake, match=r"watch\.unknown"):
        await store.watches.get(HERE, 99)


async def test_a_request_that_comes_twice_is_seen_once(store):
    assert await store.channels.first_time("env-1")
    assert not await store.channels.first_time("env-1")
    assert await store.channels.first_time("")
    assert await store.channels.first_time("")


async def test_settings_of_a_channel_are_kept(store):
    await store.channels.change(HERE, quiet=["23:00", "07:00"], managers=["U1"], digest={"times": ["07:30"]})
    await store.channels.set_language(HERE, "en")

    settings = await store.channels.settings(HERE)

    assert settings.quiet == ("23:00", "07:00")
    assert settings.managers == ("U1",)
    assert settings.digest == {"times": ["07:30"]}
    assert settings.language == "en"
    assert (await store.channels.settings(THERE)).language == ""


async def test_notes_and_kept_requests(store):
    await store.channels.set_note("commands", "abc")
    await store.channels.set_note("commands", "def")
    kept = await store.channels.keep(["watch.add", {"expression": "LG전자"}])

    assert await store.channels.note("commands") == "def"
    assert await store.channels.note("nothing") == ""
    assert await store.channels.kept(kept) == ["watch.add", {"expression": "LG전자"}]
    assert await store.channels.kept("nothing") is None


async def test_what_only_a_removed_watch_wanted_is_not_sent(store):
    watch, _ = await add(store)
    number = await store.outbox.say(HERE, notice("하나", voice=Voice()), kind=Kind.ALERT, dedupe_key="1")
    await decided(store, watch, number)

    await store.watches.remove(watch, who="U1")

    assert State((await store.outbox.get(number)).state) is State.CANCELLED


async def decided(store, watch, delivery_id):
    async with store.db.writing() as connection:
        made = await connection.execute(
            insert(ARTICLE).values(url="u", title="t", first_seen=sosik_now()).returning(ARTICLE.c.id)
        )
        await connection.execute(
            insert(DECISION).values(
                article_id=made.scalar_one(),
                watch_id=watch.id,
                verdict="match",
                at=sosik_now(),
                delivery_id=delivery_id,
            )
        )
