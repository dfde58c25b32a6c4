"""The memories of the Slack side, and what it does while Slack does not answer."""

import itertools

import pytest

from bot.core.commands import Caller, Standing
from bot.core.errors import TryLater
from bot.core.news import ChannelRef
from handlers.slack_app.once import Once, delivery_key
from handlers.slack_app.rights import SlackRights
from handlers.slack_app.workspaces import Workspaces
from tests.fakes.slack import FakeSlack

HERE = ChannelRef.parse("slack:T0FAKE/C1")


class Clock:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_was_seen_is_remembered_for_ten_minutes_at_least_and_forgotten_at_last():
    clock = Clock()
    once = Once(clock=clock)
    assert once.first("a")

    clock.now = 10 * 60
    assert not once.first("a")
    clock.now = 60 * 60
    assert once.first("a")


def test_the_memory_is_bounded_and_forgets_the_oldest_first():
    once = Once(most=100)
    for number in range(1_000):
        assert once.first(f"k{number}")

    assert len(once._seen) <= 101
    assert not once.first("k999")
    assert once.first("k0")


def test_what_carries_no_id_is_always_new():
    once = Once()

    assert delivery_key({"type": "block_suggestion"}) == ""
    assert all(once.first("") for _ in range(2))


async def test_a_person_is_asked_for_anew_after_five_minutes(slack: FakeSlack):
    clock = Clock()
    workspaces = Workspaces({"T0FAKE": slack.bot_token}.get, api_url=slack.base_url)
    rights = SlackRights(workspaces, clock=clock)
    caller = Caller(HERE, "U1")
    assert await rights.standing(caller, HERE) is Standing.MANAGER
    slack.person("U1", guest=True)

    clock.now = 4 * 60
    assert await rights.standing(caller, HERE) is Standing.MANAGER
    clock.now = 5 * 60
    assert await rights.standing(caller, HERE) is Standing.GUEST
    await workspaces.close()


@pytest.mark.parametrize("fields", [{"deleted": True}, {"guest": True}, {"team": "T2"}])
async def test_who_is_no_full_member_only_looks_up(slack: FakeSlack, fields: dict[str, object]):
    slack.person("U9", admin=True, **fields)
    workspaces = Workspaces({"T0FAKE": slack.bot_token}.get, api_url=slack.base_url)

    assert await SlackRights(workspaces).standing(Caller(HERE, "U9"), HERE) is Standing.GUEST
    await workspaces.close()


async def test_a_silent_slack_leaves_language_unknown_and_rights_undecided(slack: FakeSlack):
    workspaces = Workspaces({"T0FAKE": slack.bot_token}.get, api_url=slack.base_url)
    rights = SlackRights(workspaces)
    slack.fail("users.info", "hang")
    slack.fail("conversations.open", "hang")

    caller = await rights.caller(HERE, "U1", "")
    direct = await rights.direct("T0FAKE", "U1")
    slack.fail("users.info", "text")
    with pytest.raises(TryLater):
        await rights.standing(caller, HERE)
    slack.fail("users.info", "reset", times=2)  # aiohttp repeats a look-up once
    with pytest.raises(TryLater):
        await rights.standing(caller, HERE)
    await workspaces.close()

    assert (caller.language, caller.zone, direct) == (None, None, "U1")


async def test_without_the_scope_a_person_stands_for_the_direct_message(slack: FakeSlack):
    slack.scopes.discard("im:write")
    workspaces = Workspaces({"T0FAKE": slack.bot_token}.get, api_url=slack.base_url)

    assert await SlackRights(workspaces).direct("T0FAKE", "U1") == "U1"
    await workspaces.close()


async def test_members_are_read_up_to_a_bound(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("handlers.slack_app.rights.MEMBERS_PAGES", 2)
    slack.room("C2", [f"U{number:05}" for number in range(3_000)])
    slack.person("U02999")
    slack.person("U00001")
    workspaces = Workspaces({"T0FAKE": slack.bot_token}.get, api_url=slack.base_url)
    rights = SlackRights(workspaces)
    there = ChannelRef.parse("slack:T0FAKE/C2")

    found = [await rights.standing(Caller(HERE, user), there) for user in ("U00001", "U02999", "U02999")]
    await workspaces.close()

    assert found == [Standing.MANAGER, Standing.READER, Standing.READER]
    assert len(slack.called("conversations.members")) == 2
    assert len(slack.called("conversations.info")) == 1


async def test_memories_of_people_are_bounded(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("handlers.slack_app.rights.REMEMBER_MOST", 2)
    monkeypatch.setattr("handlers.slack_app.workspaces.DIRECTS_MOST", 2)
    workspaces = Workspaces({"T0FAKE": slack.bot_token}.get, api_url=slack.base_url)
    rights = SlackRights(workspaces)
    people = ["U1", "UADMIN", "UGUEST"]
    for user in itertools.islice(itertools.cycle(people), 6):
        await rights.standing(Caller(HERE, user), HERE)
        await rights.direct("T0FAKE", user)
    await workspaces.close()

    assert len(slack.called("users.info")) == 6
    assert len(slack.called("conversations.open")) >= 4


async def test_the_bots_own_id_is_asked_once_for_each_token(slack: FakeSlack):
    tokens = {"T0FAKE": slack.bot_token}
    workspaces = Workspaces(tokens.get, api_url=slack.base_url)
    slack.fail("auth.test", "internal_error")

    assert await workspaces.bot_user("T0FAKE") == ""
    assert [await workspaces.bot_user("T0FAKE") for _ in range(3)] == ["U0BOT"] * 3
    tokens["T0FAKE"] = "another"
    assert await workspaces.bot_user("T0FAKE") == ""
    await workspaces.close()
    await workspaces.close()

    assert len(slack.called("auth.test")) == 2  # beside the one that failed
