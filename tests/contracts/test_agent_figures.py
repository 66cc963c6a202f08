"""Agents' calls are counted over every process; on every adapter."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from state.agent_figures import AgentCall, AgentFigures
from state.stores.agent_figures import RedisAgentFigures
from state.stores.memory import MemoryAgentFigures


@pytest.fixture(params=["memory", "valkey"])
async def figures(request: pytest.FixtureRequest, emptied: str) -> AsyncIterator[list[Any]]:
    if request.param == "memory":
        yield [MemoryAgentFigures()] * 2
        return
    async with Redis.from_url(emptied) as one, Redis.from_url(emptied) as other:
        yield [RedisAgentFigures(one), RedisAgentFigures(other)]


async def test_calls_of_all_processes_count_together(figures: list[Any]) -> None:
    for number in range(20):
        await figures[number % 2].called([AgentCall("reviewer", 10.0 * (number + 1))])
    await figures[0].called([AgentCall("reviewer", 400.0, "model_failed")])

    (found,) = await figures[1].figures(["reviewer"])

    assert (found.count, found.success, found.error) == (21, 20, 1)
    assert found.average_ms == pytest.approx((2100 + 400) / 21, abs=0.01)
    assert found.p95_ms == 200.0
    assert found.last_error == "model_failed"
    assert found.last_run is not None


async def test_calls_that_are_counted_together_count_one_by_one(figures: list[Any]) -> None:
    await figures[0].called([AgentCall("tutor", 10.0, "timeout"), AgentCall("coach", 1.0), AgentCall("tutor", 30.0)])

    tutor, coach = await figures[1].figures(["tutor", "coach"])

    assert (tutor.count, tutor.error, tutor.average_ms, tutor.last_error) == (2, 1, 20.0, "timeout")
    assert (coach.count, coach.success) == (1, 1)


async def test_an_agent_that_was_never_asked_has_no_figures(figures: list[Any]) -> None:
    assert await figures[0].figures(["reviewer"]) == [AgentFigures("reviewer")]


@pytest.mark.parametrize(("failed", "health"), [(0, "healthy"), (3, "degraded"), (10, "failing")])
async def test_health_is_told_from_the_latest_calls(figures: list[Any], failed: int, health: str) -> None:
    for _ in range(30):
        await figures[0].called([AgentCall("tutor", 1.0, "timeout")])
    for number in range(20):
        await figures[0].called([AgentCall("tutor", 1.0, "timeout" if number < failed else "")])

    (found,) = await figures[1].figures(["tutor"])

    assert found.health == health


async def test_agents_are_counted_apart(figures: list[Any]) -> None:
    await figures[0].called([AgentCall("tutor", 1.0)])

    found = await figures[0].figures(["tutor", "coach"])

    assert [one.count for one in found] == [1, 0]
