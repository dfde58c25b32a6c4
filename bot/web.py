"""The HTTP side: health, metrics, a status page. Loopback unless told otherwise."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.core.errors import GiveUp
from bot.render.html_page import content_security_policy

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def application(
    *,
    ready: Callable[[], Awaitable[str]],
    metrics: Callable[[], Awaitable[bytes]],
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """The routes of contract §3.

    Args:
        ready: the reason why the bot is not ready; empty when it is.
        more: further routes: Slack's HTTP mode, the pages.
    """

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        reason = await ready()
        return PlainTextResponse(f"{reason or 'ready'}\n", status_code=503 if reason else 200)

    async def metrics_text(_: Request) -> Response:
        return Response(await metrics(), media_type=_METRICS_TYPE)

    return Starlette(
        routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics_text), *more]
    )


def page(path: str, show: Callable[[], Awaitable[str]]) -> Route:
    """A page of ours: no script, nothing fetched, in no frame, not kept."""
    headers = {
        "Content-Security-Policy": content_security_policy(),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }

    async def answer(_: Request) -> Response:
        return HTMLResponse(await show(), headers=headers)

    return Route(path, answer)


@asynccontextmanager
async def serve(app: Starlette, *, host: str, port: int) -> AsyncIterator[str]:
    """Serve while the block runs; gives the base address. Port 0 takes a free one.

    Raises:
        GiveUp: `web.port`: the port is taken or may not be opened.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise GiveUp("web.port", host=host, port=port) from error
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=2)
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task
        listener.close()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: `sosik run` has its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
