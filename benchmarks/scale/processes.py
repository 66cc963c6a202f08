"""Real processes of Laneway on one real store; their logs go to files, which cost the load generator nothing."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from tests.contracts.servers import running, valkey_binary
from tests.processes import READY, environment

WORKS: Final = re.compile("Laneway works")
START_WITHIN_S: Final = 60.0
END_WITHIN_S: Final = 40.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """The processes of Laneway, and the port of the one that serves."""

    name: str
    port: int
    processes: list[psutil.Process]


@contextmanager
def store(folder: Path, fsync: str) -> Iterator[str]:
    """Run a Valkey server that keeps an append-only file, and give its address."""
    home = folder / "store"
    home.mkdir()
    with running(valkey_binary(), home, "--appendonly", "yes", "--appendfsync", fsync, "--save", "") as url:
        yield url


@contextmanager
def deployed(folder: Path, url: str, workers: int, **settings: str) -> Iterator[Deployment]:
    """Run `laneway serve` with so many `laneway worker` beside it, or, with none, with its worker inside."""
    env = environment(folder / "data", LANEWAY_REDIS_URL=url, **settings)
    laneway = [sys.executable, "-m", "server.cli"]
    with ExitStack() as stack:
        serving = [*laneway, "serve", "--port", "0", *(["--no-worker"] if workers else [])]
        server, found = stack.enter_context(process(folder / "serve.log", serving, READY, env))
        others = [
            stack.enter_context(process(folder / f"worker{at}.log", [*laneway, "worker"], WORKS, env))[0]
            for at in range(workers)
        ]
        name = f"serve + {workers} worker{'s' * (workers > 1)}" if workers else "serve, worker inside"
        yield Deployment(name, int(found[1].rsplit(":", 1)[1]), [server, *others])


@contextmanager
def process(
    log: Path, command: list[str], ready: re.Pattern[str], env: dict[str, str]
) -> Iterator[tuple[psutil.Process, re.Match[str]]]:
    """Run a process; give it, and what `ready` found in its log, when it is there. It ends by SIGTERM."""
    with log.open("w") as lines:
        started = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=lines)
    try:
        yield psutil.Process(started.pid), _await(started, log, ready)
    finally:
        started.terminate()
        try:
            started.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _await(started: "subprocess.Popen[bytes]", log: Path, ready: re.Pattern[str]) -> re.Match[str]:
    deadline = time.monotonic() + START_WITHIN_S
    while not (found := ready.search(log.read_text())):
        if started.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"a process did not start:\n{log.read_text()}")
        time.sleep(0.05)
    return found
