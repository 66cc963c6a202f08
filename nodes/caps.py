"""What a turn's agent may use up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AgentCaps:
    """Limits of one turn; at any of them the lane's own steps answer.

    Attributes:
        rounds: model calls.
        calls: tools used or refused.
        tokens: of all model calls, input and output; 0 is no cap.
        seconds: from the start of the lane.
        cost_usd: of all model calls, where the price is known; 0 is no cap.
    """

    rounds: int = 5
    calls: int = 8
    tokens: int = 50_000
    seconds: float = 25.0
    cost_usd: float = 0.25
