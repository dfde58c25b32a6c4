"""The real slack_bolt over real Socket Mode against our local Slack, with a small command layer of the test's own."""

import asyncio
import logging
from typing import Any

import pytest

from bot.core.commands import Standing
from bot.core.errors import GiveUp, Reach, TryLater, UserMistake
from bot.core.message import Button, Buttons, Message, Option, Paragraph, Span
from bot.core.news import ChannelRef
from bot.core.wording import say
from bot.services.replies import Reply
from handlers.slack_app import SlackApp, sockets
from tests.fakes.slack import FakeSlack
from tests.handlers.slack_app.support import Layer, Noted, app_for


async def test_a_command_is_acknowledged_and_answered_to_the_asker_alone(slack: FakeSlack, layer: Layer, app: SlackApp):
    exchange = await slack.slash("/news", "구독 LG전자", user="U1", channel="C1")
    answer = await exchange.answered()

    ((caller, line),) = layer.asked
    assert line == "구독 LG전자"
    assert (str(caller.channel), caller.user, caller.name) == ("slack:T0FAKE/C1", "U1", "@민지")
    assert (caller.language, caller.zone) == ("ko", "Asia/Seoul")
    assert caller.interaction == exchange.payload["trigger_id"]
    assert answer["text"] == "들은 말: 구독 LG전자"
    assert answer["blocks"]
    assert (answer["response_type"], answer["replace_original"]) == ("ephemeral", False)
    assert slack.messages("C1") == []


async def test_a_command_is_acknowledged_before_its_work_is_done(slack: FakeSlack, layer: Layer, app: SlackApp):
    layer.hold = asyncio.Event()

    exchange = await slack.slash("/news", "목록", user="U1", channel="C1")

    assert exchange.answers == []
    layer.hold.set()
    await exchange.answered()


async def test_a_public_answer_is_shown_to_the_channel(slack: FakeSlack, layer: Layer, app: SlackApp):
    layer.reply = lambda _: Reply(Message("모두에게"), public=True)

    answer = await (await slack.slash("/news", "검색 LG전자", user="U1", channel="C1")).answered()

    assert answer["response_type"] == "in_channel"


async def test_typed_signs_arrive_as_they_were_typed(slack: FakeSlack, layer: Layer, app: SlackApp):
    await (await slack.slash("/news", "구독 AT&amp;T -&lt;b&gt; <@U1|민지>", user="U1", channel="C1")).answered()

    assert layer.asked[0][1] == "구독 AT&T -<b> <@U1|민지>"


async def test_an_unknown_command_comes_with_a_button_that_runs_the_nearest(
    slack: FakeSlack, layer: Layer, app: SlackApp
):
    answer = await (await slack.slash("/news", "구둑 LG전자, BYD", user="U1", channel="C1")).answered()
    button = answer["blocks"][-1]["elements"][0]
    exchange = await slack.press(answer, "run", user="U1", channel="C1")
    answered = await exchange.answered()

    assert "'구독'" not in button["text"]["text"]
    assert button["text"]["text"] == "구독 LG전자, BYD"
    assert answered["text"] == "들은 말: 구독 LG전자, BYD"


async def test_a_command_with_nothing_near_it_gets_no_button(slack: FakeSlack, layer: Layer, app: SlackApp):
    answer = await (await slack.slash("/news", "qwertyuiop", user="U1", channel="C1")).answered()

    assert [block["type"] for block in answer["blocks"]] == ["rich_text"]


async def test_a_press_reaches_the_command_layer_and_may_replace_its_message(
    slack: FakeSlack, layer: Layer, app: SlackApp
):
    buttons = Buttons(
        (
            Button("왜?", "w1:why:7"),
            Button("음소거", "w1:mute:7", options=(Option("오늘", "today"),)),
            Button("기사", url="https://news.example/1"),
        )
    )
    layer.reply = lambda line: Reply(Message(line, (Paragraph((Span(line),)), buttons)), replaces=":" in line)
    answer = await (await slack.slash("/news", "최근 1", user="U1", channel="C1")).answered()

    why = await slack.press(answer, "w1:why:7", user="U1", channel="C1")
    mute = await slack.press(answer, "w1:mute:7", "today", user="UADMIN", channel="C1")
    await slack.press(answer, "link:2", user="U1", channel="C1")

    assert (await why.answered())["replace_original"] is True
    assert (await mute.answered())["text"] == "w1:mute:7 today"
    assert [asked for _, asked in layer.asked[1:]] == [("w1:why:7", ""), ("w1:mute:7", "today")]
    assert layer.asked[2][0].user == "UADMIN"


@pytest.mark.parametrize("kind", ["command", "press"])
async def test_a_payload_delivered_twice_acts_once(slack: FakeSlack, layer: Layer, app: SlackApp, kind: str):
    layer.reply = lambda line: Reply(Message(line, (Buttons((Button("왜?", "w1:why:7"),)),)))
    exchange = await slack.slash("/news", "목록", user="U1", channel="C1")
    answer = await exchange.answered()
    if kind == "press":
        exchange = await slack.press(answer, "w1:why:7", user="U1", channel="C1")
        await exchange.answered()
    asked = len(layer.asked)

    await slack.again(exchange)
    await slack.again(exchange)
    await (await slack.slash("/news", "상태", user="U1", channel="C1")).answered()

    assert len(layer.asked) == asked + 1
    assert len(exchange.answers) == 1


@pytest.mark.parametrize(
    ("user", "standing"), [("U1", Standing.MANAGER), ("UADMIN", Standing.ADMIN), ("UGUEST", Standing.GUEST)]
)
async def test_standing_follows_what_slack_says_of_the_person(
    slack: FakeSlack, layer: Layer, app: SlackApp, user: str, standing: Standing
):
    for _ in range(2):
        await (await slack.slash("/news", "목록", user=user, channel="C1")).answered()

    assert layer.standings == [standing, standing]
    assert len(slack.called("users.info")) == 1  # remembered


@pytest.mark.parametrize(
    ("room", "standing"),
    [
        ({"members": ["U1"]}, Standing.MANAGER),
        ({"members": []}, Standing.READER),
        ({"members": [], "private": True}, Standing.GUEST),
        ({"members": [], "private": True, "bot": False}, Standing.GUEST),
    ],
)
async def test_another_channel_counts_only_for_its_members(
    slack: FakeSlack, layer: Layer, app: SlackApp, room: dict[str, Any], standing: Standing
):
    slack.room("C2", **room)
    layer.look_at = ChannelRef.parse("slack:T0FAKE/C2")

    await (await slack.slash("/news", "목록", user="U1", channel="C1")).answered()

    assert layer.standings == [standing]


async def test_a_channel_of_another_workspace_is_never_the_callers(slack: FakeSlack, layer: Layer, app: SlackApp):
    layer.look_at = ChannelRef.parse("slack:T404/C1")

    answer = await (await slack.slash("/news", "목록", user="U1", channel="C1")).answered()

    assert layer.standings == [Standing.GUEST]
    assert answer["text"]


async def test_members_beyond_the_first_page_count(slack: FakeSlack, layer: Layer, app: SlackApp):
    slack.room("C2", [*(f"U{number:05}" for number in range(1_500)), "UZ"])
    slack.person("UZ")
    layer.look_at = ChannelRef.parse("slack:T0FAKE/C2")

    await (await slack.slash("/news", "목록", user="UZ", channel="C1")).answered()

    assert layer.standings == [Standing.MANAGER]


async def test_without_the_scope_everybody_is_a_full_member_here(slack: FakeSlack, layer: Layer, app: SlackApp):
    slack.scopes -= {"users:read", "channels:read"}

    await (await slack.slash("/news", "목록", user="UGUEST", channel="C1")).answered()
    layer.look_at = ChannelRef.parse("slack:T0FAKE/C2")
    await (await slack.slash("/news", "목록", user="UGUEST", channel="C1")).answered()

    assert layer.standings == [Standing.MANAGER, Standing.GUEST]
    assert layer.missing == [(), ()]


async def test_what_the_bot_lacks_in_a_channel_is_told_and_an_invitation_counts_at_once(
    slack: FakeSlack, layer: Layer, app: SlackApp
):
    slack.room("C2", ["U1"], bot=False)
    slack.room("C3", ["U1"], archived=True)
    slack.room("G4", ["U1"], bot=False, private=True)
    slack.room("D5", ["U1"])
    for channel in ("C1", "C2", "C3", "G4", "D5"):
        await (await slack.slash("/news", "목록", user="U1", channel=channel)).answered()
    slack.rooms["C2"].members.add(slack.bot_user)
    await (await slack.slash("/news", "목록", user="U1", channel="C2")).answered()

    assert layer.missing == [(), ("right.invite",), ("right.archived",), ("right.invite",), (), ()]


async def test_when_slack_does_not_say_who_somebody_is_the_answer_says_to_try_again(
    slack: FakeSlack, layer: Layer, app: SlackApp
):
    slack.fail("users.info", "html", times=2)

    answer = await (await slack.slash("/news", "목록", user="U1", channel="C1")).answered()

    assert answer["text"].startswith("Slack에 연결하지 못했어요")


async def test_a_mistake_of_ours_is_answered_with_one_sentence(
    slack: FakeSlack, layer: Layer, app: SlackApp, caplog: pytest.LogCaptureFixture
):
    def fail(_: str) -> Reply:
        raise RuntimeError

    layer.reply = fail

    answer = await (await slack.slash("/news", "목록", user="U1", channel="C1")).answered()

    assert answer["text"] == say("slack.failed")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UserMistake("command.setting", word="색"), "'색'은 모르는 설정이에요"),
        (UserMistake("no.such_key"), "문제가 생겨"),
    ],
)
async def test_an_error_that_gets_this_far_is_told_in_its_sentence(
    slack: FakeSlack, layer: Layer, app: SlackApp, error: Exception, sentence: str
):
    def fail(_: str) -> Reply:
        raise error

    layer.reply = fail

    answer = await (await slack.slash("/news", "목록", user="U1", channel="C1")).answered()

    assert answer["text"].startswith(sentence)


async def test_an_answer_refused_even_as_plain_text_comes_as_an_ephemeral_message(
    slack: FakeSlack, layer: Layer, app: SlackApp
):
    slack.fail("response_url", "image", times=2)

    await slack.slash("/news", "목록", user="U1", channel="C1")
    await slack.until(lambda: bool(slack.ephemerals), "an ephemeral message")


async def test_an_answer_whose_form_is_refused_comes_as_plain_text(slack: FakeSlack, layer: Layer, app: SlackApp):
    slack.fail("response_url", "image")

    exchange = await slack.slash("/news", "목록", user="U1", channel="C1")
    answer = await exchange.answered()

    assert "blocks" not in answer
    assert answer["text"] == "들은 말: 목록"


@pytest.mark.parametrize("kind", ["500", "reset"])
async def test_an_answer_that_its_url_does_not_take_comes_as_an_ephemeral_message(
    slack: FakeSlack, layer: Layer, app: SlackApp, kind: str
):
    slack.fail("response_url", kind)

    await slack.slash("/news", "목록", user="U1", channel="C1")
    await slack.until(lambda: bool(slack.ephemerals), "an ephemeral message")

    assert (slack.ephemerals[0].ephemeral_to, slack.ephemerals[0].text) == ("U1", "들은 말: 목록")


async def test_an_answer_that_cannot_be_delivered_harms_nothing(slack: FakeSlack, layer: Layer, app: SlackApp):
    slack.fail("response_url", "500")
    slack.fail("chat.postEphemeral", "user_not_in_channel")

    await slack.slash("/news", "목록", user="U1", channel="C1")
    await slack.until(lambda: bool(slack.called("conversations.info")), "the first command's work")
    answer = await (await slack.slash("/news", "상태", user="U1", channel="C1")).answered()

    assert answer["text"] == "들은 말: 상태"


async def test_two_sockets_lose_nothing_when_one_is_cut(slack: FakeSlack, layer: Layer, app: SlackApp):
    exchanges = []
    for number in range(20):
        if number == 7:
            await slack.cut()
        exchanges.append(await slack.slash("/news", f"검색 {number}", user="U1", channel="C1"))
    for exchange in exchanges:
        await exchange.answered()
    await slack.connected(2)

    assert sorted(line for _, line in layer.asked) == sorted(f"검색 {number}" for number in range(20))
    assert app.connected


async def test_a_polite_refresh_is_followed_by_two_new_sockets(slack: FakeSlack, layer: Layer, app: SlackApp):
    before = set(slack.sockets)

    await slack.refresh()
    await slack.until(lambda: len(slack.sockets) == 2 and not before & set(slack.sockets), "new sockets")

    await (await slack.slash("/news", "목록", user="U1", channel="C1")).answered()


async def test_a_refused_reconnection_is_tried_again_with_a_new_address(slack: FakeSlack, layer: Layer, app: SlackApp):
    slack.refused_sockets = 3
    for socket in list(slack.sockets):
        await slack.cut(socket)

    await slack.connected(2)

    await (await slack.slash("/news", "목록", user="U1", channel="C1")).answered()


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("channel_archive", {"channel": "C1", "user": "U1"}, ("closed", "slack:T0FAKE/C1", "delivery.archived")),
        ("group_deleted", {"channel": "G1"}, ("closed", "slack:T0FAKE/G1", "delivery.channel_gone")),
        ("channel_left", {"channel": "C1", "actor_id": "U1"}, ("closed", "slack:T0FAKE/C1", "delivery.not_in_channel")),
        ("channel_unarchive", {"channel": "C1", "user": "U1"}, ("opened", "slack:T0FAKE/C1")),
        ("member_joined_channel", {"channel": "C1", "user": "U0BOT"}, ("opened", "slack:T0FAKE/C1")),
        ("app_uninstalled", {}, ("gone", "T0FAKE")),
        ("tokens_revoked", {"tokens": {"bot": ["U0BOT"]}}, ("gone", "T0FAKE")),
    ],
)
async def test_what_happens_to_channels_and_workspaces_is_passed_on_once(
    slack: FakeSlack, noted: Noted, app: SlackApp, kind: str, fields: dict[str, Any], told: tuple[str, ...]
):
    exchange = await slack.event(kind, **fields)
    await slack.again(exchange)
    await slack.event("member_joined_channel", channel="C1", user="U1")
    await slack.event("tokens_revoked", tokens={"oauth": ["U1"]})
    await app.stop()

    assert noted.told == [told]


async def test_a_wrong_bot_token_is_one_clear_refusal(slack: FakeSlack, layer: Layer):
    with pytest.raises(GiveUp) as refused:
        await app_for(slack, layer, bot_token="nonsense").start()

    assert (refused.value.key, refused.value.reach) == ("slack.token", Reach.WORKSPACE)
    assert "SLACK_BOT_TOKEN" in say(refused.value.key, **refused.value.values)


async def test_a_wrong_app_token_is_one_clear_refusal(slack: FakeSlack, layer: Layer, caplog: pytest.LogCaptureFixture):
    app = app_for(slack, layer, app_token="nonsense")
    with pytest.raises(GiveUp) as refused:
        await app.start()

    assert refused.value.key == "slack.app_token"
    assert not app.connected
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_start_that_found_no_slack_can_be_tried_again(slack: FakeSlack, layer: Layer):
    app = app_for(slack, layer)
    slack.fail("auth.test", "500")
    slack.fail("apps.connections.open", "internal_error")
    for _ in range(2):
        with pytest.raises(TryLater):
            await app.start()
        assert not app.connected

    await app.start()
    await (await slack.slash("/news", "목록", user="U1", channel="C1")).answered()
    assert app.connected
    await app.stop()


async def test_sockets_that_do_not_open_are_an_unreachable_slack(
    slack: FakeSlack, layer: Layer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sockets, "CALL_SECONDS", 0.3)
    slack.refused_sockets = 10**6
    app = app_for(slack, layer)

    with pytest.raises(TryLater, match=r"slack\.unreachable"):
        await app.start()
    assert not app.connected


async def test_a_request_from_a_workspace_without_the_app_is_not_served(slack: FakeSlack, layer: Layer, app: SlackApp):
    slack.room("C9", ["U9"], team="T404")

    exchange = await slack.slash("/news", "목록", user="U9", channel="C9")

    assert exchange.acked_at is not None
    assert layer.asked == []


async def test_stopping_lets_the_work_under_way_end(slack: FakeSlack, layer: Layer):
    app = app_for(slack, layer)
    await app.start()
    layer.hold = asyncio.Event()
    exchange = await slack.slash("/news", "목록", user="U1", channel="C1")
    stopping = asyncio.create_task(app.stop())
    await slack.until(lambda: not slack.sockets, "closed sockets")

    layer.hold.set()
    await stopping

    assert exchange.answers[0]["text"] == "들은 말: 목록"


async def test_several_workspaces_are_served_with_their_own_tokens(slack: FakeSlack, layer: Layer):
    tokens = {"T0FAKE": slack.bot_token, "T2": slack.install("T2")}
    slack.room("C9", ["U9"], team="T2")
    slack.person("U9", team="T2")
    app = app_for(slack, layer, bot_token="", token_for=tokens.get)
    await app.start()

    for user, channel in (("U1", "C1"), ("U9", "C9")):
        await (await slack.slash("/news", "목록", user=user, channel=channel)).answered()
    await app.stop()

    assert [str(caller.channel) for caller, _ in layer.asked] == ["slack:T0FAKE/C1", "slack:T2/C9"]
    assert [call.team for call in slack.calls if call.method == "users.info"] == ["T0FAKE", "T2"]


async def test_a_mistake_of_ours_in_an_event_keeps_its_traceback(
    slack: FakeSlack, noted: Noted, app: SlackApp, caplog: pytest.LogCaptureFixture
):
    await slack.event("channel_unarchive", user="U1")  # names no channel
    await slack.event("channel_unarchive", channel="C1", user="U1")
    await app.stop()

    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [KeyError]


async def test_tracebacks_of_the_sdk_stay_out_of_the_log(
    slack: FakeSlack, app: SlackApp, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        slack.refused_sockets = 1
        await slack.cut()
        await slack.connected(2)

    assert not [record for record in caplog.records if record.exc_info]


async def test_a_bot_that_is_not_in_the_channel_offers_to_try_again(slack: FakeSlack, layer: Layer, app: SlackApp):
    slack.room("C2", ["U1"], bot=False)
    layer.reply = lambda _: Reply(Message(say("right.invite")), failed=bool(layer.missing[-1]))
    answer = await (await slack.slash("/news", "구독 LG전자", user="U1", channel="C2")).answered()
    slack.rooms["C2"].members.add(slack.bot_user)

    exchange = await slack.press(answer, "run", user="U1", channel="C2")
    await exchange.answered()

    assert answer["blocks"][-1]["elements"][0]["text"]["text"] == "다시 시도"
    assert [line for _, line in layer.asked] == ["구독 LG전자", "구독 LG전자"]
    assert layer.missing == [("right.invite",), ()]
