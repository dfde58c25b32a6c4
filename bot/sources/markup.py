"""What every reader of HTML needs to know before it builds a tree."""

import re

MAX_NESTING = 1_000  # real pages stay below 100; a tree builder's time grows with the square of the depth

MAX_ATTRIBUTES = 1_000  # of one tag; the time to check for repeated ones grows with their square

_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{5000,}")  # an honest one holds a picture, which has no `=` inside
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
# Elements that have no end tag, or whose end tag may be left out: not closing them is no nesting.
_OPEN_ENDED = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
     "p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "optgroup", "rp", "rt", "colgroup"}
)  # fmt: skip


def unreasonable(html: str) -> bool:
    """Would a tree of this page take time out of all proportion? By its depth, or by the attributes of one tag."""
    if any(found[0].count("=") > MAX_ATTRIBUTES for found in _LONG_TAG.finditer(html)):
        return True
    depth = 0
    for found in _TAG.finditer(html):
        if found[2].lower() not in _OPEN_ENDED:
            depth = max(0, depth - 1) if found[1] else depth + 1
            if depth > MAX_NESTING:
                return True
    return False
