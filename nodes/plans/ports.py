"""What the run of a plan needs from outside. Adapters don't inherit from these."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import uniform
from typing import Final, Protocol

from langchain_core.language_models import BaseChatModel

from nodes.agents.ports import Agents, Files, Insights, NoFiles, NoInsights
from nodes.ports import Clock, Decider, Effects
from state.events import Event
from state.ids import TurnId
from state.plan_run import Approval, PlanRun, TaskRecord

STEP_S: Final = 600.0
"""How long an attempt may take whose step says nothing."""


class Journal(Protocol):
    """Where a run's records are kept, under the fencing token of whoever runs it.

    Both writing methods raise `StaleFenceError` when another worker has the run, the first one at some later call.
    """

    def note(self, tasks: Sequence[TaskRecord] = (), run: PlanRun | None = None) -> None:
        """Write records soon, and before whatever is kept after them."""
        ...

    async def keep(self, tasks: Sequence[TaskRecord] = (), run: PlanRun | None = None) -> None:
        """Write records; they survive from now on."""
        ...

    async def approvals(self) -> Mapping[str, Approval]:
        """Return the answers that people gave so far, by task."""
        ...


def _jitter() -> float:
    return uniform(0.5, 1.5)  # noqa: S311 # spreads retries, keeps no secret


@dataclass(frozen=True, slots=True)
class PlanPorts:
    """All that the steps of one run may use; made anew for each claim of the run.

    Attributes:
        turn: the turn of the engine under which the run is held; effects are recorded by it.
        tell: shows an event in the run's log, soon.
        jitter: what a pause before a retry is multiplied by.
        poll_s: how often answers to approval steps are looked for while other steps run.
        grace_s: how long a cancelled agent may take to end; then it isn't waited for.
    """

    agents: Agents
    journal: Journal
    clock: Clock
    effects: Effects
    tell: Callable[[Event], None]
    turn: TurnId
    chat: BaseChatModel | None = None
    decider: Decider | None = None
    files: Files = field(default_factory=NoFiles)
    insights: Insights = field(default_factory=NoInsights)
    jitter: Callable[[], float] = _jitter
    step_s: float = STEP_S
    poll_s: float = 0.5
    grace_s: float = 0.5
