import contextlib
import json
from datetime import datetime

import pytest

from bot.core.errors import GiveUp, SosikError, UserMistake
from bot.core.wording import say
from bot.sources.extract import Page, extract, page_json
from bot.sources.furniture import Memory, remember, without_furniture
from tests.sources.pages import (
    FORBIDDEN,
    LAYOUTS,
    PARAGRAPHS,
    RANKING,
    SECOND,
    SECOND_TITLE,
    TITLE,
    links,
    page,
    paragraphs,
)

URL = "https://n.example/news/1?utm_source=x"
AT = datetime.fromisoformat("2024-03-21T09:12:00+09:00")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_article_is_found_whole_and_without_furniture(layout):
    text = extract(LAYOUTS[layout]().encode(), url=URL).text or ""

    assert text.split("\n") == list(PARAGRAPHS)
    assert not [word for word in FORBIDDEN if word in text]


def test_a_page_in_euc_kr_is_read():
    body = LAYOUTS["div_soup"]().replace('charset="utf-8"', 'charset="euc-kr"').encode("cp949")

    read = extract(body, url=URL)

    assert (read.title, (read.text or "").split("\n")) == (TITLE, list(PARAGRAPHS))


JSON_LD = {
    "@graph": [
        {"@type": "WebPage", "name": "틀"},
        {
            "@type": ["NewsArticle"], "headline": "JSON 제목", "datePublished": "2024-03-21T09:12:00+09:00",
            "dateModified": "2024-03-21 09:12", "author": [{"name": "이서준"}, {"name": "박지우"}], "publisher": {"name": "예시일보"},
            "image": [{"url": "/1.jpg"}],
        },
    ]
}  # fmt: skip


ARTICLE = f"<article>{paragraphs()}</article>"


def bare(head="", body=ARTICLE, language='lang="ko"'):
    return f"<!doctype html><html {language}><head>{head}</head><body>{body}</body></html>".encode()


def test_json_ld_tells_the_time_of_day_and_the_names():
    read = extract(bare(f'<script type="application/ld+json">{json.dumps(JSON_LD)}</script>'), url=URL)

    assert (read.title, read.site, read.author, read.image) == (
        "JSON 제목",
        "예시일보",
        "이서준, 박지우",
        "https://n.example/1.jpg",
    )
    assert (read.published, read.modified, read.language) == (AT, AT, "ko")


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        ('<meta property="article:published_time" content="2024-03-21T00:12:00Z">', "", AT),
        ('<META NAME="Date" CONTENT="2024.03.21 09:12">', "", AT),
        ("", '<time itemprop="datePublished" datetime="2024-03-21T09:12">어제</time>', AT),
        ("", "<div>기사입력 2024.03.21 오전 9:12 | 수정 2024.03.21 09:12</div>", AT),
        ("", "<span>승인 2024.03.21 09:12</span>", AT),
        ("", "<span>2024년의 일</span>", None),
        ('<meta property="article:published_time" content="soon">', "", None),
    ],
)
def test_the_published_time_is_found(head, body, published):
    read = extract(bare(head, f"{body}<article>{paragraphs()}</article>"), url=URL)

    assert read.published == published


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<link rel="canonical" href="/news/1">', "https://n.example/news/1"),
        ('<link rel="canonical" href="https://www.n.example/news/1">', "https://www.n.example/news/1"),
        ('<link rel="canonical" href="https://evil.example/1">', URL),
        ('<link rel="canonical" href="javascript:x">', URL),
        ('<meta property="og:url" content="https://m.n.example/1">', "https://m.n.example/1"),
        ("", URL),
    ],
)
def test_a_page_names_its_address_on_its_own_host_only(head, url):
    assert extract(bare(head), url=URL).url == url


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>제목 - 예시일보</title><meta property='og:site_name' content='예시일보'>", "제목"),
        ("<title>삼성 - 현대</title>", "삼성 - 현대"),
        ("<meta name='twitter:title' content='트윗 &amp; 제목'>", "트윗 & 제목"),
        ("", None),
    ],
)
def test_a_title_is_told_without_the_name_of_the_site(head, title):
    assert extract(bare(head), url=URL).title == title


def test_a_byline_names_the_author_when_nothing_else_does():
    assert extract(bare(), url=URL).author == "이서준"
    assert extract(bare('<meta name="author" content="https://n.example/x">'), url=URL).author == "이서준"
    assert extract(bare('<meta name="author" content="박지우">'), url=URL).author == "박지우"
    assert extract(bare(body="<p>글</p>"), url=URL).author is None


@pytest.mark.parametrize(
    "linked",
    [
        "{",
        "[" * 100_000,
        '{"@type": "NewsArticle", "author": {"name": ["x"]}, "image": []}',
        '"x"',
        "9" * 10_000,
        "x" * 600_000,
    ],
)
def test_broken_json_ld_is_passed_over(linked):
    read = extract(bare(f'<title>제목</title><script type="application/ld+json">{linked}</script>'), url=URL)

    assert read.title == "제목"
    assert read.text


def test_a_page_that_keeps_its_text_in_json_ld_only_is_read_from_there():
    linked = {"@type": "NewsArticle", "articleBody": "<p>" + "</p><p>".join(PARAGRAPHS) + "</p>"}
    body = bare(f'<script type="application/ld+json">{json.dumps(linked)}</script>', '<div id="app"></div>')

    assert (extract(body, url=URL).text or "").split("\n") == list(PARAGRAPHS)


def test_a_page_without_an_article_has_no_text():
    read = extract(page(links() + links(tag="div")).encode(), url=URL)

    assert read.text is None
    assert page_json(read)["text"] is None


def test_the_printed_form_has_exactly_the_keys_of_the_contract():
    printed = page_json(extract(LAYOUTS["semantic"]().encode(), url=URL))

    assert list(printed) == ["url", "title", "text", "published", "modified", "site", "image", "language", "author"]
    assert printed["published"] == "2024-03-21T09:12:00+09:00"
    assert printed["modified"] is None
    json.dumps(printed)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "page.empty"),
        (b" \x00\n", "page.empty"),
        (b"just words", "page.not_a_page"),
        (b'{"a": 1}', "page.not_a_page"),
        (b"%PDF-1.7 \x00\x01", "page.not_a_page"),
        (b"<p>" + b"x" * (3 * 1024 * 1024), "page.too_large"),
    ],
)
def test_what_is_no_page_is_told_in_one_sentence(body, key):
    with pytest.raises((UserMistake, GiveUp)) as caught:
        extract(body)

    assert caught.value.key == key
    assert say(key, "ko", **caught.value.values)


@pytest.mark.parametrize(
    "bait",
    [
        "<div>" * 100_000,
        "<" * 300_000,
        "<!--" * 100_000,
        "<p>x</p>" * 20_000,
        "<table><tr><td>" * 20_000,
        f'<p title="{"x" * 2_000_000}">글</p>',
        "<a href=x>글자가 여덟 넘는 고리</a>" * 5_000,
        "<h1>제목입니다 제목</h1>" * 5_000,
        "&#0;&#xD800;\x01" * 50_000,
        "<p " + " ".join(f"a{n}=1" for n in range(2000)) + ">글",
    ],
)  # fmt: skip
def test_a_hostile_page_is_read_or_refused_but_ends(bait):
    with contextlib.suppress(SosikError):
        assert "<script" not in (extract(f"<html><body>{bait}</body></html>".encode(), url=URL).text or "")


def a_page(number, *, extra="", title=None):
    body = "".join(f"<p>{text} 이것은 {number}번 글입니다.</p>" for text in PARAGRAPHS)
    html = f"<html><head><title>{title or f'제목 {number}'}</title></head><body><article>{body}{extra}</article></body></html>"
    return extract(html.encode(), url=f"https://n.example/{number}")


NOTICE = "구름은행과 함께하는 예시일보 독자 행사가 다음 달까지 이어집니다. 많은 참여를 바랍니다."


def test_what_stands_on_three_other_pages_of_a_host_is_furniture():
    memory = Memory()
    for number in range(3):
        read = a_page(number, extra=f"<p>{NOTICE}</p>")
        assert NOTICE in (without_furniture(read, memory).text or "")
        memory = remember(memory, read)

    kept = without_furniture(a_page(9, extra=f"<p>{NOTICE}</p>"), memory)

    assert NOTICE not in (kept.text or "")
    assert len((kept.text or "").split("\n")) == len(PARAGRAPHS)


def test_one_article_under_many_addresses_does_not_make_its_own_text_furniture():
    memory = Memory()
    for number in range(5):
        memory = remember(memory, a_page(7, title="같은 제목") if number else a_page(7, title="[속보] 같은 제목"))

    again = a_page(7, title="같은 제목")
    assert without_furniture(again, memory) == again


def test_a_headline_known_from_link_lists_is_furniture_where_it_stands_as_a_paragraph():
    headline = "구름은행, 통장 없는 적금 100만 계좌를 넘겼다고 밝혔다."
    memory = Memory()
    for number in range(3):
        memory = remember(
            memory,
            a_page(
                number, extra=f'<ul><li><a href="/x">{headline}</a></li><li><a href="/y">둘째로 긴 제목</a></li></ul>'
            ),
        )

    assert headline not in (without_furniture(a_page(9, extra=f"<p>{headline}</p>"), memory).text or "")


def test_the_memory_of_a_host_stays_small():
    memory = Memory()
    for number in range(900):
        memory = remember(memory, a_page_with(number))

    assert len(memory.stood_on) == 4000
    assert without_furniture(Page(url="u"), memory).text is None


def a_page_with(number):
    return Page(
        url=f"https://n.example/{number}", title=str(number), text="\n".join(f"{number}-{line}" for line in range(5))
    )


@pytest.mark.parametrize(
    "line",
    [
        "경찰은 프로그램을 무단 복제해 판 일당을 붙잡았다고 21일 밝혔다.",
        "저작권 침해를 둘러싼 소송이 새 국면을 맞았다고 업계는 전했다.",
        "유튜브 구독자가 100만 명을 넘은 회사가 행사를 연다고 밝혔다.",
        "댓글 조작 의혹을 살피는 수사가 이어지고 있다고 검찰이 밝혔다.",
    ],
)
def test_a_sentence_that_talks_like_furniture_stays(line):
    read = extract(
        bare(body=f"<article>{paragraphs(PARAGRAPHS[:3])}<p>{line}</p>{paragraphs(PARAGRAPHS[3:])}</article>"), url=URL
    )

    assert line in (read.text or "").split("\n")


@pytest.mark.parametrize(
    "line",
    [
        "저작권자 ⓒ 구름은행 무단 전재 및 재배포 금지",
        "<저작권자(c) 별빛자동차, 무단 전재-재배포 금지>",
        "구름은행 press@example.kr",
        "▶ 네이버에서 구름은행 채널 구독하기",
        "기사입력 2024.03.21 09:12",
        "댓글 12",
    ],
)
def test_a_line_that_is_furniture_goes(line):
    read = extract(bare(body=f"<article>{paragraphs()}<p>{line}</p></article>"), url=URL)

    assert (read.text or "").split("\n") == list(PARAGRAPHS)


def test_a_name_marked_up_inside_a_sentence_stays():
    marked = PARAGRAPHS[1].replace("이사회", '<span class="keyword"><a href="/k">이사회</a></span>')
    body = f"<article><p>{PARAGRAPHS[0]}</p><p>{marked}</p>{paragraphs(PARAGRAPHS[2:])}</article>"

    assert (extract(bare(body=body), url=URL).text or "").split("\n") == list(PARAGRAPHS)


def test_subheadings_like_the_title_do_not_end_an_article():
    half = len(PARAGRAPHS) // 2
    body = f"<div><h2>{TITLE}</h2></div><div>{paragraphs(PARAGRAPHS[:half])}<h2>주문이 늘어난 까닭은</h2>{paragraphs(PARAGRAPHS[half:])}</div>"

    text = extract(page(body).encode(), url=URL).text or ""

    assert all(paragraph in text for paragraph in PARAGRAPHS)


def test_a_list_without_any_markup_is_taken_out_by_its_heading():
    lines = "<br><br>".join([*PARAGRAPHS, "[경제] 랭킹 뉴스", *RANKING, "예시일보"])

    text = extract(page(f"<div><h1>{TITLE}</h1>{lines}</div>").encode(), url=URL).text or ""

    assert text.split("\n") == list(PARAGRAPHS)


def test_an_article_that_goes_on_after_a_related_box_is_whole():
    box = "<h4>관련기사</h4>" + links()
    body = f"<div><h1>{TITLE}</h1>{paragraphs(PARAGRAPHS[:2])}{box}{paragraphs(PARAGRAPHS[2:])}</div>"

    assert (extract(page(body).encode(), url=URL).text or "").split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("body", [b"<!doctype html>", b"<html></html>", b"<title></title>"])
def test_a_page_with_nothing_on_it_has_no_text(body):
    assert extract(body, url=URL).text is None


def text_of(body, title=TITLE):
    html = page(body) if title else f"<html><head></head><body>{body}</body></html>"
    return (extract(html.encode(), url=URL).text or "").split("\n")


def test_prose_after_a_list_without_markup_belongs_to_the_article():
    lines = "<br><br>".join([*PARAGRAPHS[:2], "많이 본 뉴스", *RANKING, *PARAGRAPHS[2:]])

    assert text_of(f"<div><h1>{TITLE}</h1>{lines}</div>") == list(PARAGRAPHS)


def test_text_behind_something_removed_stays_where_it_was():
    body = f"<div><script>x</script>{PARAGRAPHS[0]}<br><br>{PARAGRAPHS[1]}<br><iframe src=x></iframe>{PARAGRAPHS[2]}<br><br>{PARAGRAPHS[3]}</div>"

    assert "\n".join(text_of(body)).replace("\n", " ") == " ".join(PARAGRAPHS[:4])


def test_a_second_article_goes_even_when_the_page_tells_no_title():
    one = "<div class='view'><h3>{}</h3><span>2024.03.21 09:12</span><div>{}</div></div>"
    body = one.format(TITLE, paragraphs()) + one.format("다른 글의 제목입니다", paragraphs(SECOND))

    assert not set(SECOND) & set(text_of(body, title=""))


def test_a_named_block_that_holds_the_article_is_kept():
    assert text_of(f'<div class="best-news"><h1>{TITLE}</h1>{paragraphs()}</div>') == list(PARAGRAPHS)
    assert text_of(f'<h1>{TITLE}</h1><div class="related" itemprop="articleBody">{paragraphs()}</div>') == list(
        PARAGRAPHS
    )
    assert text_of(f'<h1>{TITLE}</h1><div class="hot">{paragraphs()}</div><div class="hot">{RANKING[0]}</div>') == list(
        PARAGRAPHS
    )


def test_a_heading_in_wrappings_still_heads_its_list():
    block = f"<section><div><div><strong>많이 본 뉴스</strong></div></div>{links(tag='ol')}</section>"

    assert text_of(f"<div><h1>{TITLE}</h1>{paragraphs()}</div>{block}") == list(PARAGRAPHS)


def test_a_furniture_heading_over_the_article_does_not_take_it_along():
    assert text_of(f"<div><h4>주요 뉴스</h4><h1>{TITLE}</h1>{paragraphs()}</div>") == list(PARAGRAPHS)
    assert text_of(f"<div><h4>댓글</h4><div>{paragraphs()}</div></div>") == list(PARAGRAPHS)


def test_a_table_of_figures_is_no_layout():
    table = "<table><tr><th>해</th><th>대수</th></tr><tr><td>2023</td><td>1000</td></tr></table>"

    assert set(PARAGRAPHS) <= set(text_of(f"<article><h1>{TITLE}</h1>{paragraphs()}{table}</article>"))


@pytest.mark.parametrize(
    "second",
    [
        f'<h1><a href="/2">{SECOND_TITLE}</a></h1>',
        f"<h1>{TITLE}</h1>",
        "<h1>짧다</h1>",
        "<h1>구독을 권하는 긴 제목</h1><p>끝.</p>",
    ],
)
def test_a_heading_that_begins_no_second_article_cuts_nothing(second):
    assert set(PARAGRAPHS) <= set(
        text_of(f"<div><h1>{TITLE}</h1></div><div>{paragraphs(PARAGRAPHS)}</div><div>{second}</div>")
    )


def test_a_hidden_page_is_read_all_the_same():
    body = f'<html style="display:none"><body><article><h1>{TITLE}</h1>{paragraphs()}</article></body></html>'

    assert (extract(body.encode(), url=URL).text or "").split("\n") == list(PARAGRAPHS)
