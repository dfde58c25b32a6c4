"""A PostgreSQL server for the tests: made in a temporary folder, on loopback, gone with the session."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "shared_buffers=32MB")


def tools() -> Path | None:
    """The folder with initdb and postgres; None when PostgreSQL is not installed."""
    folders = [Path(folder) for place in _PLACES for folder in sorted(Path(place).glob("*/bin"), reverse=True)]
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).resolve().parent)
    return next((folder for folder in folders if (folder / "postgres").exists() and (folder / "initdb").exists()), None)


@contextmanager
def server() -> Iterator[str]:
    """Run a server; gives the address of its `postgres` database."""
    binaries = tools()
    assert binaries is not None
    # Not below pytest's own folder: that is for nobody but root, and PostgreSQL refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="sosik-pg-") as name:
        yield from _serve(binaries, Path(name))


def _serve(binaries: Path, folder: Path) -> Iterator[str]:
    who = _user()
    if who is not None:
        os.chown(folder, who, -1)
    data = folder / "data"
    run = {"user": who, "env": {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}, "cwd": folder}
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "sosik", "--auth=trust", "-E", "UTF8", "--no-sync"],
        check=True,
        capture_output=True,
        **run,
    )
    port = _free_port()
    options = [word for option in _QUICK for word in ("-c", option)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", "", *options],
            stdout=log,
            stderr=log,
            **run,
        )
        try:
            _wait(binaries, port)
            yield f"postgresql://sosik@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait(20)


def _user() -> int | None:
    """PostgreSQL refuses to run as root: somebody without rights runs it then."""
    return pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait(binaries: Path, port: int) -> None:
    asking = f'"{binaries}/pg_isready" -q -h 127.0.0.1 -p {port}'
    script = f"n=0; until {asking}; do n=$((n+1)); [ $n -lt 200 ] || exit 1; sleep 0.1; done"
    subprocess.run(["sh", "-c", script], check=True)
