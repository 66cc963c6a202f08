"""Guards, questions and scopes for tests of model calls."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nodes.models.asking import Decided, Option, Prompt, Question
from nodes.models.call import CallLimits
from nodes.models.calls import Guards
from nodes.models.chat import LanewayChat
from nodes.models.deciding import ModelDecider
from nodes.models.pieces import Model
from nodes.models.prices import Price, Prices
from nodes.models.retrying import RetryBudget
from nodes.models.writing import ModelWriter
from server.telemetry.models import MemoryCallMetrics
from state.events import Event
from state.stores.memory import MemoryBreakers, MemorySpending

PROMPT = Prompt("You route messages.", "hola")
LANES = Question("lane", "Which lane?", [Option("info", "hours"), Option("support", "returns"), Option("none")])
HUMAN = Question("human", "Wants a person?", [Option("yes"), Option("no")])
PRICES = Prices({name: Price(input=1, output=10, cached=0.5) for name in ("openai:test-1", "anthropic:test-1")})


@dataclass
class Bench:
    """Guards in memory, and what they saw."""

    metrics: MemoryCallMetrics = field(default_factory=MemoryCallMetrics)
    breakers: MemoryBreakers = field(default_factory=MemoryBreakers)
    spending: MemorySpending = field(default_factory=MemorySpending)
    limits: CallLimits = field(
        default_factory=lambda: CallLimits(backoff_s=0.001, decide_s=120, answer_s=120, idle_s=60, first_s=60)
    )
    budget: RetryBudget = field(default_factory=lambda: RetryBudget(reserve=10))
    told: list[Event] = field(default_factory=list)

    def limit(self, **changes: Any) -> None:
        self.limits = replace(self.limits, **changes)

    @property
    def guards(self) -> Guards:
        return Guards(self.breakers, self.spending, self.metrics, PRICES, self.limits, self.budget)

    @property
    def outcomes(self) -> list[str]:
        return [seen.outcome for seen in self.metrics.seen]

    def decider(self, *models: Model) -> ModelDecider:
        return ModelDecider(models, self.guards)

    async def decide(self, *models: Model, questions: Sequence[Question] = (LANES, HUMAN)) -> Decided:
        return await self.decider(*models).decide(PROMPT, questions)

    def chat(self, *models: Model, max_tokens: int = 1024) -> LanewayChat:
        return LanewayChat(writer=ModelWriter(models, self.guards), max_tokens=max_tokens, cache=False)
