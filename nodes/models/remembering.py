"""Pay for a call once: what a node was told before it is told again."""

from collections.abc import Awaitable, Callable
from hashlib import blake2s

from pydantic import JsonValue

from nodes.models.turn import current_turn
from state.effect import SideEffect
from state.errors import EffectResultError, ModelError, NotDoneError


def digest_of(*words: str) -> str:
    """Return 16 hexadecimal digits that name a request (BLAKE2s)."""
    return blake2s("\0".join(words).encode("utf-8", "replace"), digest_size=8).hexdigest()


async def remembered(ask: Callable[[], Awaitable[JsonValue]], digest: str) -> JsonValue:
    """Return what `ask` returns, or in a turn what it returned before at this place of it for the same request.

    A call that failed is forgotten and made again; only what was answered is kept, as an effect of the turn.

    Raises:
        ModelError: `ask` raised it.
        StaleFenceError: another worker has the session.
    """
    scope = current_turn()
    if scope.ledger is None:
        return await ask()

    async def call(_: str) -> JsonValue:
        try:
            return await ask()
        except ModelError as error:
            raise NotDoneError(error.message, hint=error.hint) from error

    try:
        return await scope.ledger.once(scope.effect_name(digest), call, effect=SideEffect.IDEMPOTENT)
    except NotDoneError as error:
        if isinstance(error.__cause__, ModelError):
            raise error.__cause__ from None
        raise
    except EffectResultError as error:  # too large to keep
        if error.result is None:
            return await ask()
        found: JsonValue = error.result  # type: ignore[assignment] # what `ask` returned
        return found
