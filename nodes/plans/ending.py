"""How a run ends, told from its tasks."""

from dataclasses import dataclass

from pydantic import JsonValue

from nodes.plans.board import Board
from nodes.plans.steps import Part
from state.errors import InvalidInputError
from state.plan_order import last_steps
from state.plan_run import RunStatus
from state.references import resolve


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, or why it halts; `step` failed first, and the tasks of `waits_for` ask a person."""

    status: RunStatus
    reason: str | None = None
    code: str | None = None
    output: JsonValue = None
    step: str | None = None
    waits_for: tuple[str, ...] = ()


def conclude(part: Part, board: Board) -> Ended:
    """Return how a plan ended whose tasks are all over: it failed when a step did that is not optional."""
    records = [board.tasks[part.name(step.id)] for step in part.plan.steps]
    failed = [one for one in records if one.status == "failed" and not part.steps[one.step].optional]
    if failed:
        first = min(failed, key=lambda one: one.ended or 0)
        return Ended("failed", f"Step {first.step!r} failed: {first.reason}", first.error, step=first.name)
    if part.over_budget or any(one.error == "over_budget" for one in records):
        return Ended("failed", "The run's budget is used up.", "over_budget")
    try:
        return Ended("completed", output=_output(part, board))
    except InvalidInputError as error:
        return Ended("failed", f"The plan's output can't be made: {error.message}", error.code)


def _output(part: Part, board: Board) -> JsonValue:
    if part.plan.output is None:
        return {name: part.results[name] for name in last_steps(part.plan) if name in part.results}
    scope: dict[str, JsonValue] = {"input": dict(board.run.input), "steps": part.results}
    missing = {step.id: None for step in part.plan.steps if step.id not in part.results}
    return resolve(part.plan.output, {**scope, "steps": {**missing, **part.results}})
