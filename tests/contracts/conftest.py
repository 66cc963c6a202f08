from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from redis.asyncio import Redis

from state.ids import TenantId
from state.session import Session
from state.stores.checkpointer import MemorySaver, PlainRedisSaver, ThreadSaver
from state.stores.records.database import embedded_url
from tests.contracts.mailbox import BRIEF_MS, SESSION, Stores, memory, on_redis
from tests.contracts.postgres import package, postgres
from tests.contracts.servers import installed, running

SERVERS = list(installed())
StoreUrl = Callable[[str], str]


@pytest.fixture(scope="session")
def url_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreUrl]:
    with ExitStack() as servers:

        @cache
        def url(name: str) -> str:
            return servers.enter_context(running(installed()[name], tmp_path_factory.mktemp("s")))

        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    found = package()
    assert found, "the development tools are not installed: make setup"
    with postgres(found) as folder:
        yield f"postgresql://postgres@/postgres?host={folder}"


@pytest.fixture(params=SERVERS)
def store_url(request: pytest.FixtureRequest, url_of: StoreUrl) -> str:
    return url_of(request.param)


@pytest.fixture
async def server(store_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(store_url) as client:
        await client.flushall()
        yield client


@pytest.fixture
async def redis_saver(store_url: str, server: Redis) -> AsyncIterator[PlainRedisSaver]:
    async with PlainRedisSaver.from_url(store_url) as saver:
        yield saver


@pytest.fixture
async def other(store_url: str, server: Redis) -> AsyncIterator[PlainRedisSaver]:
    async with PlainRedisSaver.from_url(store_url) as saver:
        yield saver


@pytest.fixture(params=["memory", *SERVERS])
async def saver(request: pytest.FixtureRequest, url_of: StoreUrl) -> AsyncIterator[ThreadSaver]:
    if request.param == "memory":
        yield MemorySaver()
        return
    url = url_of(request.param)
    async with Redis.from_url(url) as client:
        await client.flushall()
    async with PlainRedisSaver.from_url(url) as saver:
        yield saver


@pytest.fixture
async def emptied(url_of: StoreUrl) -> str:
    """The address of the Valkey server, with nothing in it."""
    async with Redis.from_url(url_of("valkey")) as client:
        await client.flushall()
    return url_of("valkey")


@pytest.fixture(params=[memory, on_redis])
async def stores(request: pytest.FixtureRequest, emptied: str) -> AsyncIterator[Stores]:
    async with request.param(emptied) as made:
        await made.sessions.create(Session(SESSION, TenantId("demo"), "chat", created=1, updated=1))
        yield made


@pytest.fixture(params=[memory, on_redis])
async def brief(request: pytest.FixtureRequest, emptied: str) -> AsyncIterator[Stores]:
    """The same with leases short enough to wait for their end."""
    async with request.param(emptied, BRIEF_MS) as made:
        await made.sessions.create(Session(SESSION, TenantId("demo"), "chat", created=1, updated=1))
        yield made


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return embedded_url(tmp_path)
