"""Slack's incoming side: slash command, buttons, modals, Home, events; over Socket Mode or HTTP.

Importing this package loads slack_bolt (about 0.6 s): `app.py` does it beside everything else.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.adapters.post_slack import identify
from bot.services.installations import Installations
from bot.services.platform_events import PlatformEvents
from bot.services.replies import CommandLayer
from bot.services.surfaces import Surfaces
from handlers.slack_app.answering import Answering
from handlers.slack_app.asking import Asking
from handlers.slack_app.happening import Happening
from handlers.slack_app.hub import Hub
from handlers.slack_app.installing import Installing
from handlers.slack_app.looking import Looking
from handlers.slack_app.once import Once, delivery_key
from handlers.slack_app.rights import SlackRights
from handlers.slack_app.sockets import Socket
from handlers.slack_app.web import REDIRECT_PATH, Asgi, asgi
from handlers.slack_app.workspaces import Workspaces

__all__ = ["Install", "SlackApp", "build"]

CONNECTIONS: Final = 2  # Slack allows 10; see sockets.py
FINISH_SECONDS: Final = 5.0


def build(  # noqa: PLR0913 - each is one setting of the contract
    commands: CommandLayer,
    *,
    api_url: str,
    bot_token: str = "",
    app_token: str = "",
    token_for: Callable[[str], str | None] | None = None,
    surfaces: Surfaces | None = None,
    events: PlatformEvents | None = None,
    command: str = "/news",
    language: str = "ko",
    signing_secret: str = "",
    ping_seconds: float = 4.0,
    install: "Install | None" = None,
) -> "SlackApp":
    """Wire everything; nothing is opened before `start`.

    Args:
        commands: the command layer.
        api_url: the base of every client made here (`SLACK_API_URL`).
        bot_token: of the one workspace; its team id is asked for at start.
        app_token: opens Socket Mode; empty for HTTP mode.
        token_for: for several workspaces instead of `bot_token`: the bot token by team id.
        surfaces: fills the Home tab and answers 왜 이 알림?; without it both stay silent.
        events: told of channels and workspaces that close.
        command: the slash command's name in the manifest.
        language: of private answers where Slack does not tell the person's.
        signing_secret: of HTTP mode; requests without a good signature are refused.
        install: for installations by OAuth, in HTTP or Socket Mode.
        ping_seconds: between signs of life on each socket; 3 to 5 (facts/slack.md §3).
    """
    own_token: dict[str, str] = {}
    workspaces = Workspaces(token_for or own_token.get, api_url=api_url)
    rights = SlackRights(workspaces)
    answering = Answering(workspaces, language=language)

    async def check() -> None:
        if bot_token:
            identity = await identify(bot_token, api_url=api_url)
            own_token[identity.workspace] = bot_token

    def wire() -> AsyncApp:
        app = _bolt(workspaces, signing_secret)
        hub = Hub(commands, rights, answering)
        hub.register(app)
        looking = Looking(surfaces, rights, answering, workspaces=workspaces) if surfaces is not None else None
        if looking is not None:
            looking.register(app)
        after_home = looking.refresh if looking is not None else None
        Asking(commands, rights, answering, hub=hub, after_home=after_home).register(app, command)
        if events is not None:
            Happening(events, rights, workspaces).register(app)
        return app

    slack = SlackApp(wire, workspaces, answering, check=check, app_token=app_token, ping_seconds=ping_seconds)
    if signing_secret or install is not None:
        installing = None
        if install is not None:
            installing = Installing(
                workspaces,
                install.installations,
                client_id=install.client_id,
                client_secret=install.client_secret,
                secret_key=install.secret_key,
                redirect_url=install.public_url.rstrip("/") + REDIRECT_PATH,
                language=language,
            )
        slack.asgi = asgi(slack.bolt if signing_secret else None, installing)
    return slack


@dataclass(frozen=True, slots=True)
class Install:
    """What installations by OAuth need (`SLACK_CLIENT_ID`, …, `SOSIK_PUBLIC_URL`)."""

    installations: Installations
    client_id: str
    client_secret: str
    secret_key: str
    public_url: str


class SlackApp:
    """The Slack side of a running bot. `start` may be called again after it raised `TryLater`.

    Attributes:
        asgi: serves `/slack/…` in HTTP mode and for installations; None where neither is set up.
    """

    def __init__(
        self,
        wire: Callable[[], AsyncApp],
        workspaces: Workspaces,
        answering: Answering,
        *,
        check: Callable[[], Awaitable[None]],
        app_token: str,
        ping_seconds: float,
    ) -> None:
        self._wire = wire
        self._workspaces = workspaces
        self._answering = answering
        self._check = check
        self._app_token = app_token
        self._ping_seconds = ping_seconds
        self._app: AsyncApp | None = None
        self._sockets: list[Socket] = []
        self._started = False
        self.asgi: Asgi | None = None

    def bolt(self) -> AsyncApp:
        """Bolt's application, wired at the first use."""
        self._app = self._app or self._wire()
        return self._app

    @property
    def connected(self) -> bool:
        """Whether payloads can arrive: over an open socket, or in HTTP mode once started."""
        if not self._app_token:
            return self._started
        return any(each.open for each in self._sockets)

    async def start(self) -> None:
        """Check the tokens and connect.

        Raises:
            GiveUp: `slack.token` or `slack.app_token`: Slack does not take it.
            TryLater: `slack.unreachable`.
        """
        await self._check()
        bolt = self.bolt()
        try:
            for _ in range(CONNECTIONS if self._app_token else 0):
                socket = Socket(
                    bolt,
                    app_token=self._app_token,
                    client=self._workspaces.client(),
                    ping_seconds=self._ping_seconds,
                    logger=_LOGGER,
                )
                self._sockets.append(socket)
                await socket.start()
        except BaseException:
            await self.stop()
            raise
        self._started = True

    async def stop(self) -> None:
        """Disconnect, let the work under way end, close the session."""
        self._started = False
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            await socket.stop()
        await self._answering.finish(FINISH_SECONDS)
        await self._workspaces.close()


def _bolt(workspaces: Workspaces, signing_secret: str) -> AsyncApp:
    """Bolt with our own authorisation, so that it reads no token from the environment and asks for none twice."""
    once = Once()

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        token = workspaces.token(team_id or "")
        if token is None:
            return None
        bot_user = await workspaces.bot_user(team_id or "")
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_user_id=bot_user, bot_token=token)

    async def act_once(body: Mapping[str, Any], next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        return await next_() if once.first(delivery_key(body)) else BoltResponse(status=200, body="")

    _LOGGER.setLevel(logging.ERROR)  # bolt warns of tokens in the environment, which `authorize` makes it ignore
    app = AsyncApp(
        name="sosik",
        logger=_LOGGER,
        client=workspaces.client(),
        signing_secret=signing_secret,
        authorize=authorize,  # type: ignore[arg-type] # bolt takes None for "not installed there"
    )
    _LOGGER.setLevel(logging.WARNING)
    app.use(act_once)
    return app


class _WithoutTraceback(logging.Filter):
    """slack_sdk logs a lost connection with its traceback; the line alone says it. Others keep theirs."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, (aiohttp.ClientError, OSError, SlackApiError)):
            record.exc_info = None
        return True


def _logger() -> logging.Logger:
    logger = logging.getLogger("sosik.slack")
    logger.setLevel(logging.WARNING)  # bolt and the SDK build long debug lines below this
    logger.addFilter(_WithoutTraceback())
    return logger


_LOGGER: Final = _logger()
