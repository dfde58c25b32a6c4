"""One GET over the open internet: bounded, guarded, polite. The only place where we ask a server.

It speaks httpx and `bot/adapters/transport.py` carries it. There is no httpx client in between: redirects, cookies and
decoding, which it would do, are ours or not wanted (docs/decisions/fetching.md).
"""

import asyncio
import re
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Callable, Container, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from types import TracebackType
from typing import NoReturn, Self
from urllib.parse import quote_from_bytes

import aiohttp
import httpx
from yarl import URL

from bot.adapters.address_guard import AddressGuard, AddressRefused, GuardedResolver, Lookup, Place
from bot.adapters.bounded_body import read_beginning, read_whole
from bot.adapters.manners import Line, Manners
from bot.adapters.robots import ROBOTS_BYTES, Robots
from bot.adapters.transport import KEPT_ADDRESSES, GetTransport, a_get
from bot.core.addresses import AddressRules, Network
from bot.core.errors import GiveUp, TryLater, UserMistake
from bot.sources.exchange import Answer, Request

TOTAL_SECONDS = 20.0  # of one `get`, waiting for turns not counted
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0  # between two pieces
ROBOTS_SECONDS = 8.0  # a page must not wait longer than this for permission
MAX_REDIRECTS = 5
MAX_RETRY_AFTER_SECONDS = 24 * 3600.0
IN_FLIGHT = 64
PAGES_IN_FLIGHT = 48  # the rest is kept for polls
_MAX_VALIDATOR_CHARACTERS = 1024
_PERMANENT = frozenset({301, 308})
_REDIRECTS = _PERMANENT | {302, 303, 307}

_FOREIGN_ERRORS = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, TimeoutError, zlib.error)
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.9, text/html;q=0.8, */*;q=0.5"
)


class Fetcher:
    """Asks other servers; `async with` opens and closes its connections.

    Args:
        allowed_networks: not public, but to be reached: the operator's own. No gap and no hourly cap there.
        allowed_ports: besides 80 and 443.
        resolver: how names are looked up, for tests; the system's way by default.
        total_seconds: deadline of one `get`, its redirects included, waiting for its turn not.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allowed_networks: Sequence[Network] = (),
        allowed_ports: Container[int] = frozenset(),
        resolver: Lookup | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        manners: Manners | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._rules = AddressRules(allowed_networks, allowed_ports)
        self._read = lru_cache(maxsize=KEPT_ADDRESSES)(self._rules.read)  # the same feeds are asked again and again
        self._guard = AddressGuard(self._rules, lookup=resolver, clock=clock)
        self._manners = Manners(clock=clock) if manners is None else manners
        self._robots = Robots(self._ask_robots, user_agent=user_agent, clock=clock)
        self._headers = {
            "User-Agent": user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip",
            "Accept-Language": "ko,en;q=0.8",
        }
        self._clock = clock
        self._now = now
        self._total_seconds = total_seconds
        self._flights = asyncio.Semaphore(IN_FLIGHT)
        self._page_flights = asyncio.Semaphore(PAGES_IN_FLIGHT)
        self._transport: GetTransport | None = None

    async def __aenter__(self) -> Self:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # we count ourselves
                keepalive_timeout=5,
                resolver=GuardedResolver(self._guard),
                use_dns_cache=False,  # the guard has its own
                socket_factory=self._guard.make_socket,
            ),
            auto_decompress=False,  # its decoders know no limit
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        self._transport = GetTransport(session)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()
        await self._guard.close()

    async def get(self, request: Request) -> Answer:
        """Ask once, follow at most five redirects, each checked as if a person had named it.

        Raises:
            UserMistake: an address that we never ask; also when a redirect names one.
            GiveUp: gone for good (410), larger than allowed, closed to programs (robots.txt).
            TryLater: everything else, any other status included; whether to come back is the caller's affair.
        """
        deadline = _Deadline(self._total_seconds, self._clock)
        url = first = self._read(request.url)
        permanent = True
        for _ in range(MAX_REDIRECTS + 1):
            if request.page:
                await self._robots.check(url)
            headers = self._headers_for(request, same_origin=url.origin() == first.origin())
            line = Line.PAGE if request.page else Line.POLL
            async with self._ask(url, headers, line=line, deadline=deadline) as response:
                fields = _fields(response)
                if response.status_code not in _REDIRECTS:
                    moved_to = str(url) if permanent and url != first else None
                    return await self._answer(response, fields, request, url=str(url), moved_to=moved_to)
            permanent = permanent and response.status_code in _PERMANENT
            url = self._redirected(url, fields)
        raise TryLater("fetch.redirects", hops=MAX_REDIRECTS)

    def _headers_for(self, request: Request, *, same_origin: bool) -> dict[str, str]:
        headers = dict(self._headers)
        if request.etag is not None:
            headers["If-None-Match"] = request.etag
        if request.last_modified is not None:
            headers["If-Modified-Since"] = request.last_modified
        if same_origin:  # they may hold keys: whoever is redirected to does not get them
            headers.update(request.headers)
        return headers

    @asynccontextmanager
    async def _ask(
        self, url: URL, headers: Mapping[str, str], *, line: Line, deadline: "_Deadline"
    ) -> AsyncIterator[httpx.Response]:
        """One request without redirects, in its turn and within the deadline; foreign errors become ours."""
        if self._transport is None:
            raise RuntimeError("use the Fetcher in `async with`")
        host = (url.raw_host or "").rstrip(".")  # with and without the dot it is one host
        try:
            place = self._guard.recall(host) or await self._find(host, deadline)
            spared = place.own and self._manners.spare_own
            turn = _NO_WAIT if spared else self._manners.turn(host, line=line)
            room = self._page_flights if line is Line.PAGE else _NO_WAIT
            async with turn, room, self._flights, deadline:
                asked = a_get(url, headers, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
                response = await self._transport.handle_async_request(asked)
                try:
                    yield response
                finally:
                    await response.aclose()
        except _FOREIGN_ERRORS as error:
            _translate(error, host)

    async def _find(self, host: str, deadline: "_Deadline") -> Place:
        async with deadline:
            try:
                return await self._guard.find(host)
            except AddressRefused as refused:
                raise UserMistake(refused.key, **refused.values) from refused
            except OSError as error:
                raise TryLater("fetch.no_such_name", host=host) from error

    def _redirected(self, url: URL, fields: Mapping[bytes, bytes]) -> URL:
        location = fields.get(b"location")
        if not location:
            raise TryLater("fetch.broken", host=url.host)
        # Servers write bytes of any charset here; quoted as they are, they come back to the server as it wrote them.
        written = quote_from_bytes(location.strip(), safe=_PRINTABLE)
        try:
            return self._rules.read(str(url.join(URL(written))))
        except ValueError as error:
            raise TryLater("fetch.broken", host=url.host) from error

    async def _answer(
        self,
        response: httpx.Response,
        fields: Mapping[bytes, bytes],
        request: Request,
        *,
        url: str,
        moved_to: str | None,
    ) -> Answer:
        status = response.status_code
        asked_conditionally = request.etag is not None or request.last_modified is not None
        if status == 304 and asked_conditionally:
            body = b""
        elif status == 200:
            body = await read_whole(response, _encoding(fields), max_bytes=request.max_bytes)
        elif status == 410:
            raise GiveUp("fetch.gone")
        else:
            after = retry_after_seconds(_text(fields, b"retry-after"), now=self._now())
            raise TryLater("fetch.status", status=status, after_seconds=after)
        content_type, charset = _content_type(_text(fields, b"content-type"))
        return Answer(
            url=url,
            status=status,
            body=body,
            content_type=content_type,
            charset=charset,
            etag=_validator(fields, b"etag"),
            last_modified=_validator(fields, b"last-modified"),
            moved_to=moved_to,
            max_age_seconds=_max_age(_text(fields, b"cache-control")),
        )

    async def _ask_robots(self, url: URL) -> bytes | None:
        """The text of robots.txt as far as it is read; None when the site has none."""
        deadline = _Deadline(min(ROBOTS_SECONDS, self._total_seconds), self._clock)
        for _ in range(MAX_REDIRECTS + 1):
            async with self._ask(url, self._headers, line=Line.POLL, deadline=deadline) as response:
                fields, status = _fields(response), response.status_code
                if status == 200:
                    return await read_beginning(response, _encoding(fields), max_bytes=ROBOTS_BYTES)
                if status == 429 or status >= 500:
                    raise TryLater("fetch.status", status=status)
                if status not in _REDIRECTS:
                    return None
            try:
                url = self._redirected(url, fields)
            except (UserMistake, TryLater):
                return None  # it points to where no robots.txt is
        return None  # RFC 9309 §2.3.1.2: after five redirects it counts as unavailable


_NO_WAIT = nullcontext[None]()
_PRINTABLE = bytes(range(0x21, 0x7F)).decode()


@dataclass(slots=True)
class _Deadline:
    """The time that one `get` may still take.

    `async with` it runs within what is left, takes away what it took, and raises TimeoutError when nothing is left.
    """

    left_seconds: float
    clock: Callable[[], float]
    _started: float = 0.0
    _limit: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))

    async def __aenter__(self) -> None:
        self._started = self.clock()
        self._limit = asyncio.timeout(self.left_seconds)
        await self._limit.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.left_seconds = max(0.0, self.left_seconds - (self.clock() - self._started))
        await self._limit.__aexit__(kind, error, trace)


def _fields(response: httpx.Response) -> dict[bytes, bytes]:
    """Header names in lower case; repeated ones joined (RFC 9110 §5.3)."""
    fields: dict[bytes, bytes] = {}
    for name, value in response.headers.raw:
        key = name.lower()
        fields[key] = fields[key] + b", " + value if key in fields else value
    return fields


def _text(fields: Mapping[bytes, bytes], name: bytes) -> str:
    return fields.get(name, b"").decode("latin-1").strip()


def _encoding(fields: Mapping[bytes, bytes]) -> str:
    return _text(fields, b"content-encoding")


def _validator(fields: Mapping[bytes, bytes], name: bytes) -> str | None:
    """An ETag or date that can be sent back byte by byte; any other is as good as none."""
    text = _text(fields, name)
    return text if text and text.isascii() and text.isprintable() and len(text) <= _MAX_VALIDATOR_CHARACTERS else None


_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_:.+-]{1,40})""", re.IGNORECASE)
_MAX_AGE = re.compile(r"""(?:^|[\s,])max-age\s*=\s*"?(\d{1,10})(?!\d)""", re.IGNORECASE)


def _content_type(text: str) -> tuple[str, str | None]:
    kind, _, parameters = text.partition(";")
    charset = _CHARSET.search(parameters)
    return kind.strip().lower()[:100], charset[1].lower() if charset else None


def _max_age(text: str) -> float | None:
    found = _MAX_AGE.search(text)
    return float(found[1]) if found else None


def retry_after_seconds(text: str, *, now: datetime) -> float | None:
    """The wait that Retry-After asks for, in seconds or as a date; at most a day, None when it asks for none."""
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), MAX_RETRY_AFTER_SECONDS)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    aware = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), MAX_RETRY_AFTER_SECONDS)


def _translate(error: BaseException, host: str) -> NoReturn:
    """Raise ours for theirs; what it was often stands further down the chain of causes."""
    chain = list(_causes(error))
    for cause in chain:
        if isinstance(cause, AddressRefused):
            raise UserMistake(cause.key, **cause.values) from error
    key = next((_KEYS[kind] for kind in _KEYS for cause in chain if isinstance(cause, kind)), "fetch.unreachable")
    raise TryLater(key, host=host) from error


# The first that fits anything in the chain of causes.
_KEYS: Mapping[type[BaseException], str] = {
    aiohttp.ClientConnectorDNSError: "fetch.no_such_name",
    aiohttp.ClientSSLError: "fetch.tls",
    aiohttp.ServerTimeoutError: "fetch.timeout",
    ssl.SSLError: "fetch.tls",
    aiohttp.ClientPayloadError: "fetch.broken",
    aiohttp.ClientResponseError: "fetch.broken",
    zlib.error: "fetch.broken",
    aiohttp.InvalidURL: "fetch.broken",
    aiohttp.ClientConnectionError: "fetch.unreachable",
    TimeoutError: "fetch.timeout",
}


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        os_error = getattr(seen, "os_error", None)
        if isinstance(os_error, BaseException):
            yield os_error
        seen = seen.__cause__
