"""The one command layer under Slack, Discord and the console: rights, dispatch, and mistakes turned into answers.

A command reads, decides and writes through the store; what the whole channel hears goes through the outbox; what the
asker sees is the Reply.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import structlog

from bot.core.commands import BY_NAME, Caller, Command, Invocation, Standing, parse
from bot.core.errors import SosikError, UserMistake
from bot.core.message import Button, Buttons, Message, Option, Paragraph, Span
from bot.core.news import ChannelRef
from bot.core.wording import say
from bot.services.commanding import digesting, looking_up, pressing, settling, sourcing, watching
from bot.services.commanding.desk import Asked, Desk, allowed, refusal
from bot.services.replies import Reply, Rights

log = structlog.get_logger(__name__)

Handler = Callable[[Asked, Invocation], Awaitable[Reply]]

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "watch.add": watching.add,
        "watch.list": watching.show,
        "watch.edit": watching.edit,
        "watch.remove": watching.remove,
        "watch.mute": watching.mute,
        "watch.unmute": watching.unmute,
        "watch.test": looking_up.test,
        "news.latest": watching.latest,
        "news.me": watching.me,
        "news.search": looking_up.search,
        "news.trend": looking_up.trend,
        "news.settings": settling.settings,
        "news.status": looking_up.status,
        "news.help": looking_up.help_,
        "digest.set": digesting.set_,
        "digest.show": digesting.show,
        "digest.now": digesting.now,
        "digest.off": digesting.off,
        "source.add": sourcing.add,
        "source.list": sourcing.show,
        "source.pause": sourcing.pause,
        "source.resume": sourcing.resume,
        "source.remove": sourcing.remove,
        "source.check": sourcing.check,
    }
)


class Commands:
    """Runs commands and presses; nothing that a user or another server caused comes out as an exception."""

    def __init__(self, desk: Desk, *, ran: Callable[[Caller, str, Reply], None] = lambda *_: None) -> None:
        self._desk = desk
        self._ran = ran

    async def run_text(self, caller: Caller, text: str, rights: Rights) -> Reply:
        """A line of chat."""
        try:
            call = parse(text)
        except UserMistake as error:
            return await self._mistake(caller, error, meant=await self._meant(text, error))
        return await self.run(caller, call, rights)

    async def run(self, caller: Caller, invocation: Invocation, rights: Rights) -> Reply:
        """A command already taken apart."""
        command = BY_NAME[invocation.name]
        reply = await self._guarded(caller, lambda: self._run(caller, command, invocation, rights))
        self._ran(caller, invocation.name, reply)
        return reply

    async def press(self, caller: Caller, action: str, value: str, rights: Rights) -> Reply:
        """A button, or a choice from its menu."""
        reply = await self._guarded(caller, lambda: self._press(caller, action, value, rights))
        self._ran(caller, f"press.{action.split(':')[1] if ':' in action else ''}", reply)
        return reply

    def suggest(self, caller: Caller, kind: str, typed: str) -> tuple[Option, ...]:
        """Autocomplete from memory."""
        return self._desk.lookup.suggest(caller, kind, typed)

    async def _run(self, caller: Caller, command: Command, call: Invocation, rights: Rights) -> Reply:
        if command.changes and not await self._desk.store.channels.first_time(caller.interaction):
            return Reply(Message(say("command.twice", caller.language or self._desk.voice.language)))
        channel = _target(caller, call)
        settings = await self._desk.store.channels.settings(channel)
        asked = Asked(self._desk, caller, rights, settings)
        if command.needs > Standing.GUEST:
            standing = await self._standing(caller, channel, rights)
            if not allowed(standing, command.needs, settings, caller):
                raise refusal(standing, command.needs, settings)
        if command.name == "watch.add":
            await _refuse_mute_channel(asked, rights)
        return await HANDLERS[command.name](asked, call)

    async def _press(self, caller: Caller, action: str, value: str, rights: Rights) -> Reply:
        settings = await self._desk.store.channels.settings(caller.channel)
        asked = Asked(self._desk, caller, rights, settings)
        pressed = pressing.read(action, value)
        if pressed.needs > Standing.GUEST:
            standing = await self._standing(caller, caller.channel, rights)
            if not allowed(standing, pressed.needs, settings, caller):
                raise refusal(standing, pressed.needs, settings)
        return await pressed.act(asked, pressed, lambda call: self._run(caller, BY_NAME[call.name], call, rights))

    async def _standing(self, caller: Caller, channel: ChannelRef, rights: Rights) -> Standing:
        if f"{channel.platform}:{caller.user}" in self._desk.operators:
            return Standing.OPERATOR
        return await rights.standing(caller, channel)

    async def _guarded(self, caller: Caller, act: Callable[[], Awaitable[Reply]]) -> Reply:
        try:
            return await act()
        except SosikError as error:
            return await self._mistake(caller, error)
        except Exception as error:
            # A person is waiting: whatever broke, they get one sentence, and the log gets the rest.
            log.exception("command_failed", error=type(error).__name__)
            return await self._mistake(caller, UserMistake("command.broken"))

    async def _meant(self, text: str, error: UserMistake) -> tuple[Button, ...]:
        """A button that runs the line with the command word that is nearest."""
        suggestion = str(error.values.get("suggestion", ""))
        if not suggestion:
            return ()
        try:
            call = parse(text.strip().replace(str(error.values["word"]), suggestion, 1))
        except UserMistake:
            return ()
        return (Button(suggestion, action=f"w1:kept:{await self._desk.lookup.keep(call)}"),)

    async def _mistake(self, caller: Caller, error: SosikError, *, meant: tuple[Button, ...] = ()) -> Reply:
        language = caller.language or await self._language(caller)
        near = error.key == "command.unknown" and error.values.get("suggestion")
        text = say("command.unknown_near" if near else error.key, language, **error.values)
        parts = (Paragraph((Span(text),)), *((Buttons(meant),) if meant else ()))
        return Reply(Message(text, parts, language=language), failed=True)

    async def _language(self, caller: Caller) -> str:
        try:
            settings = await self._desk.store.channels.settings(caller.channel)
        except SosikError:
            return self._desk.voice.language
        return settings.language or self._desk.voice.language


def _target(caller: Caller, call: Invocation) -> ChannelRef:
    """The channel a command is about: the one named in it, else the one it came from.

    A button in a direct message names its channel in full, since the two may be of different workspaces.
    """
    named = call.get("channel")
    if ":" in named:
        return ChannelRef.parse(named)
    return replace(caller.channel, channel=named) if named else caller.channel


async def _refuse_mute_channel(asked: Asked, rights: Rights) -> None:
    missing = await rights.missing(asked.channel)
    if "right.invite" in missing:
        raise UserMistake("right.invite")
    if missing:
        raise UserMistake("right.missing", missing=", ".join(asked.text(key) for key in missing))
