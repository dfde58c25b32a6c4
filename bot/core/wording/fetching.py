"""Asking other servers, and addresses we do not ask."""

TEXTS: dict[str, tuple[str, str]] = {}
