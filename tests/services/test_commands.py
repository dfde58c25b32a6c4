"""Every command of the table, through the command layer, over a real store: what is said, and what is refused."""

import asyncio
import itertools
import shutil
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.adapters.store.tables import DELIVERY
from bot.app import App, build
from bot.core.commands import COMMANDS, Caller, Invocation, Standing
from bot.core.message import Buttons, Image, from_json
from bot.core.news import ChannelRef, Platform
from bot.core.plan import plan_poll
from bot.render import plain_text
from bot.services.commands import HANDLERS
from bot.services.replies import Reply
from tests.builders import an_article
from tests.conftest import Clock
from tests.scenarios.newsroom import Item, Paper, newsroom, settings_for

HERE = ChannelRef(Platform.SLACK, "T1", "C1")


@dataclass
class House:
    """Rights as the test says."""

    is_: Standing = Standing.ADMIN
    lacks: tuple[str, ...] = ()

    async def standing(self, caller: Caller, channel: ChannelRef) -> Standing:
        return self.is_

    async def missing(self, channel: ChannelRef) -> tuple[str, ...]:
        return self.lacks


@dataclass
class Chat:
    """One person in one channel."""

    app: App
    clock: Clock
    rights: House = field(default_factory=House)
    caller: Caller = field(default_factory=lambda: Caller(HERE, "U1", name="@민지"))

    async def ask(self, line: str, **caller: object) -> Reply:
        return await self.app.commands.run_text(replace(self.caller, **caller), line, self.rights)

    async def say(self, line: str, **caller: object) -> str:
        reply = await self.ask(line, **caller)
        assert not reply.failed, reply.message.text
        return plain_text.render(reply.message)

    async def refused(self, line: str, **caller: object) -> str:
        reply = await self.ask(line, **caller)
        assert reply.failed, reply.message.text
        return reply.message.text

    async def press(self, reply: Reply, label: str, value: str = "") -> Reply:
        (action,) = [
            button.action
            for part in reply.message.parts
            if isinstance(part, Buttons)
            for button in part.buttons
            if button.label == label
        ]
        return await self.app.commands.press(self.caller, action, value, self.rights)

    async def public(self) -> list[str]:
        """What waits in the channel's queue, in order, as text."""
        rows = [await self.app.store.outbox.get(number) for number in range(1, 60)]
        return [from_json(row.payload).text for row in rows if row is not None and row.ref_channel == "C1"]

    async def read(self, *titles: str, **more: object) -> None:
        """These articles are read now, and decided about."""
        self.clock.move(seconds=1)
        home = more.pop("home", "slack:T1")
        articles = [an_article(title, workspace=home, **more) for title in titles]
        audience = await self.app.audience.refresh()

        async def decide(context, now):
            here = [replace(article, first_seen=now) for article in articles]
            return plan_poll(here, context, audience, now=now)

        def wanted(article):
            return bool(audience.find(article).found)

        await self.app.store.articles.decide(articles, decide, revision=audience.revision, wanted=wanted)


@pytest.fixture
async def chat(tmp_path: Path, clock: Clock, empty_sqlite: Path) -> AsyncIterator[Chat]:
    shutil.copy(empty_sqlite, tmp_path / "sosik.db")
    async with build(settings_for(tmp_path), out=Paper(), clock=clock) as app:
        yield Chat(app, clock)


def test_every_command_of_the_table_has_its_handler():
    assert set(HANDLERS) == {command.name for command in COMMANDS}


async def test_a_watch_is_active_at_once_the_channel_hears_one_line_and_the_asker_what_to_expect(chat):
    answer = await chat.say('구독 LG전자, "AI 연구소" -채용')

    assert "#1 구독했어요. 아직 모은 기사가 없어" in answer
    assert await chat.public() == ["🔔 LG전자 알림을 시작합니다 – @민지"]
    (watch,) = (await chat.app.store.watches.active())[1]
    assert watch.expression == 'LG전자, "AI 연구소" -채용'


async def test_stored_articles_tell_what_to_expect_with_samples(chat):
    await chat.read("LG전자, 새 연구소 연다", "한화, 배 띄운다")

    answer = await chat.say("구독 LG전자")

    assert "최근 7일이었다면 1건, 하루 약 1건" in answer
    assert "【LG전자】" in answer
    assert "최근 7일에는 해당하는 기사가 없었어요" in await chat.say("구독 기아")


async def test_a_watch_that_would_flood_asks_first_and_can_be_had_anyway(chat):
    await chat.read(*(f"LG전자 소식 {number}" for number in range(150)))

    reply = await chat.ask("구독 LG전자")

    assert "하루 약 21건이에요" in reply.message.text
    assert (await chat.app.store.watches.active())[1] == ()
    assert "#1 구독했어요" in (await chat.press(reply, "그래도 구독")).message.text
    assert len((await chat.app.store.watches.active())[1]) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("구독", "키워드"),
        ('구독 "AI 연구소', "따옴표가 닫히지 않았어요 (1번째 글자)"),
        ("구독 -채용", "제외어"),
        ("구독 LG전자 토론토", "토론토"),
        ("구둑 LG전자", "'구둑'은 모르는 명령이에요. '구독'을 찾으셨나요?"),
        ("수정 99 LG전자", "#99 감시가 없어요. 목록을 보세요"),
        ("수정 1", "#1"),
        ("해지 abc", "'abc'는 번호가 아니에요"),
        ("음소거 1 아무때나", "HH:MM으로 적어 주세요"),
        ("음소거해제 1", "#1은 음소거 상태가 아니에요"),
        ("음소거해제 전체", "이 채널은 음소거 상태가 아니에요"),
        ("검색 LG전자 99일", "기간은 1–30일이에요"),
        ("추이 LG전자 8일", "7, 30, 90일"),
        ("추이 a1, b2, c3, d4, e5, f6", "한 번에 5개까지"),
        ("요약 아침", "시간은 HH:MM으로 적어 주세요"),
        ("요약 07:30 Asia/Seol", "'Asia/Seol' 시간대를 몰라요. Asia/Seoul인가요?"),
        ("요약 끄기", "요약이 꺼져 있어요"),
        ("출처 remove 7", "#7 출처가 없어요"),
        ("출처 얍", "출처 뒤에는"),
        ("설정 소리 크게", "'소리'는 모르는 설정이에요"),
        ("설정 조용한시간 밤", "HH:MM-HH:MM"),
        ("설정 언어 fr", "'fr'은 모르는 언어예요"),
        ("도움말 요리", "'요리' 도움말은 없어요"),
    ],
)
async def test_a_mistake_gets_one_sentence_with_the_next_step(chat, line, said):
    await chat.say("구독 삼성전자")

    text = await chat.refused(line)

    assert said in text
    assert "\n" not in text


async def test_the_same_watch_twice_is_refused_with_its_number(chat):
    await chat.say("구독 LG전자")

    assert await chat.refused("구독  LG전자 ") == "이미 같은 감시가 있어요 (#1)"


async def test_mistakes_are_told_in_the_persons_language(chat):
    assert await chat.refused("unwatch 9", language="en") == "There is no watch #9. See the list"


async def test_an_unknown_word_offers_a_button_that_runs_the_line(chat):
    reply = await chat.ask("구둑 LG전자")

    assert "#1 구독했어요" in (await chat.press(reply, "구독")).message.text


async def test_the_list_shows_what_each_watch_did(chat):
    assert await chat.say("목록") == "아직 감시가 없어요. 예: /news 구독 LG전자"
    await chat.say("구독 LG전자")
    await chat.say("구독 한화")
    await chat.say("수정 2 범위 제목")
    await chat.read("LG전자, 새 연구소 연다")
    await chat.say("음소거 1 1시간")

    told = await chat.say("목록")

    assert "감시 2개" in told
    assert "【LG전자】 · 즉시 · 최근 7일 1건 · 마지막 알림 오늘 12:00 · 음소거 오늘 13:00까지" in told
    assert "【한화】 · 제목만 · 즉시 · 최근 7일 0건 · 아직 알린 적 없음" in told


async def test_long_lists_turn_their_pages(chat):
    for number in range(12):
        await chat.say(f"구독 회사{number}")
    reply = await chat.ask("목록")

    second = await chat.press(reply, "다음 ▶")

    assert second.replaces
    assert "#11" in plain_text.render(second.message)
    assert "#1 " not in plain_text.render(second.message)
    assert "#1 " in plain_text.render((await chat.press(second, "◀ 이전")).message)


async def test_an_edit_shows_before_and_after_and_can_be_undone(chat):
    await chat.say("구독 LG전자")

    reply = await chat.ask("수정 1 LG전자 -채용")

    assert "LG전자 · 전체 · 즉시 → LG전자 -채용 · 전체 · 즉시" in reply.message.text
    assert (await chat.press(reply, "되돌리기")).message.text == "되돌렸어요"
    assert "【LG전자】" in await chat.say("목록")


async def test_delivery_and_mention_are_changed_by_word(chat):
    await chat.say("구독 LG전자")

    assert "즉시와 요약" in await chat.say("수정 1 전달 둘다")
    assert "S12" in await chat.say("수정 1 멘션 <!subteam^S12|@홍보>")
    assert "S12" not in (await chat.say("수정 1 멘션 없음")).partition("→")[2]
    assert "부를 수 없어요" in await chat.refused("수정 1 멘션 @홍보")
    assert "모르는 범위" in await chat.refused("수정 1 범위 반쯤")
    assert "모르는 전달" in await chat.refused("수정 1 전달 언젠가")


async def test_ending_a_watch_tells_the_channel_and_can_be_undone_for_ten_minutes(chat, clock):
    await chat.say("구독 LG전자")

    reply = await chat.ask("해지 1")
    clock.move(minutes=11)

    assert (await chat.public())[-1] == "🔕 LG전자 알림을 끝냈습니다 – @민지"
    late = await chat.press(reply, "되돌리기")
    assert (late.failed, late.message.text) == (True, "되돌리기 시간이 지났어요 (10분)")


@pytest.mark.parametrize(
    ("span", "until"),
    [
        ("", "13:00"),
        ("1시간", "13:00"),
        ("90분", "13:30"),
        ("오늘", "내일 00:00"),
        ("1주", "12/2(수) 12:00"),
        ("14:00까지", "14:00"),
        ("09:00까지", "내일 09:00"),
    ],
)
async def test_a_mute_says_until_when(chat, span, until):
    await chat.say("구독 LG전자")

    assert until in await chat.say(f"음소거 1 {span}")


async def test_a_mute_is_thirty_days_at_most(chat):
    await chat.say("구독 LG전자")

    assert await chat.refused("음소거 1 31일") == "최대 30일이에요"


async def test_unmuting_brings_what_was_kept(chat):
    await chat.say("구독 LG전자")
    await chat.say("음소거 1 1시간")
    await chat.read("LG전자 하나", "LG전자 둘")

    assert (
        await chat.say("음소거해제 1")
        == "다시 알려 드려요. 모아 둔 알림 2건을 한 번에 올립니다\n[되돌리기]".partition("\n")[0]
    )
    await chat.say("음소거 전체 오늘")
    assert "다시 알려 드려요" in await chat.say("음소거해제 전체")


async def test_the_newest_hit_is_shown_as_a_card_to_the_asker_alone(chat):
    await chat.say("구독 LG전자")
    assert "아직 없어요" in await chat.say("테스트 1")
    await chat.read("LG전자, 새 연구소 연다")

    assert "LG전자, 새 연구소 연다" in await chat.say("테스트 1")
    assert "LG전자, 새 연구소 연다" in await chat.say("최근 1")


async def test_why_not_answers_stage_by_stage(chat):
    await chat.say("구독 기아")
    await chat.read("기아대책, 새 이사장", name="near")
    await chat.read("오늘의 날씨", name="none")
    await chat.read("기아, 새 차", name="hit")

    def link(name):
        return an_article("x", name=name).url

    assert "키워드: ✖" in await chat.say(f"테스트 1 {link('near')}")
    assert "찾는 말이 없어요" in await chat.say(f"테스트 1 {link('none')}")
    assert '키워드: ✔ 제목 "기아"' in await chat.say(f"테스트 1 {link('hit')}")
    assert "이 주소를 읽는 출처가 없어요" in await chat.say("테스트 1 https://n.example/nowhere")


async def test_search_finds_stories_with_counts_by_day_and_other_outlets(chat):
    await chat.read("LG전자, 토론토에 새 연구소", name="a")
    await chat.read("LG전자, 토론토에 새 연구소", name="b", outlet="여울통신")
    await chat.read("LG전자 둘", name="c")

    told = await chat.say("검색 LG전자 7일")

    assert "이야기 2개" in told
    assert "11/25 3" in told
    assert "외 1개 매체" in told
    assert "결과가 없어요" in await chat.say("검색 기아")


async def test_search_pages_go_on_from_the_button(chat):
    await chat.read(*(f"LG전자 소식 {number}" for number in range(7)))

    reply = await chat.ask("검색 LG전자")
    second = await chat.press(reply, "다음 ▶")

    assert "LG전자 소식 6" in plain_text.render(reply.message) or "LG전자 소식 0" in plain_text.render(reply.message)
    assert plain_text.render(second.message) != plain_text.render(reply.message)


async def test_a_trend_is_a_table_with_share_of_voice(chat):
    await chat.read("LG전자 하나", "LG전자 둘", "LG전자 셋", "기아 하나")

    told = await chat.say("추이 LG전자, 기아 7일")

    assert "75%" in told
    assert "25%" in told
    assert "▁▁▁▁▁▁█" in told


async def test_a_trend_says_what_its_numbers_are_not(chat, clock):
    await chat.say("구독 LG전자")
    await chat.read("LG전자 하나", "LG전자 둘", "LG전자 둘 더")
    clock.move(days=1)
    await chat.app.counting.run_due()
    clock.move(days=40)
    await chat.app.store.housekeeping.tidy()
    await chat.read("LG전자, 다시 나온다")

    told = await chat.say("추이 LG전자, 기아 90일")

    assert "자료가 42일치뿐이에요" in told
    assert "기사가 지워져" in told
    assert "LG전자  4" in told.replace(" | ", "  ") or "4" in told
    assert "LG전자 1/5" in told
    assert "LG전자, 다시 나온다" in told


async def test_of_two_parts_with_one_name_each_is_called_by_all_of_its_words(chat):
    await chat.read("LG전자 하나")

    told = await chat.say("추이 LG전자 +하나, LG전자 -하나 7일")

    assert "LG전자 +하나" in told
    assert "LG전자 -하나" in told


async def test_on_discord_a_trend_has_its_picture_once_the_drawing_process_is_warm(chat):
    there = ChannelRef(Platform.DISCORD, "10", "20")
    await chat.read("LG전자 하나")
    pictures = []
    asking = itertools.count()  # people: one alone may look up twenty times a minute
    async with asyncio.timeout(90):
        while not pictures:
            reply = await chat.ask("추이 LG전자 7일", channel=there, user=f"U{next(asking)}")
            pictures = [part for part in reply.message.parts if isinstance(part, Image)]

    (picture,) = pictures
    assert b64decode(picture.data).startswith(b"\x89PNG")
    assert "LG전자" in picture.alt
    assert (chat.app.settings.sosik_home / "matplotlib").is_dir()


async def test_a_search_can_be_shared_and_watched(chat):
    await chat.read("LG전자 하나")
    reply = await chat.ask("검색 LG전자")

    shared = await chat.press(reply, "채널에 공유")
    watched = await chat.press(reply, "이 검색을 구독")

    assert shared.public
    assert not any(isinstance(part, Buttons) for part in shared.message.parts)
    assert "#1 구독했어요" in watched.message.text


LAB = "LG전자, 토론토에 새 인공지능 연구소 연다"
LAB_TEXT = (
    "LG전자가 캐나다 토론토에 인공지능 연구소를 하나 더 연다고 21일 밝혔다. 새 연구소에는 연구원 120명이 일하게 된다. "
    "회사는 앞으로 5년 동안 3000억원을 들여 로봇과 자율 주행 기술을 함께 개발할 계획이다. "
    "대학과 맺은 협약은 2028년까지 이어지며, 과제 서른한 개가 이미 정해졌다고 회사 쪽은 설명했다."
)


async def test_related_articles_are_listed_by_pages_and_can_be_taken_out(chat):
    await chat.say("구독 LG전자")
    await chat.read(LAB, body=LAB_TEXT, outlet="가람경제")
    for number in range(4):
        await chat.read(LAB, body=LAB_TEXT, outlet=f"매체{number}", name=f"copy{number}")

    listed = await chat.app.commands.press(chat.caller, "w1:related:2", "", chat.rights)
    second = await chat.press(listed, "다음 ▶")
    first = await chat.press(second, "◀ 이전")
    out = await chat.press(listed, "1번 나누기")
    again = await chat.press(listed, "1번 나누기")

    assert "관련 기사 4건" in plain_text.render(listed.message)
    assert "매체3" in plain_text.render(first.message)
    assert second.replaces
    assert "매체0" in plain_text.render(second.message)
    assert "나눴어요" in out.message.text
    assert again.failed
    assert (await chat.public())[-1].endswith("(매체3)")
    elsewhere = replace(chat.caller, channel=replace(HERE, channel="C9"))
    assert (await chat.app.commands.press(elsewhere, "w1:related:2", "", chat.rights)).failed


async def test_a_card_without_related_articles_says_so(chat):
    await chat.say("구독 LG전자")
    await chat.read("LG전자 하나")

    listed = await chat.app.commands.press(chat.caller, "w1:related:2", "", chat.rights)

    assert listed.message.text == "관련 기사가 없어요"


async def test_a_watch_far_above_its_usual_says_so_once_with_the_causing_stories(chat, clock):
    await chat.say("구독 LG전자")
    for day in range(15):
        clock.move(days=1)
        await chat.read(f"LG전자 {day}일째 소식", name=f"day{day}")
        await chat.app.counting.run_due()
    before = await chat.public()
    await chat.read(*(f"LG전자 급한 소식 {number}" for number in range(12)))

    assert await chat.app.counting.run_due() == 1
    assert await chat.app.counting.run_due() == 0

    (spike,) = [line for line in await chat.public() if line.startswith("📈")]
    assert spike == "📈 LG전자 기사가 평소(하루 1건)보다 훨씬 많습니다: 오늘 13건"
    assert not any(line.startswith("📈") for line in before)


async def test_a_muted_watch_tells_no_spike(chat, clock):
    await chat.say("구독 LG전자")
    clock.move(days=16)
    await chat.say("음소거 1 1주")
    await chat.read(*(f"LG전자 급한 소식 {number}" for number in range(12)))

    assert await chat.app.counting.run_due() == 0


async def test_a_watch_of_today_has_no_usual_rate(chat):
    await chat.say("구독 LG전자")
    await chat.read(*(f"LG전자 급한 소식 {number}" for number in range(12)))

    assert await chat.app.counting.run_due() == 0


async def test_three_thumbs_down_propose_a_word_once_and_only_a_press_adds_it(chat):
    console = replace(chat.caller, channel=ChannelRef(Platform.CONSOLE, "local", "main"))
    chat.caller = console
    await chat.say("구독 LG전자")
    audience_home = "console:local"
    for number in range(8):
        word = "채용" if number < 3 else "실적"
        await chat.read(f"LG전자 {word} 소식 {number}", home=audience_home)
    rows = [await chat.app.store.outbox.get(number) for number in range(1, 12)]
    cards = [row.id for row in rows if row is not None and row.kind == "alert" and "채용" in row.payload]
    for card in cards:
        reply = await chat.app.commands.press(console, f"w1:bad:{card}", "", chat.rights)
        assert not reply.failed
    (watch,) = (await chat.app.store.watches.active())[1]
    assert watch.expression == "LG전자"

    asked = await _proposals(chat)
    await chat.app.commands.press(console, f"w1:bad:{cards[0]}", "", chat.rights)

    (message,) = asked
    assert "제외어 '채용'을 더할까요?" in message.text
    assert await _proposals(chat) == asked
    added = await chat.press(Reply(message), "더하기")
    assert "LG전자 -채용" in added.message.text
    (watch,) = (await chat.app.store.watches.active())[1]
    assert watch.expression == "LG전자 -채용"


async def _proposals(chat):
    rows = [await chat.app.store.outbox.get(number) for number in range(1, 40)]
    messages = [from_json(row.payload) for row in rows if row is not None and row.kind == "notice"]
    return [message for message in messages if "더할까요" in message.text]


async def test_where_nobody_can_be_asked_nothing_is_noted(chat):
    await chat.say("구독 LG전자")
    for number in range(4):
        await chat.read(f"LG전자 채용 소식 {number}")
    for card in (2, 3, 4):
        reply = await chat.app.commands.press(chat.caller, f"w1:bad:{card}", "", chat.rights)
        assert not reply.failed

    assert await _proposals(chat) == []
    assert await chat.app.store.channels.note("proposed:1") == ""


async def test_a_digest_says_when_it_comes_next(chat):
    assert "요약이 꺼져 있어요" in await chat.say("요약")
    assert await chat.say("요약 07:30 평일") == "평일 07:30 (Asia/Seoul). 다음: 11/26(목) 07:30"
    assert "평일 07:30" in await chat.say("요약")
    assert "오늘은 모인 기사가 없어요" in await chat.say("요약 지금")
    await chat.say("구독 LG전자")
    await chat.read("LG전자, 새 연구소 연다")
    assert "LG전자, 새 연구소 연다" in await chat.say("요약 지금")
    assert "요약을 껐어요" in await chat.say("요약 끄기")


async def test_a_digest_comes_once_for_its_slot_through_restarts(chat, clock):
    await chat.say("구독 LG전자")
    await chat.say("요약 12:30 매일")
    await chat.read("LG전자, 새 연구소 연다")
    clock.move(minutes=31)

    first = await chat.app.digesting.run_due()
    again = await chat.app.digesting.run_due()

    assert (first, again) == (1, 0)
    assert (await chat.public())[-1].startswith("오늘의 뉴스 요약")


async def test_an_empty_digest_is_skipped_and_says_after_three_days_that_it_lives(chat, clock):
    await chat.say("요약 12:30 매일")

    counts = []
    for _ in range(3):
        clock.move(minutes=31)
        counts.append(await chat.app.digesting.run_due())
        clock.move(hours=23, minutes=29)

    assert counts == [0, 0, 1]
    assert (await chat.public())[-1].startswith("3일째 새 기사가 없습니다")


async def test_a_source_is_read_at_once_and_its_old_articles_are_not_posted(chat):
    async with newsroom(Item("old", "LG전자, 지난 소식")) as room:
        await chat.say("구독 LG전자")
        told = await chat.say(f"출처 add {room.feed}")
        listed = await chat.say("출처 list")
        again = await chat.refused(f"출처 add {room.feed}")
        lately = await chat.refused("출처 check 1")
        chat.clock.move(seconds=2)
        room.publish(Item("new", "LG전자, 새 소식"))
        checked = await chat.say("출처 check 1")

    assert "#1 가람경제 – 최근 글 1건" in told
    assert "#1 【가람경제】 · 정상" in listed
    assert again == "이미 있는 출처예요 (#1)"
    assert "방금 확인했어요" in lately
    assert checked == "#1 가람경제: 새 글 1건"
    assert len(await chat.public()) == 2


async def test_a_source_can_rest_and_go(chat):
    async with newsroom(Item("old", "지난 소식")) as room:
        await chat.say(f"출처 add {room.feed}")

    assert "쉽니다" in await chat.say("출처 pause 1")
    assert "이미 쉬고 있어요" in await chat.refused("출처 pause 1")
    assert "쉼" in await chat.say("출처 list")
    assert "다시 읽어요" in await chat.say("출처 resume 1")
    assert "쉬고 있지 않아요" in await chat.refused("출처 resume 1")
    assert "지웠어요" in await chat.say("출처 remove 1")
    assert "아직 출처가 없어요" in await chat.say("출처 list")


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.1/rss", "ftp://n.example/rss", "http://169.254.169.254/latest", "http://user:pass@n.example/"],
)
async def test_an_address_that_is_never_asked_is_refused_and_nothing_is_kept(chat, address):
    text = await chat.refused(f"출처 add {address}")

    assert "pass" not in text
    assert "아직 출처가 없어요" in await chat.say("출처 list")


async def test_settings_are_shown_and_changed(chat):
    assert await chat.say("설정") == "언어 한국어 · 조용한 시간 없음 · 관리자 모두"
    assert "23:00부터 07:00까지" in await chat.say("설정 조용한시간 23:00-7:00")
    assert "<@U1>" in await chat.say("설정 관리자 <@U1|민지> <@U2>")
    assert "영어로 말해요" in await chat.say("설정 언어 en")
    assert await chat.say("설정") == "Language English · quiet hours 23:00–07:00 · managers <@U1>, <@U2>"
    await chat.say("settings quiet off")
    await chat.say("settings managers none")
    assert "everyone" in await chat.say("설정")


async def test_the_status_tells_of_the_queue_and_the_version(chat):
    await chat.say("구독 LG전자")

    told = await chat.say("상태")

    assert "대기 1건" in told
    assert "버전" in told


async def test_help_fits_a_screen_and_knows_its_topics(chat):
    told = await chat.say("도움말")

    assert len(told.splitlines()) <= 12
    for topic in ("구독", "문법", "요약", "출처", "음소거"):
        assert await chat.say(f"도움말 {topic}")


@pytest.mark.parametrize(
    ("standing", "line", "said"),
    [
        (Standing.GUEST, "구독 LG전자", "게스트는 감시를 바꿀 수 없어요"),
        (Standing.READER, "구독 LG전자", "관리자만 바꿀 수 있어요"),
        (Standing.MANAGER, "출처 add https://n.example/rss", "워크스페이스 관리자만"),
        (Standing.MANAGER, "설정 언어 en", "워크스페이스 관리자만"),
        (Standing.READER, "설정 조용한시간 23:00-07:00", "관리자만 바꿀 수 있어요"),
    ],
)
async def test_who_may_not_is_told_who_may(chat, standing, line, said):
    chat.rights.is_ = standing

    assert said in await chat.refused(line)


async def test_guests_may_look_up(chat):
    chat.rights.is_ = Standing.GUEST

    await chat.say("검색 LG전자")
    await chat.say("도움말")


async def test_a_list_of_managers_shuts_other_members_out_on_slack(chat):
    await chat.say("설정 관리자 <@U2>")
    chat.rights.is_ = Standing.MANAGER

    assert "관리자: <@U2>" in await chat.refused("구독 LG전자")
    assert "#1" in await chat.say("구독 LG전자", user="U2")


async def test_a_channel_where_the_bot_may_not_post_is_refused_with_what_is_missing(chat):
    chat.rights.lacks = ("right.invite",)

    assert "초대" in await chat.refused("구독 LG전자")


async def test_a_request_that_is_delivered_twice_acts_once(chat):
    await chat.say("구독 LG전자", interaction="env-1")
    await chat.say("구독 LG전자", interaction="env-1")

    assert len((await chat.app.store.watches.active())[1]) == 1


async def test_why_shows_the_watch_the_term_and_the_times(chat):
    await chat.say("구독 LG전자|엘지전자")
    await chat.read("엘지전자, 새 연구소 연다")

    reply = await chat.app.commands.press(chat.caller, "w1:why:2", "", chat.rights)

    told = plain_text.render(reply.message)
    assert "'엘지전자'가 제목에 있어요" in told
    assert "처음 봄" in told
    elsewhere = replace(chat.caller, channel=replace(HERE, channel="C9"))
    other = await chat.app.commands.press(elsewhere, "w1:why:2", "", chat.rights)
    assert other.failed


async def test_the_cards_menu_mutes_its_watches(chat):
    await chat.say("구독 LG전자")
    await chat.read("LG전자, 새 연구소 연다")

    reply = await chat.app.commands.press(chat.caller, "w1:mute:2", "watch", chat.rights)
    bad = await chat.app.commands.press(chat.caller, "w1:bad:2", "", chat.rights)

    assert "내일 12:00까지 #1" in reply.message.text
    assert "고마워요" in bad.message.text


@pytest.mark.parametrize(
    "action", ["", "w1", "w2:why:1", "w1:fly:1", "w1:why:x", "w1:why:99", "w1:undo:99", "w1:kept:no", "w1:more:1"]
)
async def test_a_button_of_another_time_gets_a_kind_sentence(chat, action):
    reply = await chat.app.commands.press(chat.caller, action, "", chat.rights)

    assert reply.failed
    assert reply.message.text


async def test_a_personal_watch_needs_a_platform_with_direct_messages(chat):
    assert "DM을 열 수 없어요" in await chat.refused("나만 LG전자")
    console = ChannelRef(Platform.CONSOLE, "local", "main")
    assert "DM으로 알려 드려요" in await chat.say("나만 LG전자", channel=console)
    assert "개인 알림 1개를 껐어요" in await chat.say("나만 off", channel=console)


async def test_a_target_channel_may_be_named(chat):
    call = Invocation("watch.add", {"expression": "LG전자", "channel": "C7"})

    await chat.app.commands.run(chat.caller, call, chat.rights)

    (watch,) = (await chat.app.store.watches.active())[1]
    assert watch.channel == replace(HERE, channel="C7")


async def test_a_fault_of_ours_is_one_sentence_and_no_traceback(chat, monkeypatch):
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(chat.app.store.watches, "listed", broken)

    assert "문제가 생겼어요" in await chat.refused("목록")


async def test_dead_letters_are_shown_with_their_reason_and_sent_again(chat):
    await chat.say("구독 LG전자")
    async with chat.app.store.db.writing() as connection:
        await connection.execute(update(DELIVERY).values(state="dead", reason="delivery.payload"))

    reply = await chat.ask("상태")

    assert "보내지 못함 1건" in plain_text.render(reply.message)
    assert "1건을 다시 보내요" in (await chat.press(reply, "다시 보내기")).message.text
