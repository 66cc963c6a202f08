"""Where a turn goes and why: decided once, then stored, streamed, shown and evaluated as one object."""

from dataclasses import dataclass, field
from typing import Literal, get_args

Lane = Literal["info", "commerce", "support", "handoff"]
LANES: tuple[Lane, ...] = get_args(Lane)

StageName = Literal["rules", "sticky", "local", "model", "clarify", "fallback"]

Outcome = Literal["routed", "clarify", "out_of_scope", "unsure"]
"""A lane answers; the customer is asked which of two was meant; it is none of the tenant's business; nobody knows."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage of the chain said.

    `fired` marks the stage whose word was taken; `ms` is wall time. A stage that asks a model names it, its prompt's
    version and the cost, and keeps in `own` the probability that the model itself gave; `degraded` says that it was
    wanted and failed.
    """

    name: StageName
    fired: bool
    reason: str
    lane: Lane | None = None
    intent: str | None = None
    confidence: float | None = None
    ms: float = 0.0
    outcome: Outcome = "routed"
    degraded: bool = False
    model: str | None = None
    prompt_version: str | None = None
    cost_usd: float | None = None
    own: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lane and intent that a message may be about, and the lane's probability."""

    lane: Lane
    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class AlsoAsked:
    """One more thing a message asks, in its own words; `confidence` is the probability of `intent`."""

    lane: Lane
    intent: str
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class NearestExample:
    """A labelled example close to the text; `similarity` is a cosine, -1 to 1."""

    text: str
    intent: str
    lane: Lane
    similarity: float


@dataclass(frozen=True, slots=True)
class RouterDecision:
    """The lane and intent of one turn.

    Attributes:
        confidence: calibrated probability of `lane`, 0 to 1.
        probabilities: of every lane; they and `out_of_scope` sum to 1.
        out_of_scope: probability that no lane's intents cover the text.
        intents: the likeliest intents with their probabilities, best first.
        margin: distance from the chosen lane's probability to the next one's.
        chain: every stage that was asked, in order.
        reason: one sentence built from the chain.
        outcome: what kind of answer this is.
        clarify: the two things the customer is asked to choose from, likeliest first; `lane`
            is the likelier one's, or the other's where that is handoff.
        also: what else the message asks, in its order.
        degraded: a later stage was wanted and failed, so an earlier answer stands.
        ms: wall time of the whole decision.
    """

    lane: Lane
    intent: str | None
    confidence: float
    probabilities: dict[str, float]
    reason: str
    intents: dict[str, float] = field(default_factory=dict)
    out_of_scope: float = 0.0
    margin: float = 0.0
    chain: list[Stage] = field(default_factory=list)
    nearest: list[NearestExample] = field(default_factory=list)
    outcome: Outcome = "routed"
    clarify: list[Candidate] = field(default_factory=list)
    also: list[AlsoAsked] = field(default_factory=list)
    degraded: bool = False
    prompt_version: str | None = None
    model: str | None = None
    cost_usd: float | None = None
    ms: float = 0.0
