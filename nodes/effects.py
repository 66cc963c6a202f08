"""The effects ledger: intent on record, then the call with its idempotency key, then the result on record."""

from contextlib import suppress
from dataclasses import dataclass

import orjson
from pydantic import JsonValue

from nodes.ports import EffectCall, Effects, EffectStore
from state.effect import Begun, EffectName, Held, InDoubt, Recorded, SideEffect, encode_result, idempotency_key
from state.errors import AmbiguousEffectError, EffectResultError, FencedError, NotDoneError, StoreUnavailableError


@dataclass(frozen=True, slots=True)
class Effect:
    """The right to do one thing once; what an irreversible tool takes as a parameter."""

    effects: Effects
    name: EffectName
    kind: SideEffect

    async def once(self, call: EffectCall) -> JsonValue:
        """Do it, or return what it returned before; see `Effects.once`."""
        return await self.effects.once(self.name, call, effect=self.kind)


class Ledger:
    """The effects of whoever holds a session; made anew for each claim."""

    def __init__(self, store: EffectStore, held: Held) -> None:
        self._store = store
        self._held = held

    async def once(self, name: EffectName, call: EffectCall, *, effect: SideEffect) -> JsonValue:
        """Return what `call` returns, or what it returned before; see `Effects.once`."""
        key = idempotency_key(self._held.session, name)
        if effect is SideEffect.PURE:
            return await call(key)
        match await self._store.begin(self._held, name, effect):
            case Recorded() as before:
                return _value(name, before)
            case InDoubt():
                raise AmbiguousEffectError(str(name), key)
            case Begun() as begun:
                return await self._call(name, begun, call, key)

    async def _call(self, name: EffectName, begun: Begun, call: EffectCall, key: str) -> JsonValue:
        try:
            result = await call(key)
        except NotDoneError:
            await self._store.withdraw(self._held, name, begun)
            raise
        except BaseException:  # cancelled, too: the other side may have done it
            with suppress(StoreUnavailableError, FencedError):  # an intent that never ends is in doubt as well
                await self._store.doubt(self._held, name, begun)
            raise
        recorded = encode_result(result)
        await self._store.record(self._held, name, begun, recorded)
        return _value(name, recorded, result)


def _value(name: EffectName, recorded: Recorded, result: object = None) -> JsonValue:
    if not recorded.kept:
        raise EffectResultError(str(name), recorded.result.decode(), result)
    value: JsonValue = orjson.loads(recorded.result)
    return value
