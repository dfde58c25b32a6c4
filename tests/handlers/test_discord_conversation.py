"""Every command as people give it on Discord, answered by the real command layer over a real store."""

import json
from dataclasses import dataclass

import pytest
import structlog

from bot.adapters.post import Post
from bot.adapters.post_discord import DiscordPoster
from bot.app import App, build
from bot.core.commands import COMMANDS
from bot.core.message import from_json
from bot.core.news import ChannelRef, Platform
from bot.core.wording import TEXTS
from bot.services.known import KnownWatches
from handlers import discord_app
from tests.fakes import discord as fakes
from tests.fakes.discord import ADMIN, GUILD, MANAGER, MEMBER, TEXT, FakeDiscord
from tests.scenarios.newsroom import Paper, settings_for

HERE = ChannelRef(Platform.DISCORD, GUILD, TEXT)


@pytest.fixture(autouse=True)
def logs():
    with structlog.testing.capture_logs() as captured:
        yield captured


@dataclass
class Chat:
    """One person in one channel of a server where the bot is."""

    fake: FakeDiscord
    app: App
    logs: list

    async def say(self, name, _options=None, **who):
        answer = await self.fake.slash(name, _options, **{"permissions": ADMIN, **who})
        assert answer.text
        assert "문제가 생겼어요" not in answer.text, self.logs
        return answer

    async def watching(self, expression="LG전자"):
        return await self.say("watch add", {"expression": expression})

    async def public(self):
        """What waits for the channel, as text."""
        rows = [await self.app.store.outbox.get(number) for number in range(1, 20)]
        return [from_json(row.payload).text for row in rows if row is not None and row.ref_channel == TEXT]


@pytest.fixture
async def chat(tmp_path, logs):
    async with FakeDiscord() as fake:
        poster = DiscordPoster(fake.token, api_url=fake.url)
        async with build(settings_for(tmp_path), out=Paper(), posters={Platform.DISCORD: poster}) as app:
            gateway = discord_app.build(app.commands, token=fake.token, api_url=fake.url, known=KnownWatches(app.store))
            await gateway.start()
            assert await gateway.ready(10)
            yield Chat(fake, app, logs)
            await gateway.stop()
        await poster.close()


EXAMPLES = {
    "watch.add": {"expression": 'LG전자, "AI 연구소" -채용', "scope": "title", "delivery": "both", "mention": "123"},
    "watch.edit": {"watch": "1", "expression": "삼성전자"},
    "watch.mute": {"watch": "1", "for": "1w"},
    "watch.test": {"watch": "1"},
    "news.me": {"expression": "네이버"},
    "news.search": {"expression": "LG전자", "days": 7},
    "news.trend": {"expression": "LG전자, 삼성전자", "days": 30},
    "digest.set": {"times": "07:30", "days": "weekdays"},
    "source.add": {"url": "http://127.0.0.1:9/"},
    "news.settings": {"language": "ko"},
    "news.help": {"topic": "grammar"},
}


async def test_every_command_of_the_table_is_answered_to_the_asker_alone(chat):
    await chat.watching()
    for command in COMMANDS:
        options = EXAMPLES.get(command.name, {each.name: "1" for each in command.options if each.required})
        answer = await chat.say(f"{command.group} {command.verb}", options)

        assert answer.private, command.name
        assert TEXTS["discord.broken"][0] not in answer.text, command.name


async def test_a_watch_starts_in_the_channel_and_is_undone_by_its_button(chat):
    answer = await chat.watching()
    assert await chat.public() == ["🔔 LG전자 알림을 시작합니다 – @민지"]

    undone = await chat.fake.press_answer(answer, "되돌리기", permissions=ADMIN)
    assert "되돌렸어요" in undone.text
    assert (await chat.app.store.watches.active())[1] == ()


async def test_the_same_watch_twice_is_a_mistake_told_to_the_asker_alone(chat):
    await chat.watching()
    answer = await chat.watching()

    assert "이미 같은 감시가 있어요 (#1)" in answer.text
    assert answer.private


async def test_who_only_reads_the_channel_changes_nothing(chat):
    command = next(each for each in chat.fake.commands if each["name"] == "watch")
    command["default_member_permissions"] = None  # a server's own setting lets everybody see it
    answer = await chat.say("watch add", {"expression": "삼성"}, permissions=MEMBER)

    assert "관리자만" in answer.text
    assert (await chat.app.store.watches.active())[1] == ()


async def test_a_channel_where_the_bot_cannot_post_is_refused_by_name_of_the_right(chat):
    chat.fake.rooms[TEXT].may = fakes.VIEW
    answer = await chat.watching()

    assert "메시지 보내기, 링크 첨부" in answer.text


async def test_the_list_turns_its_pages_in_place(chat):
    for number in range(12):
        await chat.watching(f"회사{number}")
    first = await chat.say("watch list")
    second = await chat.fake.press_answer(first, "다음", permissions=ADMIN)

    assert second.type == 7
    assert "회사11" in second.text
    assert "회사0 " not in second.text


async def test_a_personal_watch_says_hello_by_direct_message(chat):
    answer = await chat.say("news me", {"expression": "네이버"}, permissions=MEMBER)
    assert "네이버" in answer.text

    (direct,) = [room for room in chat.fake.rooms.values() if room.type == fakes.DM_TYPE]
    (hello,) = chat.fake.messages(direct.id)
    assert "네이버" in json.dumps(hello, ensure_ascii=False)
    (watch,) = (await chat.app.store.watches.active())[1]
    assert (watch.channel.workspace, watch.channel.channel) == (GUILD, direct.id)


async def test_a_personal_watch_is_looked_after_in_the_direct_message(chat):
    await chat.say("news me", {"expression": "네이버"}, permissions=MEMBER)
    (direct,) = [room.id for room in chat.fake.rooms.values() if room.type == fakes.DM_TYPE]

    known = await chat.say("news latest", {"watch": "1"}, channel=direct)
    unknown = await chat.say("news latest", {"watch": "9"}, channel=direct)

    assert "#9 감시가 없어요" in unknown.text
    assert "감시가 없어요" not in known.text


async def test_the_dialog_shows_the_watch_and_changes_it(chat):
    await chat.watching()
    dialog = await chat.fake.slash("watch edit", {"watch": "#1"}, permissions=ADMIN)
    assert dialog.data["components"][0]["component"]["value"] == "LG전자"

    await chat.fake.submit(dialog, {"exclude": "채용", "scope": "title"}, permissions=ADMIN)
    ((watch,),) = [(await chat.app.store.watches.active())[1]]
    assert (watch.expression, watch.scope) == ("LG전자 -채용", "title")
    assert "#7" in (await chat.say("watch edit", {"watch": "7"})).text


async def test_every_message_that_a_command_queues_is_posted(chat):
    await chat.watching()
    row = await chat.app.store.outbox.get(1)
    poster = chat.app.posters[Platform.DISCORD]
    await poster.post(Post(HERE, from_json(row.payload), "k"))

    (message,) = chat.fake.messages()
    assert message["content"].startswith("🔔 LG전자 알림을 시작합니다 – @\u200b민지")


async def test_a_manager_changes_watches_but_not_sources(chat):
    command = next(each for each in chat.fake.commands if each["name"] == "source")
    command["default_member_permissions"] = None
    answer = await chat.say("source add", {"url": "https://n.example/"}, permissions=MANAGER)

    assert answer.private
    assert "구독했어요" in (await chat.say("watch add", {"expression": "기아"}, permissions=MANAGER)).text
    assert (await chat.app.store.sources.seen_by(f"discord:{GUILD}")) == ()
