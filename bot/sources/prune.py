"""Takes furniture out of a page before its article is looked for: what stands around the text, not in it.

Korean portals put rankings, comments, other articles' headlines and often a whole second article below the first. A
name in them would alert a team about an article that does not mention it. Every rule goes by structure first (links,
lists, repeated containers) and by words second, and leaves alone whatever holds most of the page's prose.
"""

import re
from dataclasses import dataclass

from lxml import etree

from bot.core.text import clean, title_key

NODES = 12_000  # of one page; the rest is cut off
HEADING_CHARS = 40
PROSE_CHARS = 100  # of running text make an article out of a block: three sentences

_DROPPED = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "canvas",
        "form",
        "button",
        "select",
        "option",
        "input",
        "textarea",
        "nav",
        "aside",
        "footer",
        "dialog",
        "menu",
        "map",
        "audio",
        "video",
    }
)
_WORDS = re.compile(
    r"(?:^|[\s_\-])(?:rank(?:ing)?s?|popular|most|hot(?:news|issue)?|best|relat(?:ed|ion|e)?|recomm?(?:end)?(?:ed|s)?|"
    r"comments?|repl(?:y|ies)|cmt|cbox|disqus|livere|sns|share|social|banner|ads?|advert\w*|sponsor\w*|promo\w*|"
    r"side(?:bar|_?menu)?|aside|foot(?:er)?|gnb|lnb|nav(?:i|igation)?|menu|breadcrumbs?|copyrights?|newsletter|"
    r"subscri\w+|tags?|keywords?|reporter|journalist|series|timeline|trend(?:ing)?|widget|skip|tool(?:bar|s)?|"
    r"other(?:news|article)?s?|more(?:news)?|next(?:news|article)?|prev(?:news)?|photo_?list|news_?list|headline_?list)"
    r"(?=$|[\s_\-\d])",
    re.IGNORECASE,
)
_COMMENT_WORDS = re.compile(r"(?:^|[\s_\-])(?:comments?|repl(?:y|ies)|cmt|u_cbox|cbox|disqus|livere)", re.IGNORECASE)
_FURNITURE_HEADING = re.compile(
    r"(?:[\[(<【]\s*[^\])>】]{1,12}\s*[\])>】]\s*)?"
    r"(?:(?:실시간|오늘의|주요|이 ?시각|분야별|섹션별?|많이|가장|지금|당신을 위한|함께|최신|최근|이번 ?주|주간|"
    r"이 기사와|이 기자의|기자의|화제의|놓치면|인기|추천|공감|관련|연관|랭킹|베스트|핫|HOT|BEST|에디터|독자|네티즌|"
    r"급상승|맞춤|다른|또 다른|이슈)\s*)+"
    r"(?:(?:뉴스|기사|글|인기글|본|보는|읽은|뜨는|보면|볼만한|좋은|위한|인기|추천|랭킹|이슈|키워드|콘텐츠|포토|영상|"
    r"순위|토픽|헤드라인|기사 ?더보기|더보기|TOP|클릭|PICK|핫|있는|안 될)\s*)*\d*\s*(?:더보기|전체보기)?"
    r"|(?:related|recommended|popular|trending|latest|more)\s+(?:news|articles?|stories|from.{0,30}|on this.{0,20})"
    r"|most\s+(?:read|popular|viewed|shared).{0,20}|you may also like|read (?:more|next)|editor'?s picks?",
    re.IGNORECASE,
)
_COMMENT_HEADING = re.compile(
    r"(?:전체\s*|독자\s*|네티즌\s*|베스트\s*)?(?:댓글|의견|답글|한줄평|100자평)\s*(?:\(?\s*[\d,]+\s*(?:개|건)?\s*\)?|쓰기|보기|목록)?|"
    r"(?:\d+\s+)?(?:comments?|responses|discussion)\s*(?:\(?\d+\)?)?",
    re.IGNORECASE,
)
_HEADINGS = frozenset(
    {"h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "dt", "p", "div", "span", "em", "th", "caption", "legend"}
)
_BYLINE = re.compile(
    r"\d{4}\s?[.\-년/]\s?\d{1,2}\s?[.\-월/]\s?\d{1,2}|[가-힣]{2,4}\s?(?:선임|수석|인턴|객원)?\s?기자\b"
)


def prune(tree: etree._Element, title: str) -> tuple[str, ...]:
    """Take furniture out of the tree, in place; the texts of the links that were taken out with it."""
    _drop_tags(tree)
    removed: list[str] = []
    shape = _Shape(tree)
    _drop_second_article(tree, title, shape)
    _drop_headed(tree, shape, removed)
    _drop_named(tree, shape, removed)
    _drop_link_lists(tree, _Shape(tree), removed)
    _unfold_layout_tables(tree)
    return tuple(dict.fromkeys(text for text in removed if len(text) >= 6))[:300]


def heads_furniture(text: str) -> bool:
    """Is this the heading of a ranking, of other articles, of comments?"""
    known = _FURNITURE_HEADING.fullmatch(text) or _COMMENT_HEADING.fullmatch(text)
    return 2 <= len(text) <= HEADING_CHARS and known is not None


@dataclass(slots=True)
class _Size:
    """What stands below one element.

    Attributes:
        chars: of text; `linked` of them inside links, of which there are `links`.
        prose: characters of running text (sentences) outside links.
        title: it holds an `<h1>`.
    """

    chars: int = 0
    linked: int = 0
    links: int = 0
    prose: int = 0
    title: bool = False

    def take(self, text: str | None) -> None:
        self.chars += len((text or "").strip())
        self.prose += _running(text)


class _Shape:
    """The sizes of all elements of a tree, taken in one pass from the leaves up."""

    def __init__(self, tree: etree._Element) -> None:
        self._sizes: dict[etree._Element, _Size] = {}
        for el in reversed(list(tree.iter())):
            size = _Size()
            size.take(el.text)
            for child in el:
                inner = self._sizes.get(child, _NOTHING)
                size.chars += inner.chars
                size.linked += inner.linked
                size.links += inner.links
                size.prose += inner.prose
                size.title = size.title or inner.title or child.tag == "h1"
                size.take(child.tail)
            if el.tag == "a":
                size.linked, size.links, size.prose = size.chars, 1, 0
            self._sizes[el] = size
        self.prose = max(1, self.of(tree).prose)

    def of(self, el: etree._Element) -> _Size:
        return self._sizes.get(el, _NOTHING)


_NOTHING = _Size()


def _running(text: str | None) -> int:
    """Characters of text that reads on: a label or a headline is shorter than a sentence or lacks its end."""
    if text is None:
        return 0
    text = text.strip()
    return (
        len(text)
        if len(text) >= 30 or (len(text) >= 10 and text.endswith((".", "다", "요", "”", '"', "!", "?")))
        else 0
    )


def cut_long(tree: etree._Element) -> None:
    """Cut off what stands behind the first `NODES` elements."""
    for number, el in enumerate(tree.iter()):
        if number == NODES:
            _drop_from(el)
            return


def _drop_from(el: etree._Element) -> None:
    """Remove an element and everything after it in document order."""
    current: etree._Element | None = el
    first = True
    while current is not None:
        parent = current.getparent()
        if parent is None:
            return
        for later in list(current.itersiblings()):
            parent.remove(later)
        if first:
            _remove(current)
            first = False
        current = parent


def _remove(el: etree._Element) -> None:
    """Remove an element but not the text that follows it."""
    parent = el.getparent()
    if parent is None:
        return
    if el.tail and el.tail.strip():
        before = el.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + " " + el.tail
        else:
            parent.text = (parent.text or "") + " " + el.tail
    parent.remove(el)


def _drop_tags(tree: etree._Element) -> None:
    for el in list(tree.iter()):
        if not isinstance(el.tag, str) or el.tag in _DROPPED or _is_hidden(el) or _is_page_header(el):
            _remove(el)


def _is_page_header(el: etree._Element) -> bool:
    inside = next(el.iterancestors("article", "main"), None) is not None
    return el.tag == "header" and not inside and el.find(".//h1") is None


def _is_hidden(el: etree._Element) -> bool:
    style = (el.get("style") or "").replace(" ", "").lower()
    return (
        "display:none" in style
        or "visibility:hidden" in style
        or el.get("hidden") is not None
        or (el.get("aria-hidden") == "true" and el.tag not in {"div", "section", "article", "main"})
    )


def _text(el: etree._Element) -> str:
    return clean("".join(map(str, el.itertext())))


def _drop_named(tree: etree._Element, shape: _Shape, removed: list[str]) -> None:
    """Blocks whose class or id says what they are."""
    for el in list(tree.iter("div", "section", "ul", "ol", "dl", "table", "p", "span", "article", "h2", "h3", "h4")):
        named = f"{el.get('class') or ''} {el.get('id') or ''}"[:300]
        if len(named) < 3 or not _WORDS.search(named) or _is_gone(el, tree):
            continue
        size = shape.of(el)
        if size.title or el.get("itemprop") == "articleBody":
            continue
        comments = _COMMENT_WORDS.search(named) is not None
        if size.prose * 10 > shape.prose * 4 and not (comments and _no_article_in(el)):
            continue
        _take_out(el, removed)


def _is_gone(el: etree._Element, tree: etree._Element) -> bool:
    return el is not tree and el.getroottree().getroot() is not tree


def _take_out(el: etree._Element, removed: list[str]) -> None:
    removed.extend(text for link in el.iter("a") if (text := _text(link)[:200]))
    _remove(el)


def _no_article_in(el: etree._Element) -> bool:
    return el.find(".//article") is None and el.find(".//*[@itemprop='articleBody']") is None


def _drop_headed(tree: etree._Element, shape: _Shape, removed: list[str]) -> None:
    """Blocks that a heading names: 랭킹 뉴스, 많이 본 기사, 댓글."""
    for el in list(tree.iter(*_HEADINGS)):
        if len(el) > 3 or not 2 <= shape.of(el).chars <= HEADING_CHARS or _is_gone(el, tree):
            continue
        text = _text(el)
        if heads_furniture(text):
            comments = _COMMENT_HEADING.fullmatch(text) is not None
            _drop_below_heading(_outermost(el, shape), shape, removed, comments=comments)


def _outermost(el: etree._Element, shape: _Shape) -> etree._Element:
    """The block that holds nothing but this heading: lists stand beside it, not beside the words in it."""
    parent = el.getparent()
    while parent is not None and parent.tag not in {"body", "html"} and shape.of(parent).chars == shape.of(el).chars:
        el, parent = parent, parent.getparent()
    return el


def _drop_below_heading(heading: etree._Element, shape: _Shape, removed: list[str], *, comments: bool) -> None:
    for later in list(heading.itersiblings()):
        size = shape.of(later)
        if size.title or later.tag in {"article", "main", "h1"}:
            break
        # Is this the article going on? Sentences, and not for the most part links.
        reads_on = size.prose >= 60 and size.linked < size.chars * 0.5
        if not comments and reads_on and later.tag not in {"ul", "ol", "dl", "table"}:
            break
        if comments and size.prose * 10 > shape.prose * 6 and not _COMMENT_WORDS.search(later.get("class") or ""):
            break
        _take_out(later, removed)
    _remove(heading)


def _drop_link_lists(tree: etree._Element, shape: _Shape, removed: list[str]) -> None:
    """Lists of links, whatever they are made of: `<ul>`, `<div>`s, `<p>`s."""
    for el in list(tree.iter("ul", "ol", "dl", "table", "div", "section", "p", "li", "h2", "h3", "h4", "h5")):
        size = shape.of(el)
        if not size.links or size.title or _is_gone(el, tree):
            continue
        many = size.links >= 3 and size.linked >= size.chars * 0.6
        lone = el.tag in _LONE and size.chars >= 8 and size.linked >= size.chars * 0.85
        if many or lone:
            _take_out(el, removed)


_LONE = frozenset({"p", "li", "div", "h2", "h3", "h4", "h5"})


def _unfold_layout_tables(tree: etree._Element) -> None:
    """Tables that only place the text, as pages of the 2000s do: their cells become blocks."""
    for table in list(tree.iter("table")):
        cells = list(table.iter("td"))
        if any(sum(_running(str(text)) for text in cell.itertext()) >= 2 * PROSE_CHARS for cell in cells):
            for el in list(table.iter("table", "tbody", "tr", "td", "th")):
                el.tag = "div"


def _drop_second_article(tree: etree._Element, title: str, shape: _Shape) -> None:
    """Whatever begins with a second article: endless-scrolling pages put the next one below."""
    first = _title_element(tree, title, shape)
    second = _second_heading(tree, first, shape) if first is not None else None
    if first is not None and second is not None:
        _drop_from(_branch(first, second))
    for el in list(tree.iter("article", "div", "section")):
        if not _is_gone(el, tree):
            _drop_twins(el, shape)


def _title_element(tree: etree._Element, title: str, shape: _Shape) -> etree._Element | None:
    wanted = title_key(title)
    if not wanted:
        return None
    for el in tree.iter("h1", "h2", "h3", "h4", "strong", "p", "div", "span"):
        if len(el) <= 3 and len(title) // 2 <= shape.of(el).chars <= 400 and title_key(_text(el)) == wanted:
            return el
    return None


def _second_heading(tree: etree._Element, first: etree._Element, shape: _Shape) -> etree._Element | None:
    """The next heading made like the first one (same tag and class) that is no link and has prose after it."""
    seen = False
    tried = 0
    for el in tree.iter(first.tag):
        if el is first:
            seen = True
        elif seen and el.tag in {"h1", "h2", "h3"} and (el.get("class") or "") == (first.get("class") or ""):
            text = _text(el)
            linked = el.find(".//a") is not None or next(el.iterancestors("a", "li"), None) is not None
            bare_subheading = el.tag != "h1" and not first.get("class") and first.getparent() is el.getparent()
            if len(text) >= 8 and not linked and not bare_subheading and title_key(text) != title_key(_text(first)):
                tried += 1
                if tried > 5:  # what follows has still less text after it
                    return None
                branch = _branch(first, el)
                after = shape.of(branch).prose + sum(shape.of(later).prose for later in branch.itersiblings())
                if after >= PROSE_CHARS:
                    return el
    return None


def _branch(first: etree._Element, second: etree._Element) -> etree._Element:
    """The outermost ancestor of `second` that does not hold `first`."""
    above = {id(el) for el in first.iterancestors()}
    branch = second
    for parent in second.iterancestors():
        if id(parent) in above:
            break
        branch = parent
    return branch


def _drop_twins(el: etree._Element, shape: _Shape) -> None:
    """Later siblings made like this block, when both are whole articles: prose, a heading, a byline of their own."""
    if shape.of(el).prose < PROSE_CHARS or not _is_whole(el):
        return
    for later in list(el.itersiblings(el.tag)):
        alike = (later.get("class") or "") == (el.get("class") or "") and (el.tag == "article" or el.get("class"))
        if alike and shape.of(later).prose >= PROSE_CHARS and _is_whole(later):
            _remove(later)


def _is_whole(el: etree._Element) -> bool:
    headed = any(el.find(f".//{name}") is not None for name in ("h1", "h2", "h3", "h4"))
    return headed and _BYLINE.search(_text(el)) is not None
