from datetime import UTC, datetime

import pytest

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
    from_json,
    to_json,
)


def test_a_message_survives_the_outbox_unchanged():
    message = Message(
        text="[LG전자] 제목 (매체)",
        mention="123",
        parts=(
            Heading("제목"),
            Chips(("LG전자", "AI 연구소")),
            Headline("제목", "https://n.example/1", note="(제목 수정)"),
            Byline("매체", datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "Asia/Seoul", seen=True, more="외 2개 매체"),
            Excerpt((Span("앞 "), Span("LG전자", Tone.STRONG))),
            Paragraph((Span("링크", url="https://n.example/2"),)),
            Bullets(((Span("가"),), (Span("나", Tone.CODE),))),
            Table(("날", "건"), (("월", "3"),)),
            Image("그래프", data="AAAA"),
            Rule(),
            Buttons(
                (Button("왜?", action="w1:why:7"), Button("음소거", "w1:mute:7", options=(Option("1시간", "1h"),)))
            ),
        ),
    )

    assert from_json(to_json(message)) == message


@pytest.mark.parametrize(
    "stored", ['{"text": "x"}', "[]", '{"text":"x","mention":"","language":"ko","parts":[{"part":"hologram"}]}']
)
def test_a_message_of_an_unknown_form_is_refused(stored):
    with pytest.raises(ValueError, match="not a stored message"):
        from_json(stored)
