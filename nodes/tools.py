"""Tools: what a node or a lane's agent can do, declared so that it is known before anything runs."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from inspect import getdoc, signature
from typing import Annotated, Any, Final, Generic, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict

from nodes.effects import Effect
from nodes.ports import Effects, Ports
from state.conversation import Conversation, ConversationUpdate, Reply
from state.effect import EffectName, SideEffect
from state.errors import GraphError
from state.turn import Turn

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


class ToolInput(BaseModel):
    """What a tool is asked for. Limits are its fields' own: `Field(ge=1, le=99)`, `Owned`, `SAID`."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=500, str_strip_whitespace=True)


class ToolOutput(BaseModel):
    """What a tool found or did, as the model reads it: facts, no secrets, no instructions."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Owned:
    """Marks an argument that names a record: the policy asks `Ports.owners[kind]` whether it is this customer's.

    `order: Annotated[str, Owned("order")]`. A kind without an owner port is refused.
    """

    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """Marks an argument that must stand in what the customer wrote in this conversation: an address, an e-mail."""


SAID: Final = Said()

In = TypeVar("In", bound=ToolInput)
Out = TypeVar("Out", bound=ToolOutput)
Marker = TypeVar("Marker")


@dataclass(frozen=True, slots=True)
class ToolContext:
    """The turn in which a tool is used; `state` has what earlier tools of the turn changed."""

    state: Conversation
    ports: Ports

    @property
    def turn(self) -> Turn:
        """The turn being answered."""
        return self.state["turns"][-1]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Out]):
    """What a tool returns.

    Attributes:
        output: the facts, for the lane's steps and for the model.
        reply: what a customer is told without a model; its choices, link and file stay when a model words it.
        update: what changes in the conversation: the cart, slots, the ticket.
    """

    output: Out
    reply: Reply | None = None
    update: ConversationUpdate = field(default_factory=ConversationUpdate)


@dataclass(frozen=True, slots=True)
class ToldInstead:
    """What the customer is told where nothing was done, and what is noted of it."""

    reply: Reply
    update: ConversationUpdate = field(default_factory=ConversationUpdate)


@dataclass(frozen=True, slots=True)
class LaneTool(Tool, Generic[In, Out]):
    """A typed tool of a lane; made by `tool`.

    Attributes:
        takes: the model of its arguments.
        gives: the model of its output.
        description: what the model is told, the function's docstring.
        example: arguments as they may be.
        asks: says what the customer is to confirm, in words that hold everything that matters: the lines, the total,
            the address. It is done only when those are still the words after the customer's yes. None where the tool
            lacks something: it is then called to ask for that, and its `Effect` does nothing.
        unproven: what a customer is told, and what is noted, when a model names a record that isn't known to be theirs.
        requested_by: actions of intents (`Answer.action`) by which the customer asks for exactly this, so that it
            need not be confirmed again.
        at_most: uses in one turn.
    """

    takes: type[In]
    gives: type[Out]
    description: str
    example: In
    asks: Callable[[In, ToolContext], Awaitable[str | None]] | None = None
    unproven: Callable[[In, ToolContext], ToldInstead] | None = None
    requested_by: frozenset[str] = frozenset()
    at_most: int = 4


AnyTool = LaneTool[Any, Any]


def tool(
    effect: SideEffect,
    *,
    example: In,
    asks: Callable[[In, ToolContext], Awaitable[str | None]] | None = None,
    unproven: Callable[[In, ToolContext], ToldInstead] | None = None,
    requested_by: Iterable[str] = (),
    at_most: int = 4,
) -> Callable[[Callable[..., Awaitable[Outcome[Out]]]], LaneTool[In, Out]]:
    """Make a tool of `async def name(asked: In, context: ToolContext[, effect: Effect]) -> Outcome[Out]`.

    The function's docstring is what the model is told of it. `PURE` reads, `IDEMPOTENT` can be taken back or repeated
    (a cart line), `IRREVERSIBLE` can't: it takes an `Effect`, acts within its `once`, and is confirmed by the customer.

    Raises:
        GraphError: an irreversible tool takes no `Effect`, or nothing asks the customer.
    """

    def declare(function: Callable[..., Awaitable[Outcome[Out]]]) -> LaneTool[In, Out]:
        name = cast("Any", function).__name__
        irreversible = effect is SideEffect.IRREVERSIBLE
        if irreversible and not takes_effect(function):
            raise GraphError(f"The irreversible tool {name!r} takes no Effect.", hint="Add `effect: Effect`.")
        if irreversible and asks is None:
            raise GraphError(
                f"Nobody is asked before {name!r} is done.", hint="Pass `asks=` with the words to confirm."
            )
        gives: type[Out] = get_args(signature(function, eval_str=True).return_annotation)[0]
        return LaneTool(
            name=name,
            effect=effect,
            function=function,
            takes=type(example),
            gives=gives,
            description=getdoc(function) or name,
            example=example,
            asks=asks,
            unproven=unproven,
            requested_by=frozenset(requested_by),
            at_most=at_most,
        )

    return declare


def marked(asked: BaseModel, kind: type[Marker]) -> list[tuple[Marker, str]]:
    """Return every text among the arguments that is marked with a `kind`, however deep, with its mark."""
    found: list[tuple[Marker, str]] = []
    for name, info in type(asked).model_fields.items():
        value = getattr(asked, name)
        marks = [mark for mark in [*info.metadata, *_within(info.annotation)] if isinstance(mark, kind)]
        found += [(mark, text) for mark in marks for text in _texts(value)]
        found += [one for inner in _models(value) for one in marked(inner, kind)]
    return found


def _within(annotation: object) -> list[object]:
    own = list(annotation.__metadata__) if get_origin(annotation) is Annotated else []  # type: ignore[attr-defined] # Annotated has it
    return [*own, *(mark for one in get_args(annotation) for mark in _within(one))]


def _texts(value: object) -> list[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, dict):
        return _texts([*value.keys(), *value.values()])
    return [] if value is None or isinstance(value, BaseModel) else [str(value)]


def _models(value: object) -> list[BaseModel]:
    if isinstance(value, list | tuple | set | frozenset):
        return [model for one in value for model in _models(one)]
    if isinstance(value, dict):
        return _models(list(value.values()))
    return [value] if isinstance(value, BaseModel) else []


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
