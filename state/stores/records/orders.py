"""Orders on SQL. Stock is taken in the transaction that places the order."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from sqlalchemy import insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from state.ids import ContactId, SessionId, TenantId
from state.paid import Received, paid
from state.shop import PHONE_DIGITS, Address, Order, OrderDraft, OrderStatus, Payment, phone_end
from state.stores.records.database import records_errors
from state.stores.records.order_changes import held, reserve, write_changes
from state.stores.records.order_guesses import count_guesses
from state.stores.records.order_rows import (
    customer_row,
    event_row,
    line_rows,
    order_row,
    payment_row,
    read_orders,
)
from state.stores.records.shop_tables import (
    CUSTOMERS,
    ORDER_EVENTS,
    ORDER_LINES,
    ORDER_NUMBERS,
    ORDERS,
    PAYMENTS,
    PRODUCTS,
)


class SqlOrders:
    """Orders and stock of every tenant; a tenant's stock is put there by `SqlStock` first."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    async def stock(self, tenant: TenantId) -> dict[str, int]:
        """Return how many there are of each product on sale, by SKU."""
        query = select(PRODUCTS.c.sku, PRODUCTS.c.stock).where(PRODUCTS.c.tenant == tenant, PRODUCTS.c.on_sale)
        with records_errors():
            async with self._engine.connect() as connection:
                return {row.sku: row.stock for row in (await connection.execute(query)).all()}

    async def place(self, draft: OrderDraft) -> Order:
        """Reserve the stock and record the order; with a key that is known, return the order that has it.

        The tenant's row of numbers is taken first: it makes who places orders wait for each other, and on SQLite it
        makes the transaction a writing one before anything is read.
        """
        with records_errors():
            async with self._engine.begin() as connection:
                number = await self._next_number(connection, draft.tenant)
                mine = (ORDERS.c.tenant == draft.tenant, ORDERS.c.key == draft.key)
                if before := await read_orders(connection, *mine, limit=1):
                    await connection.rollback()
                    return before[0]
                await reserve(connection, draft)
                order = Order.placed(number, draft)
                await self._write(connection, order)
                return order

    async def find(self, tenant: TenantId, number: str) -> Order | None:
        """Return the order with that number, whatever its case."""
        with records_errors():
            async with self._engine.connect() as connection:
                found = await read_orders(
                    connection, ORDERS.c.tenant == tenant, ORDERS.c.number == number.upper(), limit=1
                )
        return found[0] if found else None

    async def latest(
        self, tenant: TenantId, *, session: SessionId | None = None, contact: ContactId | None = None, limit: int = 5
    ) -> list[Order]:
        """Return the newest orders of a session or of a contact, of both when both are given, newest first."""
        whose = [
            *([ORDERS.c.session == session] if session else []),
            *([ORDERS.c.contact == contact] if contact else []),
        ]
        wanted = [ORDERS.c.tenant == tenant, *([or_(*whose)] if whose else [])]
        with records_errors():
            async with self._engine.connect() as connection:
                return await read_orders(connection, *wanted, limit=limit)

    async def of_person(self, tenant: TenantId, proof: str, limit: int = 5) -> list[Order]:
        """Return the newest orders made with an e-mail address or a phone number, newest first."""
        end = phone_end(proof)
        if "@" not in proof and len(end) < PHONE_DIGITS:
            return []
        same = ORDERS.c.email == proof.casefold() if "@" in proof else ORDERS.c.phone_end == end
        with records_errors():
            async with self._engine.connect() as connection:
                return await read_orders(connection, ORDERS.c.tenant == tenant, same, limit=limit)

    async def move(
        self, tenant: TenantId, number: str, to: OrderStatus, *, at: int, only: Collection[OrderStatus], note: str = ""
    ) -> Order:
        """Record that an order is at `to` now; a cancelled one gives its stock back."""
        return await self._changed(tenant, number, lambda order: order.moved(to, at, only, note))

    async def redirect(
        self, tenant: TenantId, number: str, address: Address, *, at: int, only: Collection[OrderStatus]
    ) -> Order:
        """Send an order elsewhere."""
        return await self._changed(tenant, number, lambda order: order.redirected(address, at, only))

    async def pay(self, tenant: TenantId, number: str, payment: Payment) -> Order:
        """Record how an order is paid now."""
        return await self._changed(tenant, number, lambda order: replace(order, payment=payment))

    async def settle(self, tenant: TenantId, number: str, received: Received, *, at: int) -> Order:
        """Record that the money for an order arrived."""
        return await self._changed(tenant, number, lambda order: paid(order, received, at))

    async def guesses(self, tenant: TenantId, number: str, wrong: Collection[str], *, at: int) -> int:
        """Note details that aren't an order's; return how many there were within a day before `at`."""
        with records_errors():
            async with self._engine.begin() as connection:
                return await count_guesses(connection, self._insert, tenant, number, wrong, at=at)

    async def _changed(self, tenant: TenantId, number: str, change: Callable[[Order], Order]) -> Order:
        with records_errors():
            async with self._engine.begin() as connection:
                before = await held(connection, tenant, number)
                after = change(before)
                await write_changes(connection, before, after)
                return after

    async def record(self, tenant: TenantId, orders: Sequence[Order], after: int, prefix: str) -> None:
        """Write down orders that were made elsewhere, none twice; the next number is above `after`."""
        first = self._insert(ORDER_NUMBERS).values(tenant=tenant, prefix=prefix, last=after)
        with records_errors():
            async with self._engine.begin() as connection:
                await connection.execute(first.on_conflict_do_nothing())
                await connection.execute(
                    update(ORDER_NUMBERS).where(ORDER_NUMBERS.c.tenant == tenant).values(prefix=prefix)
                )
                for order in orders:
                    same = (ORDERS.c.tenant == tenant, ORDERS.c.number == order.number)
                    if not await read_orders(connection, *same, limit=1):
                        await self._write(connection, order)

    async def _next_number(self, connection: AsyncConnection, tenant: TenantId) -> str:
        first = self._insert(ORDER_NUMBERS).values(tenant=tenant, prefix="A-", last=1001)
        following = first.on_conflict_do_update(
            index_elements=["tenant"], set_={"last": ORDER_NUMBERS.c.last + 1}
        ).returning(ORDER_NUMBERS.c.prefix, ORDER_NUMBERS.c.last)
        row = (await connection.execute(following)).one()
        return f"{row.prefix}{row.last}"

    async def _write(self, connection: AsyncConnection, order: Order) -> None:
        draft = order.draft
        customer = self._insert(CUSTOMERS).values(customer_row(draft))
        changed = {name: customer.excluded[name] for name in ("name", "email", "phone")}
        await connection.execute(customer.on_conflict_do_update(index_elements=["tenant", "id"], set_=changed))
        await connection.execute(insert(ORDERS).values(order_row(order)))
        await connection.execute(insert(ORDER_LINES), line_rows(order))
        await connection.execute(insert(PAYMENTS).values(payment_row(draft.tenant, order.number, order.payment)))
        events = [event_row(draft.tenant, order.number, place, event) for place, event in enumerate(order.history)]
        await connection.execute(insert(ORDER_EVENTS), events)
