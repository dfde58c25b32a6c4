"""What many sources cost: CPU of whole polls that find nothing new, and memory, with the real store and fetcher.

So many sources are put into a SQLite database and read once from a loopback server in another process, which answers
304. The CPU of this process for one poll (claim, ask, decide, write) tells what share of a core 10,000 sources at five
minutes take. Memory is what the process has grown by, for each source. `python -m bench ingest` runs it after 304s.
"""

import random
import resource
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

from sqlalchemy import insert, update

from bot.adapters.fetch import Fetcher
from bot.adapters.store import Store
from bot.adapters.store.migrate import upgrade
from bot.adapters.store.tables import SOURCE
from bot.adapters.workers import Workers
from bot.core.compose import Voice
from bot.core.matching.index import Index
from bot.services.audience import LiveAudience
from bot.services.live_index import LiveIndex
from bot.services.pages import Pages
from bot.services.poll import Polling

SOURCES = 10_000
INTERVAL_SECONDS = 300.0
TARGET_SHARE = 0.15  # of one core
TARGET_BYTES = 20 * 1024  # a source


async def measure(site_port: int, *, count: int = 1000) -> dict[str, float]:
    """CPU seconds a poll, the share of a core that follows, and bytes a source."""
    with tempfile.TemporaryDirectory() as home:
        async with _polling(Path(home)) as polling:
            await _read(polling, site_port, range(200))  # connections, caches, code paths: not of the sources
            grown = _resident()
            cpu = time.process_time()
            await _read(polling, site_port, range(200, 200 + count))
            cpu = time.process_time() - cpu
            grown = _resident() - grown
    return {
        "ms": cpu / count * 1000,
        "share": cpu / count * SOURCES / INTERVAL_SECONDS,
        "bytes": max(0.0, grown / count),
        "count": float(count),
    }


@asynccontextmanager
async def _polling(home: Path) -> AsyncIterator[Polling]:
    async with (
        Store(f"sqlite:///{home / 'bench.db'}", voice=Voice()) as store,
        Fetcher(
            user_agent="sosik-bench", allowed_networks=[ip_network("127.0.0.0/8")], allowed_ports=range(1024, 65536)
        ) as fetcher,
        Workers(1) as workers,
    ):
        await upgrade(store.db)
        audience = LiveAudience(store, LiveIndex(Index.build(())), voice=Voice())
        yield Polling(
            store,
            fetcher,
            workers,
            audience,
            Pages(store, fetcher, workers, audience),
            "bench",
            minimum_seconds=INTERVAL_SECONDS,
            jitter=random.random,
            outlet_of=lambda _: None,
        )


async def _read(polling: Polling, port: int, numbers: range) -> None:
    now = await polling.store.housekeeping.ping()
    async with polling.store.db.writing() as connection:
        await connection.execute(update(SOURCE).values(next_poll_at=None))
        rows = [
            {
                "number": number + 1,
                "url": f"http://127.0.0.1:{port}/keep/{number}",
                "etag": '"1"',
                "baselined": True,
                "gaps": [300.0] * 20,
                "next_poll_at": now,
            }
            for number in numbers
        ]
        await connection.execute(insert(SOURCE), rows)
    while await polling.poll_due():
        await polling.join()


def _resident() -> float:
    """Bytes of memory in use; where /proc does not tell, the most that there ever were."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    return pages * float(resource.getpagesize())
