"""Who asks, and what Discord says that they and we may do. It comes with every interaction: nothing is remembered."""

from typing import Any, Final, Protocol

import discord
from discord import Permissions

from bot.adapters.check_discord import missing_of
from bot.core.commands import Caller, Standing
from bot.core.news import ChannelRef, Platform, Watch

DIRECT: Final = "@me"  # the workspace of direct messages that no server's watch uses, as in Discord's own addresses

Interaction = discord.Interaction[discord.Client]


class Known(Protocol):
    """What the handlers ask of the store; without it dialogs open empty and direct messages belong to nobody."""

    async def watch(self, caller: Caller, number: str) -> Watch | None:
        """The watch with this number in the caller's channel, as people write it; None when there is none."""
        ...

    async def workspace_of(self, channel: str) -> str | None:
        """The workspace whose watches use this direct-message channel (`Poster.direct`), the latest when several do."""
        ...


async def caller_of(interaction: Interaction, known: Known | None) -> Caller:
    """Who asks. The name is plain text: what a feed or a person writes must never become a mention."""
    channel = str(interaction.channel_id or 0)
    workspace = str(interaction.guild_id) if interaction.guild_id is not None else None
    if workspace is None and known is not None:
        workspace = await known.workspace_of(channel)
    return Caller(
        channel=ChannelRef(Platform.DISCORD, workspace or DIRECT, channel),
        user=str(interaction.user.id),
        name=f"@{interaction.user.display_name}",
        language=language_of(interaction.locale),
        interaction=str(interaction.id),
    )


def language_of(locale: discord.Locale) -> str | None:
    """`ko` or `en`; None for a person who reads another language."""
    if locale is discord.Locale.korean:
        return "ko"
    return "en" if locale in {discord.Locale.american_english, discord.Locale.british_english} else None


class InteractionRights:
    """What one interaction tells of the rights of its caller, and of ours."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction

    async def standing(self, caller: Caller, channel: ChannelRef) -> Standing:
        """From the caller's permissions in that very channel; writing there is needed to change anything."""
        if channel.workspace != caller.channel.workspace:
            return Standing.GUEST
        if self._interaction.guild_id is None:
            return Standing.MANAGER if channel == caller.channel else Standing.GUEST
        may = self._permissions(channel.channel, ours=False)
        if may is None or not may.view_channel:
            return Standing.GUEST
        writes = may.send_messages_in_threads if self._is_thread(channel.channel) else may.send_messages
        if may.administrator or (may.manage_guild and writes):
            return Standing.ADMIN
        return Standing.MANAGER if may.manage_channels and writes else Standing.READER

    async def missing(self, channel: ChannelRef) -> tuple[str, ...]:
        """What we lack to post there."""
        if self._interaction.guild_id is None:
            return ()
        may = self._permissions(channel.channel, ours=True)
        if may is None:
            return ("right.view_channel",)
        return missing_of(may, thread=self._is_thread(channel.channel))

    def _permissions(self, channel: str, *, ours: bool) -> Permissions | None:
        """As resolved by Discord where the interaction says it, else computed from what the Gateway told."""
        here = self._interaction
        if channel == str(here.channel_id):
            return here.app_permissions if ours else here.permissions
        resolved = self._resolved(channel)
        told = resolved.get("app_permissions" if ours else "permissions")
        if told is not None:
            return Permissions(int(told))
        guild = here.guild
        found = guild.get_channel_or_thread(int(channel)) if guild is not None and channel.isdecimal() else None
        member = (guild.me if guild is not None else None) if ours else here.user
        if found is None or not isinstance(member, discord.Member):
            return None
        return found.permissions_for(member)

    def _is_thread(self, channel: str) -> bool:
        here = self._interaction
        if channel == str(here.channel_id):
            return isinstance(here.channel, discord.Thread)
        kind = self._resolved(channel).get("type")
        if kind is not None:
            return kind in {10, 11, 12}
        guild = here.guild
        return guild is not None and channel.isdecimal() and guild.get_thread(int(channel)) is not None

    def _resolved(self, channel: str) -> dict[str, Any]:
        data: Any = self._interaction.data or {}
        found = data.get("resolved", {}).get("channels", {}).get(channel, {})
        return found if isinstance(found, dict) else {}
