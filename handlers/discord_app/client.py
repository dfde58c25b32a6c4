"""The client: what Discord tells, handed to the command layer, and back."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, cast

import discord
import structlog
from discord import app_commands

from bot.adapters.check_discord import missing_of
from bot.core.commands import BY_NAME, Invocation
from bot.core.errors import SosikError
from bot.core.news import ChannelRef, Platform
from bot.core.wording import say
from bot.render import discord_embeds
from bot.render.discord_ids import ControlId
from bot.render.discord_limits import SUGGESTION_MAX
from bot.services.platform_events import PlatformEvents
from bot.services.replies import CommandLayer, Reply
from handlers.discord_app import editing, tree
from handlers.discord_app.answering import answer, answer_with, show, sorry
from handlers.discord_app.pressing import Pressed, menu_of, one_line, why_of
from handlers.discord_app.rights import Interaction, InteractionRights, Known, caller_of

SEEN_MAX: Final = 5_000  # interactions remembered; Discord replays seconds of them, not hours

GUILDS_SECONDS: Final = 0.2  # between two guilds at the start; nothing of ours waits for the last one

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StoredHash:
    """Where the hash of the commands registered last is kept."""

    read: Callable[[], Awaitable[str | None]]
    write: Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards of this process, of how many in all."""

    ids: tuple[int, ...]
    count: int


class Client(discord.AutoShardedClient):
    """One bot. The commands themselves are the command layer's."""

    def __init__(
        self,
        commands: CommandLayer,
        *,
        language: str,
        events: PlatformEvents | None,
        stored_hash: StoredHash | None,
        known: Known | None,
        shards: Shards | None,
    ) -> None:
        some: dict[str, Any] = {"shard_ids": list(shards.ids), "shard_count": shards.count} if shards else {}
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            guild_ready_timeout=GUILDS_SECONDS,
            **some,
        )
        self._commands = commands
        self._language = language
        self._events = events
        self._stored_hash = stored_hash
        self._known = known
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._down: set[int] = set()
        self.live = asyncio.Event()
        self.tree = _Tree(self, language=language)

    async def setup_hook(self) -> None:
        """Controls of every message ever sent are heard from here on."""
        self.add_dynamic_items(Pressed)
        await self.tree.set_translator(tree.Texts())
        tree.fill(self.tree, self.asked, self.suggested)
        self.tree.add_command(app_commands.ContextMenu(name=tree.text("discord.why"), callback=self.asked_why))

    async def register(self) -> None:
        """Register the commands when they are not the ones registered last (creates are limited to 200 a day)."""
        payload = f"{self.application_id}:{await tree.hash_of(self.tree)}"
        if self._stored_hash is not None and await self._stored_hash.read() == payload:
            return
        try:
            await self.tree.sync()
        except (app_commands.CommandSyncFailure, discord.HTTPException) as error:
            log.error("discord_sync_failed", error=str(error))  # noqa: TRY400 - the text says all
            return
        if self._stored_hash is not None:
            await self._stored_hash.write(payload)
        log.info("discord_commands_registered", commands=len(self.tree.get_commands()))

    # commands

    async def asked(self, interaction: Interaction, call: Invocation) -> None:
        """A slash command."""
        if self._is_repeated(interaction):
            return
        caller, command = await caller_of(interaction, self._known), BY_NAME[call.name]
        if call.name == "watch.edit" and set(call.arguments) == {"watch"}:
            watch = await self._known.watch(caller, call.get("watch")) if self._known is not None else None
            if watch is not None or self._known is None:  # else the command itself says what is wrong
                language = caller.language or self._language
                await interaction.response.send_modal(editing.dialog(call.get("watch"), watch, language))
                return
        defer = command.asks_network and (call.name != "watch.test" or bool(call.get("url")))
        await answer_with(interaction, self._commands.run(caller, call, InteractionRights(interaction)), defer=defer)

    async def asked_why(self, interaction: Interaction, message: discord.Message) -> None:
        """The message command 왜 이 알림?"""
        if self._is_repeated(interaction):
            return
        caller = await caller_of(interaction, self._known)
        action = why_of(message) if self.user is not None and message.author.id == self.user.id else ""
        if not action:
            language = caller.language or self._language
            await answer(interaction, Reply(one_line(say("discord.not_ours", language), language), failed=True))
            return
        work = self._commands.press(caller, action, "", InteractionRights(interaction))
        await answer_with(interaction, work, defer=False)

    async def suggested(self, interaction: Interaction, kind: str, typed: str) -> list[app_commands.Choice[str]]:
        """Autocomplete."""
        found = self._commands.suggest(await caller_of(interaction, self._known), kind, typed)
        return [
            app_commands.Choice(name=each.label[:SUGGESTION_MAX], value=each.value)
            for each in found
            if each.label.strip() and 0 < len(each.value) <= SUGGESTION_MAX
        ]

    # controls and dialogs

    async def pressed(self, interaction: Interaction, control: ControlId, *, value: str, label: str) -> None:
        """A button or a choice from a select."""
        if self._is_repeated(interaction):
            return
        try:
            await self._press(interaction, control, value=value, label=label)
        except Exception as error:  # noqa: BLE001 - a person waits, whatever broke
            await sorry(interaction, error, self._language)

    async def _press(self, interaction: Interaction, control: ControlId, *, value: str, label: str) -> None:
        caller = await caller_of(interaction, self._known)
        if control.options and not value:
            language = caller.language or self._language
            payload = discord_embeds.menu(
                say("discord.choose", language), menu_of(control, label, language), language=language
            )
            await show(interaction, payload)
            return
        work = self._commands.press(caller, control.action, value, InteractionRights(interaction))
        if value and interaction.message is not None and interaction.message.flags.ephemeral:
            work = _replacing(work)  # the choice is made: its menu goes
        await answer_with(interaction, work, defer=False)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Dialogs: what they ask is in their id and their fields, so they outlive a restart too."""
        if interaction.type is not discord.InteractionType.modal_submit or self._is_repeated(interaction):
            return
        try:
            call = editing.read(cast("dict[str, Any]", interaction.data or {}))
            work = self._commands.run(await caller_of(interaction, self._known), call, InteractionRights(interaction))
            await answer_with(interaction, work, defer=False)
        except Exception as error:  # noqa: BLE001 - a person waits, whatever broke
            await sorry(interaction, error, self._language)

    def _is_repeated(self, interaction: Interaction) -> bool:
        """A resumed session may replay what was already acted upon."""
        if interaction.id in self._seen:
            return True
        self._seen[interaction.id] = None
        if len(self._seen) > SEEN_MAX:
            self._seen.popitem(last=False)
        return False

    # the connection

    @property
    def all_shards_live(self) -> bool:
        """Whether every shard has a session."""
        return self.live.is_set() and not self.is_closed()

    async def on_shard_connect(self, shard_id: int) -> None:
        """A session began: commands are heard from here on, whatever guilds are still on their way."""
        self._lives(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """A session goes on."""
        self._lives(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Disconnects are normal; discord.py comes back by itself."""
        self._down.add(shard_id)
        self.live.clear()
        log.info("discord_disconnected", shard=shard_id)

    def _lives(self, shard_id: int) -> None:
        self._down.discard(shard_id)
        if not self._down and len(self.shards) == len(self.shard_ids or range(self.shard_count or 1)):
            self.live.set()
        log.info("discord_connected", shard=shard_id)

    # channels and servers

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Nothing can be posted there any more."""
        await self._closed(_ref(channel), "delivery.channel_gone")

    async def on_guild_channel_update(self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """Permissions may have changed."""
        could, can = _can_post(before), _can_post(after)
        if could and not can:
            await self._closed(_ref(after), "discord.no_permission")
        elif can and not could:
            await self._opened(_ref(after))

    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """A role of ours changed: whatever is open now may be tried again."""
        mine = after.guild.me
        if before.permissions == after.permissions or mine is None or after not in mine.roles:
            return
        for channel in after.guild.channels:
            if _can_post(channel):
                await self._opened(_ref(channel))

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A forum post or thread is gone."""
        ref = ChannelRef(Platform.DISCORD, str(payload.guild_id), str(payload.thread_id))
        await self._closed(ref, "delivery.channel_gone")

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed; an outage is another event."""
        if self._events is not None:
            await self._told(self._events.workspace_gone(str(guild.id)))

    async def _closed(self, channel: ChannelRef, reason_key: str) -> None:
        if self._events is not None:
            await self._told(self._events.channel_closed(channel, reason_key))

    async def _opened(self, channel: ChannelRef) -> None:
        if self._events is not None:
            await self._told(self._events.channel_opened(channel))

    async def _told(self, telling: Awaitable[None]) -> None:
        try:
            await telling
        except SosikError as error:
            log.warning("discord_event_lost", error=str(error))


class _Tree(app_commands.CommandTree[discord.Client]):
    """The tree answers also when something breaks."""

    def __init__(self, client: discord.Client, *, language: str) -> None:
        super().__init__(client)
        self._language = language

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Nothing may leave a person without an answer."""
        await sorry(interaction, error, self._language)


async def _replacing(work: Awaitable[Reply]) -> Reply:
    reply = await work
    return Reply(reply.message, public=reply.public, failed=reply.failed, replaces=True)


def _ref(channel: discord.abc.GuildChannel) -> ChannelRef:
    return ChannelRef(Platform.DISCORD, str(channel.guild.id), str(channel.id))


def _can_post(channel: discord.abc.GuildChannel) -> bool:
    mine = channel.guild.me
    return mine is not None and not missing_of(channel.permissions_for(mine), thread=False)
