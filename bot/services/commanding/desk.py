"""What every command has at hand, and the small steps they share."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.store import Store
from bot.adapters.store.channels import ChannelSettings
from bot.core import compose, timing
from bot.core.commands import Caller, Standing
from bot.core.compose import Voice
from bot.core.errors import UserMistake
from bot.core.message import Bullets, Button, Buttons, Heading, Message, Paragraph, Part, Span
from bot.core.news import ChannelRef, Platform
from bot.core.wording import say
from bot.services.digest import Digesting
from bot.services.lookup import Lookup
from bot.services.replies import Reply, Rights
from bot.services.sourcing import Sourcing

_DAYS = {-1: "day.yesterday", 0: "day.today", 1: "day.tomorrow"}
UNDO_WITHIN = timedelta(minutes=10)
PAGE_ROWS = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """What commands work with.

    Attributes:
        wake: deliver what was queued at once.
        aliases_for: other names of a company; empty when it is none that we know.
        direct: the channel for direct messages to a person of a channel's workspace.
        operators: `platform:user` that may do everything.
        greet: post into a direct channel right now, past its queue: whether it is open must be known before anything
            is promised. None where nothing is posted from here.
        quota_watches: of one workspace, where several share this install (facts/security.md §3); None: no limit.
    """

    store: Store
    lookup: Lookup
    sourcing: Sourcing
    digesting: Digesting
    voice: Voice
    wake: Callable[[], None]
    direct: Callable[[ChannelRef, str], Awaitable[ChannelRef]]
    operators: frozenset[str] = frozenset()
    version: str = ""
    aliases_for: Callable[[str], tuple[str, ...]] = lambda _: ()
    greet: Callable[[ChannelRef, Message], Awaitable[None]] | None = None
    quota_watches: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as commands see it."""

    desk: Desk
    caller: Caller
    rights: Rights
    settings: ChannelSettings

    @property
    def voice(self) -> Voice:
        """How the caller is answered in private."""
        language = self.caller.language or self.settings.language or self.desk.voice.language
        return Voice(language, self.caller.zone or self.desk.voice.zone)

    @property
    def public_voice(self) -> Voice:
        """How the channel is spoken to."""
        zone = (self.settings.digest or {}).get("timezone") or self.desk.voice.zone
        return Voice(self.settings.language or self.desk.voice.language, zone)

    @property
    def channel(self) -> ChannelRef:
        """The channel that is asked about."""
        return self.settings.ref

    @property
    def workspace(self) -> str:
        """`platform:workspace`."""
        return f"{self.channel.platform}:{self.channel.workspace}"

    def text(self, key: str, **values: object) -> str:
        """A sentence for the caller."""
        return say(key, self.voice.language, **values)

    def answer(self, text: str, *, buttons: Sequence[Button] = (), parts: Sequence[Part] = ()) -> Reply:
        """A private answer: a line, further parts, buttons."""
        body: list[Part] = [Paragraph((Span(text),)), *parts]
        if buttons:
            body.append(Buttons(tuple(buttons)))
        return Reply(Message(text, tuple(body), language=self.voice.language))

    def listing(self, heading: str, items: Iterable[tuple[Span, ...]], *, buttons: Sequence[Button] = ()) -> Reply:
        """A private answer: a heading and a list."""
        parts: list[Part] = [Heading(heading), Bullets(tuple(items))]
        if buttons:
            parts.append(Buttons(tuple(buttons)))
        return Reply(Message(heading, tuple(parts), language=self.voice.language))

    async def announce(self, key: str, **values: object) -> None:
        """Say one line to the channel, by the outbox."""
        line = say(key, self.public_voice.language, **values)
        await self.desk.store.outbox.say(self.channel, compose.notice(line, voice=self.public_voice))
        self.desk.wake()

    def when(self, at: datetime, now: datetime) -> str:
        """A time in the caller's zone, near ones by name: `오늘 09:14`, `내일 09:00`, `7/24(수) 07:30`."""
        here, today = (each.astimezone(timing.zone_of(self.voice.zone)) for each in (at, now))
        day = _DAYS.get((here.date() - today.date()).days)
        return self.text(day, time=f"{here:%H:%M}") if day else compose.moment(at, self.voice)

    def typed(self, line: str) -> str:
        """A line as people type it here."""
        return f"/news {line}" if self.channel.platform is Platform.SLACK else line

    def undo(self, change: int) -> Button:
        """The button that puts things back."""
        return Button(self.text("button.undo"), action=f"w1:undo:{change}")


def allowed(standing: Standing, needs: Standing, settings: ChannelSettings, caller: Caller) -> bool:
    """Whether somebody of this standing may run what needs that much.

    A channel's list of managers names further ones; on Slack, where every full member is one, it also shuts the others
    out (design/commands.md §2).
    """
    if settings.managers:
        named = caller.user in settings.managers
        if standing is Standing.READER and named:
            standing = Standing.MANAGER
        elif standing is Standing.MANAGER and not named and settings.ref.platform is Platform.SLACK:
            standing = Standing.READER
    return standing >= needs


def refusal(standing: Standing, needs: Standing, settings: ChannelSettings) -> UserMistake:
    """Why somebody may not, and who may."""
    if standing is Standing.GUEST:
        return UserMistake("right.guest")
    if needs >= Standing.ADMIN:
        return UserMistake("right.admin_only")
    managers = ", ".join(f"<@{user}>" for user in settings.managers)
    return UserMistake("right.managers_only", managers=managers) if managers else UserMistake("right.manager_only")
