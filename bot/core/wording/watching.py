"""Watch expressions: mistakes in them, why a candidate was refused."""

TEXTS: dict[str, tuple[str, str]] = {}
