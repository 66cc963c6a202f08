"""Tools as nodes declare them, so that what they can do outside is known before anything runs."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any, Final, TypeVar

from nodes.effects import Effect
from nodes.ports import Effects
from state.effect import EffectName, SideEffect

_TOOLS: Final = "laneway_tools"

Step = TypeVar("Step", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a node can do; `function` takes an `Effect` if `effect` is irreversible."""

    name: str
    effect: SideEffect
    function: Callable[..., Any]

    def named(self, name: EffectName, effects: Effects) -> Effect:
        """Return the handle for one use of this tool, of the class it was declared with."""
        return Effect(effects, name, self.effect)


def uses(*tools: Tool) -> Callable[[Step], Step]:
    """Declare the tools of a node; wrappers made with `functools.wraps` keep the declaration."""

    def declare(step: Step) -> Step:
        setattr(step, _TOOLS, tools)
        return step

    return declare


def tools_of(step: object) -> tuple[Tool, ...]:
    """Return the tools that a node declares."""
    declared: tuple[Tool, ...] = getattr(step, _TOOLS, ())
    return declared


def takes_effect(function: Callable[..., object]) -> bool:
    """Tell whether a parameter is annotated as `Effect`; an annotation that can't be read is none."""
    try:
        parameters = signature(function, eval_str=True).parameters.values()
    except (NameError, TypeError, ValueError):
        return False
    return any(parameter.annotation is Effect for parameter in parameters)
