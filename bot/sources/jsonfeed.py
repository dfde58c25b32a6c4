"""JSON Feed 1.0 and 1.1 (jsonfeed.org), and loading JSON that a stranger wrote."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.core.errors import UserMistake
from bot.core.text import URL_CHARS, clean, plain_title
from bot.sources.reading import MAX_ENTRIES, Entry, Feed
from bot.sources.xmlfeed import absolute


def load_json(text: str) -> Any:  # noqa: ANN401 -- JSON is what it is
    """The value that JSON text holds.

    Raises:
        UserMistake: it is no JSON, or nested or long beyond reason.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise UserMistake("feed.too_deep") from error
    except ValueError as error:  # also integers of more than 4,300 digits
        raise UserMistake("feed.bad_json") from error


def read_json_feed(text: str, *, base_url: str, date_of: Callable[[str], datetime | None]) -> Feed:
    """The feed in a JSON document.

    Raises:
        UserMistake: it is no JSON Feed.
    """
    value = load_json(text)
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(items, list):
        raise UserMistake("feed.not_a_feed")
    if "jsonfeed.org" not in text_of(value, "version") and not text_of(value, "title"):
        raise UserMistake("feed.not_a_feed")
    hubs = [hub for hub in listed(value, "hubs") if text_of(hub, "type").lower() == "websub"]
    entries = [_entry(item, base_url, date_of) for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    return Feed(
        kind="json",
        title=plain_title(text_of(value, "title")) or None,
        link=absolute(text_of(value, "home_page_url"), base_url),
        language=clean(text_of(value, "language"))[:40] or None,
        entries=tuple(entries),
        problems=("feed.problem.many",) if len(items) > MAX_ENTRIES else (),
        hub=absolute(text_of(hubs[0], "url"), base_url) if hubs else None,
        topic=absolute(text_of(value, "feed_url"), base_url),
    )


def _entry(item: Mapping[str, Any], base_url: str, date_of: Callable[[str], datetime | None]) -> Entry:
    people = [*listed(item, "authors"), *([item["author"]] if isinstance(item.get("author"), dict) else [])]
    names = [plain_title(text_of(person, "name")) for person in people[:10]]
    content = text_of(item, "content_html") or _as_html(text_of(item, "content_text"))
    tags = item.get("tags")
    return Entry(
        title=plain_title(text_of(item, "title")) or None,
        link=absolute(text_of(item, "url") or text_of(item, "external_url"), base_url),
        id=clean(text_of(item, "id"))[:URL_CHARS] or None,
        published=date_of(text_of(item, "date_published")),
        updated=date_of(text_of(item, "date_modified")),
        summary=text_of(item, "summary") or None,
        content=content or None,
        author=", ".join(dict.fromkeys(name for name in names if name)) or None,
        categories=tuple(clean(tag)[:100] for tag in tags[:50] if isinstance(tag, str))
        if isinstance(tags, list)
        else (),
    )


def text_of(value: object, name: str) -> str:
    """A string member; numbers as strings, since ids are often numbers; anything else is empty."""
    found = value.get(name) if isinstance(value, dict) else None
    if isinstance(found, str):
        return found
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else ""


def listed(value: object, name: str) -> list[dict[str, Any]]:
    """The objects in a list member."""
    found = value.get(name) if isinstance(value, dict) else None
    return [item for item in found[:MAX_ENTRIES] if isinstance(item, dict)] if isinstance(found, list) else []


def _as_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
