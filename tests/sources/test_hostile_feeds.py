"""Every row of the parsers' hostile table (facts/ingestion.md §7.2) and the generators below it.

Nothing here is timed: each case must end (the whole file is read in seconds) and give what a reader may trust.
"""

import contextlib

import pytest

from bot.core.errors import GiveUp, SosikError, UserMistake
from bot.sources.feed import parse_feed

GOOD = "<item><title>좋은 글</title><link>https://n.example/1</link></item>"


def rss(items, before=""):
    return f'<?xml version="1.0" encoding="utf-8"?>{before}<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()


def titles(body):
    return [entry.title for entry in parse_feed(body).entries]


LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    "doctype",
    [
        LAUGHS + "]>",
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!doctype rss [<!entity x "y">]>',
        '<!DOCTYPE rss [<!-- ]> --> <!ENTITY x "y">]>',
        f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]>',
        "<!DOCTYPE rss [" + " " * 30_000 + "]>",
        "<!DOCTYPE rss [<!ELEMENT rss ANY>" * 10_000,
    ],
)
def test_a_doctype_that_defines_entities_is_refused(doctype):
    body = rss(f"<item><title>&x;{'&a;' * 10_000}</title></item>", doctype)

    with pytest.raises(GiveUp, match=r"feed\.entities"):
        parse_feed(body)


def test_a_harmless_doctype_is_no_reason_to_refuse():
    netscape = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.example/rss-0.91.dtd">'
    )

    assert titles(rss(GOOD, netscape)) == ["좋은 글"]
    assert titles(rss(GOOD, "<!DOCTYPE rss [<!ELEMENT rss ANY>]>")) == ["좋은 글"]


def test_talk_about_entities_inside_an_item_is_no_reason_to_refuse():
    assert titles(rss(f"<item><title><![CDATA[<!DOCTYPE x [<!ENTITY y]]></title></item>{GOOD}"))[1] == "좋은 글"


def test_deep_nesting_is_refused():
    with pytest.raises(GiveUp, match=r"feed\.too_deep"):
        parse_feed(rss(GOOD + "<item>" + "<a>" * 100_000 + "</a>" * 100_000 + "</item>"))


def test_a_title_of_millions_of_characters_is_cut():
    found = titles(rss(f"<item><title>{'가' * 1_600_000}</title></item>{GOOD}"))

    assert found == ["가" * 1000, "좋은 글"]


def test_a_hundred_thousand_entries_are_cut_at_five_hundred():
    assert len(titles(rss("<item><title>x</title></item>" * 100_000))) == 500


def test_more_than_five_mebibytes_are_refused():
    with pytest.raises(GiveUp, match=r"feed\.too_large"):
        parse_feed(rss("<item><title>x</title></item>" * 200_000))


def test_a_multitude_of_namespaces_ends():
    items = "".join(f'<item xmlns:n{n}="urn:{n}"><n{n}:x>1</n{n}:x><title>{n}</title></item>' for n in range(50_000))

    assert titles(rss(items))[:2] == ["0", "1"]


def test_a_comment_of_megabytes_ends():
    assert titles(rss(f"<!--{'x' * 4_900_000}-->{GOOD}")) == ["좋은 글"]


def test_a_comment_that_never_ends_is_refused_or_read_but_ends():
    with pytest.raises(SosikError):
        parse_feed(b"<!--" * 500_000)


def test_unescaped_signs_do_not_cost_the_next_item():
    assert titles(rss(f"<item><title>S&P 500 <급등></title></item>{GOOD}")) == ["S&P 500 <급등>", "좋은 글"]


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"items":' + b"[" * 100_000])
def test_deep_json_is_refused(body):
    with pytest.raises(UserMistake, match=r"feed\.(too_deep|bad_json)"):
        parse_feed(body)


def test_an_integer_of_a_million_digits_is_refused():
    with pytest.raises(UserMistake, match=r"feed\.bad_json"):
        parse_feed(b'{"version":"https://jsonfeed.org/version/1","items":[{"id":' + b"9" * 1_000_000 + b"}]}")


def test_escaped_tags_by_the_hundred_thousand_are_read():
    assert len(titles(rss(f"<item><title>{'&lt;b&gt;' * 100_000}끝</title></item>{GOOD}"))) == 2
    assert titles(rss(f"<item><title>{'&lt;b&gt;' * 100}끝</title></item>{GOOD}")) == ["끝", "좋은 글"]


def test_control_characters_leave_a_title_readable():
    assert titles(rss("<item><title>가\x01나\x1f다\u202e라\u200b마</title></item>")) == ["가나다라마"]


def test_an_invalid_byte_in_the_middle_costs_one_sign():
    body = rss(f"<item><title>가나XX다라</title></item>{GOOD}").replace(b"XX", b"\xff")

    assert titles(body) == ["가나\ufffd다라", "좋은 글"]


def test_an_attribute_of_megabytes_ends():
    body = rss(f'<item><title>a</title><enclosure url="{"x" * 4_900_000}"/></item>')

    assert titles(body) in (["a"], [])


@pytest.mark.parametrize(
    "bait",
    [
        "<" * 300_000,
        "<!" * 100_000,
        "&" * 300_000,
        "]]>" * 100_000,
        "<![CDATA[" * 50_000,
        "&#" * 100_000,
        "<a:" * 100_000,
    ],
)
def test_bait_for_regular_expressions_ends(bait):
    wrapped = rss(f"<item><title><![CDATA[{bait.replace(']]>', '] ]>')}]]></title></item>{GOOD}")
    bare = rss(f"{GOOD}<item><title>{bait}</title></item>")

    assert titles(wrapped)[-1] == "좋은 글"
    with contextlib.suppress(SosikError):
        assert titles(bare)[0] == "좋은 글"


def test_a_file_cut_in_mid_item_gives_what_is_whole():
    assert titles(rss(f"{GOOD}<item><title>반쪽")[: -len("</channel></rss>")]) == ["좋은 글"]
