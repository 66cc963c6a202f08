"""`laneway` in processes forked from one that has all ready: a start costs 0.3 s of CPU instead of 4."""

import multiprocessing
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from tests import processes
from tests.processes import Running, ServerProcess, environment
from tests.starting import run, serve
from tests.waiting import SOON_S

PRELOADED: Final = ["tests.ready", "server.cli"]
"""What the server of forks imports when it starts, with the first fork."""

_one_at_a_time: Final = threading.Lock()
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


def serving(folder: Path, *, port: int = 0, **settings: str) -> AbstractContextManager[ServerProcess]:
    """Run a forked server until the block ends."""
    return processes.serving(folder, port=port, kind=ForkedServer, **settings)


def laneway(
    folder: Path | str, *arguments: str, typed: str = "", cwd: Path | None = None, **settings: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command of `laneway` on a data folder, forked, and return what it said."""
    env = environment(Path(folder), **{"COLUMNS": "200", **settings})
    with _file(typed) as stdin, _file() as stdout, _file() as stderr:
        with _one_at_a_time:
            files = tuple(multiprocessing.reduction.DupFd(one.fileno()) for one in (stdin, stdout, stderr))
            process = fork_server().Process(target=run, args=(env, arguments, files, cwd), daemon=True)
            process.start()
        process.join(SOON_S)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, SOON_S, _said(stdout), _said(stderr))
        return subprocess.CompletedProcess(arguments, process.exitcode, _said(stdout), _said(stderr))


@contextmanager
def _file(holding: str = "") -> Iterator[IO[bytes]]:
    with TemporaryFile() as file:
        file.write(holding.encode())
        file.seek(0)
        yield file


def _said(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


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
