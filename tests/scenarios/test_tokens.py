"""Tokens that do not work, and one-shot runs, as real processes against the local Slack and Discord."""

import asyncio
import sys
from pathlib import Path

from bot.app import open_store
from bot.core.news import ChannelRef, Platform
from tests.fakes.discord import FakeDiscord
from tests.fakes.slack import FakeSlack
from tests.scenarios.newsroom import settings_for
from tests.test_cli import environment

SLACK_HERE = ChannelRef(Platform.SLACK, "T0FAKE", "C1")


async def sosik(home: Path, *arguments: str, **env: str) -> tuple[int, str, str]:
    """Run one command to its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=home,
        env=environment(home, SOSIK_LOG_LEVEL="error", **env),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def refused(answer: tuple[int, str, str]) -> str:
    code, out, err = answer
    (line,) = err.splitlines()
    assert (code, out) == (2, "")
    return line


async def test_a_wrong_slack_token_is_one_sentence_and_code_two(tmp_path):
    async with FakeSlack().serving() as slack:
        wrong = {"SLACK_API_URL": slack.base_url, "SLACK_BOT_TOKEN": "-".join(("xoxb", "wrong"))}

        assert "SLACK_BOT_TOKEN" in refused(await sosik(tmp_path, "run", **wrong))
        assert "SLACK_BOT_TOKEN" in refused(await sosik(tmp_path, "run", "--once", **wrong))


async def test_a_wrong_discord_token_is_one_sentence_and_code_two(tmp_path):
    async with FakeDiscord() as discord:
        wrong = {"DISCORD_API_URL": discord.url, "DISCORD_BOT_TOKEN": ".".join(("no", "such", "token"))}

        assert "DISCORD_BOT_TOKEN" in refused(await sosik(tmp_path, "run", **wrong))


async def test_run_once_posts_what_waits_for_slack_and_leaves(tmp_path):
    async with FakeSlack().serving() as slack:
        slack.room("C1", ["U1"])
        said = await sosik(tmp_path, "say", "--in", str(SLACK_HERE), "구독 LG전자")
        env = {"SLACK_API_URL": slack.base_url, "SLACK_BOT_TOKEN": slack.bot_token}

        code, _, err = await sosik(tmp_path, "run", "--once", **env)

        assert said[0] == 0
        assert (code, err) == (0, "")
        assert [each.text for each in slack.messages("C1")] == ["🔔 LG전자 알림을 시작합니다 – operator"]


async def test_a_token_that_is_revoked_pauses_its_workspace_and_loses_nothing(tmp_path):
    async with FakeSlack().serving() as slack:
        slack.room("C1", ["U1"])
        await sosik(tmp_path, "say", "--in", str(SLACK_HERE), "구독 LG전자")
        slack.fail("chat.postMessage", "token_revoked")
        env = {"SLACK_API_URL": slack.base_url, "SLACK_BOT_TOKEN": slack.bot_token}

        await sosik(tmp_path, "run", "--once", **env)

        async with await open_store(
            settings_for(
                tmp_path, sosik_home=tmp_path / "data", database_url=f"sqlite:///{tmp_path / 'data' / 'sosik.db'}"
            )
        ) as store:
            waiting = await store.outbox.waiting(SLACK_HERE)
        assert waiting.pending == 1
        assert slack.messages("C1") == []
