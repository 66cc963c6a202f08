"""What a basket comes to with its delivery: "¿cuánto es todo con envío a Sevilla?"."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from nodes.lanes.delivering import delivery_page, is_elsewhere, zone_in
from nodes.lanes.matching import fold
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.cart import CART, items_minor
from prompts.shop import Zone
from state.conversation import CartLine, Choice, Reply

_TOTAL: Final = re.compile(
    r"\b(?:total|(?:es|seria|sale|cuesta|son|queda|quedaria|costaria|saldria) todo|todo (?:junto|con|incluido)|"
    r"cuanto (?:me )?(?:es|seria|son|serian|sale|saldria|costaria|cuesta|queda|quedaria|tendria que pagar|pagaria)|"
    r"(?:it|that|this) all|altogether|in all|everything|"
    r"how much (?:is|would|will|does|do i|s|ll) (?:it|that|this|i|my|the (?:order|basket|cart)))\b"
)
_DELIVERED: Final = re.compile(
    r"\b(?:(?:con|mas|y) (?:el |los |gastos de |los gastos de )*(?:envio|portes|gastos de envio)s?(?! gratis)|"
    r"(?:envio|portes|gastos) inclui\w+|inclu\w+ (?:el |los )?(?:envio|portes|gastos)|"
    r"(?:with|incl\w*|plus|and) (?:the |of )?(?:shipping|delivery|postage)|(?:shipping|delivery|postage) incl\w*|"
    r"(?:delivered|shipped|sent) to)\b"
)
"""Who asks for the sum asks for the goods with their delivery; the delivery alone is asked for without "with"."""


def total_reply(phrasing: Phrasing, text: str, cart: Sequence[CartLine], slots: Mapping[str, str]) -> Reply | None:
    """Return what a cart comes to with delivery to the place in `text`, else to the order's, else to each zone.

    None where that isn't asked, the cart is empty, or the text names a place that nothing is sent to.
    """
    rules, said = phrasing.tenant.shop, " ".join(re.findall(r"[\w?]+", fold(text)))
    if rules is None or not cart or not (_TOTAL.search(said) and _DELIVERED.search(said)):
        return None
    named = zone_in(rules, text)
    if named is None and is_elsewhere(phrasing, text):
        return None
    zone = named or rules.zone_of(slots.get("postcode", ""))
    lines = [_with_cart(phrasing, one, cart) for one in ([zone] if zone else rules.zones)]
    if zone:
        lines.append(phrasing.say("cart_delivered_days", days=phrasing.local(zone.days)))
    offered = [Choice("checkout:start", phrasing.say("choice_checkout"))]
    awaiting = None if "buying" in slots else CART
    return Reply((" " if zone else "\n").join(lines), delivery_page(phrasing), offered, awaiting)


def _with_cart(phrasing: Phrasing, zone: Zone, cart: Sequence[CartLine]) -> str:
    items = items_minor(cart)
    fee = zone.fee(items)
    return phrasing.say(
        "cart_delivered",
        zone=phrasing.local(zone.title),
        items=phrasing.money(items),
        fee=phrasing.money(fee) if fee else phrasing.say("order_free"),
        total=phrasing.money(items + fee),
    )
