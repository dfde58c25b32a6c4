"""A real Chromium, headless, that can reach loopback only; and the demo as a process with its page."""

import asyncio
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Page, async_playwright

PATIENCE_SECONDS = 90.0
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no name is ever looked up
)


def chromium() -> str | None:
    """Where the browser is; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def free_port() -> int:
    """A port that nobody has right now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Seen:
    """What the browser did and complained about."""

    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@asynccontextmanager
async def browsing(*, width: int = 1280, scale: float = 1) -> AsyncIterator[tuple[Page, Seen]]:
    """A fresh tab with a profile of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=list(_FLAGS), chromium_sandbox=False
        )
        try:
            page = await browser.new_page(viewport={"width": width, "height": 900}, device_scale_factor=scale)
            seen = Seen()
            page.on("console", lambda said: seen.console.append(f"{said.type}: {said.text}"))
            page.on("pageerror", lambda error: seen.console.append(f"error: {error}"))
            page.on("request", lambda request: seen.requests.append(request.url))
            yield page, seen
        finally:
            await browser.close()


@dataclass
class Held:
    """`sosik demo --hold`, running."""

    process: asyncio.subprocess.Process
    address: str

    async def interrupt(self) -> int:
        """Ctrl+C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.process.wait()


@asynccontextmanager
async def held_demo(**environment: str) -> AsyncIterator[Held]:
    """The demo as people start it, when it says where its page is."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--hold",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "SOSIK_HTTP_PORT": str(port), **environment},
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while said := (await process.stderr.readline()).decode():
                if found := re.search(rf"http://127\.0\.0\.1:{port}", said):
                    break
            else:
                raise AssertionError("the demo ended without saying where its page is")
        yield Held(process, found[0])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
