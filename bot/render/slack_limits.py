"""Every limit that Slack sets to what we send, and one check of a finished payload against all of them.

The check reads the final dict, because slack_sdk's model classes check only part of it and dict blocks bypass them
(measured, slack_sdk 3.47). It knows the blocks and elements that we build; any other is a problem.
Sources: docs.slack.dev/reference/block-kit, …/methods/chat.postMessage, constants in slack_sdk 3.47 `models/blocks`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

MESSAGE_TEXT_MAX: Final = 4_000  # chat.postMessage: "keep under 4,000"; chat.update refuses more (msg_too_long)
MESSAGE_BLOCKS_MAX: Final = 50  # block-kit/blocks
VIEW_BLOCKS_MAX: Final = 100  # block-kit/blocks: modals and Home
BLOCKS_TOTAL_MAX: Final = 12_000  # undocumented, about 13,200: slackapi/bolt-js#2509
HEADER_COST: Final = 100  # what one header adds to that total (same source)
TEXT_OBJECT_MAX: Final = 3_000  # block-kit/composition-objects/text-object
SECTION_FIELDS_MAX: Final = 10
SECTION_FIELD_MAX: Final = 2_000
HEADER_MAX: Final = 150
CONTEXT_ELEMENTS_MAX: Final = 10
ACTIONS_ELEMENTS_MAX: Final = 25
IMAGE_URL_MAX: Final = 3_000
IMAGE_ALT_MAX: Final = 2_000
BUTTON_TEXT_MAX: Final = 75
BUTTON_VALUE_MAX: Final = 2_000
URL_MAX: Final = 3_000
ACTION_ID_MAX: Final = 255
OPTIONS_MAX: Final = 100
OPTION_TEXT_MAX: Final = 75
OPTION_VALUE_MAX: Final = 150
RADIO_OPTIONS_MAX: Final = 10
OVERFLOW_OPTIONS_MAX: Final = 5
PLACEHOLDER_MAX: Final = 150
ACCESSIBILITY_MAX: Final = 75
TABLE_ROWS_MAX: Final = 100
TABLE_COLUMNS_MAX: Final = 20
TABLE_TOTAL_MAX: Final = 10_000
INPUT_LABEL_MAX: Final = 2_000
VIEW_TITLE_MAX: Final = 24
VIEW_METADATA_MAX: Final = 3_000

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that Slack would refuse: its error name and its sentence with the JSON pointer."""

    error: str
    reason: str


def message_problems(payload: Json) -> tuple[Problem, ...]:
    """What is wrong with `text` and `blocks` of a message; empty when Slack takes it."""
    check = _Check()
    text = payload.get("text", "")
    blocks = payload.get("blocks") or ()
    if not blocks and not text:
        check.note("no_text", "a message needs text or blocks", "")
    if len(text) > MESSAGE_TEXT_MAX:
        check.note("msg_too_long", f"must be less than {MESSAGE_TEXT_MAX + 1} characters", "/text")
    check.blocks(blocks, "/blocks", MESSAGE_BLOCKS_MAX)
    if sum(1 for each in blocks if each.get("type") == "table") > 1:
        check.note("invalid_attachments", "only_one_table_allowed", "/blocks")
    if weight(blocks) > BLOCKS_TOTAL_MAX:
        check.note("msg_blocks_too_long", f"all blocks must be less than {BLOCKS_TOTAL_MAX + 1} characters", "/blocks")
    return tuple(check.found)


def view_problems(view: Json) -> tuple[Problem, ...]:
    """What is wrong with a modal or a Home view; the error is `invalid_arguments` throughout."""
    check = _Check(error="invalid_arguments")
    blocks = view.get("blocks") or ()
    if view.get("type") not in {"modal", "home"}:
        check.note("", "unsupported view type", "/view/type")
    if view.get("type") == "modal":
        check.text(view.get("title"), "/view/title", VIEW_TITLE_MAX, plain=True)
        for name in ("submit", "close"):
            if name in view:
                check.text(view[name], f"/view/{name}", VIEW_TITLE_MAX, plain=True)
        if "submit" not in view and any(each.get("type") == "input" for each in blocks):
            check.note("", "a view with inputs needs submit", "/view/submit")
    check.size(view.get("private_metadata", ""), "/view/private_metadata", VIEW_METADATA_MAX)
    check.size(view.get("callback_id", ""), "/view/callback_id", ACTION_ID_MAX)
    check.blocks(blocks, "/view/blocks", VIEW_BLOCKS_MAX)
    return tuple(check.found)


def weight(blocks: Iterable[Json]) -> int:
    """The characters of all blocks together, as Slack seems to count them: escaped, addresses too, to be safe."""
    total = 0
    for block in blocks:
        total += _weigh(block) + (HEADER_COST if block.get("type") == "header" else 0)
    return total


def escaped_length(text: str) -> int:
    """The length of `text` once `&`, `<` and `>` are written as entities."""
    return len(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


_STRUCTURE = frozenset({"type", "style", "emoji", "verbatim", "indent", "border"})


def _weigh(value: object) -> int:
    match value:
        case str():
            return escaped_length(value)
        case Mapping():
            return sum(_weigh(each) for key, each in value.items() if key not in _STRUCTURE)
        case list() | tuple():
            return sum(_weigh(each) for each in value)
        case _:
            return 0


@dataclass(slots=True)
class _Check:
    error: str = "invalid_blocks"
    found: list[Problem] = field(default_factory=list)

    def note(self, error: str, reason: str, pointer: str) -> None:
        self.found.append(Problem(error or self.error, f"{reason} [json-pointer:{pointer}]"))

    def size(self, text: object, pointer: str, most: int, *, least: int = 0) -> None:
        if not isinstance(text, str):
            self.note("", "must be a string", pointer)
        elif len(text) > most:
            self.note("", f"must be less than {most + 1} characters", pointer)
        elif len(text) < least:
            self.note("", f"must be more than {least - 1} characters", pointer)

    def count(self, items: Sequence[object], pointer: str, most: int, *, least: int = 1) -> None:
        if len(items) > most:
            self.note("", f"no more than {most} items allowed", pointer)
        elif len(items) < least:
            self.note("", f"no fewer than {least} items allowed", pointer)

    def text(self, value: object, pointer: str, most: int, *, plain: bool = False) -> None:
        if not isinstance(value, Mapping):
            self.note("", "missing required field", pointer)
            return
        kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
        if value.get("type") not in kinds:
            self.note("", "unsupported type", f"{pointer}/type")
        self.size(value.get("text"), f"{pointer}/text", most, least=1)

    def url(self, value: object, pointer: str, most: int = URL_MAX) -> None:
        self.size(value, pointer, most, least=1)
        if not str(value).startswith(("http://", "https://")):
            self.note("", "must be a valid URL", pointer)

    def blocks(self, blocks: Sequence[Json], pointer: str, most: int) -> None:
        if len(blocks) > most:
            self.note("", f"no more than {most} items allowed", pointer)
        ids = [each["block_id"] for each in blocks if "block_id" in each]
        if len(ids) != len(set(ids)):
            self.note("", "block_id already exists", pointer)
        for index, block in enumerate(blocks):
            at = f"{pointer}/{index}"
            self.size(block.get("block_id", ""), f"{at}/block_id", ACTION_ID_MAX)
            checker = _BLOCKS.get(str(block.get("type")))
            if checker is None:
                self.note("", "unsupported type", f"{at}/type")
            else:
                checker(self, block, at)

    def elements(self, elements: Sequence[Json], pointer: str) -> None:
        ids = [each["action_id"] for each in elements if "action_id" in each]
        if len(ids) != len(set(ids)):
            self.note("", "action_id already exists", pointer)
        for index, element in enumerate(elements):
            self.element(element, f"{pointer}/{index}")

    def element(self, element: Json, at: str) -> None:
        self.size(element.get("action_id", ""), f"{at}/action_id", ACTION_ID_MAX)
        if "placeholder" in element:
            self.text(element["placeholder"], f"{at}/placeholder", PLACEHOLDER_MAX, plain=True)
        checker = _ELEMENTS.get(str(element.get("type")))
        if checker is None:
            self.note("", "unsupported type", f"{at}/type")
        else:
            checker(self, element, at)

    def options(self, options: Sequence[Json], at: str, most: int) -> None:
        self.count(options, f"{at}/options", most)
        for index, option in enumerate(options):
            self.text(option.get("text"), f"{at}/options/{index}/text", OPTION_TEXT_MAX, plain=True)
            self.size(option.get("value"), f"{at}/options/{index}/value", OPTION_VALUE_MAX, least=1)


def _section(check: _Check, block: Json, at: str) -> None:
    if "text" not in block and "fields" not in block:
        check.note("", "section needs text or fields", at)
    if "text" in block:
        check.text(block["text"], f"{at}/text", TEXT_OBJECT_MAX)
    if "fields" in block:
        check.count(block["fields"], f"{at}/fields", SECTION_FIELDS_MAX)
        for index, each in enumerate(block["fields"]):
            check.text(each, f"{at}/fields/{index}", SECTION_FIELD_MAX)
    if "accessory" in block:
        check.element(block["accessory"], f"{at}/accessory")


def _header(check: _Check, block: Json, at: str) -> None:
    check.text(block.get("text"), f"{at}/text", HEADER_MAX, plain=True)


def _context(check: _Check, block: Json, at: str) -> None:
    elements = block.get("elements", ())
    check.count(elements, f"{at}/elements", CONTEXT_ELEMENTS_MAX)
    for index, element in enumerate(elements):
        if element.get("type") == "image":
            _image(check, element, f"{at}/elements/{index}")
        else:
            check.text(element, f"{at}/elements/{index}", TEXT_OBJECT_MAX)


def _actions(check: _Check, block: Json, at: str) -> None:
    elements = block.get("elements", ())
    check.count(elements, f"{at}/elements", ACTIONS_ELEMENTS_MAX)
    check.elements(elements, f"{at}/elements")


def _image(check: _Check, block: Json, at: str) -> None:
    if ("image_url" in block) == ("slack_file" in block):
        check.note("", "image needs image_url or slack_file", at)
    if "image_url" in block:
        check.url(block["image_url"], f"{at}/image_url", IMAGE_URL_MAX)
    check.size(block.get("alt_text"), f"{at}/alt_text", IMAGE_ALT_MAX, least=1)


def _rich_text(check: _Check, block: Json, at: str) -> None:
    elements = block.get("elements", ())
    if not elements:
        check.note("", "no fewer than 1 items allowed", f"{at}/elements")
    for index, element in enumerate(elements):
        _rich_part(check, element, f"{at}/elements/{index}")


def _rich_part(check: _Check, part: Json, at: str) -> None:
    kind = part.get("type")
    if kind == "rich_text_list":
        for index, each in enumerate(part.get("elements", ())):
            _rich_part(check, each, f"{at}/elements/{index}")
    elif kind in {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}:
        for index, each in enumerate(part.get("elements", ())):
            _rich_leaf(check, each, f"{at}/elements/{index}")
    else:
        check.note("", "unsupported type", f"{at}/type")
    if not part.get("elements"):
        check.note("", "no fewer than 1 items allowed", f"{at}/elements")


def _rich_leaf(check: _Check, leaf: Json, at: str) -> None:
    match leaf.get("type"):
        case "text":
            check.size(leaf.get("text"), f"{at}/text", BLOCKS_TOTAL_MAX, least=1)
        case "link":
            check.url(leaf.get("url"), f"{at}/url")
            check.size(leaf.get("text"), f"{at}/text", BLOCKS_TOTAL_MAX, least=1)
        case "date":
            check.size(leaf.get("format"), f"{at}/format", TEXT_OBJECT_MAX, least=1)
            if not isinstance(leaf.get("timestamp"), int):
                check.note("", "must be an integer", f"{at}/timestamp")
        case _:
            check.note("", "unsupported type", f"{at}/type")


def _table(check: _Check, block: Json, at: str) -> None:
    rows = block.get("rows", ())
    check.count(rows, f"{at}/rows", TABLE_ROWS_MAX)
    total = 0
    for index, row in enumerate(rows):
        check.count(row, f"{at}/rows/{index}", TABLE_COLUMNS_MAX)
        for column, cell in enumerate(row):
            if cell.get("type") != "raw_text":
                check.note("", "unsupported type", f"{at}/rows/{index}/{column}/type")
            check.size(cell.get("text"), f"{at}/rows/{index}/{column}/text", TABLE_TOTAL_MAX, least=1)
            total += len(cell.get("text", ""))
    if total > TABLE_TOTAL_MAX:
        check.note("", f"table must be less than {TABLE_TOTAL_MAX + 1} characters", at)


def _divider(check: _Check, block: Json, at: str) -> None:
    pass  # nothing in it can be wrong


def _input(check: _Check, block: Json, at: str) -> None:
    check.text(block.get("label"), f"{at}/label", INPUT_LABEL_MAX, plain=True)
    if "hint" in block:
        check.text(block["hint"], f"{at}/hint", INPUT_LABEL_MAX, plain=True)
    check.element(block.get("element", {}), f"{at}/element")


def _button(check: _Check, element: Json, at: str) -> None:
    check.text(element.get("text"), f"{at}/text", BUTTON_TEXT_MAX, plain=True)
    check.size(element.get("value", ""), f"{at}/value", BUTTON_VALUE_MAX)
    check.size(element.get("accessibility_label", ""), f"{at}/accessibility_label", ACCESSIBILITY_MAX)
    if "url" in element:
        check.url(element["url"], f"{at}/url")
    if element.get("style", "danger") not in {"primary", "danger"}:
        check.note("", "unsupported style", f"{at}/style")


def _choices(most: int) -> Callable[[_Check, Json, str], None]:
    def check_options(check: _Check, element: Json, at: str) -> None:
        check.options(element.get("options", ()), at, most)

    return check_options


def _free(check: _Check, element: Json, at: str) -> None:
    pass  # text inputs and selects whose choices Slack or our answers fill


_Checker = Callable[[_Check, Json, str], None]
_BLOCKS: Mapping[str, _Checker] = MappingProxyType(
    {
        "section": _section,
        "header": _header,
        "context": _context,
        "actions": _actions,
        "image": _image,
        "rich_text": _rich_text,
        "table": _table,
        "divider": _divider,
        "input": _input,
    }
)
_ELEMENTS: Mapping[str, _Checker] = MappingProxyType(
    {
        "button": _button,
        "static_select": _choices(OPTIONS_MAX),
        "radio_buttons": _choices(RADIO_OPTIONS_MAX),
        "overflow": _choices(OVERFLOW_OPTIONS_MAX),
        "image": _image,
        "plain_text_input": _free,
        "conversations_select": _free,
        "external_select": _free,
        "multi_external_select": _free,
    }
)
