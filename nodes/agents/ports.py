"""What an agent is, and what it is given beside its input. Adapters don't inherit from these."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel, JsonValue

from nodes.ports import Clock, Decider, EffectCall, Effects
from state.effect import EffectName, SideEffect
from state.errors import InvalidInputError, NotDoneError
from state.ids import TenantId, TurnId
from state.insight import Insight
from state.plan import FaultClass
from state.plan_events import AgentInsight, PlanEvent, Progress, TaskLog
from state.plan_run import RunId

Level = Literal["info", "warning", "error"]

_NO_TURN: Final = TurnId("")
_STRENGTH: Final = (SideEffect.PURE, SideEffect.IDEMPOTENT, SideEffect.IRREVERSIBLE)


class Artefact(BaseModel):
    """A file that a step made or was given, as JSON values carry it; `sha256` finds it."""

    sha256: str
    name: str
    mime: str
    size: int


class Files(Protocol):
    """The files of a tenant's runs, found by their content."""

    async def write(self, name: str, content: bytes, mime: str) -> Artefact:
        """Keep a file; the same content again is kept once."""
        ...

    async def read(self, artefact: Artefact) -> bytes:
        """Return a file's content; raises `InvalidInputError` when it isn't there."""
        ...


class Insights(Protocol):
    """Where insights are published."""

    async def publish(self, insight: Insight) -> None:
        """Keep an insight until every subscriber has seen it; the same id again changes nothing."""
        ...


def _nothing() -> None:
    """Do nothing."""


class AgentError(Exception):
    """An agent that could not do its work; `fault` decides whether it is tried again, `code` goes on the wire."""

    def __init__(self, message: str, *, fault: FaultClass = "agent", code: str = "agent_failed") -> None:
        super().__init__(message)
        self.fault: FaultClass = fault
        self.code = code


class NoFiles:
    """Files where none are kept."""

    async def write(self, name: str, content: bytes, mime: str) -> Artefact:  # noqa: ARG002 # the port's
        """Raise `InvalidInputError`."""
        raise InvalidInputError(
            f"{name!r} can't be kept here.", hint="Run the plan in a server or by `laneway workflow`."
        )

    async def read(self, artefact: Artefact) -> bytes:
        """Raise `InvalidInputError`."""
        raise InvalidInputError(f"There is no file {artefact.name!r} here.", hint="Give the text itself.")


class NoInsights:
    """Insights where nobody subscribes: they are shown in the log and kept nowhere."""

    async def publish(self, insight: Insight) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class StepContext:
    """What an agent may use while it does one attempt at one task.

    Cancelling is the task's own: an agent that awaits is cancelled where it awaits, and must let it through.

    Attributes:
        task: `STEP`, or `STEP[3]` for an item of a `for_each`.
        attempt: from 1; a fallback's attempts count anew.
        config: the plan's overrides for this agent.
        chat: a model to ask, None where none is configured: do the work without one.
        may: the strongest side effect that this step may have.
        tell: shows an event in the run's log, soon.
        began: called once the agent has room: its time counts from then on.
    """

    run: RunId
    task: str
    agent: str
    attempt: int
    tenant: TenantId
    locale: str
    effects: Effects
    clock: Clock
    tell: Callable[[PlanEvent], None]
    turn: TurnId = _NO_TURN
    config: Mapping[str, Any] = field(default_factory=dict)
    chat: BaseChatModel | None = None
    decider: Decider | None = None
    files: Files = field(default_factory=NoFiles)
    insights: Insights = field(default_factory=NoInsights)
    may: SideEffect = SideEffect.PURE
    began: Callable[[], None] = _nothing
    _counted: Counter[str] = field(default_factory=Counter)

    def progress(self, fraction: float, of: str) -> None:
        """Show how far the task is, from 0 to 1, and of what ("pages", "reading the contract")."""
        self.tell(Progress(min(max(fraction, 0.0), 1.0), of, self.task))

    def log(self, level: Level, text: str, **facts: JsonValue) -> None:
        """Say something for whoever watches or looks later; `facts` are kept as JSON."""
        self.tell(TaskLog(level, "agent", text, self.task, self.agent, facts))

    async def publish(self, name: str, *, subject: str = "", **facts: JsonValue) -> Insight:
        """Publish an insight, durably; a step that runs again publishes the same one again, under the same id."""
        ordinal = self._next("insight")
        at = int(self.clock.now().timestamp() * 1000)
        told = Insight(
            f"{self.run}:{self.task}:{ordinal}", name, self.agent, self.run, self.task, self.tenant, facts, subject, at
        )
        await self.insights.publish(told)
        self.tell(AgentInsight(told.id, self.agent, name, self.task, facts))
        return told

    async def once(self, what: str, call: EffectCall, *, effect: SideEffect) -> JsonValue:
        """Do something outside once, though the step may run again; see `nodes.ports.Effects.once`.

        Raises:
            NotDoneError: the step may not do that: its `effects` in the plan, or the agent's, say less.
        """
        if _STRENGTH.index(effect) > _STRENGTH.index(self.may):
            raise NotDoneError(
                f"Step {self.task!r} may have {self.may.value} effects, and {what!r} is {effect.value}.",
                hint=f"Write `effects: {effect.value}` at the step, once you have made sure that it is meant.",
            )
        name = EffectName(self.turn, f"{self.task}.{what}", self._next(what))
        return await self.effects.once(name, call, effect=effect)

    def _next(self, what: str) -> int:
        ordinal = self._counted[what]
        self._counted[what] += 1
        return ordinal


Agent = Callable[[str, Any, StepContext], Awaitable[JsonValue | BaseModel]]
"""An async function of (action, input, context). The input is the action's model; the result is JSON or a model."""


@dataclass(frozen=True, slots=True)
class Action:
    """What an agent can be asked: the model that its input must fit, and the strongest thing it does outside."""

    input: type[BaseModel]
    description: str = ""
    effects: SideEffect = SideEffect.PURE


class Agents(Protocol):
    """Whom the steps of a plan ask."""

    def action(self, agent: str, action: str) -> Action:
        """Return what an action takes; raises `UnknownAgentError`."""
        ...

    async def call(self, agent: str, action: str, given: JsonValue, context: StepContext) -> JsonValue:
        """Ask an agent, when it has room; its result is as JSON brings it back.

        Raises:
            UnknownAgentError: there is no such agent, or it has no such action.
            InvalidInputError: the input doesn't fit the action's model.
        """
        ...
