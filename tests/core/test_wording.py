import re
from pathlib import Path

import pytest

from bot.core.wording import (
    TEXTS,
    alerting,
    commanding,
    delivering,
    discording,
    fetching,
    languages,
    operating,
    particle,
    reading,
    say,
    showing,
    values_named,
    watching,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_both_languages_name_the_same_values(key):
    korean, english = TEXTS[key]

    assert korean
    assert english
    assert values_named(korean) == values_named(english)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("LG전자", "를"),
        ("네이버", "를"),
        ("카카오톡", "을"),
        ("삼성", "을"),
        ("KT", "를"),
        ("AI", "를"),
        ("LGL", "을"),
        ("3", "을"),
        ("2", "를"),
        ('"AI 연구소"', "를"),
        ("", "를"),
        ("SK(주)", "를"),
    ],
)
def test_the_particle_fits_the_last_syllable(word, expected):
    assert particle(word, "을", "를") == expected


@pytest.mark.parametrize(("word", "expected"), [("서울", "로"), ("부산", "으로"), ("제주", "로"), ("1", "로")])
def test_a_final_rieul_takes_the_short_direction(word, expected):
    assert particle(word, "으로", "로") == expected


def test_a_sentence_is_told_in_the_language_asked_for():
    assert say("command.unknown", word="구둑") == "'구둑'은 모르는 명령이에요. 도움말을 보세요"
    assert say("command.unknown", "en", word="구둑") == "'구둑' is no command I know. See help"
    assert list(languages()) == ["ko", "en"]


def test_values_that_a_sentence_does_not_name_are_passed_over():
    assert say("button.undo", more=1) == "되돌리기"


def test_no_sentence_is_written_twice():
    rooms = [alerting, commanding, delivering, discording, fetching, operating, reading, showing, watching]

    assert sum(len(room.TEXTS) for room in rooms) == len(TEXTS)


def test_every_sentence_is_said_somewhere():
    files = [
        path for room in ("bot", "handlers") for path in (ROOT / room).rglob("*.py") if path.parent.name != "wording"
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    built = [
        re.compile(re.sub(r"\\\{.*?\\\}", ".+", re.escape(text)))
        for text in re.findall(r'f"([a-z_]+\.[^"\n]*\{[^"\n]*)"', code)
    ]

    unsaid = [key for key in TEXTS if f'"{key}"' not in code and not any(each.fullmatch(key) for each in built)]

    assert unsaid == []
