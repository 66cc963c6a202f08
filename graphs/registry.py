"""The agents there are, by name, and the calls to them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

import orjson
from pydantic import BaseModel, JsonValue, ValidationError

from nodes.agents.ports import Action, Agent, StepContext
from state.breaker import BreakerRule
from state.effect import SideEffect
from state.errors import InvalidInputError
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
    """

    name: str
    function: Agent | str
    actions: Mapping[str, Action]
    description: str = ""
    concurrency: int = CONCURRENCY
    rate: Rate | None = None
    breaker: BreakerRule | None = None

    @property
    def effects(self) -> SideEffect:
        """The strongest thing that any of its actions does outside."""
        order = list(SideEffect)
        return max((action.effects for action in self.actions.values()), key=order.index, default=SideEffect.PURE)


class AgentRegistry:
    """Knows agents; calls them with their input checked and no more at once than each allows."""

    def __init__(self, specs: Sequence[AgentSpec] = ()) -> None:
        self._specs: dict[str, AgentSpec] = {}
        self._functions: dict[str, Agent] = {}
        self._room: dict[str, asyncio.Semaphore] = {}
        for spec in specs:
            self.register(spec)

    def register(self, spec: AgentSpec) -> None:
        """Add an agent, or put it in another one's place; raises `UnknownAgentError` when it can't be imported."""
        self._functions[spec.name] = _imported(spec.function) if isinstance(spec.function, str) else spec.function
        self._specs[spec.name] = spec
        self._room[spec.name] = asyncio.Semaphore(spec.concurrency)

    @property
    def names(self) -> list[str]:
        """The agents' names, in order."""
        return sorted(self._specs)

    def spec(self, agent: str) -> AgentSpec:
        """Return an agent's; raises `UnknownAgentError`."""
        if agent not in self._specs:
            raise UnknownAgentError(agent, None, self.names)
        return self._specs[agent]

    def action(self, agent: str, action: str) -> Action:
        """Return what an action takes; raises `UnknownAgentError`."""
        actions = self.spec(agent).actions
        if action not in actions:
            raise UnknownAgentError(agent, action, sorted(actions))
        return actions[action]

    async def call(self, agent: str, action: str, given: JsonValue, context: StepContext) -> JsonValue:
        """Ask an agent, when it has room; see `nodes.agents.ports.Agents.call`."""
        model = self.action(agent, action).input
        try:
            checked = model.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "input"
            raise InvalidInputError(
                f"{agent}.{action} can't take its input: {where}: {first['msg']}.", hint="Correct the step's `input`."
            ) from error
        async with self._room[agent]:
            context.began()
            result = await self._functions[agent](action, checked, context)
        plain = result.model_dump(mode="json") if isinstance(result, BaseModel) else result
        value: JsonValue = orjson.loads(orjson.dumps(plain))
        return value


def _imported(path: str) -> Agent:
    module, _, name = path.partition(":")
    try:
        found: Agent = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UnknownAgentError(path, None, ["module:function, where the module can be imported"]) from error
    return found
