"""The Home page, and why a posted message came, over a real store."""

from dataclasses import replace

from sqlalchemy import update

from bot.adapters.store.tables import DELIVERY, SOURCE
from bot.core.commands import Standing
from bot.render import plain_text
from bot.services.known import KnownWatches
from tests.services.test_commands import HERE, chat  # noqa: F401 - the fixture
from tests.services.test_conversation import InOneChannel

DIRECT = replace(HERE, channel="D1")


async def home(chat, page=1):  # noqa: F811
    caller = replace(chat.caller, channel=DIRECT)
    shown = await chat.app.viewing.home(caller, page, chat.rights)
    return shown, plain_text.render(shown.message)


async def test_the_home_page_shows_my_watches_and_the_channels_i_manage(chat):  # noqa: F811
    await chat.say("구독 기아", channel=DIRECT)
    await chat.say("구독 LG전자")
    await chat.say("구독 비밀", channel=replace(HERE, channel="C9"))
    await chat.say("구독 남의것", channel=replace(HERE, channel="D7"))
    await chat.say("요약 07:30")
    await chat.read("LG전자, 새 연구소 연다")
    async with chat.app.store.db.writing() as connection:
        await connection.execute(update(DELIVERY).where(DELIVERY.c.kind == "alert").values(state="sent"))
    chat.rights = InOneChannel(is_=Standing.MANAGER, sees={"C1", "D7"})

    shown, told = await home(chat)

    assert (shown.page, shown.pages) == (1, 1)
    assert "내 개인 알림 1개" in told
    assert "【기아】" in told
    assert "【C1】 · 감시 1개 · 요약 07:30 · 정상" in told
    assert "LG전자, 새 연구소 연다" in told
    assert "C9" not in told
    assert "D7" not in told
    assert "출처 0개" in told


async def test_an_empty_home_page_says_how_to_begin(chat):  # noqa: F811
    _, told = await home(chat, page=9)

    assert "나만 LG전자" in told


async def test_twenty_watches_stand_on_a_page(chat):  # noqa: F811
    for number in range(21):
        await chat.say(f"구독 회사{number}", channel=DIRECT)

    first, told = await home(chat)
    last, rest = await home(chat, page=7)

    assert (first.page, first.pages, last.page) == (1, 2, 2)
    assert "#20 " in told
    assert "#21 " in rest


async def test_health_is_told_of_channels_and_sources(chat):  # noqa: F811
    await chat.say("구독 LG전자")
    await chat.app.store.channels.pause(HERE, None, key="delivery.archived")
    await chat.app.store.sources.add("https://n.example/rss", workspace=None)
    async with chat.app.store.db.writing() as connection:
        await connection.execute(update(SOURCE).values(state="quiet"))

    _, told = await home(chat)

    assert "멈춤: 보관된 채널" in told
    assert "조용한 출처 1개" in told


async def test_a_fault_leaves_a_kind_page(chat, monkeypatch):  # noqa: F811
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(chat.app.store.views, "channels", broken)
    monkeypatch.setattr(chat.app.store.views, "posted_as", broken)

    _, told = await home(chat)
    assert "문제가 생겼어요" in told
    assert (await chat.app.viewing.why(chat.caller, "1.0", chat.rights)).failed


async def test_why_is_asked_by_the_message_that_was_posted(chat):  # noqa: F811
    await chat.say("구독 LG전자")
    await chat.read("LG전자, 새 연구소 연다")
    async with chat.app.store.db.writing() as connection:
        await connection.execute(update(DELIVERY).where(DELIVERY.c.kind == "alert").values(external_id="17.5"))

    mine = await chat.app.viewing.why(chat.caller, "17.5", chat.rights)
    other = await chat.app.viewing.why(chat.caller, "17.6", chat.rights)
    elsewhere = await chat.app.viewing.why(replace(chat.caller, channel=DIRECT), "17.5", chat.rights)

    assert "'LG전자'가 제목에 있어요" in plain_text.render(mine.message)
    assert (other.failed, other.message.text) == (True, "이 봇의 알림이 아니에요")
    assert elsewhere.failed


async def test_why_works_in_a_direct_channel_that_slack_named_otherwise(chat):  # noqa: F811
    await chat.say("구독 LG전자", channel=replace(HERE, channel="U1"))
    await chat.read("LG전자, 새 연구소 연다")
    async with chat.app.store.db.writing() as connection:
        await connection.execute(update(DELIVERY).where(DELIVERY.c.kind == "alert").values(external_id="D1/17.5"))

    reply = await chat.app.viewing.why(replace(chat.caller, channel=DIRECT), "17.5", chat.rights)

    assert "LG전자" in plain_text.render(reply.message)


async def test_why_a_roll_up_lists_what_it_carries(chat):  # noqa: F811
    await chat.say("구독 LG전자")
    await chat.read("LG전자 하나", "LG전자 둘")
    async with chat.app.store.db.writing() as connection:
        await connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == 1)
            .values(kind="rollup", state="sent", external_id="9.9", sent_at=chat.clock.now)
        )
        await connection.execute(update(DELIVERY).where(DELIVERY.c.id > 1).values(state="rolled", target_id=1))

    told = plain_text.render((await chat.app.viewing.why(chat.caller, "9.9", chat.rights)).message)

    assert "알림 2건을 모은 글" in told
    assert "LG전자 둘" in told
    link = "https://n.example/" + "LG전자 둘".encode().hex()[:40]
    assert "한도: – 몰아 보내기에 들어갔어요" in await chat.say(f"테스트 1 {link}")


async def test_discord_dialogs_and_direct_messages_are_known(chat):  # noqa: F811
    await chat.say("구독 LG전자")
    known = KnownWatches(chat.app.store, HERE.platform)

    found = await known.watch(chat.caller, "#1")
    assert found is not None
    assert found.expression == "LG전자"
    assert await known.watch(chat.caller, "9") is None
    assert await known.watch(chat.caller, "x") is None
    assert await known.workspace_of("C1") == "T1"
    assert await known.workspace_of("D9") is None
