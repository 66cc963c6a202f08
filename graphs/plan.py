"""A plan as a LangGraph graph: one task a step, all begun at once, each waiting for its own dependencies.

LangGraph names tasks by the order of their calls, so that order is the same in every run of a plan. What a step
returned is kept by the run's journal and not a second time in checkpoints: those have what the graph waits for.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import Any, Final

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.errors import GraphInterrupt
from langgraph.func import entrypoint, task
from langgraph.pregel import Pregel
from langgraph.types import interrupt

from nodes.plans.ending import Ended
from nodes.plans.execution import Execution
from nodes.plans.steps import Part

PlanGraph = Pregel[Any, Any, Any, Any]

Told = Callable[[Ended], None]

_running: Final[ContextVar[tuple[Execution, Told]]] = ContextVar("laneway_running_plan")


@task
async def step(name: str) -> str:
    """Do one task of the plan that runs in this context, and return its status.

    It stands here and not within `build_plan` because LangGraph prepares a module's function once, and a nested one
    for each call: a third of the time of a step that does nothing.
    """
    execution, _ = _running.get()
    if await execution.do(name) == "asked":
        interrupt({"task": name, "question": execution.tasks[name].waits_for})
    return execution.tasks[name].status


def build_plan(execution: Execution, saver: BaseCheckpointSaver[Any] | None, ended: Told) -> PlanGraph:
    """Return the graph of one run, to be invoked in this context; without a saver it is the same for all runs.

    `ended` is told how the run ended or why it halts, before interrupts are raised.
    """
    _running.set((execution, ended))
    return _alone() if saver is None else entrypoint(checkpointer=saver)(_whole)


@cache
def _alone() -> PlanGraph:
    return entrypoint()(_whole)


async def _whole(_run: str) -> str:
    execution, ended = _running.get()
    problems = await _all_of(execution, execution.main)
    if not problems and execution.fallback is not None and await execution.turn_to_fallback():
        problems = await _all_of(execution, execution.fallback)
    for problem in problems:
        if not isinstance(problem, GraphInterrupt):
            raise problem
    end = await execution.finish()
    ended(end)
    if problems:
        raise problems[0]
    return end.status


async def _all_of(execution: Execution, part: Part) -> list[BaseException]:
    calls = [step(name) for name in execution.names(part)]
    found = await asyncio.gather(*calls, return_exceptions=True)
    return [one for one in found if isinstance(one, BaseException)]
