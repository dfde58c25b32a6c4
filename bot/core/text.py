"""Text as people read it, addresses as articles are told apart by, and the identities of an article."""

import hashlib
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus, urlsplit, urlunsplit

PLAIN_CHARS = 400_000  # of an HTML fragment; what follows is not read (no honest summary is longer)
TITLE_CHARS = 1_000  # a longer title is cut: no card can show it
URL_CHARS = 4_000  # a longer address is no address (browsers and servers stop near 8,000 bytes)

# Removed: controls, zero-width and directional signs, lone surrogates, interlinear marks, the BOM, tag characters.
# Kept: ZWJ and variation selectors, which make one sign of several (emoji, hanja variants).
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_INLINE_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n\s*")


def clean(text: str) -> str:
    """One line: NFC, without unseen signs, every run of white space one blank."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", text)).split())


def clean_paragraphs(text: str) -> str:
    """Like `clean`, but every paragraph stays a line of its own; empty lines go."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    whole = unicodedata.normalize("NFC", _UNSEEN.sub("", lines))
    return _LINES.sub("\n", _INLINE_BLANKS.sub(" ", whole)).replace(" \n", "\n").strip()


# Elements that stand on lines of their own, so words on both sides are two words; all others have no width.
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "figcaption", "figure",
     "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "img", "li", "main", "nav", "ol",
     "p", "pre", "section", "table", "tbody", "td", "th", "tr", "ul"}
)  # fmt: skip
# Not a tree: a tree builder takes a second for 100 kB of nested `<div>`. Every alternative runs to its end or to the
# end of the text, and possessively, so that the whole is linear.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|noscript|template|iframe|object|svg|head)\b.*?(?:</\1\s*>|\Z)"
    r"""|</?([A-Za-z][A-Za-z0-9]*)(?:[^<>"']|"[^"]*"|'[^']*')*+>"""
    r"|</?([A-Za-z][A-Za-z0-9]*)[^<>]*+(?:>|\Z)"
    r"|<[!?/][^>]*+(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)


def plain(fragment: str) -> str:
    """The readable text of an HTML fragment on one line: no tags, entities resolved, scripts and styles gone."""
    fragment = fragment[:PLAIN_CHARS]
    if "<" in fragment:
        fragment = _MARKUP.sub(_width, fragment)
    return clean(html.unescape(fragment) if "&" in fragment else fragment)


def _width(markup: re.Match[str]) -> str:
    name = markup[2] or markup[3]
    return " " if name and name.lower() in _BLOCKS else ""


_TITLE_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|rp|rt"
    r"|ruby|s|small|span|strike|strong|sub|sup|table|td|tr|tt|u|ul|var)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def plain_title(text: str) -> str:
    """The plain text of a title that may or may not be HTML (RSS does not say).

    Only tags that HTML has are taken out, so `a<b` and `<급등>` stay.
    """
    if "<" in text:
        text = _TITLE_TAG.sub("", text[:PLAIN_CHARS])
    if "&" in text:
        text = html.unescape(text)
    return clean(text[: TITLE_CHARS * 4])[:TITLE_CHARS].strip()


# Parameters that say where a reader came from, never which article it is. Only such names: Korean outlets carry the
# article's id in the query (`?idxno=123`, `?newsid=1&aid=2`), so an unknown parameter always counts.
_TRACKING = re.compile(
    r"utm_.*|ga_.*|mc_(?:cid|eid)|mkt_tok|pk_(?:campaign|kwd|source)|fb_(?:action_ids|action_types|source|ref)"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|igsh|_ga|_gl|_hs(?:enc|mi)|ncid|cmpid|at_xt"
    r"|n_media|n_query|n_rank|n_ad_group|n_ad|n_keyword(?:_id)?|napm|nclick|__twitter_impression",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """The address by which an article is recognised; empty when it is no http address.

    Scheme and host in lower case, `http` as `https`, no default port, no fragment, no tracking parameters; a slash at
    the end of a path does not count. The other parameters keep their order: sorting would merge nothing that real
    feeds tell apart, and a repeated parameter may mean its order. `www.` stays: it is another host.
    A fragment that is a route (`#!/news/1`) stays, since the article is named there.
    """
    parts = _split(url)
    if parts is None:
        return ""
    scheme, host, path, query, fragment = parts
    kept = [piece for piece in query.split("&") if piece and not _TRACKING.fullmatch(unquote_plus(piece.split("=")[0]))]
    route = fragment if fragment.startswith(("!", "/")) else ""
    return urlunsplit(("https" if scheme == "http" else scheme, host, path.rstrip("/"), "&".join(kept), route))


def host_of(url: str) -> str:
    """The host of an http address in lower case, with its port when it is no default one; else empty."""
    parts = _split(url)
    return parts[1] if parts else ""


def _split(url: str) -> tuple[str, str, str, str, str] | None:
    if len(url) > URL_CHARS:
        return None
    try:
        parts = urlsplit(clean(url))
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    named = host if port in {None, _DEFAULT_PORTS[scheme]} else f"{host}:{port}"
    return scheme, named.rstrip("."), parts.path, parts.query, parts.fragment


# What Korean newsrooms put before or behind a headline, and the tag it means. Only these: `[삼성전자]` before a
# headline is part of it.
MARKS = {
    "단독": "단독", "exclusive": "단독",
    "속보": "속보", "긴급": "속보", "1보": "속보", "breaking": "속보",
    "포토": "포토", "사진": "포토", "화보": "포토", "포토뉴스": "포토", "photo": "포토",
    "영상": "영상", "동영상": "영상", "video": "영상",
    "인사": "인사", "부고": "부고", "부음": "부고",
    "광고": "광고", "기획광고": "광고", "애드버토리얼": "광고", "협찬": "광고", "ad": "광고", "sponsored": "광고",
    "종합": "종합", "상보": "종합", "2보": "종합", "3보": "종합", "4보": "종합", "5보": "종합",
    "종합2보": "종합", "종합3보": "종합", "종합4보": "종합", "종합5보": "종합", "update": "종합", "updated": "종합",
    "인터뷰": "인터뷰", "르포": "르포", "그래픽": "그래픽",
    "사설": "사설", "칼럼": "칼럼", "기고": "칼럼", "오피니언": "칼럼",
}  # fmt: skip
_OPENING, _CLOSING = "[【〔<＜(（「『", "]】〕>＞)）」』"
_BRACKETED = rf"[\{_OPENING}]\s*([^\{_OPENING}\{_CLOSING}]{{1,12}}?)\s*[\{_CLOSING}]"
_MARK = re.compile(rf"\s*{_BRACKETED}\s*")
_MARK_AT_END = re.compile(rf"\s*{_BRACKETED}\s*$")
_REPORT = re.compile(r"\s(?:종합\s*)?[1-9]보$")


def split_marks(title: str) -> tuple[str, tuple[str, ...]]:
    """A headline without its marks, and the marks' tags in their order."""
    text = clean(title)
    tags: list[str] = []
    for _ in range(6):
        for form in (_MARK.match, _MARK_AT_END.search):
            found = form(text)
            tag = MARKS.get("".join(found[1].split()).casefold()) if found else None
            rest = (text[: found.start()] + text[found.end() :]).strip() if found else ""
            if tag and rest:
                tags.append(tag)
                text = rest
    if found := _REPORT.search(text):
        tags.append("종합")
        text = text[: found.start()]
    return text, tuple(dict.fromkeys(tags))


_SUFFIX = re.compile(r"\s+(?:[-–—|<:]|::)\s+[^-–—|<:]{1,30}$")
_NO_LETTER = re.compile(r"[\W_]+")


def title_key(title: str, outlet: str = "") -> str:
    """A title folded for comparing: marks, the outlet's name at the end, punctuation, case and width do not count.

    With `outlet` only that name is taken off the end; without it, nothing is: half a headline may follow a dash.
    """
    text = clean(title)
    if outlet and (suffix := _SUFFIX.search(text)) and _folded(outlet) == _folded(suffix[0]):
        text = text[: suffix.start()]
    return _folded(split_marks(text)[0])


def _folded(text: str) -> str:
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


SUMMARY_START_CHARS = 80  # of the folded summary: enough to tell two columns of one title apart


@dataclass(frozen=True, slots=True)
class Named:
    """What identifies one entry of a reading.

    Attributes:
        scope: the host of the source: a guid means something there only.
        summary: plain text.
    """

    scope: str
    title: str
    guid: str = ""
    url: str = ""
    outlet: str = ""
    summary: str = ""


def identity_keys(entry: Named) -> tuple[bytes, ...]:
    """The hashed identities of one entry taken alone; see `identities` for those of a whole reading."""
    keys = []
    if entry.guid and entry.scope:
        keys.append(_hashed("guid", entry.scope, entry.guid))
    if address := _identifying_url(entry.url):
        keys.append(_hashed("url", address))
    told = title_key(entry.title, entry.outlet)
    lead = _folded(entry.summary[: SUMMARY_START_CHARS * 4])[:SUMMARY_START_CHARS]
    if told and lead and lead != told:
        keys.append(_hashed("title", _folded(entry.outlet or host_of(entry.url) or entry.scope), told, lead))
    return tuple(keys)


def identities(entries: Sequence[Named]) -> tuple[tuple[bytes, ...], ...]:
    """The identities of all entries of one reading, in their order.

    A guid or address that several entries with different titles carry tells nothing: it is no identity here
    (a feed whose every item links to the home page, or whose guids are all `0`).
    """
    guids = _ambiguous((entry.guid, title_key(entry.title)) for entry in entries)
    urls = _ambiguous((_identifying_url(entry.url), title_key(entry.title)) for entry in entries)
    return tuple(
        identity_keys(
            Named(
                scope=entry.scope,
                title=entry.title,
                guid="" if entry.guid in guids else entry.guid,
                url="" if _identifying_url(entry.url) in urls else entry.url,
                outlet=entry.outlet or host_of(entry.url),
                summary=entry.summary,
            )
        )
        for entry in entries
    )


def _ambiguous(pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    titles = Counter(name for name, _ in set(pairs))
    return frozenset(name for name, count in titles.items() if count > 1)


def _identifying_url(url: str) -> str:
    """The canonical address, or nothing when it is a home page: that names no article."""
    address = canonical_url(url)
    parts = urlsplit(address)
    return address if parts.path.strip("/") or parts.query or parts.fragment else ""


def _hashed(*parts: str) -> bytes:
    whole = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).digest()
