"""How agents are doing: here by the registry, over all processes by the counts in the store."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from graphs.registry import AgentRegistry
from state.agent_figures import AgentFigures


class FigureStore(Protocol):
    """Where agents' calls are counted."""

    async def figures(self, agents: Sequence[str]) -> list[AgentFigures]:
        """Return what is known of each agent, in the order they are named."""
        ...


def figures_of(agents: AgentRegistry, store: FigureStore) -> Callable[[str], Awaitable[dict[str, Any]]]:
    """Return what tells how an agent is doing: its state and calls in this process, and its counts over all."""

    async def figures(name: str) -> dict[str, Any]:
        (counted,) = await store.figures([name])
        life = agents.life(name)
        shown = {key: value for key, value in asdict(counted).items() if key != "agent"}
        return {
            "state": life.state,
            "executing": life.executing,
            "reacts_to": sorted(agents.spec(name).reacts),
            **shown,
        }

    return figures
