"""The real slack_sdk against our local Slack: what is posted, and what each refusal means."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.adapters import post_slack
from bot.adapters.post import MAY_SEND, Post, Poster
from bot.adapters.post_slack import SlackPoster, identify
from bot.core.errors import GiveUp, InDoubt, Reach, TryLater
from bot.core.message import Button, Buttons, Heading, Headline, Image, Message, Option, Paragraph, Span
from bot.core.news import ChannelRef, Platform
from bot.core.wording import TEXTS
from bot.render.slack_limits import Problem
from tests.fakes.slack import FakeSlack

ROOT = Path(__file__).parents[2]
CARD = Message("[LG전자] 제목 <b> (매체)", (Headline("제목", "https://news.example/1"),))


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack().serving() as fake:
        fake.room("C1", ["U1"])
        yield fake


@pytest.fixture
async def poster(slack: FakeSlack) -> AsyncIterator[SlackPoster]:
    poster = poster_for(slack)
    yield poster
    await poster.close()


def poster_for(slack: FakeSlack, timeout_seconds: float = 5) -> SlackPoster:
    tokens = {team: token for token, team in slack.tokens.items()}
    return SlackPoster(tokens.get, api_url=slack.base_url, timeout_seconds=timeout_seconds)


def here(channel: str = "C1", team: str = "T0FAKE") -> ChannelRef:
    return ChannelRef(Platform.SLACK, team, channel)


def since() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5)


async def test_a_message_is_posted_quietly_with_its_key_in_the_metadata(slack: FakeSlack, poster: Poster):
    ts = await poster.post(Post(here(), CARD, "key-1"))

    said = slack.messages("C1")[0]
    assert said.ts == ts
    assert said.text == "[LG전자] 제목 &lt;b&gt; (매체)"
    assert said.metadata == {"event_type": "news_alert", "event_payload": {"d": "key-1"}}
    quiet = ("unfurl_links", "unfurl_media", "parse", "link_names")
    assert [said.arguments[name] for name in quiet] == [False, False, "none", False]


async def test_every_try_of_a_delivery_carries_the_same_client_msg_id(slack: FakeSlack, poster: Poster):
    for key in ("key-1", "key-1", "key-2"):
        await poster.post(Post(here(), CARD, key))

    first, again, other = (said.client_msg_id for said in slack.messages("C1"))
    assert first == again != other


async def test_a_reply_goes_into_the_thread_and_is_found_there(slack: FakeSlack, poster: Poster):
    parent = await poster.post(Post(here(), CARD, "parent"))
    reply = await poster.post(Post(here(), CARD, "reply", thread=parent))

    assert slack.messages("C1")[1].thread_ts == parent
    assert await poster.find(here(), "reply", since(), parent) == reply
    assert await poster.find(here(), "reply", since()) is None
    assert await poster.find(here(), "parent", since()) == parent


async def test_an_old_enough_history_is_read_page_by_page(
    slack: FakeSlack, poster: Poster, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(post_slack, "HISTORY_PAGE", 10)
    first = await poster.post(Post(here(), CARD, "first"))
    for number in range(25):
        await poster.post(Post(here(), Message("."), f"k{number}"))

    assert await poster.find(here(), "first", since()) == first
    assert await poster.find(here(), "never", since()) is None
    assert await poster.find(here(), "first", datetime.now(UTC) + timedelta(minutes=5)) is None


async def test_a_history_without_end_is_not_read_to_its_end(
    slack: FakeSlack, poster: Poster, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(post_slack, "HISTORY_PAGE", 1)
    monkeypatch.setattr(post_slack, "HISTORY_PAGES", 2)
    await poster.post(Post(here(), CARD, "first"))
    for number in range(3):
        await poster.post(Post(here(), CARD, f"k{number}"))

    assert await poster.find(here(), "first", since()) is None
    assert len(slack.called("conversations.history")) == 2


async def test_an_edit_keeps_text_and_blocks(slack: FakeSlack, poster: Poster):
    ts = await poster.post(Post(here(), CARD, "k"))

    await poster.edit(here(), ts, Message("새 글", (Heading("새 제목"),)))

    said = slack.messages("C1")[0]
    assert (said.text, said.blocks[0]["text"]["text"], said.edits) == ("새 글", "새 제목", 1)


async def test_a_message_that_is_gone_cannot_be_edited(poster: Poster):
    with pytest.raises(GiveUp, match=r"delivery\.message_gone"):
        await poster.edit(here(), "1.000001", CARD)


async def test_a_person_is_reached_by_direct_message(slack: FakeSlack, poster: Poster):
    slack.person("U7")

    room = await poster.direct("T0FAKE", "U7")
    await poster.post(Post(room, CARD, "k"))

    assert room == here("D7")
    assert len(slack.messages("D7")) == 1


async def test_without_im_write_the_person_stands_for_the_direct_message(slack: FakeSlack, poster: Poster):
    slack.scopes.discard("im:write")
    assert await poster.direct("T0FAKE", "U7") == here("U7")

    slack.scopes.add("im:write")
    slack.fail("conversations.open", "hang")
    impatient = poster_for(slack, 0.2)
    with pytest.raises(TryLater):
        await impatient.direct("T0FAKE", "U7")
    await impatient.close()
    with pytest.raises(GiveUp, match=r"delivery\.channel_gone"):
        await poster.direct("T0FAKE", "U404")


async def test_the_channel_that_slack_answers_with_is_kept_for_edits(slack: FakeSlack, poster: Poster):
    slack.room("D7", ["U7"])
    slack.rooms["U7"] = slack.rooms["D7"]  # chat.postMessage takes a person's id and opens the DM

    external_id = await poster.post(Post(here("U7"), CARD, "k"))
    await poster.edit(here("U7"), external_id, Message("새 글"))

    assert external_id.startswith("D7/")
    assert slack.messages("D7")[0].text == "새 글"
    assert await poster.find(here("D7"), "k", since()) == external_id.removeprefix("D7/")


@pytest.mark.parametrize(
    ("error", "key", "reach"),
    [
        ("channel_not_found", "delivery.channel_gone", Reach.CHANNEL),
        ("is_archived", "delivery.archived", Reach.CHANNEL),
        ("not_in_channel", "delivery.not_in_channel", Reach.CHANNEL),
        ("no_permission", "delivery.no_permission", Reach.CHANNEL),
        ("restricted_action_read_only_channel", "delivery.no_permission", Reach.CHANNEL),
        ("messages_tab_disabled", "delivery.direct_closed", Reach.CHANNEL),
        ("invalid_auth", "delivery.token", Reach.WORKSPACE),
        ("token_revoked", "delivery.token", Reach.WORKSPACE),
        ("account_inactive", "delivery.token", Reach.WORKSPACE),
        ("missing_scope", "delivery.token", Reach.WORKSPACE),
        ("thread_not_found", "delivery.message_gone", Reach.ITEM),
        ("something_new", "delivery.payload", Reach.ITEM),
    ],
)
async def test_a_refusal_for_good_says_how_far_it_reaches(
    slack: FakeSlack, poster: Poster, error: str, key: str, reach: Reach
):
    slack.fail("chat.postMessage", error)

    with pytest.raises(GiveUp) as refused:
        await poster.post(Post(here(), CARD, "k"))

    assert (refused.value.key, refused.value.reach) == (key, reach)
    assert key in TEXTS
    assert slack.messages("C1") == [] or error == "something_new"


async def test_rooms_refuse_as_slack_does(slack: FakeSlack, poster: Poster):
    slack.room("C2", bot=False)
    slack.room("C3", archived=True)
    slack.room("G4", bot=False, private=True)
    met = []
    for channel in ("C2", "C3", "G4", "C404"):
        with pytest.raises(GiveUp) as refused:
            await poster.post(Post(here(channel), CARD, "k"))
        met.append(refused.value.key.removeprefix("delivery."))

    assert met == ["not_in_channel", "archived", "channel_gone", "channel_gone"]


async def test_too_many_requests_name_their_wait(slack: FakeSlack, poster: Poster):
    slack.fail("chat.postMessage", "429")
    with pytest.raises(TryLater) as refused:
        await poster.post(Post(here(), CARD, "k"))
    assert (refused.value.after_seconds, refused.value.reach) == (7, Reach.CHANNEL)

    slack.pace_seconds = 60
    await poster.post(Post(here(), CARD, "k"))
    with pytest.raises(TryLater) as paced:
        await poster.post(Post(here(), CARD, "k2"))
    assert paced.value.after_seconds == 1
    slack.fail("chat.postMessage", "429 soon")
    with pytest.raises(TryLater) as unnamed:
        await poster.post(Post(here(), CARD, "k3"))
    assert unnamed.value.after_seconds is None


@pytest.mark.parametrize("kind", ["reset", "500", "500 json", "html", "text", "empty", "internal_error", "fatal_error"])
@pytest.mark.parametrize("after", [False, True])
async def test_what_nobody_knows_is_in_doubt_and_never_sent_twice(
    slack: FakeSlack, poster: Poster, kind: str, after: bool
):
    slack.fail("chat.postMessage", kind, after=after)

    with pytest.raises(InDoubt):
        await poster.post(Post(here(), CARD, "k"))

    assert len(slack.messages("C1")) == after
    found = await poster.find(here(), "k", since())
    assert found == (slack.messages("C1")[0].ts if after else None)


async def test_an_answer_that_does_not_come_in_time_is_in_doubt(slack: FakeSlack):
    slack.fail("chat.postMessage", "hang", after=True)
    impatient = poster_for(slack, 0.2)

    with pytest.raises(InDoubt):
        await impatient.post(Post(here(), CARD, "k"))
    assert len(slack.messages("C1")) == 1
    await impatient.close()


async def test_a_slack_that_is_not_there_has_got_nothing(slack: FakeSlack, poster: Poster):
    await slack.stop()

    with pytest.raises(TryLater, match=r"delivery\.unreachable"):
        await poster.post(Post(here(), CARD, "k"))


async def test_an_edit_or_a_look_without_an_answer_is_simply_tried_again(slack: FakeSlack, poster: Poster):
    ts = await poster.post(Post(here(), CARD, "k"))
    slack.fail("chat.update", "500", after=True)
    slack.fail("conversations.history", "html")

    with pytest.raises(TryLater):
        await poster.edit(here(), ts, CARD)
    with pytest.raises(TryLater):
        await poster.find(here(), "k", since())


async def test_a_history_that_may_not_be_read_is_said_so(slack: FakeSlack, poster: Poster):
    slack.scopes.discard("channels:history")
    with pytest.raises(GiveUp, match=r"delivery\.cannot_look"):
        await poster.find(here(), "k", since())

    slack.revoke(slack.bot_token)
    with pytest.raises(GiveUp, match=r"delivery\.token"):
        await poster.find(here(), "k", since())


async def test_a_refused_form_is_sent_once_more_as_plain_text(slack: FakeSlack, poster: Poster):
    slack.fail("chat.postMessage", "invalid_blocks")

    await poster.post(Post(here(), CARD, "k"))

    (said,) = slack.messages("C1")
    assert said.blocks == []
    assert said.text.endswith("\n제목 <https://news.example/1>")
    assert said.metadata["event_payload"] == {"d": "k"}


async def test_a_form_over_our_own_limits_does_not_leave_as_it_is(slack: FakeSlack, poster: Poster):
    """Nothing that `render` makes is over a limit; were it so, the plain text goes out."""
    broken = Message("글", (Buttons((Button("왜?", "w1:why:1", options=(Option("가", "\ud800"),)),)),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(post_slack, "message_problems", lambda _: (Problem("invalid_blocks", "too long"),))
        await poster.post(Post(here(), broken, "k"))

    assert slack.messages("C1")[0].blocks == []


async def test_a_form_refused_twice_is_given_up(slack: FakeSlack, poster: Poster):
    slack.fail("chat.postMessage", "invalid_blocks", times=2)

    with pytest.raises(GiveUp) as refused:
        await poster.post(Post(here(), CARD, "k"))

    assert (refused.value.key, refused.value.reach) == ("delivery.payload", Reach.ITEM)
    assert slack.messages("C1") == []


async def test_a_picture_that_slack_cannot_fetch_costs_only_the_picture(slack: FakeSlack, poster: Poster):
    slack.fail("chat.postMessage", "image")
    pictured = Message("차트", (Image("하루 2건", "https://img.example/1.png"), Paragraph((Span("표"),))))

    await poster.post(Post(here(), pictured, "k"))

    (said,) = slack.messages("C1")
    assert [block["type"] for block in said.blocks] == ["rich_text", "rich_text"]


CHART = Message("추이", (Image("7일 동안 하루 2건", data="aGVsbG8="), Paragraph((Span("표"),))))


async def test_a_picture_of_ours_is_given_to_slack_first(slack: FakeSlack, poster: Poster):
    await poster.post(Post(here(), CHART, "k"))

    image = slack.messages("C1")[0].blocks[0]
    assert slack.files[image["slack_file"]["id"]] == b"hello"
    assert image["alt_text"] == "7일 동안 하루 2건"


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("files.getUploadURLExternal", "missing_scope"),
        ("files.getUploadURLExternal", "html"),
        ("upload", "500"),
        ("upload", "reset"),
        ("files.completeUploadExternal", "internal_error"),
    ],
)
async def test_a_picture_that_cannot_be_given_to_slack_is_told_in_words(
    slack: FakeSlack, poster: Poster, method: str, kind: str
):
    slack.fail(method, kind, times=2)

    await poster.post(Post(here(), CHART, "k"))

    (said,) = slack.messages("C1")
    assert [block["type"] for block in said.blocks] == ["rich_text", "rich_text"]
    assert "하루 2건" in str(said.blocks[0])


async def test_a_picture_that_slack_has_not_digested_yet_costs_only_the_picture(slack: FakeSlack, poster: Poster):
    slack.complete_files = Forgetful()

    await poster.post(Post(here(), CHART, "k"))

    assert [block["type"] for block in slack.messages("C1")[0].blocks] == ["rich_text", "rich_text"]


class Forgetful(set[str]):
    """A Slack that does not know its files yet."""

    def update(self, *others: Iterable[str]) -> None:
        pass


async def test_each_workspace_is_asked_with_its_own_token(slack: FakeSlack):
    slack.install("T2")
    slack.room("C9", team="T2")
    poster = poster_for(slack)

    await poster.post(Post(here("C9", "T2"), CARD, "k"))
    await poster.post(Post(here(), CARD, "k"))
    with pytest.raises(GiveUp, match=r"delivery\.channel_gone"):
        await poster.post(Post(here("C9"), CARD, "k"))
    with pytest.raises(GiveUp) as unknown:
        await poster.post(Post(here("C9", "T404"), CARD, "k"))
    await poster.close()

    assert unknown.value.reach is Reach.WORKSPACE
    assert [call.team for call in slack.calls][:2] == ["T2", "T0FAKE"]


async def test_a_new_token_of_a_workspace_is_used_from_the_next_call(slack: FakeSlack):
    tokens = {"T0FAKE": "old"}
    poster = SlackPoster(tokens.get, api_url=slack.base_url)
    await poster.close()  # closing what was never opened is fine
    with pytest.raises(GiveUp, match=r"delivery\.token"):
        await poster.post(Post(here(), CARD, "k"))

    tokens["T0FAKE"] = slack.bot_token

    assert await poster.post(Post(here(), CARD, "k"))
    await poster.close()


async def test_auth_test_tells_who_a_token_is(slack: FakeSlack):
    identity = await identify(slack.bot_token, api_url=slack.base_url)

    assert (identity.workspace, identity.bot_user) == ("T0FAKE", "U0BOT")
    assert "chat:write" in identity.scopes


async def test_a_wrong_token_and_a_silent_slack_are_told_apart(slack: FakeSlack):
    with pytest.raises(GiveUp) as wrong:
        await identify("nonsense", api_url=slack.base_url)
    slack.fail("auth.test", "html")
    with pytest.raises(TryLater, match=r"slack\.unreachable"):
        await identify(slack.bot_token, api_url=slack.base_url)

    assert (wrong.value.key, wrong.value.reach) == ("slack.token", Reach.WORKSPACE)


def test_every_error_that_is_raised_has_a_sentence():
    source = Path(post_slack.__file__).read_text(encoding="utf-8")
    keys = set(re.findall(r'"((?:delivery|slack)\.\w+)"', source))

    assert len(keys) > 10
    assert keys <= set(TEXTS)


async def test_the_local_slack_also_runs_as_a_process_of_its_own():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.slack", "--channel", "C1", stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    try:
        async with asyncio.timeout(20):
            assert process.stdout is not None
            about = json.loads(await process.stdout.readline())
            poster = SlackPoster({about["team"]: about["bot_token"]}.get, api_url=about["base_url"])
            await poster.post(Post(here(), CARD, "k"))
            await poster.close()
            url = about["base_url"].replace("/api/", "/_/log")
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                said = (await answer.json())["messages"]["C1"]
    finally:
        process.terminate()
        await process.wait()

    assert said[0]["metadata"]["event_payload"] == {"d": "k"}


@pytest.mark.parametrize("warm", [False, True])
async def test_a_process_that_froze_before_the_request_was_written_does_not_send_it(
    slack: FakeSlack, poster: Poster, warm: bool
):
    def too_late() -> None:
        raise InDoubt("delivery.frozen")

    if warm:
        await poster.post(Post(here(), CARD, "d0"))
    MAY_SEND.set(too_late)

    with pytest.raises(InDoubt) as doubt:
        await poster.post(Post(here(), CARD, "d1"))

    assert doubt.value.key == "delivery.frozen"
    assert len(slack.messages("C1")) == int(warm)
