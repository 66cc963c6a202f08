"""What is asked next of an order, in the shop's words."""

from collections.abc import Callable, Mapping
from typing import Final

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.order_form import Lacking, OrderForm
from state.conversation import Choice, Reply

METHOD, ADDRESS, BUYER, WAY = "buy_method", "buy_address", "buy_buyer", "buy_way"
"""What the conversation awaits in each step of the checkout."""
STEPS: Final = frozenset({METHOD, ADDRESS, BUYER, WAY})


def next_question(form: OrderForm, phrasing: Phrasing) -> Reply | None:
    """Return the question for what the order lacks, None when it can be placed."""
    return _ASKING[form.lacking](form, phrasing) if form.lacking else None


def how_long(form: OrderForm, phrasing: Phrasing) -> str:
    """Return how long the order will take, as far as it is known where it goes."""
    if form.method == "pickup" and (pickup := form.rules.pickup):
        return phrasing.say("order_pickup", place=phrasing.local(pickup.place), ready=phrasing.local(pickup.ready))
    if form.zone is not None:
        return phrasing.say("order_will_take", days=phrasing.local(form.zone.days))
    listed = "; ".join(f"{phrasing.local(zone.title)}, {phrasing.local(zone.days)}" for zone in form.rules.zones)
    return phrasing.say("order_days", list=listed)


def unserved(phrasing: Phrasing, postcode: str) -> Reply:
    """Return that nothing is sent there; another address may be given."""
    return Reply(phrasing.say("order_unserved", postcode=postcode), awaiting=ADDRESS)


def _cart(_: OrderForm, phrasing: Phrasing) -> Reply:
    return Reply(phrasing.say("cart_empty"), choices=phrasing.offers(("product_search", "choice_products")))


def _method(form: OrderForm, phrasing: Phrasing) -> Reply:
    pickup = form.rules.pickup
    offered = [
        Choice("checkout:delivery", phrasing.say("choice_delivery")),
        Choice("checkout:pickup", phrasing.say("choice_pickup")),
    ]
    place = phrasing.local(pickup.place) if pickup else ""
    return Reply(phrasing.say("order_ask_method", place=place), choices=offered, awaiting=METHOD)


def _address(form: OrderForm, phrasing: Phrasing) -> Reply:
    key = "order_ask_address" if "street" not in form.slots else "order_ask_postcode"
    if form.zone is not None:
        key = "order_ask_street"
    return Reply(phrasing.say(key), awaiting=ADDRESS)


def _buyer(form: OrderForm, phrasing: Phrasing) -> Reply:
    reached = form.known_contact or form.slots.get("email") or form.slots.get("phone")
    key = "order_ask_name" if reached else "order_ask_buyer"
    if form.slots.get("name"):
        key = "order_ask_reach"
    return Reply(phrasing.say(key), awaiting=BUYER)


def _way(form: OrderForm, phrasing: Phrasing) -> Reply:
    offered = [Choice(f"checkout:pay:{way.name}", phrasing.local(way.title)) for way in form.ways]
    return Reply(phrasing.say("order_ask_way"), choices=offered, awaiting=WAY)


_ASKING: Final[Mapping[Lacking, Callable[[OrderForm, Phrasing], Reply]]] = {
    "cart": _cart,
    "method": _method,
    "address": _address,
    "buyer": _buyer,
    "way": _way,
}
