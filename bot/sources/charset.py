"""Bytes to text, for feeds and pages of every age of the Korean web (facts/ingestion.md §3).

A wrong charset almost never decodes strictly, so the candidates are tried in turn, each strict: BOM, the HTTP header,
what the document says of itself, UTF-8, CP949. Every name of the EUC-KR family means CP949, its superset, which
Korean servers send under any of these names.
"""

import codecs
import re

_EUC_KR_FAMILY = frozenset(
    {
        "euckr",
        "euckorean",
        "korean",
        "ksc5601",
        "ksc56011987",
        "ksc56011989",
        "ksx1001",
        "isoir149",
        "csksc56011987",
        "csksc56011989",
        "cseuckr",
        "cp949",
        "ms949",
        "windows949",
        "xwindows949",
        "uhc",
        "johab949",
        "949",
        "xcp949",
    }
)
# Names that mean more than they say (WHATWG Encoding Standard, "Names and labels").
_MICROSOFT = {
    "msansi": "cp1252", "dbcs": "cp1252", "msee": "cp1250", "mscyrl": "cp1251", "msgreek": "cp1253", "msturk": "cp1254",
    "mshebr": "cp1255", "msarab": "cp1256", "winbaltrim": "cp1257", "tcvn": "cp1258", "tcvn5712": "cp1258",
    "tcvn57121": "cp1258", "mac": "mac_roman", "csmacintosh": "mac_roman", "xsjis": "cp932", "shiftjis": "cp932",
    "sjis": "cp932",
}  # fmt: skip
_WIDER = {"ascii": "utf-8", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How `<?` looks in encodings without a BOM (XML 1.0, appendix F.1).
_SHAPES = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
_PROLOG = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:\-]{1,40})\s*[\"']", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:\-]{1,40})", re.IGNORECASE)
_HEAD_BYTES = 4096  # where a page may name its charset (HTML standard says 1024; Korean pages come later)


def decode(body: bytes, charset: str | None = None) -> tuple[str, str]:
    """The text of `body` without its BOM, and the name of the codec that read it.

    `charset` is what the HTTP header says. When nothing fits strictly, what cannot be read becomes U+FFFD.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return _loosely(body[len(bom) :], name), name
    for shape, name in _SHAPES:
        if body.startswith(shape):
            return _loosely(body, name), name
    candidates = list(dict.fromkeys(_candidates(body, charset)))
    for name in candidates:
        try:
            return body.decode(name), name
        except (UnicodeDecodeError, ValueError):
            continue
    best = _least_damage(body, candidates)
    return _loosely(body, best), best


def _loosely(body: bytes, name: str) -> str:
    return body.decode(name, "replace")


def _least_damage(body: bytes, candidates: list[str]) -> str:
    """The candidate that leaves the fewest unreadable places: one bad byte must not turn a whole feed into noise."""
    sample = body[: 256 * 1024]
    return min(candidates, key=lambda name: _loosely(sample, name).count("\ufffd"))


def _candidates(body: bytes, charset: str | None) -> list[str]:
    head = body[:_HEAD_BYTES]
    inside = _PROLOG.search(head) or _META.search(head)
    told = [codec_of(charset), codec_of(inside[1].decode("ascii")) if inside else None]
    # A single-byte charset reads anything: when the document is UTF-8 all the same, believe the bytes.
    narrow = [name for name in told if name and not _reads_anything(name)]
    wide = [name for name in told if name and _reads_anything(name)]
    return [*narrow, "utf-8", *wide, "cp949"]


def _reads_anything(name: str) -> bool:
    return name.startswith(("cp125", "iso8859", "koi8", "mac", "cp437", "cp850", "latin"))


def codec_of(name: str | None) -> str | None:
    """Python's codec for a charset's name; None when there is none or it is no text codec."""
    if not name:
        return None
    folded = "".join(sign for sign in name.lower() if sign.isalnum())
    if folded in _EUC_KR_FAMILY:
        return "cp949"
    if folded in _MICROSOFT:
        return _MICROSOFT[folded]
    try:
        found = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        return None
    if not found._is_text_encoding or found.name in {
        "utf-7",
        "unicode_escape",
        "raw_unicode_escape",
        "idna",
        "punycode",
    }:
        return None
    if found.name.startswith(("utf-16", "utf-32")):
        return None  # without a BOM or the right shape the name is a mistake (an XSS trick on pages)
    return _WIDER.get(found.name, found.name)
