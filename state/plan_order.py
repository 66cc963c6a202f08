"""Which step needs which, and an order in which each comes after those it needs."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from state.conditions import Condition
from state.plan import Plan, Step
from state.references import Reference, Where, references, texts


def references_of(step: Step) -> Iterator[tuple[Where, Reference]]:
    """Yield the references of a step with the way to each within it; raises `ValueError` at one that can't be read."""
    parts: list[tuple[str, object]] = [("input", step.input), ("for_each", step.for_each), ("approval", step.approval)]
    for name, value in parts:
        for where, text in texts(value, (name,)):  # type: ignore[arg-type] # JSON values, all of them
            yield from ((where, one) for one in references(text))
    if step.fallback:
        for where, text in texts(step.fallback.input, ("fallback", "input")):
            yield from ((where, one) for one in references(text))
    if step.condition is not None:
        yield from ((("condition",), one) for one in Condition(step.condition).references)


def needs(step: Step) -> tuple[str, ...]:
    """Return the steps that must end before this one: those it declares, then those it refers to."""
    found = dict.fromkeys(step.dependencies)
    found |= dict.fromkeys(reference.step for _, reference in references_of(step) if reference.step)
    return tuple(found)


def dependencies_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return what each step needs, in the plan's order."""
    return {step.id: needs(step) for step in plan.steps}


def cycle_in(dependencies: Mapping[str, tuple[str, ...]]) -> list[str] | None:
    """Return the steps of a cycle, the first again at the end; None when there is none."""
    try:
        TopologicalSorter(dependencies).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle[::-1]
    return None


def in_order(plan: Plan) -> list[Step]:
    """Return the steps so that each comes after those it needs; the same for the same plan, whatever runs it."""
    dependencies = dependencies_of(plan)
    steps = {step.id: step for step in plan.steps}
    return [steps[name] for name in TopologicalSorter(dependencies).static_order() if name in steps]


def last_steps(plan: Plan) -> list[str]:
    """Return the steps that no other one needs."""
    needed = {name for names in dependencies_of(plan).values() for name in names}
    return [step.id for step in plan.steps if step.id not in needed]
