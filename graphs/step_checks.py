"""Whether what a step gives an agent fits what the agent takes, as far as it can be told before a run."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, JsonValue, ValidationError

from graphs.registry import AgentRegistry
from nodes.agents.ports import Agents
from state.plan import Plan, Step
from state.plan_errors import UnknownAgentError
from state.plan_order import references_of
from state.references import MARK, Reference, Where, texts
from state.said import said_of

_Fault = tuple[Where, str, str]
_ANSWER: Final = ("approved", "by", "comment")
_RESULT: Final = "Name something that the step returns."


def input_faults(step: Step, agents: Agents, where: Where) -> Iterator[_Fault]:
    """Yield what an agent, or its fallback, would refuse in a step's input; references may stand for anything."""
    if step.agent and step.action:
        yield from _refused(agents, step.agent, step.action, step.input, (*where, "input"))
    if step.fallback:
        own = step.fallback.input
        place = (*where, "input") if own is None else (*where, "fallback", "input")
        given = step.input if own is None else own
        yield from _refused(agents, step.fallback.agent, step.fallback.action, given, place)


def _refused(agents: Agents, agent: str, action: str, given: dict[str, JsonValue], where: Where) -> Iterator[_Fault]:
    try:
        model = agents.action(agent, action).input
    except UnknownAgentError:
        return
    for name in _strangers(model, given):
        fix = f"It takes: {', '.join(_taken(model))}." if model.model_fields else "Remove it."
        yield (*where, name), f"{agent}.{action} takes no {name!r}.", fix
    try:
        model.model_validate(given)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            place = _place(given, one["loc"], missing=one["type"] == "missing")
            if place is not None and one["type"] != "extra_forbidden":
                said = "It is missing" if one["type"] == "missing" else said_of(one)
                yield (*where, *place), f"{agent}.{action} can't take this: {said}.", "Correct it."


def _strangers(model: type[BaseModel], given: Mapping[str, JsonValue]) -> list[str]:
    before = any(one.info.mode != "after" for one in model.__pydantic_decorators__.model_validators.values())
    if model.model_config.get("extra") == "allow" or before:
        return []
    return [name for name in given if name not in _taken(model)]


def _taken(model: type[BaseModel]) -> list[str]:
    named = [(name, field.alias, field.validation_alias) for name, field in model.model_fields.items()]
    return [one for names in named for one in names if isinstance(one, str)]


def _place(given: JsonValue, loc: tuple[str | int, ...], *, missing: bool) -> Where | None:
    """Return the way to what is refused; None when a reference is there, of which nothing is known yet."""
    value: Any = given
    for depth, part in enumerate(loc):
        if isinstance(value, Mapping) and missing and depth == len(loc) - 1 and part not in value:
            return loc
        known = isinstance(value, Mapping) and part in value
        if not known and not (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            loc = loc[:depth]
            break
        value = value[part]
    return None if any(MARK.search(text) for _, text in texts(value)) else loc


def result_faults(plan: Plan, agents: Agents, at: Where) -> Iterator[_Fault]:
    """Yield references to what no step returns, as far as the agents' functions say what they return."""
    steps = {step.id: step for step in plan.steps}
    for position, step in enumerate(plan.steps):
        for way, reference in references_of(step):
            yield from _result_fault(reference, steps, agents, (*at, "steps", position, *way))


def _result_fault(reference: Reference, steps: Mapping[str, Step], agents: Agents, where: Where) -> Iterator[_Fault]:
    step = steps.get(reference.step or "")
    path = reference.path[1:]
    if step is None or not path:
        return
    if step.approval is not None:
        known: set[str] = set(_ANSWER)
    else:
        if step.for_each is not None:
            if not isinstance(path[0], int):
                message = f"`{reference.text}`: step {step.id!r} returns a list, one result for each item."
                yield where, message, f"Write `${{steps.{step.id}[0].{path[0]}}}`, or take the whole list."
            path = path[1:]
        known = _returned(step, agents)
    if path and known and path[0] not in known:
        message = f"`{reference.text}`: step {step.id!r} returns no {path[0]!r}."
        yield where, message, f"It returns: {', '.join(sorted(known))}."


def _returned(step: Step, agents: Agents) -> set[str]:
    """Return the names in a step's result; none when they aren't known."""
    known: set[str] = set()
    for agent in (step.agent, step.fallback.agent if step.fallback else step.agent):
        models = agents.results(agent) if isinstance(agents, AgentRegistry) and agent in agents.names else ()
        if not models or any(model.model_config.get("extra") == "allow" for model in models):
            return set()
        known |= {name for model in models for name in (*model.model_fields, *model.model_computed_fields)}
    return known
