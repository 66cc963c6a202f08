"""The agents' figures' in-memory twin."""

import time
from collections.abc import Callable, Sequence

from state.agent_figures import RECENT, AgentCall, AgentFigures, health_of, p95


class MemoryAgentFigures:
    """Figures for one process; `now` returns seconds since 1970 UTC."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._calls: dict[str, list[tuple[AgentCall, int]]] = {}

    async def called(self, calls: Sequence[AgentCall]) -> None:
        """Count calls that have ended, the earliest first."""
        for call in calls:
            self._calls.setdefault(call.agent, []).insert(0, (call, int(self._now() * 1000)))

    async def figures(self, agents: Sequence[str]) -> list[AgentFigures]:
        """Return what is known of each agent, in the order they are named."""
        return [self._figures(agent) for agent in agents]

    def _figures(self, agent: str) -> AgentFigures:
        calls = self._calls.get(agent)
        if not calls:
            return AgentFigures(agent)
        errors = [call.error for call, _ in calls if call.error]
        return AgentFigures(
            agent,
            count=len(calls),
            success=len(calls) - len(errors),
            error=len(errors),
            average_ms=round(sum(call.ms for call, _ in calls) / len(calls), 3),
            p95_ms=p95([call.ms for call, _ in calls[:RECENT]]),
            last_run=calls[0][1],
            last_error=errors[0] if errors else "",
            health=health_of([bool(call.error) for call, _ in calls[:RECENT]]),
        )
