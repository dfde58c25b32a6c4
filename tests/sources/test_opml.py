import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserMistake
from bot.core.wording import say
from bot.sources.opml import OPML_BYTES, OPML_FEEDS, OpmlFeed, read_opml, write_opml

EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0">
 <head><title>내 구독</title></head>
 <body>
  <outline text="경제">
   <outline type="rss" text="한국경제" title="한국경제 전체" xmlUrl="https://www.hankyung.com/feed/all-news" htmlUrl="https://www.hankyung.com/"/>
   <outline text="폴더 속 폴더"><outline text=" 전자
     신문 " xmlurl="https://rss.etnews.com/Section901.xml"/></outline>
  </outline>
  <outline type="rss" text="https://a.example/rss" xmlUrl="https://a.example/rss"/>
  <outline type="rss" text="같은 주소" xmlUrl="https://a.example/rss"/>
  <outline type="link" text="주소만" url="http://b.example/feed"/>
  <outline text="메모"/>
 </body>
</opml>"""
READ = (
    OpmlFeed("https://www.hankyung.com/feed/all-news", "한국경제 전체", "https://www.hankyung.com/"),
    OpmlFeed("https://rss.etnews.com/Section901.xml", "전자 신문"),
    OpmlFeed("https://a.example/rss"),
    OpmlFeed("http://b.example/feed", "주소만"),
)


def one(url, more=""):
    return f'<opml version="2.0"><body><outline xmlUrl="{url}" {more}/></body></opml>'.encode()


def test_a_reader_s_export_is_read_with_its_folders_flattened_and_each_address_once():
    assert read_opml(EXPORT.encode()) == READ


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + EXPORT.encode(),
        b"\n  " + EXPORT.encode(),
        EXPORT.replace("UTF-8", "UTF-16").encode("utf-16"),
        EXPORT.replace("UTF-8", "euc-kr").encode("euc-kr"),
        EXPORT.replace("<opml", "<opml xmlns='urn:x'").encode(),
    ],
)
def test_the_same_list_is_read_in_other_encodings(data):
    assert read_opml(data) == READ


def test_an_ampersand_that_a_reader_left_bare_is_mended_and_a_written_one_kept():
    bare = b'<opml><body><outline xmlUrl="https://a.example/?b=1&c=2" title="R&amp;D"/></body></opml>'

    assert read_opml(bare) == (OpmlFeed("https://a.example/?b=1&c=2", "R&D"),)


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("feed://a.example/rss", "http://a.example/rss"),
        ("feed:https://a.example/rss", "https://a.example/rss"),
        (" https://a.example/rss ", "https://a.example/rss"),
    ],
)
def test_an_address_is_read_as_readers_spell_it(spelled, meant):
    assert [feed.url for feed in read_opml(one(spelled))] == [meant]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://me:pw@a.example/",
        "https://[a",
        "https://a.example/ b",
        "https://a.example/" + "a" * 2_000,
    ],
)
def test_an_address_that_is_none_of_the_web_is_passed_over(url):
    with pytest.raises(UserMistake) as told:
        read_opml(one(url))

    assert told.value.key == "opml.no_feeds"


def test_a_home_page_that_is_none_is_left_out_and_a_long_title_is_cut():
    (feed,) = read_opml(one("https://a.example/rss", f'htmlUrl="javascript:x" title="{"가" * 999}"'))

    assert feed == OpmlFeed("https://a.example/rss", "가" * 200)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "opml.not_opml"),
        (b"\x00\xff\xfe junk", "opml.not_opml"),
        (b"<html><body>hello</body></html>", "opml.not_opml"),
        (b"<rss version='2.0'><channel/></rss>", "opml.not_opml"),
        (b"<opml><body><outline xmlUrl='https://a.example/rss'>", "opml.not_opml"),
        (b"<opml>" + b"<outline>" * 10_000 + b"</outline>" * 10_000 + b"</opml>", "opml.not_opml"),
        (b"<opml><body/></opml>", "opml.no_feeds"),
        (b"x" * (OPML_BYTES + 1), "opml.too_big"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]>' + one("https://a.example/&a;"), "opml.entities"),
        ('<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml/>'.encode("utf-16"), "opml.entities"),
    ],
)
def test_what_is_no_list_of_feeds_is_refused_in_one_sentence(data, key):
    with pytest.raises(UserMistake) as told:
        read_opml(data)

    assert told.value.key == key
    for language in ("ko", "en"):
        assert "\n" not in say(key, language, **told.value.values)


def test_a_doctype_without_entities_is_harmless():
    assert read_opml(b"<!DOCTYPE opml>" + one("https://a.example/rss")) == (OpmlFeed("https://a.example/rss"),)


def test_a_list_that_is_too_long_is_refused_not_cut():
    feeds = [OpmlFeed(f"https://a.example/{number}") for number in range(OPML_FEEDS + 1)]
    with pytest.raises(UserMistake) as told:
        read_opml(write_opml(feeds, title="긴 목록"))

    assert told.value.key == "opml.too_many"
    assert len(read_opml(write_opml(feeds[:-1], title="긴 목록"))) == OPML_FEEDS


_FEEDS = st.builds(
    OpmlFeed,
    url=st.from_regex(r"https?://[a-z]{1,9}\.example/[a-z0-9?&=%_-]{0,20}", fullmatch=True),
    title=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=40).map(
        lambda title: " ".join(title.split())
    ),
    site=st.sampled_from(["", "https://a.example/"]),
)


@given(st.lists(_FEEDS, min_size=1, max_size=5, unique_by=lambda feed: feed.url))
def test_what_is_written_is_read_again(feeds):
    assert read_opml(write_opml(feeds, title="소식")) == tuple(feeds)


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_any_title_can_be_written(titles):
    feeds = [OpmlFeed(f"https://a.example/{number}", title) for number, title in enumerate(titles)]

    assert len(read_opml(write_opml(feeds, title=titles[0]))) == len(titles)


@given(st.binary())
def test_any_bytes_are_refused_kindly(data):
    with pytest.raises(UserMistake):
        read_opml(data)
