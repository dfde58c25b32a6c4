"""Every limit that Discord puts on a message, and one check of a finished payload against all of them.

discord.py checks only a part (a 300-character title leaves it unchecked), so each payload passes here before it leaves.
Sources: discord-api-docs `resources/message`, `components/reference`, `interactions/application-commands`; for URLs
discord-api-spec `specs/openapi.json`. Lengths are counted in UTF-16 units: Discord does not say which unit it counts,
and no unit counts more of them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

CONTENT_MAX: Final = 2000
EMBEDS_MAX: Final = 10
EMBED_TITLE_MAX: Final = 256
EMBED_DESCRIPTION_MAX: Final = 4096
EMBED_AUTHOR_MAX: Final = 256
EMBED_FOOTER_MAX: Final = 2048
EMBED_FIELDS_MAX: Final = 25
EMBED_FIELD_NAME_MAX: Final = 256
EMBED_FIELD_VALUE_MAX: Final = 1024
EMBED_TOTAL_MAX: Final = 6000  # titles, descriptions, fields, footers and authors of all embeds together
EMBED_URL_MAX: Final = 2048
NONCE_MAX: Final = 25
ROWS_MAX: Final = 5
ROW_BUTTONS_MAX: Final = 5
BUTTON_LABEL_MAX: Final = 80
BUTTON_URL_MAX: Final = 512
CUSTOM_ID_MAX: Final = 100
SELECT_OPTIONS_MAX: Final = 25
SELECT_TEXT_MAX: Final = 100  # an option's label, value, description
PLACEHOLDER_MAX: Final = 150
ALT_MAX: Final = 1024
THREAD_NAME_MAX: Final = 100
MODAL_TITLE_MAX: Final = 45
MODAL_LABEL_MAX: Final = 45
MODAL_LABELS_MAX: Final = 5
TEXT_INPUT_MAX: Final = 4000
SUGGESTIONS_MAX: Final = 25
SUGGESTION_MAX: Final = 100
FILE_BYTES_MAX: Final = 8 * 1024 * 1024  # below the smallest upload limit a server has had

ROW, BUTTON, SELECT = 1, 2, 3
LINK_STYLE: Final = 5

_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)


def size(text: str) -> int:
    """UTF-16 units."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def violations(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """What Discord would refuse in a message payload, in words for a log; empty when it is fine."""
    return tuple(_message(payload))


def _message(payload: Mapping[str, Any]) -> Iterable[str]:
    content = payload.get("content") or ""
    embeds = payload.get("embeds") or []
    yield from _long("content", content, CONTENT_MAX)
    if not content.strip() and not embeds and not payload.get("attachments"):
        yield "nothing to show"
    if size(str(payload.get("nonce") or "")) > NONCE_MAX:
        yield "nonce is too long"
    if len(embeds) > EMBEDS_MAX:
        yield f"{len(embeds)} embeds"
    for embed in embeds:
        yield from _embed(embed)
    total = sum(size(text.strip()) for embed in embeds for text in _texts(embed))
    if total > EMBED_TOTAL_MAX:
        yield f"{total} characters in embeds"
    addresses = [embed["url"] for embed in embeds if embed.get("url")]
    if len(addresses) != len(set(addresses)):
        yield "two embeds with one url: only the first would show"
    for attachment in payload.get("attachments") or []:
        yield from _long("alt text", attachment.get("description") or "", ALT_MAX)
    yield from _rows(payload.get("components") or [])


def _embed(embed: Mapping[str, Any]) -> Iterable[str]:
    yield from _long("title", embed.get("title", ""), EMBED_TITLE_MAX)
    yield from _long("description", embed.get("description", ""), EMBED_DESCRIPTION_MAX)
    yield from _long("author", embed.get("author", {}).get("name", ""), EMBED_AUTHOR_MAX)
    yield from _long("footer", embed.get("footer", {}).get("text", ""), EMBED_FOOTER_MAX)
    fields = embed.get("fields", [])
    if len(fields) > EMBED_FIELDS_MAX:
        yield f"{len(fields)} fields"
    for field in fields:
        yield from _short("field name", field["name"], EMBED_FIELD_NAME_MAX)
        yield from _short("field value", field["value"], EMBED_FIELD_VALUE_MAX)
    if "url" in embed:
        yield from _address("embed url", embed["url"], EMBED_URL_MAX)
    image = embed.get("image", {}).get("url", "attachment://")
    if not image.startswith("attachment://"):
        yield from _address("image url", image, EMBED_URL_MAX)
    if not any(_texts(embed)) and "image" not in embed:
        yield "an empty embed"


def _texts(embed: Mapping[str, Any]) -> Iterable[str]:
    yield embed.get("title", "")
    yield embed.get("description", "")
    yield embed.get("author", {}).get("name", "")
    yield embed.get("footer", {}).get("text", "")
    for field in embed.get("fields", []):
        yield field["name"]
        yield field["value"]


def _rows(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    if len(rows) > ROWS_MAX:
        yield f"{len(rows)} rows"
    ids: list[str] = []
    for row in rows:
        controls = row.get("components", [])
        selects = [each for each in controls if each["type"] == SELECT]
        if row["type"] != ROW or not controls:
            yield "a row without controls"
        if len(controls) > (1 if selects else ROW_BUTTONS_MAX):
            yield f"{len(controls)} controls in a row"
        for control in controls:
            yield from _select(control) if control["type"] == SELECT else _button(control)
            ids.extend(filter(None, [control.get("custom_id")]))
    if len(ids) != len(set(ids)):
        yield "a custom_id twice"


def _button(button: Mapping[str, Any]) -> Iterable[str]:
    yield from _short("button label", button.get("label", ""), BUTTON_LABEL_MAX)
    if button["style"] == LINK_STYLE:
        yield from _address("button url", button.get("url", ""), BUTTON_URL_MAX)
    else:
        yield from _short("custom_id", button.get("custom_id", ""), CUSTOM_ID_MAX)


def _select(select: Mapping[str, Any]) -> Iterable[str]:
    yield from _short("custom_id", select.get("custom_id", ""), CUSTOM_ID_MAX)
    yield from _long("placeholder", select.get("placeholder", ""), PLACEHOLDER_MAX)
    options = select.get("options", [])
    if not 1 <= len(options) <= SELECT_OPTIONS_MAX:
        yield f"{len(options)} options"
    for option in options:
        yield from _short("option label", option["label"], SELECT_TEXT_MAX)
        yield from _short("option value", option["value"], SELECT_TEXT_MAX)
    if len({option["value"] for option in options}) != len(options):
        yield "an option twice"


def _long(what: str, text: str, most: int) -> Iterable[str]:
    if size(text) > most:
        yield f"{what}: {size(text)} of at most {most}"


def _short(what: str, text: str, most: int) -> Iterable[str]:
    yield from _long(what, text, most)
    if not text.strip():
        yield f"{what} is empty"


def _address(what: str, url: str, most: int) -> Iterable[str]:
    yield from _long(what, url, most)
    if _WEB.match(url) is None:
        yield f"{what} is no web address"
