"""Real server processes for tests: started on a free port, ended by pid, nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NoReturn, Protocol

import psutil

from tests.waiting import SOON_S, eventually

READY = re.compile(r"Chat: (http://\S+)/chat")

SAYING_S = 5.0
MOST_LINES = 300


class Running(Protocol):
    """A process, as `subprocess.Popen` shows it."""

    @property
    def pid(self) -> int: ...
    @property
    def stderr(self) -> IO[str] | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float) -> int: ...
    def send_signal(self, number: signal.Signals, /) -> None: ...
    def kill(self) -> None: ...


class ServerProcess:
    """`laneway serve` on a data folder."""

    def __init__(self, folder: Path, *, port: int = 0, **settings: str) -> None:
        self.process = self._start(environment(folder, **settings), port)
        self.folder = str(folder)
        self.lines: list[str] = []
        self._ready = threading.Event()
        self.url = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait(self) -> "ServerProcess":
        """Return when it serves."""
        assert self._ready.wait(SOON_S), "".join(self.lines)
        assert self.url, "".join(self.lines)
        return self

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def logged(self, *words: str) -> list[str]:
        """Return the log lines once each of these words is in one."""

        def found() -> list[str]:
            lines = [line for line in self.lines if line.startswith("{")]
            return lines if all(any(word in line for line in lines) for word in words) else []

        return list(eventually(found))

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def _start(self, env: Mapping[str, str], port: int) -> Running:
        return subprocess.Popen(
            [sys.executable, "-m", "server.cli", "serve", "--port", str(port)],
            env=env,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )

    def _end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        try:
            code = self.process.wait(SOON_S)
        except subprocess.TimeoutExpired:
            self._where_it_hangs()
        self._reader.join(SOON_S)
        if self.process.stderr:
            self.process.stderr.close()
        return code

    def _where_it_hangs(self) -> NoReturn:
        """Have a process that doesn't end say what it waits for, and end it."""
        self.process.send_signal(signal.SIGUSR1)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(SAYING_S)
        self.process.kill()
        self.process.wait(SOON_S)
        self._reader.join(SOON_S)
        raise AssertionError("did not end:\n" + "".join(self.lines[-MOST_LINES:]))

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if found := READY.search(line):
                self.url = found[1]
                self._ready.set()
        self._ready.set()


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return the variables of a process on a data folder: ours, none of `LANEWAY_...`, and what is set here."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("LANEWAY_")}
    return env | {"LANEWAY_DATA_DIR": str(folder), "LANEWAY_LOG_FORMAT": "json", **settings}


@contextmanager
def serving(
    folder: Path, *, port: int = 0, kind: type[ServerProcess] = ServerProcess, **settings: str
) -> Iterator[ServerProcess]:
    server = kind(folder, port=port, **settings)
    try:
        yield server.wait()
    finally:
        if server.process.poll() is None:
            server.stop()
        elif server.process.stderr:
            server.process.stderr.close()


def until_gone(processes: list[psutil.Process]) -> None:
    """Wait until all of the processes have ended."""
    eventually(lambda: not any(_lives(process) for process in processes))


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
