"""Run a plan: each step begins when its own dependencies have ended, and the whole ends one way."""

import asyncio
from collections.abc import Mapping
from typing import Final, Literal

from pydantic import JsonValue

from nodes.plans.asking import Asking
from nodes.plans.attempts import Gate, HeldError, OverBudgetError
from nodes.plans.board import Board
from nodes.plans.ending import Ended, conclude
from nodes.plans.ports import PlanPorts
from nodes.plans.steps import Part, Steps
from state.errors import LanewayError
from state.plan import Plan
from state.plan_events import PlanFallback, PlanStarted
from state.plan_order import dependencies_of, in_order
from state.plan_run import FALLBACK, PlanRun, TaskRecord

_CANCELLED: Final = "cancelled"
_DEADLINE: Final = "deadline"


class Execution:
    """One run at work, from its records to its end or its next halt; used once.

    Its `main` and `fallback` parts name what is to be done, in an order that is always the same. Whoever drives it
    lets `do` run for all of a part's tasks at once: each waits for its own dependencies.

    Args:
        plan: with its fallback plan in it, not only named.
        run: its facts, as they are kept.
        tasks: those that were made so far.
    """

    def __init__(self, plan: Plan, run: PlanRun, tasks: Mapping[str, TaskRecord], ports: PlanPorts) -> None:
        self._ports = ports
        self._board = Board(run, tasks, ports)
        self._gate = Gate(asyncio.Event())
        self._asking = Asking(self._hold_if_quiet)
        self._pausing = False
        self.main = self._part(plan, "")
        self.fallback = self._part(plan.fallback_plan, FALLBACK) if isinstance(plan.fallback_plan, Plan) else None
        self._steps = {
            part.prefix: Steps(part, self._board, ports, self._gate, self._asking)
            for part in (self.main, self.fallback)
            if part
        }
        self._doing: dict[str, asyncio.Task[None]] = {}
        self._over: dict[str, asyncio.Event] = {}
        self._stopped: Ended | None = None
        self._broken: BaseException | None = None
        self._watching: list[asyncio.Task[None] | asyncio.TimerHandle] = []

    @property
    def run(self) -> PlanRun:
        """The run's facts as they are now."""
        return self._board.run

    @property
    def tasks(self) -> Mapping[str, TaskRecord]:
        """The tasks as they are now."""
        return self._board.tasks

    def begin(self, attempt: int = 1) -> None:
        """Take the run over: make the records that are missing, and start its clock."""
        board, plan = self._board, self.main.plan
        resumed = board.run.started is not None
        pauses = tuple((since, board.now() if until is None else until) for since, until in board.run.pauses)
        started = board.run.started or board.now()
        board.change_run(status="running", started=started, reason=None, error=None, pauses=pauses)
        self._ports.tell(PlanStarted(plan.id, len(plan.steps), attempt, resumed))
        board.take_over()
        self._create(self.main)
        if plan.deadline is not None:
            left_s = plan.deadline - (board.now() - (board.run.started or 0)) / 1000
            if left_s <= 0:
                self._too_late()
            self._watching.append(asyncio.get_running_loop().call_later(max(left_s, 0.0), self._too_late))
        self._watching.append(asyncio.create_task(self._watch_answers()))

    def names(self, part: Part) -> list[str]:
        """Return a part's tasks, each after those it depends on."""
        return [part.name(step.id) for step in in_order(part.plan)]

    async def do(self, name: str) -> Literal["over", "held", "asked"]:
        """Do one task when its time comes; `asked` is one that waits for a person.

        Raises:
            StaleFenceError: another worker has the run.
            StoreUnavailableError: its records can't be kept.
        """
        if self._stopped or self._broken:
            return "held"
        over = self._over[name] = asyncio.Event()
        part = self.fallback if self.fallback and name.startswith(FALLBACK) else self.main
        doing = self._doing[name] = asyncio.create_task(self._done(part, name))
        doing.add_done_callback(lambda _: over.set())
        try:
            await over.wait()
        finally:
            if not doing.done():
                doing.cancel()
        if self._broken is not None:
            raise self._broken
        if self._board.tasks[name].over:
            return "over"
        return "asked" if self._board.tasks[name].waits_for else "held"

    async def _done(self, part: Part, name: str) -> None:
        try:
            await self._steps[part.prefix].do(name)
        except HeldError:
            pass
        except OverBudgetError:
            part.over_budget = True
            await self._board.end(name, "skipped", "The run's budget is used up.", "over_budget")
        except Exception as error:  # noqa: BLE001 # raised again by whoever drives the run
            self._broken = self._broken or error
            self._cut_off()
        finally:
            part.ended(name)
            self._hold_if_quiet()

    def pause(self) -> None:
        """Let no step begin; those that run go on, and then the run is held."""
        self._pausing = True
        self._hold()

    def cancel(self, reason: str) -> None:
        """Stop everything; agents have a moment to end, and are left behind when they don't."""
        self._stop(Ended(_CANCELLED, reason, _CANCELLED))

    async def turn_to_fallback(self) -> bool:
        """Begin the fallback plan when the plan has failed and there is one."""
        board = self._board
        if self.fallback is None or self._stopped or self._left(self.main):
            return False
        failed = conclude(self.main, board)
        if not board.run.on_fallback:
            if failed.status != "failed" or failed.step is None:
                return False
            board.change_run(on_fallback=True)
            self._ports.tell(PlanFallback(self.main.plan.id, self.fallback.plan.id, failed.reason or ""))
        self._create(self.fallback)
        return True

    async def finish(self) -> Ended:
        """Say how the run ended or why it halts; the records of its tasks are kept, its own isn't yet.

        Raises:
            StaleFenceError: another worker has the run.
        """
        self.close()
        board = self._board
        if self._stopped:
            await board.end_all("cancelled", self._stopped.reason or "", self._stopped.code or _CANCELLED)
            return self._stopped
        if any(True for _ in board.left()):
            asking = [task.name for task in board.left() if task.waits_for]
            return Ended("paused" if self._pausing or not asking else "waiting", waits_for=tuple(asking))
        part = self.fallback if self.fallback and board.run.on_fallback else self.main
        return conclude(part, board)

    def close(self) -> None:
        """Let go of what watches the run."""
        for one in self._watching:
            one.cancel()
        self._watching.clear()

    def _part(self, plan: Plan, prefix: str) -> Part:
        return Part(plan, prefix, dependencies_of(plan), {step.id: step for step in plan.steps})

    def _create(self, part: Part) -> None:
        for step in in_order(part.plan):
            needed = tuple(part.name(one) for one in part.dependencies[step.id])
            record = self._board.create(part.name(step.id), step, needed)
            part.open(step, record)

    def _too_late(self) -> None:
        self._stop(Ended("failed", "The run took longer than its deadline.", _DEADLINE))

    def _stop(self, ended: Ended) -> None:
        self._stopped = self._stopped or ended
        self._hold()
        self._cut_off()

    def _cut_off(self) -> None:
        for doing in self._doing.values():
            doing.cancel()
        asyncio.get_running_loop().call_later(self._ports.grace_s, self._leave_behind)

    def _leave_behind(self) -> None:
        for over in self._over.values():
            over.set()

    def _left(self, part: Part) -> bool:
        return any(not self._board.tasks[name].over for name in self.names(part))

    def _hold(self) -> None:
        self._gate.closed.set()
        self._asking.let_go()

    def _hold_if_quiet(self) -> None:
        """Hold the run when everything that is not over waits for a person, or for a step that does."""
        asking, tasks = set(self._asking.names), self._board.tasks
        if not asking or self._gate.closed.is_set():
            return
        parts = [part for part in (self.main, self.fallback) if part]
        if all(task.name in asking or any(part.waits(task, tasks) for part in parts) for task in self._board.left()):
            self._hold()

    async def _watch_answers(self) -> None:
        """Look for answers to approval steps while others run."""
        try:
            while True:
                await asyncio.sleep(self._ports.poll_s)
                if self._asking.names:
                    await self._look_for_answers()
        except LanewayError as error:
            self._broken = self._broken or error
            self._cut_off()

    async def _look_for_answers(self) -> None:
        approvals = await self._ports.journal.approvals()
        answered = [name for name in self._asking.names if name in approvals]
        if answered:
            self._board.change_run(approvals=dict(approvals))
        for name in answered:
            self._asking.answer(name)


def facts_of(ended: Ended, now: int) -> dict[str, JsonValue]:
    """Return what changes in a run's record when it ended or halts."""
    over = ended.status in {"completed", "failed", "cancelled"}
    return {
        "status": ended.status,
        "reason": ended.reason,
        "error": ended.code,
        "output": ended.output,
        "ended": now if over else None,
    }
