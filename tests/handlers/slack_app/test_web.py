"""HTTP mode and installations, asked as a browser and as Slack would."""

import json
import time
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import yaml
from slack_sdk.signature import SignatureVerifier

from bot.core.message import Message
from bot.core.wording import say
from bot.services.installations import Installation
from bot.services.replies import Reply
from handlers.slack_app import Install, SlackApp, build
from handlers.slack_app.happening import CLOSED, GONE, OPENED
from handlers.slack_app.hub import ADD_SHORTCUT
from handlers.slack_app.installing import SCOPES, Installing
from handlers.slack_app.looking import WHY_SHORTCUT
from handlers.slack_app.web import BODY_MAX
from handlers.slack_app.workspaces import Workspaces
from tests.fakes.slack import FakeSlack
from tests.handlers.slack_app.support import Layer

SECRET = "signing " * 2
MANIFEST = Path(__file__).parents[3] / "deploy" / "slack-manifest.yaml"


class Kept:
    """Installations in memory."""

    def __init__(self) -> None:
        self.saved: list[Installation] = []

    async def save(self, installation: Installation) -> None:
        self.saved.append(installation)

    def token(self, team: str) -> str | None:
        return next((each.token for each in reversed(self.saved) if each.workspace == team), None)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def http_app(slack: FakeSlack, layer: Layer, kept: Kept) -> AsyncIterator[SlackApp]:
    kept.saved.append(Installation("T0FAKE", "Fake", "U1", slack.bot_token))
    install = Install(kept, "1.2", "client secret", "key", "https://news.example/")
    app = build(layer, api_url=slack.base_url, token_for=kept.token, signing_secret=SECRET, install=install)
    await app.start()
    yield app
    await app.stop()


def browser(app: SlackApp) -> httpx.AsyncClient:
    assert app.asgi is not None
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app.asgi), base_url="https://news.example")


def signed(
    body: str, *, secret: str = SECRET, age_seconds: int = 0, kind: str = "x-www-form-urlencoded"
) -> dict[str, str]:
    stamp = str(int(time.time()) - age_seconds)
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": str(signature),
        "Content-Type": f"application/{kind}",
    }


def command_of(slack: FakeSlack) -> tuple[str, str]:
    """A signed command's body, and the id of its response_url."""
    response_id, url = slack.response_url()
    fields = {"command": "/news", "text": "구독 LG전자", "team_id": "T0FAKE", "channel_id": "C1", "user_id": "U1"}
    return urlencode({**fields, "response_url": url, "trigger_id": response_id}), response_id


async def test_a_signed_command_is_acknowledged_and_answered(slack: FakeSlack, layer: Layer, http_app: SlackApp):
    body, response_id = command_of(slack)

    async with browser(http_app) as client:
        answer = await client.post("/slack/events", content=body, headers=signed(body))
    await slack.until(lambda: bool(slack.responses[response_id]), "the answer")

    assert (answer.status_code, answer.text) == (200, "")
    assert layer.asked[0][1] == "구독 LG전자"
    assert http_app.connected


@pytest.mark.parametrize("wrong", [{"secret": "another"}, {"age_seconds": 301}, {"age_seconds": -400}])
async def test_a_bad_or_old_signature_is_refused(
    slack: FakeSlack, layer: Layer, http_app: SlackApp, wrong: dict[str, str]
):
    body, _ = command_of(slack)

    async with browser(http_app) as client:
        answer = await client.post("/slack/events", content=body, headers=signed(body, **wrong))
        unsigned = await client.post("/slack/events", content=body)

    assert [answer.status_code, unsigned.status_code] == [401, 401]
    assert layer.asked == []


async def test_slack_may_check_the_address(http_app: SlackApp):
    body = json.dumps({"type": "url_verification", "challenge": "abc"})

    async with browser(http_app) as client:
        answer = await client.post("/slack/events", content=body, headers=signed(body, kind="json"))

    assert answer.json() == {"challenge": "abc"}


async def test_a_retried_request_acts_once(slack: FakeSlack, layer: Layer, http_app: SlackApp):
    body, response_id = command_of(slack)

    async with browser(http_app) as client:
        for _ in range(3):
            assert (await client.post("/slack/events", content=body, headers=signed(body))).status_code == 200
    await slack.until(lambda: bool(slack.responses[response_id]), "the answer")

    assert len(layer.asked) == 1


@pytest.mark.parametrize(("body", "status"), [(b"x" * (BODY_MAX + 1), 413), (b"\xff\xfe", 400)])
async def test_a_body_that_is_no_slack_payload_is_refused(http_app: SlackApp, body: bytes, status: int):
    async with browser(http_app) as client:
        assert (await client.post("/slack/events", content=body)).status_code == status


async def test_other_addresses_are_not_there(http_app: SlackApp):
    async with browser(http_app) as client:
        assert (await client.get("/slack/events")).status_code == 404
        assert (await client.get("/slack/other")).status_code == 404


async def begin(client: httpx.AsyncClient) -> dict[str, str]:
    """Follow the installation link; the query that Slack is asked with."""
    answer = await client.get("/slack/install")
    assert answer.status_code == 302
    cookie = SimpleCookie(answer.headers["set-cookie"])["sosik_slack_state"]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert answer.headers["location"].startswith("https://slack.com/oauth/v2/authorize?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def test_a_workspace_installs_and_is_served_at_once(
    slack: FakeSlack, layer: Layer, kept: Kept, http_app: SlackApp
):
    slack.code_teams["code"] = "T2"
    slack.room("C9", ["U9"], team="T2")
    slack.person("U9", team="T2")
    async with browser(http_app) as client:
        asked = await begin(client)
        done = await client.get("/slack/oauth_redirect", params={"code": "code", "state": asked["state"]})
        again = await client.get("/slack/oauth_redirect", params={"code": "code", "state": asked["state"]})
        body, response_id = command_of(slack)
        body = body.replace("T0FAKE", "T2").replace("C1", "C9").replace("U1", "U9")
        await client.post("/slack/events", content=body, headers=signed(body))
    await slack.until(lambda: bool(slack.responses[response_id]), "the answer")

    assert asked["scope"].split(",") == list(SCOPES)
    assert asked["redirect_uri"] == "https://news.example/slack/oauth_redirect"
    assert (done.status_code, again.status_code) == (200, 400)
    assert say("slack.installed", name="T2").replace("'", "&#x27;") in done.text
    assert (kept.saved[-1].workspace, kept.saved[-1].installer) == ("T2", "U0INSTALLER")
    assert kept.saved[-1].token in slack.tokens
    assert kept.saved[-1].token not in done.text


@pytest.mark.parametrize(
    "trouble", ["no state", "forged", "other browser", "other cookie", "denied", "bad code", "no token", "cut short"]
)
async def test_an_installation_that_is_not_right_stores_nothing(
    slack: FakeSlack, kept: Kept, http_app: SlackApp, trouble: str
):
    slack.code_teams["code"] = "T2"
    async with browser(http_app) as client:
        asked = await begin(client)
        query = {"code": "code", "state": asked["state"]}
        match trouble:
            case "no state":
                del query["state"]
            case "forged":
                query["state"] = asked["state"][:-4] + "0000"
            case "cut short":
                query["state"] = "x"
            case "other browser":
                client.cookies.clear()
            case "no token":
                slack.fail("oauth.v2.access", "empty")
            case "other cookie":
                client.cookies.clear()
                client.cookies.set("sosik_slack_state", "another")
            case "denied":
                query = {"error": "access_denied"}
            case _:
                query["code"] = "nonsense"
        answer = await client.get("/slack/oauth_redirect", params=query)

    assert answer.status_code == 400
    assert len(kept.saved) == 1


async def test_a_silent_slack_says_so_in_one_sentence(slack: FakeSlack, kept: Kept, http_app: SlackApp):
    slack.fail("oauth.v2.access", "html")
    async with browser(http_app) as client:
        asked = await begin(client)
        answer = await client.get("/slack/oauth_redirect", params={"code": "c", "state": asked["state"]})

    assert answer.status_code == 502
    assert "Slack에 연결하지 못했어요" in answer.text


async def test_a_state_older_than_ten_minutes_is_refused(slack: FakeSlack, kept: Kept):
    now = [1_000_000.0]
    workspaces = Workspaces(kept.token, api_url=slack.base_url)
    installing = Installing(
        workspaces,
        kept,
        client_id="1.2",
        client_secret="c",
        secret_key="k",
        redirect_url="http://127.0.0.1/slack/oauth_redirect",
        clock=lambda: now[0],
    )
    first = installing.begin()
    state = parse_qs(urlsplit(first.headers["location"]).query)["state"][0]
    cookie = SimpleCookie(first.headers["set-cookie"])["sosik_slack_state"]

    now[0] += 601
    answer = await installing.finish({"code": "c", "state": state}, {"sosik_slack_state": cookie.value})
    await workspaces.close()

    assert answer.status_code == 400
    assert not cookie["secure"]  # on loopback, without TLS


async def test_installations_work_beside_socket_mode_without_taking_events(slack: FakeSlack, layer: Layer, kept: Kept):
    install = Install(kept, "1.2", "c", "k", "https://news.example")
    app = build(layer, api_url=slack.base_url, app_token=slack.app_token, token_for=kept.token, install=install)

    async with browser(app) as client:
        assert (await client.get("/slack/install")).status_code == 302
        assert (await client.post("/slack/events", content="x")).status_code == 404
    assert not app.connected


async def test_events_alone_offer_no_installation(slack: FakeSlack, layer: Layer):
    app = build(layer, api_url=slack.base_url, bot_token=slack.bot_token, signing_secret=SECRET)
    layer.reply = lambda _: Reply(Message("글"))
    await app.start()

    async with browser(app) as client:
        assert (await client.get("/slack/install")).status_code == 404
    await app.stop()


def test_the_manifest_asks_for_what_the_code_uses():
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    features, events = manifest["features"], manifest["settings"]["event_subscriptions"]["bot_events"]

    assert tuple(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES
    assert set(events) == {*CLOSED, *OPENED, *GONE, "member_joined_channel", "app_home_opened"}
    assert {each["callback_id"] for each in features["shortcuts"]} == {ADD_SHORTCUT, WHY_SHORTCUT}
    assert features["slash_commands"][0]["command"] == "/news"
    assert features["slash_commands"][0]["should_escape"] is True


def test_the_manifest_keeps_slacks_limits():
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    shown, features = manifest["display_information"], manifest["features"]
    command = features["slash_commands"][0]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert len(features["bot_user"]["display_name"]) <= 80
    assert command["command"].isascii()
    assert len(command["command"]) <= 32
    assert len(command["usage_hint"]) <= 1_000
    assert all(len(each["name"]) <= 24 for each in features["shortcuts"])
