"""The tools that look at and change orders on record. The policy lets a customer name only their own."""

from typing import Annotated, Any, Final

from pydantic import Field, JsonValue

from nodes.effects import Effect
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.order_words import order_words, orders_words
from nodes.lanes.shopping.placing import with_link
from nodes.lanes.shopping.proof import ADDRESS, NUMBER, PROOF, whose
from nodes.ownership import Customer
from nodes.shop.ownership import orders_without_number
from nodes.shop.ports import Counter
from nodes.tools import SAID, Outcome, Owned, ToldInstead, ToolContext, ToolInput, ToolOutput, tool
from state.conversation import Reply
from state.effect import SideEffect
from state.errors import NotDoneError, SettingsError
from state.shop import OPEN, Address, Order, OrderClosedError, OrderNotFoundError

_NUMBER: Final = r"^[A-Za-z]{1,3}-\d{1,9}$"
OrderNumber = Annotated[str, Field(pattern=_NUMBER), Owned("order")]
Words = Annotated[str, Field(max_length=120), SAID]


class OneOrder(ToolInput):
    """One of the customer's orders."""

    order: OrderNumber


class NewAddress(ToolInput):
    """Where an order is to go, in the customer's words; what they have not said yet is asked for."""

    order: OrderNumber
    street: Words = ""
    postcode: Annotated[str, Field(pattern=r"^(\d{4,5}(-\d{3})?)?$"), SAID] = ""
    city: Words = ""

    @property
    def whole(self) -> bool:
        """Whether a parcel finds it."""
        return bool(self.street and self.postcode and self.city)


class Nothing(ToolInput):
    """No arguments."""


class OrderFact(ToolOutput):
    """An order; the total in the currency's minor unit."""

    number: str
    status: str
    open: bool
    total_minor: int
    currency: str
    lines: list[str]
    address: str = ""


class OrderList(ToolOutput):
    """The customer's orders, newest first."""

    orders: list[OrderFact]


def _whose(asked: OneOrder, context: ToolContext) -> ToldInstead:
    return whose(context, asked.order, {"order": asked.order, "business": "order_status"})


def _whose_cancelled(asked: OneOrder, context: ToolContext) -> ToldInstead:
    return whose(context, asked.order, {"order": asked.order, "business": "order_change", "wish": "cancel"})


def _whose_moved(asked: NewAddress, context: ToolContext) -> ToldInstead:
    return whose(context, asked.order, {"order": asked.order, "business": "order_change", "wish": "address"})


@tool(SideEffect.PURE, example=OneOrder(order="A-5512"), unproven=_whose)
async def look_up_order(asked: OneOrder, context: ToolContext) -> Outcome[OrderFact]:
    """Say where one of the customer's orders is, what is in it and what it costs."""
    order = await _order(context, asked.order)
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    return Outcome(_fact(order), order_words(phrasing, order), {"slots": _talked_of(context, order)})


@tool(SideEffect.PURE, example=Nothing())
async def list_orders(asked: Nothing, context: ToolContext) -> Outcome[OrderList]:  # noqa: ARG001 # a tool's shape
    """List the customer's own orders, as far as they are known to be theirs; where they gave no number, too."""
    orders = await orders_without_number(_counter(context).orders, Customer.of(context.state))
    phrasing, slots = Phrasing(context.ports.tenant, context.turn.locale), context.state["slots"]
    listed = OrderList(orders=[_fact(order) for order in orders])
    if len(orders) == 1:
        return Outcome(listed, order_words(phrasing, orders[0]), {"slots": _talked_of(context, orders[0])})
    if orders:
        return Outcome(listed, orders_words(phrasing, orders), {"slots": {"business": "order_status", **slots}})
    asked_before = context.state["awaiting"] in {NUMBER, PROOF}
    said, awaiting = ("order_no_number", PROOF) if asked_before else ("order_status_ask", NUMBER)
    reply = Reply(phrasing.say(said), choices=phrasing.offer_person(), awaiting=awaiting)
    noted = slots if asked_before else {**slots, "business": "order_status"}
    return Outcome(listed, reply, {"slots": noted})


async def _cancel_words(asked: OneOrder, context: ToolContext) -> str:
    """Return what the customer confirms; the order may be cancelled by the time of a second run."""
    order = await _order(context, asked.order)
    if order.status != "cancelled":
        order.check(OPEN)
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    total = phrasing.money(order.draft.total_minor, order.draft.currency)
    return phrasing.say("order_cancel_confirm", order=order.number, total=total)


@tool(
    SideEffect.IDEMPOTENT,
    example=OneOrder(order="A-5512"),
    asks=_cancel_words,
    unproven=_whose_cancelled,
    at_most=1,
)
async def cancel_order(asked: OneOrder, context: ToolContext, effect: Effect) -> Outcome[OrderFact]:
    """Cancel one of the customer's orders that has not left the shop, once they have confirmed it."""
    phrasing, orders = Phrasing(context.ports.tenant, context.turn.locale), _counter(context).orders

    async def cancel(_: str) -> JsonValue:
        tenant = context.state["tenant_id"]
        moved = await orders.move(tenant, asked.order, "cancelled", at=context.turn.at, only=OPEN, note="customer")
        return moved.number

    try:
        await effect.once(cancel)
    except OrderClosedError:
        order = await _order(context, asked.order)
        return Outcome(_fact(order), closed(phrasing, order))
    order = await _order(context, asked.order)
    said = phrasing.say("order_cancelled", order=order.number)
    back = phrasing.say("order_refund") if order.payment.status == "refund_due" else ""
    return Outcome(_fact(order), Reply(f"{said} {back}".strip()))


async def _address_words(asked: NewAddress, context: ToolContext) -> str | None:
    order = await _order(context, asked.order)
    order.check(OPEN)
    if not asked.whole:
        return None
    rules = context.ports.tenant.shop
    zone = rules.zone_of(asked.postcode) if rules else None
    if zone is None or zone.name != order.draft.zone:
        raise NotDoneError("That address costs another delivery.", hint="A person can change it: offer one.")
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    return phrasing.say("order_change_confirm", order=order.number, address=_address(asked).line)


@tool(
    SideEffect.IDEMPOTENT,
    example=NewAddress(order="A-5512", street="Calle Mayor 3", postcode="28013", city="Madrid"),
    asks=_address_words,
    unproven=_whose_moved,
    at_most=1,
)
async def change_address(asked: NewAddress, context: ToolContext, effect: Effect) -> Outcome[OrderFact]:
    """Send one of the customer's orders that has not left the shop to another address, once they have confirmed it.

    Without an address it asks for one.
    """
    phrasing, orders = Phrasing(context.ports.tenant, context.turn.locale), _counter(context).orders
    if not asked.whole:
        order = await _order(context, asked.order)
        asking = Reply(phrasing.say("order_change_ask_address", order=order.number), awaiting=ADDRESS)
        noted = {**_talked_of(context, order), "business": "order_change", "wish": "address"}
        return Outcome(_fact(order), asking, {"slots": noted})

    async def redirect(_: str) -> JsonValue:
        tenant = context.state["tenant_id"]
        moved = await orders.redirect(tenant, asked.order, _address(asked), at=context.turn.at, only=OPEN)
        return moved.number

    try:
        await effect.once(redirect)
    except OrderClosedError:
        order = await _order(context, asked.order)
        return Outcome(_fact(order), closed(phrasing, order))
    order = await _order(context, asked.order)
    said = phrasing.say("order_changed", order=order.number, address=_address(asked).line)
    return Outcome(_fact(order), Reply(said))


@tool(SideEffect.IDEMPOTENT, example=OneOrder(order="A-5512"), unproven=_whose, at_most=1)
async def payment_link(asked: OneOrder, context: ToolContext, effect: Effect) -> Outcome[OrderFact]:
    """Give the customer the link to pay one of their orders, where it is paid by link and still due."""
    phrasing, order = Phrasing(context.ports.tenant, context.turn.locale), await _order(context, asked.order)
    if order.payment.status == "due" and order.open:
        order = await with_link(order, _counter(context), phrasing.tenant.shop, effect)
    return Outcome(_fact(order), order_words(phrasing, order), {"slots": _talked_of(context, order)})


ORDER_TOOLS: Final[tuple[Any, ...]] = (look_up_order, list_orders, cancel_order, change_address, payment_link)


def closed(phrasing: Phrasing, order: Order) -> Reply:
    """Return that an order is too far on to be changed."""
    status = phrasing.say(f"status_{order.status}")
    return Reply(phrasing.say("order_closed", order=order.number, status=status), choices=phrasing.offer_person())


def _address(asked: NewAddress) -> Address:
    return Address(asked.street, asked.postcode, asked.city)


def _talked_of(context: ToolContext, order: Order) -> dict[str, str]:
    return {**context.state["slots"], "order": order.number}


async def _order(context: ToolContext, number: str) -> Order:
    order = await _counter(context).orders.find(context.state["tenant_id"], number)
    if order is None:
        raise OrderNotFoundError(number)
    return order


def _fact(order: Order) -> OrderFact:
    draft = order.draft
    return OrderFact(
        number=order.number,
        status=order.status,
        open=order.open,
        total_minor=draft.total_minor,
        currency=draft.currency,
        lines=[f"{line.quantity} x {line.name}" for line in draft.lines],
        address=draft.address.line if draft.address else "",
    )


def _counter(context: ToolContext) -> Counter:
    if context.ports.counter is None:
        raise SettingsError("This shop takes no orders here.", hint="Write its shop.yaml; docs/shop.md shows one.")
    return context.ports.counter
