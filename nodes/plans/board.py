"""Where a run is: its records, kept and shown as they change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, cast

from pydantic import JsonValue

from nodes.plans.advance import Advance
from nodes.plans.faults import StepFailedError
from nodes.plans.ports import PlanPorts
from state.plan import Step
from state.plan_events import TaskCompleted, TaskCreated, TaskFailed, TaskReady, TaskStarted
from state.plan_run import Attempt, PlanRun, TaskRecord

RESULT_BYTES: Final = 1024 * 1024
_LOST: Final = "worker_lost"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked to do a step: its agent, or its fallback's."""

    agent: str
    action: str
    input: Mapping[str, JsonValue]
    fallback: bool = False


class Board:
    """The records of one run while it is at work; every change is noted in the journal and shown in the log."""

    def __init__(self, run: PlanRun, tasks: Mapping[str, TaskRecord], ports: PlanPorts) -> None:
        self.run = run
        self.tasks = dict(tasks)
        self._ports = ports
        self._advance = Advance(self.tasks.values())

    def now(self) -> int:
        """Return the time, in milliseconds since 1970 UTC."""
        return int(self._ports.clock.now().timestamp() * 1000)

    def take_over(self) -> None:
        """Let what an earlier worker was at begin anew."""
        now = self.now()
        for task in list(self.left()):
            tries = tuple(one if one.ended else replace(one, ended=now, error=_LOST) for one in task.attempts)
            if (task.status == "in_progress" and task.waits_for is None) or tries != task.attempts:
                self.change(task.name, status="ready", attempts=tries)

    def create(self, name: str, step: Step, dependencies: tuple[str, ...] = (), *, title: str = "") -> TaskRecord:
        """Make a task's record unless there is one; `title` is its own where it isn't the step's."""
        if name in self.tasks:
            return self.tasks[name]
        record = TaskRecord(
            name,
            step.id,
            agent=step.agent or "",
            action=step.action or "",
            title=title or step.title,
            created=self.now(),
        )
        self.tasks[name] = record
        self._advance.add(record)
        self._ports.journal.note([record])
        created = TaskCreated(name, step.id, record.agent, record.action, record.title, list(dependencies))
        self._ports.tell(created)
        return record

    def change(self, name: str, **facts: Any) -> TaskRecord:  # noqa: ANN401 # the record's own fields
        """Change a task's record, soon to be kept; one that is over stays as it is."""
        if self.tasks[name].over:
            return self.tasks[name]
        record = self.tasks[name] = replace(self.tasks[name], **facts)
        self._ports.journal.note([record])
        return record

    def change_run(self, **facts: Any) -> None:  # noqa: ANN401 # the run's own fields
        """Change the run's record, soon to be kept."""
        self.run = replace(self.run, **facts)
        self._ports.journal.note(run=self.run)

    def ready(self, name: str) -> None:
        """Say that a task could begin."""
        if self.tasks[name].ready is None:
            record = self.change(name, status="ready", ready=self.now())
            self._ports.tell(TaskReady(name, record.step))

    def begin(self, name: str, asked: Asked) -> int:
        """Begin an attempt and return its number."""
        record, now = self.tasks[name], self.now()
        attempt = Attempt(len(record.attempts) + 1, asked.agent, asked.action, now, fallback=asked.fallback)
        self.run = replace(self.run, attempts_begun=self.run.attempts_begun + 1)
        self.change(name, status="in_progress", started=record.started or now, attempts=(*record.attempts, attempt))
        self._ports.journal.note(run=self.run)
        self._ports.tell(
            TaskStarted(name, record.step, asked.agent, asked.action, attempt.number, fallback=asked.fallback)
        )
        return attempt.number

    def end_attempt(self, name: str, failed: StepFailedError | None) -> None:
        """Say how the latest attempt ended."""
        *before, last = self.tasks[name].attempts
        fault, code = (failed.fault, failed.code) if failed else (None, None)
        self.change(name, attempts=(*before, replace(last, ended=self.now(), fault=fault, error=code)))

    def spend(self, name: str, tokens: int, cost_usd: float) -> None:
        """Count what a model call took."""
        record, run = self.tasks[name], self.run
        self.change(name, tokens=record.tokens + tokens, cost_usd=record.cost_usd + cost_usd)
        self.change_run(tokens=run.tokens + tokens, cost_usd=run.cost_usd + cost_usd)

    async def complete(self, name: str, result: JsonValue) -> None:
        """End a task with its result; it survives from here on."""
        record = self.tasks[name]
        if record.over:
            return
        done = replace(record, status="completed", result=result, ended=self.now(), reason=None, waits_for=None)
        await self._ports.journal.keep([done])
        self.tasks[name] = done
        tries, by_fallback = done.attempts, bool(done.attempts and done.attempts[-1].fallback)
        self._ports.tell(TaskCompleted(name, done.step, _ms(done), len(tries) or 1, fallback=by_fallback))
        self._tell_advance(done)

    async def end(
        self, name: str, status: Literal["failed", "skipped", "cancelled"], reason: str, code: str | None = None
    ) -> None:
        """End a task without a result; it survives from here on."""
        if self.tasks[name].over:
            return
        over = over_of(self.tasks[name], status, reason, code, self.now())
        await self._ports.journal.keep([over])
        self._told(over)

    async def end_all(self, status: Literal["cancelled", "skipped"], reason: str, code: str) -> None:
        """End every task that is not over."""
        ended = [over_of(task, status, reason, code, self.now()) for task in self.left()]
        if ended:
            await self._ports.journal.keep(ended)
            for one in ended:
                self._told(one)

    def left(self) -> Iterator[TaskRecord]:
        """Yield the tasks that are not over."""
        return iter([task for task in self.tasks.values() if not task.over])

    def _told(self, over: TaskRecord) -> None:
        self.tasks[over.name] = over
        self._ports.tell(failure_of(over))
        self._tell_advance(over)

    def _tell_advance(self, over: TaskRecord) -> None:
        if told := self._advance.end(over):
            self.run = replace(self.run, progress=told.fraction)
            self._ports.journal.note(run=self.run)
            self._ports.tell(told)


def over_of(
    record: TaskRecord, status: Literal["failed", "skipped", "cancelled"], reason: str, code: str | None, now: int
) -> TaskRecord:
    """Return a task as it is when it ends without a result at a time (ms); an open attempt ends with it."""
    tries = tuple(one if one.ended else replace(one, ended=now, error=code or status) for one in record.attempts)
    return replace(record, status=status, reason=reason, error=code, ended=now, attempts=tries, waits_for=None)


def failure_of(over: TaskRecord) -> TaskFailed:
    """Return the event that tells of a task that ended without a result."""
    status = cast("Literal['failed', 'skipped', 'cancelled']", over.status)
    return TaskFailed(
        over.name, over.step, status, over.reason or "", over.error, _ms(over), len(over.attempts), over.agent
    )


def _ms(record: TaskRecord) -> float:
    return float((record.ended or 0) - record.started) if record.started else 0.0
