"""Leave an agent alone that keeps failing, and ask it no faster than it allows; over all processes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from nodes.agents.ports import Action, AgentError, Agents, StepContext
from nodes.plans.faults import failed_by
from state.breaker import Health, Permit, Shut
from state.errors import StaleFenceError, StoreUnavailableError


class Breaker(Protocol):
    """A circuit breaker, shared by every process on the store."""

    async def admit(self, model: str) -> Permit | Shut:
        """Ask for the right to call; while half open exactly one caller gets it."""
        ...

    async def report(self, model: str, permit: Permit, health: Health) -> bool:
        """Say what the call showed; return whether the breaker is open now."""
        ...


class Pace(Protocol):
    """How fast an agent may be asked, over every process on the store."""

    async def wait_s(self, agent: str) -> float:
        """Take the right to ask and return 0, or return how long to wait before asking for it again (s)."""
        ...


@dataclass(frozen=True, slots=True)
class Guard:
    """What stands before one agent."""

    breaker: Breaker | None = None
    pace: Pace | None = None


class GuardedAgents:
    """Agents behind their breakers and rates; those without are asked at once."""

    def __init__(self, agents: Agents, guards: Mapping[str, Guard]) -> None:
        self._agents = agents
        self._guards = guards

    def action(self, agent: str, action: str) -> Action:
        """Return what an action takes; raises `UnknownAgentError`."""
        return self._agents.action(agent, action)

    async def call(self, agent: str, action: str, given: JsonValue, context: StepContext) -> JsonValue:
        """Ask an agent; raises what it raises, and `AgentError` while its breaker is open."""
        guard = self._guards.get(agent)
        if guard is None:
            return await self._agents.call(agent, action, given, context)
        if guard.pace:
            await _until_allowed(guard.pace, agent)
        if guard.breaker is None:
            return await self._agents.call(agent, action, given, context)
        return await self._behind(guard.breaker, agent, action, given, context)

    async def _behind(
        self, breaker: Breaker, agent: str, action: str, given: JsonValue, context: StepContext
    ) -> JsonValue:
        permit = await breaker.admit(f"agent:{agent}")
        if isinstance(permit, Shut):
            raise AgentError(
                f"{agent} kept failing and is left alone for {permit.wait_s:.0f} s.",
                fault="network",
                code="circuit_open",
            )
        health: Health = "unknown"
        try:
            result = await self._agents.call(agent, action, given, context)
            health = "alive"
        except (StaleFenceError, StoreUnavailableError):
            raise
        except Exception as error:
            health = _health(error)
            raise
        finally:
            await breaker.report(f"agent:{agent}", permit, health)
        return result


async def _until_allowed(pace: Pace, agent: str) -> None:
    wait = await pace.wait_s(agent)
    if wait:
        await asyncio.sleep(wait)
        await _until_allowed(pace, agent)


def _health(error: Exception) -> Health:
    fault = failed_by(error).fault
    if fault == "validation":
        return "alive"
    return "unknown" if fault == "model" else "failed"
