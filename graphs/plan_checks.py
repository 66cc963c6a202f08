"""What is wrong with a plan, each fault with its place."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from pydantic import JsonValue, ValidationError

from graphs.plan_mending import is_within, mended
from graphs.step_checks import input_faults, result_faults
from nodes.agents.ports import Agents
from state.effect import SideEffect
from state.plan import Plan, Step
from state.plan_errors import PlanError, PlanFinding, UnknownAgentError
from state.plan_order import cycle_in, needs, references_of
from state.references import Reference, ReferenceSyntaxError, Where, references, texts
from state.said import said_of

_STRENGTH: Final = list(SideEffect)

_Fault = tuple[Where, str, str]
LineOf = Callable[[Where], int]


def no_lines(_: Where) -> int:
    """Say that no line is known."""
    return 0


def read_plan(data: object, agents: Agents | None = None, *, file: str = "", line: LineOf = no_lines) -> Plan:
    """Return the plan that JSON values describe; without `agents`, any name is taken for one.

    Raises:
        PlanError: with every fault and its place in the file.
    """
    try:
        plan = Plan.model_validate(data)
    except ValidationError as error:
        faults = _shape_faults(error)
        rest = mended(data, [where for where, _, _ in faults])
        if rest is not None:
            plan, gone = rest
            faults += [one for one in _faults(plan, agents, ()) if not any(is_within(one[0], cut) for cut in gone)]
    else:
        faults = list(_faults(plan, agents, ()))
        if not faults:
            return plan
    findings = [PlanFinding(path_of(where), message, fix, line(where)) for where, message, fix in faults]
    raise PlanError(findings, file=file)


def path_of(where: Where) -> str:
    """Return a way to a value as people write it: `steps[2].input.text`."""
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)
    return parts.removeprefix(".") or "the plan"


def _shape_faults(error: ValidationError) -> list[_Fault]:
    found = error.errors(include_url=False, include_input=False)
    steps = any(one["loc"][:1] == ("steps",) and len(one["loc"]) > 1 for one in found)
    real = [one for one in found if not (steps and one["type"] == "too_short" and one["loc"] == ("steps",))]
    return [_shape_fault(one["loc"], said_of(one), one["type"]) for one in real]


def _no_mapping(where: Where) -> str:
    return "It is no mapping." if where else "It is no mapping; a plan has at least an `id` and `steps`."


def _shape_fault(loc: tuple[str | int, ...], message: str, kind: str) -> _Fault:
    where = tuple(part for part in loc if part not in {"Plan", "str", "tuple", "list"})
    fixes = {"missing": "Add it.", "extra_forbidden": "Remove it, or correct its name."}
    words = {"missing": "It is missing.", "extra_forbidden": "No such field.", "model_type": _no_mapping(where)}
    return where, words.get(kind, f"{message}."), fixes.get(kind, "Correct it.")


def _faults(plan: Plan, agents: Agents | None, at: Where) -> Iterator[_Fault]:
    yield from _same_ids(plan, at)
    known = {step.id for step in plan.steps}
    readable = True
    for position, step in enumerate(plan.steps):
        where = (*at, "steps", position)
        try:
            list(references_of(step))
        except ValueError as error:
            readable = False
            yield (*where, *_unreadable(step)), f"{error}.", "Write `${input.NAME}`, `${steps.ID.KEY}` or `${item}`."
            continue
        yield from _step_faults(plan, step, known, where)
        yield from _agent_faults(step, agents, where)
        if agents is not None:
            yield from input_faults(step, agents, where)
    yield from _output_faults(plan, known, at)
    if readable:
        yield from _cycle(plan, known, at)
        if agents is not None:
            yield from result_faults(plan, agents, at)
    if isinstance(plan.fallback_plan, Plan):
        yield from _faults(plan.fallback_plan, agents, (*at, "fallback_plan"))


def _same_ids(plan: Plan, at: Where) -> Iterator[_Fault]:
    seen: dict[str, int] = {}
    for position, step in enumerate(plan.steps):
        if step.id in seen:
            fix = f"Give one of the two another id; the other is steps[{seen[step.id]}]."
            yield (*at, "steps", position, "id"), f"Two steps are called {step.id!r}.", fix
        seen.setdefault(step.id, position)


def _unreadable(step: Step) -> Where:
    for name in ("input", "for_each", "approval"):
        for where, text in texts(getattr(step, name), (name,)):
            try:
                references(text)
            except ReferenceSyntaxError:
                return where
    return ("condition",) if step.condition is not None else ("fallback", "input")


def _step_faults(plan: Plan, step: Step, known: set[str], where: Where) -> Iterator[_Fault]:
    for position, name in enumerate(step.dependencies):
        if name not in known:
            yield (*where, "dependencies", position), f"There is no step {name!r}.", _meant(name, known)
    for way, reference in references_of(step):
        yield from _reference_faults(plan, reference, known, (*where, *way), step)
    if step.approval is not None and step.for_each is not None:
        yield (*where, "for_each"), "An approval is asked once.", "Remove `for_each`, or the approval."


def _reference_faults(
    plan: Plan, reference: Reference, known: set[str], where: Where, step: Step | None
) -> Iterator[_Fault]:
    text = f"`{reference.text}`"
    if reference.step is not None and reference.step not in known:
        yield where, f"{text}: there is no step {reference.step!r}.", _meant(reference.step, known)
    if reference.root == "input" and plan.inputs and reference.path and reference.path[0] not in plan.inputs:
        name = str(reference.path[0])
        yield where, f"{text}: the plan has no input {name!r}.", _meant(name, set(plan.inputs))
    within = step is not None and step.for_each is not None and where[-1] != "condition" and "for_each" not in where
    if reference.root in {"item", "index"} and not within:
        yield where, f"{text} means something only where `for_each` is given.", "Add `for_each` to the step."


def _agent_faults(step: Step, agents: Agents | None, where: Where) -> Iterator[_Fault]:
    if step.approval is not None:
        if step.agent or step.action:
            yield (*where, "agent"), "An approval step asks a person, not an agent.", "Remove `agent` and `action`."
        return
    if step.agent is None or step.action is None:
        missing = "agent" if step.agent is None else "action"
        yield (*where, missing), "It is missing.", "Say who does the step: `agent` and `action`."
        return
    yield from _asked(step.agent, step.action, step.effects, agents, where)
    if step.fallback:
        yield from _asked(step.fallback.agent, step.fallback.action, step.effects, agents, (*where, "fallback"))


def _asked(
    agent: str, action: str, effects: SideEffect | None, agents: Agents | None, where: Where
) -> Iterator[_Fault]:
    if agents is None:
        return
    try:
        asked = agents.action(agent, action)
    except UnknownAgentError as error:
        yield (*where, "action" if "has no action" in error.message else "agent"), error.message, error.hint
        return
    if effects is not None and _STRENGTH.index(effects) < _STRENGTH.index(asked.effects):
        message = f"{agent}.{action} is {asked.effects.value}, and the step says {effects.value}."
        yield (*where, "effects"), message, f"Write `effects: {asked.effects.value}`, or leave it out."


def _output_faults(plan: Plan, known: set[str], at: Where) -> Iterator[_Fault]:
    for where, text in texts(plan.output, (*at, "output")):
        try:
            found = references(text)
        except ReferenceSyntaxError as error:
            yield where, f"{error}.", "Write `${steps.ID.KEY}`."
            continue
        for reference in found:
            yield from _reference_faults(plan, reference, known, where, None)


def _cycle(plan: Plan, known: set[str], at: Where) -> Iterator[_Fault]:
    wanted = {step.id: tuple(name for name in needs(step) if name in known) for step in plan.steps}
    cycle = cycle_in(wanted)
    if cycle:
        position = [step.id for step in plan.steps].index(cycle[0])
        way = " -> ".join(cycle)
        yield (*at, "steps", position), f"The steps wait for each other: {way}.", "Take one of these dependencies away."


def _meant(name: str, known: set[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(sorted(known)[:20])}."


def check_input(plan: Plan, given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the input with defaults filled in; raises `PlanError` for what is missing or not asked for."""
    if not plan.inputs:
        return dict(given)
    findings = [
        PlanFinding(f"input.{name}", "The plan has no such input.", _meant(name, set(plan.inputs)))
        for name in given
        if name not in plan.inputs
    ]
    findings += [
        PlanFinding(f"input.{name}", "It is missing.", f"Give it: {spec.description}".removesuffix(": "))
        for name, spec in plan.inputs.items()
        if spec.required and given.get(name) is None
    ]
    if findings:
        raise PlanError(findings)
    return {name: given.get(name, spec.default) for name, spec in plan.inputs.items()}
