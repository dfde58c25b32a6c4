from contextlib import aclosing, asynccontextmanager

import aiohttp
import httpx
import pytest
from yarl import URL

from bot.adapters.transport import GetTransport, a_get
from tests.fakes.site import Site, endless, in_order, raw, redirect, reply, silent

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@asynccontextmanager
async def site_and_transport(pages):
    async with Site(pages=pages) as site, GetTransport(aiohttp.ClientSession(auto_decompress=False)) as transport:
        yield site, transport


def asked(url: str, *, read_seconds: float = 5.0) -> httpx.Request:
    return a_get(URL(url), {}, connect_seconds=5.0, read_seconds=read_seconds)


async def whole(transport: GetTransport, request: httpx.Request) -> tuple[httpx.Response, bytes]:
    response = await transport.handle_async_request(request)
    try:
        return response, b"".join([piece async for piece in response.aiter_raw()])
    finally:
        await response.aclose()


async def test_an_answer_is_httpxs_with_the_headers_and_the_body_as_they_came():
    pages = {"/": reply(b"\x1f\x8bnot unpacked", headers={"Content-Encoding": "gzip", "X-Name": "뉴스"})}
    async with site_and_transport(pages) as (site, transport):
        request = asked(site.url())
        response, body = await whole(transport, request)

    assert isinstance(response, httpx.Response)
    assert (response.status_code, response.request, response.is_closed) == (200, request, True)
    assert (b"X-Name", "뉴스".encode()) in response.headers.raw
    assert body == b"\x1f\x8bnot unpacked"


async def test_the_address_and_the_headers_arrive_as_they_were_given():
    async with site_and_transport({}) as (site, transport):
        path = "/%EB%89%B4%EC%8A%A4/a%2fb;c='d'/../?q=%B4%BA+x&r={1}|%7c&s"  # httpx would tidy it up
        url = URL(site.url(path), encoded=True)
        request = a_get(url, {"X-Key": "값"}, connect_seconds=5.0, read_seconds=5.0)
        await whole(transport, request)

    assert request.url.raw_path != path.encode()
    assert site.seen[0].path == path
    assert site.seen[0].headers["x-key"].encode("latin-1") == "값".encode()


async def test_a_redirect_is_an_answer_like_any_other():
    async with site_and_transport({"/": redirect("/away")}) as (site, transport):
        response = await transport.handle_async_request(asked(site.url()))
        await response.aclose()

    assert (response.status_code, response.headers["location"]) == (302, "/away")
    assert site.paths() == ["/"]


async def test_a_connection_serves_again_after_a_whole_body_and_is_ended_by_half_of_one():
    pages = {"/": in_order(reply(b"whole"), reply(b"whole"), endless(CHUNKED, b"1\r\nx\r\n"), reply(b"whole"))}
    connections = []
    async with site_and_transport(pages) as (site, transport):
        for half in (False, False, True, False):
            response = await transport.handle_async_request(asked(site.url()))
            async with aclosing(response.aiter_raw()) as pieces:
                async for _ in pieces:
                    if half:
                        break
            await response.aclose()
            connections.append(site.connections)

    assert connections == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("answering", "read_seconds", "cause"),
    [
        (raw(b"no status line\r\n\r\n"), 5.0, aiohttp.ClientResponseError),
        (raw(b""), 5.0, aiohttp.ServerDisconnectedError),
        (silent(), 0.1, aiohttp.ServerTimeoutError),
        (raw(CHUNKED + b"5\r\nab"), 5.0, aiohttp.ClientPayloadError),
    ],
    ids=["no http", "hung up", "silent", "half a body"],
)
async def test_what_goes_wrong_is_httpxs_error_and_its_cause_is_aiohttps(answering, read_seconds, cause):
    async with site_and_transport({"/": answering}) as (site, transport):
        request = asked(site.url(), read_seconds=read_seconds)
        with pytest.raises(httpx.TransportError) as caught:
            await whole(transport, request)

    assert isinstance(caught.value.__cause__, cause)
    assert caught.value.request is request
