"""The insights' in-memory twin."""

import time
from collections import defaultdict
from collections.abc import Callable

from state.ids import TenantId
from state.insight import Insight, Unseen


class MemoryInsights:
    """Insights for one process; `now` returns seconds that only grow."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[TenantId, list[Insight]] = defaultdict(list)
        self._places: dict[tuple[TenantId, str], int] = {}
        self._holders: dict[tuple[TenantId, str], tuple[str, float]] = {}

    async def publish(self, insight: Insight) -> None:
        """Keep an insight until every subscriber has seen it; the same id again changes nothing."""
        kept = self._kept[insight.tenant]
        if all(one.id != insight.id for one in kept):
            kept.append(insight)

    async def subscribe(self, tenant: TenantId, subscriber: str) -> None:
        """Keep what is published from now on for a subscriber; one that is known goes on where it was."""
        self._places.setdefault((tenant, subscriber), len(self._kept[tenant]))

    async def unseen(self, tenant: TenantId, subscriber: str, limit: int = 100) -> list[Unseen]:
        """Return what a subscriber hasn't seen, in order; nothing for one that never subscribed."""
        place = self._places.get((tenant, subscriber))
        if place is None:
            return []
        rows = self._kept[tenant][place : place + limit]
        return [Unseen(str(number), one) for number, one in enumerate(rows, place + 1)]

    async def seen(self, tenant: TenantId, subscriber: str, place: str) -> None:
        """Note that a subscriber has seen everything up to a place; an earlier one changes nothing."""
        known = self._places.get((tenant, subscriber), 0)
        self._places[tenant, subscriber] = max(known, int(place))

    async def hold(self, tenant: TenantId, subscriber: str, holder: str, ms: int) -> bool:
        """Take a subscriber's work for a time, or go on with it; False while another holder has it."""
        other, until = self._holders.get((tenant, subscriber), (holder, 0.0))
        if other != holder and until > self._now():
            return False
        self._holders[tenant, subscriber] = (holder, self._now() + ms / 1000)
        return True
