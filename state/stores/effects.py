"""The effects ledger on Redis: what nodes did outside is written down before and after, under a fencing token."""

from secrets import token_hex
from typing import Final, Literal, cast

from pydantic import JsonValue
from redis.asyncio import Redis

from state.effect import (
    AmbiguousEffect,
    Begun,
    EffectName,
    Holder,
    InDoubt,
    Recorded,
    SideEffect,
    encode_result,
)
from state.errors import EffectResultError, SessionNotFoundError, StaleFenceError
from state.ids import SessionId, TurnId
from state.stores import keys
from state.stores.faults import store_errors
from state.stores.scripts import script

KEPT_MS: Final = 8 * 24 * 3_600_000
"""How long an effect without a result stays for somebody to settle it, also when its session has expired."""


class RedisEffects:
    """One hash a session, one script a step; a command that redis-py sends twice counts once."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._begin = script(client, "effect_begin")
        self._end = script(client, "effect_end")
        self._list = script(client, "effect_list")
        self._settle = script(client, "effect_settle")
        self._forget = script(client, "effect_forget")

    async def begin(self, holder: Holder, name: EffectName, effect: SideEffect) -> Begun | Recorded | InDoubt:
        """Record the intent, or return what became of an earlier one."""
        call = token_hex(8)
        with store_errors():
            answer = await self._begin(
                keys=_keys(holder.session), args=[str(name), holder.fence, effect, call, holder.session, KEPT_MS]
            )
        match answer:
            case [b"begun"]:
                return Begun(call)
            case [b"ambiguous"]:
                return InDoubt()
            case [state, result]:
                return Recorded(result, kept=state == b"done")
        raise _refusal(holder, answer[0])

    async def record(self, holder: Holder, name: EffectName, begun: Begun, result: Recorded) -> None:
        """Write down the call's result."""
        await self._ended(holder, name, begun, "done" if result.kept else "unkept", result.result)

    async def doubt(self, holder: Holder, name: EffectName, begun: Begun) -> None:
        """Write down that nobody knows whether the call was done."""
        await self._ended(holder, name, begun, "ambiguous")

    async def withdraw(self, holder: Holder, name: EffectName, begun: Begun) -> None:
        """Take the intent back: the call was certainly not done."""
        await self._ended(holder, name, begun, "withdrawn")

    async def ambiguous(self, session: SessionId) -> list[AmbiguousEffect]:
        """Return the effects in doubt, the longest first."""
        with store_errors():
            rows = await self._list(keys=_keys(session)[:2])
        found = [
            AmbiguousEffect(session, EffectName.parse(name), SideEffect(effect), int(since), int(tries))
            for name, effect, since, tries in zip(
                *([part.decode() for part in rows[place::4]] for place in range(4)), strict=True
            )
        ]
        return sorted(found, key=lambda one: (one.since, str(one.name)))

    async def unsettled(self, limit: int) -> list[SessionId]:
        """Return sessions with effects that have no result, those that began one last first."""
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for partition in range(keys.PARTITIONS):
                pipe.zrevrange(keys.of_partition(partition, "unsettled"), 0, limit - 1, withscores=True)
            replies = cast("list[list[tuple[bytes, float]]]", await pipe.execute())
        rows = sorted((row for rows in replies for row in rows), key=lambda row: -row[1])
        return [SessionId(session.decode()) for session, _ in rows[:limit]]

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
            await self._forget(keys=_keys(session)[:1], args=[turn])

    async def _ended(
        self,
        holder: Holder,
        name: EffectName,
        begun: Begun,
        state: Literal["done", "unkept", "ambiguous", "withdrawn"],
        result: bytes = b"",
    ) -> None:
        args: list[str | bytes | int] = [str(name), holder.fence, begun.call, state, holder.session, KEPT_MS, result]
        with store_errors():
            answer = await self._end(keys=_keys(holder.session), args=args)
        if answer != b"ok":
            raise _refusal(holder, answer)

    async def _settled(self, session: SessionId, name: EffectName, state: str, result: bytes = b"") -> bool:
        with store_errors():
            return cast("int", await self._settle(keys=_keys(session), args=[str(name), state, session, result])) == 1


def _keys(session: SessionId) -> list[str]:
    return [
        keys.of_session(session, "effects"),
        keys.of_session(session, "meta"),
        keys.of_partition(keys.partition_of(session), "unsettled"),
    ]


def _refusal(holder: Holder, answer: bytes) -> StaleFenceError | SessionNotFoundError:
    return StaleFenceError(f"above {holder.fence}") if answer == b"stale" else SessionNotFoundError(holder.session)
