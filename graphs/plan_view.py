"""What a picture of a plan shows: its steps in order, what each waits for, and how far a run is with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from state.plan import Plan, Step
from state.plan_order import needs
from state.plan_run import FALLBACK, PlanRun, RunStatus, TaskRecord

Standing = Literal[
    "planned", "pending", "ready", "in_progress", "completed", "failed", "skipped", "cancelled", "waiting"
]
"""A task's status, `planned` without a run, `waiting` for a person's approval."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One step in the picture.

    Attributes:
        name: of its task; `fallback/STEP` in the fallback plan.
        work: `agent.action`, or the question of an approval step.
        items: tasks of a `for_each` step, in order.
    """

    name: str
    title: str
    work: str
    needs: tuple[str, ...]
    standing: Standing = "planned"
    task: TaskRecord | None = None
    items: tuple[TaskRecord, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_many(self) -> bool:
        """Whether the step is done once for each item of a list."""
        return bool(self.items) or any(note.startswith("for each") for note in self.notes)


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan, or a run of one, as it is drawn; `now` is when, in milliseconds since 1970 UTC."""

    title: str
    stops: tuple[Stop, ...]
    fallback: tuple[Stop, ...] = ()
    status: RunStatus | None = None
    reason: str | None = None
    started: int | None = None
    ended: int | None = None
    now: int = 0
    tasks: Mapping[str, TaskRecord] = field(default_factory=dict)
    pauses: tuple[tuple[int, int | None], ...] = ()


def view_of(plan: Plan) -> PlanView:
    """Return a plan as it is written, before any run."""
    return PlanView(plan.title or plan.id, _stops(plan, {}), _stops(_fallback_of(plan), {}, FALLBACK))


def run_view(run: PlanRun, tasks: Mapping[str, TaskRecord], *, now: int) -> PlanView:
    """Return a run as it is at `now` (ms since 1970 UTC); the fallback plan is a part of it once it has begun."""
    plan = Plan.model_validate(run.plan)
    return PlanView(
        run.title or plan.title or plan.id,
        _stops(plan, tasks),
        _stops(_fallback_of(plan), tasks, FALLBACK) if run.on_fallback else (),
        run.status,
        run.reason,
        run.started,
        run.ended,
        now,
        tasks,
        run.pauses,
    )


def standing_of(task: TaskRecord) -> Standing:
    """Return a task's status, or that it waits for a person."""
    return "waiting" if task.waits_for and not task.over else task.status


def ran_ms(task: TaskRecord, now: int) -> int | None:
    """Return how long a task has been at work, its pauses between attempts included; None before its first attempt."""
    return None if task.started is None else max((task.ended if task.ended is not None else now) - task.started, 0)


def duration(ms: float) -> str:
    """Return milliseconds as people say them: `840 ms`, `2.4 s`, `3 min 20 s`, `2 h 5 min`."""
    if ms < 1000:  # noqa: PLR2004 # a second
        return f"{ms:.0f} ms"
    seconds = ms / 1000
    if seconds < 60:  # noqa: PLR2004 # a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 # an hour
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _fallback_of(plan: Plan) -> Plan | None:
    return plan.fallback_plan if isinstance(plan.fallback_plan, Plan) else None


def _stops(plan: Plan | None, tasks: Mapping[str, TaskRecord], prefix: str = "") -> tuple[Stop, ...]:
    items: dict[str, list[TaskRecord]] = {}
    for name, task in tasks.items():
        if name.endswith("]"):
            items.setdefault(name.rpartition("[")[0], []).append(task)
    return tuple(_stop(step, tasks, items, prefix) for step in plan.steps) if plan else ()


def _stop(step: Step, tasks: Mapping[str, TaskRecord], items: Mapping[str, list[TaskRecord]], prefix: str) -> Stop:
    name = prefix + step.id
    task = tasks.get(name)
    return Stop(
        name,
        step.title or step.id,
        step.approval or f"{step.agent}.{step.action}",
        tuple(prefix + one for one in needs(step)),
        standing_of(task) if task else "planned",
        task,
        tuple(sorted(items.get(name, ()), key=_ordinal)),
        tuple(_notes(step)),
    )


def _notes(step: Step) -> list[str]:
    notes = []
    if step.condition:
        notes.append(f"only if {step.condition}")
    if step.for_each is not None:
        notes.append(f"for each {step.for_each if isinstance(step.for_each, str) else 'item'}")
    if step.fallback:
        notes.append(f"else {step.fallback.agent}.{step.fallback.action}")
    if step.optional:
        notes.append("optional")
    return notes


def _ordinal(task: TaskRecord) -> int:
    return int(task.name.rpartition("[")[2].rstrip("]"))
