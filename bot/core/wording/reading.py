"""Reading feeds, pages and dates."""

TEXTS: dict[str, tuple[str, str]] = {}
