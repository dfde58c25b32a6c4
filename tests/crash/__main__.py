"""`python -m tests.crash`: kill, freeze, cut off; then count what was lost, doubled and misordered.

Real `sosik run` processes deliver to the local Slack and Discord through a relay that is late and loses things, while
this program says numbered messages into the outbox and kills at random instants. The platforms' own logs are compared
with what was said. Exit code 1 when anything is lost, doubled (where the platform can be asked) or misordered, or when
the next message came later than promised after a kill.
"""

import argparse
import asyncio
import bisect
import itertools
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from bot.adapters.store import Store
from bot.adapters.store.migrate import upgrade
from bot.adapters.store.tables import DELIVERY, DELIVERY_EVENT
from bot.core.compose import Voice, notice
from bot.core.delivery import Kind
from bot.core.errors import TryLater
from bot.core.message import Headline, Message
from bot.core.news import ChannelRef, Platform
from tests.crash.relay import Relay
from tests.crash.servers import Platform as Server
from tests.crash.servers import Postgres, discord, slack
from tests.fakes.discord import GUILD, OTHER_TEXT, TEXT

LEASE_SECONDS, TIMEOUT_SECONDS = 3.0, 1.0
PROMISE_SECONDS = LEASE_SECONDS + 2 * TIMEOUT_SECONDS + 5  # after a kill the next message is out by then
DRAIN_SECONDS = 90.0
NOTICES, ALERTS = "C0NOTICES", "C0ALERTS"
HISTORY = ["channels:history", "groups:history", "im:history"]


@dataclass(frozen=True)
class Cell:
    """One row of the table."""

    database: str
    processes: int
    history: bool = True
    share: int = 1

    @property
    def name(self) -> str:
        return f"{self.database}, {self.processes} process{'es' if self.processes > 1 else ''}"


CELLS = (
    Cell("sqlite", 1, share=2),
    Cell("postgresql", 1),
    Cell("postgresql", 2, share=2),
    Cell("sqlite", 1, history=False),
)


@dataclass
class Count:
    """What a cell came to."""

    kills: int = 0
    freezes: int = 0
    restarts: int = 0
    network: Counter[str] = field(default_factory=Counter)
    said: int = 0
    lost: int = 0
    doubled: int = 0
    doubled_blind: int = 0
    misordered: int = 0
    gaps: list[float] = field(default_factory=list)
    seconds: float = 0.0
    unfinished: bool = False
    exits: int = 0
    stall: float = 0.0
    twice: list[tuple[str, list[float]]] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        late = max(self.gaps, default=0.0) > PROMISE_SECONDS
        doubts = self.kills + self.freezes + self.restarts + self.network.total()  # the documented window
        wrong = self.lost or self.doubled or self.misordered or self.doubled_blind > doubts
        return bool(wrong or self.unfinished or late)


class Nursery:
    """Starts bots and ends them; only its own."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self._env, self._log = env, log
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.zygote"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._cold: dict[int, subprocess.Popen[bytes]] = {}
        self._started = 0
        self.alive: list[int] = []

    async def start(self) -> int:
        self._started += 1
        pid = await asyncio.to_thread(self._cold_start if self._started % 10 == 0 else self._warm_start)
        self.alive.append(pid)
        return pid

    def _warm_start(self) -> int:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.write(json.dumps({"env": self._env, "log": str(self._log)}) + "\n")
        self._zygote.stdin.flush()
        return int(self._zygote.stdout.readline())

    def _cold_start(self) -> int:
        words = [sys.executable, "-m", "bot", "run", "--role", "deliver"]
        env = {**self._env, "PYTHONPATH": str(Path(__file__).parents[2])}
        with self._log.open("ab") as log:
            process = subprocess.Popen(words, env=env, cwd=env["SOSIK_HOME"], stdout=log, stderr=log)
        self._cold[process.pid] = process
        return process.pid

    def signal(self, pid: int, number: int) -> None:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            self.alive = [each for each in self.alive if each != pid]

    async def kill(self, pid: int) -> None:
        self.signal(pid, signal.SIGKILL)
        if pid in self._cold:
            await asyncio.to_thread(self._cold.pop(pid).wait)
        while _is_there(pid):  # noqa: ASYNC110 - the kernel sends no event for a process that is no child of ours
            await asyncio.sleep(0.005)
        self.alive = [each for each in self.alive if each != pid]

    async def supervise(self) -> int:
        """Start again those that ended by themselves (the database was away when they began), as systemd would."""
        for process in self._cold.values():
            process.poll()  # buries it when it ended
        gone = [pid for pid in self.alive if not _is_there(pid)]
        for pid in gone:
            self.alive.remove(pid)
            self._cold.pop(pid, None)
            await self.start()
        return len(gone)

    async def end(self) -> None:
        if self._zygote.poll() is not None:
            return
        for pid in list(self.alive):
            self.signal(pid, signal.SIGCONT)
            await self.kill(pid)
        assert self._zygote.stdin is not None
        self._zygote.stdin.close()
        await asyncio.to_thread(self._zygote.wait)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Run:
    """One cell, under way."""

    def __init__(self, cell: Cell, kills: int, seed: int, stack: ExitStack) -> None:
        self.cell, self.kills, self.count = cell, kills, Count()
        self.chance = random.Random(seed)
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sosik-crash-")))
        self.postgres = Postgres() if cell.database == "postgresql" else None
        if self.postgres is not None:
            stack.callback(self.postgres.stop)
        self.slack = stack.enter_context(slack([NOTICES, ALERTS], [] if cell.history else HISTORY))
        self.discord = stack.enter_context(discord())
        self.address = self.postgres.address if self.postgres else f"sqlite:///{self._folder / 'crash.db'}"
        self.relays = [
            Relay(self.slack.port, b"chat.postMessage", self.chance),
            Relay(self.discord.port, b"/messages", self.chance),
        ]
        self.channels = [
            ChannelRef(Platform.SLACK, self.slack.team, NOTICES),
            ChannelRef(Platform.SLACK, self.slack.team, ALERTS),
            ChannelRef(Platform.DISCORD, GUILD, TEXT),
            ChannelRef(Platform.DISCORD, GUILD, OTHER_TEXT),
        ]
        self.said: dict[str, list[str]] = {each.channel: [] for each in self.channels}
        self.said_at: list[float] = []
        self.hurt: list[tuple[float, bool]] = []  # when, and whether it was a kill
        self.log = self._folder / "bots.log"

    @property
    def env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "DATABASE_URL": self.address,
            "SOSIK_HOME": str(self._folder),
            "SOSIK_SOURCES": "own",
            "SOSIK_LEASE_SECONDS": str(LEASE_SECONDS),
            "SOSIK_POST_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS),
            "SOSIK_HTTP_PORT": "0",
            "SOSIK_LOG_LEVEL": "warning",
            "SLACK_BOT_TOKEN": self.slack.token,
            "SLACK_API_URL": f"http://127.0.0.1:{self.relays[0].here}/api/",
            "DISCORD_BOT_TOKEN": self.discord.token,
            "DISCORD_API_URL": f"http://127.0.0.1:{self.relays[1].here}/api/v10",
        }

    async def go(self) -> Count:
        begun = time.monotonic()
        for relay in self.relays:
            await relay.start()
        async with Store(self.address, voice=Voice()) as store:
            await upgrade(store.db)
            nursery = Nursery(self.env, self.log)
            try:
                for _ in range(self.cell.processes):
                    await nursery.start()
                over = asyncio.Event()
                speaking = asyncio.create_task(self._speak(store, over))
                failing = asyncio.create_task(self._fail(over))
                await self._torment(nursery)
                over.set()
                await asyncio.gather(speaking, failing)
                for relay in self.relays:
                    relay.lose = (0.0, 0.0)
                await self._drained(store, nursery)
                await nursery.end()
                self._compare()
                await self._explain(store)
            finally:
                await nursery.end()
        for relay in self.relays:
            self.count.network += relay.done
            self.count.stall = max(self.count.stall, relay.stall_seconds)
            await relay.stop()
        self.count.seconds = time.monotonic() - begun
        return self.count

    async def _speak(self, store: Store, over: asyncio.Event) -> None:
        number = 0
        while not over.is_set():
            number += 1
            ref = self.channels[self.chance.choice((0, 0, 0, 2, 2, 2, 3, 3, 1) if number % 3 else (0, 2))]
            name = f"m-{number:05}"
            alert = ref.channel == ALERTS
            message = Message(name, (Headline(name, "https://n.example/1"),)) if alert else notice(name, voice=Voice())
            kind = Kind.ALERT if alert else Kind.NOTICE
            while True:  # said once, however often: the key is the name
                try:
                    await store.outbox.say(ref, message, kind=kind, dedupe_key=name)
                    break
                except TryLater:
                    await asyncio.sleep(0.2)
            self.said[ref.channel].append(name)
            self.said_at.append(time.time())
            await asyncio.sleep(self.chance.random() * 0.16)

    async def _fail(self, over: asyncio.Event) -> None:
        """Now and then a platform refuses, breaks or resets."""
        while not over.is_set():
            await asyncio.sleep(self.chance.random() * 1.5)
            after = self.chance.random() < 0.5
            if self.chance.random() < 0.5:
                kind = self.chance.choice(("500", "reset", "html", "429 soon"))
                body = {"method": "chat.postMessage", "kind": kind, "after": after and kind != "429 soon"}
                await asyncio.to_thread(self.slack.fault, body)
            else:
                kind = self.chance.choice(("502", "reset", "429"))
                body = {"kind": kind, "path": "/messages", "after": after and kind != "429"}
                await asyncio.to_thread(self.discord.fault, body)
            self.count.network[kind] += 1

    async def _torment(self, nursery: Nursery) -> None:
        while self.count.kills < self.kills:
            await asyncio.sleep(0.3 + self.chance.random() * 1.7)
            self.count.exits += await nursery.supervise()
            what = self.chance.random()
            pid = self.chance.choice(nursery.alive)
            if what < 0.06 and self.postgres is not None:
                await self.postgres.restart()
                self.hurt.append((time.time(), False))
                self.count.restarts += 1
            elif what < 0.16:
                self.hurt.append((time.time(), False))
                nursery.signal(pid, signal.SIGSTOP)
                await asyncio.sleep(LEASE_SECONDS + 0.5 + self.chance.random() * 2)
                nursery.signal(pid, signal.SIGCONT)
                self.hurt.append((time.time(), False))
                self.count.freezes += 1
            else:
                self.hurt.append((time.time(), True))
                await nursery.kill(pid)
                self.count.kills += 1
                await nursery.start()

    async def _explain(self, store: Store) -> None:
        """What the outbox knows of each message that came twice."""
        for name, times in self.count.twice:
            async with store.db.reading() as connection:
                row = (await connection.execute(select(DELIVERY).where(DELIVERY.c.dedupe_key == name))).one()
                events = await connection.execute(select(DELIVERY_EVENT).where(DELIVERY_EVENT.c.delivery_id == row.id))
                steps = [f"{each.at:%M:%S.%f} {each.to_state} {each.reason}" for each in events]
            came = [f"{datetime.fromtimestamp(at, UTC):%M:%S.%f}" for at in times]
            hurt = [f"{datetime.fromtimestamp(at, UTC):%M:%S.%f}" for at, _ in self.hurt if abs(at - times[0]) < 15]
            print(f"twice: {name} channel {row.channel_id} attempt {row.attempt} came {came} {steps} hurt {hurt}")

    async def _drained(self, store: Store, nursery: Nursery) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while True:
                    self.count.exits += await nursery.supervise()
                    waiting = await store.outbox.waiting()
                    if waiting.pending == waiting.held == 0:
                        return
                    await asyncio.sleep(0.2)
        except TimeoutError:
            self.count.unfinished = True

    def _compare(self) -> None:
        arrived: list[float] = []
        for server in (self.slack, self.discord):
            for channel, messages in _log(server).items():
                arrived += [at for at, _ in messages]
                names = [name for _, told in messages for name in told]
                said = self.said[channel]
                self.count.said += len(said)
                self.count.lost += len(set(said) - set(names))
                twice = sum(count - 1 for count in Counter(names).values())
                for name, times in Counter(names).items():
                    if times > 1:
                        self.count.twice.append((name, [at for at, told in messages if name in told]))
                if server is self.slack and not self.cell.history:
                    self.count.doubled_blind += twice
                else:
                    self.count.doubled += twice
                first = list(dict.fromkeys(names))
                self.count.misordered += sum(a > b for a, b in itertools.pairwise(first))
        arrived.sort()
        ends = [*(at for at, _ in self.hurt[1:]), float("inf")]
        for (at, killed), until in zip(self.hurt, ends, strict=True):
            place = bisect.bisect(arrived, at)
            # A kill that is followed by the next trouble before anything could be posted measures that one too.
            if killed and place < len(arrived) and arrived[place] < until:
                self.count.gaps.append(arrived[place] - at)


def _log(server: Server) -> dict[str, list[tuple[float, list[str]]]]:
    return {name: messages for name, messages in server.log().items() if any(told for _, told in messages)}


HEAD = (
    "cell|kills|freezes|db restarts|network faults|said|lost|doubled|doubled (cannot look)|misordered"
    "|next post s median / worst|own exits|worst stall of the network s|s"
)


def _line(cell: Cell, count: Count) -> str:
    gap = f"{statistics.median(count.gaps):.1f} / {max(count.gaps):.1f}" if count.gaps else "-"
    parts = [
        cell.name + ("" if cell.history else ", Slack without history"),
        count.kills,
        count.freezes,
        count.restarts,
        count.network.total(),
        count.said,
        count.lost,
        count.doubled,
        count.doubled_blind,
        count.misordered,
        gap,
        count.exits,
        f"{count.stall:.1f}",
        f"{count.seconds:.0f}",
    ]
    return " | ".join(map(str, parts)) + (" | NOT FINISHED" if count.unfinished else "")


async def crash(kills: int, seed: int, only: str, keep_log: str) -> int:
    cells = [cell for cell in CELLS if only in cell.name]
    shares = sum(cell.share for cell in cells)
    print(f"seed {seed}, lease {LEASE_SECONDS:.0f} s, time-out {TIMEOUT_SECONDS:.0f} s")
    print(HEAD.replace("|", " | "), flush=True)
    failed = False
    for number, cell in enumerate(cells):
        with ExitStack() as stack:
            run = Run(cell, max(1, -(-kills * cell.share // shares)), seed + number, stack)
            count = await run.go()
            if keep_log and run.log.exists():
                await asyncio.to_thread(_append, Path(keep_log), run.log)
        failed = failed or count.failed
        print(_line(cell, count), flush=True)
    print("FAILED" if failed else "nothing lost, nothing doubled, order kept")
    return 1 if failed else 0


def _append(to: Path, log: Path) -> None:
    with to.open("ab") as kept:
        kept.write(log.read_bytes())


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=60, help="how many, over all cells")
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--only", default="", help="cells whose name contains this")
    options.add_argument("--log", default="", help="append what the bots logged to this file")
    chosen = options.parse_args()
    return asyncio.run(crash(chosen.kills, chosen.seed, chosen.only, chosen.log))


if __name__ == "__main__":
    sys.exit(main())
