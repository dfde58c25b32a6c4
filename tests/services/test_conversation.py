"""Every row of design/commands.md §3, in Korean and in English, through the command layer over a real store."""

from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import select

from bot.adapters.store.tables import CHANGE, DELIVERY
from bot.app import App
from bot.core.commands import Invocation, Standing
from bot.core.errors import GiveUp
from bot.core.news import ChannelRef, Platform
from bot.services.commands import LOOK_UPS_A_MINUTE
from tests.services.test_commands import HERE, Chat, House, chat  # noqa: F401 - the fixture

ROWS = [
    # asked before, the line, a part of the answer; Korean, then English
    (("", "구독 LG전자", "#1 구독했어요"), ("", "watch LG전자", "Watch #1 is on")),
    (("구독 LG전자", "목록", "#1 【LG전자】 · 즉시"), ("watch LG전자", "list", "#1 【LG전자】 · at once")),
    (("구독 LG전자", "목록 전체", "감시 1개"), ("watch LG전자", "list all", "1 watches")),
    (("구독 LG전자", "수정 1 한화", "→ 한화"), ("watch LG전자", "edit 1 한화", "→ 한화")),
    (("구독 LG전자", "수정 #1 범위 제목", "제목만"), ("watch LG전자", "edit #1 scope title", "title only")),
    (("구독 LG전자", "수정 1 전달 요약", "요약에"), ("watch LG전자", "edit 1 delivery digest", "in the digest")),
    (("구독 LG전자", "수정 1 멘션 S123", "S123"), ("watch LG전자", "edit 1 mention S123", "S123")),
    (("구독 LG전자", "해지 1", "끝냈어요"), ("watch LG전자", "unwatch 1", "ended")),
    (
        ("구독 LG전자", "음소거 1", "오늘 13:00까지 #1 알림을 모아 둘게요"),
        ("watch LG전자", "mute 1", "I keep alerts of #1 until today 13:00"),
    ),
    (("", "음소거 전체 오늘", "내일 00:00까지"), ("", "mute all today", "until tomorrow 00:00")),
    (("음소거 전체 1시간", "음소거해제 전체", "다시 알려 드려요"), ("mute all 1h", "unmute all", "on again")),
    (("구독 LG전자", "테스트 1", "아직 없어요"), ("watch LG전자", "test 1", "Nothing has matched")),
    (
        ("구독 LG전자", "테스트 1 https://n.example/x", "출처 읽음: ✖"),
        ("watch LG전자", "test 1 https://n.example/x", "source read: ✖"),
    ),
    (("", "검색 LG전자 7일", "결과가 없어요"), ("", "search LG전자 7d", "Nothing")),
    (("", "추이 LG전자 30일", "추이"), ("", "trend LG전자 30d", "last 30 days")),
    (("", "요약 07:30 평일", "평일 07:30 (Asia/Seoul). 다음:"), ("", "digest 07:30 weekdays", "Weekdays 07:30")),
    (("요약 07:30 평일", "요약", "평일 07:30"), ("digest 07:30 weekdays", "digest", "Weekdays 07:30")),
    (("", "요약 지금", "오늘은 모인 기사가 없어요"), ("", "digest now", "no articles today")),
    (("요약 07:30", "요약 끄기", "요약을 껐어요"), ("digest 07:30", "digest off", "The digest is off")),
    (("", "출처 list", "아직 출처가 없어요"), ("", "source list", "There are no sources yet")),
    (("", "상태", "대기 0건"), ("", "status", "0 waiting")),
    (("", "도움말", "구독 LG전자"), ("", "help", "watch LG전자")),
    (("", "도움말 문법", '"AI 연구소"'), ("", "help grammar", "a phrase")),
    (("구독 LG전자", "최근 1", "아직 없어요"), ("watch LG전자", "latest 1", "Nothing has matched")),
    (("", "설정", "언어 한국어"), ("", "settings", "Language Korean")),
    (("", "설정 조용한시간 23:00-07:00", "23:00부터 07:00까지"), ("", "settings quiet 23:00-07:00", "From 23:00 to")),
]

MISTAKES = [
    (("", "구독", "키워드가 비었어요"), ("", "watch", "There is no keyword")),
    (
        ("", '구독 "AI', "따옴표가 닫히지 않았어요 (1번째 글자)"),
        ("", 'watch "AI', "A quote is not closed (character 1)"),
    ),
    (("", "구독 한화 +(방산", "괄호가 닫히지 않았어요"), ("", "watch 한화 +(방산", "A bracket is not closed")),
    (("", "구독 -채용", "만으로는 구독할 수 없어요"), ("", "watch -채용", "nothing to look for")),
    (("구독 LG전자", "구독 LG전자", "이미 같은 감시가 있어요 (#1)"), ("watch LG전자", "watch LG전자", "already (#1)")),
    (
        ("", "수정 99 한화", "#99 감시가 없어요. 목록을 보세요"),
        ("", "edit 99 한화", "There is no watch #99. See the list"),
    ),
    (("구독 LG전자", "음소거 1 31일", "최대 30일이에요"), ("watch LG전자", "mute 1 31d", "30 days at most")),
    (("구독 LG전자", "음소거 1 2시까지", "HH:MM으로 적어 주세요"), ("watch LG전자", "mute 1 later", "as HH:MM")),
    (("구독 LG전자", "음소거해제 1", "음소거 상태가 아니에요"), ("watch LG전자", "unmute 1", "is not muted")),
    (("", "요약 아침", "시간은 HH:MM으로"), ("", "digest morning", "Write times as HH:MM")),
    (("", "요약 07:30 Asia/Seol", "Asia/Seoul인가요?"), ("", "digest 07:30 Asia/Seol", "Do you mean Asia/Seoul?")),
    (("", "출처 add http://10.0.0.1/", "쓸 수 없"), ("", "source add http://10.0.0.1/", "")),
    (("", "설정 조용한시간 밤", "HH:MM-HH:MM"), ("", "settings quiet night", "HH:MM-HH:MM")),
    (
        ("", "구둑 LG전자", "'구둑'은 모르는 명령이에요. '구독'을 찾으셨나요?"),
        ("", "wach LG전자", "Did you mean 'watch'?"),
    ),
]


def _both(rows):
    return [
        pytest.param(language, *row[index], id=f"{language}: {row[index][1]}")
        for row in rows
        for index, language in enumerate(("ko", "en"))
    ]


@pytest.mark.parametrize(("language", "before", "line", "said"), _both(ROWS))
async def test_each_command_answers_in_the_askers_language(chat, language, before, line, said):  # noqa: F811
    if before:
        await chat.say(before, language=language)

    assert said in await chat.say(line, language=language)


@pytest.mark.parametrize(("language", "before", "line", "said"), _both(MISTAKES))
async def test_each_mistake_is_one_sentence_in_the_askers_language(chat, language, before, line, said):  # noqa: F811
    if before:
        await chat.say(before, language=language)

    text = await chat.refused(line, language=language)

    assert said in text
    assert "\n" not in text


async def test_a_new_watch_can_be_changed_or_taken_back_at_once(chat):  # noqa: F811
    reply = await chat.ask("구독 LG전자")

    assert "/news 수정 1 LG전자" in (await chat.press(reply, "고치기")).message.text
    assert (await chat.press(reply, "되돌리기")).message.text == "되돌렸어요"
    assert "아직 감시가 없어요" in await chat.say("목록")


async def test_a_watch_that_would_flood_can_be_changed_or_dropped(chat):  # noqa: F811
    await chat.read(*(f"LG전자 소식 {number}" for number in range(150)))
    reply = await chat.ask("구독 LG전자")

    assert "/news 구독 LG전자" in (await chat.press(reply, "고치기")).message.text
    cancelled = await chat.press(reply, "취소")
    assert cancelled.replaces
    assert "아직 감시가 없어요" in await chat.say("목록")


async def test_a_dialog_that_was_overtaken_is_refused(chat):  # noqa: F811
    await chat.say("구독 LG전자")
    await chat.say("수정 1 한화")
    late = Invocation("watch.edit", {"watch": "1", "version": "1", "expression": "기아"})

    reply = await chat.app.commands.run(chat.caller, late, chat.rights)

    assert reply.message.text == "다른 사람이 먼저 바꿨어요. 다시 열어 주세요"


@pytest.mark.parametrize(("line", "told"), [("음소거 전체 1시간", "음소거 상태가 아니에요"), ("음소거 1 1시간", "#1")])
async def test_a_mute_can_be_undone(chat, line, told):  # noqa: F811
    await chat.say("구독 LG전자")
    reply = await chat.ask(line)

    await chat.press(reply, "되돌리기")

    assert told in await chat.refused("음소거해제 전체" if "전체" in line else "음소거해제 1")


async def test_a_digest_that_was_switched_off_comes_back_with_its_own_times(chat):  # noqa: F811
    await chat.say("요약 06:10,18:20 매일")
    reply = await chat.ask("요약 끄기")

    await chat.press(reply, "되돌리기")

    assert "매일 06:10, 18:20" in await chat.say("요약")


async def test_unmuting_one_watch_counts_only_its_own_alerts(chat):  # noqa: F811
    await chat.say("구독 LG전자")
    await chat.say("구독 한화")
    await chat.say("음소거 1 1시간")
    await chat.say("음소거 2 1시간")
    await chat.read("LG전자 하나", "한화 하나", "한화 둘")

    assert "모아 둔 알림 1건" in await chat.say("음소거해제 1")


@dataclass
class InOneChannel(House):
    """Sees one more channel, and no other."""

    sees: set[str] = field(default_factory=set)

    async def standing(self, caller, channel):
        return self.is_ if channel == caller.channel or channel.channel in self.sees else Standing.GUEST


async def test_the_whole_list_shows_only_channels_that_the_caller_sees(chat):  # noqa: F811
    for channel, word in (("C1", "하나"), ("C2", "둘째"), ("C3", "비밀")):
        await chat.say(f"구독 {word}", channel=replace(HERE, channel=channel))
    chat.rights = InOneChannel(sees={"C2"})

    told = await chat.say("목록 전체")

    assert "둘째" in told
    assert "비밀" not in told
    assert "둘째" not in await chat.say("목록")


async def test_twenty_look_ups_a_minute_are_enough_for_a_person(chat, clock):  # noqa: F811
    for _ in range(LOOK_UPS_A_MINUTE):
        await chat.say("검색 LG전자")

    assert "60초 뒤에" in await chat.refused("추이 LG전자")
    assert await chat.say("검색 LG전자", user="U2")
    assert await chat.say("목록")
    clock.move(seconds=60)
    assert await chat.say("검색 LG전자")


async def test_a_shared_install_has_a_quota_of_watches(chat):  # noqa: F811
    desk = replace(chat.app.commands._desk, quota_watches=1)
    chat.app.commands._desk = desk
    await chat.say("구독 LG전자")

    assert "감시 한도 1개에 닿았어요" in await chat.refused("구독 한화")


async def test_who_installed_the_bot_may_do_what_an_admin_may(chat):  # noqa: F811
    chat.rights.is_ = Standing.MANAGER
    chat.app.commands.installer_of = lambda _: "U1"

    assert "영어로 말해요" in await chat.say("설정 언어 en")
    assert "Only admins" in await chat.refused("설정 언어 ko", user="U2")


async def test_a_closed_direct_channel_is_told_and_nothing_is_kept(chat):  # noqa: F811
    async def closed(*_: object) -> None:
        raise GiveUp("delivery.direct_closed")

    console = ChannelRef(Platform.CONSOLE, "local", "main")
    chat.app.commands._desk = replace(chat.app.commands._desk, greet=closed)

    assert "DM이 막혀 있어요" in await chat.refused("나만 LG전자", channel=console)
    assert (await chat.app.store.watches.active())[1] == ()


async def test_a_personal_watch_can_be_taken_back_from_where_it_was_asked_for(chat):  # noqa: F811
    console = ChannelRef(Platform.CONSOLE, "local", "main")
    reply = await chat.ask("나만 LG전자", channel=console)
    (button,) = reply.message.parts[-1].buttons

    undone = await chat.app.commands.press(replace(chat.caller, channel=console), button.action, "", chat.rights)

    assert undone.message.text == "되돌렸어요"
    assert (await chat.app.store.watches.active())[1] == ()


async def _states(app: App) -> list[str]:
    async with app.store.db.reading() as connection:
        rows = await connection.execute(select(DELIVERY.c.state).where(DELIVERY.c.kind == "alert"))
        return list(rows.scalars())


async def test_a_story_is_silenced_for_good(chat):  # noqa: F811
    await chat.say("구독 LG전자")
    await chat.read("LG전자, 새 연구소 연다")

    reply = await chat.app.commands.press(chat.caller, "w1:mute:2", "story", chat.rights)

    assert "더 올리지 않을게요" in reply.message.text
    assert await _states(chat.app) == ["cancelled"]
    link = an_address("LG전자, 새 연구소 연다")
    assert "음소거: ✖ 이 이야기는 그만 받기로 했어요" in await chat.say(f"테스트 1 {link}")


def an_address(title: str) -> str:
    return f"https://n.example/{title.encode().hex()[:40]}"


async def test_an_outlet_is_held_for_a_day_and_others_are_not(chat):  # noqa: F811
    await chat.say("구독 LG전자")
    await chat.read("LG전자, 새 연구소 연다")

    reply = await chat.app.commands.press(chat.caller, "w1:mute:2", "outlet", chat.rights)
    await chat.read("LG전자, 또 하나", name="same outlet")
    await chat.read("LG전자, 다른 데서", name="another", outlet="여울통신")

    assert "내일 12:00까지 가람경제의 알림을 모아 둘게요" in reply.message.text
    assert await _states(chat.app) == ["held", "held", "pending"]


async def test_readers_may_not_mute_a_channel(chat):  # noqa: F811
    await chat.say("구독 LG전자")
    await chat.read("LG전자, 새 연구소 연다")
    chat.rights.is_ = Standing.READER

    reply = await chat.app.commands.press(chat.caller, "w1:mute:2", "story", chat.rights)

    assert "관리자만" in reply.message.text


async def test_who_changed_what_is_remembered(chat):  # noqa: F811
    await chat.say("설정 조용한시간 23:00-07:00")
    await chat.say("설정 언어 en")
    await chat.say("요약 07:30", user="U2")

    async with chat.app.store.db.reading() as connection:
        rows = await connection.execute(select(CHANGE.c.who, CHANGE.c.what).order_by(CHANGE.c.id))
        told = [tuple(row) for row in rows]

    assert told == [("U1", "settings.quiet"), ("U1", "settings.language"), ("U2", "digest.set")]


async def test_why_not_tells_what_was_forgotten_and_what_was_sent(chat, clock):  # noqa: F811
    await chat.say("구독 LG전자 -채용")
    await chat.read("LG전자, 신입 채용", "LG전자, 새 연구소 연다")
    refused = await chat.say(f"테스트 1 {an_address('LG전자, 신입 채용')}")
    waits = await chat.say(f"테스트 1 {an_address('LG전자, 새 연구소 연다')}")

    assert "제외(-): ✖" in refused
    assert "결과: ✖ 보내지 않음" in refused
    assert "전송: – 차례를 기다려요" in waits
    names = [line.removeprefix("• ").partition(":")[0] for line in waits.splitlines()[1:]]
    assert names == [
        "출처 읽음",
        "본문 추출",
        "새 기사",
        "키워드",
        "함께(+)",
        "제외(-)",
        "매체",
        "묶음",
        "음소거",
        "한도",
        "전송",
        "결과",
    ]
    clock.move(days=31)
    await chat.app.store.housekeeping.tidy()
    assert "기록이 지워졌어요 (30일)" in await chat.say(f"테스트 1 {an_address('LG전자, 신입 채용')}")
