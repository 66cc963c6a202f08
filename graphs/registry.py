"""The agents there are, by name, their lives in this process, and the calls to them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from types import NoneType
from typing import Final, get_args, get_type_hints

import orjson
from pydantic import BaseModel, JsonValue, ValidationError

from nodes.agents.ports import Action, Agent, StepContext
from nodes.agents.refusing import refusal
from state.agent_figures import AgentState
from state.breaker import BreakerRule
from state.effect import SideEffect
from state.errors import InvalidInputError, LanewayError
from state.plan_errors import UnknownAgentError
from state.rate import Rate

CONCURRENCY: Final = 16


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """One agent and how it may be asked.

    Attributes:
        function: the agent, or `module:function` where it is.
        actions: what it can be asked, by name.
        concurrency: calls at once in one process.
        rate: calls over all processes, None without a limit.
        breaker: when it is left alone for a while, over all processes.
        needs: agents that are made ready before it.
        prepare: makes it ready, such as by loading a model; what it raises keeps the agent from being ready.
        reacts: the action that is asked when an insight of this name is published, with `{"insight": {...}}`.
    """

    name: str
    function: Agent | str
    actions: Mapping[str, Action]
    description: str = ""
    concurrency: int = CONCURRENCY
    rate: Rate | None = None
    breaker: BreakerRule | None = None
    needs: Sequence[str] = ()
    prepare: Callable[[], Awaitable[None]] | None = None
    reacts: Mapping[str, str] = field(default_factory=dict)

    @property
    def effects(self) -> SideEffect:
        """The strongest thing that any of its actions does outside."""
        order = list(SideEffect)
        return max((action.effects for action in self.actions.values()), key=order.index, default=SideEffect.PURE)


@dataclass(frozen=True, slots=True)
class AgentLife:
    """Where an agent is in this process: its state, how many calls are under way, why it failed last."""

    state: AgentState = "registered"
    executing: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """How making an agent ready went; `error` says why it isn't."""

    agent: str
    ready: bool
    ms: float
    error: str = ""


class AgentRegistry:
    """Knows agents; calls them with their input checked and no more at once than each allows."""

    def __init__(self, specs: Sequence[AgentSpec] = ()) -> None:
        self._specs: dict[str, AgentSpec] = {}
        self._functions: dict[str, Agent] = {}
        self._results: dict[str, tuple[type[BaseModel], ...]] = {}
        self._room: dict[str, asyncio.Semaphore] = {}
        self._lives: dict[str, AgentLife] = {}
        for spec in specs:
            self.register(spec)

    def register(self, spec: AgentSpec) -> None:
        """Add an agent, or put it in another one's place; raises `UnknownAgentError` when it can't be imported."""
        self._functions[spec.name] = _imported(spec.function) if isinstance(spec.function, str) else spec.function
        self._specs[spec.name] = spec
        self._results[spec.name] = _results_of(self._functions[spec.name])
        self._room[spec.name] = asyncio.Semaphore(spec.concurrency)
        self._lives[spec.name] = AgentLife()

    @property
    def names(self) -> list[str]:
        """The agents' names, in order."""
        return sorted(self._specs)

    def spec(self, agent: str) -> AgentSpec:
        """Return an agent's; raises `UnknownAgentError`."""
        if agent not in self._specs:
            raise UnknownAgentError(agent, None, self.names)
        return self._specs[agent]

    def life(self, agent: str) -> AgentLife:
        """Return where an agent is in this process; raises `UnknownAgentError`."""
        self.spec(agent)
        return self._lives[agent]

    def action(self, agent: str, action: str) -> Action:
        """Return what an action takes; raises `UnknownAgentError`."""
        actions = self.spec(agent).actions
        if action not in actions:
            raise UnknownAgentError(agent, action, sorted(actions))
        return actions[action]

    def results(self, agent: str) -> tuple[type[BaseModel], ...]:
        """Return the models that an agent's function is annotated to return; none when it may return other things."""
        return self._results.get(agent, ())

    async def prepare(self, agents: Sequence[str]) -> list[Prepared]:
        """Make agents ready, and first those that they need; one whose need isn't ready is not tried.

        Raises:
            UnknownAgentError: there is no such agent.
            InvalidInputError: agents need each other in a circle.
        """
        found: dict[str, Prepared] = {}
        for name in self._in_order(agents):
            waits = [need for need in self._specs[name].needs if not found[need].ready]
            if waits:
                found[name] = Prepared(name, ready=False, ms=0.0, error=f"It needs {', '.join(waits)}.")
            else:
                found[name] = await self._prepared(name)
            state: AgentState = "ready" if found[name].ready else "failed"
            self._lives[name] = replace(self._lives[name], state=state, error=found[name].error)
        return list(found.values())

    def _in_order(self, agents: Sequence[str]) -> list[str]:
        needs: dict[str, Sequence[str]] = {}
        left = list(agents)
        while left:
            name = left.pop()
            if name not in needs:
                needs[name] = self.spec(name).needs
                left += needs[name]
        try:
            return list(TopologicalSorter(needs).static_order())
        except CycleError as error:
            circle = " -> ".join(error.args[1])
            raise InvalidInputError(
                f"Agents need each other: {circle}.", hint="Take one of these `needs` out."
            ) from error

    async def _prepared(self, name: str) -> Prepared:
        prepare, began = self._specs[name].prepare, time.perf_counter()
        error = ""
        if prepare is not None:
            try:
                await prepare()
            except Exception as raised:  # noqa: BLE001 # the agent's own edge: whatever it raises, it isn't ready
                error = raised.message if isinstance(raised, LanewayError) else f"{type(raised).__name__}."
        return Prepared(name, not error, round((time.perf_counter() - began) * 1000, 3), error)

    async def call(self, agent: str, action: str, given: JsonValue, context: StepContext) -> JsonValue:
        """Ask an agent, when it has room; see `nodes.agents.ports.Agents.call`."""
        model = self.action(agent, action).input
        try:
            checked = model.model_validate(given)
        except ValidationError as error:
            wrong, hint = refusal(model, error)
            raise InvalidInputError(f"{agent}.{action} can't take its input: {wrong}.", hint=hint) from error
        async with self._room[agent]:
            context.began()
            result = await self._executed(agent, action, checked, context)
        plain = result.model_dump(mode="json") if isinstance(result, BaseModel) else result
        value: JsonValue = orjson.loads(orjson.dumps(plain))
        return value

    async def _executed(self, agent: str, action: str, given: BaseModel, context: StepContext) -> JsonValue | BaseModel:
        self._lives[agent] = replace(self._lives[agent], state="executing", executing=self._lives[agent].executing + 1)
        state, error = "failed", "cancelled"
        try:
            result = await self._functions[agent](action, given, context)
            state, error = "completed", ""
        except Exception as raised:
            error = raised.code if isinstance(raised, LanewayError) else type(raised).__name__
            raise
        finally:
            left = self._lives[agent].executing - 1
            self._lives[agent] = AgentLife("executing" if left else state, left, error)  # type: ignore[arg-type]
        return result


def _imported(path: str) -> Agent:
    module, _, name = path.partition(":")
    try:
        found: Agent = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UnknownAgentError(path, None, ["module:function, where the module can be imported"]) from error
    return found


def _results_of(function: Agent) -> tuple[type[BaseModel], ...]:
    try:
        said = get_type_hints(function).get("return")
    except (NameError, TypeError):
        return ()
    found = [one for one in get_args(said) or (said,) if one is not NoneType]
    models = [one for one in found if isinstance(one, type) and issubclass(one, BaseModel)]
    return tuple(models) if len(models) == len(found) else ()
