"""What selling needs from outside."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from state.ids import ContactId, SessionId, TenantId
from state.paid import Received
from state.shop import Address, Order, OrderDraft, OrderStatus, Payment


class Orders(Protocol):
    """Orders and the stock they take from. Every write is one transaction."""

    async def stock(self, tenant: TenantId) -> dict[str, int]:
        """Return how many there are of each product on sale, by SKU."""
        ...

    async def place(self, draft: OrderDraft) -> Order:
        """Reserve the stock and record the order; with a key that is known, return the order that has it.

        Raises:
            OutOfStockError: there is too little of something; nothing was changed.
        """
        ...

    async def find(self, tenant: TenantId, number: str) -> Order | None:
        """Return the order with that number, whatever its case; who may see it is for the caller to decide."""
        ...

    async def latest(
        self, tenant: TenantId, *, session: SessionId | None = None, contact: ContactId | None = None, limit: int = 5
    ) -> list[Order]:
        """Return the newest orders of a session or of a contact, of both when both are given, newest first.

        With neither: the shop's newest.
        """
        ...

    async def of_person(self, tenant: TenantId, proof: str, limit: int = 5) -> list[Order]:
        """Return the newest orders made with an e-mail address or a phone number, newest first."""
        ...

    async def move(
        self, tenant: TenantId, number: str, to: OrderStatus, *, at: int, only: Collection[OrderStatus], note: str = ""
    ) -> Order:
        """Record that an order is at `to` now; a cancelled one gives its stock back. One that is there stays as it is.

        Raises:
            OrderNotFoundError: there is no such order.
            OrderClosedError: its status is none of `only`.
        """
        ...

    async def redirect(
        self, tenant: TenantId, number: str, address: Address, *, at: int, only: Collection[OrderStatus]
    ) -> Order:
        """Send an order elsewhere; raises as `move` does."""
        ...

    async def settle(self, tenant: TenantId, number: str, received: Received, *, at: int) -> Order:
        """Record that the money for an order arrived; of one that is paid nothing changes.

        Raises:
            OrderNotFoundError: there is no such order.
            PaymentMismatchError: it costs something else.
        """
        ...

    async def guesses(self, tenant: TenantId, number: str, wrong: Collection[str], *, at: int) -> int:
        """Note details that were said to be an order's and aren't; return how many there were within a day before `at`.

        Each counts once, whoever gave it and however often. A number that no order has is counted like any other.
        """
        ...

    async def pay(self, tenant: TenantId, number: str, payment: Payment) -> Order:
        """Record how an order is paid now; raises `OrderNotFoundError`."""
        ...


class Payments(Protocol):
    """Somebody who takes money, by a page that the customer opens."""

    async def link(self, key: str, order: Order) -> Payment:
        """Return the payment of an order, due at its `url`; the same key is the same payment.

        Raises:
            PaymentsError: there is no link now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Counter:
    """Where orders are placed and, with a provider, paid by link."""

    orders: Orders
    payments: Payments | None = None
