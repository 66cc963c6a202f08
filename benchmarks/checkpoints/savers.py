"""The savers that are measured: how each is opened, and how the size of its data is read."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from langgraph.checkpoint.memory import InMemorySaver
from redis.asyncio import BlockingConnectionPool, Redis

from benchmarks.checkpoints.graphs import Saver
from state.stores.checkpointer import PlainRedisSaver
from state.stores.serde import state_serializer

CONNECTIONS: Final = 16
"""What every pool may hold. 50 sessions at once wait for one, as they would in service."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A saver that is ready, on an empty store, and what its data take there in KB."""

    saver: Saver
    kilobytes: Callable[[], Awaitable[float]] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A saver to measure. `package` is its distribution, `server` a name of `servers.SERVERS`."""

    name: str
    package: str
    open: Callable[[str], AbstractAsyncContextManager[Opened]]
    server: str | None = None

    @property
    def version(self) -> str | None:
        """The version installed here, or None."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None


@asynccontextmanager
async def _memory(_: str) -> AsyncIterator[Opened]:
    yield Opened(InMemorySaver(serde=state_serializer()))


@asynccontextmanager
async def _ours(url: str) -> AsyncIterator[Opened]:
    async with _client(url) as client, PlainRedisSaver.from_url(url) as saver:
        yield Opened(saver, lambda: _keys(client))


@asynccontextmanager
async def _ours_whole(url: str) -> AsyncIterator[Opened]:
    async with _client(url) as client, PlainRedisSaver.from_url(url) as saver:
        yield Opened(saver.keeping(None), lambda: _keys(client))


@asynccontextmanager
async def _sqlite(_: str) -> AsyncIterator[Opened]:
    made = import_module("langgraph.checkpoint.sqlite.aio").AsyncSqliteSaver
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoints.db"
        async with made.from_conn_string(str(path)) as saver:

            async def kilobytes() -> float:
                await (await saver.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")).close()
                return path.stat().st_size / 1000

            await saver.setup()
            yield Opened(saver, kilobytes)


@asynccontextmanager
async def _postgres(url: str) -> AsyncIterator[Opened]:
    made = import_module("langgraph.checkpoint.postgres.aio").AsyncPostgresSaver
    rows = import_module("psycopg.rows").dict_row
    pool = import_module("psycopg_pool").AsyncConnectionPool
    options = {"autocommit": True, "prepare_threshold": 0, "row_factory": rows}
    async with pool(url, min_size=1, max_size=CONNECTIONS, kwargs=options) as connections:

        async def kilobytes() -> float:
            tables = "SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class WHERE relname LIKE 'checkpoint%%'"
            async with connections.connection() as connection:
                answer = await (await connection.execute(f"{tables} AND relkind = 'r'")).fetchone()
            return float(answer["bytes"] or 0) / 1000

        async with connections.connection() as connection:
            await connection.execute("DROP SCHEMA public CASCADE")
            await connection.execute("CREATE SCHEMA public")
        saver = made(connections)
        await saver.setup()
        yield Opened(saver, kilobytes)


@asynccontextmanager
async def _aws(url: str) -> AsyncIterator[Opened]:
    made = import_module("langgraph_checkpoint_aws").AsyncValkeySaver
    pools = import_module("valkey.asyncio")
    async with _client(url) as client:
        pool = pools.BlockingConnectionPool.from_url(url, max_connections=CONNECTIONS)
        async with pools.Valkey.from_pool(pool) as valkey:
            yield Opened(made(valkey), lambda: _keys(client))


@asynccontextmanager
async def _plainredis(url: str) -> AsyncIterator[Opened]:
    made = import_module("langgraph_checkpoint_plainredis").AsyncRedisSaver
    async with _client(url) as client:
        yield Opened(made(client=client), lambda: _keys(client))


@asynccontextmanager
async def _redis(url: str) -> AsyncIterator[Opened]:
    made = import_module("langgraph.checkpoint.redis.aio").AsyncRedisSaver
    async with _client(url) as client, made.from_conn_string(redis_client=client) as saver:
        await saver.asetup()
        yield Opened(saver, lambda: _keys(client))


CANDIDATES: Final = (
    Candidate("in memory (LangGraph)", "langgraph-checkpoint", _memory),
    Candidate("**plain Redis (ours)**", "laneway", _ours, "valkey"),
    Candidate("**ours, every turn kept**", "laneway", _ours_whole, "valkey"),
    Candidate("sqlite", "langgraph-checkpoint-sqlite", _sqlite),
    Candidate("postgres", "langgraph-checkpoint-postgres", _postgres, "postgres"),
    Candidate("aws (Valkey)", "langgraph-checkpoint-aws", _aws, "valkey"),
    Candidate("plainredis", "langgraph-checkpoint-plainredis", _plainredis, "valkey"),
    Candidate("redis (modules)", "langgraph-checkpoint-redis", _redis, "modules"),
)


@asynccontextmanager
async def _client(url: str) -> AsyncIterator["Redis"]:
    async with Redis.from_pool(BlockingConnectionPool.from_url(url, max_connections=CONNECTIONS)) as client:
        await client.flushall()
        yield client


async def _keys(client: "Redis") -> float:
    return sum([await client.memory_usage(key, samples=0) or 0 async for key in client.scan_iter(count=1000)]) / 1000
