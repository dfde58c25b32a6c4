import asyncio
import base64
import sys
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.adapters.post import Post
from bot.adapters.post_discord import DiscordPoster, mark_of
from bot.core.errors import GiveUp, InDoubt, Reach, TryLater, UserMistake
from bot.core.message import Bullets, Button, Buttons, Chips, Heading, Headline, Image, Message, Paragraph, Span
from bot.core.news import ChannelRef, Platform
from tests.fakes.discord import EMBED, FORUM, GUILD, HISTORY, SEND, TEXT, USER, VIEW, FakeDiscord, Room

CHANNEL = ChannelRef(Platform.DISCORD, GUILD, TEXT)
BOARD = ChannelRef(Platform.DISCORD, GUILD, FORUM)
LINE = Message("알림을 시작합니다", (Paragraph((Span("알림을 시작합니다"),)),))
CARD = Message(
    "[LG전자] 제목 (매체)",
    (
        Chips(("LG전자",)),
        Headline("제목", "https://n.example/1"),
        Buttons((Button("기사", url="https://n.example/1"), Button("왜?", action="w1:why:7"))),
    ),
)


def a_post(message=CARD, *, key="d1", channel=CHANNEL, thread=""):
    return Post(channel=channel, message=message, key=key, thread=thread)


def long_ago():
    return datetime.now(UTC) - timedelta(minutes=1)


@pytest.fixture
async def fake():
    async with FakeDiscord() as server:
        yield server


@pytest.fixture
async def poster(fake):
    made = DiscordPoster(fake.token, api_url=fake.url, deadline_seconds=5)
    yield made
    await made.close()


async def test_a_card_arrives_as_it_was_rendered_and_pings_nobody(fake, poster):
    external = await poster.post(a_post())

    (message,) = fake.messages()
    assert message["id"] == external
    assert message["content"] == "🔔 LG전자 — 제목"
    assert message["embeds"][0]["url"] == "https://n.example/1"
    assert message["allowed_mentions_given"] == {"parse": [], "replied_user": False}


async def test_the_same_delivery_sent_twice_is_one_message(fake, poster):
    first = await poster.post(a_post())
    second = await poster.post(a_post())

    assert first == second
    assert len(fake.messages()) == 1


async def test_deliveries_and_channels_do_not_share_a_nonce(fake, poster):
    other = ChannelRef(Platform.DISCORD, GUILD, "800000000000000003")
    for post in (a_post(), a_post(key="d2"), a_post(channel=other)):
        await poster.post(post)

    assert len(fake.messages()) == 2
    assert len(fake.messages(other.channel)) == 1
    assert len(mark_of("d1", CHANNEL)) == 22


@pytest.mark.parametrize("kind", ["reset", "500", "502", "503"])
@pytest.mark.parametrize("after", [False, True])
async def test_a_lost_answer_is_in_doubt_and_the_second_try_makes_one_message(fake, poster, kind, after):
    await poster.direct(GUILD, USER)  # logged in
    fake.fail(kind, after=after)

    with pytest.raises(InDoubt):
        await poster.post(a_post())
    assert len([path for method, path in fake.requests if method == "POST" and path.endswith("/messages")]) == 1
    await poster.post(a_post())
    assert len(fake.messages()) == 1


@pytest.mark.parametrize("after", [False, True])
async def test_an_answer_that_never_comes_is_in_doubt_at_the_deadline(fake, after):
    poster = DiscordPoster(fake.token, api_url=fake.url, deadline_seconds=0.4)
    await poster.direct(GUILD, USER)
    fake.fail("hang", after=after)

    with pytest.raises(InDoubt) as caught:
        await poster.post(a_post())
    assert caught.value.values == {"error": "timeout"}
    await poster.close()


async def test_an_answer_that_is_no_answer_is_in_doubt(fake, poster):
    fake.fail("html", after=True)

    with pytest.raises(InDoubt):
        await poster.post(a_post())


async def test_a_server_that_is_not_there_was_surely_not_told(fake):
    poster = DiscordPoster(fake.token, api_url=fake.url)
    await fake.stop()

    with pytest.raises(TryLater) as caught:
        await poster.post(a_post())
    assert caught.value.key == "delivery.unreachable"
    await poster.close()


async def test_a_server_that_is_not_there_at_first_is_asked_again_later(fake):
    poster = DiscordPoster(fake.token, api_url=fake.url)
    fake.fail("500", "/users/@me", method="GET")

    with pytest.raises(TryLater):
        await poster.post(a_post())
    assert await poster.post(a_post())
    await poster.close()


async def test_a_429_says_how_long_and_for_what(fake, poster):
    fake.fail("429", body={"retry_after": 1.5})
    fake.fail("429", body={"retry_after": 2.5, "global": True})
    fake.fail("cloudflare")
    fake.fail("429", body={"retry_after": "soon"}, headers={"Retry-After": "soon"})

    told = []
    for _ in range(4):
        with pytest.raises(TryLater) as caught:
            await poster.post(a_post())
        told.append((caught.value.after_seconds, caught.value.reach))
    assert told == [(1.5, Reach.CHANNEL), (2.5, Reach.PLATFORM), (600, Reach.PLATFORM), (60, Reach.CHANNEL)]
    assert fake.messages() == []


async def test_waiting_ahead_by_the_headers_is_no_doubt(fake):
    poster = DiscordPoster(fake.token, api_url=fake.url, deadline_seconds=0.5)
    fake.bucket = (1, 20.0)
    await poster.post(a_post())

    with pytest.raises(TryLater):
        await poster.post(a_post(key="d2"))
    assert len(fake.messages()) == 1
    await poster.close()


async def test_posts_wait_ahead_by_the_headers_and_all_arrive(fake, poster):
    fake.bucket = (3, 0.3)
    await asyncio.gather(*(poster.post(a_post(key=f"d{n}")) for n in range(7)))

    assert len(fake.messages()) == 7


@pytest.mark.parametrize(
    ("change", "key", "reach"),
    [
        ({"may": 0}, "delivery.no_permission", Reach.CHANNEL),
        ({"may": VIEW}, "delivery.no_permission", Reach.CHANNEL),
        ({"gone": True}, "delivery.channel_gone", Reach.CHANNEL),
        ({"archived": True}, "delivery.archived", Reach.CHANNEL),
        ({"locked": True}, "delivery.archived", Reach.CHANNEL),
    ],
)
async def test_a_channel_that_is_closed_to_us_is_given_up(fake, poster, change, key, reach):
    for name, value in change.items():
        setattr(fake.rooms[TEXT], name, value)

    with pytest.raises(GiveUp) as caught:
        await poster.post(a_post())
    assert (caught.value.key, caught.value.reach) == (key, reach)


@pytest.mark.parametrize(
    ("status", "code", "error", "key", "reach"),
    [
        (404, 10004, GiveUp, "delivery.channel_gone", Reach.WORKSPACE),
        (400, 20028, TryLater, "delivery.rate_limited", Reach.CHANNEL),
        (403, 40333, TryLater, "delivery.rate_limited", Reach.PLATFORM),
        (400, 12345, GiveUp, "delivery.payload", Reach.ITEM),
        (403, 0, GiveUp, "delivery.no_permission", Reach.CHANNEL),
        (404, 0, GiveUp, "delivery.channel_gone", Reach.CHANNEL),
        (401, 0, GiveUp, "delivery.token", Reach.WORKSPACE),
    ],
)
async def test_each_refusal_says_what_stands_still(fake, poster, status, code, error, key, reach):
    fake.fail(str(status), body={"code": code, "message": "made up"})

    with pytest.raises(error) as caught:
        await poster.post(a_post())
    assert (caught.value.key, caught.value.reach) == (key, reach)


async def test_a_message_that_automod_blocks_is_not_tried_again(fake, poster):
    with pytest.raises(GiveUp) as caught:
        await poster.post(a_post(Message("AUTOMOD")))
    assert (caught.value.key, caught.value.reach) == ("discord.blocked", Reach.ITEM)


async def test_a_wrong_token_is_one_clear_error(fake):
    poster = DiscordPoster("wrong", api_url=fake.url)

    with pytest.raises(GiveUp) as caught:
        await poster.post(a_post())
    assert (caught.value.key, caught.value.reach) == ("delivery.token", Reach.WORKSPACE)
    await poster.close()


async def test_a_form_that_discord_refuses_is_sent_once_more_as_a_plain_line(fake, poster):
    fake.fail("400", body={"code": 50035, "message": "Invalid Form Body"})
    await poster.post(a_post())

    (message,) = fake.messages()
    assert message["content"].startswith("[LG전자] 제목 (매체) <https://n.example/1>")
    assert message["embeds"] == []


async def test_a_plain_line_that_discord_refuses_too_is_given_up(fake, poster):
    fake.fail("400", body={"code": 50035, "message": "Invalid Form Body"}, times=2)

    with pytest.raises(GiveUp) as caught:
        await poster.post(a_post())
    assert (caught.value.key, caught.value.reach) == ("delivery.payload", Reach.ITEM)


async def test_a_message_with_a_mistake_of_ours_still_arrives_as_a_plain_line(fake, poster):
    await poster.post(a_post(Message("글", (Buttons((Button("가", action="not~ours"),)),))))

    assert fake.messages()[0]["content"].startswith("글")


def a_long_one():
    items = tuple((Span("가" * 60, url=f"https://news.example/{n:0500}"),) for n in range(30))
    return Message("묶음", (Heading("묶음"), Bullets(items)))


async def test_a_roll_up_too_long_for_one_message_is_several_and_each_comes_once(fake, poster):
    first = await poster.post(a_post(a_long_one()))
    assert await poster.post(a_post(a_long_one())) == first

    messages = fake.messages()
    assert messages[0]["id"] == first
    assert len(messages) == 4
    written = "".join(embed["description"] for message in messages for embed in message["embeds"])
    assert written.count("[링크](") == 30


async def test_a_part_that_is_refused_for_good_does_not_take_the_first_one_back(fake, poster):
    await poster.post(a_post(LINE, key="d0"))
    fake.fail("400", body={"code": 50035, "message": "Invalid Form Body"}, skips=1)
    external = await poster.post(a_post(a_long_one()))

    assert [each["id"] for each in fake.messages()][1:] == [external]


async def test_a_part_without_an_answer_lets_the_whole_be_sent_again(fake, poster):
    fake.fail("503", skips=1)
    with pytest.raises(InDoubt):
        await poster.post(a_post(a_long_one()))
    await poster.post(a_post(a_long_one()))

    assert len(fake.messages()) == 4


async def test_a_long_alert_in_a_forum_goes_on_in_its_thread(fake, poster):
    external = await poster.post(a_post(a_long_one(), channel=BOARD))

    assert len(fake.messages(external.partition(":")[0])) == 4


async def test_a_picture_of_ours_is_uploaded(fake, poster):
    picture = Image("막대 그래프", data=base64.b64encode(b"png").decode())
    await poster.post(a_post(Message("그래프", (Heading("그래프"), picture))))

    (body,) = [body for method, path, body in fake.bodies if path.endswith("/messages")]
    assert body["attachments"] == [{"id": 0, "filename": "image.png", "description": "막대 그래프"}]


async def test_a_card_is_edited_in_place(fake, poster):
    external = await poster.post(a_post())
    await poster.edit(CHANNEL, external, LINE)

    (message,) = fake.messages()
    assert (message["content"], message["embeds"]) == ("알림을 시작합니다", [])


async def test_editing_what_is_gone_says_so(fake, poster):
    with pytest.raises(GiveUp) as caught:
        await poster.edit(CHANNEL, fake.snowflake(), LINE)
    assert caught.value.key == "delivery.message_gone"


async def test_an_edit_without_an_answer_may_simply_be_done_again(fake, poster):
    external = await poster.post(a_post())
    fake.fail("500", method="PATCH")

    with pytest.raises(TryLater):
        await poster.edit(CHANNEL, external, LINE)


async def test_an_edit_whose_form_is_refused_becomes_the_plain_line(fake, poster):
    external = await poster.post(a_post())
    refusal = {"code": 50035, "message": "Invalid Form Body"}
    fake.fail("400", method="PATCH", body=refusal)
    await poster.edit(CHANNEL, external, CARD)

    assert fake.messages()[0]["content"] == "[LG전자] 제목 (매체) <https://n.example/1>"
    fake.fail("400", method="PATCH", body=refusal, times=2)
    with pytest.raises(GiveUp) as caught:
        await poster.edit(CHANNEL, external, CARD)
    assert caught.value.key == "delivery.payload"


@pytest.mark.parametrize("message", [CARD, LINE])
@pytest.mark.parametrize("tells_nonce", [False, True])
async def test_a_message_is_found_again_by_its_delivery(fake, poster, message, tells_nonce):
    fake.tells_nonce = tells_nonce
    for n in range(3):
        await poster.post(a_post(message, key=f"d{n}"))

    assert await poster.find(CHANNEL, "d1", long_ago()) == fake.messages()[1]["id"]
    assert await poster.find(CHANNEL, "d9", long_ago()) is None


async def test_a_message_is_found_behind_many_others(fake, poster):
    await poster.post(a_post(key="first"))
    for _ in range(250):
        fake.rooms[TEXT].messages.append({**fake.messages()[0], "id": fake.snowflake(), "components": []})
    await poster.post(a_post(key="last"))

    assert await poster.find(CHANNEL, "last", long_ago()) == fake.messages()[-1]["id"]


async def test_what_somebody_else_wrote_is_not_ours(fake, poster):
    await poster.post(a_post())
    fake.messages()[0]["author"] = {**fake.messages()[0]["author"], "id": USER}

    assert await poster.find(CHANNEL, "d1", long_ago()) is None


async def test_older_messages_are_not_looked_at(fake, poster):
    await poster.post(a_post())

    assert await poster.find(CHANNEL, "d1", datetime.now(UTC) + timedelta(minutes=5)) is None


async def test_without_the_history_nothing_can_be_said(fake, poster):
    await poster.post(a_post())
    fake.rooms[TEXT].may &= ~HISTORY

    with pytest.raises(GiveUp) as caught:
        await poster.find(CHANNEL, "d1", long_ago())
    assert (caught.value.key, caught.value.reach) == ("delivery.cannot_look", Reach.CHANNEL)


async def test_an_empty_channel_that_can_be_read_is_empty(fake, poster):
    assert await poster.find(CHANNEL, "d1", long_ago()) is None


async def test_a_channel_gone_while_looking_is_given_up(fake, poster):
    fake.rooms[TEXT].gone = True
    with pytest.raises(GiveUp) as caught:
        await poster.find(CHANNEL, "d1", long_ago())
    assert caught.value.key == "delivery.channel_gone"


async def test_looking_at_a_server_in_trouble_is_tried_later(fake, poster):
    fake.fail("503", method="GET")
    with pytest.raises(TryLater):
        await poster.find(CHANNEL, "d1", long_ago())


async def test_an_alert_in_a_forum_is_a_post_named_after_its_headline(fake, poster):
    external = await poster.post(a_post(channel=BOARD))

    thread, message = external.split(":")
    assert thread == message
    assert fake.rooms[thread].name == "제목"
    assert fake.messages(thread)[0]["embeds"][0]["title"] == "제목"


async def test_a_forum_post_whose_answer_was_lost_is_not_made_twice(fake, poster):
    fake.fail("500", "/threads", after=True)
    with pytest.raises(InDoubt):
        await poster.post(a_post(channel=BOARD))

    external = await poster.post(a_post(channel=BOARD))
    assert [room.id for room in fake.rooms.values() if room.parent == FORUM] == [external.partition(":")[0]]
    assert await poster.find(BOARD, "d1", long_ago()) == external


async def test_another_poster_finds_a_forum_post_too(fake, poster):
    external = await poster.post(a_post(channel=BOARD))
    other = DiscordPoster(fake.token, api_url=fake.url)

    assert await other.find(BOARD, "d1", long_ago()) == external
    assert await other.find(BOARD, "d2", long_ago()) is None
    await other.close()


async def test_a_forum_post_is_edited_and_answered_in_its_thread(fake, poster):
    external = await poster.post(a_post(channel=BOARD))
    thread = external.partition(":")[0]
    await poster.edit(BOARD, external, LINE)
    answer = await poster.post(a_post(LINE, key="d2", channel=BOARD, thread=external))

    first, second = fake.messages(thread)
    assert first["content"] == "알림을 시작합니다"
    assert answer == f"{thread}:{second['id']}"
    assert await poster.find(BOARD, "d2", long_ago(), thread=external) == answer


async def test_a_forum_that_wants_a_tag_gets_one_or_says_so(fake, poster):
    fake.rooms[FORUM].require_tag = True
    with pytest.raises(GiveUp) as caught:
        await poster.post(a_post(channel=BOARD))
    assert (caught.value.key, caught.value.reach) == ("discord.tag_required", Reach.CHANNEL)

    fake.rooms[FORUM].tags = [{"id": "5", "name": "뉴스"}]
    assert await poster.post(a_post(channel=BOARD))


async def test_an_answer_in_a_text_channel_is_a_reply(fake, poster):
    external = await poster.post(a_post())
    await poster.post(a_post(LINE, key="d2", thread=external))

    assert fake.messages()[1]["message_reference"] == {"message_id": external, "fail_if_not_exists": False}


async def test_a_thread_that_takes_no_messages_is_given_up(fake, poster):
    fake.rooms["77"] = Room("77", 15)
    with pytest.raises(GiveUp) as caught:
        await poster.post(a_post(channel=BOARD, thread="77:1"))
    assert caught.value.key == "delivery.channel_gone"


async def test_a_person_gets_a_channel_of_their_own(fake, poster):
    channel = await poster.direct(GUILD, USER)
    await poster.post(a_post(channel=channel))

    assert channel.workspace == GUILD
    assert len(fake.messages(channel.channel)) == 1


async def test_closed_direct_messages_are_said_so(fake, poster):
    fake.dm_closed = True
    channel = await poster.direct(GUILD, USER)

    with pytest.raises(GiveUp) as caught:
        await poster.post(a_post(channel=channel))
    assert (caught.value.key, caught.value.reach) == ("delivery.direct_closed", Reach.CHANNEL)


async def test_a_message_deleted_meanwhile_is_not_posted_again(fake, poster):
    await poster.post(a_post())
    fake.messages().clear()

    with pytest.raises(GiveUp) as caught:
        await poster.post(a_post())
    assert caught.value.key == "delivery.message_gone"


async def test_what_is_no_channel_is_given_up_without_asking(fake, poster):
    with pytest.raises(GiveUp) as caught:
        await poster.post(a_post(channel=ChannelRef(Platform.DISCORD, GUILD, "main")))
    assert (caught.value.key, caught.value.reach) == ("delivery.channel_gone", Reach.CHANNEL)


async def test_without_embed_links_the_plain_content_still_says_it(fake, poster):
    fake.rooms[TEXT].may &= ~EMBED
    await poster.post(a_post())

    assert fake.messages()[0]["content"] == "🔔 LG전자 — 제목"
    assert fake.rooms[TEXT].may & SEND


async def test_the_fake_also_runs_as_a_process_of_its_own():
    """Crash suites need a Discord that outlives the bot."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.discord", stdout=asyncio.subprocess.PIPE
    )
    try:
        url, token = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().split()
        poster = DiscordPoster(token, api_url=url)
        async with aiohttp.ClientSession(url.removesuffix("/api/v10")) as session:
            await session.post("/_/fault", json={"kind": "503", "path": "/messages", "after": True})
            with pytest.raises(InDoubt):
                await poster.post(a_post())
            await poster.post(a_post())
            log = await (await session.get("/_/log")).json()
        await poster.close()
    finally:
        process.kill()
        await process.wait()

    assert [each["content"] for each in log["messages"][TEXT]] == ["🔔 LG전자 — 제목"]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("discord", "discord.api_url"),
        ("ws://127.0.0.1/", "discord.api_url"),
        ("http://n.example/api", "discord.api_plain"),
    ],
)
def test_an_address_that_is_none_or_not_encrypted_is_refused(url, key):
    with pytest.raises(UserMistake) as caught:
        DiscordPoster("token", api_url=url)
    assert caught.value.key == key
