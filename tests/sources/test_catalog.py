from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserMistake
from bot.core.outlets import parse_outlets
from bot.core.wording import say
from bot.sources.catalog import parse_catalog

SMALL = """
version: 1
evidence:
  list: {where: someone/lists feeds.csv, looked_up: 2026-11-25}
feeds:
  - {outlet: 매일경제, section: 전체, language: ko, url: "https://mk.example/all", confirmed: list, default: on}
  - {outlet: 매일경제, section: 증권, language: ko, url: "https://mk.example/stock", confirmed: list, default: off}
  - {outlet: AI타임스, section: AI, language: ko, url: "https://ai.example/rss", confirmed: null}
  - {outlet: 연합뉴스, section: 증권, language: ko, url: "https://yna.example/stock", confirmed: list}
"""
SHIPPED = files("bot.data").joinpath("catalog.yaml").read_text("utf-8")


def urls(feeds):
    return [feed.url.removeprefix("https://") for feed in feeds]


def with_line(line):
    return f"{SMALL}  - {line}\n"


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["매일경제"], ["mk.example/all", "mk.example/stock"]),
        (["증권"], ["mk.example/stock", "yna.example/stock"]),
        (["매일 경제 / 증권"], ["mk.example/stock"]),
        (["ai"], ["ai.example/rss"]),
        (["증권", "매일경제"], ["mk.example/all", "mk.example/stock", "yna.example/stock"]),
        ([], []),
    ],
)
def test_feeds_are_chosen_by_outlet_by_section_or_by_both(names, chosen):
    assert urls(parse_catalog(SMALL).select(names)) == chosen


def test_a_feed_carries_where_it_was_confirmed_and_only_confirmed_ones_may_be_on():
    catalog = parse_catalog(SMALL)

    assert [feed.confirmed for feed in catalog.feeds] == ["someone/lists feeds.csv"] * 2 + [
        None,
        "someone/lists feeds.csv",
    ]
    assert urls(catalog.defaults) == ["mk.example/all"]
    assert catalog.outlets == ("매일경제", "AI타임스", "연합뉴스")
    assert catalog.sections == ("전체", "증권", "AI")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("매일경재", "'매일경재'는 출처 목록에 없어요. 혹시 '매일경제'인가요?"),
        ("날씨", "'날씨'는 출처 목록에 없는 매체나 분야예요"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_one(name, sentence):
    with pytest.raises(UserMistake) as told:
        parse_catalog(SMALL).select(["증권", name])

    assert say(told.value.key, **told.value.values) == sentence


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("feeds: [", "catalog.not_yaml", 1),
        ("feeds: []\n\x07", "catalog.not_yaml", 1),
        ("[" * 100_000, "catalog.not_yaml", 1),
        ("", "catalog.form", 1),
        ("- a", "catalog.form", 1),
        ("version: 1", "catalog.form", 1),
        ("version: 1\nfeeds: none", "catalog.form", 2),
        ("version: 1\nfeeds:\n - - a", "catalog.form", 3),
        ("version: 1\nfeeds: []\n? [a]\n: b", "catalog.form", 3),
        ("version: 1\nfeed: []", "catalog.unknown", 2),
        ("evidence:\n  a: {commit: b}\nfeeds: []", "catalog.missing", 2),
        (with_line('{section: IT, language: ko, url: "https://a.example"}'), "catalog.missing", 10),
        (with_line('{outlet: "", section: IT, language: ko, url: "https://a.example"}'), "catalog.missing", 10),
        (with_line("{outlet: 가, section: IT, language: ko, url: [a]}"), "catalog.form", 10),
        (with_line("{outlet: 가, section: IT, language: ko, uri: a}"), "catalog.unknown", 10),
        (with_line("{outlet: 가, section: IT, language: 한국어, url: a}"), "catalog.bad_value", 10),
        (with_line("{outlet: 가, section: IT, language: ko, url: a.example}"), "catalog.bad_value", 10),
        (with_line('{outlet: 가, section: IT, language: ko, url: "file:///etc/passwd"}'), "catalog.bad_value", 10),
        (with_line('{outlet: 가, section: IT, language: ko, url: "https://me@a.example"}'), "catalog.bad_value", 10),
        (with_line('{outlet: 가, section: IT, language: ko, url: "https://[a"}'), "catalog.bad_value", 10),
        (
            with_line('{outlet: 가, section: IT, language: ko, url: "https://a.example", default: maybe}'),
            "catalog.bad_value",
            10,
        ),
        (
            with_line('{outlet: 가, section: IT, language: ko, url: "https://a.example", confirmed: me}'),
            "catalog.bad_value",
            10,
        ),
        (
            with_line('{outlet: 가, section: IT, language: ko, url: "https://a.example", default: on}'),
            "catalog.unconfirmed",
            10,
        ),
        (with_line('{outlet: 가, section: IT, language: ko, url: "https://mk.example/all"}'), "catalog.twice", 10),
    ],
)
def test_a_catalogue_of_another_form_is_refused_with_its_line_in_one_sentence(text, key, line):
    with pytest.raises(UserMistake) as told:
        parse_catalog(text)

    assert told.value.key == key
    assert told.value.values["line"] == line
    for language in ("ko", "en"):
        assert "\n" not in say(key, language, **told.value.values)


def test_a_catalogue_that_is_too_big_is_refused():
    with pytest.raises(UserMistake) as told:
        parse_catalog("#" * 1_000_001)

    assert say(told.value.key, **told.value.values) == "출처 목록이 너무 커요. 1,000,000자까지 읽을 수 있어요"


@given(st.text())
def test_any_text_is_read_or_refused_kindly(text):
    with pytest.raises(UserMistake):
        parse_catalog(text)


def test_the_shipped_catalogue_is_big_enough_and_modest_by_default():
    catalog = parse_catalog(SHIPPED)
    confirmed = [feed for feed in catalog.feeds if feed.confirmed]

    assert sum(feed.language == "ko" for feed in confirmed) >= 60
    assert sum(feed.language == "en" and feed.section in {"IT", "AI"} for feed in confirmed) >= 20
    assert 10 <= len(catalog.defaults) <= 25
    assert all(feed.url.startswith("https://") for feed in catalog.defaults)
    assert len({feed.url.split("://")[1].rstrip("/") for feed in catalog.feeds}) == len(catalog.feeds)


def test_the_shipped_catalogue_calls_outlets_as_the_outlet_table_does():
    catalog = parse_catalog(SHIPPED)
    outlets = parse_outlets(files("bot.data").joinpath("outlets.tsv").read_text("utf-8"))

    known = {feed.outlet for feed in catalog.feeds if outlets.domains_for(feed.outlet)}
    assert set(catalog.outlets) - known == {
        "대한민국 정책브리핑",
        "OpenAI",
        "Google DeepMind",
        "Hugging Face",
        "MIT News",
        "AI News",
    }
