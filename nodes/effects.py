"""The effects ledger: intent on record, then the call with its idempotency key, then the result on record."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import orjson
from pydantic import JsonValue

from nodes.ports import EffectCall, Effects, EffectStore
from state.effect import Begun, EffectName, Holder, InDoubt, Recorded, SideEffect, encode_result, idempotency_key
from state.errors import AmbiguousEffectError, EffectResultError, NotDoneError, StaleFenceError, StoreUnavailableError
from state.ids import TurnId


@dataclass(frozen=True, slots=True)
class Effect:
    """The right to do one thing once; what an irreversible tool takes as a parameter."""

    effects: Effects
    name: EffectName
    kind: SideEffect

    async def once(self, call: EffectCall) -> JsonValue:
        """Do it, or return what it returned before; see `Effects.once`."""
        return await self.effects.once(self.name, call, effect=self.kind)


class _NoEffects:
    """Does nothing: of a tool that lacks something and may only ask for it."""

    async def once(self, name: EffectName, call: EffectCall, *, effect: SideEffect) -> JsonValue:  # noqa: ARG002 # a port's shape
        raise NotDoneError(f"{name.node!r} was not confirmed.", hint="Have the customer asked first.")


NO_EFFECTS: Effects = _NoEffects()


class Ledger:
    """The effects of whoever holds a session; made anew for each claim.

    Args:
        store: where they are written down.
        holder: who does them.
        origin: the turn that was put aside and is now done anew: what it did counts as done.
        doubted: told of each effect that turns out to be in doubt.

    Attributes:
        used: whether anything was to be written down.
    """

    def __init__(
        self,
        store: EffectStore,
        holder: Holder,
        *,
        origin: TurnId | None = None,
        doubted: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._holder = holder
        self._origin = origin
        self._doubted = doubted
        self.used = False

    async def once(self, name: EffectName, call: EffectCall, *, effect: SideEffect) -> JsonValue:
        """Return what `call` returns, or what it returned before; see `Effects.once`."""
        name = replace(name, turn=self._origin) if self._origin else name
        key = idempotency_key(self._holder.session, name)
        if effect is SideEffect.PURE:
            return await call(key)
        self.used = True
        match await self._store.begin(self._holder, name, effect):
            case Recorded() as before:
                return _value(name, before)
            case InDoubt():
                self._doubted()
                raise AmbiguousEffectError(str(name), key)
            case Begun() as begun:
                return await self._call(name, begun, call, key)

    async def _call(self, name: EffectName, begun: Begun, call: EffectCall, key: str) -> JsonValue:
        try:
            result = await call(key)
        except NotDoneError:
            await self._store.withdraw(self._holder, name, begun)
            raise
        except BaseException:  # cancelled, too: the other side may have done it
            self._doubted()
            with suppress(StoreUnavailableError, StaleFenceError):  # an intent that never ends is in doubt as well
                await self._store.doubt(self._holder, name, begun)
            raise
        recorded = encode_result(result)
        await self._store.record(self._holder, name, begun, recorded)
        return _value(name, recorded, result)


def _value(name: EffectName, recorded: Recorded, result: object = None) -> JsonValue:
    if not recorded.kept:
        raise EffectResultError(str(name), recorded.result.decode(), result)
    value: JsonValue = orjson.loads(recorded.result)
    return value
