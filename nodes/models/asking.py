"""What is asked of a language model, and what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that a model may choose."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One choice to make; `name` is its key in the answer."""

    name: str
    text: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model reads before it decides; `version` names the prompt file it was made of."""

    system: str
    user: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The option chosen, and the probability of every option, summing to 1.

    The probabilities are the model's own: from the Decisions API, or from the logarithms of its tokens where it gives
    them. Where it gives neither, the choice has 1 and the others 0. None of them is calibrated.
    """

    choice: str
    probabilities: dict[str, float]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; `cached_tokens` are among the `input_tokens`, and cheaper."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Decided:
    """What a model decided.

    Attributes:
        verdicts: by the name of the question; every question has one.
        model: who decided, `anthropic:NAME` or `openai:NAME`.
        usage: tokens of the call that answered.
        cost_usd: what they cost by the price table; None when it doesn't have the model.
        ms: wall time of the whole, attempts that failed included.
        provider_fallback: the first model of the list failed and a later one decided.
    """

    verdicts: dict[str, Verdict]
    model: str
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None
    ms: float = 0.0
    provider_fallback: bool = False


class Decider(Protocol):
    """Answers questions about a text, several at once."""

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Decided:
        """Return a verdict on every question; raises `ModelError` when there is no answer that can be used."""
        ...
