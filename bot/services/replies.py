"""What handlers and the command layer say to each other."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.commands import Caller, Invocation, Standing
from bot.core.message import Message, Option
from bot.core.news import ChannelRef


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one command or press, for the asker alone unless `public`.

    What a command says to the whole channel goes through the outbox, not through here.

    Attributes:
        failed: the user's mistake, or something that did not work; the message says what to do.
        replaces: the answer to a press takes the place of the message that carried the button (paging, undo);
            otherwise it is a new private message.
    """

    message: Message
    public: bool = False
    failed: bool = False
    replaces: bool = False


class Rights(Protocol):
    """What the platform says of a person, asked at call time and remembered no longer than 5 minutes."""

    async def standing(self, caller: Caller, channel: ChannelRef) -> Standing:
        """What the caller is to that channel. GUEST when the caller cannot see it."""
        ...

    async def missing(self, channel: ChannelRef) -> tuple[str, ...]:
        """Wording keys of what the bot itself lacks to post there (`right.send_messages`, `right.invite`, …)."""
        ...


class CommandLayer(Protocol):
    """The one command layer, as handlers see it. It never raises for anything a user or another server caused."""

    async def run_text(self, caller: Caller, text: str, rights: Rights) -> Reply:
        """A line of chat."""
        ...

    async def run(self, caller: Caller, invocation: Invocation, rights: Rights) -> Reply:
        """A command already taken apart."""
        ...

    async def press(self, caller: Caller, action: str, value: str, rights: Rights) -> Reply:
        """A button (`value` empty) or a choice from its menu."""
        ...

    def suggest(self, caller: Caller, kind: str, typed: str) -> tuple[Option, ...]:
        """Autocomplete from memory: at most 25 options of at most 100 characters; `kind` as in CommandOption."""
        ...
