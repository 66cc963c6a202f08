"""What placing and changing an order writes, within a transaction."""

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from state.ids import TenantId
from state.shop import Order, OrderDraft, OrderNotFoundError, OutOfStockError
from state.stores.records.order_rows import address_row, event_row, payment_row, read_orders
from state.stores.records.shop_tables import ORDER_EVENTS, ORDERS, PAYMENTS, PRODUCTS


async def reserve(connection: AsyncConnection, draft: OrderDraft) -> None:
    """Take the draft's products out of the stock; raises `OutOfStockError` naming all that there is too little of.

    Products are taken in the order of their SKUs, so that two transactions never wait for each other in a circle.
    """
    wanted: dict[str, int] = {}
    for line in draft.lines:
        wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
    short: dict[str, int] = {}
    for sku, quantity in sorted(wanted.items()):
        one = (PRODUCTS.c.tenant == draft.tenant, PRODUCTS.c.sku == sku, PRODUCTS.c.on_sale)
        taking = update(PRODUCTS).where(*one, PRODUCTS.c.stock >= quantity)
        taken = await connection.execute(taking.values(stock=PRODUCTS.c.stock - quantity))
        if taken.rowcount == 0:
            short[sku] = (await connection.execute(select(PRODUCTS.c.stock).where(*one))).scalar() or 0
    if short:
        raise OutOfStockError(short)


async def held(connection: AsyncConnection, tenant: TenantId, number: str) -> Order:
    """Return an order that nobody else changes until the transaction ends; raises `OrderNotFoundError`."""
    mine = (ORDERS.c.tenant == tenant, ORDERS.c.number == number.upper())
    await connection.execute(update(ORDERS).where(*mine).values(status=ORDERS.c.status))
    found = await read_orders(connection, *mine, limit=1)
    if not found:
        raise OrderNotFoundError(number)
    return found[0]


async def write_changes(connection: AsyncConnection, before: Order, after: Order) -> None:
    """Write down what `after` has that `before` hadn't; a cancelled order's products go back into the stock."""
    tenant, number = after.draft.tenant, after.number
    if (before.status, before.draft.address) != (after.status, after.draft.address):
        mine = (ORDERS.c.tenant == tenant, ORDERS.c.number == number)
        await connection.execute(
            update(ORDERS).where(*mine).values(status=after.status, **address_row(after.draft.address))
        )
    if before.payment != after.payment:
        paying = update(PAYMENTS).where(PAYMENTS.c.tenant == tenant, PAYMENTS.c.number == number)
        await connection.execute(paying.values(payment_row(tenant, number, after.payment)))
    known = len(before.history)
    for place, event in enumerate(after.history[known:], known):
        await connection.execute(insert(ORDER_EVENTS).values(event_row(tenant, number, place, event)))
    if after.status == "cancelled" != before.status:
        await _give_back(connection, after)


async def _give_back(connection: AsyncConnection, order: Order) -> None:
    for line in sorted(order.draft.lines, key=lambda line: line.sku):
        one = (PRODUCTS.c.tenant == order.draft.tenant, PRODUCTS.c.sku == line.sku)
        await connection.execute(update(PRODUCTS).where(*one).values(stock=PRODUCTS.c.stock + line.quantity))
