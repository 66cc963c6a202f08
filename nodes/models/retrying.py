"""The one retry layer."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Final

from nodes.models.call import Call, CallLimits
from nodes.models.pieces import Pieces, Source
from nodes.models.ports import CallMetrics
from state.errors import ModelError

_PASSING: Final = {"timeout", "overloaded", "unavailable", "cut_off"}


class RetryBudget:
    """Retries as a share of calls, so that an outage isn't made worse; one for a process.

    `reserve` retries may be taken in advance and are earned back first: after n calls at most `max(reserve, share*n)`
    were retried. What is saved in good times is capped at `most`.
    """

    def __init__(self, share: float = 0.1, reserve: int = 3, most: int = 10) -> None:
        self._share = share
        self._left = float(reserve)
        self._owed = float(reserve)
        self._most = float(max(most, reserve))

    def call(self) -> None:
        """Count a call."""
        if self._owed > 0:
            self._owed -= self._share
        else:
            self._left = min(self._left + self._share, self._most)

    def take(self) -> bool:
        """Take a retry, if there is one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


def retried(
    source: Source,
    model: str,
    call: Call,
    *,
    limits: CallLimits,
    budget: RetryBudget,
    metrics: CallMetrics,
    jitter: Callable[[float, float], float],
) -> Source:
    """Return `source` begun again when that may help, unless somebody has seen a piece of it.

    `jitter` returns a number between the two it is given.
    """

    async def pieces() -> Pieces:
        budget.call()
        for attempt in range(1, limits.attempts + 1):
            seen = False
            try:
                async with aclosing(source()) as begun:
                    async for piece in begun:
                        seen = seen or piece.seen
                        yield piece
            except ModelError as error:
                wait = _pause_s(error, attempt, limits, jitter)
                late = asyncio.get_running_loop().time() + (wait or 0.0) >= call.deadline
                if seen or wait is None or late or attempt == limits.attempts or not budget.take():
                    raise
            else:
                return
            metrics.model_retried(model)
            await asyncio.sleep(wait)

    return pieces


def _pause_s(
    error: ModelError, attempt: int, limits: CallLimits, jitter: Callable[[float, float], float]
) -> float | None:
    """Return how long to wait before the next attempt, None when there should be none."""
    wanted = error.retry_after_s
    if error.outcome == "rate_limited" or (error.outcome in _PASSING and wanted is not None):
        return wanted if wanted is not None and wanted <= limits.retry_after_s else None
    if error.outcome not in _PASSING:
        return None
    pause: float = limits.backoff_s * 2 ** (attempt - 1)
    return pause * jitter(0.5, 1.5)
