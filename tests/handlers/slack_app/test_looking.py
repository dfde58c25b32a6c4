"""The Home tab and 왜 이 알림?"""

import pytest

from bot.core.message import Message
from bot.services.replies import Reply
from handlers.slack_app import SlackApp
from tests.fakes.slack import FakeSlack
from tests.handlers.slack_app.support import Layer, Shows, app_for


async def home(slack: FakeSlack, heading: str) -> list[str]:
    """The actions of U1's Home tab once it shows `heading`."""
    await slack.until(
        lambda: "U1" in slack.homes and slack.homes["U1"]["blocks"][0]["text"]["text"] == heading, f"home {heading}"
    )
    return [each["action_id"] for each in slack.homes["U1"]["blocks"][-1]["elements"]]


async def test_the_home_tab_shows_a_persons_own_page(slack: FakeSlack, shows: Shows, app: SlackApp):
    await slack.event("app_home_opened", user="U1", channel="D1", tab="home")

    assert await home(slack, "내 알림 1") == ["hub:add", "home:2"]
    assert shows.asked == [("home", "slack:T0FAKE/D1", "1")]


async def test_the_home_tab_is_paged(slack: FakeSlack, shows: Shows, app: SlackApp):
    await slack.event("app_home_opened", user="U1", channel="D1", tab="home")
    await home(slack, "내 알림 1")

    await slack.press_in_view(slack.homes["U1"], "home:2", user="U1")
    assert await home(slack, "내 알림 2") == ["hub:add", "home:1", "home:3"]
    await slack.press_in_view(slack.homes["U1"], "home:3", user="U1")
    assert await home(slack, "내 알림 3") == ["hub:add", "home:2"]


async def test_the_messages_tab_is_left_alone(slack: FakeSlack, shows: Shows, app: SlackApp):
    await slack.event("app_home_opened", user="U1", channel="D1", tab="messages")
    await slack.event("app_home_opened", user="U1", channel="D1", tab="home")
    await home(slack, "내 알림 1")

    assert len(shows.asked) == 1


async def test_a_press_on_the_home_tab_is_answered_in_a_modal_and_shows_the_page_anew(
    slack: FakeSlack, layer: Layer, shows: Shows, app: SlackApp
):
    await slack.event("app_home_opened", user="U1", channel="D1", tab="home")
    await home(slack, "내 알림 1")

    await slack.press_in_view(slack.homes["U1"], "w1:unmute:3", user="U1")
    await slack.until(lambda: len(shows.asked) == 2, "the page anew")

    assert str(layer.asked[0][0].channel) == "slack:T0FAKE/D1"
    assert [view["callback_id"] for view in slack.views.values()] == ["", "answer"]


async def test_adding_from_the_home_tab_opens_the_form(slack: FakeSlack, app: SlackApp):
    await slack.event("app_home_opened", user="U1", channel="D1", tab="home")
    await home(slack, "내 알림 1")

    await slack.press_in_view(slack.homes["U1"], "hub:add", user="U1")
    await slack.until(lambda: any(view["callback_id"] == "watch" for view in slack.views.values()), "the form")


async def test_a_home_tab_that_slack_refuses_harms_nothing(slack: FakeSlack, shows: Shows, app: SlackApp):
    slack.fail("views.publish", "internal_error")
    await slack.event("app_home_opened", user="U1", channel="D1", tab="home")
    await slack.event("app_home_opened", user="U1", channel="D1", tab="home")

    await home(slack, "내 알림 1")


async def test_why_is_asked_of_the_message_by_its_id(slack: FakeSlack, shows: Shows, app: SlackApp):
    slack.rooms["C1"].messages.append(alert := slack.said("C1", "[LG전자] 제목"))

    answer = await (await slack.shortcut("why", user="U1", message=alert)).answered()

    assert shows.asked == [("why", "slack:T0FAKE/C1", alert.ts)]
    assert answer["text"] == f"이유: {alert.ts}"
    assert answer["response_type"] == "ephemeral"


@pytest.mark.parametrize("press", [False, True])
async def test_without_surfaces_the_commands_still_work(slack: FakeSlack, layer: Layer, press: bool):
    app = app_for(slack, layer)
    layer.reply = lambda line: Reply(Message(line))
    await app.start()
    await (await slack.slash("/news", "목록", user="U1", channel="C1")).answered()
    if press:
        await slack.press_in_view({"id": "V1", "type": "home", "private_metadata": ""}, "w1:x:1", user="U1")
        await slack.until(lambda: bool(slack.views), "the answer")
    await app.stop()
