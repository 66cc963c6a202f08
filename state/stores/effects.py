"""The effects ledger on Redis: what nodes did outside is written down before and after, under a fencing token."""

from secrets import token_hex
from typing import Literal, cast

from pydantic import JsonValue
from redis.asyncio import Redis

from state.effect import (
    AmbiguousEffect,
    Begun,
    EffectName,
    Held,
    InDoubt,
    Recorded,
    SideEffect,
    encode_result,
)
from state.errors import EffectResultError, FencedError, SessionNotFoundError
from state.ids import SessionId, TurnId
from state.stores import keys
from state.stores.faults import store_errors
from state.stores.scripts import script


class RedisEffects:
    """One hash a session, one script a step; a command that redis-py sends twice counts once."""

    def __init__(self, client: Redis, *, ttl_ms: int) -> None:
        self._client = client
        self._ttl_ms = ttl_ms
        self._begin = script(client, "effect_begin")
        self._end = script(client, "effect_end")
        self._list = script(client, "effect_list")
        self._settle = script(client, "effect_settle")
        self._forget = script(client, "effect_forget")

    async def begin(self, held: Held, name: EffectName, effect: SideEffect) -> Begun | Recorded | InDoubt:
        """Record the intent, or return what became of an earlier one."""
        call = token_hex(8)
        with store_errors():
            answer = await self._begin(
                keys=_keys(held.session), args=[str(name), held.fence, effect, call, self._ttl_ms]
            )
        match answer:
            case [b"begun"]:
                return Begun(call)
            case [b"ambiguous"]:
                return InDoubt()
            case [state, result]:
                return Recorded(result, kept=state == b"done")
        raise _refusal(held, answer[0])

    async def record(self, held: Held, name: EffectName, begun: Begun, result: Recorded) -> None:
        """Write down the call's result."""
        await self._ended(held, name, begun, "done" if result.kept else "unkept", result.result)

    async def doubt(self, held: Held, name: EffectName, begun: Begun) -> None:
        """Write down that nobody knows whether the call was done."""
        await self._ended(held, name, begun, "ambiguous")

    async def withdraw(self, held: Held, name: EffectName, begun: Begun) -> None:
        """Take the intent back: the call was certainly not done."""
        await self._ended(held, name, begun, "withdrawn")

    async def ambiguous(self, session: SessionId) -> list[AmbiguousEffect]:
        """Return the effects in doubt, the longest first."""
        with store_errors():
            rows = await self._list(keys=_keys(session))
        found = [
            AmbiguousEffect(session, EffectName.parse(name), SideEffect(effect), int(since), int(tries))
            for name, effect, since, tries in zip(
                *([part.decode() for part in rows[place::4]] for place in range(4)), strict=True
            )
        ]
        return sorted(found, key=lambda one: (one.since, str(one.name)))

    async def ambiguous_total(self, session: SessionId) -> int:
        """Return how many of the session's effects were ever in doubt."""
        with store_errors():
            return int(await self._client.hget(keys.of_session(session, "effects"), "ambiguous") or 0)

    async def settle_as_done(self, session: SessionId, name: EffectName, result: JsonValue) -> bool:
        """Record the result that the call had; raises `EffectResultError` when it can't be kept."""
        encoded = encode_result(result)
        if not encoded.kept:
            raise EffectResultError(str(name), encoded.result.decode())
        return await self._settled(session, name, "done", encoded.result)

    async def settle_as_not_done(self, session: SessionId, name: EffectName) -> bool:
        """Forget the effect, so that it may be done."""
        return await self._settled(session, name, "withdrawn")

    async def forget(self, session: SessionId, turn: TurnId) -> None:
        """Let go of the recorded results of a turn that has ended; what is in doubt stays."""
        with store_errors():
            await self._forget(keys=[keys.of_session(session, "effects")], args=[turn, self._ttl_ms])

    async def _ended(
        self,
        held: Held,
        name: EffectName,
        begun: Begun,
        state: Literal["done", "unkept", "ambiguous", "withdrawn"],
        result: bytes = b"",
    ) -> None:
        args: list[str | bytes | int] = [str(name), held.fence, begun.call, state, self._ttl_ms, result]
        with store_errors():
            answer = await self._end(keys=_keys(held.session), args=args)
        if answer != b"ok":
            raise _refusal(held, answer)

    async def _settled(self, session: SessionId, name: EffectName, state: str, result: bytes = b"") -> bool:
        with store_errors():
            return cast("int", await self._settle(keys=_keys(session), args=[str(name), state, result])) == 1


def _keys(session: SessionId) -> list[str]:
    return [keys.of_session(session, "effects"), keys.of_session(session, "meta")]


def _refusal(held: Held, answer: bytes) -> FencedError | SessionNotFoundError:
    return FencedError(held.session) if answer == b"stale" else SessionNotFoundError(held.session)
