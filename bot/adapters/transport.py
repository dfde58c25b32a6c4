"""httpx's requests and answers, carried by aiohttp: its own pool does not survive cancelled requests.

`httpx_aiohttp` is that carrier. Of its path for one request only what a GET without a body needs is left here, because
polls that find nothing new are most of what we do (docs/decisions/fetching.md, with figures).
"""

import ssl
from collections.abc import Mapping
from functools import cached_property, lru_cache

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream
from yarl import URL

_PIECE_BYTES = 16 * 1024
_TRANSPORT_ERRORS = (aiohttp.ClientError, OSError)  # TimeoutError is an OSError

KEPT_ADDRESSES = 4096  # read ones, of some kilobytes each at the very most


class _NoBody(httpx.AsyncByteStream):
    """What a GET sends; given as a stream, httpx adds no headers of its own."""


_NO_BODY = _NoBody()


def a_get(url: URL, headers: Mapping[str, str], *, connect_seconds: float, read_seconds: float) -> httpx.Request:
    """A GET of exactly this address: httpx has its own reading of it, which is not asked for (`_ASKED`)."""
    times = {"connect": connect_seconds, "read": read_seconds}
    extensions = {"timeout": times, _ASKED: url}
    written = [(name.encode(), value.encode()) for name, value in headers.items()]
    return httpx.Request("GET", _httpx_url(url), headers=written, stream=_NO_BODY, extensions=extensions)


@lru_cache(maxsize=KEPT_ADDRESSES)
def _httpx_url(url: URL) -> httpx.URL:
    """Its reading takes 26 µs, a tenth of all that a poll takes, and the same feeds are asked again and again."""
    return httpx.URL(str(url))


_ASKED = "sosik.checked_url"  # what was checked is what is asked, byte by byte, whatever another parser makes of it


class GetTransport(AiohttpTransport):
    """Carries the requests of `a_get`: no proxy, no redirects, no decoding, no cookies but the session's.

    Errors are `httpx.TransportError`, their cause is what aiohttp said: httpx_aiohttp's names for them are too few.

    Args:
        session: closed with the transport.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        # A context that trusts nobody, because it is not used: ours is made when the first https address is asked.
        super().__init__(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, client=session)
        self._session = session

    @cached_property
    def _secure(self) -> ssl.SSLContext:
        """The trusted certificates, those of SSL_CERT_FILE too; made once, it takes some 40 ms."""
        return ssl.create_default_context()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask; the answer's body is still to be read, and to be closed."""
        url: URL = request.extensions[_ASKED]
        times = request.extensions["timeout"]
        try:
            response = await self._session.get(
                url,
                headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
                allow_redirects=False,
                timeout=_timeout(times["connect"], times["read"]),
                ssl=self._secure if url.scheme == "https" else True,
            )
        except _TRANSPORT_ERRORS as error:
            raise httpx.TransportError(str(error), request=request) from error
        return httpx.Response(response.status, headers=response.raw_headers, stream=_Body(response), request=request)


class _Body(AiohttpResponseStream):
    """An iterator and no generator, so that nothing is left to be cleaned up of a body that is not read to its end."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        super().__init__(response)
        self._response = response

    def __aiter__(self) -> "_Body":
        return self

    async def __anext__(self) -> bytes:
        try:
            piece = await self._response.content.read(_PIECE_BYTES)
        except _TRANSPORT_ERRORS as error:
            raise httpx.ReadError(str(error)) from error
        if not piece:
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        """Give the connection back, or end it when the body was not read to its end."""
        await self._response.__aexit__(None, None, None)


@lru_cache(maxsize=16)
def _timeout(connect_seconds: float, read_seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds, sock_read=read_seconds)
