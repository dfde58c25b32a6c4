import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.core.errors import GiveUp, SosikError, TryLater, UserMistake
from bot.core.news import Source
from bot.core.wording import say
from bot.sources.asking import Access, endpoint, query_for, query_source
from bot.sources.dates import date_in
from bot.sources.exchange import FEED_BYTES, PAGE_BYTES, Answer
from bot.sources.marks import TAGS, tags_of
from bot.sources.registry import KINDS, parse, request

NOW = datetime(2024, 3, 21, tzinfo=UTC)
AT = datetime.fromisoformat("2024-03-21T09:12:00+09:00")


def a_source(kind, url=""):
    return Source(id=1, url=url or query_source(kind, 'LG전자 "AI 연구소"'), kind=kind, etag='"e"', last_modified="Thu")


def read(kind, body, url=""):
    text = body if isinstance(body, str) else json.dumps(body)
    return parse(a_source(kind, url), Answer("https://api.example/x", 200, text.encode()))


def asked(kind, url="", **access):
    wanted = request(a_source(kind, url), now=NOW, access=Access(**access))
    return wanted, parse_qs(urlsplit(wanted.url).query)


def test_a_feed_is_asked_with_what_it_gave_the_last_time():
    wanted, _ = asked("feed", "https://n.example/rss")

    assert (wanted.url, wanted.etag, wanted.last_modified, wanted.max_bytes) == (
        "https://n.example/rss",
        '"e"',
        "Thu",
        FEED_BYTES,
    )


def test_a_feed_is_parsed_with_the_sources_zone_and_the_headers_charset():
    body = (
        "<rss><channel><item><title>쀼</title><link>/1</link><pubDate>2024-03-21 00:12</pubDate></item></channel></rss>"
    )
    answer = Answer("https://n.example/rss", 200, body.encode("cp949"), charset="euc-kr")

    (entry,) = parse(replace(a_source("feed", "https://n.example/rss"), zone="UTC"), answer).entries

    assert (entry.title, entry.link, entry.published) == ("쀼", "https://n.example/1", AT)


def test_an_entry_without_a_title_is_called_by_its_first_words_and_one_without_an_address_is_left_out():
    body = "<rss><channel><item><link>https://n.example/1</link><description>&lt;p&gt;짧은 글&lt;/p&gt;</description></item>"
    body += f"<item><link>https://n.example/2</link><description>{'긴 글 ' * 50}</description></item>"
    body += "<item><title>주소 없는 글</title></item><item><link>https://n.example/3</link></item></channel></rss>"

    titles = [entry.title for entry in read("feed", body, "https://n.example/rss").entries]

    assert titles[0] == "짧은 글"
    assert titles[1].endswith("글…")
    assert len(titles) == 2


def test_naver_is_asked_for_the_newest_hundred_with_the_keys_in_headers_only():
    key = "k" + "ey"
    wanted, query = asked("naver", naver_id="me", naver_secret=key)

    assert wanted.url.startswith("https://openapi.naver.com/v1/search/news.json?")
    assert query == {"query": ['LG전자 "AI 연구소"'], "display": ["100"], "start": ["1"], "sort": ["date"]}
    assert dict(wanted.headers) == {"X-Naver-Client-Id": "me", "X-Naver-Client-Secret": key}
    assert key not in repr(Access(naver_secret=key))


NAVER = {
    "lastBuildDate": "x", "total": 2, "items": [
        {"title": "주<b>식</b>형 &quot;LG&amp;AI&quot; &lt;종합&gt;", "originallink": "https://press.example/v?idxno=1",
         "link": "https://n.news.naver.com/mnews/article/001/0001", "description": "<b>LG전자</b>가 &amp; …", "pubDate": "Thu, 21 Mar 2024 09:12:00 +0900"},
        {"title": "둘", "originallink": "", "link": "https://n.news.naver.com/2", "description": "", "pubDate": ""},
    ],
}  # fmt: skip


def test_naver_marks_have_no_width_and_the_outlets_own_address_is_the_link():
    one, other = read("naver", NAVER).entries

    assert one.title == '주식형 "LG&AI" <종합>'
    assert (one.link, one.id, one.outlet_url) == (
        "https://press.example/v?idxno=1",
        "https://press.example/v?idxno=1",
        "https://press.example",
    )
    assert one.copy == "https://n.news.naver.com/mnews/article/001/0001"
    assert (one.published, one.summary) == (AT, "<b>LG전자</b>가 &amp; …")
    assert (other.link, other.copy, other.published, other.summary, other.outlet_url) == (
        "https://n.news.naver.com/2",
        None,
        None,
        None,
        None,
    )


GOOGLE = """<rss version="2.0"><channel><title>"LG전자" - Google 뉴스</title>
<item><title>LG전자 - 삼성 비교 - 예시일보</title><link>https://news.google.com/rss/articles/abc?oc=5</link><guid isPermaLink="false">abc</guid>
<pubDate>Thu, 21 Mar 2024 00:12:00 GMT</pubDate><description>&lt;ol&gt;&lt;li&gt;&lt;a href="x"&gt;남의 제목&lt;/a&gt;&lt;/li&gt;&lt;/ol&gt;</description>
<source url="https://press.example">예시일보</source></item>
<item><title>매체 없는 글 - 꼬리</title><link>https://news.google.com/rss/articles/def</link></item></channel></rss>"""


def test_google_news_is_asked_in_korean_and_its_titles_lose_the_outlet():
    wanted, query = asked("google_news")
    one, other = read("google_news", GOOGLE).entries

    assert wanted.url.startswith("https://news.google.com/rss/search?q=LG%EC%A0%84%EC%9E%90%20")
    assert {name: query[name] for name in ("hl", "gl", "ceid")} == {"hl": ["ko"], "gl": ["KR"], "ceid": ["KR:ko"]}
    assert (one.title, one.outlet, one.outlet_url) == ("LG전자 - 삼성 비교", "예시일보", "https://press.example")
    assert (one.link, one.id, one.published) == ("https://news.google.com/rss/articles/abc?oc=5", "abc", AT)
    assert one.summary is None  # it lists other articles' headlines
    assert other.title == "매체 없는 글 - 꼬리"


def test_hacker_news_stories_link_to_what_they_are_about():
    hits = [
        {
            "objectID": "1",
            "title": "LG &amp; AI",
            "url": "https://blog.example/1",
            "author": "pg",
            "created_at": "2024-03-21T00:12:00.000Z",
        },
        {"objectID": "2", "title": "Ask HN", "url": None, "story_text": "<p>why</p>"},
        {"objectID": "../3", "title": "bad"},
    ]
    _, query = asked("hackernews")
    one, other = read("hackernews", {"hits": hits}).entries

    assert query["tags"] == ["story"]
    assert (one.title, one.link, one.author, one.published, one.outlet_url) == (
        "LG & AI",
        "https://blog.example/1",
        "pg",
        AT,
        "https://blog.example",
    )
    assert (other.link, other.summary) == ("https://news.ycombinator.com/item?id=2", "<p>why</p>")


def test_gdelt_articles_are_read_and_its_sentences_mean_later():
    articles = [
        {
            "url": "https://press.example/1",
            "title": "LG opens lab",
            "seendate": "20240321T001200Z",
            "domain": "press.example",
        }
    ]
    _, query = asked("gdelt")
    (entry,) = read("gdelt", {"articles": articles}).entries

    assert query["query"] == ['LG전자 "AI 연구소" sourcelang:english']
    assert (entry.title, entry.link, entry.published, entry.outlet_url) == (
        "LG opens lab",
        "https://press.example/1",
        AT,
        "https://press.example",
    )
    assert read("gdelt", "").entries == ()
    with pytest.raises(TryLater, match=r"gdelt\.refused"):
        read("gdelt", "The specified phrase is too short.")


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("naver", {"errorCode": "024", "errorMessage": "Authentication failed"}, "naver.refused"),
        ("naver", {"items": 1}, "feed.not_a_feed"),
        ("naver", [1], "feed.not_a_feed"),
        ("naver", "<html>", "feed.bad_json"),
        ("hackernews", {"hits": None}, "feed.not_a_feed"),
        ("gdelt", [1], "feed.not_a_feed"),
        ("google_news", "<html><body>consent</body></html>", "feed.is_page"),
        ("page", "<p>x</p>", "page.nothing_found"),
        ("page", "<div>" * 2000, "page.too_deep"),
    ],
)
def test_an_answer_that_is_none_of_the_services_is_told(kind, body, key):
    with pytest.raises(SosikError) as caught:
        read(kind, body, "https://n.example/list" if kind == "page" else "")

    assert caught.value.key == key
    assert say(key, "ko", **caught.value.values)
    assert say(key, "en", **caught.value.values)


LIST = """<html><head><title>보도자료</title></head><body><a href="/about">회사를 소개하는 긴 글</a><ul class="list">
<li><a href="/press/view?no=20240321"><span class="tit">첫째 보도자료 제목입니다</span></a><em>등록 2024.03.21 09:12</em><p>첫 요약</p></li>
<li><a href="/press/view?no=20240320"><span class="tit">둘째 보도자료 제목입니다</span></a><em>어제</em></li>
<li><a href="/press/view?no=20240320"><span class="tit">둘째 보도자료 제목입니다</span></a></li>
<li>고리 없는 줄</li></ul><a href="https://other.example/20240101/1234">다른 곳의 기사 제목입니다</a></body></html>"""


def test_a_list_page_is_read_with_the_selectors_in_its_address():
    url = "https://n.example/press#item=ul.list li&title=.tit&link=a&date=em&summary=p"
    wanted, _ = asked("page", url)
    reading = parse(a_source("page", url), Answer("https://n.example/press", 200, LIST.encode()))

    assert (wanted.url, wanted.max_bytes) == ("https://n.example/press", PAGE_BYTES)
    assert reading.title == "보도자료"
    one, other = reading.entries
    assert (one.title, one.link, one.published, one.summary) == (
        "첫째 보도자료 제목입니다",
        "https://n.example/press/view?no=20240321",
        AT,
        "첫 요약",
    )
    assert (other.title, other.published, other.summary) == ("둘째 보도자료 제목입니다", None, None)


def test_a_selector_may_name_the_links_themselves():
    reading = parse(
        a_source("page", "https://n.example/press#item=ul a"), Answer("https://n.example/press", 200, LIST.encode())
    )

    assert len(reading.entries) == 2


def test_a_list_page_without_selectors_gives_the_links_that_look_like_articles():
    reading = parse(a_source("page", "https://n.example/press"), Answer("https://n.example/press", 200, LIST.encode()))

    assert [entry.title for entry in reading.entries] == ["첫째 보도자료 제목입니다", "둘째 보도자료 제목입니다"]


@pytest.mark.parametrize("fragment", ["item=[[[", "title=a", "item=li&evil=x", "item=li&title=::x("])
def test_a_selector_that_is_none_is_told(fragment):
    with pytest.raises(UserMistake, match=r"page\.bad_selector"):
        parse(a_source("page", f"https://n.example/#{fragment}"), Answer("https://n.example/", 200, LIST.encode()))


def test_an_unknown_kind_and_a_search_for_nothing_are_given_up():
    with pytest.raises(GiveUp, match=r"source\.unknown_kind"):
        asked("carrier-pigeon", "x")
    with pytest.raises(GiveUp, match=r"source\.no_query"):
        asked("naver", "naver: ")


def test_query_kinds_are_those_whose_address_is_a_search():
    assert {name for name, kind in KINDS.items() if kind.query} == {"naver", "google_news", "hackernews", "gdelt"}


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://s.example", "https://s.example/v1/search?q=a%20b"),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/v1/search?q=a%20b"),
        ("https://s.example/v1", "https://s.example/v1/search?q=a%20b"),
        ("https://s.example/v1/search", "https://s.example/v1/search?q=a%20b"),
        ("https://proxy.example/other", "https://proxy.example/other?q=a%20b"),
    ],
)
def test_a_base_address_may_stop_anywhere(base, address):
    assert endpoint(base, "/v1/search", q="a b") == address


@pytest.mark.parametrize(
    ("terms", "searches"),
    [
        (["LG전자"], ("LG전자",)),
        (['"AI 연구소"', "AI 연구소"], ('"AI 연구소"',)),
        (["삼성*", "=KT", "kt"], ("삼성", "KT")),
        (["삼성전자", "삼전", "005930"], ("삼성전자", "삼전", "005930")),
        (["", '""', "*"], ()),
    ],
)
def test_a_watchs_terms_become_searches(terms, searches):
    assert query_for(terms) == searches


@pytest.mark.parametrize(
    ("title", "tags"),
    [
        ("[단독] LG전자 AI 연구소", ("단독",)),
        ("[속보][단독]LG전자", ("속보", "단독")),
        ("【포토】 눈 덮인 서울", ("포토",)),
        ("[인사] 과학기술부", ("인사",)),
        ("<부고> 홍길동씨 부친상", ("부고",)),
        ("LG전자 실적(종합2보)", ("종합",)),
        ("[1보] LG전자 실적", ("속보",)),
        ("LG전자 실적 3보", ("종합",)),
        ("[AD] 새 세탁기", ("광고",)),
        ("[LG전자] 실적 (잠정)", ()),
        ("단독 주택 인기", ()),
        ("[단독]", ()),
    ],
)
def test_headline_marks_become_tags(title, tags):
    assert tags_of(title) == tags
    assert set(tags) <= set(TAGS)


def test_a_date_is_found_in_running_text():
    assert date_in("홍성일 기자 | 2024.03.21 09:12 | 조회 3") == AT
    assert date_in("오늘") is None
