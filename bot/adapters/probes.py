"""Looks at a chat platform as the bot's token sees it, for `sosik doctor`: reads only, posts nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Self
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from bot.core.errors import TryLater

TIMEOUT_SECONDS: Final = 10.0
_USER_AGENT: Final = "DiscordBot (https://github.com/sosik-bot/sosik, 1)"  # Discord refuses others

# discord-api-docs topics/permissions
ADMINISTRATOR: Final = 1 << 3
NEEDED: Final[Mapping[str, int]] = {
    "right.view_channel": 1 << 10,
    "right.send_messages": 1 << 11,
    "right.embed_links": 1 << 14,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; `date` by its own clock."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def date(self) -> datetime | None:
        """The server's clock."""
        try:
            return parsedate_to_datetime(self.headers.get("Date", ""))
        except ValueError:
            return None


class Probe:
    """A client of one platform's HTTP API.

    Args:
        authorization: the header; a secret.
    """

    def __init__(self, base: str, authorization: str) -> None:
        self._base = base if base.endswith("/") else f"{base}/"
        self._headers = {"Authorization": authorization, "User-Agent": _USER_AGENT}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(self, path: str, *, method: str = "GET", **form: str) -> Answer:
        """One request.

        Raises:
            TryLater: `doctor.unreachable`.
        """
        if self._session is None:
            raise RuntimeError("the probe is not open")
        url = urljoin(self._base, path.lstrip("/"))
        try:
            async with self._session.request(
                method, url, headers=self._headers, data=form or None, allow_redirects=False
            ) as answer:
                body = await answer.json(content_type=None)
                return Answer(answer.status, body if isinstance(body, dict) else {}, answer.headers)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise TryLater("doctor.unreachable", host=URL(url).host, error=type(error).__name__) from error


def permissions_in(channel: Mapping[str, Any], guild: Mapping[str, Any], member: Mapping[str, Any]) -> int:
    """What a member may do in a channel: roles, then the channel's overwrites (topics/permissions, "hierarchy")."""
    mine = {str(each) for each in member.get("roles", ())}
    everyone = str(guild["id"])
    roles = {str(role["id"]): int(role["permissions"]) for role in guild.get("roles", ())}
    allowed = roles.get(everyone, 0)
    for role in mine:
        allowed |= roles.get(role, 0)
    if allowed & ADMINISTRATOR:
        return -1
    overwrites: Sequence[Mapping[str, Any]] = channel.get("permission_overwrites", ())
    me = str((member.get("user") or {}).get("id", ""))
    for group in ({everyone}, mine, {me}):
        denied = granted = 0
        for each in overwrites:
            if str(each["id"]) in group:
                denied |= int(each["deny"])
                granted |= int(each["allow"])
        allowed = allowed & ~denied | granted
    return allowed


def missing(permissions: int) -> tuple[str, ...]:
    """Wording keys of what a posting bot needs and has not."""
    return tuple(key for key, bit in NEEDED.items() if not permissions & bit)
