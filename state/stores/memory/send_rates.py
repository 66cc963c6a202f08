"""The send rates' in-memory twin."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable

from state.rate import Leave, Rate, pause_s

_FORGOTTEN_S = 60


class MemorySendRates:
    """Rates by number and by pair, for one process; `now` returns seconds that only grow."""

    def __init__(self, *, number: Rate, pair: Rate, now: Callable[[], float] = time.monotonic) -> None:
        self._number, self._pair = number, pair
        self._now = now
        self._free: defaultdict[tuple[str, ...], float] = defaultdict(float)
        self._paused: defaultdict[tuple[str, ...], float] = defaultdict(float)
        self._stopped: dict[str, float] = {}
        self._refusals: Counter[tuple[str, str]] = Counter()

    async def take(self, number: str, recipient: str) -> Leave:
        """Take the right to send one message, or be told how long to wait."""
        now, whole, pair = self._now(), (number,), (number, recipient)
        held = max(self._paused[whole], self._paused[pair]) - now
        wait = max(0.0, held, self._wait(whole, self._number), self._wait(pair, self._pair))
        if not wait:
            for key, rate in ((whole, self._number), (pair, self._pair)):
                self._free[key] = max(self._free[key], now) + rate.every_ms / 1000
        if wait or number not in self._stopped:
            return Leave(wait)
        self._paused[whole] = now + self._stopped[number]
        return Leave(probe=True)

    async def has_room(self, number: str) -> bool:
        """Tell whether half of what may go at once could go now; nothing is taken."""
        now, rate = self._now(), self._number
        return self._paused[number,] <= now and self._free[number,] - now <= rate.every_ms * rate.burst / 2000

    async def pair_refused(self, number: str, recipient: str) -> float:
        """Send this customer nothing for 1 s, 4 s, 16 s ... and return how long; refusals long ago don't count."""
        pair, now = (number, recipient), self._now()
        if now > self._paused[pair] + _FORGOTTEN_S:
            del self._refusals[pair]
        self._refusals[pair] += 1
        seconds = pause_s(self._refusals[pair])
        self._paused[pair] = now + seconds
        return seconds

    async def hold(self, number: str, seconds: float) -> None:
        """Send nothing from this number for a time; a longer one that was begun before stays."""
        self._paused[number,] = max(self._paused[number,], self._now() + seconds)

    async def stop(self, number: str, seconds: float) -> None:
        """Open the circuit: until `resume`, one message every so many seconds."""
        self._stopped[number], self._paused[number,] = seconds, self._now() + seconds

    async def resume(self, number: str) -> None:
        """Close the circuit: the number works again."""
        self._stopped.pop(number, None)
        self._paused.pop((number,), None)

    def _wait(self, key: tuple[str, ...], rate: Rate) -> float:
        return self._free[key] - self._now() - (rate.burst - 1) * rate.every_ms / 1000
