"""In-memory twin of orders and stock, for unit tests."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from state.ids import ContactId, SessionId, TenantId
from state.paid import Received, paid
from state.shop import (
    GUESSES_KEPT_MS,
    PHONE_DIGITS,
    Address,
    OnSale,
    Order,
    OrderDraft,
    OrderNotFoundError,
    OrderStatus,
    OutOfStockError,
    Payment,
    phone_end,
)


class MemoryOrders:
    """Orders and stock of every tenant; also what `SqlStock` does."""

    def __init__(self) -> None:
        self._stock: dict[TenantId, dict[str, int]] = {}
        self._on_sale: dict[TenantId, set[str]] = {}
        self._orders: dict[tuple[TenantId, str], Order] = {}
        self._guesses: dict[tuple[TenantId, str], dict[str, int]] = {}
        self._last: dict[TenantId, tuple[str, int]] = {}

    async def synchronise(self, tenant: TenantId, products: Sequence[OnSale]) -> None:
        """Put new products in with their stock and take off those that are gone."""
        stock = self._stock.setdefault(tenant, {})
        for product in products:
            stock.setdefault(product.sku, product.stock)
        self._on_sale[tenant] = {product.sku for product in products}

    async def set(self, tenant: TenantId, sku: str, stock: int) -> bool:
        """Say how many there are of a product; False when it isn't known."""
        known = sku in self._stock.get(tenant, {})
        if known:
            self._stock[tenant][sku] = stock
        return known

    async def stock(self, tenant: TenantId) -> dict[str, int]:
        """Return how many there are of each product on sale, by SKU."""
        on_sale = self._on_sale.get(tenant, set())
        return {sku: left for sku, left in self._stock.get(tenant, {}).items() if sku in on_sale}

    async def place(self, draft: OrderDraft) -> Order:
        """Reserve the stock and record the order; with a key that is known, return the order that has it."""
        for order in self._orders.values():
            if (order.draft.tenant, order.draft.key) == (draft.tenant, draft.key):
                return order
        left = await self.stock(draft.tenant)
        for line in draft.lines:
            left[line.sku] = left.get(line.sku, 0) - line.quantity
        wanted = {line.sku for line in draft.lines}
        if any(left[sku] < 0 for sku in wanted):
            there = await self.stock(draft.tenant)
            raise OutOfStockError({sku: there.get(sku, 0) for sku in wanted if left[sku] < 0})
        self._stock[draft.tenant] |= left
        prefix, last = self._last.get(draft.tenant, ("A-", 1000))
        self._last[draft.tenant] = (prefix, last + 1)
        return self._kept(Order.placed(f"{prefix}{last + 1}", draft))

    async def find(self, tenant: TenantId, number: str) -> Order | None:
        """Return the order with that number, whatever its case."""
        return self._orders.get((tenant, number.upper()))

    async def latest(
        self, tenant: TenantId, *, session: SessionId | None = None, contact: ContactId | None = None, limit: int = 5
    ) -> list[Order]:
        """Return the newest orders of a session or of a contact, of both when both are given, newest first."""

        def wanted(order: Order) -> bool:
            of_session = session is not None and order.draft.session == session
            of_contact = contact is not None and order.draft.buyer.contact == contact
            return of_session or of_contact or (session is None and contact is None)

        return self._newest(tenant, wanted, limit)

    async def of_person(self, tenant: TenantId, proof: str, limit: int = 5) -> list[Order]:
        """Return the newest orders made with an e-mail address or a phone number, newest first."""
        end = phone_end(proof)

        def wanted(order: Order) -> bool:
            buyer = order.draft.buyer
            if "@" in proof:
                return buyer.email.casefold() == proof.casefold()
            return len(end) == PHONE_DIGITS and phone_end(buyer.phone) == end

        return self._newest(tenant, wanted, limit)

    async def move(
        self, tenant: TenantId, number: str, to: OrderStatus, *, at: int, only: Collection[OrderStatus], note: str = ""
    ) -> Order:
        """Record that an order is at `to` now; a cancelled one gives its stock back."""
        before = self._held(tenant, number)
        after = before.moved(to, at, only, note)
        if after.status == "cancelled" != before.status:
            for line in after.draft.lines:
                self._stock[tenant][line.sku] = self._stock[tenant].get(line.sku, 0) + line.quantity
        return self._kept(after)

    async def redirect(
        self, tenant: TenantId, number: str, address: Address, *, at: int, only: Collection[OrderStatus]
    ) -> Order:
        """Send an order elsewhere."""
        return self._kept(self._held(tenant, number).redirected(address, at, only))

    async def pay(self, tenant: TenantId, number: str, payment: Payment) -> Order:
        """Record how an order is paid now."""
        return self._kept(replace(self._held(tenant, number), payment=payment))

    async def settle(self, tenant: TenantId, number: str, received: Received, *, at: int) -> Order:
        """Record that the money for an order arrived."""
        return self._kept(paid(self._held(tenant, number), received, at))

    async def guesses(self, tenant: TenantId, number: str, wrong: Collection[str], *, at: int) -> int:
        """Note details that aren't an order's; return how many there were within a day before `at`."""
        known = self._guesses.setdefault((tenant, number), {})
        for detail in wrong:
            known.setdefault(detail, at)
        return sum(noted >= at - GUESSES_KEPT_MS for noted in known.values())

    async def record(self, tenant: TenantId, orders: Sequence[Order], after: int, prefix: str) -> None:
        """Write down orders that were made elsewhere, none twice; the next number is above `after`."""
        self._last.setdefault(tenant, (prefix, after))
        for order in orders:
            self._orders.setdefault((tenant, order.number), order)

    def _held(self, tenant: TenantId, number: str) -> Order:
        found = self._orders.get((tenant, number.upper()))
        if found is None:
            raise OrderNotFoundError(number)
        return found

    def _kept(self, order: Order) -> Order:
        self._orders[order.draft.tenant, order.number] = order
        return order

    def _newest(self, tenant: TenantId, wanted: Callable[[Order], bool], limit: int) -> list[Order]:
        mine = [order for (owner, _), order in self._orders.items() if owner == tenant and wanted(order)]
        return sorted(mine, key=lambda order: (order.draft.at, order.number), reverse=True)[:limit]
