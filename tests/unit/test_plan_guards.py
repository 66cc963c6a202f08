"""What stands between a plan and an agent that fails, or that may be asked only so often."""

import asyncio
from typing import Any

import pytest
from pydantic import JsonValue

from graphs.registry import AgentRegistry
from nodes.agents.ports import AgentError, StepContext
from nodes.plans.guarding import Guard, GuardedAgents
from nodes.ports import Unrecorded
from state.breaker import BreakerRule
from state.ids import TenantId
from state.plan_run import RunId
from state.stores.memory import MemoryBreakers
from tests.plans import LoopClock, agents_doing, in_virtual_time


class OneASecond:
    """One call a second."""

    def __init__(self) -> None:
        self._free = 0.0

    async def wait_s(self, agent: str) -> float:
        now = asyncio.get_running_loop().time()
        if now < self._free:
            return self._free - now
        self._free = now + 1
        return 0.0


def context() -> StepContext:
    return StepContext(RunId("run_1"), "a", "worker", 1, TenantId("t"), "", Unrecorded(), LoopClock(), lambda _: None)


def failing(calls: list[str]) -> AgentRegistry:
    async def does(action: str, given: dict[str, Any], _: StepContext) -> JsonValue:
        calls.append(action)
        if given.get("wrong"):
            raise ValueError("wrong")
        raise AgentError("down", fault="network")

    return agents_doing(does)


async def test_an_agent_that_keeps_failing_is_not_asked_for_a_while() -> None:
    calls: list[str] = []
    guarded = GuardedAgents(failing(calls), {"worker": Guard(MemoryBreakers(BreakerRule(failures=3, window_s=600)))})

    codes = []
    for _ in range(5):
        with pytest.raises(AgentError) as refused:
            await guarded.call("worker", "do", {}, context())
        codes.append(refused.value.code)

    assert codes == ["agent_failed"] * 3 + ["circuit_open"] * 2
    assert len(calls) == 3


async def test_a_wrong_input_says_nothing_against_an_agent() -> None:
    calls: list[str] = []
    guarded = GuardedAgents(failing(calls), {"worker": Guard(MemoryBreakers(BreakerRule(failures=3, window_s=600)))})

    for _ in range(5):
        with pytest.raises(ValueError, match="wrong"):
            await guarded.call("worker", "do", {"wrong": True}, context())

    assert len(calls) == 5


def test_an_agent_is_asked_no_faster_than_it_allows() -> None:
    async def does(_: str, __: dict[str, Any], ___: StepContext) -> JsonValue:
        return None

    async def main() -> float:
        guarded = GuardedAgents(agents_doing(does), {"worker": Guard(pace=OneASecond())})
        await asyncio.gather(*(guarded.call("worker", "do", {}, context()) for _ in range(4)))
        return asyncio.get_running_loop().time()

    assert in_virtual_time(main) == pytest.approx(3.0)
