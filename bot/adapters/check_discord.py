"""What a check of the Discord side finds: token, application, sessions left, rights in every channel with watches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import discord
from discord.http import Route

from bot.adapters.post_discord import use_api
from bot.core.errors import GiveUp, Reach, TryLater
from bot.core.news import ChannelRef

# View Channel, Send Messages, Embed Links, Send Messages in Threads: what posting needs, and nothing else
# (discord-api-docs topics/permissions). Read Message History is asked for as well, to look before posting again.
PERMISSIONS: Final = discord.Permissions(
    view_channel=True, send_messages=True, embed_links=True, send_messages_in_threads=True, read_message_history=True
)
SCOPES: Final = ("bot", "applications.commands")
FEW_SESSIONS: Final = 20  # of 1000 a day; fewer left means that something restarts in a loop


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        key: the sentence in `core/wording`; it says what to do when `well` is False.
        values: what the sentence names.
        channel: which channel it is about.
        missing: wording keys of the rights we lack there.
    """

    key: str
    well: bool
    values: dict[str, object] = field(default_factory=dict)
    channel: ChannelRef | None = None
    missing: tuple[str, ...] = ()


async def examine(token: str, *, api_url: str, channels: Sequence[ChannelRef] = ()) -> tuple[Finding, ...]:
    """Ask Discord about everything that posting and listening need. It changes nothing.

    Raises:
        GiveUp: `discord.token`.
        TryLater: `discord.unreachable`.
        UserMistake: the address is wrong.
    """
    use_api(api_url)
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        await client.login(token)
        found = [*await _application(client), await _sessions(client)]
        found.extend([await _channel(client, channel) for channel in channels])
    except discord.LoginFailure as error:
        raise GiveUp("discord.token", reach=Reach.WORKSPACE, error="401") from error
    except discord.HTTPException as error:
        raise TryLater("discord.unreachable", error=error.status) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise TryLater("discord.unreachable", error=type(error).__name__) from error
    finally:
        await client.close()
    return tuple(found)


def invite_url(application: int) -> str:
    """The link that puts the bot into a server."""
    return discord.utils.oauth_url(application, permissions=PERMISSIONS, scopes=SCOPES)


def missing_of(may: discord.Permissions, *, thread: bool) -> tuple[str, ...]:
    """Wording keys of the rights that a posting bot needs and has not (facts/discord.md §4)."""
    writes = may.send_messages_in_threads if thread else may.send_messages
    needed = {
        "right.view_channel": may.view_channel,
        "right.threads" if thread else "right.send_messages": writes,
        "right.embed_links": may.embed_links,
    }
    return () if may.administrator else tuple(key for key, given in needed.items() if not given)


async def _application(client: discord.Client) -> list[Finding]:
    application = await client.application_info()
    name = client.user.name if client.user is not None else application.name
    found = [
        Finding("discord.check_token", well=True, values={"name": name}),
        Finding("discord.check_invite", well=True, values={"url": invite_url(application.id)}),
    ]
    if application.interactions_endpoint_url:
        # With an endpoint set, Discord sends no interaction over the Gateway (interactions/receiving-and-responding).
        found.append(Finding("discord.check_endpoint", well=False))
    return found


async def _sessions(client: discord.Client) -> Finding:
    answer: Any = await client.http.request(Route("GET", "/gateway/bot"))
    left = answer.get("session_start_limit", {}).get("remaining", FEW_SESSIONS)
    return Finding("discord.check_sessions", well=left >= FEW_SESSIONS, values={"left": left})


async def _channel(client: discord.Client, channel: ChannelRef) -> Finding:
    """Our rights in one channel, from the server's roles and the channel's overwrites."""
    if not (channel.workspace.isdecimal() and channel.channel.isdecimal()):
        return Finding("discord.check_channel", well=True, channel=channel)
    try:
        guild = await client.fetch_guild(int(channel.workspace), with_counts=False)
        place = await guild.fetch_channel(int(channel.channel))
        me = await guild.fetch_member(client.user.id if client.user is not None else 0)
    except (discord.Forbidden, discord.NotFound):
        return Finding("delivery.channel_gone", well=False, channel=channel)
    except discord.InvalidData:  # a direct message, kept under the server that asked for it
        return Finding("discord.check_channel", well=True, channel=channel)
    may = place.permissions_for(me)
    missing = missing_of(may, thread=isinstance(place, discord.Thread))
    if missing:
        return Finding("discord.no_permission", well=False, channel=channel, missing=missing)
    if not may.read_message_history:
        return Finding("delivery.cannot_look", well=False, channel=channel, missing=("right.history",))
    return Finding("discord.check_channel", well=True, channel=channel)
