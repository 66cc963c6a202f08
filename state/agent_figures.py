"""How agents did over all processes, as it is kept and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

AgentHealth = Literal["unknown", "healthy", "degraded", "failing"]
AgentState = Literal["registered", "ready", "executing", "completed", "failed"]

RECENT: Final = 200
"""Calls that the 95th percentile and the health are told from."""
_LATEST: Final = 20
_DEGRADED: Final = 0.1
_FAILING: Final = 0.5


@dataclass(frozen=True, slots=True)
class AgentCall:
    """One call that has ended: how long it took, and the code of its error, empty when it went well."""

    agent: str
    ms: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What is known of an agent's calls.

    Attributes:
        average_ms: over all calls; `p95_ms` over the latest 200.
        last_run: when the latest call ended (ms since 1970 UTC), None before the first.
        last_error: the code of the latest error.
        health: by the latest 20 calls: from a tenth of errors `degraded`, from a half `failing`.
    """

    agent: str
    count: int = 0
    success: int = 0
    error: int = 0
    average_ms: float = 0.0
    p95_ms: float = 0.0
    last_run: int | None = None
    last_error: str = ""
    health: AgentHealth = "unknown"


def p95(latest: Sequence[float]) -> float:
    """Return the 95th percentile of some durations by the nearest rank, 0 of none."""
    ranked = sorted(latest)
    return ranked[max(0, -(-len(ranked) * 95 // 100) - 1)] if ranked else 0.0


def health_of(failed: Sequence[bool]) -> AgentHealth:
    """Return an agent's health by its calls, the latest first."""
    latest = failed[:_LATEST]
    if not latest:
        return "unknown"
    share = sum(latest) / len(latest)
    return "failing" if share >= _FAILING else "degraded" if share >= _DEGRADED else "healthy"
