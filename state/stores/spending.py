"""What tenants and turns spent on models, shared by every process on the store; the day is the store's, in UTC."""

from typing import Final, cast

from redis.asyncio import Redis

from state.spending import NANO, Account, Amount, CapName, Caps
from state.stores.faults import store_errors
from state.stores.scripts import script

_TURN_MS: Final = 24 * 3600 * 1000


class RedisSpending:
    """One script to reserve, one to settle."""

    def __init__(self, client: Redis) -> None:
        self._reserve = script(client, "spend_reserve")
        self._settle = script(client, "spend_settle")

    async def reserve(self, account: Account, reservation: str, amount: Amount, caps: Caps) -> CapName | None:
        """Reserve an amount, or return the cap that it would break; the same reservation again changes nothing."""
        args: list[str | int] = [
            reservation,
            amount.tokens,
            amount.nano_usd,
            int(bool(account.turn)),
            caps.turn_tokens,
            round(caps.turn_usd * NANO),
            caps.day_tokens,
            round(caps.day_usd * NANO),
            _TURN_MS,
        ]
        with store_errors():
            said = cast("bytes", await self._reserve(keys=_keys(account), args=args)).decode()
        return None if said == "ok" else cast("CapName", said)

    async def settle(self, account: Account, reservation: str, amount: Amount) -> None:
        """Put what was really spent in a reservation's place; one that is settled or from another day stays so."""
        with store_errors():
            await self._settle(keys=_keys(account), args=[reservation, amount.tokens, amount.nano_usd])


def _keys(account: Account) -> list[str]:
    tenant = f"lw:spend:{{{account.tenant}}}"
    return [f"{tenant}:day", f"{tenant}:turn:{account.turn or '-'}"]
