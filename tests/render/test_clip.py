"""Cutting and tidying, judged by the `regex` module's grapheme clusters (a dependency of dateparser)."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.render.clip import ELLIPSIS, clip, tidy, tidy_run

SIGNS = st.sampled_from(
    [
        *"a기 아\n\r\t.👍🏽🏳\u200d🌈\ufe0f🇰🇷e\u0301각ᄀ\u1161\u11a8क\u094dष\u200cاพำ\u0600",
        "👩\u200d👩\u200d👧",
        "🇰🇷",
        "\u202e",
        "\ud83d",
        "\ude00",
    ]
)
TEXTS = st.lists(SIGNS, max_size=30).map("".join)


@given(TEXTS, st.integers(0, 40))
def test_a_cut_text_fits_and_ends_between_two_signs(text: str, limit: int):
    cut = clip(text, limit)

    assert len(cut) <= limit
    if cut == text:
        return
    head = cut.removesuffix(ELLIPSIS)
    borders = {0} | {match.end() for match in regex.finditer(r"\X", text)}
    blanks = len(text[len(head) :]) - len(text[len(head) :].lstrip())
    assert text.startswith(head)
    assert any(len(head) + spaces in borders for spaces in range(blanks + 1))


def test_a_text_that_fits_is_left_alone():
    assert clip("LG전자", 4) == "LG전자"


def test_a_family_a_flag_and_a_skin_tone_are_cut_before_not_inside():
    assert clip("가족👩\u200d👩\u200d👧입니다", 6) == "가족…"
    assert clip("🇰🇷🇯🇵🇺🇸", 4) == "🇰🇷…"
    assert clip("좋아👍🏽요!", 4) == "좋아…"


def test_a_syllable_spelled_in_jamo_is_cut_before_not_inside():
    assert clip("가\u1100\u1161\u11a8나", 4) == "가…"
    assert clip("가나\u11a8다라", 3) == "가…"
    assert clip("가\u1100\u1100\u1161나", 3) == "가…"
    assert clip("나\u1161\u1161다", 3) == "…"


def test_a_conjunct_of_devanagari_is_cut_before_not_inside():
    assert clip("नक\u094dषन", 4) == "न…"


def test_halves_of_an_emoji_left_by_json_escapes_are_not_parted_further():
    assert clip("a\ud83d\ude00b", 3) == "a…"


def test_one_sign_longer_than_the_limit_leaves_the_ellipsis():
    assert clip("e" + "\u0301" * 50, 10) == "…"


@given(TEXTS)
def test_tidied_text_stays_as_it_is_when_tidied_again(text: str):
    assert tidy(tidy(text)) == tidy(text)
    assert tidy_run(tidy_run(text)) == tidy_run(text)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("삼\u200b성\u202e전자\u2066", "삼성전자"),
        ("두\n줄\t제목  ", "두 줄 제목"),
        ("기\u200d아", "기아"),
        ("\u200d앞 뒤\u200d", "앞 뒤"),
        ("👩\u200d👧 가족", "👩\u200d👧 가족"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("half \ud83d", "half \ufffd"),
    ],
)
def test_hidden_signs_are_taken_out_and_meaningful_joiners_stay(hostile: str, shown: str):
    assert tidy(hostile) == shown


def test_a_run_keeps_its_line_breaks_and_outer_blanks():
    assert tidy_run("  앞\r\n뒤 \u2028끝 ") == " 앞\n뒤 \n끝 "
