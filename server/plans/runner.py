"""What it takes to run plans: made once, the same for every run."""

from collections.abc import Callable
from dataclasses import dataclass, field

from langchain_core.language_models import BaseChatModel

from nodes.agents.ports import Agents, Files, Insights, NoFiles, NoInsights
from nodes.ports import Clock, Decider
from server.plans.deadlines import Deadlines
from server.plans.ports import Runs
from state.ids import TenantId
from state.stores.checkpointer import ThreadSaver
from state.stores.memory import MemoryDeadlines


def _no_files(_: TenantId) -> Files:
    return NoFiles()


@dataclass(frozen=True, slots=True)
class PlanRunner:
    """Knows whom plans may ask and where their records are.

    Attributes:
        files: the files of a tenant's runs.
    """

    runs: Runs
    saver: ThreadSaver
    agents: Agents
    clock: Clock
    chat: BaseChatModel | None = None
    decider: Decider | None = None
    files: Callable[[TenantId], Files] = _no_files
    insights: Insights = field(default_factory=NoInsights)
    deadlines: Deadlines = field(default_factory=MemoryDeadlines)
