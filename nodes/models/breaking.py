"""Leave a model alone that doesn't answer."""

from contextlib import aclosing
from typing import Final

from nodes.models.pieces import Pieces, Source
from nodes.models.ports import Breakers, CallMetrics, CallSeen
from state.breaker import Health, Shut
from state.errors import ModelError

FAILING: Final = {"timeout", "overloaded", "unavailable", "cut_off", "rate_limited"}
"""Outcomes that say something of the provider's health; after any other, it has answered."""


def broken_off(source: Source, model: str, breakers: Breakers, metrics: CallMetrics) -> Source:
    """Return `source` behind the model's breaker: while that is open, `circuit_open` and no call."""

    async def pieces() -> Pieces:
        permit = await breakers.admit(model)
        if isinstance(permit, Shut):
            metrics.breaker_is(model, is_open=True)
            metrics.model_called(CallSeen(model, "circuit_open"))
            raise ModelError("circuit_open", model, f"it failed too often, left alone for {permit.wait_s:.1f} s")
        health: Health | None = None
        try:
            async with aclosing(source()) as attempt:
                async for piece in attempt:
                    yield piece
            health = "alive"
        except ModelError as error:
            health = "failed" if error.outcome in FAILING else "alive"
            raise
        finally:
            if permit.probe or health:
                open_now = await breakers.report(model, permit, health or "unknown")
                metrics.breaker_is(model, is_open=open_now)

    return pieces
