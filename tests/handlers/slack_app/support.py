"""What the tests of the Slack handlers share: a command layer of their own, and a running app."""

from typing import TYPE_CHECKING, Any

from bot.core.commands import Caller, Invocation, Standing, parse
from bot.core.errors import UserMistake
from bot.core.message import Heading, Message, Option
from bot.core.news import ChannelRef
from bot.core.wording import say
from bot.services.replies import Reply, Rights
from bot.services.surfaces import HomePage
from handlers.slack_app import SlackApp, build
from tests.fakes.slack import FakeSlack

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class Layer:
    """A command layer that remembers what it was asked and answers with it."""

    def __init__(self) -> None:
        self.asked: list[tuple[Caller, Any]] = []
        self.reply: Callable[[str], Reply] = lambda line: Reply(Message(f"들은 말: {line}"))
        self.standings: list[Standing] = []
        self.missing: list[tuple[str, ...]] = []
        self.look_at: ChannelRef | None = None
        self.hold: asyncio.Event | None = None

    async def run_text(self, caller: Caller, text: str, rights: Rights) -> Reply:
        self.asked.append((caller, text))
        if self.hold is not None:
            await self.hold.wait()
        channel = self.look_at or caller.channel
        self.standings.append(await rights.standing(caller, channel))
        self.missing.append(await rights.missing(channel))
        try:
            parse(text)
        except UserMistake as mistake:
            return Reply(Message(say("command.unknown", **mistake.values)), failed=True)
        return self.reply(text)

    async def run(self, caller: Caller, invocation: Invocation, rights: Rights) -> Reply:
        self.asked.append((caller, invocation))
        if self.hold is not None:
            await self.hold.wait()
        return self.reply(invocation.name)

    async def press(self, caller: Caller, action: str, value: str, rights: Rights) -> Reply:
        self.asked.append((caller, (action, value)))
        return self.reply(f"{action} {value}".strip())

    def suggest(self, caller: Caller, kind: str, typed: str) -> tuple[Option, ...]:
        return (Option(f"{typed} {kind}", "1"),)


class Shows:
    """Home tab and 왜 이 알림?"""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    async def why(self, caller: Caller, external_id: str, rights: Rights) -> Reply:
        self.asked.append(("why", str(caller.channel), external_id))
        return Reply(Message(f"이유: {external_id}"))

    async def home(self, caller: Caller, page: int, rights: Rights) -> HomePage:
        self.asked.append(("home", str(caller.channel), str(page)))
        return HomePage(Message("내 알림", (Heading(f"내 알림 {page}"),)), page, 3)


class Noted:
    """What the platform told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    async def channel_closed(self, channel: ChannelRef, reason_key: str) -> None:
        self.told.append(("closed", str(channel), reason_key))

    async def channel_opened(self, channel: ChannelRef) -> None:
        self.told.append(("opened", str(channel)))

    async def workspace_gone(self, workspace: str) -> None:
        self.told.append(("gone", workspace))


def app_for(slack: FakeSlack, layer: Layer, **changes: Any) -> SlackApp:
    wanted = {"bot_token": slack.bot_token, "app_token": slack.app_token, "ping_seconds": 0.2} | changes
    return build(layer, api_url=slack.base_url, **wanted)
