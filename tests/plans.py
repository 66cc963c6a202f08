"""Plans in tests: agents that do as they are told, a journal in memory, and time that passes at once."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from langgraph.checkpoint.memory import InMemorySaver
from pydantic import BaseModel, JsonValue

from graphs.plan import build_plan
from graphs.plan_checks import read_plan
from graphs.registry import AgentRegistry, AgentSpec
from nodes.agents.ports import Action, StepContext
from nodes.plans.ending import Ended
from nodes.plans.execution import Execution
from nodes.plans.ports import PlanPorts
from nodes.ports import Unrecorded
from state.events import Event
from state.ids import TenantId, TurnId
from state.plan import Plan
from state.plan_run import Approval, PlanRun, TaskRecord, new_run_id

T = TypeVar("T")
_STUCK_S = 30.0


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer when there is nothing else to do."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self._now

    def jump(self, seconds: float) -> None:
        self._now += seconds


class _Jumping(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        found: list[Any] = super().select(0)
        if not found and timeout is None:
            found = super().select(_STUCK_S)
            assert found, "nothing will ever happen"
        if not found and timeout:
            self._loop.jump(timeout)
        return found


def in_virtual_time(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        return runner.run(make())


class LoopClock:
    """The event loop's time, as a date."""

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=asyncio.get_running_loop().time())


class MemoryJournal:
    """Keeps records in memory, those that are only noted as well."""

    def __init__(self) -> None:
        self.tasks: dict[str, TaskRecord] = {}
        self.run: PlanRun | None = None
        self.answers: dict[str, Approval] = {}

    def note(self, tasks: Sequence[TaskRecord] = (), run: PlanRun | None = None) -> None:
        self.tasks |= {task.name: task for task in tasks}
        self.run = run or self.run

    async def keep(self, tasks: Sequence[TaskRecord] = (), run: PlanRun | None = None) -> None:
        self.note(tasks, run)

    async def approvals(self) -> Mapping[str, Approval]:
        return self.answers


class Anything(BaseModel, extra="allow"):
    """Any input."""


Does = Callable[[str, dict[str, JsonValue], StepContext], Coroutine[Any, Any, JsonValue]]


def agents_doing(does: Does, *names: str) -> AgentRegistry:
    """Return agents that all do the same, for any of the actions `do`, `other`."""

    async def agent(action: str, given: Anything, context: StepContext) -> JsonValue:
        return await does(action, given.model_dump(), context)

    actions = {"do": Action(Anything), "other": Action(Anything)}
    return AgentRegistry([AgentSpec(name, agent, actions, concurrency=1000) for name in names or ("worker",)])


@dataclass
class Ran:
    """A run of a plan in a test; `go` takes it up again."""

    plan: Plan
    agents: AgentRegistry
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    events: list[Event] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    given: dict[str, JsonValue] = field(default_factory=dict)
    execution: Execution | None = None
    ports: dict[str, Any] = field(default_factory=dict)
    saver: InMemorySaver = field(default_factory=InMemorySaver)

    def __post_init__(self) -> None:
        self.journal.run = PlanRun(new_run_id(), TenantId("t"), {}, self.given)

    async def go(self) -> Ended:
        assert self.journal.run is not None
        ports = PlanPorts(
            agents=self.agents,
            journal=self.journal,
            clock=LoopClock(),
            effects=Unrecorded(),
            tell=self.events.append,
            turn=TurnId("trn_1"),
            **{"jitter": lambda: 1.0, **self.ports},
        )
        self.execution = Execution(self.plan, self.journal.run, self.journal.tasks, ports)
        graph = build_plan(self.execution, self.saver, self.ended.append)
        self.execution.begin()
        config: Any = {"configurable": {"thread_id": self.journal.run.id}, "recursion_limit": 1000}
        try:
            await graph.ainvoke("", config, durability="exit")
        finally:
            self.execution.close()
        return self.ended[-1]

    @property
    def statuses(self) -> dict[str, str]:
        return {name: task.status for name, task in self.journal.tasks.items()}


def ran(plan: Mapping[str, Any], does: Does, *agents: str, **facts: Any) -> Ran:
    """Return a run of a plan that is given as JSON values; steps without an agent are `worker.do`."""
    return Ran(read_plan(_filled(plan)), agents_doing(does, "worker", *agents), **facts)


def _filled(plan: Mapping[str, Any]) -> dict[str, Any]:
    asked = [step if "approval" in step else {"agent": "worker", "action": "do", **step} for step in plan["steps"]]
    fallback = plan.get("fallback_plan")
    return {"id": "p", **plan, "steps": asked, "fallback_plan": _filled(fallback) if fallback else None}
