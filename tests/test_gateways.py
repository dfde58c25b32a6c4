"""Slack beside the running app: Home, HTTP mode, installations; every part real, Slack a fake."""

import hashlib
import hmac
import time
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from bot.adapters.sealing import Sealer
from bot.app import build, running
from bot.core.compose import Voice, notice
from bot.core.errors import GiveUp
from bot.core.news import ChannelRef, Platform
from bot.gateways import connect, serving
from bot.services.installations import Installation, KeptInstallations
from tests.fakes.slack import FakeSlack
from tests.scenarios.newsroom import PATIENCE_SECONDS, Paper, settings_for

SECRET = "s" * 32


async def up(stack: AsyncExitStack, home: Path, **more):
    settings = settings_for(home, sosik_http_port=0, **more).model_copy(update={"sosik_http_port": _free_port()})
    app = await stack.enter_async_context(build(settings, out=Paper()))
    await stack.enter_async_context(running(app, ("gateway", "deliver", "web")))
    gateways = await stack.enter_async_context(connect(app, settings, listening=True))
    address = await stack.enter_async_context(serving(app, settings, gateways, on=True))
    client = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS))
    while gateways.slack_http is None:
        assert (await client.get("/slack/events")).status_code in {404, 503}
    return app, client


def _free_port() -> int:
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def signed(body: str, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    mark = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={mark}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


async def test_http_mode_runs_commands_that_are_signed_and_refuses_the_others(tmp_path: Path):
    async with FakeSlack().serving() as slack, AsyncExitStack() as stack:
        slack.room("C1", ["U1"])
        slack.person("U1")
        app, client = await up(
            stack,
            tmp_path,
            slack_bot_token=slack.bot_token,
            slack_api_url=slack.base_url,
            slack_signing_secret=SECRET,
        )
        url, _ = slack.response_url()
        fields = {"command": "/news", "text": "구독 LG전자", "team_id": slack.team, "user_id": "U1", "channel_id": "C1"}
        body = urlencode({**fields, "trigger_id": "1.2", "response_url": url})

        forged = await client.post("/slack/events", content=body, headers=signed(body, secret="other"))
        late = await client.post("/slack/events", content=body, headers=signed(body, at=time.time() - 600))
        good = await client.post("/slack/events", content=body, headers=signed(body))
        await slack.posted("C1")

    assert (forged.status_code, late.status_code, good.status_code) == (401, 401, 200)
    assert len(await _watches(app)) == 1


async def _watches(app):
    return (await app.store.watches.active())[1]


async def test_a_workspace_installs_the_bot_and_is_spoken_to(tmp_path: Path):
    async with FakeSlack().serving() as slack, AsyncExitStack() as stack:
        app, client = await up(
            stack,
            tmp_path,
            slack_client_id="1.2",
            slack_client_secret=SECRET,
            slack_api_url=slack.base_url,
            sosik_secret_key=SECRET,
            sosik_public_url="http://127.0.0.1:1",
        )
        slack.code_teams["code"] = "T2"
        begun = await client.get("/slack/install")
        state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
        done = await client.get("/slack/oauth_redirect", params={"state": state, "code": "code"})
        slack.room("C2", ["U1"], team="T2")
        await app.store.outbox.say(ChannelRef(Platform.SLACK, "T2", "C2"), notice("안녕하세요", voice=Voice()))
        app.wake("deliver")

        assert (begun.status_code, done.status_code) == (302, 200)
        assert app.commands.installer_of(ChannelRef(Platform.SLACK, "T2", "C2")) == "U0INSTALLER"
        await slack.posted("C2")


async def test_tokens_are_stored_sealed_and_read_again(store):
    kept = KeptInstallations(store, Platform.SLACK, Sealer(SECRET))
    other = KeptInstallations(store, Platform.SLACK, Sealer(SECRET))
    token = "made-up-" + "t" * 20
    await kept.save(Installation("T9", "회사", "U9", token))

    assert other.token_for("T9") is None
    await other.refresh()
    assert (other.token_for("T9"), other.installer_of("T9"), other.token_for("T8")) == (token, "U9", None)
    (row,) = await store.installations.all(Platform.SLACK)
    assert token.encode() not in row.sealed


async def test_a_token_sealed_by_another_key_is_left_out(store):
    await KeptInstallations(store, Platform.SLACK, Sealer(SECRET)).save(Installation("T9", "회사", "U9", "t" * 20))
    other = KeptInstallations(store, Platform.SLACK, Sealer("another key"))

    await other.refresh()

    assert other.token_for("T9") is None


async def test_a_workspace_that_leaves_is_forgotten_and_may_come_again(store, clock):
    kept = KeptInstallations(store, Platform.SLACK, Sealer(SECRET))
    await kept.save(Installation("T9", "회사", "U9", "t" * 20))
    await store.channels.set_workspace(Platform.SLACK, "T9", "gone")
    await kept.forget("T9")
    assert kept.token_for("T9") is None

    await kept.save(Installation("T9", "회사", "U9", "u" * 20))
    await store.watches.add(ChannelRef(Platform.SLACK, "T9", "C1"), "LG전자", "LG전자", who="U1")

    assert kept.token_for("T9") == "u" * 20
    assert len(await store.views.channels()) == 1


async def test_installing_needs_its_key_and_address(tmp_path: Path):
    settings = settings_for(tmp_path, slack_client_id="1.2")
    async with build(settings, out=Paper()) as app:
        with pytest.raises(GiveUp, match="SOSIK_SECRET_KEY"):
            async with connect(app, settings, listening=False):
                pass
