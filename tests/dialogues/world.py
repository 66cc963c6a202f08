"""The demo shop in one process: real router, real graph, everything else in memory."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from nodes.cases import Cases
from nodes.lanes.desk.ownership import CaseOwner
from nodes.ownership import Owner
from nodes.ports import Ports
from nodes.shop.ports import Counter
from server.shop import owners, stock_shop
from state.desk import PREFIXES, CaseKind
from state.ids import TenantId
from state.stores.records.memory_cases import MemoryCases
from state.stores.records.memory_shop import MemoryOrders
from tests.desk import SATURDAY_NOON, FixedClock, demo
from tests.trained import trained

DEMO: Final = TenantId("demo")
NOON_MS: Final = round(SATURDAY_NOON.timestamp() * 1000)
_ALL: Final = 1000


@dataclass(frozen=True, slots=True)
class World:
    """What the graph's nodes are given; `counts` tells how many records there are, by kind."""

    ports: Ports
    counts: Mapping[str, Callable[[], Awaitable[int]]] = field(default_factory=dict)


async def open_world() -> World:
    """Return a shop in which nothing has happened, on a Saturday at noon."""
    orders = MemoryOrders()
    await stock_shop(demo(), orders, orders, NOON_MS)
    counter, cases = Counter(orders), MemoryCases()
    known: dict[str, Owner] = {**owners(counter)}
    known |= {str(kind): CaseOwner(cases, kind) for kind in PREFIXES}
    known["return"] = CaseOwner(cases, "return", known["order"])
    ports = replace(trained(), clock=FixedClock(SATURDAY_NOON), counter=counter, cases=cases, owners=known)
    before = len(await orders.latest(DEMO, limit=_ALL))

    async def placed() -> int:
        return len(await orders.latest(DEMO, limit=_ALL)) - before

    async def cancelled() -> int:
        return sum(order.status == "cancelled" for order in await orders.latest(DEMO, limit=_ALL))

    counts: dict[str, Callable[[], Awaitable[int]]] = {kind: _count(cases, kind) for kind in PREFIXES}
    return World(ports, {**counts, "orders": placed, "cancelled": cancelled})


def _count(cases: Cases, kind: CaseKind) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return len(await cases.latest(DEMO, kind))

    return count
