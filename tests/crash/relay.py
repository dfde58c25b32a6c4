"""A relay between the bot and a platform that is as slow and as unreliable as the Internet."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Passes bytes on, late; loses some posts before they arrive and the answers of some others.

    Attributes:
        host, port: where the platform is.
        posting: what the first line of a post contains.
        lose: chances that a post is lost, and that its answer is.
    """

    port: int
    posting: bytes
    chance: random.Random
    lose: tuple[float, float] = (0.02, 0.03)
    late_seconds: float = 0.04
    done: Counter[str] = field(default_factory=Counter)
    here: int = 0
    stall_seconds: float = 0.0  # how much later than meant something was passed on: the machine was busy
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.here = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError):
                await self._pass(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        mute = asyncio.Event()

        async def back() -> None:
            while data := await far_reader.read(65536):
                await asyncio.sleep(self.chance.random() * self.late_seconds)
                if mute.is_set():
                    return
                writer.write(data)
                await writer.drain()

        answers = asyncio.create_task(back())
        try:
            while data := await reader.read(65536):
                late = self.chance.random() * self.late_seconds
                due = time.monotonic() + late
                await asyncio.sleep(late)
                self.stall_seconds = max(self.stall_seconds, time.monotonic() - due)
                fate = self.chance.random() if data.startswith(b"POST") and self.posting in data[:200] else 1.0
                if fate < self.lose[0]:
                    self.done["request lost"] += 1
                    return
                if fate < sum(self.lose):
                    self.done["answer lost"] += 1
                    mute.set()
                far_writer.write(data)
                await far_writer.drain()
                if mute.is_set():
                    await asyncio.wait({answers}, timeout=5)
                    return
        finally:
            answers.cancel()
            await asyncio.gather(answers, return_exceptions=True)
            far_writer.close()
