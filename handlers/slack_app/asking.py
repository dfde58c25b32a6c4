"""The slash command, and the buttons and menus of every message."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.core.commands import Caller, Standing, parse
from bot.core.errors import UserMistake
from bot.core.message import Buttons
from bot.core.news import ChannelRef
from bot.core.wording import say
from bot.render import slack_limits as limits
from bot.render.slack_blocks import LINK_ACTION, plain_text
from bot.services.replies import CommandLayer, Rights
from handlers.slack_app.answering import Answering, Return
from handlers.slack_app.hub import Hub
from handlers.slack_app.requests import back_of, unescape
from handlers.slack_app.rights import SlackRights

RUN_ACTION: Final = "run"  # the button that runs a command; its value is the line
OUR_ACTIONS: Final = re.compile(r"^w1:")

Shown = Callable[[Mapping[str, Any]], Awaitable[None]]


class Asking:
    """Commands and presses.

    Args:
        hub: opens modals where a line leaves something to ask.
        after_home: shows the Home tab anew after something was pressed in it.
    """

    def __init__(
        self, commands: CommandLayer, rights: SlackRights, answering: Answering, *, hub: Hub, after_home: Shown | None
    ) -> None:
        self._commands = commands
        self._rights = rights
        self._answering = answering
        self._hub = hub
        self._after_home = after_home

    def register(self, app: AsyncApp, command: str) -> None:
        """Listen to the command and to our buttons."""
        app.command(command)(self.on_command)
        app.action(OUR_ACTIONS)(self.on_press)
        app.action(RUN_ACTION)(self.on_run)
        app.action(re.compile(f"^{re.escape(LINK_ACTION)}"))(self.on_link)

    async def on_command(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """`/news TEXT`; a modal opens for an empty TEXT and for 구독 without an expression."""
        await ack()
        line = unescape(str(body.get("text") or "")).strip()
        back = await back_of(body, self._rights)
        if not line:
            await self._hub.open(back)
        elif _wants_form(line):
            await self._hub.open_watch(back)
        else:
            await self._run(back, line)

    async def on_run(self, ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        """A button that runs a line was pressed."""
        await ack()
        await self._run(await back_of(body, self._rights), str(action.get("value") or ""))

    async def on_press(self, ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        """A button of ours, or a choice from one of our menus."""
        await ack()
        back = await back_of(body, self._rights)
        value = str((action.get("selected_option") or {}).get("value") or "")
        name = str(action.get("action_id", ""))
        reply = await self._answering.guard(
            back.caller, lambda: self._commands.press(back.caller, name, value, self._rights)
        )
        await self._answering.reply(back, reply)
        if self._after_home is not None and back.view.get("type") == "home":
            await self._after_home(body)

    async def on_link(self, ack: AsyncAck) -> None:
        """Slack tells of a link button too; nothing is to be done."""
        await ack()

    async def _run(self, back: Return, line: str) -> None:
        """Run one line of chat and answer it, with a button for what would help."""
        asked = _Noticing(self._rights)
        reply = await self._answering.guard(back.caller, lambda: self._commands.run_text(back.caller, line, asked))
        extra: tuple[Mapping[str, Any], ...] = ()
        if reply.failed and not any(isinstance(part, Buttons) for part in reply.message.parts):
            language = self._answering.language_of(back.caller)
            if suggestion := _suggestion(line):
                extra = (_run_button(suggestion, suggestion),)
            elif asked.uninvited and len(line) <= limits.BUTTON_VALUE_MAX:
                extra = (_run_button(say("slack.retry", language), line),)
        await self._answering.reply(replace(back, extra=extra), reply)


class _Noticing:
    """Rights that remember whether the bot was found to be missing in a channel."""

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self.uninvited = False

    async def standing(self, caller: Caller, channel: ChannelRef) -> Standing:
        return await self._rights.standing(caller, channel)

    async def missing(self, channel: ChannelRef) -> tuple[str, ...]:
        lacks = await self._rights.missing(channel)
        self.uninvited = self.uninvited or "right.invite" in lacks
        return lacks


def _wants_form(line: str) -> bool:
    try:
        asked = parse(line)
    except UserMistake:
        return False
    return asked.name == "watch.add" and not asked.get("expression")


def _suggestion(line: str) -> str:
    """The line with its unknown first word replaced by the nearest command; empty when that is not the trouble."""
    try:
        parse(line)
    except UserMistake as mistake:
        nearest = str(mistake.values.get("suggestion") or "")
        if mistake.key == "command.unknown" and nearest:
            _, _, rest = line.strip().partition(" ")
            return f"{nearest} {rest}".strip()[: limits.BUTTON_VALUE_MAX]
    return ""


def _run_button(label: str, line: str) -> Mapping[str, Any]:
    button = {
        "type": "button",
        "action_id": RUN_ACTION,
        "text": plain_text(label, limits.BUTTON_TEXT_MAX),
        "value": line,
        "style": "primary",
    }
    return {"type": "actions", "elements": [button]}
