"""An article page to its text and what it says of itself; furniture never.

Three nets: our own pruning by structure (`prune.py`), trafilatura with `favor_precision` (never with `fast`: the two
together lose every paragraph of some pages, facts/ingestion.md §6.1), and a memory of what a host repeats on page after
page (`furniture.py`).
"""

import re
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree
from lxml import html as lxml_html

from bot.core.errors import GiveUp, UserMistake
from bot.core.text import clean_paragraphs, plain, title_key
from bot.sources.charset import decode
from bot.sources.exchange import PAGE_BYTES
from bot.sources.markup import unreasonable
from bot.sources.metadata import Metadata, read_metadata
from bot.sources.prune import cut_long, heads_furniture, prune

TEXT_CHARS = 200_000  # of an article; books are not news
SHORT_CHARS = 60  # shorter than a news flash: perhaps the pruning was wrong


@dataclass(frozen=True, slots=True)
class Page:
    """One article page; absent is None.

    Attributes:
        url: the page's own name for its address, on the same host; else the given one.
        text: paragraphs separated by a line feed; None when there is no article on the page.
        link_texts: of the link lists around the article: `furniture.py` remembers them.
    """

    url: str
    title: str | None = None
    text: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    site: str | None = None
    image: str | None = None
    language: str | None = None
    author: str | None = None
    link_texts: tuple[str, ...] = field(default=(), repr=False)


def extract(body: bytes, *, url: str = "", charset: str | None = None, zone: str = "Asia/Seoul") -> Page:
    """The article on a page.

    Raises:
        UserMistake: this is no HTML page, or an empty one.
        GiveUp: it is too large, or cannot be read.
    """
    if len(body) > PAGE_BYTES:
        raise GiveUp("page.too_large", megabytes=PAGE_BYTES // 1024 // 1024)
    text = decode(body, charset)[0].replace("\x00", "")
    if not text.strip():
        raise UserMistake("page.empty")
    if not _LOOKS_LIKE_HTML.search(text[:200_000]):
        raise UserMistake("page.not_a_page")
    if unreasonable(text):
        raise GiveUp("page.too_deep")
    told = read_metadata(text, url=url, zone=zone)
    article, links = _article(text, told)
    return Page(
        url=told.url,
        title=told.title,
        text=article or None,
        published=told.published,
        modified=told.modified,
        site=told.site,
        image=told.image,
        language=told.language,
        author=told.author,
        link_texts=links,
    )


_LOOKS_LIKE_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|p|article|table|meta|title|span|h[1-6])\b", re.IGNORECASE
)


def _article(text: str, told: Metadata) -> tuple[str, tuple[str, ...]]:
    tree = _tree(text)
    if tree is None:
        return "", ()
    cut_long(tree)
    links: tuple[str, ...] = ()
    try:
        pruned = deepcopy(tree)
        links = prune(pruned, told.title or "")
        found = _tidied(_main_text(pruned), told)
        if len(found) < SHORT_CHARS and not links:
            whole = _tidied(_main_text(tree), told)
            found = whole if len(whole) > 2 * len(found) else found
    except RecursionError as error:
        raise GiveUp("page.too_deep") from error
    if len(found) < SHORT_CHARS and told.body:
        lines = re.split(r"\n|<br\s*/?>|</p>", told.body[:TEXT_CHARS])
        found = _tidied("\n".join(map(plain, lines)), told) or found
    return found[:TEXT_CHARS], links


def _tree(text: str) -> etree._Element | None:
    parser = lxml_html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _main_text(tree: etree._Element) -> str:
    import trafilatura  # noqa: PLC0415 -- 0.5 s and 60 MB: only where pages are read

    found = trafilatura.extract(
        tree,
        favor_precision=True,
        include_comments=False,
        include_tables=True,
        include_images=False,
        include_links=False,
        deduplicate=False,
        output_format="txt",
    )
    return found or ""


# Lines that stand in the text of many articles and are not of it: whole lines, never words in between.
_NOT_TEXT = re.compile(
    r"(?:[▶☞►◆■□○●△※▷→\-*·\s]*(?:관련\s?기사|관련\s?뉴스|바로가기|기사제보|제보하기|구독하기|구독신청|공유하기|"
    r"인쇄하기|스크랩|글자\s?크기|"
    r"좋아요|댓글|추천\s?뉴스|네이버에서|카카오톡|유튜브|페이스북|트위터|인스타그램)[^.다]{0,60}$)"
    r"|(?:<?\s*(?:저작권자?|copyright|ⓒ|©|\(c\)|무단\s?전재|all rights reserved).{0,160}$)"
    r"|(?:[^.]{0,40}무단\s?(?:전재|복제|배포).{0,80}$)"
    r"|(?:[가-힣 ]{0,12}[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+\s*$)"
    r"|(?:[가-힣\s:：|]{0,15}\d{4}\s?[.\-/년]\s?\d{1,2}\s?[.\-/월]\s?\d{1,2}[.일]?[\d:.\s오전후시분|]{0,20}"
    r"(?:[가-힣]{2,4}\s?(?:기자|특파원))?\s*$)"
    r"|(?:조회수?\s?[\d,]*|댓글\s?\d*|\d+|광고|ad|advertisement|사진|영상|이미지|닫기|더보기|목록|이전|다음|top|맨위로)$",
    re.IGNORECASE,
)


def _tidied(text: str, page: Metadata) -> str:
    """Paragraphs without the lines that are none, without the title over them, none twice."""
    told, site = title_key(page.title or ""), page.site or ""
    lines: list[str] = []
    seen: set[str] = set()
    for raw in clean_paragraphs(text).split("\n"):
        line = raw.removeprefix("- ").strip()
        if not line or line == site or _NOT_TEXT.match(line) or (line in seen and len(line) > 20):
            continue
        if not lines and told and title_key(line) == told:
            continue
        seen.add(line)
        lines.append(line)
    return "\n".join(_without_lists(lines))


def _without_lists(lines: list[str]) -> list[str]:
    """Without headed lists that have no markup of their own, and without the names under an article."""
    kept: list[str] = []
    in_list = False
    for line in lines:
        if heads_furniture(line):
            in_list = True
        elif in_list and len(line) >= SHORT_CHARS and line.endswith(_ENDS):
            in_list = False
        if not in_list:
            kept.append(line)
    while len(kept) > 1 and len(kept[-1]) <= 15 and not kept[-1].endswith(_ENDS):
        kept.pop()
    return kept


_ENDS = (".", "!", "?", "”", '"', "’", "다")


def page_json(page: Page) -> dict[str, object]:
    """What `sosik extract` prints (contract §4)."""
    return {
        "url": page.url or None,
        "title": page.title,
        "text": page.text,
        "published": page.published.isoformat() if page.published else None,
        "modified": page.modified.isoformat() if page.modified else None,
        "site": page.site,
        "image": page.image,
        "language": page.language,
        "author": page.author,
    }
