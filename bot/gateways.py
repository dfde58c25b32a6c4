"""The outer ring of the composition root: chat platforms and the web, opened beside the running app.

Their SDKs take a second to import, so they are imported here, when their token is set, while the app already polls.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.app import App, release
from bot.core.errors import GiveUp, Reach, SosikError
from bot.core.news import ChannelRef, Platform
from bot.render import html_page, html_parts
from bot.services.installations import KeptInstallations
from bot.services.known import KnownWatches
from bot.settings import Settings, revealed

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 30.0
_REFRESH_SECONDS = 5.0
_COMMANDS = "discord commands"  # the note with the hash of the commands that Discord has


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


class Gateway(Protocol):
    """A chat platform's incoming side."""

    @property
    def connected(self) -> bool:
        """Whether it hears commands right now."""
        ...

    async def start(self) -> None:
        """Connect, and stay connected in the background."""
        ...

    async def stop(self) -> None:
        """Disconnect."""
        ...


@dataclass(slots=True)
class Gateways:
    """Those that are configured, by platform; None while one is not connected yet.

    Attributes:
        problems: why one is not connected, as a wording key.
        failed: set when a token can never work, with the `error` that says so.
        slack_http: serves `/slack/…` in HTTP mode and for installations; None until Slack is up, or without it.
    """

    wanted: dict[Platform, Gateway | None] = field(default_factory=dict)
    problems: dict[Platform, str] = field(default_factory=dict)
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    error: SosikError | None = None
    slack_http: Asgi | None = None

    @property
    def missing(self) -> tuple[Platform, ...]:
        """Configured platforms that do not hear us."""
        return tuple(name for name, gateway in self.wanted.items() if gateway is None or not gateway.connected)


class Events:
    """What happens to channels and workspaces on a platform, told to the store."""

    def __init__(self, app: App, platform: Platform, installed: KeptInstallations | None = None) -> None:
        self._app = app
        self._platform = platform
        self._installed = installed

    async def channel_closed(self, channel: ChannelRef, reason_key: str) -> None:
        """The bot can no longer post there."""
        await self._app.store.channels.pause(channel, None, key=reason_key)

    async def channel_opened(self, channel: ChannelRef) -> None:
        """It can again: what waits goes out."""
        await self._app.store.channels.resume(channel)
        self._app.wake("deliver")

    async def workspace_gone(self, workspace: str) -> None:
        """The app was uninstalled or the server left: kept for 30 days, no calls."""
        await self._app.store.channels.set_workspace(self._platform, workspace, "gone")
        if self._installed is not None:
            await self._installed.forget(workspace)


@asynccontextmanager
async def connect(app: App, settings: Settings, *, listening: bool) -> AsyncIterator[Gateways]:
    """Open the posters, and the gateways when `listening`, of every platform with a token.

    Posters are opened before the block begins when it is a one-shot (`listening` False), beside it otherwise: the app
    polls at once, and alerts wait in the outbox for the seconds that an SDK needs.

    Raises:
        GiveUp: a token does not work; the sentence names it. While listening, `Gateways.failed` tells instead.
    """
    gateways = Gateways()
    openers: dict[Platform, Opener] = {}
    async with AsyncExitStack() as stack:
        if settings.slack_bot_token is not None or settings.slack_client_id is not None:
            openers[Platform.SLACK] = lambda: _slack(app, settings, stack, gateways, listening=listening)
        if settings.discord_bot_token is not None:
            openers[Platform.DISCORD] = lambda: _discord(app, settings, stack, listening=listening)
        if not listening:
            for open_it in openers.values():
                await open_it()
            yield gateways
            return
        for name in openers:
            gateways.wanted[name] = None
        tasks = [asyncio.create_task(_opening(name, each, gateways)) for name, each in openers.items()]
        try:
            yield gateways
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


Opener = Callable[[], Awaitable[Gateway | None]]


async def _opening(platform: Platform, open_it: Opener, gateways: Gateways) -> None:
    while True:
        try:
            gateway = await open_it()
        except SosikError as error:
            gateways.problems[platform] = error.key
            log.warning("gateway_failed", platform=platform, reason=error.key)
            if isinstance(error, GiveUp) and error.reach is Reach.WORKSPACE:
                gateways.error = error
                gateways.failed.set()
                return
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            gateways.problems.pop(platform, None)
            if gateway is None:
                gateways.wanted.pop(platform, None)
            else:
                gateways.wanted[platform] = gateway
            return


async def _slack(
    app: App, settings: Settings, stack: AsyncExitStack, gateways: Gateways, *, listening: bool
) -> Gateway | None:
    """Slack's poster, and its incoming side: over sockets with an app token, over HTTP with a signing secret."""
    from bot.adapters.post_slack import SlackPoster, identify  # noqa: PLC0415 - slack_sdk, needed only with a token

    token = revealed(settings.slack_bot_token)
    own = (await identify(token, api_url=settings.slack_api_url)).workspace if token else ""
    installed = await _installations(app, settings, stack)

    def token_for(workspace: str) -> str | None:
        if token and workspace == own:
            return token
        return installed.token_for(workspace) if installed is not None else None

    if Platform.SLACK not in app.posters:
        app.posters[Platform.SLACK] = SlackPoster(
            token_for, api_url=settings.slack_api_url, timeout_seconds=settings.sosik_post_timeout_seconds
        )
        app.wake("deliver")
    hears = settings.slack_app_token or settings.slack_signing_secret
    if not listening or (hears is None and installed is None):
        return None
    from handlers.slack_app import Install, build  # noqa: PLC0415 - slack_bolt takes 0.6 s to import

    gateway = build(
        app.commands,
        api_url=settings.slack_api_url,
        token_for=token_for,
        app_token=revealed(settings.slack_app_token),
        surfaces=app.viewing,
        events=Events(app, Platform.SLACK, installed),
        language=settings.sosik_language,
        signing_secret=revealed(settings.slack_signing_secret),
        install=None
        if installed is None
        else Install(
            installations=installed,
            client_id=settings.slack_client_id or "",
            client_secret=revealed(settings.slack_client_secret),
            secret_key=revealed(settings.sosik_secret_key),
            public_url=settings.sosik_public_url or "",
        ),
    )
    await gateway.start()
    gateways.slack_http = gateway.asgi
    stack.push_async_callback(gateway.stop)
    return gateway


async def _installations(app: App, settings: Settings, stack: AsyncExitStack) -> KeptInstallations | None:
    """The workspaces that installed the bot, when OAuth is set up.

    Raises:
        GiveUp: `slack.install_needs`: something that it needs is not set.
    """
    if settings.slack_client_id is None:
        return None
    needed = {
        "SLACK_CLIENT_SECRET": settings.slack_client_secret,
        "SOSIK_SECRET_KEY": settings.sosik_secret_key,
        "SOSIK_PUBLIC_URL": settings.sosik_public_url,
    }
    lacking = [name for name, value in needed.items() if value is None]
    if lacking:
        raise GiveUp("slack.install_needs", reach=Reach.WORKSPACE, names=", ".join(lacking))
    from bot.adapters.sealing import Sealer  # noqa: PLC0415 - cryptography is needed only here

    installed = KeptInstallations(app.store, Platform.SLACK, Sealer(revealed(settings.sosik_secret_key)))
    await installed.refresh()
    app.commands.installer_of = lambda channel: (
        installed.installer_of(channel.workspace) if channel.platform is Platform.SLACK else ""
    )
    watching = asyncio.create_task(_refreshing(installed))
    stack.push_async_callback(_ended, watching)
    return installed


async def _refreshing(installed: KeptInstallations) -> None:
    """See what other processes took in."""
    while True:
        await asyncio.sleep(_REFRESH_SECONDS)
        try:
            await installed.refresh()
        except SosikError as error:
            log.warning("installations_unread", reason=error.key)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _discord(app: App, settings: Settings, stack: AsyncExitStack, *, listening: bool) -> Gateway | None:
    """Discord's poster, and its incoming side."""
    from bot.adapters.post_discord import DiscordPoster  # noqa: PLC0415 - discord.py, needed only with a token

    token = revealed(settings.discord_bot_token)
    if Platform.DISCORD not in app.posters:
        app.posters[Platform.DISCORD] = DiscordPoster(
            token, api_url=settings.discord_api_url, deadline_seconds=settings.sosik_post_timeout_seconds
        )
        app.wake("deliver")
    if not listening:
        return None
    from handlers.discord_app import StoredHash, build  # noqa: PLC0415 - as above

    channels = app.store.channels
    gateway = build(
        app.commands,
        token=token,
        api_url=settings.discord_api_url,
        language=settings.sosik_language,
        events=Events(app, Platform.DISCORD),
        stored_hash=StoredHash(
            read=lambda: channels.note(_COMMANDS), write=lambda value: channels.set_note(_COMMANDS, value)
        ),
        known=KnownWatches(app.store),
    )
    await gateway.start()
    stack.push_async_callback(gateway.stop)
    return gateway


async def until_over(stop: asyncio.Event, gateways: Gateways) -> None:
    """Wait until somebody stops the bot.

    Raises:
        GiveUp: a token can never work.
    """
    waits = [asyncio.create_task(each.wait()) for each in (stop, gateways.failed)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
    if gateways.error is not None:
        raise gateways.error


@asynccontextmanager
async def serving(
    app: App, settings: Settings, gateways: Gateways, *, on: bool, home: Callable[[], Awaitable[str]] | None = None
) -> AsyncIterator[str]:
    """The web side, when it is on and has a port; gives its address, or an empty text.

    Args:
        home: the page at `/`; the status page by default.
    """
    if not on or settings.sosik_http_port == 0:
        yield ""
        return
    from starlette.responses import PlainTextResponse  # noqa: PLC0415 - as the next
    from starlette.routing import BaseRoute, Mount  # noqa: PLC0415 - as the next

    from bot.web import application, page, serve  # noqa: PLC0415 - uvicorn is needed only with a port

    async def ready() -> str:
        try:
            await app.store.housekeeping.ping()
        except SosikError as error:
            return error.key
        return ", ".join(f"{each}: {gateways.problems.get(each, 'connecting')}" for each in gateways.missing)

    async def metrics() -> bytes:
        await app.measure()
        return app.metrics.text()

    async def status() -> str:
        reader = html_parts.Reader(settings.sosik_language, settings.sosik_timezone, datetime.now(UTC))
        return html_page.status_page(await _status(app, gateways), reader)

    async def slack(scope: Scope, receive: Receive, send: Send) -> None:
        """Slack's side may still be connecting when the port opens."""
        answer: Asgi = gateways.slack_http or PlainTextResponse("starting\n", status_code=503)
        await answer(scope, receive, send)

    more: list[BaseRoute] = [page("/", home or status)]
    if settings.slack_signing_secret is not None or settings.slack_client_id is not None:
        more.append(Mount("/slack", app=slack))
    web = application(ready=ready, metrics=metrics, more=more)
    async with serve(web, host=settings.sosik_http_host, port=settings.sosik_http_port) as address:
        log.info("serving", address=address)
        yield address


async def _status(app: App, gateways: Gateways) -> html_page.Status:
    """What the status page tells; a database that is away is told, not raised."""
    known = html_page.Status(
        version=release(),
        platforms={name: name not in gateways.missing for name in gateways.wanted},
        lag=timedelta(seconds=app.lag.longest()),
    )
    try:
        waiting = await app.store.outbox.waiting()
        sources = await app.store.sources.seen_by(None)
    except SosikError:
        return replace(known, reachable=False)
    return replace(
        known,
        sources=Counter(source.state for source in sources),
        pending=waiting.pending,
        held=waiting.held,
        dead=waiting.dead,
        oldest=waiting.oldest,
        last_sent=waiting.last_sent,
    )
