"""HTTP mode: an ASGI application for `/slack/…` that the web server mounts.

bolt refuses requests without a good signature or older than 5 minutes; what is too large is refused before.
"""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from handlers.slack_app.installing import Installing

EVENTS_PATH: Final = "/slack/events"
INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
BODY_MAX: Final = 1_000_000  # bytes; the largest are view submissions, and a view is at most 250 kB

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


def asgi(app: Callable[[], AsyncApp] | None, installing: Installing | None) -> Asgi:
    """The application; without `app` it takes no events, without `installing` it offers no installation."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        route = (request.method, request.url.path)
        if app is not None and route == ("POST", EVENTS_PATH):
            response = await _dispatch(app(), request)
        elif installing is not None and route == ("GET", INSTALL_PATH):
            response = installing.begin()
        elif installing is not None and route == ("GET", REDIRECT_PATH):
            response = await installing.finish(request.query_params, request.cookies)
        else:
            response = PlainTextResponse("Not Found", status_code=404)
        await response(scope, receive, send)

    return serve


async def _dispatch(app: AsyncApp, request: Request) -> Response:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_MAX:
            return PlainTextResponse("Content Too Large", status_code=413)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return PlainTextResponse("Bad Request", status_code=400)
    sent: dict[str, str | Sequence[str]] = {**request.headers}
    answer = await app.async_dispatch(AsyncBoltRequest(body=text, headers=sent))
    headers = {name: values[0] for name, values in answer.headers.items() if values}
    headers.pop("content-length", None)
    return Response(answer.body, status_code=answer.status, headers=headers)
