"""Commands: their answers and mistakes."""

TEXTS: dict[str, tuple[str, str]] = {}
