import pytest

from bot.core.delivery import Kind
from bot.core.errors import GiveUp, Reach, TryLater
from bot.core.news import ChannelRef, Platform
from bot.services.pausing import Pausing
from tests.fakes.office import HERE, Office
from tests.fakes.poster import once

ADMIN = ChannelRef(Platform.CONSOLE, "local", "main")


def direct(person):
    return ChannelRef(Platform.SLACK, "T1", person)


@pytest.fixture
def office(store, clock):
    return Office(store, clock)


@pytest.fixture
def pausing(office, store):
    return Pausing(store, {Platform.SLACK: office.poster}, ADMIN)


async def archived(office, clock):
    office.poster.before = once(GiveUp("delivery.archived", reach=Reach.CHANNEL, error="is_archived"))
    clock.move(seconds=5)
    await office.say("하나", kind=Kind.NOTICE)
    await office.deliver()


async def test_a_paused_channels_manager_is_told_once_and_again_after_it_resumed(office, pausing, store, clock):
    await store.channels.change(HERE, managers=["U1"])
    await archived(office, clock)

    assert [await pausing.tell() for _ in range(3)] == [1, 0, 0]
    await office.deliver()
    (told,) = office.poster.texts(direct("U1"))
    assert "slack:T1/C1" in told
    assert "보관된 채널" in told

    await store.channels.resume(HERE)
    await pausing.tell()
    await archived(office, clock)
    await pausing.tell()
    await office.deliver()
    assert len(office.poster.texts(direct("U1"))) == 2


async def test_a_channel_without_managers_has_its_watchers_told(office, pausing, store, clock):
    for owner in ("U7", "U8"):
        await store.watches.add(HERE, owner, owner, who=owner)
    await archived(office, clock)

    await pausing.tell()
    await office.deliver()

    assert office.poster.texts(direct("U7")) != []
    assert office.poster.texts(direct("U8")) != []


async def test_a_person_who_cannot_be_reached_now_is_told_later_and_one_who_never_can_is_left(
    office, pausing, store, clock
):
    await store.channels.change(HERE, managers=["U1"])
    await archived(office, clock)
    reach = office.poster.direct
    errors = [TryLater("delivery.unreachable"), GiveUp("delivery.direct_closed")]

    async def fails(workspace, user):
        raise errors.pop(0)

    office.poster.direct = fails
    assert await pausing.tell() == 0
    assert await pausing.tell() == 1
    office.poster.direct = reach
    assert await pausing.tell() == 0


async def test_a_platform_that_is_not_connected_here_is_left_to_a_process_where_it_is(office, pausing, store, clock):
    await store.channels.change(HERE, managers=["U1"])
    await archived(office, clock)
    pausing.posters = {}

    assert await pausing.tell() == 0


async def test_a_direct_channel_that_closed_is_not_told_of_itself(office, pausing, store, clock):
    here = direct("U1")
    await store.channels.change(here, managers=["U1"])
    await store.channels.pause(here, GiveUp("delivery.direct_closed"))

    assert await pausing.tell() == 1
    assert (await store.outbox.waiting(here)).pending == 0


@pytest.mark.parametrize("admin", [ADMIN, None])
async def test_a_paused_workspace_is_told_to_the_admin_channel_once(office, pausing, store, clock, admin):
    pausing.admin = admin
    office.poster.before = once(GiveUp("delivery.token", reach=Reach.WORKSPACE, error="token_revoked"))
    await office.say("하나")
    await office.deliver()

    assert [await pausing.tell() for _ in range(2)] == [1, 0]
    assert (await store.outbox.waiting(ADMIN)).pending == (1 if admin else 0)

    await store.outbox.try_paused_workspaces()
    await pausing.tell()
    await office.deliver()
    assert office.poster.texts() == ["하나"]
