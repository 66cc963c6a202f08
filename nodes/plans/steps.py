"""One step of a plan, from waiting for its dependencies to its end."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from nodes.plans.asking import Asking
from nodes.plans.attempts import Doing, Gate, HeldError
from nodes.plans.board import Board
from nodes.plans.labels import title_of
from nodes.plans.ports import PlanPorts
from state.conditions import Condition
from state.errors import InvalidInputError
from state.plan import Plan, Step
from state.plan_events import TaskWaiting
from state.plan_run import TaskRecord
from state.references import resolve

MOST_ITEMS: Final = 10_000
_DEPENDENCY: Final = "dependency"


@dataclass(slots=True)
class Part:
    """The plan of a run, or its fallback plan: what is at work of it.

    Attributes:
        prefix: what its tasks' names begin with.
        results: of the steps that are over; of an optional one without a result, None.
        over_budget: whether a step could not begin for want of budget.
    """

    plan: Plan
    prefix: str
    dependencies: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, Step]
    results: dict[str, JsonValue] = field(default_factory=dict)
    over_budget: bool = False
    room: asyncio.Semaphore = field(init=False)
    _ends: dict[str, asyncio.Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.room = asyncio.Semaphore(self.plan.parallel)

    def name(self, step: str) -> str:
        """Return the name of a step's task."""
        return self.prefix + step

    def step_of(self, name: str) -> Step:
        """Return the step of a task."""
        return self.steps[name.removeprefix(self.prefix)]

    def open(self, step: Step, record: TaskRecord) -> None:
        """Take up a step: others may wait for its end."""
        self._ends[step.id] = asyncio.Event()
        self.settle(record)

    def settle(self, record: TaskRecord) -> None:
        """Note the result of a step that is over."""
        if record.status == "completed":
            self.results[record.step] = record.result
        elif record.over and self.steps[record.step].optional:
            self.results[record.step] = None

    def ended(self, name: str) -> None:
        """Wake those that wait for a step: it is over, or it is held."""
        self._ends[name.removeprefix(self.prefix)].set()

    async def until_ended(self, step: str) -> None:
        """Wait for a step's end."""
        await self._ends[step].wait()

    def waits(self, task: TaskRecord, tasks: Mapping[str, TaskRecord]) -> bool:
        """Tell whether a task of this part depends on one that is not over."""
        if task.name != self.name(task.step):
            return False
        return any(not tasks[self.name(one)].over for one in self.dependencies[task.step])


class Steps:
    """Does the steps of one part."""

    def __init__(
        self,
        part: Part,
        board: Board,
        ports: PlanPorts,
        gate: Gate,
        asking: Asking,
    ) -> None:
        self._part = part
        self._board = board
        self._ports = ports
        self._gate = gate
        self._asking = asking
        self._doing = Doing(part.plan, board, ports, gate, part.room)

    async def do(self, name: str) -> None:
        """Do a step when those it depends on have ended; the board has its end.

        Raises:
            HeldError: the run is held.
            OverBudgetError: nothing may be begun any more.
        """
        board, step = self._board, self._part.step_of(name)
        if not board.tasks[name].over:
            for one in self._part.dependencies[step.id]:
                await self._part.until_ended(one)
            await self._begin(name, step)
        self._part.settle(board.tasks[name])

    async def _begin(self, name: str, step: Step) -> None:
        reason = self._kept_from(step)
        if reason is not None:
            await self._board.end(name, "skipped", reason, _DEPENDENCY)
            return
        scope: dict[str, JsonValue] = {"input": dict(self._board.run.input), "steps": self._part.results}
        try:
            if step.condition is not None and not Condition(step.condition).holds(scope):
                await self._board.end(name, "skipped", "Its condition doesn't hold.", "condition")
                return
            self._board.ready(name)
            if step.approval is not None:
                await self._ask(name, step, scope)
            elif step.for_each is not None:
                await self._for_each(name, step, scope)
            else:
                await self._doing.do(name, step, scope)
        except InvalidInputError as error:
            await self._board.end(name, "failed", error.message, error.code)

    def _kept_from(self, step: Step) -> str | None:
        for one in self._part.dependencies[step.id]:
            record = self._board.tasks[self._part.name(one)]
            if not record.over:
                raise HeldError
            if record.status != "completed" and not self._part.steps[one].optional:
                return _cause(one, record)
        return None

    async def _ask(self, name: str, step: Step, scope: Mapping[str, JsonValue]) -> None:
        question = str(resolve(step.approval or "", scope))
        if name not in self._board.run.approvals:
            record = self._board.tasks[name]
            if record.waits_for is None:
                self._board.change(name, status="in_progress", started=self._board.now(), waits_for=question)
                self._ports.tell(TaskWaiting(name, step.id, question))
            self._gate.check()
            await self._asking.wait(name)
        approval = self._board.run.approvals[name]
        if approval.approved:
            result: JsonValue = {"approved": True, "by": approval.by, "comment": approval.comment}
            await self._board.complete(name, result)
        else:
            words = (
                f"Refused{f' by {approval.by}' if approval.by else ''}: {approval.comment or 'no reason was given'}."
            )
            await self._board.end(name, "failed", words, "refused")

    async def _for_each(self, name: str, step: Step, scope: Mapping[str, JsonValue]) -> None:
        items = resolve(step.for_each, scope)
        if not isinstance(items, list) or len(items) > MOST_ITEMS:
            raise InvalidInputError(
                f"`for_each` needs a list of at most {MOST_ITEMS:,} items.", hint="Let it refer to a list."
            )
        self._board.change(name, status="in_progress", started=self._board.tasks[name].started or self._board.now())
        names = [f"{name}[{position}]" for position in range(len(items))]
        scopes: list[dict[str, JsonValue]] = [
            {**scope, "item": item, "index": position} for position, item in enumerate(items)
        ]
        doing = [self._item(one, step, within) for one, within in zip(names, scopes, strict=True)]
        for problem in await asyncio.gather(*doing, return_exceptions=True):
            if problem is not None:
                raise problem
        done = [self._board.tasks[one] for one in names]
        failed = next((one for one in done if one.status != "completed"), None)
        if failed:
            await self._board.end(name, "failed", f"{failed.name}: {failed.reason}", failed.error)
        else:
            await self._board.complete(name, [one.result for one in done])

    async def _item(self, name: str, step: Step, scope: Mapping[str, JsonValue]) -> None:
        item, position = scope["item"], scope["index"]
        assert isinstance(position, int)  # noqa: S101 # made above
        if not self._board.create(name, step, title=title_of(step, item, position)).over:
            self._board.ready(name)
            await self._doing.do(name, step, scope)


def _cause(step: str, record: TaskRecord) -> str:
    """Return why a step that needs another can't run; what was skipped for a cause hands that cause on."""
    if record.reason and record.error == _DEPENDENCY:
        return record.reason
    ended = "failed" if record.status == "failed" else f"was {record.status}"
    return f"Step {step!r} {ended}." if record.reason else f"Step {step!r} has no result."
