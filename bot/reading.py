"""`sosik feed` and `sosik extract`: show how a feed or a page is read, without a database."""

import asyncio
import sys
from pathlib import Path

from bot.adapters.fetch import Fetcher
from bot.adapters.workers import Workers
from bot.app import CONTACT, Ports, release
from bot.core.errors import UserMistake
from bot.core.timing import zone_of
from bot.settings import Settings
from bot.sources.exchange import FEED_BYTES, PAGE_BYTES, Request
from bot.sources.extract import extract, page_json
from bot.sources.feed import feed_json, parse_feed

_READ_SECONDS = 25.0  # any answer is read or refused within 30 s (contract §4)


async def read_feed(
    settings: Settings, place: str, *, charset: str | None, base_url: str, zone: str
) -> dict[str, object]:
    """What `sosik feed` prints.

    Raises:
        UserMistake: it cannot be read, or is no feed.
        GiveUp: it is too large, or takes too long.
    """
    zone = zone_of(zone).key
    body, address, said = await _get(settings, place, FEED_BYTES)
    async with Workers() as workers:
        feed = await workers.run(
            parse_feed,
            body,
            charset=charset or said,
            base_url=base_url or address,
            zone=zone,
            timeout_seconds=_READ_SECONDS,
        )
    return feed_json(feed, settings.sosik_language)


async def read_page(settings: Settings, place: str, *, url: str) -> dict[str, object]:
    """What `sosik extract` prints; raises as `read_feed`."""
    body, address, said = await _get(settings, place, PAGE_BYTES)
    async with Workers() as workers:
        page = await workers.run(
            extract, body, url=url or address, charset=said, zone=settings.sosik_timezone, timeout_seconds=_READ_SECONDS
        )
    return page_json(page)


async def _get(settings: Settings, place: str, most: int) -> tuple[bytes, str, str | None]:
    """The bytes at an address, in a file or on standard input; the address; the charset that HTTP names."""
    if place.startswith(("http://", "https://")):
        async with Fetcher(
            user_agent=f"sosik/{release()} (+{CONTACT})",
            allowed_networks=settings.sosik_allowed_networks,
            allowed_ports=Ports(settings.sosik_allowed_ports),
        ) as fetcher:
            answer = await fetcher.get(Request(place, max_bytes=most))
        return answer.body, answer.url, answer.charset
    if place == "-":
        return await asyncio.to_thread(sys.stdin.buffer.read, most + 1), "", None
    try:
        return await asyncio.to_thread(_read_file, Path(place), most + 1), "", None
    except OSError as error:
        raise UserMistake("cli.file", file=place, why=error.strerror or "") from error


def _read_file(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)
