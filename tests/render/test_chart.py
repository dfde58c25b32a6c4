import struct
import warnings
from datetime import date, timedelta

import pytest

from bot.core.trend import Series, Trend
from bot.render.chart import ALT_CHARACTERS, HEIGHT_PIXELS, WIDTH_PIXELS, Chart, alt_text, draw

LAST = date(2026, 7, 24)


def a_chart(*counts, known=None, labels="가나다라마", title="최근 추이", language="ko"):
    days = tuple(LAST - timedelta(days=back) for back in reversed(range(len(counts[0]))))
    series = tuple(Series(label, each) for label, each in zip(labels, counts, strict=False))
    return Chart(title, Trend(days, series, len(days) if known is None else known), language)


@pytest.mark.parametrize(
    "chart",
    [
        a_chart((1, 2, 3, 0, 9)),
        a_chart((0,) * 30, (1,) * 30, (2,) * 30, (3,) * 30, (5,) * 30, known=12),
        a_chart((3,) * 90),
        a_chart((0,), known=0),
        Chart("아무것도 없음", Trend((LAST,), (), 0)),
        a_chart((1, 2), (2, 1), labels=["$x^$", "_숨은\x00 이름" + "길" * 90], title="$\\frac{"),
    ],
)
def test_every_trend_becomes_a_png_of_one_size(chart):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of glyphs that the font lacks
        png = draw(chart)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (WIDTH_PIXELS, HEIGHT_PIXELS)


def test_the_same_trend_gives_the_same_picture():
    chart = a_chart((1, 2, 3))
    assert draw(chart) == draw(chart)
    assert draw(chart) != draw(a_chart((1, 2, 4)))


def test_the_alt_text_says_what_the_picture_shows():
    chart = a_chart((1, 9, 2), (0, 0, 0), labels=["LG전자", "KT"])
    assert alt_text(chart) == (
        "최근 추이: 7/22부터 7/24까지 날마다 나온 기사 수. LG전자 12건(100%), 가장 많은 날은 7/23 9건. KT 0건."
    )
    assert "most on 7/23 with 9" in alt_text(a_chart((1, 9, 2), language="en"))


def test_the_alt_text_of_a_flat_trend_names_its_first_highest_day():
    assert "7/23 1건" in alt_text(a_chart((0, 1, 1)))


def test_a_long_alt_text_is_cut():
    chart = Chart("가" * 24, Trend((LAST,), tuple(Series("나" * 40, (1,)) for _ in range(40)), 1))
    assert len(alt_text(chart)) == ALT_CHARACTERS
