"""One call, whatever attempts it takes, and the limits it keeps."""

import asyncio
from dataclasses import dataclass, field

from nodes.models.turn import TurnScope
from state.spending import Caps


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How long and how often.

    Attributes:
        attempts: at one model.
        backoff_s: pause before the second attempt; it doubles, give or take half.
        retry_after_s: a provider that wants to be left alone for longer isn't waited for.
        decide_s: for a decision, all attempts and models together.
        answer_s: for a written answer, the same.
        first_s: until an attempt's first piece.
        idle_s: between two pieces.
        caps: what may be spent.
    """

    attempts: int = 3
    backoff_s: float = 0.25
    retry_after_s: float = 60.0
    decide_s: float = 10.0
    answer_s: float = 90.0
    first_s: float = 30.0
    idle_s: float = 20.0
    caps: Caps = field(default_factory=Caps)


@dataclass(slots=True)
class Call:
    """What is known of a call while it goes on.

    Attributes:
        deadline: the event loop's time (s) by which it is given up.
        input_tokens, output_tokens: the most it is expected to take; the former is a guess by its length.
        model: who is asked now, and at the end who answered.
        fell_back: an earlier model failed.
        cost_usd: of the last attempt.
    """

    scope: TurnScope
    deadline: float
    input_tokens: int
    output_tokens: int
    model: str = ""
    fell_back: bool = False
    cost_usd: float | None = None


def begin(scope: TurnScope, within_s: float, text_bytes: int, output_tokens: int) -> Call:
    """Return a call that ends `within_s` seconds from now, or with its turn."""
    deadline = asyncio.get_running_loop().time() + within_s
    if scope.deadline is not None:
        deadline = min(deadline, scope.deadline)
    return Call(scope, deadline, text_bytes // 3 + 64, output_tokens)
