"""Starts `sosik run` quickly: everything is imported once, and every start is a fork of that.

One line of JSON on standard input starts a bot (`{"env": …, "log": path}`), one line on standard output is its pid.
The child runs the command line like `python -m bot run`; the crash suite starts every tenth bot that way for real.
"""

import gc
import json
import os
import signal
import sys
from pathlib import Path

import bot.adapters.post_discord
import bot.adapters.post_slack
import bot.app
import bot.gateways
import bot.observe  # noqa: F401 - imported so that a fork need not
from bot.cli import main

ARGUMENTS = ["run", "--role", "deliver"]


def serve() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a child: the kernel buries it
    gc.freeze()
    children = []
    for line in sys.stdin:
        wish = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _be_a_bot(wish["env"], wish["log"])
        children.append(pid)
        print(pid, flush=True)
    for pid in children:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _be_a_bot(env: dict[str, str], log: str) -> None:
    code = 70
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(env)
        os.chdir(env["SOSIK_HOME"])
        with Path(log).open("ab", buffering=0) as out:
            for number in (1, 2):
                os.dup2(out.fileno(), number)
        code = main(ARGUMENTS)
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve()
