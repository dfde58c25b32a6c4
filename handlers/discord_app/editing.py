"""The dialog of `/watch edit`: five labelled fields. What it is about stands in its id, so no memory is needed."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import discord

from bot.core import watch_form
from bot.core.commands import PACES, SCOPES, Choice, Invocation
from bot.core.news import Watch
from bot.core.wording import say
from bot.render.clip import clip
from bot.render.discord_limits import CUSTOM_ID_MAX, MODAL_LABEL_MAX, MODAL_TITLE_MAX

EXPRESSION_MAX: Final = 1_000
HINT_MAX: Final = 100  # of a label's description and a field's placeholder (components/reference)
_ID: Final = "w1:edit:"


class Dialog(discord.ui.Modal):
    """Shown once; the answer is read from what Discord sends (`read`), never from here."""


def dialog(number: str, watch: Watch | None, language: str) -> Dialog:
    """The dialog for a watch; its fields hold what the watch says now."""
    version = f":{watch.version}" if watch is not None else ""
    made = Dialog(
        title=clip(say("discord.edit.title", language, number=number), MODAL_TITLE_MAX),
        custom_id=clip(f"{_ID}{number}{version}", CUSTOM_ID_MAX),
        timeout=None,
    )
    current = watch.expression if watch is not None else ""
    made.add_item(_text("expression", language, default=current, required=watch is not None))
    made.add_item(_text("exclude", language))
    made.add_item(_choice("scope", SCOPES, watch.scope if watch is not None else "", language))
    made.add_item(_choice("delivery", PACES, watch.pace if watch is not None else "", language))
    made.add_item(_text("outlets", language))
    made.stop()  # answers go to `Client.on_interaction`
    return made


def read(data: Mapping[str, Any]) -> Invocation:
    """What was filled in, as a command."""
    number, _, version = str(data.get("custom_id", "")).removeprefix(_ID).partition(":")
    filled = dict(_fields(data.get("components", [])))
    expression = watch_form.compose(
        filled.get("expression", ""), exclude=filled.get("exclude", ""), outlets=filled.get("outlets", "")
    )
    arguments = {
        "watch": number,
        "version": version,
        "expression": expression,
        "scope": filled.get("scope", ""),
        "delivery": filled.get("delivery", ""),
    }
    return Invocation("watch.edit", MappingProxyType({key: value for key, value in arguments.items() if value}))


def _fields(components: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    for each in components:
        inner = each.get("component", each)
        if inner.get("value"):
            yield str(inner.get("custom_id", "")), str(inner["value"])


def _text(name: str, language: str, *, default: str = "", required: bool = False) -> discord.ui.Label[Any]:
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=name, default=default[:EXPRESSION_MAX] or None, required=required, max_length=EXPRESSION_MAX
    )
    return _label(name, field, language)


def _choice(name: str, choices: tuple[Choice, ...], current: str, language: str) -> discord.ui.Label[Any]:
    field: discord.ui.RadioGroup[Any] = discord.ui.RadioGroup(custom_id=name, required=False)
    for choice in choices:
        word = choice.korean if language == "ko" else choice.english
        field.add_option(label=word, value=choice.value, default=choice.value == current)
    return _label(name, field, language)


def _label(name: str, field: discord.ui.Item[Any], language: str) -> discord.ui.Label[Any]:
    return discord.ui.Label(
        text=clip(say(f"discord.edit.{name}", language), MODAL_LABEL_MAX),
        description=clip(say(f"discord.edit.{name}_hint", language), HINT_MAX),
        component=field,
    )
