"""Why a message could not be delivered."""

TEXTS: dict[str, tuple[str, str]] = {}
