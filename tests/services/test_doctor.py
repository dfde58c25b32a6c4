"""`sosik doctor` against the fakes: what is well, what is not, and that no secret is shown."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.probes import ADMINISTRATOR, NEEDED, missing, permissions_in
from bot.app import open_store
from bot.checkup import examine
from bot.core.news import ChannelRef, Platform
from bot.services.doctor import Findings, examine_store
from tests.conftest import Clock
from tests.fakes.discord import FakeDiscord
from tests.fakes.slack import FakeSlack
from tests.scenarios.newsroom import settings_for


async def told(settings, *channels: ChannelRef, paused: str = "") -> tuple[bool, str]:
    if channels:
        async with await open_store(settings) as store:
            for channel in channels:
                await store.watches.add(channel, "LG전자", "LG전자", who="U1")
                if paused:
                    await store.channels.pause(channel, None, key=paused)
    findings = await examine(settings)
    return findings.well, "\n".join(findings.lines("ko"))


async def test_a_fresh_machine_is_well_and_told_what_is_not_configured(tmp_path: Path):
    well, lines = await told(settings_for(tmp_path))

    assert well
    assert "– 데이터베이스가 아직 없어요" in lines
    assert "– Slack은 설정하지 않았어요" in lines
    assert not (tmp_path / "sosik.db").exists()


async def test_slack_is_looked_at_channel_by_channel(tmp_path: Path):
    async with FakeSlack().serving() as slack:
        slack.room("C1", ["U1"])
        slack.room("C2", ["U1"], bot=False)
        settings = settings_for(
            tmp_path, slack_bot_token=slack.bot_token, slack_app_token=slack.app_token, slack_api_url=slack.base_url
        )
        here = [ChannelRef(Platform.SLACK, slack.team, each) for each in ("C1", "C2", "C404")]
        well, lines = await told(settings, *here)

    assert not well
    assert "✔ Slack 봇 토큰(…" in lines
    assert "✔ Slack 앱 토큰(…" in lines
    assert f"✔ {here[0]}: 글을 쓸 수 있어요 (감시 1개)" in lines
    assert f"✖ {here[1]}: 이 채널에 저를 먼저 초대해 주세요 → 그 채널에서 /invite" in lines
    assert f"✖ {here[2]}: 채널이 없어졌거나" in lines
    assert slack.bot_token not in lines
    assert slack.app_token not in lines


async def test_a_token_that_slack_refuses_comes_with_its_remedy(tmp_path: Path):
    async with FakeSlack().serving() as slack:
        slack.revoke(slack.bot_token)
        settings = settings_for(tmp_path, slack_bot_token=slack.bot_token, slack_api_url=slack.base_url)
        well, lines = await told(settings)

    assert not well
    assert "SLACK_BOT_TOKEN을 Slack이 받아들이지 않았어요 (token_revoked)" in lines
    assert "봇 토큰을 다시 복사해 주세요" in lines
    assert "명령은 듣지 않고" in lines


async def test_discord_gives_the_invite_link(tmp_path: Path):
    async with FakeDiscord() as fake:
        settings = settings_for(tmp_path, discord_bot_token=fake.token, discord_api_url=fake.url)
        gone = ChannelRef(Platform.DISCORD, "10", "404")
        well, lines = await told(settings, gone)

    assert not well
    assert "permissions=274877926400" in lines
    assert "client_id=" in lines
    assert f"✖ {gone}: 채널이 없어졌거나" in lines
    assert fake.token not in lines


async def test_a_platform_that_cannot_be_reached_is_one_line(tmp_path: Path):
    token = "x" * 20
    settings = settings_for(tmp_path, discord_bot_token=token, discord_api_url="http://127.0.0.1:9/api/v10")

    well, lines = await told(settings)

    assert not well
    assert "127.0.0.1에 닿지 않아요" in lines


async def test_a_paused_channel_tells_why(tmp_path: Path):
    async with FakeSlack().serving() as slack:
        settings = settings_for(tmp_path, slack_bot_token=slack.bot_token, slack_api_url=slack.base_url)
        here = ChannelRef(Platform.SLACK, slack.team, "C1")
        _, lines = await told(settings, here, paused="delivery.archived")

    assert f"✖ {here}: 보관된 채널이라" in lines


async def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path):
    well, lines = await told(settings_for(tmp_path, database_url="mysql://x/y"))

    assert not well
    assert "DATABASE_URL" in lines


async def test_clock_sources_and_dead_letters_are_told(store, clock: Clock):
    await store.sources.add("https://n.example/rss?key=secret", workspace=None)
    source = (await store.sources.seen_by(None))[0]
    await store.sources.change(source, state="failing")
    findings = Findings()

    await examine_store(store, findings, now=clock.now + timedelta(minutes=5))

    lines = "\n".join(findings.lines("en"))
    assert "300 s off" in lines
    assert "✖ source #1 https://n.example/rss cannot be read" in lines
    assert "secret" not in lines
    assert "nothing undeliverable" in lines
    assert not findings.well


@pytest.mark.parametrize(
    ("roles", "overwrites", "lacks"),
    [
        ({"1": sum(NEEDED.values())}, [], ()),
        ({"1": 0, "5": sum(NEEDED.values())}, [], ()),
        ({"1": 0, "5": ADMINISTRATOR}, [{"id": "5", "allow": "0", "deny": "1024"}], ()),
        ({"1": 1024}, [], ("right.send_messages", "right.embed_links")),
        ({"1": sum(NEEDED.values())}, [{"id": "1", "allow": "0", "deny": "2048"}], ("right.send_messages",)),
        (
            {"1": sum(NEEDED.values())},
            [{"id": "1", "allow": "0", "deny": "2048"}, {"id": "9", "allow": "2048", "deny": "0"}],
            (),
        ),
    ],
)
def test_discord_permissions_are_computed_as_discord_does(roles, overwrites, lacks):
    guild = {"id": "1", "roles": [{"id": role, "permissions": str(bits)} for role, bits in roles.items()]}
    member = {"user": {"id": "9"}, "roles": ["5"]}

    assert missing(permissions_in({"permission_overwrites": overwrites}, guild, member)) == lacks
