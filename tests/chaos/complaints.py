"""A worker that helps: tickets and returns in a database, and a death at one call of opening them."""

import asyncio
import signal
from contextlib import AbstractContextManager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from nodes.lanes.desk.ownership import CaseOwner
from nodes.lanes.toolbox import Toolbox
from nodes.ports import Ports, RouteRequest
from nodes.shop.ports import Counter
from server.shop import owners, stock_shop
from state.decision import RouterDecision
from state.desk import PREFIXES, CaseKind
from state.stores.effects import RedisEffects
from state.stores.records.cases import SqlCases
from state.stores.records.database import embedded_url, open_records
from state.stores.records.orders import SqlOrders
from state.stores.records.stock import SqlStock
from tests.chaos.doomed import doomed
from tests.chaos.rig import LEASE_MS, dying, work
from tests.desk import SATURDAY_NOON, FixedClock, ScriptedRouter, decided, demo, ports

LINES: Final[dict[CaseKind, tuple[str, ...]]] = {
    "ticket": ("abrid una incidencia, el hervidor rojo gotea",),
    "return": ("quiero devolver el pedido A-5490, llegó roto, mi correo es lucia@example.com", "sí"),
}
CALLS: Final[dict[str, tuple[type, str]]] = {
    "effects.begin": (RedisEffects, "begin"),
    "effects.record": (RedisEffects, "record"),
    "cases.open": (SqlCases, "open"),
    "cases.add": (SqlCases, "add"),
    "cases.get": (SqlCases, "get"),
    "use": (Toolbox, "use"),
    "confirm": (Toolbox, "confirm"),
}
POINTS: Final[dict[CaseKind, tuple[str, ...]]] = {
    "ticket": ("use", "effects.begin", "effects.record", "cases.open", "cases.add", "cases.get"),
    "return": ("use", "confirm", "effects.begin", "effects.record", "cases.open", "cases.add", "cases.get"),
}


class ComplaintRouter:
    """Knows what the lines are about."""

    async def decide(self, request: RouteRequest) -> RouterDecision:
        opens = "incidencia" in request.turns[-1].text
        return decided("support", "open_ticket" if opens else "return_item")


def helping(url: str, folder: Path, die: str = "") -> AbstractContextManager[BaseProcess]:
    """Run a worker that dies `before` or `after` a call by name."""
    return doomed(_main, url, folder, die)


async def past_orders(folder: Path) -> None:
    """Make the records, and put the demo shop's earlier orders into them."""
    async with open_records(embedded_url(folder)) as engine:
        await stock_shop(demo(), SqlStock(engine), SqlOrders(engine), round(SATURDAY_NOON.timestamp() * 1000))


def _main(url: str, folder: Path, die: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if die:
        when, name = die.split(" ")
        kind, method = CALLS[name]
        setattr(kind, method, dying(getattr(kind, method), when))
    asyncio.run(_work(url, folder))


async def _work(url: str, folder: Path) -> None:
    async with open_records(embedded_url(folder)) as engine:
        await work(url, folder, LEASE_MS, _ports(Counter(SqlOrders(engine)), SqlCases(engine)))


def _ports(counter: Counter, cases: SqlCases) -> Ports:
    known: dict[str, Any] = {**owners(counter), **{str(kind): CaseOwner(cases, kind) for kind in PREFIXES}}
    plain = ports(router=ScriptedRouter(decided("info")))
    return replace(
        plain, clock=FixedClock(SATURDAY_NOON), router=ComplaintRouter(), counter=counter, cases=cases, owners=known
    )
