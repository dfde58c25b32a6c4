import pytest

from bot.core.matching.korean import Edge, final_of, is_letter, is_particle, left_is_open, right_edge


@pytest.mark.parametrize(
    ("name", "rest", "edge"),
    [
        ("네이버", "는", Edge.OPEN),
        ("네이버", "은", Edge.WRONG_FORM),
        ("쿠팡", "은", Edge.OPEN),
        ("쿠팡", "는", Edge.WRONG_FORM),
        ("서울", "로", Edge.OPEN),
        ("서울", "으로", Edge.WRONG_FORM),
        ("쿠팡", "으로", Edge.OPEN),
        ("쿠팡", "으로부터의", Edge.OPEN),
        ("kt", "로", Edge.OPEN),
        ("kt", "으로", Edge.OPEN),
        ("롯데", "에서만은", Edge.OPEN),
        ("롯데", "에서까지조차도", Edge.OPEN),
        ("롯데", "에서까지부터조차마저", Edge.GLUED),
        ("오리온", "과자", Edge.GLUED),
        ("카카오", "와인", Edge.GLUED),
        ("네이버", "로고", Edge.GLUED),
        ("네이버", "이다", Edge.OPEN),
        ("쿠팡", "이었다", Edge.OPEN),
        ("쿠팡", "였다", Edge.WRONG_FORM),
        ("삼성", "그룹측은", Edge.OPEN),
        ("삼성", "家의", Edge.OPEN),
        ("삼성", "전자", Edge.GLUED),
        ("삼성", "·현대", Edge.BARE),
        ("삼성", "은·", Edge.OPEN),
        ("삼성", "vs현대", Edge.OPEN),
        ("kt", "vs", Edge.GLUED),
        ("삼성", "의ai", Edge.OPEN),
        ("삼성", "전ai", Edge.GLUED),
        ("chip", "s", Edge.PLURAL),
        ("chip", "s는", Edge.PLURAL),
        ("chip", "st", Edge.GLUED),
        ("kt", "&g", Edge.SIGN),
        ("카카오", "인", Edge.PERSON),
        ("카카오", "인들", Edge.GLUED),
        ("카카오", "인데", Edge.OPEN),
        ("2024", "일", Edge.UNIT),
        ("2024", "년", Edge.GLUED),
        ("경기", "도", Edge.REGION),
        ("세종", "대로", Edge.ROAD),
        ("엔비디아", "향", Edge.OPEN),
        ("고", "향", Edge.GLUED),
        ("가", "는이가은는이가은는이가은는이가은는이가은는", Edge.GLUED),
    ],
)
def test_what_stands_behind_a_name_is_read(name, rest, edge):
    assert right_edge(rest, name[-2:]) is edge


@pytest.mark.parametrize(
    ("before", "first", "is_open"),
    [
        ("·", "삼", True),
        ("美", "삼", True),
        ("·美", "삼", True),
        ("三星", "전", False),
        ("三", "星", False),
        ("오픈", "a", False),
        ("vs", "네", True),
        ("팡vs", "네", True),
        ("evs", "네", False),
        ("vs", "n", False),
        ("①", "기", True),
    ],
)
def test_what_stands_before_a_name_is_read(before, first, is_open):
    assert left_is_open(before, first) is is_open


def test_circled_digits_and_middle_dots_are_no_letters():
    assert [sign for sign in "가aA1家é①²·ㆍ…-" if is_letter(sign)] == ["가", "a", "A", "1", "家", "é", "ㆍ"]


def test_endings_are_known():
    assert [final_of(sign).name for sign in "가갈간a"] == ["VOWEL", "RIEUL", "CONSONANT", "UNKNOWN"]
    assert is_particle("이란")
    assert not is_particle("기아")
