"""Placing an order, and the link to pay it: the tools of the checkout."""

from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from pydantic import Field, JsonValue

from nodes.effects import Effect
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.cart import Nothing
from nodes.lanes.shopping.form_questions import ADDRESS, next_question, unserved
from nodes.lanes.shopping.order_form import FORM, OrderForm
from nodes.lanes.shopping.products import with_skus
from nodes.lanes.shopping.provinces import capitalised, other_province
from nodes.shop.ports import Counter
from nodes.tools import SAID, Outcome, ToolContext, ToolInput, ToolOutput, tool
from prompts.shop import ShopRules
from state.conversation import Choice, ConversationUpdate, Link, Reply
from state.effect import SideEffect
from state.errors import SettingsError
from state.shop import Order, OrderNotFoundError, OutOfStockError, PaymentsError

Words = Annotated[str, Field(max_length=120), SAID]


class Delivery(ToolInput):
    """How an order gets to the customer; an address is in the customer's own words."""

    method: Literal["delivery", "pickup"]
    street: Words | None = None
    postcode: Annotated[str, Field(pattern=r"^\d{4,5}(-\d{3})?$"), SAID] | None = None
    city: Words | None = None


class Purchaser(ToolInput):
    """Who the order is for and how to reach them, as they wrote it."""

    name: Words | None = None
    email: Words | None = None
    phone: Words | None = None


class PayBy(ToolInput):
    """One of the shop's ways to pay."""

    way: Annotated[str, Field(max_length=48)]


class FormFacts(ToolOutput):
    """What the order still needs: `cart`, `method`, `address`, `buyer`, `way`; empty when it can be placed."""

    lacks: str = ""
    ways: list[str] = []  # noqa: RUF012 # pydantic copies it
    problem: str = ""


class OrderFacts(ToolOutput):
    """An order on record; `number` is empty when nothing was placed."""

    number: str = ""
    status: str = ""
    total_minor: int = 0
    currency: str = ""
    problem: str = ""


@tool(SideEffect.IDEMPOTENT, example=Nothing())
async def check_out(asked: Nothing, context: ToolContext) -> Outcome[FormFacts]:  # noqa: ARG001 # a tool's shape
    """Begin to order what is in the cart; says what the order still needs to be told."""
    return noted(context, {})


@tool(SideEffect.IDEMPOTENT, example=Delivery(method="pickup"))
async def set_delivery(asked: Delivery, context: ToolContext) -> Outcome[FormFacts]:
    """Note how the order gets to the customer: by delivery to an address they gave, or by pickup in the shop."""
    rules, said = context.ports.tenant.shop, asked.model_dump(exclude_none=True)
    if asked.method == "delivery" and asked.postcode and rules and rules.zone_of(asked.postcode) is None:
        facts = _facts(context, {**context.state["slots"], **said})
        problem = facts.model_copy(update={"problem": "nothing is sent to that postcode"})
        return Outcome(problem, unserved(_phrasing(context), asked.postcode))
    if asked.city:
        said["city"] = capitalised(asked.city)
    return _doubted(context, said) or noted(context, said)


def _doubted(context: ToolContext, said: dict[str, str]) -> Outcome[FormFacts] | None:
    """Ask, once, about a postcode of another province than the town's; None where nothing is odd."""
    slots, postcode = context.state["slots"], said.get("postcode", "")
    city = said.get("city") or slots.get("city", "")
    elsewhere = other_province(postcode, city)
    if not elsewhere or slots.get("doubted") == postcode:
        return None
    kept = {key: one for key, one in slots.items() if key != "postcode"}
    told = {key: one for key, one in said.items() if key != "postcode"}
    outcome = noted(context, {**told, "doubted": postcode}, slots=kept)
    values = {"postcode": postcode, "province": elsewhere, "city": city}
    asking = Reply(_phrasing(context).say("order_other_province", **values), awaiting=ADDRESS)
    problem = outcome.output.model_copy(update={"problem": f"postcode {postcode} is in {elsewhere}, not in {city}"})
    return replace(outcome, output=problem, reply=asking)


@tool(SideEffect.IDEMPOTENT, example=Purchaser(name="Ana Pérez", email="ana@example.com"))
async def set_purchaser(asked: Purchaser, context: ToolContext) -> Outcome[FormFacts]:
    """Note the customer's name and e-mail address or phone number for the order."""
    return noted(context, asked.model_dump(exclude_none=True))


@tool(SideEffect.IDEMPOTENT, example=PayBy(way="transfer"))
async def set_payment(asked: PayBy, context: ToolContext) -> Outcome[FormFacts]:
    """Note how the customer wants to pay."""
    form = OrderForm.of(context.state, context.ports)
    if asked.way not in {way.name for way in form.ways}:
        phrasing = _phrasing(context)
        ways = ", ".join(phrasing.local(way.title) for way in form.ways)
        said, going_on = phrasing.say("order_no_such_way", ways=ways), next_question(form, phrasing) or Reply("")
        problem = _facts(context, context.state["slots"]).model_copy(update={"problem": "there is no such way"})
        return Outcome(problem, replace(going_on, text=f"{said} {going_on.text}".strip()))
    return noted(context, {"way": asked.way})


async def order_words(asked: Nothing, context: ToolContext) -> str:  # noqa: ARG001 # a tool's shape
    """Return what the customer confirms before the order is placed; raises `NotReadyError`."""
    return OrderForm.of(context.state, context.ports).words(Phrasing(context.ports.tenant, context.turn.locale))


@tool(SideEffect.IDEMPOTENT, example=Nothing(), asks=order_words, at_most=1)
async def place_order(asked: Nothing, context: ToolContext, effect: Effect) -> Outcome[OrderFacts]:  # noqa: ARG001
    """Place the order of what is in the cart, once the customer has confirmed it."""
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    counter = _counter(context)
    draft = OrderForm.of(context.state, context.ports).draft(context.state, phrasing.tenant.profile.currency)

    async def place(_: str) -> JsonValue:
        return {"number": (await counter.orders.place(draft)).number}

    try:
        placed: Any = await effect.once(place)
    except OutOfStockError as error:
        return _short(context, phrasing, error.left)
    order = await counter.orders.find(draft.tenant, placed["number"])
    if order is None:
        raise OrderNotFoundError(placed["number"])
    order = await with_link(order, counter, phrasing.tenant.shop, effect)
    kept = {key: value for key, value in context.state["slots"].items() if key not in FORM}
    update: ConversationUpdate = {"cart": [], "slots": {**kept, "order": order.number}}
    return Outcome(_order_facts(order), _placed(phrasing, order), update)


CHECKOUT_TOOLS: Final = (check_out, set_delivery, set_purchaser, set_payment, place_order)


def payment_words(phrasing: Phrasing, order: Order) -> tuple[str, Link | None]:
    """Return how an order is paid, and the link where there is one."""
    rules, payment = phrasing.tenant.shop, order.payment
    way = rules.way(payment.way) if rules else None
    collected = order.status == "delivered" and order.draft.address is None
    if way is None or payment.status != "due" or order.status == "cancelled" or collected:
        return "", None
    if way.link and not payment.url:
        return phrasing.say("payment_later"), None
    link = Link(phrasing.say("choice_pay"), payment.url) if payment.url else None
    return phrasing.local(way.text), link


async def with_link(order: Order, counter: Counter, rules: ShopRules | None, effect: Effect) -> Order:
    """Return the order with the link to pay it, where it is paid by one; the next effect of the same turn.

    Without a link when the provider gives none now; it can be asked for again.
    """
    way = rules.way(order.payment.way) if rules else None
    if counter.payments is None or way is None or not way.link or order.payment.url:
        return order
    payments, name = counter.payments, replace(effect.name, ordinal=effect.name.ordinal + 1)

    async def ask(_: str) -> JsonValue:
        made = await payments.link(order.draft.key, order)
        return {"reference": made.reference, "url": made.url}

    try:
        linked: Any = await effect.effects.once(name, ask, effect=SideEffect.IDEMPOTENT)
    except PaymentsError:
        return order
    payment = replace(order.payment, reference=linked["reference"], url=linked["url"])
    return await counter.orders.pay(order.draft.tenant, order.number, payment)


def _placed(phrasing: Phrasing, order: Order) -> Reply:
    how, link = payment_words(phrasing, order)
    said = phrasing.say("order_placed", order=order.number, total=phrasing.money(order.draft.total_minor))
    return Reply(f"{said} {how}".strip(), link=link)


def _short(context: ToolContext, phrasing: Phrasing, left: dict[str, int]) -> Outcome[OrderFacts]:
    """Say what was sold in the meantime; the cart has then what there is."""
    cart = [
        replace(line, quantity=min(line.quantity, left.get(line.sku, line.quantity))) for line in context.state["cart"]
    ]
    names = ", ".join(phrasing.name(product) for product in with_skus(phrasing, " ".join(left)))
    there = [line for line in cart if line.quantity]
    facts = OrderFacts(problem=f"there is too little of {', '.join(left)}")
    offered = [Choice("cart:show", phrasing.say("choice_cart"))]
    return Outcome(facts, Reply(phrasing.say("order_short", names=names), choices=offered), {"cart": there})


def _order_facts(order: Order) -> OrderFacts:
    draft = order.draft
    return OrderFacts(number=order.number, status=order.status, total_minor=draft.total_minor, currency=draft.currency)


def _facts(context: ToolContext, slots: dict[str, str]) -> FormFacts:
    state = context.state
    form = OrderForm.of({**state, "slots": slots}, context.ports)
    return FormFacts(lacks=form.lacking or "", ways=[way.name for way in form.ways])


def noted(context: ToolContext, said: dict[str, str], *, slots: dict[str, str] | None = None) -> Outcome[FormFacts]:
    """Take down what was said of the order; the reply asks for what it still lacks."""
    begun = {"buying": "yes"} if context.state["cart"] else {}
    slots = {**(context.state["slots"] if slots is None else slots), **begun, **said}
    form = OrderForm.of({**context.state, "slots": slots}, context.ports)
    return Outcome(_facts(context, slots), next_question(form, _phrasing(context)), {"slots": slots})


def _phrasing(context: ToolContext) -> Phrasing:
    return Phrasing(context.ports.tenant, context.turn.locale)


def _counter(context: ToolContext) -> Counter:
    if context.ports.counter is None:
        raise SettingsError("This shop takes no orders here.", hint="Write its shop.yaml; docs/shop.md shows one.")
    return context.ports.counter
