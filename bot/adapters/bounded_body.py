"""Bodies of answers, decoded by ourselves: the decoders of the libraries know no limit (facts/ingestion.md §7).

Only gzip is decoded, because only gzip is asked for.
"""

import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import NoReturn, cast

import httpx

from bot.core.errors import GiveUp, TryLater

_WIRE_SLACK_BYTES = 64 * 1024  # what gzip may add to a body that it cannot make smaller


async def read_whole(response: httpx.Response, encoding: str, *, max_bytes: int) -> bytes:
    """The decoded body; never more than `max_bytes` of it is held, and never much more taken from the wire.

    Raises:
        GiveUp: it is larger.
        TryLater: an encoding that was not asked for, or half a gzip.
        zlib.error: broken gzip.
    """
    return b"".join([piece async for piece in _pieces(response, encoding, max_bytes=max_bytes)])


async def read_beginning(response: httpx.Response, encoding: str, *, max_bytes: int) -> bytes:
    """At most the first `max_bytes` of the decoded body; what follows is never asked for."""
    read = bytearray()
    try:
        async for piece in _pieces(response, encoding, max_bytes=max_bytes):
            read += piece
    except GiveUp:
        pass  # the rest is not asked for
    return bytes(read)


async def _pieces(response: httpx.Response, encoding: str, *, max_bytes: int) -> AsyncIterator[bytes]:
    encodings = [part.strip() for part in encoding.lower().split(",") if part.strip()]
    if encodings in (["gzip"], ["x-gzip"]):
        decode: _Identity | _Gunzip = _Gunzip()
    elif encodings in ([], ["identity"]):
        decode = _Identity()
    else:
        raise TryLater("fetch.encoding", encoding=", ".join(encodings)[:40])
    left, wire_left = max_bytes, max_bytes + _WIRE_SLACK_BYTES
    # A generator, whatever httpx calls it; one left half-read would be ended some time later, by the loop.
    async with aclosing(cast("AsyncGenerator[bytes, None]", response.aiter_raw())) as raws:
        async for raw in raws:
            wire_left -= len(raw)
            if wire_left < 0:
                _refuse_size(max_bytes)
            for piece in decode(raw, left):
                if len(piece) > left:
                    yield piece[:left]
                    _refuse_size(max_bytes)
                left -= len(piece)
                yield piece
    if not decode.complete:
        raise TryLater("fetch.broken", host=response.request.url.host)


def _refuse_size(max_bytes: int) -> NoReturn:
    raise GiveUp("fetch.too_large", megabytes=max_bytes / (1024 * 1024))


class _Identity:
    complete = True

    def __call__(self, data: bytes, _: int) -> Iterator[bytes]:
        yield data


class _Gunzip:
    """gzip with any number of members; what follows the last one is ignored, as curl and browsers do."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._started = False
        self._members = 1

    @property
    def complete(self) -> bool:
        return self._member.eof or not self._started

    def __call__(self, data: bytes, left: int) -> Iterator[bytes]:
        """At most one byte more than `left` in all: enough to know that it is too much."""
        while data:
            if self._member.eof:
                if not data.startswith(_GZIP_MAGIC):
                    return
                self._members += 1
                if self._members > _MAX_MEMBERS:
                    raise zlib.error("too many members")
                self._member = zlib.decompressobj(_GZIP_OR_ZLIB)
            self._started = True
            piece = self._member.decompress(data, left + 1)
            left -= len(piece)
            yield piece
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail


_GZIP_OR_ZLIB = 47
_GZIP_MAGIC = b"\x1f\x8b"
_MAX_MEMBERS = 1000  # each costs a new decoder, also an empty one
