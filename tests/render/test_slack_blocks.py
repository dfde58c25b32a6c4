"""What Slack is sent: everything that may be said fits, and nothing in it acts that we did not build."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
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
from bot.render import slack_limits as limits
from bot.render.slack_blocks import date_token, mention_token, overflows, plain, render, web_address

WHEN = datetime(2026, 7, 21, 5, 5, tzinfo=UTC)
HOSTILE = st.sampled_from(
    [
        "<!channel>", "<!here|x>", "<@U12345>", "<#C1|일반>", "<https://evil.example|https://lge.co.kr>",
        "&lt;!channel&gt;", "*굵게* _기울임_ `코드` ~줄~", "> 인용", ":fire:", "\u202e거꾸로", "\x00\ud800", "",
        " ", "\n\n", "가" * 400, "&<>" * 300, "👩\u200d👩\u200d👧" * 40, "LG전자·토론토대", "mailto:a@b.example",
    ]
)  # fmt: skip
TEXTS = HOSTILE | st.text(max_size=40)
URLS = st.sampled_from(
    [
        "",
        "https://a.example/글?a=1&b=<2>|x",
        "javascript:alert(1)",
        "http://",
        "https://x.example/" + "긴" * 900,
        "HTTPS://b.example",
    ]
)
SPANS = st.lists(st.builds(Span, text=TEXTS, tone=st.sampled_from(Tone), url=URLS), max_size=5).map(tuple)
BUTTONS = st.builds(
    Button,
    label=TEXTS,
    action=st.sampled_from(["", "w1:mute:17", "w1:why:3", "w1:" + "9" * 300]),
    url=URLS,
    tone=st.sampled_from(Tone),
    options=st.lists(st.builds(Option, label=TEXTS, value=st.sampled_from(["story", "", "v" * 200])), max_size=4).map(
        tuple
    ),
    hint=TEXTS,
)
MOMENTS = st.datetimes(timezones=st.just(UTC))
PARTS = st.one_of(
    st.builds(Heading, TEXTS),
    st.builds(Chips, st.lists(TEXTS, max_size=12).map(tuple)),
    st.builds(Headline, TEXTS, URLS, TEXTS),
    st.builds(Byline, TEXTS, MOMENTS, st.sampled_from(["Asia/Seoul", "Nowhere/X", ""]), st.booleans(), TEXTS),
    st.builds(Excerpt, SPANS),
    st.builds(Paragraph, SPANS),
    st.builds(Bullets, st.lists(SPANS, max_size=6).map(tuple)),
    st.builds(
        Table,
        st.lists(TEXTS, max_size=22).map(tuple),
        st.lists(st.lists(TEXTS, max_size=22).map(tuple), max_size=6).map(tuple),
    ),
    st.builds(Image, TEXTS, URLS, TEXTS),
    st.just(Rule()),
    st.builds(Buttons, st.lists(BUTTONS, max_size=6).map(tuple)),
)
MESSAGES = st.builds(
    Message,
    TEXTS,
    st.builds(lambda few, times: tuple(few * times), st.lists(PARTS, max_size=8), st.sampled_from([1, 1, 9])),
    st.sampled_from(["", "S0123ABC", "<!subteam^S0123ABC|@팀>", "U0123", "<!channel>", "here"]),
    st.sampled_from(["ko", "en"]),
)

OUR_MRKDWN = re.compile(
    r"(?:(?:확인|seen) )?<!date\^-?\d+\^\{date_short_pretty\} \{time\}\|\d+/\d+ \d\d:\d\d [\w+-]+>"
    r"|<!subteam\^S0123ABC>|<@U0123>"
)


def leaves(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a payload."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(MESSAGES, st.booleans())
def test_any_message_gives_a_payload_that_slack_takes_and_that_does_nothing_we_did_not_build(
    message: Message, images: bool
):
    payload = render(message, images=images)

    assert limits.message_problems(payload) == ()
    assert limits.message_problems(plain(message)) == ()
    json.dumps(payload, ensure_ascii=False).encode()
    assert not re.search(r"[<>]", payload["text"])
    assert not re.search(r"&(?!amp;|lt;|gt;)", payload["text"])
    assert set(re.findall(r"<[^>]*>", plain(message)["text"])) <= {
        *(f"<{url}>" for url in (each.replace("&", "&amp;") for each in allowed_urls())),
        "<!subteam^S0123ABC>",
        "<@U0123>",
    }
    for each in leaves(payload["blocks"]):
        if each.get("type") == "mrkdwn":
            assert OUR_MRKDWN.fullmatch(each["text"]), each
        assert each.get("type") not in {"user", "usergroup", "broadcast", "channel", "emoji"}
        if "url" in each:
            assert each["url"] in allowed_urls()


def allowed_urls() -> set[str]:
    return {
        "https://a.example/글?a=1&b=%3C2%3E%7Cx",
        "https://x.example/" + "긴" * 900,
        "https://b.example",
    }


def card(**changes: Any) -> Message:
    fields: dict[str, Any] = {
        "text": "[LG전자] LG전자·토론토대, AI 공동 연구 (더구루)",
        "parts": (
            Chips(("LG전자", "AI 연구소")),
            Headline("LG전자·토론토대, AI 공동 연구 2028년까지 잇는다", "https://news.example/1"),
            Byline("더구루", WHEN, "Asia/Seoul", more="외 3개 매체"),
            Excerpt((Span("…토론토 "), Span("AI 연구소", Tone.STRONG), Span("를 거점으로…"))),
            Buttons(
                (
                    Button("기사", url="https://news.example/1"),
                    Button("왜?", "w1:why:7"),
                    Button(
                        "음소거",
                        "w1:mute:7",
                        options=(Option("이 이야기 그만", "story"), Option("이 감시 오늘", "today")),
                    ),
                    Button("👎", "w1:down:7", hint="도움 안 됨"),
                )
            ),
        ),
    }
    return Message(**(fields | changes))


def test_the_alert_card_carries_headline_first_then_source_sentence_and_controls():
    payload = render(card())

    assert payload["text"] == "[LG전자] LG전자·토론토대, AI 공동 연구 (더구루)"
    first, byline, excerpt, controls = payload["blocks"]
    assert [section["elements"] for section in first["elements"]] == [
        [{"type": "text", "text": "[LG전자] [AI 연구소]"}],
        [
            {
                "type": "link",
                "text": "LG전자·토론토대, AI 공동 연구 2028년까지 잇는다",
                "url": "https://news.example/1",
                "style": {"bold": True},
            }
        ],
    ]
    assert [each["text"] for each in byline["elements"]] == [
        "더구루",
        f"<!date^{int(WHEN.timestamp())}^{{date_short_pretty}} {{time}}|7/21 14:05 KST>",
        "외 3개 매체",
    ]
    assert excerpt["elements"][0]["elements"][1] == {"type": "text", "text": "AI 연구소", "style": {"bold": True}}
    link, why, mute, down = controls["elements"]
    assert (link["url"], why["action_id"]) == ("https://news.example/1", "w1:why:7")
    assert mute["type"] == "static_select"
    assert mute["placeholder"]["text"] == "음소거"
    assert [option["value"] for option in mute["options"]] == ["story", "today"]
    assert (down["text"]["text"], down["accessibility_label"]) == ("👎", "도움 안 됨")


def test_a_time_of_first_sight_says_so_in_the_message_language():
    first_seen = Byline("더구루", WHEN, "Asia/Seoul", seen=True)

    korean = render(card(parts=(first_seen,)))["blocks"][0]["elements"][1]["text"]
    english = render(card(parts=(first_seen,), language="en"))["blocks"][0]["elements"][1]["text"]

    assert korean.startswith("확인 <!date^")
    assert english.startswith("seen <!date^")


def test_a_mention_stands_alone_before_the_controls():
    blocks = render(card(mention="S0123ABC"))["blocks"]

    assert blocks[-2]["text"] == {"type": "mrkdwn", "text": "<!subteam^S0123ABC>", "verbatim": True}
    assert blocks[-1]["type"] == "actions"
    assert plain(card(mention="S0123ABC"))["text"].endswith("<!subteam^S0123ABC>")


@pytest.mark.parametrize("mention", ["<!channel>", "here", "@everyone", "S1 <!here>", "", "s0123"])
def test_nothing_but_one_user_or_group_id_becomes_a_mention(mention: str):
    assert mention_token(mention) == ""


def test_a_digest_of_twenty_stories_in_ten_groups_is_shown_whole():
    parts: list[Any] = [Heading("오늘의 뉴스 요약")]
    for group in range(10):
        parts.append(Heading(f"감시 {group}"))
        for story in range(2):
            parts += [
                Headline(f"제목 {group}-{story}", f"https://n.example/{group}/{story}"),
                Byline("매체", WHEN, "Asia/Seoul"),
            ]
    message = card(parts=(*parts, Rule(), Buttons((Button("더 보기", "w1:more:1"),))))

    payload = render(message)

    shown = json.dumps(payload["blocks"], ensure_ascii=False)
    assert all(f'"제목 {group}-{story}"' in shown for group in range(10) for story in range(2))
    assert not overflows(message)
    assert "w1:more:1" in shown


def test_a_message_that_is_far_too_long_is_cut_with_an_ellipsis_and_keeps_its_controls():
    message = card(
        parts=(
            *(Paragraph((Span(f"{number} " + "긴 글 " * 300),)) for number in range(30)),
            Buttons((Button("더 보기", "w1:more:1"),)),
        )
    )

    payload = render(message)

    assert overflows(message)
    assert limits.message_problems(payload) == ()
    assert payload["blocks"][-2]["elements"][0]["elements"][0]["text"] == "…"
    assert payload["blocks"][-1]["elements"][0]["action_id"] == "w1:more:1"
    assert limits.weight(payload["blocks"]) > limits.BLOCKS_TOTAL_MAX * 0.95


def test_what_cannot_be_cut_in_the_middle_is_left_out_behind_the_ellipsis():
    rows = tuple((f"{number}", "칸" * 150) for number in range(60))
    message = card(parts=(Paragraph((Span("글 " * 1_400),)), Table(("번호", "내용"), rows), Heading("끝")))

    blocks = render(message)["blocks"]

    assert [block["type"] for block in blocks] == ["rich_text", "rich_text"]


def test_a_list_too_long_for_one_message_ends_inside_the_list():
    items = tuple(
        (Span(f"{number} 기사 ", url=f"https://n.example/{'x' * 300}/{number}"), Span("글" * 100))
        for number in range(60)
    )

    blocks = render(card(parts=(Bullets(items),)))["blocks"]

    assert 20 < len(blocks[0]["elements"][0]["elements"]) < 60


def test_a_second_table_is_written_as_text_because_slack_takes_one():
    table = Table(("감시", "건"), (("LG전자", "3"), ("", "1")))

    first, second = render(card(parts=(table, table)))["blocks"]

    assert first["rows"][2][0] == {"type": "raw_text", "text": "–"}
    assert second["elements"][0]["type"] == "rich_text_preformatted"


def test_an_image_without_an_address_is_told_in_words():
    ours = Image("7일 동안 하루 2건", data="aGVsbG8=")
    elsewhere = Image("차트", url="https://img.example/1.png")

    assert render(card(parts=(ours,)))["blocks"][0]["elements"][0]["elements"][0]["text"] == "7일 동안 하루 2건"
    assert render(card(parts=(elsewhere,)))["blocks"][0]["image_url"] == "https://img.example/1.png"
    assert render(card(parts=(elsewhere,)), images=False)["blocks"][0]["type"] == "rich_text"


def test_two_buttons_of_one_action_stand_in_two_rows():
    blocks = render(card(parts=(Buttons((Button("◀", "w1:page:1"), Button("▶", "w1:page:1"))),)))["blocks"]

    assert [len(block["elements"]) for block in blocks] == [1, 1]


def test_a_message_without_parts_shows_its_text_unparsed():
    blocks = render(Message("*LG전자* <!channel>"))["blocks"]

    assert blocks[0]["elements"][0]["elements"][0] == {"type": "text", "text": "*LG전자* <!channel>"}


def test_the_plain_form_links_every_address_until_it_is_full():
    many = Bullets(tuple((Span("기사", url=f"https://n.example/{'y' * 400}{number}"),) for number in range(20)))
    table = Table(("가",), ())

    short, long = plain(card()), plain(card(parts=(table, many, *card().parts)))

    assert short["text"] == card().text + "\n<https://news.example/1>"
    assert long["text"].endswith("…")
    assert len(long["text"]) <= limits.MESSAGE_TEXT_MAX


def test_addresses_are_http_and_cannot_end_their_link():
    assert web_address("https://a.example/x|y>z w\u202e") == "https://a.example/x%7Cy%3Ez%20w%E2%80%AE"
    assert web_address("javascript:alert(1)") == ""
    assert web_address("https://a.example/" + "x" * 3_000) == ""


def test_a_date_at_the_edge_of_the_calendar_is_still_told():
    assert "|1/1 00:00 UTC>" in date_token(datetime(1, 1, 1, tzinfo=UTC), "America/New_York")
