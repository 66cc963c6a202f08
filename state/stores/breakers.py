"""One circuit breaker a model, shared by every process on the store and judged by its clock alone."""

from secrets import token_hex
from typing import Final, cast

from redis.asyncio import Redis

from state.breaker import BreakerRule, Health, Permit, Shut
from state.stores.faults import store_errors
from state.stores.scripts import script

_TTL_MS: Final = 24 * 3600 * 1000


class RedisBreakers:
    """One script to ask, one to tell."""

    def __init__(self, client: Redis, rule: BreakerRule | None = None) -> None:
        self._admit = script(client, "breaker_admit")
        self._report = script(client, "breaker_report")
        self._rule = rule or BreakerRule()

    async def admit(self, model: str) -> Permit | Shut:
        """Ask for the right to call; while half open exactly one caller gets it."""
        token = token_hex(8)
        with store_errors():
            said = cast("list[object]", await self._admit(keys=_keys(model), args=[token, _ms(self._rule.probe_s)]))
        match said:
            case [b"closed" | "closed"]:
                return Permit()
            case [b"probe" | "probe"]:
                return Permit(token)
            case [_, int(wait_ms)]:
                return Shut(wait_ms / 1000)
        raise AssertionError(said)

    async def report(self, model: str, permit: Permit, health: Health) -> bool:
        """Say what the call showed; return whether the breaker is open now."""
        rule = self._rule
        args: list[str | int] = [
            permit.probe,
            health,
            rule.window_s,
            rule.failures,
            round(rule.share * 100),
            _ms(rule.cool_s),
            _TTL_MS,
        ]
        with store_errors():
            return bool(await self._report(keys=_keys(model), args=args))


def _keys(model: str) -> list[str]:
    return [f"lw:breaker:{{{model}}}", f"lw:breaker:{{{model}}}:probe"]


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
