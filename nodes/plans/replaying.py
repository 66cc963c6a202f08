"""What a new run takes over from an earlier one that it replays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from state.plan import Plan
from state.plan_order import dependencies_of
from state.plan_run import TaskRecord


@dataclass(frozen=True, slots=True)
class Change:
    """Another agent, action or input for one step; what is None stays."""

    agent: str | None = None
    action: str | None = None
    input: Mapping[str, JsonValue] | None = None


def first_failed(plan: Plan, tasks: Mapping[str, TaskRecord]) -> str | None:
    """Return the step that failed first; where none did, the first that has no result."""
    mine = [tasks[step.id] for step in plan.steps if step.id in tasks]
    failed = [one for one in mine if one.status == "failed"]
    if failed:
        return min(failed, key=lambda one: one.ended or 0).step
    return next((step.id for step in plan.steps if not _done(step.id, tasks)), None)


def kept(plan: Plan, tasks: Mapping[str, TaskRecord], begin: str) -> dict[str, TaskRecord]:
    """Return the tasks whose results stay when a run begins anew at a step.

    Done again are that step, every step without a result, and all that depends on them.
    """
    dependencies = dependencies_of(plan)
    again = {step.id for step in plan.steps if step.id == begin or not _done(step.id, tasks)}
    grown = True
    while grown:
        more = {name for name, needed in dependencies.items() if name not in again and again.intersection(needed)}
        again |= more
        grown = bool(more)
    stay = set(dependencies) - again
    return {name: one for name, one in tasks.items() if one.step in stay and not name.startswith("fallback/")}


def changed(plan: Plan, changes: Mapping[str, Change]) -> dict[str, Any]:
    """Return a plan's JSON values with other agents, actions or inputs; raises `KeyError` for an unknown step."""
    values: dict[str, Any] = plan.model_dump(mode="json", exclude_defaults=True)
    steps = {step["id"]: step for step in values["steps"]}
    for name, change in changes.items():
        given = {"agent": change.agent, "action": change.action, "input": change.input}
        steps[name] |= {field: value for field, value in given.items() if value is not None}
    return values


def _done(step: str, tasks: Mapping[str, TaskRecord]) -> bool:
    return step in tasks and tasks[step].status == "completed"
