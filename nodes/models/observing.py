"""Show each attempt as events, and count it."""

from collections.abc import Callable
from contextlib import aclosing

from nodes.models.asking import Usage
from nodes.models.call import Call
from nodes.models.pieces import Pieces, Source
from nodes.models.ports import CallMetrics, CallSeen
from nodes.models.prices import Prices
from state.errors import ModelError
from state.events import LlmEnd, LlmFirst, LlmStart


def observed(
    source: Source, model: str, call: Call, *, prices: Prices, metrics: CallMetrics, timer: Callable[[], float]
) -> Source:
    """Return `source` told as `llm.start`, `llm.first` and `llm.end`, with tokens and cost; `timer` returns seconds."""

    async def pieces() -> Pieces:
        node, tell = call.scope.node, call.scope.tell
        tell(LlmStart(node, model))
        began, first_s = timer(), None
        outcome, usage = "cancelled", None
        try:
            async with aclosing(source()) as attempt:
                async for piece in attempt:
                    usage = piece.usage or usage
                    if piece.seen and first_s is None:
                        first_s = timer() - began
                        tell(LlmFirst(node, model, _ms(first_s)))
                    yield piece
            outcome = "ok"
        except ModelError as error:
            outcome = error.outcome
            raise
        finally:
            seconds = timer() - began
            cost = call.cost_usd = prices.cost_usd(model, usage) if usage else None
            counted = usage or Usage()
            tell(LlmEnd(node, model, _ms(seconds), outcome, counted.input_tokens, counted.output_tokens, cost))
            metrics.model_called(CallSeen(model, outcome, seconds, first_s, usage, cost))

    return pieces


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
