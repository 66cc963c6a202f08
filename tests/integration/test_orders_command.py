"""`laneway orders` on the records of a shop that is not running."""

import asyncio
from pathlib import Path

from state.ids import TenantId
from state.stores.records.database import embedded_url, open_records
from state.stores.records.orders import SqlOrders
from tests.chaos.counter import stock
from tests.forked import laneway

DEMO = TenantId("demo")


async def there_are(folder: Path, sku: str) -> int:
    async with open_records(embedded_url(folder)) as engine:
        return (await SqlOrders(engine).stock(DEMO))[sku]


def test_an_operator_sees_orders_moves_them_on_and_sets_the_stock(tmp_path: Path) -> None:
    asyncio.run(stock(tmp_path))

    listed = laneway(tmp_path, "orders", "ls")
    moved = laneway(tmp_path, "orders", "move", "a-5540", "shipped", "--note", "courier 7")
    shown = laneway(tmp_path, "orders", "show", "A-5540")
    back = laneway(tmp_path, "orders", "move", "A-5540", "placed")
    below = laneway(tmp_path, "orders", "stock", "TEA-IRON-08", "-4")
    closed = laneway(tmp_path, "orders", "move", "A-1", "shipped")
    counted = laneway(tmp_path, "orders", "stock", "TEA-IRON-08", "42")

    assert "A-5512" in listed.stdout
    assert "77.70 EUR" in listed.stdout
    assert moved.stdout == "A-5540 is shipped.\n"
    assert (back.returncode, "From shipped it can become delivered, cancelled." in back.stderr) == (1, True)
    assert (below.returncode, "can't be below 0" in below.stderr) == (1, True)
    assert "courier 7" in shown.stdout
    assert (closed.returncode, "No order 'A-1'" in closed.stderr) == (1, True)
    assert counted.stdout == "TEA-IRON-08: 42.\n"
    assert asyncio.run(there_are(tmp_path, "TEA-IRON-08")) == 42
