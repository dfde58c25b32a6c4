"""Mending feeds that are almost XML: what Korean newsrooms' servers get wrong, as far as the meaning is certain.

Runs only after the strict parser refused. Every rule is linear in the text; none looks inside CDATA sections.
"""

import html
import re
from html.entities import html5

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND = re.compile(r"&(?:#([0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
# No feed format has an element whose name begins with anything but a letter of ASCII: `<급등>` and `3 < 4` are text.
_LESS = re.compile(r"<(?![A-Za-z_/!?])|</(?![A-Za-z_])|<!(?!--|\[CDATA\[|DOCTYPE|doctype)")
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.\-]*:)?(?:rss|feed|RDF|rdf|channel|urlset)\b[^<>]*>")
_PREFIX_USED = re.compile(r"<([A-Za-z_][\w.\-]{0,40}):[A-Za-z_]")
_KNOWN_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


def mend(text: str) -> str:
    """`text` with loose ampersands, HTML entities, stray `<`, controls and undeclared prefixes put right."""
    parts = []
    at = 0
    while True:
        start = text.find("<![CDATA[", at)
        end = text.find("]]>", start) if start >= 0 else -1
        if end < 0:
            parts.append(_mend_markup(text[at:]))
            break
        parts.append(_mend_markup(text[at:start]))
        parts.append(_CONTROLS.sub("", text[start : end + 3]))
        at = end + 3
    return _declare_prefixes("".join(parts))


def _mend_markup(text: str) -> str:
    return _LESS.sub(lambda less: "&lt;" + less[0][1:], _AMPERSAND.sub(_mend_reference, _CONTROLS.sub("", text)))


def _mend_reference(found: re.Match[str]) -> str:
    number, name = found[1], found[2]
    if name in _XML_NAMES:
        return found[0]
    if name:
        value = html5.get(name + ";")
        return _escaped(value) if value else f"&amp;{name};"
    if number:
        return _escaped(_CONTROLS.sub("", html.unescape(found[0]).replace("\ufffd", "")))
    return "&amp;"


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)


def _declare_prefixes(text: str) -> str:
    root = _ROOT.search(text)
    if root is None:
        return text
    used = {found[1] for found in _PREFIX_USED.finditer(text)} - {"xml"}
    missing = sorted(prefix for prefix in used if f"xmlns:{prefix}=" not in root[0].replace(" =", "="))[:50]
    if not missing:
        return text
    declared = "".join(f' xmlns:{name}="{_KNOWN_PREFIXES.get(name, "urn:unknown:" + name)}"' for name in missing)
    at = root.end() - (2 if root[0].endswith("/>") else 1)
    return text[:at] + declared + text[at:]


_CLOSINGS = {"item": "</item>", "entry": "</entry>", "url": "</url>"}


def mend_end(text: str) -> str | None:
    """A feed whose transfer broke off: its whole entries, with the end tags put back. None when it did not break off.

    The last entry is left out when it is not whole: half a title would alert now and again tomorrow.
    """
    root = _ROOT.search(text)
    if root is None:
        return None
    name = root[0][1:].split(">")[0].split()[0]
    if f"</{name}>" in text[-2000:]:
        return None
    ends = max((text.rfind(closing) + len(closing) for closing in _CLOSINGS.values() if closing in text), default=0)
    if not ends:
        return None
    inner = "" if name.lower().endswith(("feed", "channel", "urlset")) else _open_channel(text[:ends])
    return f"{text[:ends]}{inner}</{name}>"


def _open_channel(text: str) -> str:
    opened, closed = text.rfind("<channel"), text.rfind("</channel>")
    return "</channel>" if opened > closed else ""


_ENTRY_START = re.compile(r"<(?:[A-Za-z_][\w.\-]*:)?(?:item|entry)[\s>]", re.IGNORECASE)


def entries_begun(text: str) -> int:
    """How many entries begin in the text, whether or not they can be read."""
    return sum(1 for _ in _ENTRY_START.finditer(text))


MAX_DEPTH = 200  # libxml2 stops at 256; no feed is deeper than the HTML in it
_ANY_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)(?:>|(?=<)|$)")


def too_deep(text: str) -> bool:
    """Are elements nested more deeply than in any feed? feedparser's time grows with the square of the depth.

    Tags of HTML that nobody closes (`<br>`, `<p>`, `<img>`) do not count, nor does what stands in CDATA.
    """
    depth = 0
    for found in _ANY_TAG.finditer(_CDATA.sub("", text)):
        if found[1]:
            depth = max(0, depth - 1)
        elif not found[2] and not _NEVER_CLOSED.match(found[0]):
            depth += 1
            if depth > MAX_DEPTH:
                return True
    return False


_CDATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_NEVER_CLOSED = re.compile(
    r"<(?:br|p|img|hr|li|link|meta|input|td|tr|th|dd|dt|wbr|source|embed|area|col)\b", re.IGNORECASE
)


def cut_after(text: str, count: int, *, max_chars: int) -> str:
    """The text up to the start of entry `count` + 1, and never more than `max_chars`."""
    for number, found in enumerate(_ENTRY_START.finditer(text)):
        if number == count:
            return text[: min(found.start(), max_chars)]
    return text[:max_chars]
