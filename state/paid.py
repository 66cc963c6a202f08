"""Money that arrived for an order: what it makes of the order, and when it isn't taken for it."""

from dataclasses import dataclass, replace
from typing import ClassVar

from state.errors import NotDoneError
from state.shop import Order, OrderEvent, OrderStatus, PaymentStatus


@dataclass(frozen=True, slots=True)
class Received:
    """A payment as somebody tells it; `reference` is the provider's name of it, amounts are whole minor units.

    Without an amount it is the whole order's, as when a person has looked at the account; `note` says who and where.
    """

    reference: str = ""
    amount_minor: int | None = None
    currency: str = ""
    note: str = ""


class PaymentMismatchError(NotDoneError):
    """Another amount, or another currency, than the order costs; nothing was recorded."""

    code: ClassVar[str] = "payment_mismatch"

    def __init__(self, order: Order, received: Received) -> None:
        due, said = order.payment, f"{received.amount_minor} {received.currency[:8]}".strip()
        super().__init__(
            f"{said} arrived for order {order.number!r}, which costs {due.amount_minor} {due.currency} (minor units).",
            hint="A person has to look at it; `laneway orders move NUMBER paid` records it all the same.",
        )


def paid(order: Order, received: Received, at: int) -> Order:
    """Return the order once it is paid; the same when it was before.

    One that waited for the money is `paid`, one that went on stays where it is; of a cancelled one it is to be given
    back. Raises `PaymentMismatchError`.
    """
    due = order.payment
    if received.amount_minor is not None and (received.amount_minor, received.currency) != (
        due.amount_minor,
        due.currency,
    ):
        raise PaymentMismatchError(order, received)
    if due.status in {"paid", "refund_due"}:
        return order
    became: PaymentStatus = "refund_due" if order.status == "cancelled" else "paid"
    status: OrderStatus = "paid" if order.status == "placed" else order.status
    payment = replace(due, status=became, reference=received.reference or due.reference)
    said = filter(None, ("payment", received.reference, received.note))
    event = OrderEvent(status, at, " ".join(said)[:255])
    return replace(order, status=status, payment=payment, history=[*order.history, event])
