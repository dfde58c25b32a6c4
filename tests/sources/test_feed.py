import json
from datetime import datetime

import pytest

from bot.core.errors import SosikError, UserMistake
from bot.core.wording import say
from bot.sources.discover import feed_links
from bot.sources.feed import feed_json, parse_feed

AT = datetime.fromisoformat("2024-03-21T09:12:00+09:00")


def rss(items, head="", attributes=""):
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {attributes}><channel><title>예시일보</title>'
        f"<link>https://n.example/</link>{head}{items}</channel></rss>"
    ).encode()


def entry_of(item, **options):
    return parse_feed(rss(f"<item>{item}</item>"), base_url="https://n.example/rss/all.xml", **options).entries[0]


FULL = """<title><![CDATA[[단독] LG전자 &quot;AI&quot; <b>연구소</b>]]></title><link> https://n.example/v?no=1&amp;p=2 </link>
<guid isPermaLink="false">n-1</guid><pubDate>Thu, 21 Mar 2024 09:12:00 KST</pubDate><author>홍성일 기자</author>
<category>경제</category><category>산업</category><source url="https://press.example/">예시경제</source>
<description><![CDATA[<p>요약 &amp; 글</p>]]></description>
<content:encoded><![CDATA[<p>본문</p>]]></content:encoded>"""


def test_an_rss_item_is_read_whole():
    body = rss(f"<item>{FULL}</item>", attributes='xmlns:content="http://purl.org/rss/1.0/modules/content/"')

    (entry,) = parse_feed(body).entries

    assert entry.title == '[단독] LG전자 "AI" 연구소'
    assert entry.link == "https://n.example/v?no=1&p=2"
    assert (entry.id, entry.author, entry.outlet, entry.outlet_url) == (
        "n-1",
        "홍성일 기자",
        "예시경제",
        "https://press.example/",
    )
    assert (entry.published, entry.updated) == (AT, None)
    assert (entry.summary, entry.content) == ("<p>요약 &amp; 글</p>", "<p>본문</p>")
    assert entry.categories == ("경제", "산업")


def test_an_rss_head_is_read_whole():
    head = (
        "<language>ko</language><ttl>30</ttl><skipHours><hour>3</hour><hour>24</hour><hour>x</hour></skipHours>"
        '<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/rss.xml"/>'
    )
    feed = parse_feed(rss("", head, 'xmlns:atom="http://www.w3.org/2005/Atom"'), base_url="https://n.example/x/y")

    assert (feed.kind, feed.title, feed.link, feed.language) == ("rss", "예시일보", "https://n.example/", "ko")
    assert (feed.ttl_seconds, feed.skip_hours) == (1800.0, frozenset({0, 3}))
    assert (feed.hub, feed.topic) == ("https://hub.example/", "https://n.example/rss.xml")
    assert feed.entries == ()


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ko" xml:base="https://n.example/blog/"><title type="text">a &lt;b&gt; c</title>
<link rel="self" href="feed"/><link href="."/>
<entry><id>tag:n.example,2024:1</id><title type="html">R&amp;amp;D &lt;i&gt;소식&lt;/i&gt;</title>
<link rel="enclosure" href="x.mp3"/><link rel="alternate" type="application/json" href="1.json"/><link rel="alternate" href="1"/>
<published>2024-03-21T09:12:00+09:00</published><updated>2024-03-21T00:12:00Z</updated>
<author><name>이서준</name><email>lee@n.example</email></author><author><email>kim@n.example</email></author>
<summary>짧은 글</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A &amp; <em>B</em></div></content>
<category term="tech" label="기술"/><source><title>원래 매체</title></source></entry></feed>"""


def test_an_atom_entry_is_read_whole():
    feed = parse_feed(ATOM.encode(), base_url="https://other.example/feed")
    (entry,) = feed.entries

    assert (feed.kind, feed.title, feed.link, feed.language) == ("atom", "a <b> c", "https://n.example/blog/", "ko")
    assert (entry.title, entry.link, entry.id) == ("R&D 소식", "https://n.example/blog/1", "tag:n.example,2024:1")
    assert (entry.published, entry.updated) == (AT, AT)
    assert entry.author == "이서준, kim@n.example"
    assert (entry.summary, entry.content) == ("짧은 글", "A &amp; <em>B</em>")
    assert (entry.outlet, entry.categories) == ("원래 매체", ("기술",))


def test_rss_1_0_is_read_with_dublin_core():
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://n.example/"><title>옛 피드</title>
    <link>https://n.example/</link><dc:language>ko</dc:language></channel><item rdf:about="https://n.example/1"><title>제목</title>
    <dc:date>2024-03-21T09:12:00+09:00</dc:date><dc:creator>홍성일</dc:creator><dc:creator>이서준</dc:creator>
    <dc:subject>경제</dc:subject></item></rdf:RDF>"""

    feed = parse_feed(body.encode())
    (entry,) = feed.entries

    assert (feed.kind, feed.title, feed.language) == ("rdf", "옛 피드", "ko")
    assert (entry.link, entry.id, entry.published) == ("https://n.example/1", "https://n.example/1", AT)
    assert (entry.author, entry.categories) == ("홍성일, 이서준", ("경제",))


def test_a_json_feed_is_read_whole():
    body = {
        "version": "https://jsonfeed.org/version/1.1", "title": "제이슨", "home_page_url": "https://n.example/", "language": "ko",
        "feed_url": "https://n.example/feed.json", "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "items": [
            {"id": 7, "url": "/1", "title": "제목", "content_html": "<p>글</p>", "summary": "요약", "date_published": "2024-03-21T09:12:00+09:00",
             "date_modified": "2024-03-21T00:12:00Z", "authors": [{"name": "홍"}, {"name": "이"}], "tags": ["경제", 3]},
            {"id": "8", "external_url": "https://m.example/2", "content_text": "a < b\n둘", "author": {"name": "박"}, "tags": "x"},
            "no object",
        ],
    }  # fmt: skip
    feed = parse_feed(json.dumps(body).encode(), base_url="https://n.example/feed.json")

    one, other = feed.entries
    assert (feed.kind, feed.title, feed.link, feed.language) == ("json", "제이슨", "https://n.example/", "ko")
    assert (feed.hub, feed.topic) == ("https://hub.example/", "https://n.example/feed.json")
    assert (one.id, one.link, one.title, one.author, one.categories) == (
        "7",
        "https://n.example/1",
        "제목",
        "홍, 이",
        ("경제",),
    )
    assert (one.content, one.summary, one.published, one.updated) == ("<p>글</p>", "요약", AT, AT)
    assert (other.link, other.content, other.author, other.title) == (
        "https://m.example/2",
        "a &lt; b<br>둘",
        "박",
        None,
    )


SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://n.example/1</loc><lastmod>2024-03-21T00:12:00Z</lastmod>
<image:image><image:title>사진 제목</image:title></image:image><n:news><n:publication><n:name>예시일보</n:name><n:language>ko</n:language></n:publication>
<n:publication_date>2024-03-21T09:12:00+09:00</n:publication_date><n:title>LG전자 &amp; AI</n:title><n:keywords>전자, AI</n:keywords></n:news></url>
<url><loc>https://n.example/about</loc></url></urlset>"""


def test_a_news_sitemap_is_read_whole():
    feed = parse_feed(SITEMAP.encode())
    (entry,) = feed.entries

    assert (feed.kind, feed.title, feed.language) == ("sitemap", "예시일보", "ko")
    assert (entry.title, entry.link, entry.outlet) == ("LG전자 & AI", "https://n.example/1", "예시일보")
    assert (entry.published, entry.updated, entry.categories) == (AT, AT, ("전자", "AI"))


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<link>/news/1</link>", "https://n.example/news/1"),
        ("<link>1.html</link>", "https://n.example/rss/1.html"),
        ("<link>//m.example/1</link>", "https://m.example/1"),
        ("<link>https://n.example/a b</link>", "https://n.example/a%20b"),
        ("<link/><guid>https://n.example/2</guid>", "https://n.example/2"),
        ('<link/><guid isPermaLink="false">https://n.example/2</guid>', None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>data:text/html,x</link>", None),
        ("<link>http://[broken</link>", None),
        ("<link>" + "a" * 5000 + "</link>", None),
        ("<guid>no address</guid>", None),
    ],
)
def test_a_link_is_an_absolute_http_address_or_none(item, link):
    assert entry_of(item).link == link


def test_what_an_item_does_not_say_is_null():
    entry = entry_of("<guid> </guid><pubDate>어제</pubDate>")

    assert (entry.title, entry.link, entry.id, entry.published, entry.updated) == (None, None, None, None, None)
    assert (entry.summary, entry.content, entry.author, entry.outlet, entry.categories) == (None, None, None, None, ())


def test_dates_without_a_zone_are_of_the_sources_zone():
    assert entry_of("<pubDate>2024-03-21 09:12</pubDate>").published == AT
    assert entry_of("<pubDate>2024-03-21 00:12</pubDate>", zone="UTC").published == AT


def test_a_date_that_our_rules_do_not_know_goes_to_dateparser_a_bounded_number_of_times():
    items = "<item><pubDate>3월 21일 2024년 9시 12분</pubDate></item>" * 100

    dates = [entry.published for entry in parse_feed(rss(items)).entries]

    assert dates[0] == AT
    assert dates[-1] is None


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Record, replay & measure", "Record, replay & measure"),
        ("Re&colon; caf&eacute; &middot; x&nbsp;y", "Re: café · x y"),
        ("&unknown; &#0; &#x1F;z &#8217;", "&unknown; z ’"),
        ("S&P 500 <급등>", "S&P 500 <급등>"),
        ("3 < 4 <- 5", "3 < 4 <- 5"),
        ("제목\x0b\x01끝", "제목끝"),
        ("don&#146;t \x92", "don’t ’"),
        ("<![CDATA[A & B &nbsp;]]> & C", "A & B & C"),
    ],
)
def test_almost_xml_is_mended_and_the_next_item_is_not_lost(title, read):
    feed = parse_feed(rss(f"<item><title>{title}</title></item><item><title>다음 &nope; 글</title></item>"))

    assert [entry.title for entry in feed.entries] == [read, "다음 &nope; 글"]
    assert feed.problems == ("feed.problem.mended",)


def test_a_prefix_that_nobody_declared_is_mended():
    feed = parse_feed(rss("<item><title>제목</title><dc:creator>홍</dc:creator><zz:x>1</zz:x></item>"))

    assert (feed.entries[0].author, feed.problems) == ("홍", ("feed.problem.mended",))


@pytest.mark.parametrize("cut", [10, 60])
def test_a_feed_that_broke_off_gives_its_whole_entries_only(cut):
    body = rss("".join(f"<item><title>제목 {n}</title><link>https://n.example/{n}</link></item>" for n in range(3)))

    feed = parse_feed(body[:-cut])

    assert [entry.title for entry in feed.entries] == [f"제목 {n}" for n in range(3 if cut == 10 else 2)]
    assert feed.problems == ("feed.problem.cut",)


def test_an_atom_feed_that_broke_off_gives_its_whole_entries_only():
    body = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>하나</title></entry><entry><title>둘'

    assert [entry.title for entry in parse_feed(body.encode()).entries] == ["하나"]


def test_what_is_no_xml_is_read_by_feedparser():
    items = "<item><title>하나</title><description><p>줄<br>바꿈</description><link>/1</link><pubDate>2024.03.21 09:12</pubDate></item>"
    items += "<item><title>둘</title><source url='https://m.example'>매체</source><category>경제</category></item>"

    feed = parse_feed(rss(items, "<language>ko</language>"), base_url="https://n.example/rss")

    assert [entry.title for entry in feed.entries] == ["하나", "둘"]
    assert (feed.entries[0].link, feed.entries[0].published, feed.entries[0].updated) == (
        "https://n.example/1",
        AT,
        None,
    )
    assert (feed.entries[1].outlet, feed.entries[1].categories) == ("매체", ("경제",))
    assert (feed.kind, feed.title, feed.language, feed.problems) == ("rss", "예시일보", "ko", ("feed.problem.broken",))


def test_junk_before_the_feed_does_not_matter():
    body = b"\xef\xbb\xbf\r\n<br />\nWarning: mysql_connect() in /home/x.php on line 3<br />\n" + rss(
        "<item><title>a</title></item>"
    )

    assert parse_feed(b"<?xml version='1.0'?>\n<!-- x -->\n<rss><channel><title>t</title></channel></rss>").title == "t"
    assert [entry.title for entry in parse_feed(b"\n\n" + rss("<item><title>a</title></item>")).entries] == ["a"]
    assert [entry.title for entry in parse_feed(body.replace(b"<br />", b"")).entries] == ["a"]


def test_no_more_than_500_entries_are_read():
    feed = parse_feed(rss("<item><title>x</title></item>" * 501))

    assert (len(feed.entries), feed.problems) == (500, ("feed.problem.many",))


def test_items_are_found_where_they_should_not_be():
    body = b"<rss><channel><title>t</title><items><item><title>a</title></item></items></channel></rss>"

    assert [entry.title for entry in parse_feed(body).entries] == ["a"]


PAGE = """<!doctype html><html><head><base href="https://n.example/sub/"><title>예시</title>
<link rel="alternate" type="application/rss+xml" href="/comments/feed"><link rel="alternate" type="application/rss+xml" href="../rss.xml">
<link rel="alternate" type="application/json" href="api.json"><link rel="alternate" hreflang="en" href="/en"></head>
<body><a href="/rss/economy.xml">RSS</a><a href="javascript:rss()">x</a><a href="/pressroom">press</a></body></html>"""


def test_a_page_names_its_feeds_the_likeliest_first():
    assert feed_links(PAGE, "https://n.example/x") == (
        "https://n.example/rss.xml",
        "https://n.example/sub/api.json",
        "https://n.example/rss/economy.xml",
        "https://n.example/comments/feed",
    )


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "feed.empty"),
        (b" \r\n\x00", "feed.empty"),
        (PAGE.encode(), "feed.is_page_with_links"),
        (b"<html><body>hello</body></html>", "feed.is_page"),
        (b"hello <p>x</p>", "feed.is_page"),
        (b"just words", "feed.not_a_feed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "feed.not_a_feed"),
        (b"<", "feed.not_a_feed"),
        (b'{"a": 1}', "feed.not_a_feed"),
        (b'{"items": []}', "feed.not_a_feed"),
        (b"[1, 2]", "feed.not_a_feed"),
        (b'{"version": ', "feed.bad_json"),
        (b"<urlset><url><loc>https://n.example/</loc></url></urlset>", "feed.sitemap_without_news"),
        (b"<sitemapindex><sitemap><loc>https://n.example/a.xml</loc></sitemap></sitemapindex>", "feed.sitemap_index"),
        (b"<sitemapindex><sitemap><loc>https://n.example/news.xml</loc></sitemap></sitemapindex>", "feed.sitemap_index_with_links"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_told_in_one_sentence_that_helps(body, key):
    with pytest.raises(UserMistake) as caught:
        parse_feed(body, base_url="https://n.example/")

    assert caught.value.key == key
    for language in ("ko", "en"):
        sentence = say(key, language, **caught.value.values)
        assert sentence
        assert "\n" not in sentence


def test_a_page_is_answered_with_the_address_of_its_feed():
    with pytest.raises(UserMistake) as caught:
        parse_feed(PAGE.encode(), base_url="https://n.example/")

    assert say(caught.value.key, "ko", **caught.value.values).startswith(
        "피드가 아니에요. 이 주소는 어때요? https://n.example/rss.xml"
    )


def test_the_printed_form_has_exactly_the_keys_of_the_contract():
    printed = feed_json(parse_feed(rss(f"<item>{FULL.partition('<content')[0]} &nope;</item>")), "en")

    assert list(printed) == ["feed", "entries", "problems"]
    assert printed["feed"] == {"kind": "rss", "title": "예시일보", "link": "https://n.example/", "language": None}
    assert set(printed["entries"][0]) == {"id", "title", "link", "published", "updated", "summary", "content", "author"}
    assert printed["entries"][0]["published"] == "2024-03-21T09:12:00+09:00"
    assert printed["entries"][0]["updated"] is None
    assert printed["problems"] == ["The XML was slightly wrong and was mended"]
    json.dumps(printed)


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00", bytes(range(256)) * 50, b"<rss>" + bytes(range(256)), b"%PDF-1.7\n\x00\x01"]
)
def test_binary_junk_is_refused(body):
    with pytest.raises(SosikError):
        parse_feed(body)


@pytest.mark.parametrize(
    ("entry", "summary", "content"),
    [
        ("<summary>하나</summary><description>둘</description>", "하나", "둘"),
        ("<description>하나</description><summary>둘</summary>", "하나", "둘"),
        ("<description></description><summary>둘</summary>", "둘", "둘"),
        (
            '<m:group xmlns:m="http://search.yahoo.com/mrss/"><m:description>영상 설명</m:description></m:group>',
            "영상 설명",
            None,
        ),
        ("<description>가 <b>나</b> &lt; 다</description>", "가 <b>나</b> &lt; 다", None),
    ],
)
def test_two_short_texts_are_told_apart_by_their_order(entry, summary, content):
    read = entry_of(entry)

    assert (read.summary, read.content) == (summary, content)


def test_atom_0_3_packs_html_in_base64():
    body = """<feed xmlns="http://purl.org/atom/ns#"><entry><title mode="base64" type="text/html">RXhhbXBsZSA8Yj5BdG9tPC9iPg==</title>
    <summary mode="base64">PGI+QjwvYj4=</summary><content type="application/x-thing">not base64!</content>
    <link rel="alternate" href="javascript:x"/><created>2024-03-21T09:12:00+09:00</created></entry></feed>"""

    (entry,) = parse_feed(body.encode()).entries

    assert (entry.title, entry.summary, entry.published, entry.link) == ("Example Atom", "<b>B</b>", AT, None)


def test_an_entry_may_link_to_its_content_or_name_its_address_in_cdf():
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title> </title><content src="/1" type="text/html"/></entry></feed>'
    cdf = '<CHANNEL><ITEM HREF="https://n.example/2"><TITLE>옛</TITLE></ITEM></CHANNEL>'

    assert parse_feed(atom.encode(), base_url="https://n.example/").entries[0].link == "https://n.example/1"
    assert parse_feed(cdf.encode()).entries[0].link == "https://n.example/2"


def test_the_last_of_several_dates_counts_and_an_unreadable_one_does_not():
    assert (
        entry_of("<pubDate>2020-01-01</pubDate><pubDate>2024-03-21 09:12</pubDate><pubDate>soon</pubDate>").published
        == AT
    )


def test_many_entries_of_a_broken_feed_are_cut_before_the_slow_reader_sees_them():
    feed = parse_feed(rss("<item><title>x<br></title></item>" * 600))

    assert len(feed.entries) == 500


def test_a_doctype_that_never_ends_and_a_broken_root_are_refused():
    for body in (b"<!DOCTYPE rss", b"<rss", b"<foo>&", b"<foo:rss>&nope; <"):
        with pytest.raises(UserMistake):
            parse_feed(body)


def test_an_xhtml_page_is_no_feed_but_a_feed_with_the_wrong_doctype_is():
    doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://w3.example/x.dtd">'

    assert parse_feed(f"{doctype}<rss><channel><title>found</title></channel></rss>".encode()).title == "found"
    with pytest.raises(UserMistake, match=r"feed\.is_page"):
        parse_feed(f"{doctype}<p:html>x</p:html>".encode())
