"""Every modal and Home view is one that Slack takes, in both languages."""

import json
from datetime import UTC, datetime

import pytest

from bot.core.message import (
    Button,
    Buttons,
    Byline,
    Heading,
    Headline,
    Message,
    Option,
    Paragraph,
    Span,
    Table,
)
from bot.render import slack_views as views
from bot.render.slack_limits import view_problems

LONG = Message(
    "목록",
    (
        Heading("내 알림"),
        *[
            part
            for number in range(60)
            for part in (
                Paragraph((Span(f"#{number} " + "키워드 " * 60),)),
                Buttons((Button("⋯", f"w1:row:{number}", options=(Option("수정", "edit"), Option("해지", "remove"))),)),
            )
        ],
        Table(("가", "나"), (("1", "2"),)),
    ),
)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_view_is_one_that_slack_takes(language: str):
    message = Message(LONG.text, LONG.parts, language=language)
    made = [
        views.hub_view(language, "C1"),
        views.watch_view(language, "C1"),
        views.watch_view(language, "C1", 'LG전자, "AI 연구소" ' + "긴 " * 2_000),
        views.search_view(language, "C1"),
        views.answer_view(message, "C1"),
        views.answer_view(Message("짧은 답"), "C1"),
        views.home_view(message, 2, 3),
        views.home_view(Message("빈 집"), 1, 1),
    ]

    assert [view_problems(view) for view in made] == [()] * len(made)


def test_the_form_keeps_what_was_typed():
    element = views.watch_view("ko", "C1", " LG전자 ")["blocks"][0]["element"]

    assert element["initial_value"] == "LG전자"


def test_twenty_watches_with_a_menu_each_stand_whole_on_a_home_page():
    rows = [
        part
        for number in range(20)
        for part in (
            Paragraph((Span(f"#{number} LG전자, AI 연구소 -채용 · 즉시 · 최근 7일 9건 · 마지막 알림 오늘 09:14"),)),
            Buttons(
                (
                    Button(
                        "⋯",
                        f"w1:row:{number}",
                        options=tuple(Option(word, word) for word in ("수정", "음소거", "테스트", "해지")),
                    ),
                )
            ),
        )
    ]

    shown = json.dumps(views.home_view(Message("목록", tuple(rows)), 1, 1)["blocks"], ensure_ascii=False)

    assert all(f"w1:row:{number}" in shown for number in range(20))


def test_a_table_in_a_view_is_written_as_text():
    kinds = [block["type"] for block in views.answer_view(Message("표", (Table(("가",), (("1",),)),)), "C1")["blocks"]]

    assert kinds == ["rich_text"]


def test_suggestions_that_slack_cannot_carry_are_left_out():
    options = views.suggestions(
        (Option("더구루", "더구루"), Option("긴", "v" * 151), Option("빈", ""), *[Option("또", "x")] * 200)
    )

    assert options[0]["value"] == "더구루"
    assert len(options) == 98
    assert all(0 < len(each["value"]) <= 150 for each in options)


def test_sixty_stories_stand_whole_in_a_modal():
    when = datetime(2026, 7, 21, tzinfo=UTC)
    parts = [
        part
        for number in range(60)
        for part in (Headline(f"제목 {number}", "https://n.example"), Byline("매체", when, "Asia/Seoul"))
    ]

    shown = json.dumps(views.answer_view(Message("60건", tuple(parts)), "C1")["blocks"], ensure_ascii=False)

    assert all(f'"제목 {number}"' in shown for number in range(60))
