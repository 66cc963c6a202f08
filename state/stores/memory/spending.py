"""The spending's in-memory twin."""

import time
from collections import defaultdict
from collections.abc import Callable

from state.spending import NANO, Account, Amount, CapName, Caps

_DAY_S = 86_400
_Key = tuple[str, str]


class MemorySpending:
    """Spending for one process; `now` returns seconds since 1970 UTC."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._spent: defaultdict[_Key, list[int]] = defaultdict(lambda: [0, 0])
        self._open: dict[tuple[_Key, str], Amount] = {}

    async def reserve(self, account: Account, reservation: str, amount: Amount, caps: Caps) -> CapName | None:
        """Reserve an amount, or return the cap that it would break; the same reservation again changes nothing."""
        day, turn = self._keys(account)
        if (day, reservation) in self._open:
            return None
        limits: list[tuple[CapName, _Key, int, int, float]] = [
            ("day_tokens", day, 0, amount.tokens, caps.day_tokens),
            ("day_usd", day, 1, amount.nano_usd, caps.day_usd * NANO),
        ]
        if account.turn:
            limits[:0] = [
                ("turn_tokens", turn, 0, amount.tokens, caps.turn_tokens),
                ("turn_usd", turn, 1, amount.nano_usd, caps.turn_usd * NANO),
            ]
        for name, key, unit, more, cap in limits:
            if cap and self._spent[key][unit] + more > cap:
                return name
        self._add(account, amount.tokens, amount.nano_usd)
        self._open[day, reservation] = amount
        return None

    async def settle(self, account: Account, reservation: str, amount: Amount) -> None:
        """Put what was really spent in a reservation's place; one that is settled or from another day stays so."""
        reserved = self._open.pop((self._keys(account)[0], reservation), None)
        if reserved:
            self._add(account, amount.tokens - reserved.tokens, amount.nano_usd - reserved.nano_usd)

    def _add(self, account: Account, tokens: int, nano_usd: int) -> None:
        day, turn = self._keys(account)
        for key in (day, turn) if account.turn else (day,):
            self._spent[key][0] += tokens
            self._spent[key][1] += nano_usd

    def _keys(self, account: Account) -> tuple[_Key, _Key]:
        return (account.tenant, f"day {int(self._now() // _DAY_S)}"), (account.tenant, account.turn)
