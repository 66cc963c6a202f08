"""Show and count how agents do."""

import asyncio
import time
from dataclasses import replace
from typing import Protocol

from pydantic import JsonValue

from nodes.agents.ports import Action, AgentError, Agents, StepContext
from state.agent_figures import AgentCall, AgentState
from state.errors import LanewayError, StaleFenceError, StoreUnavailableError
from state.plan_events import AgentStatus


class Figures(Protocol):
    """Where calls are counted, over all processes."""

    def count(self, call: AgentCall) -> None:
        """Count a call that has ended, soon and out of its way."""
        ...


class WatchedAgents:
    """Agents whose lives are shown in their run's log, and whose calls are counted.

    A call's time begins when the agent has room for it. One that is cancelled is shown and not counted: it says nothing
    of the agent.
    """

    def __init__(self, agents: Agents, figures: Figures) -> None:
        self._agents = agents
        self._figures = figures

    def action(self, agent: str, action: str) -> Action:
        """Return what an action takes; raises `UnknownAgentError`."""
        return self._agents.action(agent, action)

    async def call(self, agent: str, action: str, given: JsonValue, context: StepContext) -> JsonValue:
        """Ask an agent; raises what it raises."""
        began = time.perf_counter()

        def starts() -> None:
            nonlocal began
            began = time.perf_counter()
            _show(agent, "executing", context)
            context.began()

        try:
            result = await self._agents.call(agent, action, given, replace(context, began=starts))
        except (StaleFenceError, StoreUnavailableError, asyncio.CancelledError):
            _show(agent, "failed", context)
            raise
        except Exception as error:
            _show(agent, "failed", context)
            self._count(agent, began, _code(error))
            raise
        _show(agent, "completed", context)
        self._count(agent, began, "")
        return result

    def _count(self, agent: str, began: float, error: str) -> None:
        self._figures.count(AgentCall(agent, (time.perf_counter() - began) * 1000, error))


def _show(agent: str, state: AgentState, context: StepContext) -> None:
    context.tell(AgentStatus(agent, state, context.task))


def _code(error: Exception) -> str:
    return error.code if isinstance(error, LanewayError | AgentError) else type(error).__name__
