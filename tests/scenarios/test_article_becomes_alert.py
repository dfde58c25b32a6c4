"""One article travels the whole way, on every platform, and only once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.news import ChannelRef, Platform
from tests.fakes.discord import ADMIN, FakeDiscord, made_up_token
from tests.fakes.slack import FakeSlack
from tests.scenarios.newsroom import CONSOLE, Bot, Item, Newsroom, bot, newsroom

OLD = Item("old", "LG전자, 지난달 소식", "LG전자의 지난 이야기다.")
TORONTO = Item(
    "toronto",
    "LG전자, 토론토대와 손잡은 기간 늘린다",
    "두 곳은 2028년까지 함께 연구한다.",
    body=(
        "LG전자가 캐나다 토론토대학교와의 공동 연구를 다섯 해 더 이어 가기로 했다고 21일 밝혔다.\n"
        "2018년 9월 문을 연 토론토 AI 연구소가 그 거점이다. 두 곳은 지금까지 서른한 개 과제를 함께 풀었다.\n"
        "새 협약에는 자율 주행과 의료, 소재 탐색, 로봇 공학 연구가 담겼다고 회사는 설명했다."
    ),
)
WATCHES = ("LG전자", '"AI 연구소"', "케이뱅크", "BYD")


@pytest.fixture
async def room() -> AsyncIterator[Newsroom]:
    async with newsroom(OLD) as opened:
        yield opened


async def subscribe(running: Bot, room: Newsroom, channel: ChannelRef = CONSOLE) -> None:
    await running.say(f"출처 add {room.feed}", channel)
    for watch in WATCHES:
        await running.say(f"구독 {watch}", channel)


async def test_on_the_console_one_card_names_both_watches_and_furniture_stays_silent(room, tmp_path):
    async with bot(tmp_path) as running:
        await subscribe(running, room)
        room.publish(TORONTO)
        await running.out.until(lambda told: "토론토대와" in told)
        await room.polled()

    told = running.out.getvalue()
    assert told.count("[LG전자] [AI 연구소]\nLG전자, 토론토대와 손잡은 기간 늘린다\n") == 1
    assert room.link("toronto") in told
    assert "【AI 연구소】" in told
    assert "지난달 소식" not in told
    assert "[케이뱅크]" not in told
    assert "[BYD]" not in told


async def test_a_bumped_date_a_new_guid_and_an_edited_headline_alert_nobody_again(room, tmp_path):
    async with bot(tmp_path) as running:
        await subscribe(running, room)
        room.publish(TORONTO)
        await running.out.until(lambda told: "토론토대와" in told)
        later = datetime.now(UTC) + timedelta(hours=1)
        again = Item("toronto", "[종합] LG전자, 토론토대와 5년 더", TORONTO.summary, TORONTO.body, "new-guid", later)
        room.items = [again, *room.items[1:]]
        room.show()
        await room.polled()

    assert running.out.getvalue().count("[AI 연구소]") == 1


async def test_on_slack_the_alert_is_one_message_for_both_watches(room, tmp_path):
    async with FakeSlack().serving() as slack:
        slack.room("C1", ["U1"])
        slack.person("U1", admin=True)
        tokens = {"slack_bot_token": slack.bot_token, "slack_app_token": slack.app_token}
        async with bot(tmp_path, slack_api_url=slack.base_url, **tokens):
            await slack.connected(2)
            for line in (f"출처 add {room.feed}", *(f"구독 {watch}" for watch in WATCHES)):
                exchange = await slack.slash("/news", line, user="U1", channel="C1")
                await exchange.answered()
            await slack.posted("C1", 4)
            room.publish(TORONTO)
            alert = await slack.posted("C1", 5)
            await room.polled()
        posted = slack.messages("C1")

    assert [said.text for said in posted[:4]] == [
        "🔔 LG전자 알림을 시작합니다 – @민지",
        "🔔 AI 연구소 알림을 시작합니다 – @민지",
        "🔔 케이뱅크 알림을 시작합니다 – @민지",
        "🔔 BYD 알림을 시작합니다 – @민지",
    ]
    assert len(posted) == 5
    assert alert.text == "[LG전자][AI 연구소] LG전자, 토론토대와 손잡은 기간 늘린다 (가람경제)"


async def test_on_discord_the_alert_is_one_message_for_both_watches(room, tmp_path):
    async with FakeDiscord() as discord:
        async with bot(tmp_path, discord_api_url=discord.url, discord_bot_token=made_up_token()) as running:
            await discord.until(lambda: running.gateways.missing == (), "a live gateway")
            await discord.slash("source add", {"url": room.feed}, permissions=ADMIN)
            for watch in WATCHES:
                await discord.slash("watch add", {"expression": watch}, permissions=ADMIN)
            await discord.until(lambda: len(discord.messages()) == 4, "the four public lines")
            room.publish(TORONTO)
            await discord.until(lambda: len(discord.messages()) == 5, "the alert")
            await room.polled()
        posted = discord.messages()

    assert len(posted) == 5
    assert posted[4]["content"] == "🔔 LG전자, AI 연구소 — LG전자, 토론토대와 손잡은 기간 늘린다"
    (embed,) = posted[4]["embeds"]
    assert (embed["title"], embed["url"]) == (TORONTO.title, room.link("toronto"))


async def test_sources_of_one_workspace_tell_another_nothing(room, tmp_path):
    other = ChannelRef(Platform.CONSOLE, "elsewhere", "main")
    async with bot(tmp_path) as running:
        await subscribe(running, room)
        await running.say("구독 토론토대", other)
        room.publish(TORONTO)
        told = await running.out.until(lambda told: "토론토대와" in told)
        await room.polled()

    assert "[토론토대]" not in told
