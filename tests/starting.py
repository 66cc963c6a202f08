"""What a forked process does: it is `laneway`, with an environment and standard files of its own."""

import asyncio
import faulthandler
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime, tzinfo
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import server.cli
import server.clock


class Descriptor(Protocol):
    """A file that came from another process."""

    def detach(self) -> int: ...


def serve(env: dict[str, str], port: int, stderr: Connection) -> None:
    """Run `laneway serve` in this process."""
    os.dup2(stderr.fileno(), 2)
    _become(env, ["serve", "--port", str(port)])


def run(env: dict[str, str], arguments: Sequence[str], files: Sequence[Descriptor], cwd: Path | None) -> None:
    """Run a command of `laneway` in this process; `files` are its standard ones."""
    for number, file in enumerate(files):
        os.dup2(file.detach(), number)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if cwd:
        os.chdir(cwd)
    _become(env, arguments)


def _become(env: dict[str, str], arguments: Sequence[str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    if skew := env.get("LANEWAY_TEST_CLOCK_S"):
        _shift_clock(float(skew))
    signal.signal(signal.SIGUSR1, _say_where)
    sys.argv = ["laneway", *arguments]
    server.cli.main()


def _say_where(*_: object) -> None:
    """Write where all threads and tasks are: what a process that doesn't end is asked for."""
    faulthandler.dump_traceback()
    for task in asyncio.all_tasks():
        task.print_stack(file=sys.stderr)
    sys.stderr.flush()


def _shift_clock(seconds: float) -> None:
    """Let this process's wall clock be off; its monotonic clock is what it was.

    The server asks for the time in one place, server/clock.py; libraries ask `time.time`.
    """
    true = time.time

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Shifted":
            return cls.fromtimestamp(true() + seconds, tz)

    server.clock.datetime = Shifted  # type: ignore[attr-defined] # its own name for it
    time.time = lambda: true() + seconds
