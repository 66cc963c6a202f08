"""The order that a customer talks about, and whether it is theirs."""

from dataclasses import dataclass

from nodes.lanes.helping.numbers import order_in
from nodes.ownership import Customer
from nodes.ports import Ports
from nodes.shop.ownership import claimed, email_in, orders_without_number, phone_in
from nodes.shop.ports import Counter
from state.conversation import Conversation
from state.ids import TenantId
from state.shop import Order


@dataclass(frozen=True, slots=True)
class Meant:
    """The order that is meant, as far as it can be told.

    `number` was said, now or before. `order` is theirs; None as well where nothing says that it is, or where it is
    `locked` after too many wrong details.
    """

    number: str | None = None
    order: Order | None = None
    locked: bool = False


def claims_in(text: str) -> dict[str, str]:
    """Return the e-mail and the phone that `text` gives, as slots."""
    found = {"email": email_in(text), "phone": phone_in(text)}
    return {key: value for key, value in found.items() if value}


async def meant_order(state: Conversation, ports: Ports, slots: dict[str, str], *, asked: bool) -> Meant:
    """Return the order a message is about: the one it names, else the one talked of, else the customer's only one.

    A number that was asked for and is given takes the place of an older one, whatever its shape.
    """
    text = state["turns"][-1].text
    said = order_in(text, asked=asked and not claims_in(text))
    number = said or slots.get("order")
    if ports.counter is None:
        return Meant(number)
    customer = Customer.of({**state, "slots": slots})
    if number is None:
        own = await orders_without_number(ports.counter.orders, customer)
        return Meant(own[0].number, own[0]) if len(own) == 1 else Meant()
    claim = await claimed(
        ports.counter.orders, customer, await _in_full(ports.counter, state["tenant_id"], number, ports)
    )
    return Meant(number, claim.order, claim.locked)


async def _in_full(counter: Counter, tenant: TenantId, number: str, ports: Ports) -> str:
    """Return an order's number as the shop writes it, where there is such an order: `A-5512` for `5512`."""
    rules = ports.tenant.shop
    prefix = rules.order_prefix if rules else ""
    digits = "".join(filter(str.isdigit, number))
    for shape in dict.fromkeys((number, f"{prefix}{digits}" if number.isdigit() or "-" not in number else number)):
        if await counter.orders.find(tenant, shape):
            return shape
    return number
