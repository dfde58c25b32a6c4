"""What alerts, roll-ups and digests say of themselves."""

TEXTS: dict[str, tuple[str, str]] = {}
