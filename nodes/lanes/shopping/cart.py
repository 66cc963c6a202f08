"""The cart: what its tools do, and how it is shown. Prices are the catalogue's, whoever asks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, ClassVar, Final

from pydantic import Field

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.finding import out_of_stock
from nodes.lanes.shopping.gifts import only_proposed
from nodes.lanes.shopping.products import stocked, with_skus
from nodes.tools import Outcome, ToolContext, ToolInput, ToolOutput, tool
from prompts.tenant import Product
from state.conversation import CartLine, Choice, Conversation, ConversationUpdate, Reply
from state.effect import SideEffect
from state.errors import NotDoneError

CART: Final = "cart"
"""What the conversation awaits after the cart was shown: what to do with it."""
CHECK_OUT = "checkout:start"
_STEP: Final = "buy_"
"""How what is awaited in a step of the checkout begins; what is said there is about the order."""
_ORDERED_AT_MOST: Final = 99
_BULK: Final = 100
"""Pieces from which nothing is put in: a person prepares an offer."""
_WISHED_AT_MOST: Final = 100_000

Sku = Annotated[str, Field(max_length=32)]


class Item(ToolInput):
    """So many of a product."""

    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=_WISHED_AT_MOST)] = 1


class AddToCart(ToolInput):
    """What to put into the cart, beside what is in it."""

    items: Annotated[list[Item], Field(min_length=1, max_length=20)]


class SetQuantity(ToolInput):
    """How many of a product the cart is to have; 0 takes it out."""

    sku: Sku
    quantity: Annotated[int, Field(ge=0, le=_ORDERED_AT_MOST)]


class Nothing(ToolInput):
    """No arguments."""


class CartFacts(ToolOutput):
    """What is in the cart; amounts in the currency's minor unit. `notes` say what could not be put in."""

    lines: list[str]
    items_minor: int
    currency: str
    notes: list[str] = []  # noqa: RUF012 # pydantic copies it


class NotChosenError(NotDoneError):
    """Somebody wants a present and hasn't said which; nothing was put in."""

    code: ClassVar[str] = "not_chosen"

    def __init__(self) -> None:
        super().__init__("The customer has not chosen the present.", hint="Propose some products, and ask which.")


@tool(SideEffect.IDEMPOTENT, example=AddToCart(items=[Item(sku="PAN-NONST-28", quantity=2)]))
async def add_to_cart(asked: AddToCart, context: ToolContext) -> Outcome[CartFacts]:
    """Put products into the customer's cart. Only what is in stock goes in."""
    phrasing = await stocked(context.ports, context.state, context.turn.locale)
    cart, notes, added = list(context.state["cart"]), list[str](), list[str]()
    proposed = only_proposed(phrasing, context.turn.text, context.state["slots"])
    if not (context.state["awaiting"] or "").startswith(_STEP) and any(proposed(item.sku) for item in asked.items):
        raise NotChosenError
    for item in asked.items:
        product = next(iter(with_skus(phrasing, item.sku)), None)
        if product is None:
            notes.append(phrasing.say("product_none", query=item.sku))
            continue
        if item.quantity >= _BULK:
            rules = phrasing.tenant.shop
            most = rules.most_of_one if rules else _ORDERED_AT_MOST
            notes.append(phrasing.say("cart_bulk", count=most, name=phrasing.name(product)))
            continue
        cart, put = _put(phrasing, cart, product, item.quantity)
        if put:
            added.append(phrasing.say("cart_item", count=put, name=phrasing.name(product)))
        notes += _short(phrasing, product, item.quantity, put)
    head = phrasing.say("cart_added", list=", ".join(added)) if added else ""
    shown = _shown(phrasing, context.state, cart, "\n".join([*notes, head] if head else notes), notes)
    bulk = any(item.quantity >= _BULK for item in asked.items)
    if bulk and shown.reply is not None:
        choices = [*shown.reply.choices, *phrasing.offer_person()]
        return replace(shown, reply=replace(shown.reply, choices=choices))
    return shown


@tool(SideEffect.IDEMPOTENT, example=SetQuantity(sku="PAN-NONST-28", quantity=1))
async def set_quantity(asked: SetQuantity, context: ToolContext) -> Outcome[CartFacts]:
    """Change how many of a product the cart has, or take it out with 0."""
    phrasing = await stocked(context.ports, context.state, context.turn.locale)
    before = context.state["cart"]
    line = next((line for line in before if line.sku == asked.sku), None)
    if line is None:
        return _shown(phrasing, context.state, before, phrasing.say("cart_not_in"), [])
    rest = [other for other in before if other.sku != asked.sku]
    if asked.quantity == 0:
        return _shown(
            phrasing, context.state, rest, phrasing.say("cart_removed", name=phrasing.called(line.sku, line.name)), []
        )
    product = next(iter(with_skus(phrasing, asked.sku)), None)
    most = min(_most(phrasing, product), asked.quantity) if product else 0
    notes = _short(phrasing, product, asked.quantity, most) if product else []
    cart = [replace(other, quantity=most) if other.sku == asked.sku else other for other in before] if most else rest
    said = "\n".join([*notes, phrasing.counted("cart_set", most, name=phrasing.called(line.sku, line.name))])
    return _shown(phrasing, context.state, cart, said, notes)


@tool(SideEffect.IDEMPOTENT, example=Nothing())
async def empty_cart(asked: Nothing, context: ToolContext) -> Outcome[CartFacts]:  # noqa: ARG001 # a tool's shape
    """Take everything out of the cart."""
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    return _shown(phrasing, context.state, [], "", [])


@tool(SideEffect.PURE, example=Nothing())
async def show_cart(asked: Nothing, context: ToolContext) -> Outcome[CartFacts]:  # noqa: ARG001 # a tool's shape
    """Say what is in the cart and what it costs, without delivery."""
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    return _shown(phrasing, context.state, context.state["cart"], "", [])


CART_TOOLS: Final = (add_to_cart, set_quantity, empty_cart, show_cart)


def items_minor(cart: Sequence[CartLine]) -> int:
    """Return what a cart's products cost."""
    return sum(line.quantity * line.price_minor for line in cart)


def cart_words(phrasing: Phrasing, cart: Sequence[CartLine]) -> str:
    """Return what is in a cart, what it costs, and the question whether it is ordered."""
    pieces = phrasing.counted("cart_pieces", sum(line.quantity for line in cart))
    listed = cart_lines(phrasing, cart)
    return phrasing.say("cart_shown", pieces=pieces, list=listed, total=phrasing.money(items_minor(cart)))


def cart_lines(phrasing: Phrasing, cart: Sequence[CartLine]) -> str:
    """Return one line for each product of a cart."""
    return "\n".join(
        phrasing.say(
            "cart_line",
            count=line.quantity,
            name=phrasing.called(line.sku, line.name),
            total=phrasing.money(line.quantity * line.price_minor, line.currency),
        )
        for line in cart
    )


def _shown(
    phrasing: Phrasing, state: Conversation, cart: list[CartLine], said: str, notes: list[str]
) -> Outcome[CartFacts]:
    total, currency = items_minor(cart), phrasing.tenant.profile.currency
    facts = CartFacts(
        lines=[f"{line.sku} x {line.quantity}: {line.name}" for line in cart],
        items_minor=total,
        currency=currency,
        notes=notes,
    )
    if cart:
        words = cart_words(phrasing, cart)
        offered = [Choice(CHECK_OUT, phrasing.say("choice_checkout"))]
    else:
        words = "" if notes else phrasing.say("cart_empty")
        offered = phrasing.offers(("product_search", "choice_products"))
    reply = Reply(f"{said}\n\n{words}".strip(), choices=offered, awaiting=CART if cart else None)
    return Outcome(facts, reply, _update(state, cart))


def _update(state: Conversation, cart: list[CartLine]) -> ConversationUpdate:
    """Return what changes with the cart; a cart that begins begins an order of its own."""
    slots = dict(state["slots"])
    if cart and not state["cart"]:
        slots["order_key"] = state["turns"][-1].id
    return {"cart": cart, "slots": slots}


def _put(phrasing: Phrasing, cart: list[CartLine], product: Product, quantity: int) -> tuple[list[CartLine], int]:
    """Return the cart with as many of a product as there are, and how many that added."""
    there = next((line.quantity for line in cart if line.sku == product.sku), 0)
    put = max(0, min(quantity, _most(phrasing, product) - there))
    currency = phrasing.tenant.profile.currency
    line = CartLine(product.sku, phrasing.name(product), there + put, product.price_minor, currency)
    if not put:
        return cart, 0
    if there:
        return [line if other.sku == product.sku else other for other in cart], put
    return [*cart, line], put


def _most(phrasing: Phrasing, product: Product) -> int:
    rules = phrasing.tenant.shop
    return min(phrasing.there_are(product), rules.most_of_one if rules else _ORDERED_AT_MOST)


def _short(phrasing: Phrasing, product: Product, asked: int, put: int) -> list[str]:
    """Return what to say where less of a product could be put in than was asked for."""
    if put >= asked:
        return []
    left = phrasing.there_are(product)
    if left == 0:
        return [out_of_stock(phrasing, product).text]
    if left > _most(phrasing, product):
        return [phrasing.say("cart_most", count=_most(phrasing, product), name=phrasing.name(product))]
    return [phrasing.counted("cart_short", left, name=phrasing.name(product))]
