"""A plan as a LangGraph graph: one task a step, all begun at once, each waiting for its own dependencies.

LangGraph names tasks by the order of their calls, so that order is the same in every run of a plan. What a step
returned is kept by the run's journal and not a second time in checkpoints: those have what the graph waits for.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.errors import GraphInterrupt
from langgraph.func import entrypoint, task
from langgraph.pregel import Pregel
from langgraph.types import interrupt

from nodes.plans.ending import Ended
from nodes.plans.execution import Execution
from nodes.plans.steps import Part

PlanGraph = Pregel[Any, Any, Any, Any]


def build_plan(
    execution: Execution, saver: BaseCheckpointSaver[Any] | None, ended: Callable[[Ended], None]
) -> PlanGraph:
    """Return the graph of one run; `ended` is told how it ended or why it halts, before interrupts are raised."""

    @task
    async def step(name: str) -> str:
        outcome = await execution.do(name)
        if outcome == "asked":
            interrupt({"task": name, "question": execution.tasks[name].waits_for})
        return execution.tasks[name].status

    async def all_of(part: Part) -> list[BaseException]:
        calls = [step(name) for name in execution.names(part)]
        found = await asyncio.gather(*calls, return_exceptions=True)
        return [one for one in found if isinstance(one, BaseException)]

    @entrypoint(checkpointer=saver)
    async def plan(_run: str) -> str:
        problems = await all_of(execution.main)
        if not problems and execution.fallback is not None and await execution.turn_to_fallback():
            problems = await all_of(execution.fallback)
        for problem in problems:
            if not isinstance(problem, GraphInterrupt):
                raise problem
        end = await execution.finish()
        ended(end)
        if problems:
            raise problems[0]
        return end.status

    return plan
