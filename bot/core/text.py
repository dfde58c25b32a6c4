"""Text as people read it, addresses as articles are told apart by, and the identities of an article."""

import hashlib
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

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
_BLOCKS = (
    "address,article,aside,blockquote,br,dd,div,dl,dt,figcaption,figure,footer,h1,h2,h3,h4,h5,h6,header,hr,li,"
    "main,nav,ol,p,pre,section,table,td,th,tr,ul"
)
_HIDDEN = "script,style,noscript,template,iframe,object,svg,head"
_MARKUP = re.compile(r"<[A-Za-z!/?]|&[#A-Za-z]")


def plain(fragment: str) -> str:
    """The readable text of an HTML fragment on one line: no tags, entities resolved, scripts and styles gone."""
    fragment = fragment[:PLAIN_CHARS]
    if _MARKUP.search(fragment) is None:
        return clean(fragment)
    if "<" not in fragment:
        return clean(html.unescape(fragment))
    tree = LexborHTMLParser(_UNSEEN.sub("", fragment))
    root = tree.body
    if root is None:
        return ""
    for node in root.css(_HIDDEN):
        node.decompose()
    for node in root.css(_BLOCKS):
        node.insert_before(" ")
        node.insert_after(" ")
    return clean(root.text())


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


_MARK = re.compile(r"^\s*[\[【〔<＜(（「『]\s*[^\[\]【】〔〕<>＜＞()（）「」『』]{1,20}\s*[\]】〕>＞)）」』]\s*")
_MARK_AT_END = re.compile(
    r"\s*[\[【〔(（]\s*(?:종합|상보|속보|포토|영상|\d보|종합\s*\d보|update|updated)\s*[\]】〕)）]\s*$"
)
_REPORT = re.compile(r"(?:\(|\[)?(?:종합\s*)?[1-9]보(?:\)|\])?\s*$")
_SUFFIX = re.compile(r"\s+(?:[-–—|<:]|::)\s+[^-–—|<:]{1,30}$")
_NO_LETTER = re.compile(r"[\W_]+")


def title_key(title: str, outlet: str = "") -> str:
    """A title folded for comparing: marks, the outlet's name at the end, punctuation, case and width do not count.

    With `outlet` only that name is taken off the end; without it, nothing is: half a headline may follow a dash.
    """
    text = clean(title)
    if outlet and (suffix := _SUFFIX.search(text)) and _folded(outlet) == _folded(suffix[0]):
        text = text[: suffix.start()]
    for _ in range(3):
        shorter = _REPORT.sub("", _MARK_AT_END.sub("", _MARK.sub("", text)))
        if shorter == text or not _folded(shorter):
            break
        text = shorter
    return _folded(text)


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
