"""A web site on loopback that answers as it is told: rightly, wrongly, slowly, without end.

It writes the bytes itself, so it can say what no decent server would.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Seen:
    """One request as the site read it; header names in lower case."""

    path: str
    headers: Mapping[str, str]


Answering = Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Site:
    """Answers the paths in `pages`; everything else is a 404."""

    host: str = "127.0.0.1"
    pages: dict[str, Answering] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    busy: int = 0
    busiest: int = 0
    port: int = 0
    secure: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._changed = asyncio.Condition()
        self._server = await asyncio.start_server(self._talk, self.host, 0, ssl=self.secure)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        talking = dict(self._open)
        for task, writer in talking.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    async def has_seen(self, requests: int) -> None:
        """Return when so many requests have come in."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.seen) >= requests)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        mine = asyncio.current_task()
        assert mine is not None
        self._open[mine] = writer
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head, writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side has had enough
        except asyncio.CancelledError:
            pass  # the site closes; streams.py logs cancelled connections as errors
        finally:
            self._open.pop(mine)
            writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if line)
        seen = Seen(first.split(" ")[1], {name.lower(): value for name, value in headers.items()})
        self.seen.append(seen)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        async with self._changed:
            self._changed.notify_all()
        try:
            await self.pages.get(seen.path, reply(status=404))(seen, writer)
        finally:
            self.busy -= 1


def reply(
    body: bytes = b"", *, status: int = 200, headers: Mapping[str, str] | None = None, length: int | None = None
) -> Answering:
    """A proper answer; a 200 with an ETag answers 304 to who has it. `length` lies about the body."""
    named = dict(headers or {})

    async def answer(seen: Seen, writer: asyncio.StreamWriter) -> None:
        known = "ETag" in named and seen.headers.get("if-none-match") == named["ETag"]
        code, content = (304, b"") if known else (status, body)
        told = named if code == 304 else {"Content-Length": str(len(content) if length is None else length), **named}
        lines = [f"HTTP/1.1 {code} Said", *(f"{name}: {value}" for name, value in told.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode() + content)
        if length is not None:
            writer.close()

    return answer


def redirect(to: str, *, status: int = 302) -> Answering:
    return reply(status=status, headers={"Location": to})


def raw(data: bytes) -> Answering:
    """These bytes, then the end of the connection."""

    async def answer(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return answer


def drip(start: bytes, piece: bytes, *, seconds: float = 0.02) -> Answering:
    """`start`, then `piece` again and again until the other side goes away."""

    async def answer(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            await writer.drain()
            if seconds:
                await asyncio.sleep(seconds)
            writer.write(piece)

    return answer


def endless(start: bytes, piece: bytes) -> Answering:
    """As fast as it is taken, until the other side goes away."""
    return drip(start, piece, seconds=0.0)


def silent() -> Answering:
    """Nothing, until the other side goes away."""

    async def answer(_: Seen, writer: asyncio.StreamWriter) -> None:
        await writer.wait_closed()

    return answer


def reset() -> Answering:
    """The connection breaks off."""

    async def answer(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    return answer


def in_order(*answers: Answering) -> Answering:
    """One after the other; the last one for ever."""
    left: Sequence[Answering] = list(answers)

    async def answer(seen: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal left
        current, left = left[0], left[1:] or left[:1]
        await current(seen, writer)

    return answer
