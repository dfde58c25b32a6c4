"""Socket Mode: two connections in one process, each mended by itself.

One connection loses what Slack sends while it is broken (43 of 60 events in a test), two lose nothing: Slack sends
each payload to one that is open (facts/slack.md §3).
"""

import asyncio
import contextlib
import logging
from typing import Any, Final

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import GiveUp, Reach, TryLater
from handlers.slack_app.workspaces import CALL_SECONDS, SlackRefusedError, refusing

_WRONG_TOKEN: Final = frozenset(
    {"invalid_auth", "not_authed", "not_allowed_token_type", "token_revoked", "account_inactive", "missing_scope"}
)


class Socket:
    """One connection, opened once and then kept open.

    slack_sdk 3.47 tries a used-up address again and again when a fresh connection is refused, because it keeps the
    address it was given; `_mend` takes that address away, so that the next try asks Slack for a new one.
    """

    def __init__(
        self, app: AsyncApp, *, app_token: str, client: AsyncWebClient, ping_seconds: float, logger: logging.Logger
    ) -> None:
        self._app_token = app_token
        self._client = client
        self._ping_seconds = ping_seconds
        self._handler = AsyncSocketModeHandler(
            app, app_token, logger=logger, web_client=client, ping_interval=ping_seconds
        )
        self._mending: asyncio.Task[None] | None = None

    @property
    def open(self) -> bool:
        """Whether payloads can arrive."""
        session = self._handler.client.current_session
        return session is not None and not session.closed and not self._handler.client.stale

    async def start(self) -> None:
        """Connect.

        Raises:
            GiveUp: `slack.app_token`: Slack does not take the app token.
            TryLater: `slack.unreachable`.
        """
        try:
            answer = await refusing(lambda: self._client.apps_connections_open(app_token=self._app_token))
        except SlackRefusedError as refused:
            if refused.error in _WRONG_TOKEN:
                raise GiveUp("slack.app_token", reach=Reach.PLATFORM, error=refused.error) from refused
            raise TryLater("slack.unreachable", error=refused.error) from refused
        self._handler.client.wss_uri = str(answer.get("url") or "") or None
        self._mending = asyncio.create_task(self._mend())
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self._handler.connect_async()  # type: ignore[no-untyped-call] # slack_bolt 1.30
        except TimeoutError as error:
            raise TryLater("slack.unreachable", error="Socket Mode") from error

    async def stop(self) -> None:
        """Close the connection and everything that keeps it open."""
        tasks: list[asyncio.Future[Any]] = [self._mending] if self._mending is not None else []
        client = self._handler.client
        tasks += [each for each in (client.message_processor, client.current_session_monitor) if each is not None]
        tasks += [client.message_receiver] if client.message_receiver is not None else []
        if self._mending is not None:
            self._mending.cancel()
        await self._handler.close_async()  # type: ignore[no-untyped-call] # slack_bolt 1.30
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _mend(self) -> None:
        while True:
            await asyncio.sleep(self._ping_seconds)
            if not await self._handler.client.is_connected():
                self._handler.client.wss_uri = None
