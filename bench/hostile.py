"""Text that somebody might make to keep the matcher busy."""

UNITS = (
    "은는이가",
    "()",
    "기아",
    "기아전자",
    "기 아 ",
    "기아-",
    "ᄀ",
    "a\u0301\u0316",
    "\u0301\u0316",
    "&",
    "美",
    "기아는에서도",
    "AI연구소",
    "http://기아.",
    "kt.",
    "…",
    "ㆍ",
    "ＬＧ",
    "\u200b",
    "\u1100\u1161\u11a8",
)


def text(unit: str, length: int) -> str:
    """The unit again and again."""
    return (unit * (length // len(unit) + 1))[:length]
