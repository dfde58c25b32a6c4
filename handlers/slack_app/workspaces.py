"""The Web API of each workspace, for handlers: one client a workspace, one shared session, a deadline for each call."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import TryLater

CALL_SECONDS: Final = 5.0
DIRECTS_MOST: Final = 10_000


class SlackRefusedError(Exception):
    """Slack's own name for what it refused; `""` when the answer named nothing."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Workspaces:
    """Clients by team id.

    Args:
        token_for: the bot token of a workspace, or None when the app is not installed there.
        api_url: the base of every client.
    """

    def __init__(self, token_for: Callable[[str], str | None], *, api_url: str) -> None:
        self._token_for = token_for
        self._api_url = api_url
        self._session: aiohttp.ClientSession | None = None
        self._directs: dict[tuple[str, str], str] = {}
        self._bots: dict[str, tuple[str, str]] = {}  # team → token, bot user

    @property
    def session(self) -> aiohttp.ClientSession:
        """Shared by all calls; opened with the first one."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def close(self) -> None:
        """Close the shared session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def client(self, token: str | None = None) -> AsyncWebClient:
        """A client that never repeats a call by itself."""
        return AsyncWebClient(token=token, base_url=self._api_url, retry_handlers=[], session=self.session)

    def token(self, team: str) -> str | None:
        """The bot token of a workspace."""
        return self._token_for(team)

    async def bot_user(self, team: str) -> str:
        """The bot's own user id there, asked once for each token; empty when Slack does not say."""
        token = self._token_for(team) or ""
        known = self._bots.get(team)
        if known is not None and known[0] == token:
            return known[1]
        try:
            answer = await self.call(team, lambda client: client.auth_test())
        except (SlackRefusedError, TryLater):
            return ""
        self._bots[team] = (token, str(answer.get("user_id", "")))
        return self._bots[team][1]

    async def direct(self, team: str, user: str) -> str:
        """The DM with a person; the person's id without the scope `im:write`, as `SlackPoster.direct` has it."""
        known = self._directs.get((team, user))
        if known is None:
            try:
                answer = await self.call(team, lambda client: client.conversations_open(users=user))
            except (SlackRefusedError, TryLater):
                return user
            known = str((answer.get("channel") or {}).get("id") or user)
            if len(self._directs) >= DIRECTS_MOST:
                self._directs.clear()
            self._directs[team, user] = known
        return known

    async def call(self, team: str, request: Callable[[AsyncWebClient], Awaitable[Any]]) -> Mapping[str, Any]:
        """One Web API call with the workspace's client.

        Raises:
            SlackRefusedError: Slack said no.
            TryLater: `slack.unreachable`: no answer, or none that can be read.
        """
        client = self.client(self._token_for(team) or "")
        return await refusing(lambda: request(client))


async def refusing(request: Callable[[], Awaitable[Any]], seconds: float = CALL_SECONDS) -> Mapping[str, Any]:
    """Run one call of a Slack client under a deadline; its errors as in `Workspaces.call`."""
    try:
        async with asyncio.timeout(seconds):
            answer = await request()
        data = answer.data
    except SlackApiError as error:
        data = getattr(error.response, "data", None)
        if isinstance(data, Mapping) and data.get("error"):
            raise SlackRefusedError(str(data["error"])) from error
        raise TryLater("slack.unreachable", error="no answer") from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise TryLater("slack.unreachable", error=type(error).__name__) from error
    except (AttributeError, TypeError, ValueError) as error:
        # slack_sdk 3.47 reads a text/plain body, or JSON that is no object, as if it were a dict
        raise TryLater("slack.unreachable", error="no answer") from error
    return data if isinstance(data, Mapping) else {}
