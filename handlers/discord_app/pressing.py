"""Buttons and selects. Their ids say all, so they work on old messages and after a restart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord

from bot.core.message import Button, Message, Option
from bot.core.wording import TEXTS, say
from bot.render import discord_ids

if TYPE_CHECKING:
    from handlers.discord_app.client import Client

ACTION = re.compile(r"w1:[\s\S]+")


class Pressed(discord.ui.DynamicItem[discord.ui.Item[Any]], template=ACTION):
    """Any control of ours, whatever message it is in."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Pressed:
        """The control that was pressed."""
        del interaction, match
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand it to the client."""
        client: Client = interaction.client
        data: Any = interaction.data or {}
        values = data.get("values") or [""]
        label = getattr(self.item, "label", "") or ""
        await client.pressed(interaction, discord_ids.read(data["custom_id"]), value=values[0], label=label)


def menu_of(control: discord_ids.ControlId, label: str, language: str) -> Button:
    """The menu that a button opens; its choices' words are `verb.choice` in the wording."""
    verb = control.action.split(":")[1]
    options = tuple(Option(_word(verb, value, language), value) for value in control.options)
    return Button(label, action=control.action, options=options)


def why_of(message: discord.Message) -> str:
    """The action of a message's 왜? button, or an empty text: not an alert of ours."""
    for row in message.components:
        for control in getattr(row, "children", []):
            action = discord_ids.read(getattr(control, "custom_id", None) or "").action
            if action.startswith("w1:why:"):
                return action
    return ""


def _word(verb: str, value: str, language: str) -> str:
    key = f"{verb}.{value}"
    return say(key, language) if key in TEXTS else value


def one_line(text: str, language: str) -> Message:
    """A message that is one line."""
    return Message(text, language=language)
