"""A plan: steps with dependencies, as people write it in YAML or JSON; `graphs/plan_files.py` reads such files."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from state.effect import SideEffect

FaultClass = Literal["network", "model", "timeout", "validation", "agent"]
"""What went wrong with a step: `validation` is never tried again, `agent` is whatever has no other name."""

RetryOn = Literal["network", "model", "timeout", "agent"]

MAX_STEPS: Final = 10_000
NAME: Final = r"^[a-z][a-z0-9_-]{0,62}$"
_DURATION: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h|d)?")
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, None: 1.0}


def seconds(value: object) -> object:
    """Return the seconds that `30s`, `10m`, `1.5h`, `200ms` or a plain number mean; raises `ValueError`."""
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value.strip())
    if found is None:
        raise ValueError(f"{value[:40]!r} is no duration; write 200ms, 30s, 10m, 2h or a number of seconds")
    return float(found[1]) * _UNITS[found[2]]


Seconds = Annotated[float, BeforeValidator(seconds), Field(gt=0, le=7 * 86_400, allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=NAME)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Retry(_Strict):
    """How often a step is tried, and after which faults; a fault of a kind that isn't named ends the step.

    Attributes:
        max_attempts: attempts in all, the first among them.
        backoff: pause (s) before the second attempt; doubled for each further one, at most `cap`.
        jitter: whether a pause is multiplied by a random 0.5 to 1.5.
        retry_on: `timeout` is tried again once, with twice the time, however many attempts there are.
    """

    max_attempts: int = Field(default=3, ge=1, le=20)
    backoff: Seconds = 1.0
    cap: Seconds = 30.0
    jitter: bool = True
    retry_on: tuple[RetryOn, ...] = ("network", "timeout")


class Fallback(_Strict):
    """What is done in a step's place when it failed; without an `input` it gets the step's."""

    agent: Name
    action: Name
    input: dict[str, JsonValue] | None = None


class Budget(_Strict):
    """What a run may use; once it is used up, no further step begins and the plan fails with `over_budget`.

    Attributes:
        tokens: of models, input and output together.
        cost_usd: of models.
        steps: attempts that are begun, those of `for_each` items counted one by one.
        retries: attempts after a step's first, over the whole run; by default a fifth of the steps and at least 10.
    """

    tokens: int | None = Field(default=None, ge=1)
    cost_usd: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    steps: int | None = Field(default=None, ge=1)
    retries: int | None = Field(default=None, ge=0)


class Step(_Strict):
    """One piece of work: an agent's action on an input.

    Attributes:
        title: what people read instead of the id.
        input: values; a text that is one `${...}` becomes the value itself, within a text it becomes text.
        dependencies: steps that end before this one; those that references name are added.
        condition: a small expression over references; when it is false the step is skipped.
        for_each: a reference to a list: the action is done for each `${item}`, and the result is the list of results.
        fallback: done instead when the step failed for good.
        effects: the strongest thing it may do outside; an agent's own class by default.
        optional: when it fails or is skipped, the steps after it go on and find `null` in its place.
        approval: a question: the step waits until a person approves; it needs no agent, and a refusal fails it.
    """

    id: Name
    title: str = Field(default="", max_length=200)
    agent: Name | None = None
    action: Name | None = None
    input: dict[str, JsonValue] = Field(default_factory=dict)
    dependencies: tuple[Name, ...] = ()
    retry: Retry = Field(default_factory=Retry)
    timeout: Seconds | None = None
    fallback: Fallback | None = None
    effects: SideEffect | None = None
    condition: str | None = Field(default=None, max_length=500)
    for_each: str | list[JsonValue] | None = None
    optional: bool = False
    approval: str | None = Field(default=None, max_length=2000)


class InputSpec(_Strict):
    """One input of a plan: what it is for people, whether it must be given, what it is otherwise."""

    description: str = ""
    required: bool = False
    default: JsonValue = None


class Plan(_Strict):
    """A set of steps that run in parallel where their dependencies allow.

    Attributes:
        inputs: what `${input.NAME}` may name; anything when there is none.
        parallel: at most so many steps at once.
        deadline: the run fails when it takes longer (s), counted from its start, pauses included.
        fallback_plan: run in its place when it failed, with the same input; the name of a template or a whole plan.
        output: the run's result, made of references; by default the results of the steps that no other one needs.
        config: overrides for agents by their name, such as another model or limit.
    """

    id: Name
    title: str = Field(default="", max_length=200)
    description: str = ""
    inputs: dict[Name, InputSpec] = Field(default_factory=dict)
    parallel: int = Field(default=8, ge=1, le=256)
    deadline: Seconds | None = None
    budget: Budget = Field(default_factory=Budget)
    steps: tuple[Step, ...] = Field(min_length=1, max_length=MAX_STEPS)
    fallback_plan: "Plan | str | None" = None
    output: JsonValue = None
    config: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def step(self, name: str) -> Step:
        """Return a step; raises `KeyError`."""
        for step in self.steps:
            if step.id == name:
                return step
        raise KeyError(name)
