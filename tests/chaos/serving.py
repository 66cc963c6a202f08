"""What a forked process does: it is `laneway serve`, with an environment and a standard error of its own."""

import os
import sys
import time
from datetime import datetime, tzinfo
from multiprocessing.connection import Connection

import server.cli
import server.clock


def serve(env: dict[str, str], port: int, stderr: Connection) -> None:
    """Run `laneway serve` in this process."""
    os.environ.clear()
    os.environ.update(env)
    os.dup2(stderr.fileno(), 2)
    if skew := env.get("LANEWAY_TEST_CLOCK_S"):
        _shift_clock(float(skew))
    sys.argv = ["laneway", "serve", "--port", str(port)]
    server.cli.main()


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
