"""What is told of a run over HTTP and in the terminal, as JSON values."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from graphs.plan_view import ran_ms, standing_of
from state.plan_run import PlanRun, TaskRecord, counts


def summary(run: PlanRun) -> dict[str, Any]:
    """Return a run in a list: who it is and how far."""
    return {
        "workflow_id": run.id,
        "template": run.template,
        "title": run.title or run.plan.get("title") or run.plan.get("id") or run.template,
        "status": run.status,
        "reason": run.reason,
        "error": run.error,
        "created": run.created,
        "started": run.started,
        "ended": run.ended,
        "parent": run.parent,
        "on_fallback": run.on_fallback,
    }


def whole(run: PlanRun, tasks: Mapping[str, TaskRecord], *, now: int, results: bool = True) -> dict[str, Any]:
    """Return all that is known of a run: its status, counts, metrics and tasks, in the plan's order."""
    return {
        **summary(run),
        "replayed_from": run.replayed_from,
        "input": run.input,
        "output": run.output,
        "counts": counts(tasks),
        "metrics": metrics(run, tasks, now),
        "waits_for": [{"task": one.name, "question": one.waits_for} for one in _asking(tasks.values())],
        "tasks": [_task(one, now, results=results) for one in tasks.values()],
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
