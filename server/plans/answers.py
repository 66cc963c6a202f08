"""What is told of a run over HTTP and in the terminal, as JSON values."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from graphs.plan_view import ran_ms, standing_of
from state.plan import Plan
from state.plan_errors import RunStateError
from state.plan_run import FALLBACK, PlanRun, TaskRecord, counts
from state.stored_run import StoredRun


def summary(run: PlanRun) -> dict[str, Any]:
    """Return a run in a list: who it is and how far."""
    return {
        "workflow_id": run.id,
        "template": run.template,
        "title": run.title or run.plan.get("title") or run.plan.get("id") or run.template,
        "status": run.status,
        "progress": 1.0 if run.over else run.progress,
        "reason": run.reason,
        "error": run.error,
        "created": run.created,
        "started": run.started,
        "ended": run.ended,
        "parent": run.parent,
        "on_fallback": run.on_fallback,
    }


def template(name: str, plan: Plan) -> dict[str, Any]:
    """Return a template in a list: what it does, and the inputs it takes."""
    inputs = {name: spec.model_dump(mode="json") for name, spec in plan.inputs.items()}
    told = {"template": name, "title": plan.title, "description": plan.description}
    return {**told, "inputs": inputs, "steps": [step.id for step in plan.steps]}


def the_asking(stored: StoredRun) -> str:
    """Return the one task that asks a person; raises `RunStateError` when none does or several do."""
    names = [task.name for task in _asking(stored.tasks.values())]
    if len(names) == 1:
        return names[0]
    raise RunStateError(
        f"{len(names) or 'No'} steps of run {stored.run.id!r} ask a person.",
        hint=f"Name one: {', '.join(names)}." if names else "Look at its status.",
    )


def in_order(stored: StoredRun) -> list[TaskRecord]:
    """Return a run's tasks in the order of its plan: items after their step, the fallback plan's after all others."""
    plan = Plan.model_validate(stored.run.plan)
    plans = [plan.steps, plan.fallback_plan.steps if isinstance(plan.fallback_plan, Plan) else ()]
    names = [prefix + step.id for prefix, steps in zip(("", FALLBACK), plans, strict=True) for step in steps]
    place = {name: number for number, name in enumerate(names)}

    def key(task: TaskRecord) -> tuple[int, int]:
        name, item, ordinal = task.name.partition("[")
        return place.get(name, len(place)), int(ordinal.rstrip("]")) + 1 if item else 0

    return sorted(stored.tasks.values(), key=key)


def whole(stored: StoredRun, *, now: int, results: bool = True) -> dict[str, Any]:
    """Return all that is known of a run: its status, counts, metrics and tasks."""
    run, tasks = stored.run, stored.tasks
    return {
        **summary(run),
        "replayed_from": run.replayed_from,
        "plan": run.plan,
        "wanted": stored.wish.what if stored.wish else None,
        "input": run.input,
        "output": run.output,
        "counts": counts(tasks),
        "metrics": metrics(run, tasks, now),
        "waits_for": [{"task": one.name, "question": one.waits_for} for one in _asking(tasks.values())],
        "tasks": [_task(one, now, results=results) for one in in_order(stored)],
    }


def metrics(run: PlanRun, tasks: Mapping[str, TaskRecord], now: int) -> dict[str, Any]:
    """Return a run's figures; `progress` is the share of its steps that have ended, times are milliseconds.

    `waited_ms` is how long tasks that were ready waited for room, `work_ms` how long all attempts took together.
    """
    steps = [task for task in tasks.values() if not task.name.endswith("]")]
    ends = run.ended if run.ended is not None else now
    attempts = [one for task in tasks.values() for one in task.attempts]
    return {
        "ms": None if run.started is None else max(ends - run.started, 0),
        "progress": round(sum(1 for task in steps if task.over) / len(steps), 3) if steps else 0.0,
        "work_ms": sum(max((one.ended if one.ended is not None else ends) - one.started, 0) for one in attempts),
        "waited_ms": sum(_waited_ms(task, ends) for task in tasks.values()),
        "attempts": run.attempts_begun,
        "retries": run.retries,
        "tokens": run.tokens,
        "cost_usd": round(run.cost_usd, 6),
    }


def _waited_ms(task: TaskRecord, ends: int) -> int:
    if task.ready is None or (task.started is None and task.over):
        return 0
    return max((task.started if task.started is not None else ends) - task.ready, 0)


def _asking(tasks: Iterable[TaskRecord]) -> list[TaskRecord]:
    return [task for task in tasks if standing_of(task) == "waiting"]


def _task(task: TaskRecord, now: int, *, results: bool) -> dict[str, Any]:
    told = asdict(task)
    if not results:
        del told["result"]
    return {**told, "ms": ran_ms(task, now)}
