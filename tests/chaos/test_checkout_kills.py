"""A checkout whose worker is killed at one of its calls: there is exactly one order, and the customer is told of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from state.stores.records.database import embedded_url, open_records
from state.stores.records.orders import SqlOrders
from tests.chaos.counter import CALLS, LINES, TOOLS, selling, stock
from tests.chaos.desk import DEMO, Desk
from tests.chaos.store import Store
from tests.desk import demo
from tests.waiting import SOON_S

PAN = "PAN-NONST-28"
POINTS = [f"{when} {name}" for name in (*TOOLS, *CALLS, "payments.link") for when in ("before", "after")]
IN_CI = {"after orders.place", "before effects.record", "after payments.link"}


@pytest.fixture
async def desk(store: Store, tmp_path: Path) -> AsyncIterator[Desk]:
    async with Desk.open(store.url, tmp_path) as made:
        yield made


@pytest.mark.chaos
@pytest.mark.parametrize(
    "point", [pytest.param(one, marks=[pytest.mark.chaos_short] if one in IN_CI else []) for one in POINTS]
)
async def test_a_checkout_killed_there_places_one_order(desk: Desk, store: Store, point: str) -> None:
    await stock(desk.folder)

    with selling(store.url, desk.folder, point) as doomed:
        for line in LINES:
            await desk.say(line)
        doomed.join(SOON_S)
        assert doomed.exitcode == -9, f"{point} was never reached"
    with selling(store.url, desk.folder):
        ended = await desk.ended(len(LINES))
        await desk.at_rest()

    rows = await desk.rows()
    async with open_records(embedded_url(desk.folder)) as engine:
        orders = SqlOrders(engine)
        placed = await orders.latest(DEMO, session=desk.session)
        left = await orders.stock(DEMO)
    said = [row["text"] for row in rows if row["type"] == "message.final"][-1]
    assert [status for _, status in ended] == ["completed"] * len(LINES)
    assert [(order.draft.total_minor, order.status) for order in placed] == [(2 * 3290, "placed")]
    assert placed[0].number in said
    assert placed[0].payment.url == f"https://pay.example/{placed[0].number}"
    assert len(set((desk.folder / "payments").read_text().splitlines())) == 1
    assert left[PAN] == next(product.stock for product in demo().products if product.sku == PAN) - 2
