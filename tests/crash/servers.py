"""What the bots talk to: the two platforms and PostgreSQL, each a process of its own."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import postgres

SAID = re.compile(r"m-\d{5}")
DISCORD_EPOCH = 1_420_070_400.0


@dataclass
class Platform:
    """A fake platform that runs by itself."""

    process: subprocess.Popen[bytes]
    base: str
    token: str
    team: str = ""

    @property
    def port(self) -> int:
        return int(self.base.split(":")[2].split("/")[0])

    def fault(self, body: dict[str, Any]) -> None:
        self._ask("/_/fault", json.dumps(body).encode())

    def log(self) -> dict[str, list[tuple[float, list[str]]]]:
        """By channel, in order of arrival: when each message arrived, and which of ours it tells."""
        told = json.loads(self._ask("/_/log"))["messages"]
        return {channel: [(_at(each), _ours(each)) for each in messages] for channel, messages in told.items()}

    def _ask(self, path: str, data: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=20) as answer:
            body: bytes = answer.read()
            return body


def _at(message: dict[str, Any]) -> float:
    if "ts" in message:
        return float(message["ts"])
    return (int(message["id"]) >> 22) / 1000 + DISCORD_EPOCH


def _ours(message: dict[str, Any]) -> list[str]:
    """The names in a message, each once, in order: a card names its article in several places."""
    shown = {key: message.get(key) for key in ("text", "blocks", "content", "embeds", "components")}
    return list(dict.fromkeys(SAID.findall(json.dumps(shown, ensure_ascii=False))))


@contextmanager
def slack(channels: list[str], without: list[str]) -> Iterator[Platform]:
    words = [word for name in channels for word in ("--channel", name)]
    words += [word for name in without for word in ("--without", name)]
    with _process("tests.fakes.slack", words) as (process, line):
        about = json.loads(line)
        yield Platform(process, about["base_url"], about["bot_token"], about["team"])


@contextmanager
def discord() -> Iterator[Platform]:
    with _process("tests.fakes.discord", []) as (process, line):
        url, token = line.split()
        yield Platform(process, url, token)


@contextmanager
def _process(module: str, words: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    process = subprocess.Popen([sys.executable, "-m", module, *words], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().decode()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Postgres:
    """A server that can be restarted the hard way."""

    def __init__(self) -> None:
        found = postgres.tools()
        assert found is not None, "PostgreSQL is not installed"
        self._binaries = found
        self._folder = Path(tempfile.mkdtemp(prefix="sosik-crash-pg-"))
        self._who = postgres._user()
        if self._who is not None:
            os.chown(self._folder, self._who, -1)
        self._run: dict[str, Any] = {
            "user": self._who,
            "env": {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
            "cwd": self._folder,
        }
        words = ["-D", self._folder / "data", "-U", "sosik", "--auth=trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([found / "initdb", *words], check=True, capture_output=True, **self._run)
        self.port = postgres._free_port()
        self.address = f"postgresql://sosik@127.0.0.1:{self.port}/postgres"
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        words = ["-D", self._folder / "data", "-h", "127.0.0.1", "-p", str(self.port), "-k", "", "-c", "fsync=off"]
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen([self._binaries / "postgres", *words], stdout=log, stderr=log, **self._run)
        postgres._wait(self._binaries, self.port)
        return process

    async def restart(self) -> None:
        """Every connection breaks in the middle of whatever it does."""
        await asyncio.to_thread(self._restart)

    def _restart(self) -> None:
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)
        self._process = self._start()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)
        shutil.rmtree(self._folder, ignore_errors=True)
