import pytest

from bot.adapters.check_discord import PERMISSIONS, Finding, examine, invite_url
from bot.core.errors import GiveUp, TryLater
from bot.core.news import ChannelRef, Platform
from bot.core.wording import say
from tests.fakes import discord as fakes
from tests.fakes.discord import APP, GUILD, OTHER_TEXT, TEXT, FakeDiscord, Room

HERE = ChannelRef(Platform.DISCORD, GUILD, TEXT)


@pytest.fixture
async def fake():
    async with FakeDiscord() as server:
        yield server


async def found_in(fake, channel):
    return (await examine(fake.token, api_url=fake.url, channels=[channel]))[-1]


def denying(permissions):
    return [{"id": GUILD, "type": 0, "allow": "0", "deny": str(permissions)}]


async def test_a_sound_bot_is_told_its_name_its_invitation_and_its_sessions(fake):
    found = await examine(fake.token, api_url=fake.url, channels=[HERE])

    assert [each.key for each in found] == [
        "discord.check_token",
        "discord.check_invite",
        "discord.check_sessions",
        "discord.check_channel",
    ]
    assert all(each.well for each in found)
    assert found[0].values == {"name": "소식"}
    assert all(say(each.key, language, **each.values) for each in found for language in ("ko", "en"))


def test_the_invitation_asks_for_what_posting_needs_and_no_more():
    url = invite_url(int(APP))

    assert url.endswith(f"client_id={APP}&scope=bot+applications.commands&permissions={PERMISSIONS.value}")
    assert PERMISSIONS.value == 274877926400 | fakes.HISTORY


@pytest.mark.parametrize(
    ("denied", "missing"),
    [
        (fakes.EMBED, ("right.embed_links",)),
        (fakes.SEND, ("right.send_messages", "right.embed_links")),  # without the one, Discord takes the other
    ],
)
async def test_what_the_bot_lacks_in_a_channel_is_named(fake, denied, missing):
    fake.rooms[TEXT].overwrites = denying(denied)

    assert await found_in(fake, HERE) == Finding("discord.no_permission", well=False, channel=HERE, missing=missing)


async def test_a_channel_whose_past_cannot_be_read_is_told(fake):
    fake.rooms[TEXT].overwrites = denying(fakes.HISTORY)

    finding = await found_in(fake, HERE)
    assert (finding.key, finding.missing) == ("delivery.cannot_look", ("right.history",))


async def test_a_channel_or_server_that_is_gone_is_told(fake):
    fake.rooms[OTHER_TEXT].gone = True

    assert (await found_in(fake, ChannelRef(Platform.DISCORD, GUILD, OTHER_TEXT))).key == "delivery.channel_gone"
    assert (await found_in(fake, ChannelRef(Platform.DISCORD, "5", TEXT))).key == "delivery.channel_gone"


@pytest.mark.parametrize(
    "channel", [ChannelRef(Platform.DISCORD, "@me", "44"), ChannelRef(Platform.DISCORD, GUILD, "44")]
)
async def test_a_direct_message_has_no_rights_to_check(fake, channel):
    fake.rooms["44"] = Room("44", fakes.DM_TYPE, guild="0")

    assert (await found_in(fake, channel)).well


async def test_an_endpoint_that_takes_the_interactions_away_is_told(fake):
    fake.application = {"interactions_endpoint_url": "https://n.example/"}
    found = await examine(fake.token, api_url=fake.url)

    assert "discord.check_endpoint" in [each.key for each in found if not each.well]


async def test_few_sessions_left_are_told(fake):
    fake.gateway_bot = {"session_start_limit": {"remaining": 3}}
    (finding,) = [each for each in await examine(fake.token, api_url=fake.url) if not each.well]

    assert (finding.key, finding.values) == ("discord.check_sessions", {"left": 3})


async def test_a_wrong_token_and_a_discord_out_of_reach_are_told_apart(fake):
    with pytest.raises(GiveUp) as wrong:
        await examine("wrong", api_url=fake.url)
    fake.fail("503", "/users/@me", method="GET")
    with pytest.raises(TryLater) as trouble:
        await examine(fake.token, api_url=fake.url)
    await fake.stop()
    with pytest.raises(TryLater) as gone:
        await examine(fake.token, api_url=fake.url)

    assert [each.value.key for each in (wrong, trouble, gone)] == [
        "discord.token",
        "discord.unreachable",
        "discord.unreachable",
    ]
