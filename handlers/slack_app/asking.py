"""The slash command, and the buttons and menus of every message."""

import re
from collections.abc import Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.core.commands import parse
from bot.core.errors import UserMistake
from bot.core.message import Buttons
from bot.render import slack_limits as limits
from bot.render.slack_blocks import LINK_ACTION, plain_text
from bot.services.replies import CommandLayer, Reply
from handlers.slack_app.answering import Answering, Return
from handlers.slack_app.rights import SlackRights, slack_channel

RUN_ACTION: Final = "run"  # the button that runs the suggested command; its value is the line
OUR_ACTIONS: Final = re.compile(r"^w1:")


class Asking:
    """Commands and presses."""

    def __init__(self, commands: CommandLayer, rights: SlackRights, answering: Answering) -> None:
        self._commands = commands
        self._rights = rights
        self._answering = answering

    def register(self, app: AsyncApp, command: str) -> None:
        """Listen to the command and to our buttons."""
        app.command(command)(self.on_command)
        app.action(OUR_ACTIONS)(self.on_press)
        app.action(RUN_ACTION)(self.on_run)
        app.action(re.compile(f"^{re.escape(LINK_ACTION)}"))(self.on_link)

    async def on_command(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """`/news TEXT`."""
        await ack()
        await self.run_line(body, str(body.get("channel_id", "")), unescape(str(body.get("text") or "")))

    async def on_run(self, ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        """The suggested command was pressed."""
        await ack()
        await self.run_line(body, channel_of(body), str(action.get("value") or ""))

    async def on_press(self, ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        """A button of ours, or a choice from one of our menus."""
        await ack()
        back = await self._back(body, channel_of(body))
        value = str((action.get("selected_option") or {}).get("value") or "")
        name = str(action.get("action_id", ""))
        reply = await self._answering.guard(
            back.caller, lambda: self._commands.press(back.caller, name, value, self._rights)
        )
        await self._answering.reply(back, reply)

    async def on_link(self, ack: AsyncAck) -> None:
        """Slack tells of a link button too; nothing is to be done."""
        await ack()

    async def run_line(self, body: Mapping[str, Any], channel: str, line: str) -> None:
        """Run one line of chat and answer it."""
        back = await self._back(body, channel)
        reply = await self._answering.guard(
            back.caller, lambda: self._commands.run_text(back.caller, line, self._rights)
        )
        suggestion = _suggestion(line, reply)
        extra = ({"type": "actions", "elements": [_run_button(suggestion)]},) if suggestion else ()
        await self._answering.reply(Return(back.caller, back.response_url, extra), reply)

    async def _back(self, body: Mapping[str, Any], channel: str) -> Return:
        caller = await self._rights.caller(
            slack_channel(team_of(body), channel), user_of(body), str(body.get("trigger_id") or "")
        )
        return Return(caller, str(body.get("response_url") or ""))


def unescape(text: str) -> str:
    """Slack writes `&`, `<`, `>` of a typed line as entities; what it made itself (`<@U1>`) stays."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace of a command or an interaction."""
    return str(body.get("team_id") or (body.get("team") or {}).get("id") or "")


def user_of(body: Mapping[str, Any]) -> str:
    """The person who acts."""
    return str(body.get("user_id") or (body.get("user") or {}).get("id") or "")


def channel_of(body: Mapping[str, Any]) -> str:
    """The channel of an interaction; the person's own id outside of channels."""
    container = body.get("container") or {}
    return str((body.get("channel") or {}).get("id") or container.get("channel_id") or user_of(body))


def _suggestion(line: str, reply: Reply) -> str:
    """The line with its unknown first word replaced by the nearest command; empty when that is not the trouble."""
    if not reply.failed or any(isinstance(part, Buttons) for part in reply.message.parts):
        return ""
    try:
        parse(line)
    except UserMistake as mistake:
        nearest = str(mistake.values.get("suggestion") or "")
        if mistake.key == "command.unknown" and nearest:
            _, _, rest = line.strip().partition(" ")
            return f"{nearest} {rest}".strip()[: limits.BUTTON_VALUE_MAX]
    return ""


def _run_button(line: str) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": RUN_ACTION,
        "text": plain_text(line, limits.BUTTON_TEXT_MAX),
        "value": line,
        "style": "primary",
    }
