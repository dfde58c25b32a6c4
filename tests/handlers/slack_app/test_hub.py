"""Modals: the hub, the forms behind it, and answers where there is no channel."""

from asyncio import Event
from typing import Any

import pytest

from bot.core.message import Button, Buttons, Message
from bot.core.wording import say
from bot.services.replies import Reply
from handlers.slack_app import SlackApp, hub
from tests.fakes.slack import FakeSlack
from tests.handlers.slack_app.support import Layer


async def opened(slack: FakeSlack, count: int = 1) -> dict[str, Any]:
    """The `count`-th view, once it is open."""
    await slack.until(lambda: len(slack.views) >= count, f"view {count}")
    return list(slack.views.values())[count - 1]


def form(expression: str = "LG전자", channel: str = "C1", **more: str) -> dict[str, Any]:
    """`state.values` of the watch form."""
    options = {"scope": "title", "delivery": "both"} | more
    return {
        "expression": {"expression": {"type": "plain_text_input", "value": expression}},
        "channel": {"channel": {"type": "conversations_select", "selected_conversation": channel}},
        **{
            name: {name: {"type": "radio_buttons", "selected_option": {"value": value}}}
            for name, value in options.items()
        },
    }


async def test_the_command_alone_opens_the_hub(slack: FakeSlack, layer: Layer, app: SlackApp):
    await slack.slash("/news", "  ", user="U1", channel="C1")
    view = await opened(slack)

    assert view["title"]["text"] == "소식"
    assert view["private_metadata"] == "C1"
    assert [each["action_id"] for each in view["blocks"][1]["elements"]] == [
        "hub:list",
        "hub:add",
        "hub:search",
        "hub:digest",
    ]
    assert layer.asked == []


@pytest.mark.parametrize(("action", "name"), [("hub:list", "watch.list"), ("hub:digest", "digest.show")])
async def test_the_hub_shows_what_its_channel_has(
    slack: FakeSlack, layer: Layer, app: SlackApp, action: str, name: str
):
    await slack.slash("/news", "", user="U1", channel="C1")
    await slack.press_in_view(await opened(slack), action, user="U1")
    answer = await opened(slack, 2)

    ((caller, invocation),) = layer.asked
    assert (str(caller.channel), invocation.name) == ("slack:T0FAKE/C1", name)
    assert answer["callback_id"] == "answer"
    assert answer["blocks"][0]["elements"][0]["elements"][0]["text"] == f"들은 말: {name}"


async def test_a_press_in_an_answer_replaces_it_or_lies_upon_it(slack: FakeSlack, layer: Layer, app: SlackApp):
    layer.reply = lambda line: Reply(Message(line, (Buttons((Button("▶", "w1:page:2"),)),)), replaces=":page" in line)
    await slack.slash("/news", "", user="U1", channel="C1")
    await slack.press_in_view(await opened(slack), "hub:list", user="U1")
    answer = await opened(slack, 2)

    await slack.press_in_view(answer, "w1:page:2", user="U1")
    await slack.until(lambda: slack.views[answer["id"]]["hash"] != answer["hash"], "the replaced view")
    await slack.press_in_view(answer, "w1:mute:3", user="U1")
    await opened(slack, 3)

    assert [str(caller.channel) for caller, _ in layer.asked] == ["slack:T0FAKE/C1"] * 3


@pytest.mark.parametrize("text", ["구독", "watch", " 구독  "])
async def test_a_watch_without_an_expression_opens_a_form_that_runs_it(
    slack: FakeSlack, layer: Layer, app: SlackApp, text: str
):
    await slack.slash("/news", text, user="U1", channel="C1")
    view = await opened(slack)
    exchange = await slack.submit(view, form(channel="C2"), user="U1")
    await slack.until(lambda: bool(slack.ephemerals), "the answer")

    ((caller, invocation),) = layer.asked
    assert invocation.name == "watch.add"
    assert dict(invocation.arguments) == {"expression": "LG전자", "channel": "C2", "scope": "title", "delivery": "both"}
    assert str(caller.channel) == "slack:T0FAKE/C1"
    assert exchange.ack == {}
    assert slack.ephemerals[0].channel == "C1"


async def test_the_channel_the_form_was_opened_in_is_not_named_again(slack: FakeSlack, layer: Layer, app: SlackApp):
    await slack.slash("/news", "구독", user="U1", channel="C1")
    await slack.submit(await opened(slack), form(), user="U1")

    assert "channel" not in layer.asked[0][1].arguments


async def test_a_blank_keyword_comes_back_on_its_field(slack: FakeSlack, layer: Layer, app: SlackApp):
    await slack.slash("/news", "구독", user="U1", channel="C1")

    exchange = await slack.submit(await opened(slack), form("  "), user="U1")

    assert exchange.ack == {"response_action": "errors", "errors": {"expression": "키워드를 하나 이상 넣어 주세요"}}
    assert layer.asked == []


async def test_a_mistake_in_the_expression_comes_back_on_its_field(slack: FakeSlack, layer: Layer, app: SlackApp):
    layer.reply = lambda _: Reply(Message("따옴표가 닫히지 않았어요 (1번째 글자)"), failed=True)
    await slack.slash("/news", "구독", user="U1", channel="C1")

    exchange = await slack.submit(await opened(slack), form('"AI 연구소'), user="U1")

    assert exchange.ack["errors"] == {"expression": "따옴표가 닫히지 않았어요 (1번째 글자)"}


async def test_a_question_about_the_watch_is_asked_as_an_answer(slack: FakeSlack, layer: Layer, app: SlackApp):
    ask = Buttons((Button("그래도 구독", "w1:force:3"),))
    layer.reply = lambda _: Reply(Message("하루 약 300건이에요", (ask,)), failed=True)
    await slack.slash("/news", "구독", user="U1", channel="C1")

    exchange = await slack.submit(await opened(slack), form("AI"), user="U1")
    await slack.until(lambda: bool(slack.ephemerals), "the question")

    assert exchange.ack == {}
    assert slack.ephemerals[0].text == "하루 약 300건이에요"


async def test_the_answer_uses_the_address_that_the_form_brings(slack: FakeSlack, layer: Layer, app: SlackApp):
    await slack.slash("/news", "구독", user="U1", channel="C1")
    view = await opened(slack)
    other = await slack.slash("/news", "목록", user="U1", channel="C1")
    await other.answered()

    exchange = await slack.submit(view, form(), user="U1", response_url=other.payload["response_url"])

    assert (await other.answered(2))["text"] == "들은 말: watch.add"
    assert exchange.ack == {}


async def test_slow_work_is_acknowledged_in_time_and_answered_later(
    slack: FakeSlack, layer: Layer, app: SlackApp, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hub, "FORM_SECONDS", 0.05)
    layer.hold = Event()
    await slack.slash("/news", "구독", user="U1", channel="C1")
    exchange = await slack.submit(await opened(slack), form(), user="U1")
    assert (exchange.ack, slack.ephemerals) == ({}, [])

    layer.hold.set()
    await slack.until(lambda: bool(slack.ephemerals), "the late answer")


async def test_a_search_shows_its_result_in_place_of_the_form(slack: FakeSlack, layer: Layer, app: SlackApp):
    await slack.slash("/news", "", user="U1", channel="C1")
    await slack.press_in_view(await opened(slack), "hub:search", user="U1")
    values = form("BYD", days="30") | {"outlet": {"outlet": {"selected_option": {"value": "더구루"}}}}
    for name in ("channel", "scope", "delivery"):
        del values[name]
    exchange = await slack.submit(await opened(slack, 2), values, user="U1")

    assert dict(layer.asked[0][1].arguments) == {"expression": "BYD", "days": "30", "outlet": "더구루"}
    assert exchange.ack["response_action"] == "update"
    assert exchange.ack["view"]["blocks"][0]["elements"][0]["elements"][0]["text"] == "들은 말: news.search"


async def test_a_slow_search_says_that_it_is_looking(
    slack: FakeSlack, layer: Layer, app: SlackApp, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hub, "FORM_SECONDS", 0.05)
    layer.hold = Event()
    await slack.slash("/news", "", user="U1", channel="C1")
    await slack.press_in_view(await opened(slack), "hub:search", user="U1")
    view = await opened(slack, 2)
    exchange = await slack.submit(view, form("BYD"), user="U1")
    layer.hold.set()
    await slack.until(lambda: slack.views[view["id"]]["callback_id"] == "answer", "the result")

    assert say("slack.working") in str(exchange.ack["view"]["blocks"])


@pytest.mark.parametrize("mistake", ["  ", '"AI'])
async def test_a_bad_search_comes_back_on_its_field(slack: FakeSlack, layer: Layer, app: SlackApp, mistake: str):
    layer.reply = lambda _: Reply(Message("따옴표가 닫히지 않았어요"), failed=True)
    await slack.slash("/news", "", user="U1", channel="C1")
    await slack.press_in_view(await opened(slack), "hub:search", user="U1")

    exchange = await slack.submit(await opened(slack, 2), form(mistake), user="U1")

    assert list(exchange.ack["errors"]) == ["expression"]


async def test_outlets_are_suggested_while_somebody_types(slack: FakeSlack, layer: Layer, app: SlackApp):
    options = await slack.suggest("outlet", "더구", user="U1")

    assert options == [{"text": {"type": "plain_text", "text": "더구 outlet", "emoji": False}, "value": "1"}]


async def test_the_shortcut_opens_the_form_from_anywhere_and_answers_in_the_direct_message(
    slack: FakeSlack, layer: Layer, app: SlackApp
):
    await slack.shortcut("add_watch", user="U1")
    await slack.submit(await opened(slack), form(channel="C2"), user="U1")
    said = await slack.posted("D1")

    assert said.text == "들은 말: watch.add"
    assert str(layer.asked[0][0].channel) == "slack:T0FAKE/D1"


@pytest.mark.parametrize("text", ["", "구독"])
async def test_a_modal_that_comes_too_late_is_said_so(slack: FakeSlack, layer: Layer, app: SlackApp, text: str):
    slack.fail("views.open", "expired_trigger_id")

    answer = await (await slack.slash("/news", text, user="U1", channel="C1")).answered()

    assert answer["text"] == say("slack.try_again")


async def test_a_view_that_slack_refuses_is_answered_outside_of_it(slack: FakeSlack, layer: Layer, app: SlackApp):
    await slack.slash("/news", "", user="U1", channel="C1")
    view = await opened(slack)
    slack.fail("views.push", "expired_trigger_id", times=3)

    await slack.press_in_view(view, "hub:list", user="U1")
    await slack.press_in_view(view, "hub:search", user="U1")
    await slack.until(lambda: len(slack.ephemerals) == 2, "both answers")

    assert [said.text for said in slack.ephemerals] == ["들은 말: watch.list", say("slack.try_again")]


async def test_a_page_that_can_no_longer_be_replaced_is_answered_outside(slack: FakeSlack, layer: Layer, app: SlackApp):
    layer.reply = lambda line: Reply(Message(line), replaces=True)
    await slack.slash("/news", "", user="U1", channel="C1")
    view = await opened(slack)
    slack.fail("views.update", "not_found")

    await slack.press_in_view(view, "w1:page:2", user="U1")
    await slack.until(lambda: bool(slack.ephemerals), "the answer")


async def test_a_person_whose_slack_speaks_english_gets_english_forms(slack: FakeSlack, layer: Layer, app: SlackApp):
    slack.person("UEN", locale="en-US")
    slack.rooms["C1"].members.add("UEN")

    await slack.slash("/news", "구독", user="UEN", channel="C1")

    assert (await opened(slack))["title"]["text"] == "Add a news watch"
