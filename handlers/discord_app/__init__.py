"""Discord's side of the conversation: Gateway in, answers and commands out. Heavy; `app.py` imports it when needed."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import aiohttp
import discord
import structlog
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.adapters.post_discord import LOOPBACK_HOSTS, use_api
from bot.core.errors import GiveUp, Reach, TryLater, UserMistake
from bot.services.platform_events import PlatformEvents
from bot.services.replies import CommandLayer
from handlers.discord_app.client import Client, Shards, StoredHash
from handlers.discord_app.rights import Known

__all__ = ["DiscordApp", "Known", "Shards", "StoredHash", "build"]

START_SECONDS: Final = 30.0

log = structlog.get_logger(__name__)


def build(
    commands: CommandLayer,
    *,
    token: str,
    api_url: str,
    language: str = "ko",
    events: PlatformEvents | None = None,
    stored_hash: StoredHash | None = None,
    known: Known | None = None,
    shards: Shards | None = None,
) -> "DiscordApp":
    """Wire everything; nothing is opened before `start`.

    Args:
        commands: the command layer.
        token: the bot's.
        api_url: the REST base; the Gateway's address is what its `/gateway/bot` answers.
        language: of answers where Discord tells neither Korean nor English.
        events: told of channels and servers that close.
        stored_hash: of the commands registered last; without it they are registered at every start.
        known: what the store knows of watches and direct messages.
        shards: the shards of this process; by default all that Discord recommends.
    """
    use_api(api_url)

    def make() -> Client:
        return Client(commands, language=language, events=events, stored_hash=stored_hash, known=known, shards=shards)

    return DiscordApp(make, token=token)


class DiscordApp:
    """One connection to Discord, kept up until `stop`.

    Attributes:
        failure: why the connection ended for good, after a good start; None while it lives.
    """

    def __init__(self, make: Callable[[], Client], *, token: str) -> None:
        self._make = make
        self._token = token
        self._client: Client | None = None
        self._running: asyncio.Task[None] | None = None
        self.failure: GiveUp | None = None

    @property
    def connected(self) -> bool:
        """Whether every shard of this process has a live session."""
        return self._client is not None and self._client.all_shards_live

    async def start(self) -> None:
        """Log in, register commands when they changed, open the Gateway. Returns before the Gateway is ready.

        Raises:
            GiveUp: `discord.token`: Discord does not know the token.
            TryLater: Discord cannot be reached; `start` may be called again.
            UserMistake: the Gateway's address is plain `ws` to another machine.
        """
        client = self._make()
        try:
            async with asyncio.timeout(START_SECONDS):
                await client.login(self._token)
                client.shard_count = await _gateway(client)
                await client.register()
        except BaseException as error:
            await client.close()
            raise _told(error) from error
        self._client = client
        self._running = asyncio.create_task(self._run(client), name="discord")

    async def ready(self, timeout_seconds: float) -> bool:
        """Wait until connected; False when it took longer."""
        if self._client is None:
            return False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._client.live.wait()
        return self.connected

    async def stop(self) -> None:
        """Close everything."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    async def _run(self, client: Client) -> None:
        try:
            await client.connect(reconnect=True)
        except discord.PrivilegedIntentsRequired:
            self.failure = GiveUp("discord.intents", reach=Reach.PLATFORM)
        except discord.ConnectionClosed as error:
            key = "discord.token" if error.code == 4004 else "discord.closed"
            self.failure = GiveUp(key, reach=Reach.WORKSPACE, error=error.code)
        except discord.DiscordException as error:
            self.failure = GiveUp("discord.closed", reach=Reach.WORKSPACE, error=type(error).__name__)
        if self.failure is not None:
            client.live.clear()
            log.error("discord_ended", error=str(self.failure))


async def _gateway(client: Client) -> int:
    """Where the Gateway is, and how many shards there are; asked also when the count is set (contract §3)."""
    answer = await client.http.request(Route("GET", "/gateway/bot"))
    url = URL(answer["url"])
    if url.scheme not in {"ws", "wss"} or (url.scheme == "ws" and url.host not in LOOPBACK_HOSTS):
        raise UserMistake("discord.gateway_plain", url=str(url))
    limit = answer.get("session_start_limit", {})
    if limit.get("remaining", 1) < 1:
        # More would reset the token (discord-api-docs topics/gateway, "Session Start Limit").
        raise TryLater("discord.sessions", after_seconds=limit.get("reset_after", 0) / 1000, reach=Reach.PLATFORM)
    DiscordWebSocket.DEFAULT_GATEWAY = url
    return client.shard_count or int(answer["shards"])


def _told(error: BaseException) -> BaseException:
    match error:
        case discord.LoginFailure():
            return GiveUp("discord.token", reach=Reach.WORKSPACE, error="401")
        case discord.HTTPException():
            return TryLater("discord.unreachable", error=error.status)
        case TimeoutError() | aiohttp.ClientError() | OSError():
            return TryLater("discord.unreachable", error=type(error).__name__)
        case _:
            return error
