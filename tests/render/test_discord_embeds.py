import base64
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.message import (
    Bullets,
    Button,
    Buttons,
    Byline,
    Chips,
    Excerpt,
    Heading,
    Headline,
    Image,
    Message,
    Option,
    Paragraph,
    Rule,
    Span,
    Table,
    Tone,
)
from bot.render import discord_embeds, discord_ids
from bot.render.discord_limits import size, violations
from bot.render.discord_text import escape, web_url

WHEN = datetime(2026, 7, 21, 5, 5, tzinfo=UTC)
MUTE = tuple(Option(label, value) for label, value in (("이 이야기 그만", "story"), ("이 감시 오늘", "today")))


def an_alert(**changes):
    headline = Headline(
        changes.get("title", "LG전자·토론토대, AI 공동 연구"),
        changes.get("url", "https://n.example/a/1"),
        changes.get("note", ""),
    )
    parts = (
        Chips(("LG전자", "AI 연구소")),
        headline,
        Byline("더구루", WHEN, "Asia/Seoul", seen=changes.get("seen", False), more="외 3개 매체"),
        Excerpt((Span("…문을 연 토론토 "), Span("AI 연구소", Tone.STRONG), Span("를 거점으로…"))),
        Buttons(
            (
                Button("기사", url=headline.url),
                Button("왜?", action="w1:why:7"),
                Button("음소거", action="w1:mute:7", options=MUTE),
                Button("👎", action="w1:bad:7", hint="도움 안 됨"),
            )
        ),
    )
    return Message("[LG전자] 제목 (더구루)", parts, mention=changes.get("mention", ""))


def test_an_alert_is_one_card_with_everything_it_must_carry():
    body = discord_embeds.render(an_alert()).body

    assert body["content"] == "🔔 LG전자, AI 연구소 — LG전자·토론토대, AI 공동 연구"
    assert body["embeds"] == [
        {
            "title": "LG전자·토론토대, AI 공동 연구",
            "url": "https://n.example/a/1",
            "author": {"name": "LG전자 · AI 연구소"},
            "footer": {"text": "더구루 · 외 3개 매체"},
            "timestamp": "2026-07-21T05:05:00+00:00",
            "description": "…문을 연 토론토 **AI 연구소**를 거점으로…",
        }
    ]
    assert body["components"] == [
        {
            "type": 1,
            "components": [
                {"type": 2, "style": 5, "label": "기사", "url": "https://n.example/a/1"},
                {"type": 2, "style": 2, "label": "왜?", "custom_id": "w1:why:7"},
                {"type": 2, "style": 2, "label": "음소거", "custom_id": "w1:mute:7~ostory.today"},
                {"type": 2, "style": 2, "label": "👎 도움 안 됨", "custom_id": "w1:bad:7"},
            ],
        }
    ]
    assert body["allowed_mentions"] == {"parse": [], "replied_user": False}


def test_a_time_of_first_sight_is_said_to_be_one():
    body = discord_embeds.render(an_alert(seen=True)).body

    assert body["embeds"][0]["footer"] == {"text": "더구루 · 외 3개 매체 · 확인"}


def test_only_the_role_that_the_watch_asks_for_is_mentioned():
    body = discord_embeds.render(an_alert(mention="<@&123>")).body

    assert body["content"].startswith("<@&123> 🔔")
    assert body["allowed_mentions"] == {"parse": [], "replied_user": False, "roles": ["123"]}


@pytest.mark.parametrize("mention", ["everyone", "<@&1> @here", "@&12", "１２３"])
def test_what_is_no_role_is_not_mentioned(mention):
    body = discord_embeds.render(an_alert(mention=mention)).body

    assert "<@&" not in body["content"]
    assert "roles" not in body["allowed_mentions"]


def test_a_private_card_has_no_line_for_phones_and_mentions_nobody():
    body = discord_embeds.render(an_alert(mention="123"), private=True).body

    assert body["content"] == ""
    assert "roles" not in body["allowed_mentions"]


def test_an_address_too_long_for_a_button_stays_in_the_title():
    body = discord_embeds.render(an_alert(url="https://n.example/" + "a" * 600)).body

    assert len(body["embeds"][0]["url"]) == 618
    assert all("url" not in button for button in body["components"][0]["components"])


def test_an_address_too_long_for_a_button_is_written_out_where_no_title_holds_it():
    url = "https://n.example/" + "a" * 600
    message = Message("글", (Paragraph((Span("글"),)), Buttons((Button("원문", url=url),))))

    assert f"원문 [링크]({url})" in discord_embeds.render(message).body["content"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://n.example/", "https://", "https://a b/", "//n.example"])
def test_what_is_no_web_address_is_no_link(url):
    body = discord_embeds.render(an_alert(url=url)).body

    assert "url" not in body["embeds"][0]
    assert violations(body) == ()


def test_a_long_headline_is_cut_and_keeps_its_note():
    title = discord_embeds.render(an_alert(title="가" * 400, note="(제목 수정)")).body["embeds"][0]["title"]

    assert size(title) <= 256
    assert title.endswith("가… (제목 수정)")


def test_short_running_text_needs_no_embed():
    message = Message("text", (Paragraph((Span("하루 약 2건"),)), Buttons((Button("되돌리기", action="w1:undo:3"),))))
    body = discord_embeds.render(message, private=True).body

    assert (body["content"], body["embeds"]) == ("하루 약 2건", [])
    assert body["components"][0]["components"][0]["label"] == "되돌리기"


def test_a_list_is_an_embed_whose_links_are_labelled_by_us():
    items = tuple((Span(f"제목 [{n}](x)", url=f"https://n.example/{n}"), Span(" — 매체", Tone.QUIET)) for n in range(2))
    body = discord_embeds.render(Message("새 기사 2건", (Heading("새 기사 2건"), Bullets(items)))).body

    assert body["content"] == "새 기사 2건"
    assert body["embeds"] == [
        {
            "description": "• 제목 [0\\](x) [링크](https://n.example/0) — 매체\n"
            "• 제목 [1\\](x) [링크](https://n.example/1) — 매체"
        }
    ]


def test_a_digest_of_thirty_long_titles_keeps_every_link():
    items = tuple((Span("가" * 60, url=f"https://news.example/article/{n:040}"), Span(" — 매체")) for n in range(30))
    body = discord_embeds.render(Message("묶음", (Heading("묶음"), Bullets(items)))).body

    written = "".join(embed["description"] for embed in body["embeds"])
    assert written.count("[링크](") == 30
    assert violations(body) == ()


def test_what_finds_no_room_ends_with_an_ellipsis():
    items = tuple((Span("가" * 250),) for n in range(60))
    body = discord_embeds.render(Message("묶음", (Heading("묶음"), Bullets(items)))).body

    assert body["embeds"][-1]["description"].endswith("…")
    assert violations(body) == ()


def test_a_roll_up_with_long_addresses_reaches_every_article_in_several_messages():
    items = tuple((Span("가" * 60, url=f"https://news.example/{n:0500}"), Span(" — 매체")) for n in range(30))
    more = Buttons((Button("더 보기", action="w1:more:1"),))
    payloads = discord_embeds.render_all(Message("묶음", (Heading("묶음"), Bullets(items), more)))

    written = "".join(embed["description"] for payload in payloads for embed in payload.body["embeds"])
    assert len(payloads) == 4
    assert written.count("[링크](") == 30
    assert [payload.body["content"] for payload in payloads] == ["묶음", "", "", ""]
    assert [len(payload.body["components"]) for payload in payloads] == [0, 0, 0, 1]
    assert all(violations(discord_ids.sign(payload.body, "m" * 22)) == () for payload in payloads)


def test_more_than_the_last_message_holds_ends_with_an_ellipsis():
    items = tuple((Span("가" * 290),) for _ in range(300))
    payloads = discord_embeds.render_all(Message("묶음", (Heading("묶음"), Bullets(items))))

    assert len(payloads) == discord_embeds.PAYLOADS_MAX
    assert payloads[-1].body["embeds"][-1]["description"].endswith("\n…")


def test_a_mistake_of_ours_becomes_the_plain_line_and_a_word_for_the_log():
    broken = Message("글", (Buttons((Button("가", action="not~ours"),)),))

    (payload,), problem = discord_embeds.checked(broken)
    assert payload.body["content"] == "글"
    assert "not an action" in problem
    assert discord_embeds.checked(an_alert())[1] == ""


def test_several_headlines_are_lines_of_one_message():
    parts = tuple(
        part
        for n in range(2)
        for part in (
            Headline(f"제목 {n}", f"https://n.example/{n}", "(제목 수정)"),
            Byline("매체", WHEN, "UTC", seen=True),
        )
    )
    body = discord_embeds.render(Message("둘", parts)).body

    assert body["embeds"][0]["description"].splitlines()[:2] == [
        "• 제목 0 [링크](https://n.example/0) (제목 수정)",
        f"-# 확인 <t:{int(WHEN.timestamp())}:f> · 매체",
    ]


def test_a_table_stands_in_columns_also_with_hangul():
    message = Message("표", (Heading("다른 제목"), Table(("감시", "건"), (("LG전자", "12"), ("가`나", "3")))))
    embed = discord_embeds.render(message, private=True).body["embeds"][0]

    assert embed["title"] == "다른 제목"
    assert embed["description"] == "```\n감시    건\nLG전자  12\n가ˋ나   3\n```"


def test_a_table_too_long_shows_its_first_rows():
    message = Message("표", (Heading("표"), Table(("감시",), (("가" * 60,),) * 100)))
    description = discord_embeds.render(message).body["embeds"][0]["description"]

    assert description.endswith("…\n```")


def test_our_own_picture_travels_as_a_file_with_its_words():
    data = base64.b64encode(b"png").decode()
    payload = discord_embeds.render(Message("그래프", (Image("막대 그래프", data=data),)))

    assert payload.files == (("image.png", b"png"),)
    assert payload.body["attachments"] == [{"id": 0, "filename": "image.png", "description": "막대 그래프"}]
    assert payload.body["embeds"] == [{"image": {"url": "attachment://image.png"}}]


def test_a_second_picture_and_a_broken_one_are_told_in_words():
    parts = (Image("하나", url="https://n.example/1.png"), Image("둘", url="https://n.example/2.png"))
    embed = discord_embeds.render(Message("그림", parts)).body["embeds"][0]
    broken = discord_embeds.render(Message("그림", (Image("깨짐", data="!"),))).body["embeds"][0]

    assert embed == {"image": {"url": "https://n.example/1.png"}, "description": "-# 하나\n-# 둘"}
    assert broken == {"description": "-# 깨짐"}


def test_sections_lines_and_quiet_text_have_their_forms():
    parts = (
        Heading("요약"),
        Chips(("LG전자",)),
        Bullets(((Span("하나"),),)),
        Rule(),
        Heading("더"),
        Excerpt((Span("앞\n뒤"),)),
        Paragraph((Span("조용히", Tone.QUIET),)),
        Paragraph((Span("구독 LG전자", Tone.CODE), Span("지움", Tone.DANGER))),
    )
    embed = discord_embeds.render(Message("요약", parts)).body["embeds"][0]

    assert embed["description"].split("\n") == [
        "**LG전자**",
        "• 하나",
        "─" * 12,
        "",
        "**더**",
        "앞 뒤",
        "-# 조용히",
        "`구독 LG전자`\u200b**지움**",
    ]


def test_a_menu_alone_in_its_row_is_a_select():
    body = discord_embeds.menu("얼마나?", Button("음소거", action="w1:mute:7", options=MUTE), language="ko").body

    assert body["components"][0]["components"] == [
        {
            "type": 3,
            "custom_id": "w1:mute:7",
            "placeholder": "음소거",
            "options": [{"label": "이 이야기 그만", "value": "story"}, {"label": "이 감시 오늘", "value": "today"}],
        }
    ]


def test_a_menu_whose_choices_fit_in_no_id_is_a_select_also_beside_buttons():
    options = tuple(Option(f"선택 {n}", f"choice-{n}-of-many") for n in range(30))
    buttons = (Button("왜?", action="w1:why:7"), Button("고르기", action="w1:pick:7", options=options))
    body = discord_embeds.render(Message("글", (Buttons(buttons),))).body

    assert [control["type"] for row in body["components"] for control in row["components"]] == [2, 3]
    assert len(body["components"][1]["components"][0]["options"]) == 25


def test_more_buttons_than_five_rows_hold_move_together():
    rows = tuple(Buttons((Button("가", action=f"w1:a:{n}"), Button("나", action=f"w1:b:{n}"))) for n in range(8))
    body = discord_embeds.render(Message("글", rows)).body

    assert [len(row["components"]) for row in body["components"]] == [5, 5, 5, 1]


def test_an_action_that_could_not_be_read_back_is_our_mistake():
    with pytest.raises(ValueError, match="not an action"):
        discord_embeds.render(Message("글", (Buttons((Button("가", action="w1:~"),)),)))


def test_a_custom_id_is_read_as_it_was_written():
    written = discord_ids.write("w1:mute:7", ("story", "today"))

    assert discord_ids.read(written) == discord_ids.ControlId("w1:mute:7", ("story", "today"))
    assert discord_ids.read("w1:why:7") == discord_ids.ControlId("w1:why:7")
    with pytest.raises(ValueError, match="too long"):
        discord_ids.write("w1:" + "a" * 98)


@pytest.mark.parametrize("message", [an_alert(), Message("한 줄"), Message("가" * 3000)])
def test_a_signed_message_is_known_again_and_no_other_is(message):
    payload = discord_ids.sign(discord_embeds.render(message).body, "abcdefghijklmnopqrstuv")

    assert violations(payload) == ()
    assert discord_ids.carries(payload, "abcdefghijklmnopqrstuv")
    assert not discord_ids.carries(payload, "bacdefghijklmnopqrstuv")
    assert not discord_ids.carries(discord_embeds.render(message).body, "abcdefghijklmnopqrstuv")
    assert discord_ids.carries({"nonce": "abc"}, "abc")


def test_a_button_pressed_in_a_signed_message_still_says_what_it_does():
    payload = discord_ids.sign(discord_embeds.render(an_alert()).body, "abcdefghijklmnopqrstuv")

    pressed = [each.get("custom_id", "") for each in payload["components"][0]["components"]]
    assert [discord_ids.read(each).action for each in pressed] == ["", "w1:why:7", "w1:mute:7", "w1:bad:7"]


def test_the_plain_line_says_all_without_a_form():
    body = discord_embeds.plain(an_alert(mention="123")).body

    assert body["content"] == "<@&123> [LG전자] 제목 (더구루) <https://n.example/a/1>"
    assert (body["embeds"], body["components"]) == ([], [])


def test_a_forum_post_is_named_after_its_headline():
    assert discord_embeds.thread_name(an_alert(title="가" * 200)) == "가" * 99 + "…"
    assert discord_embeds.thread_name(Message("\u200b")) == "…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[단독] <급등> 3~5일 | 표", "[단독] <급등> 3~5일 | 표"),
        ("@everyone", "@\u200beveryone"),
        ("<@1> <#2> <t:1:R> <:e:1> </a:1>", "\\<@\u200b1> \\<#2> \\<t\\:1:R> \\<\\:e:1> \\</a:1>"),
        ("**굵게** __줄__ `칸`", "\\*\\*굵게\\*\\* \\_\\_줄\\_\\_ \\`칸\\`"),
        ("https://evil.example/", "https\\://evil.example/"),
        ("[여기](https://evil.example)", "[여기\\](https\\://evil.example)"),
        ("discord.gg/abc", "discord.gg\\/abc"),
        ("# 제목\n> 인용\n- 목록\n1. 하나\n-# 작게", "\\# 제목\n\\> 인용\n\\- 목록\n1\\. 하나\n\\-# 작게"),
        ("||가|| ~~나~~ :smile:", "\\|\\|가\\|\\| \\~\\~나\\~\\~ \\:smile\\:"),
        ("C:\\x", "C:\\\\x"),
    ],
)
def test_markup_in_a_headline_is_only_text(text, shown):
    assert escape(text) == shown


def test_an_address_is_written_as_it_was_given_where_discord_takes_it():
    assert web_url("https://n.example/a?b=c&d=(e)#f") == "https://n.example/a?b=c&d=(e)#f"
    assert web_url(" http://n.example/가 나 ") == "http://n.example/%EA%B0%80%20%EB%82%98"
    assert web_url("https://한국.example/") == "https://xn--3e0b707e.example/"
    assert web_url("https://" + "가" * 70 + ".example/") == ""
    assert web_url("https://[::1/") == ""


def test_a_control_without_room_for_the_mark_leaves_it_to_the_content():
    action = "w1:" + "a" * 90
    payload = discord_ids.sign(
        discord_embeds.render(Message("글", (Buttons((Button("가", action=action),)),))).body, "m" * 22
    )

    assert payload["components"][0]["components"][0]["custom_id"] == action
    assert discord_ids.carries(payload, "m" * 22)


def test_a_content_that_is_full_goes_without_a_mark():
    full = {"content": "가" * 1990, "components": []}

    assert discord_ids.sign(full, "m" * 22) == full


def test_a_card_without_address_outlet_or_chips_is_still_a_card():
    parts = (Headline("제목", ""), Byline("", WHEN, "UTC"))
    body = discord_embeds.render(Message("제목", parts)).body

    assert body["content"] == "🔔 제목"
    assert body["embeds"] == [{"title": "제목", "timestamp": "2026-07-21T05:05:00+00:00"}]


def test_a_picture_without_words_is_only_a_picture():
    embed = discord_embeds.render(Message("그림", (Image("", url="https://n.example/1.png"),))).body["embeds"][0]

    assert embed == {"image": {"url": "https://n.example/1.png"}}


def test_a_heading_that_says_what_the_phone_says_is_not_said_twice():
    body = discord_embeds.render(Message("요약", (Heading("요약"), Rule()))).body

    assert body["content"] == "요약"
    assert "title" not in body["embeds"][0]


# Laws for any message whatever.

hostile = st.text(
    st.sampled_from("가나 ab\n*_~`|<>@#:/[]()!-+1.\\\u202e\u200b\u2060😀👨‍👩‍👧\ud800") | st.characters(), max_size=60
) | st.sampled_from(
    [
        "@everyone",
        "<@&1>",
        "[여기](https://evil.example/)",
        "https://evil.example/",
        "```\ncode",
        "discord.gg/abc",
        "가" * 5000,
        "*" * 3000,
        "👨‍👩‍👧" * 300,
    ]
)
urls = st.sampled_from(["", "https://n.example/a_(b)*c", "https://n.example/" + "x" * 900, "javascript:1"]) | hostile
spans = st.builds(Span, hostile, st.sampled_from(Tone), urls)
runs = st.lists(spans, max_size=4).map(tuple)
options = st.lists(st.builds(Option, hostile, hostile), max_size=30).map(tuple)
actions = st.just("") | st.from_regex(r"w1:[a-z]{1,8}:[0-9]{1,9}", fullmatch=True)
buttons = st.builds(Button, hostile, actions, urls, st.sampled_from(Tone), options, hostile)
texts = st.lists(hostile, max_size=6).map(tuple)
tables = st.integers(0, 4).flatmap(
    lambda width: st.builds(
        Table,
        st.tuples(*[hostile] * width),
        st.lists(st.tuples(*[hostile] * width), max_size=8).map(tuple),
    )
)
parts = st.one_of(
    st.builds(Heading, hostile),
    st.builds(Chips, texts),
    st.builds(Headline, hostile, urls, hostile),
    st.builds(Byline, hostile, st.datetimes(timezones=st.just(UTC)), st.just("Asia/Seoul"), st.booleans(), hostile),
    st.builds(Excerpt, runs),
    st.builds(Paragraph, runs),
    st.builds(Bullets, st.lists(runs, max_size=20).map(tuple)),
    tables,
    st.builds(Image, hostile, urls, st.sampled_from(["", "AAAA", "!"])),
    st.just(Rule()),
    st.builds(Buttons, st.lists(buttons, max_size=8).map(tuple)),
)
messages = st.builds(
    Message,
    hostile.filter(bool),
    st.lists(parts, max_size=8).map(tuple),
    st.sampled_from(["", "123", "@everyone"]),
    st.sampled_from(["ko", "en"]),
)
OUR_LINK = re.compile(r"\[(?:링크|link)\]\(https?://[^\s()]+\)")
OUR_STAMP = re.compile(r"<t:-?\d+:f>")
CODE = re.compile(r"```\n.*?```|`[^`]*`", re.DOTALL)


def read_by_discord(text):
    """What is left for Discord's markdown to act on, without what we built."""
    left = re.sub(r"\\[^A-Za-z0-9\s]", "", text)
    return OUR_STAMP.sub("", OUR_LINK.sub("", CODE.sub("", left)))


@settings(max_examples=150, deadline=None)
@given(messages, st.booleans())
def test_any_message_is_within_every_limit_and_nothing_in_it_acts(message, private):
    for payload in discord_embeds.render_all(message, private=private):
        check(payload)


def check(payload):
    signed = discord_ids.sign(payload.body, "abcdefghijklmnopqrstuv")

    assert violations(payload.body) == ()
    assert violations(signed) == ()
    content = payload.body["content"].removeprefix("<@&123>")
    for text in [content, *(embed.get("description", "") for embed in payload.body["embeds"])]:
        left = read_by_discord(text)
        assert "](" not in left
        assert "://" not in left
        assert not re.search(r"<[@#:/!&A-Za-z0-9]|@(?=\S)(?!\u200b)|~~|\|\||[_`]", left)
        assert left.count("**") * 2 == left.count("*")
        assert left.count("**") % 2 == 0
        assert not re.search(r"^\s*(?:#|>|\d+[.)]\s|-\s)", left, re.MULTILINE)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\ud800-\udfff]", str(signed))


@settings(max_examples=100, deadline=None)
@given(messages)
def test_any_message_has_a_plain_line_that_discord_takes(message):
    assert violations(discord_embeds.plain(message).body) == ()
    assert 1 <= size(discord_embeds.thread_name(message)) <= 100
