"""Korean article pages of many makes, built from the same sentences: what must be found and what must not."""

from collections.abc import Callable

TITLE = "한빛로보틱스, 대전에 물류 로봇 공장 짓는다"
PARAGRAPHS = (
    "[예시일보=이서준 기자] 물류 로봇을 만드는 한빛로보틱스가 대전 유성구에 두 번째 공장을 짓는다. 회사는 내년 여름까지 시험 가동을 마칠 계획이다.",
    "한빛로보틱스는 21일 이사회를 열고 420억 원 규모의 시설 투자를 의결했다고 밝혔다. 공장이 들어서면 한 해에 로봇 3000대를 더 만들 수 있다.",
    "이번 투자는 주문이 크게 늘었기 때문이다. 지난해 이 회사의 수주 잔고는 한 해 전보다 두 배로 늘었다.",
    "회사 관계자는 “창고 자동화를 서두르는 기업이 많아졌다”며 “부품 조달부터 조립까지 한 곳에서 끝내겠다”고 말했다.",
    "대전시는 진입 도로와 전력 설비를 돕기로 했다. 시는 새 공장이 일자리 250개를 만들 것으로 본다.",
    "업계에서는 경쟁이 더 치열해질 것으로 내다본다. 해외 업체들도 국내에 조립 시설을 두는 방안을 살피고 있다.",
)
RANKING = (
    "구름은행, 통장 없는 적금 100만 계좌 넘었다",
    "별빛자동차, 전기 버스 내년 봄 첫선",
    "초록마트 새벽 배송 지역 넓힌다…이달부터 부산",
    "바다건설, 3000가구 재개발 따냈다",
    "“집에서 끓이는 라면이 최고” 설문 결과",
)
COMMENTS = (
    "공장이 생기면 구름은행 대출도 늘겠네요. 우리 동네에도 좋은 소식이 들리면 좋겠습니다.",
    "별빛자동차 주가는 왜 안 오르나요? 로봇 이야기만 나오면 다들 들떠 있는 것 같아요.",
    "기사 잘 읽었습니다. 앞으로도 이런 소식을 많이 전해 주세요.",
)
SECOND_TITLE = "구름은행, 새 앱 내놓는다…화면 글씨 키웠다"
SECOND = (
    "구름은행이 글씨를 키운 새 앱을 다음 달에 내놓는다. 은행은 어르신 고객의 의견을 두 해 동안 모았다고 설명했다.",
    "새 앱은 첫 화면의 단추를 네 개로 줄였다. 별빛자동차와 손잡고 자동차 보험 비교도 넣었다.",
    "은행 관계자는 “쓰기 쉬운 앱이 가장 좋은 앱”이라며 “매달 고쳐 나가겠다”고 말했다.",
)
FORBIDDEN = ("구름은행", "별빛자동차", "초록마트", "바다건설", "어르신", "들떠", "잘 읽었습니다")


def links(titles: tuple[str, ...] = RANKING, *, tag: str = "ul") -> str:
    if tag == "p":
        return "".join(f'<p><a href="/n/{i}">{title}</a></p>' for i, title in enumerate(titles))
    if tag == "div":
        return "".join(
            f'<div class="x{i}"><a href="/n/{i}">{title}</a><span>경제</span></div>' for i, title in enumerate(titles)
        )
    if tag == "ol":
        return (
            "<ol>"
            + "".join(f"<li onclick='go({i})'><em>{i}</em> {title}</li>" for i, title in enumerate(titles))
            + "</ol>"
        )
    if tag == "table":
        return (
            "<table>"
            + "".join(f'<tr><td>{i}</td><td><a href="/n/{i}">{title}</a></td></tr>' for i, title in enumerate(titles))
            + "</table>"
        )
    return "<ul>" + "".join(f'<li><a href="/n/{i}">{title}</a></li>' for i, title in enumerate(titles)) + "</ul>"


def paragraphs(texts: tuple[str, ...] = PARAGRAPHS) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(body: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="ko"><head><meta charset="utf-8"><title>{TITLE} - 예시일보</title>'
        f'<meta property="og:title" content="{TITLE}"><meta property="og:site_name" content="예시일보">{head}</head>'
        f'<body><div id="skip"><a href="#m">본문 바로가기</a></div><div class="gnb"><a href="/1">정치</a><a href="/2">경제</a>'
        f'<a href="/3">사회</a></div>{body}<div class="footer">예시일보 대표 김하늘 서울시 어느구 | 저작권자 ⓒ 예시일보 무단 전재 금지</div></body></html>'
    )


def semantic() -> str:
    return page(
        f'<main><article><header><h1>{TITLE}</h1><time datetime="2024-03-21T09:12:00+09:00">2024.03.21</time></header>'
        f"{paragraphs()}</article><aside><h3>많이 본 뉴스</h3>{links()}</aside></main><footer>{links()}</footer>"
    )


def div_soup() -> str:
    return page(
        f'<div class="wrap"><div class="tit">{TITLE}</div><div class="cont">{"".join(f"<div>{text}</div>" for text in PARAGRAPHS)}</div>'
        f'<div class="b1"><div class="h">[경제] 랭킹 뉴스</div>{links()}</div>'
        f'<div class="b2"><div class="h">당신을 위한 인기글</div>{links(tag="div")}</div></div>'
    )


def line_breaks() -> str:
    return page(
        f'<div id="wrap"><h2>{TITLE}</h2><div id="body">{"<br><br>".join(PARAGRAPHS)}</div>'
        f'<div class="z"><strong>지금 뜨는 뉴스</strong>{links(tag="ol")}</div></div>'
    )


def links_before() -> str:
    return page(f"<div>{links(tag='p')}</div><div><h1>{TITLE}</h1>{paragraphs()}</div><div>{links(tag='p')}</div>")


def comments_below() -> str:
    written = "".join(
        f'<li class="u_cbox_comment"><span>user{i}</span><p>{text}</p></li>' for i, text in enumerate(COMMENTS * 4)
    )
    return page(
        f'<div class="news"><h1>{TITLE}</h1>{paragraphs()}</div><div class="u_cbox"><h4>댓글 12</h4><ul>{written}</ul></div>'
    )


def comments_without_a_name() -> str:
    written = "".join(f"<div><b>user{i}</b><div>{text}</div></div>" for i, text in enumerate(COMMENTS))
    return page(
        f'<div class="c1"><h1>{TITLE}</h1><div class="c2">{paragraphs()}</div></div><div class="c3"><h3>전체 댓글 3개</h3>{written}</div>'
    )


def second_below_as_article() -> str:
    return page(
        f"<main><article><h1>{TITLE}</h1><p>2024.03.21 09:12 이서준 기자</p>{paragraphs()}</article>"
        f"<article><h1>{SECOND_TITLE}</h1><p>2024.03.21 08:00 박지우 기자</p>{paragraphs(SECOND)}</article></main>"
    )


def second_below_in_divs() -> str:
    one = '<div class="news_view"><h2 class="tit">{}</h2><div class="date">2024.03.21 09:12</div><div class="txt">{}</div></div>'
    return page(
        '<div class="list">' + one.format(TITLE, paragraphs()) + one.format(SECOND_TITLE, paragraphs(SECOND)) + "</div>"
    )


def second_below_with_rankings() -> str:
    return page(
        f'<section id="a1"><h1>{TITLE}</h1>{paragraphs()}<h4>관련기사</h4>{links()}</section>'
        f'<section id="a2"><h1>{SECOND_TITLE}</h1>{paragraphs(SECOND)}<h4>인기 뉴스</h4>{links(tag="table")}</section>'
    )


def old_table() -> str:
    return page(
        f'<table width="900"><tr><td><b>{TITLE}</b></td></tr><tr><td>{"<br/>".join(PARAGRAPHS)}</td>'
        f'<td width="200"><b>많이 본 기사</b>{links(tag="table")}</td></tr></table>'
    )


def related_inside() -> str:
    half = len(PARAGRAPHS) // 2
    box = f'<div class="related_news"><strong>관련기사</strong>{links(RANKING[:2])}</div><p><a href="/n/9">▶ {RANKING[2]}</a></p>'
    return page(
        f'<div id="articleBody"><h1>{TITLE}</h1>{paragraphs(PARAGRAPHS[:half])}{box}{paragraphs(PARAGRAPHS[half:])}</div>'
    )


def teasers() -> str:
    cards = "".join(
        f'<div class="card"><a href="/n/{i}"><strong>{title}</strong><p>{title} 소식을 담은 짧은 소개 글이 이 자리에 이어진다고 합니다.</p></a></div>'
        for i, title in enumerate(RANKING)
    )
    return page(
        f'<div class="view"><h1>{TITLE}</h1>{paragraphs()}</div><div class="x"><h3>함께 보면 좋은 뉴스</h3>{cards}</div>'
    )


def portal() -> str:
    """The make of the seed page: headings over lists, many of them, some twice, a comment count, share words."""
    blocks = "".join(
        f"<section><h3>[경제] {name}</h3>{links(tag=tag)}</section>"
        for name, tag in (("랭킹 뉴스", "ul"), ("공감 뉴스", "ul"), ("인기 뉴스", "div"), ("추천 뉴스", "ol"))
    )
    return page(
        f'<div class="top"><h2>{TITLE}</h2><span>예시일보 조회수</span></div><div class="body">{paragraphs()}</div><p>예시일보<br>content@press.example</p>'
        f"<div>댓글0</div><div>300</div>{blocks}<div>공유하기</div>"
    )


LAYOUTS: dict[str, Callable[[], str]] = {
    made.__name__: made
    for made in (
        semantic, div_soup, line_breaks, links_before, comments_below, comments_without_a_name, second_below_as_article,
        second_below_in_divs, second_below_with_rankings, old_table, related_inside, teasers, portal,
    )
}  # fmt: skip
