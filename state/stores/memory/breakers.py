"""The breakers' in-memory twin."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from state.breaker import BreakerRule, Health, Permit, Shut


@dataclass
class _Breaker:
    ended: list[tuple[float, Health]] = field(default_factory=list)
    open_until: float | None = None
    probe: str = ""
    probe_until: float = 0.0


class MemoryBreakers:
    """Breakers for one process; `now` returns seconds that only grow."""

    def __init__(self, rule: BreakerRule | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._rule = rule or BreakerRule()
        self._now = now
        self._breakers: dict[str, _Breaker] = {}
        self._probes = count(1)

    async def admit(self, model: str) -> Permit | Shut:
        """Ask for the right to call; while half open exactly one caller gets it."""
        breaker, now = self._breakers.setdefault(model, _Breaker()), self._now()
        if breaker.open_until is None:
            return Permit()
        wait = breaker.open_until - now
        if wait <= 0 and breaker.probe:
            wait = breaker.probe_until - now
        if wait > 0:
            return Shut(wait)
        breaker.probe, breaker.probe_until = str(next(self._probes)), now + self._rule.probe_s
        return Permit(breaker.probe)

    async def report(self, model: str, permit: Permit, health: Health) -> bool:
        """Say what the call showed; return whether the breaker is open now."""
        breaker, now, rule = self._breakers.setdefault(model, _Breaker()), self._now(), self._rule
        if permit.probe:
            self._probed(model, permit, health)
        elif breaker.open_until is None and health != "unknown":
            recent = [one for one in breaker.ended if one[0] > now - rule.window_s]
            breaker.ended = [*recent, (now, health)]
            failed = sum(one == "failed" for _, one in breaker.ended)
            if health == "failed" and failed >= max(rule.failures, rule.share * len(breaker.ended)):
                self._breakers[model] = _Breaker(open_until=now + rule.cool_s)
        return self._breakers[model].open_until is not None

    def _probed(self, model: str, permit: Permit, health: Health) -> None:
        breaker, now = self._breakers[model], self._now()
        if breaker.probe != permit.probe or now > breaker.probe_until:
            return
        breaker.probe = ""
        if health == "failed":
            breaker.open_until = now + self._rule.cool_s
        elif health == "alive":
            self._breakers[model] = _Breaker()
