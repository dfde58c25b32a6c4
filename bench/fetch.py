"""CPU of one poll that finds nothing new (304), against a bare aiohttp loop in the same process, interleaved.

Over connections that are kept, and with a new connection for each poll, as it is with many hosts; each the same
addresses in every round, as a poller does, and once also addresses that nobody has asked before.
The server runs in a process of its own, so that only the asking side is counted. `python -m bench ingest [polls]`.
"""

import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from ipaddress import ip_network

import aiohttp

from bench import sources
from bot.adapters.fetch import Fetcher
from bot.sources.exchange import Request

TARGET_RATIO = 2.0
POLLS = ("kept connections", "new connections")
WORKERS = 20
ROUNDS = 7
_ETAG = '"1"'
_SERVER = """
import asyncio, sys
HEAD = b'HTTP/1.1 304 Not Modified\\r\\nETag: "1"\\r\\nDate: Mon, 01 Jan 2024 00:00:00 GMT\\r\\n'
class Site(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.seen = transport, b""
    def data_received(self, data):
        self.seen += data
        while b"\\r\\n\\r\\n" in self.seen:
            asked, _, self.seen = self.seen.partition(b"\\r\\n\\r\\n")
            if b"/close/" in asked:
                self.transport.write(HEAD + b"Connection: close\\r\\n\\r\\n")
                self.transport.close()
            else:
                self.transport.write(HEAD + b"\\r\\n")
async def main():
    server = await asyncio.get_running_loop().create_server(Site, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""

Poll = Callable[[str], Awaitable[object]]


async def measure(polls: int = 1500) -> dict[str, dict[str, float]]:
    """By kind of connection: milliseconds of CPU a poll, bare and ours, and the median of the rounds' ratios.

    Under `sources`: what whole polls cost, database included (bench/sources.py).
    """
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", _SERVER, stdin=pipe, stdout=pipe)
    assert server.stdout is not None
    assert server.stdin is not None
    try:
        port = int(await server.stdout.readline())
        site = f"http://127.0.0.1:{port}"
        return {
            "sources": await sources.measure(port, count=min(polls, 1000)),
            POLLS[0]: await _compare(f"{site}/keep", polls),
            POLLS[1]: await _compare(f"{site}/close", polls),
            "kept connections, new addresses": await _compare(f"{site}/keep", polls, new=True),
        }
    finally:
        server.stdin.close()
        await server.wait()


async def _compare(site: str, polls: int, *, new: bool = False) -> dict[str, float]:
    bare_costs, our_costs = [], []
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        Fetcher(
            user_agent="sosik-bench", allowed_networks=[ip_network("127.0.0.0/8")], allowed_ports=range(1024, 65536)
        ) as fetcher,
    ):

        async def bare(url: str) -> None:
            async with session.get(url, headers={"If-None-Match": _ETAG}, allow_redirects=False) as answer:
                await answer.read()
                assert answer.status == 304

        async def ours(url: str) -> None:
            assert (await fetcher.get(Request(url, etag=_ETAG))).status == 304

        await _cost(bare, site, 100)
        await _cost(ours, site, 100)
        for number in range(ROUNDS):
            asked = f"{site}/{number}" if new else site
            bare_costs.append(await _cost(bare, asked, polls))
            our_costs.append(await _cost(ours, asked, polls))
    ratios = [mine / theirs for mine, theirs in zip(our_costs, bare_costs, strict=True)]
    return {
        "bare_ms": statistics.median(bare_costs) * 1000,
        "ours_ms": statistics.median(our_costs) * 1000,
        "ratio": statistics.median(ratios),
    }


async def _cost(poll: Poll, site: str, polls: int) -> float:
    """CPU seconds a poll; each asks another address, as a poller does."""
    urls: Iterator[str] = iter([f"{site}/feed/{number}" for number in range(polls)])

    async def work() -> None:
        for url in urls:
            await poll(url)

    gc.collect()
    before = time.process_time()
    await asyncio.gather(*(work() for _ in range(WORKERS)))
    return (time.process_time() - before) / polls


def main(arguments: list[str]) -> int:
    """Print the figures; 1 when the target is missed."""
    rows = asyncio.run(measure(int(arguments[0]) if arguments else 1500))
    whole = rows.pop("sources")
    for name, row in rows.items():
        target = f"(target <= {TARGET_RATIO})" if name in POLLS else "(no target: a 304 was asked before)"
        print(
            f"304 poll, {name}: bare aiohttp {row['bare_ms']:.3f} ms, sosik {row['ours_ms']:.3f} ms, "
            f"ratio {row['ratio']:.2f} {target}"
        )
    print(
        f"whole 304 polls of {whole['count']:.0f} sources, database included: {whole['ms']:.2f} ms of CPU each; "
        f"{sources.SOURCES:,} sources at {sources.INTERVAL_SECONDS / 60:.0f} minutes take {whole['share']:.1%} "
        f"of a core (target <= {sources.TARGET_SHARE:.0%}); {whole['bytes'] / 1024:.1f} KB a source "
        f"(target <= {sources.TARGET_BYTES // 1024} KB)"
    )
    met = whole["share"] <= sources.TARGET_SHARE and whole["bytes"] <= sources.TARGET_BYTES
    return 0 if met and all(rows[name]["ratio"] <= TARGET_RATIO for name in POLLS) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
