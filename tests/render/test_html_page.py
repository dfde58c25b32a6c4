"""Pages show what Slack and Discord were sent, and nothing that was said becomes markup."""

import base64
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import compose
from bot.core.compose import Voice
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
    Part,
    Rule,
    Span,
    Table,
    Tone,
)
from bot.core.news import Platform, SourceState
from bot.render import discord_embeds, html_discord, html_slack, slack_blocks
from bot.render.clip import tidy
from bot.render.html_page import Section, Status, content_security_policy, demo_page, side_by_side, status_page
from bot.render.html_parts import Reader
from tests.builders import an_article

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
KOREAN = Reader("ko", "Asia/Seoul", NOW)
ENGLISH = Reader("en", "Asia/Seoul", NOW)
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 20).decode()

TAGS = frozenset(
    re.findall(
        r"\w+",
        "html head meta title link style body main h1 h2 h3 h4 p ul li div span section article a button details summary "
        "strong small code pre blockquote br hr img table thead tbody tr th td time",
    )
)
ATTRIBUTES = frozenset(
    re.findall(
        r"[\w-]+",
        "class href rel target type disabled aria-label aria-hidden src alt scope datetime lang charset name content",
    )
)


class Read(HTMLParser):
    """A page as a browser reads it."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.pieces: list[str] = []
        self.by_tag: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "br":
            self.pieces.append("\n")
        if tag not in {"br", "hr", "img", "meta", "link"}:
            self._open.append(tag)
            self.by_tag.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        self.pieces.append(" " if tag in {"p", "div", "li", "h4", "pre"} else "")

    def handle_data(self, data: str) -> None:
        assert self._open[-1:] != ["script"]
        self.pieces.append(data)
        for tag in set(self._open):
            self.by_tag[tag][-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def slack(message: Message, reader: Reader = KOREAN) -> Read:
    return Read(html_slack.message(slack_blocks.render(message), reader=reader, at=NOW))


def discord(message: Message, reader: Reader = KOREAN) -> Read:
    sent = discord_embeds.render(message)
    return Read(html_discord.message(sent.body, reader=reader, at=NOW, files=dict(sent.files)))


def said(*parts: Part, **more: str) -> Message:
    return Message("소식입니다", parts, **more)


def a_card(**more: Any) -> Message:
    article = an_article("LG전자·토론토대, AI 연구 잇는다", published=NOW - timedelta(hours=1))
    excerpt = (Span("토론토 "), Span("AI 연구소", Tone.STRONG), Span("를 거점으로"))
    return compose.addressed(compose.alert(article, ["LG전자", "AI 연구소"], excerpt, voice=Voice(), **more), 17)


@pytest.mark.parametrize("look", [slack, discord])
def test_a_card_has_its_watches_title_outlet_time_sentence_and_controls(look):
    page = look(a_card(more=2))

    for shown in (
        "LG전자",
        "AI 연구소",
        "LG전자·토론토대, AI 연구 잇는다",
        "가람경제",
        "외 2개 매체",
        "오늘 오후 5:30",
    ):
        assert shown in page.text
    for label in ("기사", "왜?", "음소거", "👎"):
        assert label in page.text
    assert "AI 연구소" in page.by_tag["strong"]
    assert {urlsplit(link["href"]).hostname for link in page.all("a")} == {"n.example"}


def test_a_menu_opens_with_its_choices_without_a_script():
    assert slack(a_card()).by_tag["summary"] == ["음소거"]
    assert "이 언론사 24시간" in slack(a_card()).by_tag["li"]

    alone = said(
        Paragraph((Span("무엇을?"),)), Buttons((Button("고르기", "w1:mute:3", options=(Option("하루", "d"),)),))
    )

    assert discord(alone).by_tag["li"] == ["하루"]


@pytest.mark.parametrize("look", [slack, discord])
def test_a_list_keeps_every_line_and_its_address(look):
    cards = [a_card(), a_card()]
    page = look(compose.rollup(cards, voice=Voice()))

    assert "새 기사 2건" in page.text
    assert page.text.count("LG전자·토론토대") == 2
    assert len(page.all("a")) == 2


@pytest.mark.parametrize("look", [slack, discord])
def test_a_digest_has_its_groups_and_its_aside(look):
    page = look(
        said(
            Heading("오늘의 뉴스 요약 · 11/25(수) 07:30"),
            Chips(("LG전자",)),
            Bullets(((Span("새 공장", url="https://n.example/1"), Span(" — 가람경제", Tone.QUIET)),)),
            Rule(),
            Paragraph((Span("새 기사 없음: BYD", Tone.QUIET),)),
        )
    )

    for shown in ("오늘의 뉴스 요약 · 11/25(수) 07:30", "LG전자", "새 공장", "— 가람경제", "새 기사 없음: BYD"):
        assert shown in page.text


@pytest.mark.parametrize("look", [slack, discord])
def test_a_table_keeps_every_cell(look):
    page = look(said(Heading("추이"), Table(("키워드", "건수"), (("LG전자", "12"), ("기아", "3")))))

    for cell in ("키워드", "건수", "LG전자", "12", "기아", "3"):
        assert cell in page.text


def test_two_tables_and_words_to_copy_stand_in_fixed_width():
    page = slack(said(Table(("a", "b"), (("1", "2"),)), Table(("c", "d"), (("3", "4"),))))

    assert page.by_tag["pre"] == ["c | d3 | 4"]
    assert slack(said(Paragraph((Span("구독 LG전자", Tone.CODE),)))).by_tag["code"] == ["구독 LG전자"]
    assert discord(said(Paragraph((Span("구독 LG전자", Tone.CODE),)))).by_tag["code"] == ["구독 LG전자"]


def test_a_picture_of_ours_stands_in_the_page():
    message = said(Heading("추이"), Image("LG전자 12건", data=PNG))

    images = Read(side_by_side(message, reader=KOREAN, at=NOW)).all("img")

    assert [each["src"] for each in images] == [f"data:image/png;base64,{PNG}"] * 2
    assert [each["alt"] for each in images] == ["LG전자 12건"] * 2


@pytest.mark.parametrize("image", [Image("바다", url="https://n.example/sea.png"), Image("바다", data="kein base64")])
def test_a_picture_from_elsewhere_is_told_and_never_fetched(image):
    page = side_by_side(said(Heading("추이"), image), reader=KOREAN, at=NOW)

    assert "<img" not in page
    assert "바다" in page


def test_a_mention_names_whom_it_calls():
    assert "@S0123456" in slack(Message("새 글", mention="S0123456")).text
    assert "@U0123456" in slack(Message("새 글", mention="U0123456")).text
    assert "@123456" in discord(Message("새 글", mention="123456")).text


def test_a_first_sight_and_yesterday_and_long_ago_are_told_in_the_readers_language():
    def at(when: datetime) -> Message:
        return said(Headline("새 글", "https://n.example/1"), Byline("가람경제", when, "Asia/Seoul", seen=True))

    assert "확인 오늘 오후 6:30" in slack(at(NOW)).text
    assert "어제 오후 11:30" in slack(at(NOW - timedelta(hours=19))).text
    assert "2025년 11월 25일" in discord(at(NOW - timedelta(days=365))).text
    assert "Today 6:30 PM" in discord(at(NOW), ENGLISH).text
    assert "11/25/2025" in slack(at(NOW - timedelta(days=365)), ENGLISH).text


def test_a_byline_among_other_lines_is_a_time_in_running_text():
    lines = [Headline(f"글 {number}", f"https://n.example/{number}") for number in (1, 2)]

    page = discord(said(*lines, Byline("가람경제", NOW, "Asia/Seoul")))

    assert "2026년 11월 25일 오후 6:30" in page.by_tag["small"][0]


def test_a_tight_form_keeps_its_times():
    many = [part for _ in range(60) for part in (Heading("새 글"), Byline("가람경제", NOW, "Asia/Seoul"))]

    assert slack(said(*many)).text.count("오늘 오후 6:30") > 20


def test_a_message_without_blocks_is_read_as_the_markup_it_is():
    card = a_card()
    plain_slack = Read(html_slack.message(slack_blocks.plain(card), reader=KOREAN, at=NOW))
    plain_discord = Read(html_discord.message(discord_embeds.plain(card).body, reader=KOREAN, at=NOW))
    labelled = Read(html_slack.message({"text": "<https://n.example/1|여기> &lt;b&gt;"}, reader=KOREAN, at=NOW))

    for page in (plain_slack, plain_discord):
        assert {link["href"] for link in page.all("a")} == {card.parts[1].url}
    assert labelled.by_tag["a"] == ["여기"]
    assert "<b>" in labelled.text


def test_a_date_beyond_the_calendar_is_its_own_words():
    page = html_slack.message({"text": "<!date^999999999999999^{time}|언젠가>"}, reader=KOREAN, at=NOW)
    other = html_discord.message({"content": "<t:999999999999999:f>"}, reader=KOREAN, at=NOW)

    assert "언젠가" in page
    assert "&lt;t:999999999999999:f&gt;" in other


def test_a_link_in_a_title_that_is_a_link_is_words():
    embed = {"title": "[여기](https://a.example)", "url": "https://n.example/1"}

    page = Read(html_discord.message({"embeds": [embed]}, reader=KOREAN, at=NOW))

    assert [link["href"] for link in page.all("a")] == ["https://n.example/1"]


def test_an_address_that_is_no_web_address_is_no_link():
    embed = {"title": "글", "url": "javascript:alert(1)"}

    assert not Read(html_discord.message({"embeds": [embed]}, reader=KOREAN, at=NOW)).all("a")


def test_styles_of_buttons_are_told_apart():
    buttons = Buttons((Button("삭제", "w1:del:3", tone=Tone.DANGER), Button("저장", "w1:save:3", tone=Tone.STRONG)))

    for look in (slack, discord):
        assert [each["class"] for each in look(said(buttons)).all("button")] == ["button danger", "button primary"]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "video"},
        {"type": "rich_text", "elements": [{"type": "rich_text_poem", "elements": []}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "emoji"}]}]},
        {"type": "actions", "elements": [{"type": "datepicker"}]},
    ],
)
def test_a_block_that_is_not_known_is_refused_and_never_left_out(block):
    with pytest.raises(ValueError, match="type"):
        html_slack.message({"blocks": [block]}, reader=KOREAN, at=NOW)


@pytest.mark.parametrize("row", [{"type": 17}, {"type": 1, "components": [{"type": 5}]}])
def test_a_component_that_is_not_known_is_refused_and_never_left_out(row):
    with pytest.raises(ValueError, match="type"):
        html_discord.message({"components": [row]}, reader=KOREAN, at=NOW)


# --- laws -------------------------------------------------------------------------------------------------------

HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "' onclick='x",
        "&lt;b&gt;&amp;#60;", "]]><!--", "{{7*7}}", "</style><style>*{}", "<!channel>", "<@U12345>", "**굵게**", "`코드`",
        "```\n<b>\n```", "[여기](https://evil.example)", "<https://evil.example|여기>", "<t:1:f>", "<@&1>", "\\", "||숨김||",
        "# 제목", "-# 작게", "> 인용", "https://evil.example/", "@everyone", "\ud800", "\x00", "\u202e", "가\n나", "data:text/html,x",
        "discord.gg/abc", ":fire:", "LG전자·토론토대", "3~5일", "[단독] <급등>",
    ]
)  # fmt: skip
TEXTS = HOSTILE | st.text(max_size=30) | st.lists(HOSTILE, max_size=3).map("".join)
URLS = st.sampled_from(["https://a.example/글?a=1&b=<2>|x\"'", "javascript:alert(1)", "data:text/html,x", ""])
SPANS = st.lists(st.builds(Span, text=TEXTS, tone=st.sampled_from(Tone), url=URLS), max_size=3).map(tuple)
OPTIONS = st.lists(st.builds(Option, label=TEXTS, value=st.just("d")), max_size=2).map(tuple)
PARTS = st.one_of(
    st.builds(Heading, TEXTS),
    st.builds(Chips, st.lists(TEXTS, max_size=3).map(tuple)),
    st.builds(Headline, TEXTS, URLS, TEXTS),
    st.builds(Byline, TEXTS, st.just(NOW), st.just("Asia/Seoul"), st.booleans(), TEXTS),
    st.builds(Excerpt, SPANS),
    st.builds(Paragraph, SPANS),
    st.builds(Bullets, st.lists(SPANS, max_size=3).map(tuple)),
    st.builds(lambda a, b: Table((a, b), ((b, a),)), TEXTS, TEXTS),
    st.builds(Image, TEXTS, URLS, st.sampled_from(["", PNG, "<b>"])),
    st.just(Rule()),
    st.builds(
        lambda label, url, options, hint: Buttons(
            (Button(label, "w1:mute:1", options=options, hint=hint), Button(label, url=url))
        ),
        TEXTS, URLS, OPTIONS, TEXTS,
    ),
)  # fmt: skip
MESSAGES = st.builds(Message, TEXTS, st.lists(PARTS, max_size=5).map(tuple), st.sampled_from(["", "S0123456", "<@&1>"]))


def assert_only_ours(page: str) -> None:
    """Tags and attributes of ours, links to the web, pictures in the page."""
    read = Read(page)
    for tag, attributes in read.tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
        if tag == "a":
            assert attributes["href"].lower().startswith(("https://", "http://", "/"))
        if tag == "img":
            assert re.fullmatch(r"data:image/png;base64,[A-Za-z0-9+/=]+", attributes["src"])
    assert len(read.all("style")) == 1


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(MESSAGES, max_size=2))
def test_nothing_that_is_said_becomes_markup(messages):
    page = demo_page([Section("<b>알림</b>", tuple((each, NOW) for each in messages))], KOREAN)

    assert_only_ours(page)
    page.encode()


def poisoned(value: Any, poison: str, *, key: str = "") -> Any:
    """The payload with every text in it replaced, but for what names a type."""
    if isinstance(value, Mapping):
        return {name: poisoned(each, poison, key=name) for name, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each, poison, key=key) for each in value]
    return poison if isinstance(value, str) and key not in {"type", "timestamp"} else value


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_not_even_a_payload_that_nobody_escaped_becomes_markup(poison):
    full = said(
        *a_card().parts,
        Table(("a",), (("b",),)),
        Image("c", data=PNG),
        Bullets(((Span("d", url="https://e.example"),),)),
    )
    ours = poisoned(slack_blocks.render(full, files=["F1"]), poison)
    theirs = poisoned(discord_embeds.render(full).body, poison)

    page = html_slack.message(ours, reader=KOREAN, at=NOW) + html_discord.message(theirs, reader=KOREAN, at=NOW)

    assert_only_ours("<style></style>" + str(page))


def shown(text: str) -> str:
    """What a reader sees of it: no zero-width signs, one blank for many."""
    return " ".join(text.replace("\u200b", "").split())


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_what_was_said_is_what_is_read(text):
    message = said(Heading("말"), Paragraph((Span(text),)))
    expected = shown(tidy(text))

    for look in (slack, discord):
        read = shown(look(message).text)
        assert read.endswith(expected), look


# --- the status page --------------------------------------------------------------------------------------------


def test_a_bot_that_is_well_says_so_with_its_figures():
    status = Status(
        "1.2.3",
        platforms={Platform.SLACK: True},
        sources={SourceState.ACTIVE: 7, SourceState.FAILING: 2},
        pending=3,
        oldest=NOW - timedelta(minutes=1),
        last_sent=NOW - timedelta(minutes=2),
        lag=timedelta(milliseconds=12),
    )

    page = status_page(status, KOREAN)
    read = Read(page)

    assert_only_ours(page)
    for each in ("정상입니다", "1.2.3", "Slack", "연결됨", "12ms", "오늘 오후 6:28"):
        assert each in read.text
    assert "손볼" not in read.text
    cells = dict(zip(read.by_tag["th"][-len(read.by_tag["td"]) :], read.by_tag["td"], strict=False))
    assert cells["대기"] == "3"
    assert {"실패", "모두"} <= set(read.by_tag["th"])
    assert {"2", "9"} <= set(read.by_tag["td"])


def test_every_trouble_is_a_sentence():
    status = Status("1", platforms={Platform.DISCORD: False}, dead=4, oldest=NOW - timedelta(hours=1))

    read = Read(status_page(status, KOREAN))

    assert read.by_tag["li"] == [
        "Discord: 연결 안 됨",
        "보내지 못한 알림이 4건 있습니다. 채널에서 '상태'를 보세요",
        "알림이 5분 넘게 밀려 있습니다",
    ]


def test_a_database_that_is_away_is_told_and_its_figures_are_left_out():
    read = Read(status_page(Status("1", reachable=False), ENGLISH))

    assert read.by_tag["li"] == ["The database cannot be reached"]
    assert "Sources" not in read.by_tag["h2"]
    assert "No token is set" in read.text


@pytest.mark.parametrize(("reader", "language"), [(KOREAN, "ko"), (ENGLISH, "en")])
def test_a_page_can_be_read_aloud(reader, language):
    read = Read(status_page(Status("1", platforms={Platform.SLACK: True}), reader))

    assert read.all("html") == [{"lang": language}]
    assert len(read.by_tag["h1"]) == 1
    assert read.by_tag["title"] == read.by_tag["h1"]
    assert {each["scope"] for each in read.all("th")} == {"row", "col"}


def test_the_policy_allows_exactly_the_style_of_the_page():
    page = demo_page([], KOREAN)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()

    assert f"style-src 'sha256-{digest}'" in content_security_policy()
    assert content_security_policy().startswith("default-src 'none'")
    assert "script-src" not in content_security_policy()
    assert "기다리고" in page
