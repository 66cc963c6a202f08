"""What conversations wait for is remembered; on every adapter."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from state.follow_up import FollowUp
from state.ids import SessionId, TenantId
from state.plan_run import RunId
from state.stores.follow_ups import RedisFollowUps
from state.stores.memory import MemoryFollowUps

ONE = FollowUp(RunId("run_1"), SessionId("ses_1"), told=2, at=5)
OTHER = FollowUp(RunId("run_2"), SessionId("ses_1"))


@pytest.fixture(params=["memory", "valkey"])
async def follow_ups(request: pytest.FixtureRequest, emptied: str) -> AsyncIterator[Any]:
    if request.param == "memory":
        yield MemoryFollowUps()
        return
    async with Redis.from_url(emptied) as client:
        yield RedisFollowUps(client, TenantId("demo"))


async def test_a_run_is_remembered_as_it_was_told_last(follow_ups: Any) -> None:
    await follow_ups.keep(ONE)
    await follow_ups.keep(replace(ONE, told=3, at=9))

    assert await follow_ups.all() == [replace(ONE, told=3, at=9)]


async def test_one_that_is_dropped_is_forgotten_and_dropping_it_again_changes_nothing(follow_ups: Any) -> None:
    await follow_ups.keep(ONE)
    await follow_ups.keep(OTHER)
    await follow_ups.drop(ONE.run)
    await follow_ups.drop(ONE.run)

    assert await follow_ups.all() == [OTHER]


async def test_tenants_wait_for_their_own_runs_and_not_for_ever(emptied: str) -> None:
    async with Redis.from_url(emptied) as client:
        await RedisFollowUps(client, TenantId("demo")).keep(ONE)

        assert await RedisFollowUps(client, TenantId("other")).all() == []
        assert [await client.pttl(key) > 0 for key in await client.keys()] == [True]
