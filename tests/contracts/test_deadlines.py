"""Deadlines of runs that wait are found when they come; on every adapter."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from state.ids import TenantId
from state.plan_run import RunId
from state.stores.deadlines import RedisDeadlines
from state.stores.memory import MemoryDeadlines

ONE, OTHER = RunId("run_1"), RunId("run_2")


@pytest.fixture(params=["memory", "valkey"])
async def deadlines(request: pytest.FixtureRequest, emptied: str) -> AsyncIterator[Any]:
    if request.param == "memory":
        yield MemoryDeadlines()
        return
    async with Redis.from_url(emptied) as client:
        yield RedisDeadlines(client, TenantId("demo"))


async def test_those_that_have_come_are_found_the_earliest_first_until_they_are_dropped(deadlines: Any) -> None:
    await deadlines.keep(ONE, 20)
    await deadlines.keep(OTHER, 10)

    assert [await deadlines.due(now, 9) for now in (9, 10, 20)] == [[], [OTHER], [OTHER, ONE]]
    assert await deadlines.due(20, 1) == [OTHER]
    await deadlines.drop(OTHER)
    await deadlines.drop(OTHER)
    assert await deadlines.due(20, 9) == [ONE]


async def test_tenants_have_their_own_and_not_for_ever(emptied: str) -> None:
    async with Redis.from_url(emptied) as client:
        await RedisDeadlines(client, TenantId("demo")).keep(ONE, 1)

        assert await RedisDeadlines(client, TenantId("other")).due(9, 9) == []
        assert [await client.pttl(key) > 0 for key in await client.keys()] == [True]
