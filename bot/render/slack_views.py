"""Slack's modals and the Home tab.

A view carries the channel it was opened from in `private_metadata`, so nothing has to be remembered between a press
and a submission, and both survive a restart.
"""

from collections.abc import Sequence
from typing import Any, Final

from bot.core.commands import PACES, SCOPES, Choice
from bot.core.message import Message, Option
from bot.core.wording import say
from bot.render import slack_limits as limits
from bot.render.clip import clip, tidy
from bot.render.slack_blocks import Block, plain_text, view_blocks

WATCH_VIEW: Final = "watch"  # callback ids
SEARCH_VIEW: Final = "search"
ANSWER_VIEW: Final = "answer"
HUB_VIEW: Final = "hub"

HUB_LIST: Final = "hub:list"  # actions
HUB_ADD: Final = "hub:add"
HUB_SEARCH: Final = "hub:search"
HUB_DIGEST: Final = "hub:digest"
HOME_PAGE: Final = "home:"
OUTLET: Final = "outlet"

EXPRESSION_MAX: Final = 2_000  # plain_text_input takes 3,000
SEARCH_DAYS: Final = (1, 7, 30)
DEFAULT_DAYS: Final = 7  # design/commands.md §3


def hub_view(language: str, channel: str) -> Block:
    """What `/news` alone opens."""
    buttons = [
        _button(HUB_LIST, say("slack.hub_list", language)),
        _button(HUB_ADD, say("slack.hub_add", language), style="primary"),
        _button(HUB_SEARCH, say("slack.hub_search", language)),
        _button(HUB_DIGEST, say("slack.hub_digest", language)),
    ]
    text: Block = {"type": "section", "text": plain_text(say("slack.hub_text", language), limits.TEXT_OBJECT_MAX)}
    blocks: list[Block] = [text, {"type": "actions", "elements": buttons}]
    return _modal(HUB_VIEW, say("slack.answer_title", language), blocks, language=language, channel=channel)


def watch_view(language: str, channel: str, expression: str = "") -> Block:
    """The form of a new watch."""
    picker: Block = {
        "type": "conversations_select",
        "action_id": "channel",
        "default_to_current_conversation": True,
        "response_url_enabled": True,  # the answer then needs no membership of ours
        "filter": {"include": ["public", "private", "im"], "exclude_external_shared_channels": True},
    }
    blocks = [
        _input("expression", say("slack.field_expression", language), _typed(expression))
        | {"hint": plain_text(say("slack.hint_expression", language), limits.INPUT_LABEL_MAX)},
        _input("channel", say("slack.field_channel", language), picker),
        _input("scope", say("slack.field_scope", language), _radio("scope", SCOPES, language)),
        _input("delivery", say("slack.field_delivery", language), _radio("delivery", PACES, language)),
    ]
    submit = say("slack.add_submit", language)
    title = say("slack.add_title", language)
    return _modal(WATCH_VIEW, title, blocks, language=language, channel=channel, submit=submit)


def search_view(language: str, channel: str) -> Block:
    """The form of a search."""
    days = tuple(
        Choice(str(each), *(say("slack.days", lang, days=each) for lang in ("ko", "en"))) for each in SEARCH_DAYS
    )
    outlets: Block = {
        "type": "external_select",
        "action_id": OUTLET,
        "min_query_length": 1,
        "placeholder": plain_text(say("slack.hint_outlet", language), limits.PLACEHOLDER_MAX),
    }
    blocks = [
        _input("expression", say("slack.field_expression", language), _typed("")),
        _input("days", say("slack.field_days", language), _radio("days", days, language, str(DEFAULT_DAYS))),
        _input(OUTLET, say("slack.field_outlet", language), outlets) | {"optional": True},
    ]
    submit = say("slack.search_submit", language)
    title = say("slack.search_title", language)
    return _modal(SEARCH_VIEW, title, blocks, language=language, channel=channel, submit=submit)


def answer_view(message: Message, channel: str) -> Block:
    """An answer where there is no channel to answer in."""
    blocks = view_blocks(message, limits.VIEW_BLOCKS_MAX)
    title = say("slack.answer_title", message.language)
    return _modal(ANSWER_VIEW, title, blocks, language=message.language, channel=channel)


def home_view(message: Message, page: int, pages: int) -> Block:
    """The Home tab: the page, a button to add a watch, and the way to the other pages."""
    buttons = [_button(HUB_ADD, say("slack.add_title", message.language), style="primary")]
    if page > 1:
        buttons.append(_button(f"{HOME_PAGE}{page - 1}", say("slack.earlier", message.language)))
    if page < pages:
        buttons.append(_button(f"{HOME_PAGE}{page + 1}", say("slack.later", message.language)))
    blocks = view_blocks(message, limits.VIEW_BLOCKS_MAX - 1)
    return {"type": "home", "blocks": [*blocks, {"type": "actions", "elements": buttons}]}


def suggestions(options: Sequence[Option]) -> list[Block]:
    """The answer to an external_select; an option whose value Slack cannot carry is left out."""
    return [
        {"text": plain_text(each.label, limits.OPTION_TEXT_MAX), "value": each.value}
        for each in options[: limits.OPTIONS_MAX]
        if 0 < len(each.value) <= limits.OPTION_VALUE_MAX
    ]


def _modal(
    callback: str, title: str, blocks: list[Block], *, language: str, channel: str, submit: str = ""
) -> dict[str, Any]:
    view: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, limits.VIEW_TITLE_MAX),
        "close": plain_text(say("slack.close", language), limits.VIEW_TITLE_MAX),
        "private_metadata": channel,
        "blocks": blocks,
    }
    if submit:
        view["submit"] = plain_text(submit, limits.VIEW_TITLE_MAX)
    return view


def _input(block_id: str, label: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, limits.INPUT_LABEL_MAX),
        "element": element,
    }


def _typed(value: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": "expression", "max_length": EXPRESSION_MAX}
    if shown := clip(tidy(value), EXPRESSION_MAX):
        element["initial_value"] = shown
    return element


def _radio(action: str, choices: Sequence[Choice], language: str, chosen: str = "") -> Block:
    options = [
        {
            "text": plain_text(each.english if language == "en" else each.korean, limits.OPTION_TEXT_MAX),
            "value": each.value,
        }
        for each in choices
    ]
    first = next((each for each in options if each["value"] == chosen), options[0])
    return {"type": "radio_buttons", "action_id": action, "options": options, "initial_option": first}


def _button(action: str, label: str, style: str = "") -> Block:
    button: Block = {"type": "button", "action_id": action, "text": plain_text(label, limits.BUTTON_TEXT_MAX)}
    return button | ({"style": style} if style else {})
