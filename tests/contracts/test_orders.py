"""What every store of orders must do, on every database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from nodes.shop.ports import Orders
from state.ids import ContactId, SessionId, TenantId
from state.paid import PaymentMismatchError, Received
from state.shop import (
    OPEN,
    Address,
    Buyer,
    OnSale,
    Order,
    OrderClosedError,
    OrderDraft,
    OrderedProduct,
    OrderNotFoundError,
    OutOfStockError,
    Payment,
)
from state.stores.records.database import embedded_url, open_records
from state.stores.records.memory_shop import MemoryOrders
from state.stores.records.orders import SqlOrders
from state.stores.records.stock import SqlStock
from state.stores.records.tables import METADATA

SHOP = TenantId("shop")
SESSION = SessionId("ses_1")
HOME = Address("Calle Mayor 3", "28013", "Madrid")


class Stock(Protocol):
    async def synchronise(self, tenant: TenantId, products: list[OnSale]) -> None: ...

    async def set(self, tenant: TenantId, sku: str, stock: int) -> bool: ...


@asynccontextmanager
async def emptied(url: str) -> AsyncIterator[AsyncEngine]:
    async with open_records(url) as opened:
        async with opened.begin() as connection:
            for table in METADATA.tables.values():
                await connection.execute(table.delete())
        yield opened


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def both(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Orders, Stock]]:
    if request.param == "memory":
        memory = MemoryOrders()
        yield memory, memory
        return
    async with emptied(request.getfixturevalue(f"{request.param}_url")) as engine:
        yield SqlOrders(engine), SqlStock(engine)


@pytest.fixture
async def orders(both: tuple[Orders, Stock]) -> Orders:
    kept, stock = both
    await stock.synchronise(
        SHOP, [OnSale("PAN-1", "Sartén", 3290, "EUR", 5), OnSale("TEA-1", "Tetera", 4590, "EUR", 1)]
    )
    return kept


def draft(key: str = "k1", pans: int = 2, teapots: int = 0, **changes: object) -> OrderDraft:
    lines = [OrderedProduct("PAN-1", "Sartén", pans, 3290), OrderedProduct("TEA-1", "Tetera", teapots, 4590)]
    made = OrderDraft(
        key=key,
        tenant=SHOP,
        session=SESSION,
        buyer=Buyer("Ana", "Ana@Example.com", "+34 600 111 222", ContactId("con_1")),
        locale="es",
        lines=[line for line in lines if line.quantity],
        method="delivery",
        delivery_minor=495,
        currency="EUR",
        way="transfer",
        at=1000,
        zone="peninsula",
        address=HOME,
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of the draft


async def test_a_placed_order_comes_back_whole_with_its_stock_taken(orders: Orders) -> None:
    placed = await orders.place(draft(pans=2, teapots=1))

    found = await orders.find(SHOP, placed.number.lower())

    assert found is not None
    assert (found.status, found.draft.total_minor, found.draft.address) == ("placed", 2 * 3290 + 4590 + 495, HOME)
    assert found.draft.lines == draft(pans=2, teapots=1).lines
    assert found.payment == Payment("transfer", "due", found.draft.total_minor, "EUR")
    assert [event.status for event in found.history] == ["placed"]
    assert await orders.stock(SHOP) == {"PAN-1": 3, "TEA-1": 0}


async def test_one_key_is_one_order_also_when_it_is_placed_at_the_same_time(orders: Orders) -> None:
    placed = await asyncio.gather(*(orders.place(draft("same")) for _ in range(4)))

    assert len({order.number for order in placed}) == 1
    assert await orders.stock(SHOP) == {"PAN-1": 3, "TEA-1": 1}
    assert len(await orders.latest(SHOP)) == 1


async def test_the_last_one_is_sold_once(orders: Orders) -> None:
    tried = await asyncio.gather(
        *(orders.place(draft(f"k{n}", pans=0, teapots=1)) for n in range(4)), return_exceptions=True
    )

    assert sum(isinstance(one, Order) for one in tried) == 1
    assert [one.left for one in tried if isinstance(one, OutOfStockError)] == [{"TEA-1": 0}] * 3
    assert (await orders.stock(SHOP))["TEA-1"] == 0


async def test_an_order_that_lacks_something_takes_nothing(orders: Orders) -> None:
    with pytest.raises(OutOfStockError) as refused:
        await orders.place(draft(pans=2, teapots=2))

    assert refused.value.left == {"TEA-1": 1}
    assert await orders.stock(SHOP) == {"PAN-1": 5, "TEA-1": 1}
    assert await orders.latest(SHOP) == []


async def test_numbers_go_on_and_orders_are_found_by_session_contact_and_person(orders: Orders) -> None:
    first = await orders.place(draft("k1", pans=1))
    other = replace(draft("k2", pans=1, at=2000), session=SessionId("ses_2"), buyer=Buyer("Bo", "b@x.example"))
    second = await orders.place(other)

    assert int(second.number[2:]) == int(first.number[2:]) + 1
    assert [one.number for one in await orders.latest(SHOP)] == [second.number, first.number]
    assert [one.number for one in await orders.latest(SHOP, session=SessionId("ses_2"))] == [second.number]
    assert [one.number for one in await orders.latest(SHOP, contact=ContactId("con_1"))] == [first.number]
    assert [one.number for one in await orders.of_person(SHOP, "ANA@example.com")] == [first.number]
    assert [one.number for one in await orders.of_person(SHOP, "600 11 12 22")] == [first.number]
    assert await orders.of_person(SHOP, "222") == []


async def test_no_tenant_sees_the_orders_of_another(orders: Orders) -> None:
    placed = await orders.place(draft())

    assert await orders.find(TenantId("other"), placed.number) is None
    assert await orders.latest(TenantId("other"), session=SESSION) == []
    assert await orders.of_person(TenantId("other"), "ana@example.com") == []


async def test_a_cancelled_order_gives_its_stock_back_once_and_its_history_says_why(orders: Orders) -> None:
    placed = await orders.place(draft(pans=2))
    await orders.move(SHOP, placed.number, "paid", at=2000, only=OPEN)

    cancelled = await orders.move(SHOP, placed.number, "cancelled", at=3000, only=OPEN, note="customer")
    again = await orders.move(SHOP, placed.number, "cancelled", at=4000, only=OPEN, note="customer")

    assert await orders.stock(SHOP) == {"PAN-1": 5, "TEA-1": 1}
    assert [(event.status, event.note) for event in cancelled.history] == [
        ("placed", ""),
        ("paid", ""),
        ("cancelled", "customer"),
    ]
    assert cancelled.payment.status == "refund_due"
    assert again == cancelled == await orders.find(SHOP, placed.number)


async def test_what_has_left_the_shop_is_neither_cancelled_nor_sent_elsewhere(orders: Orders) -> None:
    placed = await orders.place(draft())
    await orders.move(SHOP, placed.number, "shipped", at=2000, only=OPEN)

    with pytest.raises(OrderClosedError):
        await orders.move(SHOP, placed.number, "cancelled", at=3000, only=OPEN)
    with pytest.raises(OrderClosedError):
        await orders.redirect(SHOP, placed.number, Address("Otra 1", "28001", "Madrid"), at=3000, only=OPEN)
    with pytest.raises(OrderNotFoundError):
        await orders.move(SHOP, "A-1", "cancelled", at=3000, only=OPEN)


async def test_an_open_order_is_sent_elsewhere_and_paid_by_link(orders: Orders) -> None:
    placed = await orders.place(draft())
    link = Payment("link", "due", placed.draft.total_minor, "EUR", "pay_1", "https://pay.example/1")

    await orders.redirect(SHOP, placed.number, Address("Otra 1", "28001", "Madrid"), at=3000, only=OPEN)
    await orders.pay(SHOP, placed.number, link)

    found = await orders.find(SHOP, placed.number)
    assert found is not None
    assert found.draft.address == Address("Otra 1", "28001", "Madrid")
    assert (found.payment, found.history[-1].note) == (link, "address")


async def test_the_stock_is_the_records_own_once_a_product_is_known(both: tuple[Orders, Stock]) -> None:
    orders, stock = both
    await stock.synchronise(SHOP, [OnSale("PAN-1", "Sartén", 3290, "EUR", 5), OnSale("OLD-1", "Viejo", 1, "EUR", 9)])
    await orders.place(draft(pans=2))

    await stock.synchronise(SHOP, [OnSale("PAN-1", "Sartén", 3490, "EUR", 5), OnSale("NEW-1", "Nuevo", 1, "EUR", 7)])

    assert await orders.stock(SHOP) == {"PAN-1": 3, "NEW-1": 7}
    assert await stock.set(SHOP, "PAN-1", 8)
    assert not await stock.set(SHOP, "NO-1", 8)
    assert (await orders.stock(SHOP))["PAN-1"] == 8


async def test_signs_a_database_can_not_keep_cost_no_order(orders: Orders) -> None:
    odd = replace(draft(), buyer=Buyer("A\0na" * 100, "a@x.example"))

    placed = await orders.place(odd)

    assert await orders.find(SHOP, placed.number) is not None


async def test_orders_of_before_are_there_once_and_numbers_go_on_above_them(tmp_path: Path) -> None:
    async with open_records(embedded_url(tmp_path)) as engine:
        orders, stock = SqlOrders(engine), SqlStock(engine)
        await stock.synchronise(SHOP, [OnSale("PAN-1", "Sartén", 3290, "EUR", 5)])
        earlier = Order.placed("B-5512", draft("seed"))

        await orders.record(SHOP, [earlier], 5600, "B-")
        await orders.record(SHOP, [earlier], 5600, "B-")
        placed = await orders.place(draft("k1"))

        assert placed.number == "B-5601"
        assert len(await orders.latest(SHOP)) == 2


async def test_wrong_details_count_once_each_for_a_day_and_for_their_order_alone(orders: Orders) -> None:
    day = 86_400_000

    for at, wrong in enumerate((["a@b.example"], ["a@b.example", "600111222"], ["c@b.example"])):
        await orders.guesses(SHOP, "A-5512", wrong, at=day + at)

    assert await orders.guesses(SHOP, "A-5512", [], at=day + 3) == 3
    assert await orders.guesses(SHOP, "A-5513", [], at=day + 3) == 0
    assert await orders.guesses(TenantId("other"), "A-5512", [], at=day + 3) == 0
    assert await orders.guesses(SHOP, "A-5512", ["d@b.example"], at=2 * day + 2) == 2


async def test_the_money_for_an_order_is_recorded_once_and_only_if_it_is_what_it_costs(orders: Orders) -> None:
    placed = await orders.place(draft())
    whole = Received("pay_1", placed.draft.total_minor, "EUR")

    await asyncio.gather(*(orders.settle(SHOP, placed.number, whole, at=2000 + n) for n in range(3)))
    with pytest.raises(PaymentMismatchError):
        await orders.settle(SHOP, placed.number, Received("pay_2", 1, "EUR"), at=3000)

    found = await orders.find(SHOP, placed.number)
    assert found is not None
    assert (found.status, found.payment.status, found.payment.reference) == ("paid", "paid", "pay_1")
    assert [event.status for event in found.history] == ["placed", "paid"]
