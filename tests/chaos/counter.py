"""A worker that sells: orders in a database, payment links noted in a file, and a death at one call of a checkout."""

import asyncio
import signal
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from nodes.lanes.toolbox import Toolbox
from nodes.ports import Ports, RouteRequest
from nodes.shop.ports import Counter
from server.clock import SystemClock
from server.shop import owners, stock_shop
from state.decision import RouterDecision
from state.shop import Order, Payment
from state.stores.effects import RedisEffects
from state.stores.records.database import embedded_url, open_records
from state.stores.records.orders import SqlOrders
from state.stores.records.stock import SqlStock
from tests.chaos.doomed import doomed
from tests.chaos.rig import LEASE_MS, dying, work
from tests.desk import ScriptedRouter, decided, demo, ports

LINES: Final = ("2 sartenes de 28", "tramitar", "recoger", "Ana, ana@example.com", "tarjeta", "sí")
TOOLS: Final = ("add_to_cart", "set_delivery", "set_purchaser", "set_payment", "place_order")
CALLS: Final[dict[str, tuple[type, str]]] = {
    "effects.begin": (RedisEffects, "begin"),
    "effects.record": (RedisEffects, "record"),
    "orders.place": (SqlOrders, "place"),
    "orders.find": (SqlOrders, "find"),
    "orders.pay": (SqlOrders, "pay"),
    "confirm": (Toolbox, "confirm"),
}


@dataclass
class NotingPayments:
    """A provider that writes down each key it is asked with."""

    file: Path

    async def link(self, key: str, order: Order) -> Payment:
        with self.file.open("a") as lines:
            lines.write(f"{key}\n")
        total = order.draft.total_minor
        return Payment(
            order.payment.way, "due", total, order.draft.currency, key, f"https://pay.example/{order.number}"
        )


class BuyerRouter:
    """Knows what the six lines are about."""

    async def decide(self, request: RouteRequest) -> RouterDecision:
        wants = "sartenes" in request.turns[-1].text
        return decided("commerce", "how_to_order" if wants else "checkout")


def selling(url: str, folder: Path, die: str = "") -> AbstractContextManager[BaseProcess]:
    """Run a worker that dies `before` or `after` a call by name."""
    return doomed(_main, url, folder, die)


async def stock(folder: Path) -> None:
    """Make the records, and put the demo shop's products into them."""
    async with open_records(embedded_url(folder)) as engine:
        await stock_shop(demo(), SqlStock(engine), SqlOrders(engine), 0)


def _main(url: str, folder: Path, die: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if die:
        _rig(*die.split(" "))
    asyncio.run(_work(url, folder, die))


def _rig(when: str, name: str) -> None:
    if name in CALLS:
        kind, method = CALLS[name]
        setattr(kind, method, dying(getattr(kind, method), when))
        return
    use = Toolbox.use
    deadly = dying(use, when)

    async def run(box: Toolbox, tool: Any, asked: Any) -> Any:
        return await (deadly if tool.name == name else use)(box, tool, asked)

    Toolbox.use = run  # type: ignore[method-assign, assignment] # the rig


async def _work(url: str, folder: Path, die: str) -> None:
    async with open_records(embedded_url(folder)) as engine:
        payments = NotingPayments(folder / "payments")
        when, _, name = die.partition(" ")
        if name == "payments.link":
            payments.link = dying(payments.link, when)  # type: ignore[method-assign, assignment] # the rig
        counter = Counter(SqlOrders(engine), payments)
        await work(url, folder, LEASE_MS, _ports(counter))


def _ports(counter: Counter) -> Ports:
    plain = ports(router=ScriptedRouter(decided("info")))
    return replace(plain, clock=SystemClock(), router=BuyerRouter(), counter=counter, owners=owners(counter))
