import asyncio
import contextlib
from dataclasses import dataclass, field

import pytest
import structlog

from bot.adapters.post import Post
from bot.adapters.post_discord import DiscordPoster
from bot.core.commands import COMMANDS, Caller, Standing
from bot.core.errors import GiveUp, Reach, TryLater, UserMistake
from bot.core.message import Bullets, Button, Buttons, Chips, Heading, Headline, Message, Option, Paragraph, Span
from bot.core.news import ChannelRef, Pace, Platform, Scope, Watch
from bot.services.replies import Reply
from handlers.discord_app import Shards, StoredHash, build
from tests.fakes import discord as fakes
from tests.fakes.discord import ADMIN, EMBED, GUILD, MANAGER, MEMBER, OTHER_TEXT, TEXT, USER, VIEW, FakeDiscord

HERE = ChannelRef(Platform.DISCORD, GUILD, TEXT)
MUTE = (Option("이 이야기 그만", "story"), Option("이 감시 오늘", "today"))


def said(text, *controls, **how):
    parts = (Paragraph((Span(text),)), *((Buttons(controls),) if controls else ()))
    return Reply(Message(text, parts), **how)


@dataclass
class Layer:
    """A command layer of the test's own: it remembers what it was asked and says what it is told to say."""

    reply: Reply = field(default_factory=lambda: said("했어요"))
    asked: list = field(default_factory=list)
    standings: list = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None
    suggestions: tuple = ()
    target: str = ""
    workspace: str = ""

    def __post_init__(self):
        self.gate.set()

    async def run(self, caller, invocation, rights):
        return await self._answer(caller, (invocation.name, dict(invocation.arguments)), rights)

    async def press(self, caller, action, value, rights):
        return await self._answer(caller, (action, value), rights)

    async def run_text(self, caller, text, rights):
        raise NotImplementedError

    def suggest(self, caller, kind, typed):
        self.asked.append((caller, (kind, typed)))
        return self.suggestions

    async def _answer(self, caller, what, rights):
        self.asked.append((caller, what))
        named = what[1].get("channel", "") if isinstance(what[1], dict) else ""
        target = named or self.target or caller.channel.channel
        channel = ChannelRef(Platform.DISCORD, self.workspace or caller.channel.workspace, target)
        self.standings.append((await rights.standing(caller, channel), await rights.missing(channel)))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return self.reply

    @property
    def what(self):
        return [what for _, what in self.asked]


class Archive:
    """What the store knows."""

    async def watch(self, caller, number):
        if (caller.user, number) != (USER, "12"):
            return None
        return Watch(1, HERE, "LG전자", since=None, number=12, scope=Scope.TITLE, pace=Pace.DIGEST, version=3)

    async def workspace_of(self, channel):
        return GUILD if channel == "44" else None


@dataclass
class Events:
    """What the platform told."""

    told: list = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    error: Exception | None = None

    async def channel_closed(self, channel, reason_key):
        await self._tell(("closed", str(channel), reason_key))

    async def channel_opened(self, channel):
        await self._tell(("opened", str(channel)))

    async def workspace_gone(self, workspace):
        await self._tell(("gone", workspace))

    async def _tell(self, what):
        self.told.append(what)
        async with self.changed:
            self.changed.notify_all()
        if self.error is not None:
            raise self.error

    async def until(self, what):
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: what in self.told)


@pytest.fixture(autouse=True)
def logs():
    with structlog.testing.capture_logs() as captured:
        yield captured


@pytest.fixture
async def fake():
    async with FakeDiscord() as server:
        yield server


@pytest.fixture
def layer():
    return Layer()


@pytest.fixture
def events():
    return Events()


@pytest.fixture
async def app(fake, layer, events):
    async with running(fake, layer, events=events) as started:
        yield started


@contextlib.asynccontextmanager
async def running(fake, layer, **how):
    app = build(layer, token=fake.token, api_url=fake.url, **how)
    await app.start()
    try:
        assert await app.ready(10)
        yield app
    finally:
        await app.stop()


def sample(option):
    if option["type"] == 4:
        return 7
    if option["type"] == 5:
        return True
    if option["type"] == 7:
        return OTHER_TEXT
    if option["type"] == 8:
        return "123"
    return option["choices"][0]["value"] if option.get("choices") else "12"


# commands


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
async def test_every_command_of_the_table_runs_with_all_its_options(fake, layer, app, command):
    name = f"{command.group} {command.verb}"
    leaf = next(
        each
        for group in fake.commands
        if group["name"] == command.group
        for each in group["options"]
        if each["name"] == command.verb
    )
    options = {each["name"]: sample(each) for each in leaf.get("options", [])}
    answer = await fake.slash(name, options, permissions=ADMIN)

    assert set(options) == {each.name for each in command.options}
    expected = {key: "yes" if value is True else str(value) for key, value in options.items()}
    if command.name == "watch.edit":
        assert len(expected) == 5
    assert layer.what == [(command.name, expected)]
    assert answer.text == "했어요"
    assert answer.private


async def test_commands_have_korean_names_texts_and_choices(fake, app):
    watch = next(each for each in fake.commands if each["name"] == "watch")
    add = next(each for each in watch["options"] if each["name"] == "add")
    scope = next(each for each in add["options"] if each["name"] == "scope")

    assert watch["name_localizations"] == {"ko": "감시"}
    assert add["description_localizations"] == {"ko": "키워드를 구독해요"}
    assert scope["name_localizations"] == {"ko": "범위"}
    assert scope["choices"][1] == {"name": "title", "value": "title", "name_localizations": {"ko": "제목"}}
    assert scope["description"] == "The title only, or the text too"


async def test_managers_commands_are_hidden_and_for_servers_only_and_look_ups_are_for_all(fake, app):
    by_name = {each["name"]: each for each in fake.commands}

    assert by_name["watch"]["default_member_permissions"] == fakes.MANAGE_CHANNELS
    assert by_name["source"]["default_member_permissions"] == fakes.MANAGE_GUILD
    assert by_name["watch"]["contexts"] == [0]
    assert by_name["news"]["contexts"] == [0, 1, 2]
    assert by_name["news"]["integration_types"] == [0, 1]
    assert by_name["news"]["default_member_permissions"] is None


async def test_a_caller_is_told_with_channel_name_and_language(fake, layer, app):
    await fake.slash("news status", locale="en-US", name="Minji", id="123456789012345678")
    await fake.slash("news status", locale="ja")

    first, second = (caller for caller, _ in layer.asked)
    assert first == Caller(HERE, USER, name="@Minji", language="en", interaction="123456789012345678")
    assert second.language is None


async def test_a_public_answer_is_public_and_pings_only_its_role(fake, layer, app):
    layer.reply = Reply(Message("공유합니다", mention="55"), public=True)
    answer = await fake.slash("news search", {"expression": "LG전자", "share": True})

    assert not answer.private
    assert answer.text == "<@&55> 공유합니다"
    assert answer.data["allowed_mentions"] == {"parse": [], "roles": [55]}


async def test_a_rich_answer_comes_as_an_embed(fake, layer, app):
    parts = (Heading("감시 2개"), Bullets(((Span("#1 LG전자"),), (Span("#2 @everyone"),))))
    layer.reply = Reply(Message("감시 2개", parts))
    answer = await fake.slash("watch list")

    assert answer.text == "감시 2개\n• #1 LG전자\n• #2 @\u200beveryone"


async def test_a_long_answer_comes_in_several_messages_to_the_asker_alone(fake, layer, app):
    items = tuple((Span("가" * 60, url=f"https://news.example/{n:0500}"),) for n in range(30))
    layer.reply = Reply(Message("묶음", (Heading("묶음"), Bullets(items))))
    answer = await fake.slash("watch list")
    await fake.until(lambda: len(answer.late) == 3)

    shown = [answer.data, *answer.late]
    assert sum(embed["description"].count("[링크](") for each in shown for embed in each["embeds"]) == 30
    assert all(each["flags"] == 64 for each in shown)


async def test_what_asks_other_servers_is_deferred_at_once_and_privately(fake, layer, app):
    layer.gate.clear()
    asking = asyncio.create_task(fake.slash("source add", {"url": "https://n.example/"}, permissions=ADMIN))
    await fake.until(lambda: [body for _, path, body in fake.bodies if path.endswith("/callback")])
    assert fake.bodies[-1][2] == {"type": 5, "data": {"flags": 64}}

    layer.gate.set()
    answer = await asking
    assert (answer.text, answer.private) == ("했어요", True)


async def test_a_slow_command_is_deferred_in_time(fake, layer, app):
    layer.gate.clear()
    asking = asyncio.create_task(fake.slash("watch list"))
    await fake.until(lambda: [body for _, path, body in fake.bodies if path.endswith("/callback")])
    layer.gate.set()

    assert (await asking).text == "했어요"


async def test_a_test_of_an_address_is_deferred_and_one_without_is_not(fake, layer, app):
    with_url = await fake.slash("watch test", {"watch": "1", "url": "https://n.example/"})
    without = await fake.slash("watch test", {"watch": "1"})

    assert (with_url.type, without.type) == (5, 4)


async def test_suggestions_come_from_the_layer_with_ids_as_values(fake, layer, app):
    layer.suggestions = (Option("#12 LG전자", "12"), Option("가" * 150, "13"), Option("없음", ""))
    choices = await fake.suggest("watch remove", "watch", "LG", locale="ko")

    assert layer.what == [("watch", "LG")]
    assert [each["value"] for each in choices] == ["12", "13"]
    assert choices[0]["name"] == "#12 LG전자"


async def test_suggestions_are_at_most_25(fake, layer, app):
    layer.suggestions = tuple(Option(f"#{n}", str(n)) for n in range(40))

    assert len(await fake.suggest("watch add", "expression", "")) == 25


async def test_whatever_breaks_the_person_gets_one_sentence(fake, layer, app, logs):
    layer.error = RuntimeError("boom")
    answer = await fake.slash("watch list")

    assert answer.text == "처리하지 못했어요. 잠시 뒤에 다시 해 주세요"
    assert answer.private
    assert [each["error"] for each in logs if each["log_level"] == "error"] == ["CommandInvokeError"]
    assert (await fake.slash("watch list", locale="en-GB")).text == "That did not work. Please try again in a moment"


async def test_a_refused_form_is_answered_once_more_as_a_plain_line(fake, layer, app):
    layer.reply = Reply(Message("한 줄", (Heading("제목"), Bullets(((Span("가"),),)))))
    fake.fail("400", "/callback", body={"code": 50035, "message": "Invalid Form Body"})
    answer = await fake.slash("watch list")

    assert (answer.text, answer.final["embeds"]) == ("한 줄", [])


async def test_an_answer_that_comes_too_late_is_only_logged(fake, layer, app, logs):
    fake.fail("404", "/callback", body={"code": 10062, "message": "Unknown interaction"})
    await fake.slash("watch list", waits=False)
    await fake.until(lambda: not any(each.times for each in fake.faults))

    assert (await fake.slash("watch list")).text == "했어요"
    assert {"code": 10062, "event": "discord_too_late", "log_level": "warning"} in logs


async def test_a_refusal_of_another_kind_still_ends_in_one_sentence(fake, layer, app):
    fake.fail("403", "/callback", body={"code": 50001, "message": "Missing Access"})

    assert (await fake.slash("watch list")).text == "처리하지 못했어요. 잠시 뒤에 다시 해 주세요"


async def test_when_even_the_apology_is_refused_it_is_logged(fake, layer, app, logs):
    fake.fail("403", "/callback", body={"code": 50001, "message": "Missing Access"}, times=2)
    await fake.slash("watch list", waits=False)
    await fake.until(lambda: not any(each.times for each in fake.faults))

    assert (await fake.slash("watch list")).text == "했어요"
    assert [each["event"] for each in logs if each["event"] == "discord_answer_lost"]


@pytest.mark.parametrize("code", [10062, 50001])
async def test_a_deferral_that_is_refused_is_logged_and_harms_nothing(fake, layer, app, logs, code):
    fake.fail("404", "/callback", body={"code": code, "message": "made up"}, times=2)
    await fake.slash("source add", {"url": "https://n.example/"}, permissions=ADMIN, waits=False)
    await fake.until(lambda: not any(each.times for each in fake.faults))

    assert (await fake.slash("watch list")).text == "했어요"
    assert {each["event"] for each in logs} & {"discord_too_late", "discord_answer_lost"}


async def test_an_answer_with_a_mistake_of_ours_becomes_a_plain_line(fake, layer, app, logs):
    layer.reply = Reply(Message("한 줄", (Buttons((Button("가", action="not~ours"),)),)))

    assert (await fake.slash("watch list")).text == "한 줄"
    assert [each for each in logs if each["event"] == "discord_payload"]


async def test_an_interaction_told_twice_acts_once(fake, layer, app):
    await fake.slash("watch add", {"expression": "LG전자"}, times=2)
    await fake.slash("watch list")

    assert [name for name, _ in layer.what] == ["watch.add", "watch.list"]


# rights


@pytest.mark.parametrize(
    ("permissions", "standing"),
    [
        (0, Standing.GUEST),
        (VIEW, Standing.READER),
        (MEMBER, Standing.READER),
        (VIEW | fakes.MANAGE_CHANNELS, Standing.READER),
        (MANAGER, Standing.MANAGER),
        (ADMIN, Standing.ADMIN),
        (fakes.ADMINISTRATOR | VIEW, Standing.ADMIN),
    ],
)
async def test_standing_comes_from_the_permissions_in_the_channel(fake, layer, app, permissions, standing):
    await fake.slash("news status", permissions=permissions)

    assert layer.standings == [(standing, ())]


async def test_what_we_lack_in_the_channel_is_named(fake, layer, app):
    fake.rooms[TEXT].may = VIEW
    await fake.slash("news status")

    assert layer.standings[0][1] == ("right.send_messages", "right.embed_links")


async def test_another_channel_has_rights_of_its_own(fake, layer, app):
    fake.rooms[OTHER_TEXT].may &= ~EMBED
    await fake.slash("watch list", {"channel": OTHER_TEXT}, resolved={OTHER_TEXT: MEMBER})

    assert layer.standings == [(Standing.READER, ("right.embed_links",))]


async def test_a_channel_that_the_interaction_does_not_tell_of_is_known_from_the_gateway(fake, layer):
    fake.rooms[OTHER_TEXT].overwrites = [{"id": GUILD, "type": 0, "allow": "0", "deny": str(fakes.EMBED)}]
    fake.rooms["34"] = fakes.Room("34", 11, parent=TEXT)
    fake.rooms["35"] = fakes.Room("35")
    async with running(fake, layer):
        for channel in (OTHER_TEXT, "34", "404", "x"):
            layer.target = channel
            await fake.slash("news status")

    assert layer.standings == [
        (Standing.READER, ("right.embed_links",)),
        (Standing.READER, ()),
        (Standing.GUEST, ("right.view_channel",)),
        (Standing.GUEST, ("right.view_channel",)),
    ]


async def test_a_channel_of_another_server_is_nobody_s_business(fake, layer, app):
    layer.workspace = "5"
    await fake.slash("news status")

    assert layer.standings[0][0] is Standing.GUEST


async def test_a_thread_needs_the_right_to_write_in_threads(fake, layer, app):
    fake.rooms["33"] = fakes.Room("33", 11, parent=TEXT, may=VIEW | EMBED)
    await fake.slash("news status", channel="33", permissions=MANAGER)
    await fake.slash("news status", channel="33", permissions=MANAGER | fakes.THREADS)

    assert layer.standings == [(Standing.READER, ("right.threads",)), (Standing.MANAGER, ("right.threads",))]


async def test_in_direct_messages_everybody_manages_their_own(fake, layer, app):
    fake.rooms["44"] = fakes.Room("44", fakes.DM_TYPE, guild="0")
    await fake.slash("news status", channel="44")

    assert str(layer.asked[0][0].channel) == "discord:@me/44"
    assert layer.standings == [(Standing.MANAGER, ())]


async def test_direct_messages_of_a_personal_watch_belong_to_its_server(fake, layer):
    for channel in ("44", "45"):
        fake.rooms[channel] = fakes.Room(channel, fakes.DM_TYPE, guild="0")
    async with running(fake, layer, known=Archive()):
        await fake.slash("news status", channel="44")
        await fake.slash("news status", channel="45")

    assert [str(caller.channel) for caller, _ in layer.asked] == [f"discord:{GUILD}/44", "discord:@me/45"]
    assert layer.standings == [(Standing.MANAGER, ())] * 2


# controls


def a_card():
    buttons = (
        Button("기사", url="https://n.example/1"),
        Button("왜?", action="w1:why:7"),
        Button("음소거", action="w1:mute:7", options=MUTE),
    )
    parts = (Chips(("LG전자",)), Headline("제목", "https://n.example/1"), Buttons(buttons))
    return Message("[LG전자] 제목 (매체)", parts)


async def posted(fake, message=None):
    poster = DiscordPoster(fake.token, api_url=fake.url)
    await poster.post(Post(HERE, message or a_card(), f"d{len(fake.messages())}"))
    await poster.close()
    return fake.messages()[-1]


def control_of(message, label):
    return next(each for row in message["components"] for each in row["components"] if label in each["label"])


async def test_a_button_on_a_card_posted_before_the_start_works(fake, layer):
    card = await posted(fake)
    async with running(fake, layer):
        answer = await fake.press(card, control_of(card, "왜?"))

    assert layer.what == [("w1:why:7", "")]
    assert (answer.text, answer.private) == ("했어요", True)


async def test_mute_opens_a_select_and_the_choice_takes_its_place(fake, layer, app):
    card = await posted(fake)
    opened = await fake.press(card, control_of(card, "음소거"))
    assert layer.what == []
    assert [each["value"] for each in opened.control("음소거")["options"]] == ["story", "today"]
    assert opened.private

    chosen = await fake.press_answer(opened, "음소거", "today")
    assert layer.what == [("w1:mute:7", "today")]
    assert (chosen.type, chosen.text) == (7, "했어요")


async def test_a_page_turns_in_place(fake, layer, app):
    layer.reply = said("1쪽", Button("▶", action="w1:list:1"))
    first = await fake.slash("watch list")
    layer.reply = said("2쪽", Button("◀", action="w1:list:0"), replaces=True)
    second = await fake.press_answer(first, "▶")

    assert (second.type, second.text) == (7, "2쪽")
    assert layer.what[-1] == ("w1:list:1", "")


async def test_a_slow_press_is_deferred_and_still_answers_privately(fake, layer, app):
    card = await posted(fake)
    layer.gate.clear()
    pressing = asyncio.create_task(fake.press(card, control_of(card, "왜?")))
    await fake.until(lambda: [body for _, path, body in fake.bodies if path.endswith("/callback")])
    layer.gate.set()

    answer = await pressing
    assert (answer.type, answer.text, answer.final["flags"]) == (6, "했어요", 64)


async def test_a_press_that_breaks_gets_one_sentence(fake, layer, app):
    card = await posted(fake)
    layer.error = RuntimeError("boom")

    assert (await fake.press(card, control_of(card, "왜?"))).text == "처리하지 못했어요. 잠시 뒤에 다시 해 주세요"


async def test_a_press_told_twice_acts_once(fake, layer, app):
    card = await posted(fake)
    await fake.press(card, control_of(card, "왜?"), times=2)
    await fake.slash("watch list")

    assert [what[0] for what in layer.what] == ["w1:why:7", "watch.list"]


async def test_why_this_alert_asks_about_a_card_of_ours(fake, layer, app):
    card = await posted(fake)
    answer = await fake.menu("Why this alert?", card)

    assert layer.what == [("w1:why:7", "")]
    assert answer.text == "했어요"


async def test_why_this_alert_knows_that_a_message_is_not_ours(fake, layer, app):
    line = await posted(fake, Message("알림을 시작합니다"))
    stranger = {**await posted(fake), "author": fakes.a_user("5")}

    assert (await fake.menu("Why this alert?", line)).text == "이 봇의 알림이 아니에요"
    assert (await fake.menu("Why this alert?", stranger, locale="en-US")).text == "This is no alert of this bot"
    assert layer.what == []


# the dialog


async def test_edit_without_a_change_opens_a_dialog_with_what_the_watch_says(fake, layer):
    async with running(fake, layer, known=Archive()):
        dialog = await fake.slash("watch edit", {"watch": "12"})
        labels = [each["label"] for each in dialog.data["components"]]
        assert labels == ["키워드", "제외어 더하기", "찾을 곳", "알리는 때", "매체"]

        filled = {"exclude": "채용, 기아 타이거즈", "outlets": "연합뉴스"}
        answer = await fake.submit(dialog, filled)
    assert layer.what == [
        (
            "watch.edit",
            {
                "watch": "12",
                "version": "3",
                "expression": 'LG전자 -채용 -"기아 타이거즈" 매체:연합뉴스',
                "scope": "title",
                "delivery": "digest",
            },
        )
    ]
    assert answer.text == "했어요"


async def test_editing_a_watch_that_there_is_not_opens_no_dialog(fake, layer):
    async with running(fake, layer, known=Archive()):
        answer = await fake.slash("watch edit", {"watch": "99"})

    assert layer.what == [("watch.edit", {"watch": "99"})]
    assert answer.text == "했어요"


async def test_a_dialog_sent_off_after_a_restart_still_works(fake, layer):
    async with running(fake, layer):
        dialog = await fake.slash("watch edit", {"watch": "12"})
    async with running(fake, layer):
        await fake.submit(dialog, {"expression": "삼성전자"})

    assert layer.what == [("watch.edit", {"watch": "12", "expression": "삼성전자"})]


async def test_a_dialog_that_breaks_gets_one_sentence(fake, layer, app):
    dialog = await fake.slash("watch edit", {"watch": "12"})
    layer.error = RuntimeError("boom")

    assert (await fake.submit(dialog, {})).text == "처리하지 못했어요. 잠시 뒤에 다시 해 주세요"


# connection


async def test_commands_are_registered_only_when_they_changed(fake, layer):
    kept = []

    async def read():
        return kept[-1] if kept else None

    async def write(value):
        kept.append(value)

    for _ in range(2):
        async with running(fake, layer, stored_hash=StoredHash(read, write)):
            pass

    assert fake.syncs == 1
    assert len(kept) == 1


async def test_commands_that_discord_refuses_stop_nothing(fake, layer):
    fake.fail("400", "/commands", method="PUT", body={"code": 50035, "message": "Invalid Form Body", "errors": {}})
    async with running(fake, layer) as app:
        assert app.connected


async def test_only_the_guilds_intent_is_asked_for(fake, app):
    assert fake.identified[0]["intents"] == 1


async def test_a_wrong_token_is_one_sentence(fake, layer):
    app = build(layer, token="wrong", api_url=fake.url)

    with pytest.raises(GiveUp) as caught:
        await app.start()
    assert (caught.value.key, caught.value.reach) == ("discord.token", Reach.WORKSPACE)
    assert not app.connected
    assert not await app.ready(0)
    await app.stop()


@pytest.mark.parametrize("kind", ["503", "reset"])
async def test_a_discord_out_of_reach_may_be_tried_again(fake, layer, kind):
    app = build(layer, token=fake.token, api_url=fake.url)
    fake.fail(kind, "/users/@me", method="GET", times=1 if kind == "503" else 2)  # aiohttp sends a lost GET again

    with pytest.raises(TryLater):
        await app.start()
    await app.start()
    assert await app.ready(10)
    await app.stop()


async def test_a_gateway_without_encryption_elsewhere_is_refused(fake, layer):
    app = build(layer, token=fake.token, api_url=fake.url)
    fake.gateway_bot = {"url": "ws://gateway.example/"}

    with pytest.raises(UserMistake) as caught:
        await app.start()
    assert caught.value.key == "discord.gateway_plain"


async def test_used_up_sessions_are_waited_for(fake, layer):
    app = build(layer, token=fake.token, api_url=fake.url)
    fake.gateway_bot = {"session_start_limit": {"remaining": 0, "reset_after": 5000}}

    with pytest.raises(TryLater) as caught:
        await app.start()
    assert caught.value.after_seconds == 5


async def test_a_lost_connection_comes_back_and_no_event_is_lost(fake, layer, app):
    await fake.drop_gateway()
    answer = await fake.slash("watch list")

    assert answer.text == "했어요"
    assert layer.what == [("watch.list", {})]


async def test_a_token_revoked_later_ends_the_connection_with_a_reason(fake, layer, app):
    fake.token = "another"
    await fake.drop_gateway()
    await asyncio.wait_for(asyncio.shield(app._running), 10)

    assert app.failure is not None
    assert app.failure.key == "discord.token"
    assert not app.connected


@pytest.mark.parametrize(("code", "key"), [(4014, "discord.intents"), (4013, "discord.closed")])
async def test_a_gateway_that_refuses_us_ends_with_a_reason(fake, layer, code, key):
    fake.closes_with = code
    app = build(layer, token=fake.token, api_url=fake.url)
    await app.start()
    await asyncio.wait_for(asyncio.shield(app._running), 10)

    assert app.failure is not None
    assert app.failure.key == key
    await app.stop()


async def test_shards_may_live_in_several_processes(fake, layer):
    fake.shards = 2
    one = build(layer, token=fake.token, api_url=fake.url, shards=Shards((0,), 2))
    two = build(layer, token=fake.token, api_url=fake.url, shards=Shards((1,), 2))
    for app in (one, two):
        await app.start()
        assert await app.ready(10)

    assert sorted(each["shard"] for each in fake.identified) == [[0, 2], [1, 2]]
    assert (await fake.slash("watch list")).text == "했어요"
    for app in (one, two):
        await app.stop()


# what the platform tells


async def test_a_deleted_channel_is_closed(fake, app, events):
    await fake.channel_gone(OTHER_TEXT)

    await events.until(("closed", f"discord:{GUILD}/{OTHER_TEXT}", "delivery.channel_gone"))


async def test_a_channel_closes_and_opens_with_its_permissions(fake, app, events):
    deny = {"id": GUILD, "type": 0, "allow": "0", "deny": str(fakes.SEND)}
    await fake.channel_changed(TEXT, [deny])
    await events.until(("closed", str(HERE), "discord.no_permission"))
    await fake.channel_changed(TEXT, [])
    await events.until(("opened", str(HERE)))


async def test_a_change_that_closes_nothing_is_not_told(fake, app, events):
    await fake.channel_changed(TEXT, [{"id": GUILD, "type": 0, "allow": "0", "deny": str(fakes.HISTORY)}])
    role = fakes.a_role(GUILD, "@everyone", fakes.INVITED)
    await fake.dispatch("GUILD_ROLE_UPDATE", {"guild_id": GUILD, "role": role})
    await fake.channel_gone(OTHER_TEXT)
    await events.until(("closed", f"discord:{GUILD}/{OTHER_TEXT}", "delivery.channel_gone"))

    assert len(events.told) == 1


async def test_without_anybody_to_tell_events_pass_by(fake, layer):
    async with running(fake, layer):
        await fake.channel_gone(OTHER_TEXT)
        await fake.channel_changed(TEXT, [{"id": GUILD, "type": 0, "allow": "0", "deny": str(fakes.SEND)}])
        await fake.channel_changed(TEXT, [])
        await fake.guild_gone()

        assert (await fake.slash("news status")).text == "했어요"


async def test_a_deleted_thread_is_closed(fake, app, events):
    await fake.dispatch("THREAD_DELETE", {"id": "33", "guild_id": GUILD, "parent_id": TEXT, "type": 11})

    await events.until(("closed", f"discord:{GUILD}/33", "delivery.channel_gone"))


async def test_a_right_given_back_by_a_role_opens_channels(fake, layer, events):
    fake.everyone = VIEW
    async with running(fake, layer, events=events):
        await fake.dispatch(
            "GUILD_ROLE_UPDATE", {"guild_id": GUILD, "role": fakes.a_role(GUILD, "@everyone", fakes.INVITED)}
        )
        await events.until(("opened", str(HERE)))


async def test_an_outage_is_no_removal(fake, app, events):
    await fake.guild_gone(outage=True)
    await fake.guild_gone()
    await events.until(("gone", GUILD))

    assert events.told == [("gone", GUILD)]


async def test_an_event_that_nobody_can_keep_is_only_logged(fake, layer, app, events):
    events.error = TryLater("delivery.unreachable", error="db")
    await fake.channel_gone(OTHER_TEXT)
    await events.until(("closed", f"discord:{GUILD}/{OTHER_TEXT}", "delivery.channel_gone"))

    assert (await fake.slash("watch list")).text == "했어요"
