"""Orders as the shop keeps them: what was bought, by whom, what became of it. Money is whole minor units."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, Literal, Self

from state.errors import NotDoneError
from state.ids import ContactId, SessionId, TenantId

OrderStatus = Literal["placed", "paid", "preparing", "ready", "shipped", "delivered", "cancelled"]
Method = Literal["delivery", "pickup"]
PaymentStatus = Literal["due", "paid", "refund_due", "cancelled"]
OPEN: Final[frozenset[OrderStatus]] = frozenset({"placed", "paid", "preparing"})
"""Nothing has left the shop yet."""
COMES_FROM: Final[dict[OrderStatus, frozenset[OrderStatus]]] = {
    "paid": frozenset({"placed"}),
    "preparing": frozenset({"placed", "paid"}),
    "ready": OPEN,
    "shipped": OPEN | {"ready"},
    "delivered": OPEN | {"ready", "shipped"},
    "cancelled": OPEN | {"ready", "shipped"},
}
"""The statuses from which an order gets to each: on, steps may be left out, and never back."""


def follows(status: OrderStatus) -> list[OrderStatus]:
    """Return what an order can become next; nothing once it is delivered or cancelled."""
    return [to for to, before in COMES_FROM.items() if status in before]


PHONE_DIGITS: Final = 9
"""Digits of a phone number that are compared, from its end: with or without a country's prefix it is the same phone."""

GUESSES_KEPT_MS: Final = 86_400_000
"""For how long wrong details of an order count."""


def phone_end(phone: str) -> str:
    """Return the digits of a phone number that tell it apart."""
    return "".join(filter(str.isdigit, phone))[-PHONE_DIGITS:]


@dataclass(frozen=True, slots=True)
class OnSale:
    """A product of the catalogue as the records keep it; `stock` is how many there are when it is new to them."""

    sku: str
    name: str
    price_minor: int
    currency: str
    stock: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where an order goes."""

    street: str
    postcode: str
    city: str

    @property
    def line(self) -> str:
        """The address on one line."""
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.city}".strip()) if part)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys; `contact` is who the channel says is writing, where it knows."""

    name: str = ""
    email: str = ""
    phone: str = ""
    contact: ContactId | None = None


@dataclass(frozen=True, slots=True)
class OrderedProduct:
    """One line of an order; `price_minor` is what one costs."""

    sku: str
    name: str
    quantity: int
    price_minor: int

    @property
    def total_minor(self) -> int:
        """What the line costs."""
        return self.quantity * self.price_minor


@dataclass(frozen=True, slots=True)
class Payment:
    """How an order is paid; `url` is where, `reference` is the provider's name of it."""

    way: str
    status: PaymentStatus
    amount_minor: int
    currency: str
    reference: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """Something that became of an order; `at` is milliseconds since 1970 UTC."""

    status: OrderStatus
    at: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order to be placed. `key` is its own: the same key is the same order, whoever asks and how often."""

    key: str
    tenant: TenantId
    session: SessionId
    buyer: Buyer
    locale: str
    lines: list[OrderedProduct]
    method: Method
    delivery_minor: int
    currency: str
    way: str
    at: int
    zone: str = ""
    address: Address | None = None

    @property
    def items_minor(self) -> int:
        """What the products cost together."""
        return sum(line.total_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.items_minor + self.delivery_minor


@dataclass(frozen=True, slots=True)
class Order:
    """An order on record; `history` begins with its placing."""

    number: str
    draft: OrderDraft
    status: OrderStatus
    payment: Payment
    history: list[OrderEvent] = field(default_factory=list)

    @classmethod
    def placed(cls, number: str, draft: OrderDraft) -> Self:
        """Return an order that has just been placed, its payment due."""
        due = Payment(draft.way, "due", draft.total_minor, draft.currency)
        return cls(number, draft, "placed", due, [OrderEvent("placed", draft.at)])

    @property
    def open(self) -> bool:
        """Whether nothing has left the shop yet, so that it can be changed and cancelled."""
        return self.status in OPEN

    def moved(self, to: OrderStatus, at: int, only: Collection[OrderStatus], note: str = "") -> Self:
        """Return the order at `to`; of a cancelled one what was paid is to be given back, and nothing is due.

        Raises:
            OrderClosedError: its status is none of `only`.
        """
        if self.status == to:
            return self
        self.check(only)
        payment = self.payment
        if to == "cancelled":
            payment = replace(payment, status="refund_due" if payment.status == "paid" else "cancelled")
        elif to == "paid":
            payment = replace(payment, status="paid")
        return replace(self, status=to, payment=payment, history=[*self.history, OrderEvent(to, at, note)])

    def redirected(self, address: Address, at: int, only: Collection[OrderStatus]) -> Self:
        """Return the order with another address; raises `OrderClosedError`."""
        if self.draft.address == address:
            return self
        self.check(only)
        draft = replace(self.draft, address=address)
        return replace(self, draft=draft, history=[*self.history, OrderEvent(self.status, at, "address")])

    def check(self, only: Collection[OrderStatus]) -> None:
        """Raise `OrderClosedError` where the status is none of `only`."""
        if self.status not in only:
            raise OrderClosedError(self.number, self.status, only)


class OutOfStockError(NotDoneError):
    """There is less of a product than an order wants; nothing was reserved.

    Attributes:
        left: what there is of each product that there isn't enough of, by SKU.
    """

    code: ClassVar[str] = "out_of_stock"

    def __init__(self, left: dict[str, int]) -> None:
        super().__init__(f"There is not enough of {', '.join(sorted(left))}.", hint="Order fewer, or another product.")
        self.left = left


class NotReadyError(NotDoneError):
    """An order that lacks something before it can be placed."""

    code: ClassVar[str] = "not_ready"

    def __init__(self, lacks: str) -> None:
        super().__init__(f"The order lacks {lacks}.", hint="Ask the customer for it first.")


class OrderNotFoundError(NotDoneError):
    """No such order."""

    code: ClassVar[str] = "order_not_found"

    def __init__(self, number: str) -> None:
        super().__init__(f"No order {number[:32]!r}.", hint="`laneway orders ls` lists the latest ones.")


class OrderClosedError(NotDoneError):
    """An order that is too far on for what was to be done with it."""

    code: ClassVar[str] = "order_closed"

    def __init__(self, number: str, status: OrderStatus, wanted: Collection[OrderStatus]) -> None:
        super().__init__(
            f"Order {number!r} is {status}; it would have to be {' or '.join(sorted(wanted))}.",
            hint="Ask the shop: a person may still be able to do it.",
        )
        self.status = status


class PaymentsError(NotDoneError):
    """The payment provider gave no link; asking again with the same key gives one link at most."""

    code: ClassVar[str] = "payments_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The payment provider gave no link: {reason}.", hint="The order stands; ask again later.")
