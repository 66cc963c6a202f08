"""`laneway serve` in processes forked from one that has all ready: a start costs 0.3 s of CPU instead of 3."""

import multiprocessing
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from typing import IO

from tests.chaos.serving import serve
from tests.processes import Running, ServerProcess

PRELOADED = ["tests.chaos.lean", "server.cli", "tests.chaos.ready", "tests.chaos.rig"]
_one_at_a_time = threading.Lock()
"""multiprocessing looks after all its processes in each call, and two threads can't do that at once."""


def fork_server() -> ForkServerContext:
    """Return what makes processes; the server itself starts with the first of them and ends with the tests."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


class ForkedServer(ServerProcess):
    """`laneway serve` on a data folder, forked: from its first line on a process like any other."""

    def _start(self, env: Mapping[str, str], port: int) -> Running:
        return Forked(env, port)


class Forked:
    """What `subprocess.Popen` offers of a process."""

    def __init__(self, env: Mapping[str, str], port: int) -> None:
        reading, writing = multiprocessing.Pipe(duplex=False)
        with reading, writing, _one_at_a_time:
            self._process = fork_server().Process(target=serve, args=(dict(env), port, writing), daemon=True)
            self._process.start()
            self.stderr: IO[str] | None = os.fdopen(os.dup(reading.fileno()))
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, None while the process lives."""
        with _one_at_a_time:
            return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Return the exit code when the process has ended."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("laneway serve", timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal if the process lives."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """`kill -9` it."""
        self.send_signal(signal.SIGKILL)
