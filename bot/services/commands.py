"""The one command layer under Slack, Discord and the console: rights, dispatch, and mistakes turned into answers.

A command reads, decides and writes through the store; what the whole channel hears goes through the outbox; what the
asker sees is the Reply.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
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

LOOK_UPS_A_MINUTE = 20  # of one person (facts/security.md §3)
_LOOK_UPS = frozenset({"news.search", "news.trend", "watch.test"})
_MINUTE = timedelta(minutes=1)
_MOST_REMEMBERED = 1_000  # people, before those who asked nothing lately are forgotten

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
    """Runs commands and presses; nothing that a user or another server caused comes out as an exception.

    Attributes:
        installer_of: who took the bot into a channel's workspace; may do what an admin may.
    """

    def __init__(self, desk: Desk, *, ran: Callable[[Caller, str, Reply], None] = lambda *_: None) -> None:
        self._desk = desk
        self._ran = ran
        self._looked: dict[str, deque[datetime]] = {}
        self.installer_of: Callable[[ChannelRef], str] = lambda _: ""

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
        asked = Asked(self._desk, caller, _Raised(rights, self._standing), settings)
        if command.needs > Standing.GUEST:
            standing = await self._standing(caller, channel, rights)
            if not allowed(standing, command.needs, settings, caller):
                raise refusal(standing, command.needs, settings)
        if command.name in _LOOK_UPS and not call.get("page") and (command.name != "watch.test" or call.get("url")):
            await self._spend_look_up(caller)
        if command.name == "watch.add":
            await _refuse_mute_channel(asked, rights)
        return await HANDLERS[command.name](asked, call)

    async def _press(self, caller: Caller, action: str, value: str, rights: Rights) -> Reply:
        settings = await self._desk.store.channels.settings(caller.channel)
        asked = Asked(self._desk, caller, _Raised(rights, self._standing), settings)
        pressed = pressing.read(action, value)
        if pressed.needs > Standing.GUEST:
            standing = await self._standing(caller, caller.channel, rights)
            if not allowed(standing, pressed.needs, settings, caller):
                raise refusal(standing, pressed.needs, settings)
        return await pressed.act(asked, pressed, lambda call: self._run(caller, BY_NAME[call.name], call, rights))

    async def _standing(self, caller: Caller, channel: ChannelRef, rights: Rights) -> Standing:
        if f"{channel.platform}:{caller.user}" in self._desk.operators:
            return Standing.OPERATOR
        standing = await rights.standing(caller, channel)
        installer = self.installer_of(channel)
        return Standing.ADMIN if installer and installer == caller.user and standing >= Standing.READER else standing

    async def _spend_look_up(self, caller: Caller) -> None:
        """Look-ups read thousands of articles: so many a minute for each person (facts/security.md §3)."""
        now = await self._desk.store.housekeeping.ping()
        spent = self._looked.setdefault(f"{caller.channel.platform}:{caller.user}", deque())
        while spent and now - spent[0] >= _MINUTE:
            spent.popleft()
        if len(spent) >= LOOK_UPS_A_MINUTE:
            wait = _MINUTE - (now - spent[0])
            raise UserMistake("quota.look_ups", most=LOOK_UPS_A_MINUTE, seconds=max(1, round(wait.total_seconds())))
        spent.append(now)
        if len(self._looked) > _MOST_REMEMBERED:
            self._looked = {who: times for who, times in self._looked.items() if times and now - times[-1] < _MINUTE}

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


class _Raised:
    """Rights with what operators and installers may do beyond what the platform says."""

    def __init__(self, rights: Rights, standing: Callable[[Caller, ChannelRef, Rights], Awaitable[Standing]]) -> None:
        self._rights = rights
        self._standing = standing

    async def standing(self, caller: Caller, channel: ChannelRef) -> Standing:
        """As the command layer judges it."""
        return await self._standing(caller, channel, self._rights)

    async def missing(self, channel: ChannelRef) -> tuple[str, ...]:
        """As the platform says."""
        return await self._rights.missing(channel)


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
