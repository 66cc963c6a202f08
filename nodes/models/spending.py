"""Keep to what may be spent: reserve before an attempt, settle after it."""

from collections.abc import Callable
from contextlib import aclosing
from typing import Final

from nodes.models.asking import Usage
from nodes.models.call import Call
from nodes.models.pieces import Pieces, Source
from nodes.models.ports import Spending
from nodes.models.prices import Prices
from state.errors import ModelError
from state.spending import NANO, Account, Amount, Caps

_MAYBE_PAID: Final = {"timeout", "cut_off", "cancelled"}
_HINT: Final = "Raise LANEWAY_MODEL_{0} if that is meant; docs/models.md says what counts."


def capped(
    source: Source,
    model: str,
    call: Call,
    *,
    caps: Caps,
    spending: Spending,
    prices: Prices,
    new_id: Callable[[], str],
) -> Source:
    """Return `source` begun only if the caps leave room for the most it can take; else `over_budget`.

    What was really used is charged; for an attempt that broke off without saying, its input and what came of it.
    """

    async def pieces() -> Pieces:
        account, reservation = Account(call.scope.tenant, call.scope.turn), new_id()
        most = _amount(prices, model, Usage(call.input_tokens, call.output_tokens))
        if reached := await spending.reserve(account, reservation, most, caps):
            raise ModelError("over_budget", model, f"the cap {reached} is reached", hint=_HINT.format(reached.upper()))
        usage, written, outcome = None, 0, "cancelled"
        try:
            async with aclosing(source()) as attempt:
                async for piece in attempt:
                    usage = piece.usage or usage
                    written += bool(piece.seen)
                    yield piece
            outcome = "ok"
        except ModelError as error:
            outcome = error.outcome
            raise
        finally:
            if outcome in _MAYBE_PAID or (outcome == "ok" and usage is None):
                known = usage or Usage()
                usage = Usage(known.input_tokens or call.input_tokens, max(known.output_tokens, written))
            await spending.settle(account, reservation, _amount(prices, model, usage or Usage()))

    return pieces


def _amount(prices: Prices, model: str, usage: Usage) -> Amount:
    cost = prices.cost_usd(model, usage) or 0.0
    return Amount(usage.input_tokens + usage.output_tokens, round(cost * NANO))
