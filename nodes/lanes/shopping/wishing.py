"""Which products a buyer's message wants put in, part by part, and where several can be meant."""

from dataclasses import dataclass
from typing import Final

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping import corrections, reading
from nodes.lanes.shopping.amending import mentions, one_more, set_to, takes_it
from nodes.lanes.shopping.cart import Item
from nodes.lanes.shopping.products import dearest, named_products, narrowed, of_size, picked, remembered
from nodes.lanes.shopping.shown import meant_by
from prompts.tenant import Product
from state.conversation import Conversation

_MOST: Final = 99
_SHORT: Final = 2


@dataclass(frozen=True, slots=True)
class Read:
    """What the parts of a message name: items to put in, and the part that several products share."""

    items: list[Item]
    unclear: list[Product]
    quantity: int = 1


def puts_in(phrasing: Phrasing, text: str) -> bool:
    """Tell whether the words put something in, whatever the router takes them for."""
    if corrections.requests(text):
        return bool(named_products(phrasing, text))
    return corrections.adds_it(text) or reading.adds(text) or (reading.buys(text) and reading.counts(text))


def read_wish(phrasing: Phrasing, state: Conversation, text: str) -> Read:
    """Return what `text` wants put in; a yes wants what was shown last.

    What it only mentions and is in the cart already isn't put in.
    """
    items, unclear, many = list[Item](), list[Product](), 1
    shown = remembered(phrasing, state["slots"])
    if takes_it(text) and len(shown) == 1 and state["awaiting"] is None:
        return Read([Item(sku=shown[0].sku)], [])
    in_cart = {line.sku for line in state["cart"]}
    for part in reading.wanted(text):
        found = _meant(phrasing, state, part, text)
        there = [product for product in found if product.sku in in_cart]
        found = there if len(there) == 1 and one_more(text) else found
        if len(found) == 1 and there and mentions(part, text):
            continue
        if len(found) == 1:
            items.append(Item(sku=found[0].sku, quantity=within(part.quantity or 1)))
        elif found and not unclear:
            unclear, many = found, part.quantity or 1
    return Read(items, unclear, within(many))


def counted(phrasing: Phrasing, text: str) -> str:
    """Return "2 aprons" for "change the aprons to 2"; a number that a product is measured by is none of pieces."""
    what, many = set_to(text) or ("", 0)
    named = named_products(phrasing, what) if what else []
    return f"{many} {what}" if named and not of_size(named, str(many)) else text


def within(quantity: int) -> int:
    """Return a quantity that can be put in."""
    return max(1, min(quantity, _MOST))


def _meant(phrasing: Phrasing, state: Conversation, part: reading.Wanted, text: str) -> list[Product]:
    slots = state["slots"]
    shown = remembered(phrasing, slots)
    named = narrowed(phrasing, named_products(phrasing, part.text), shown, part.text)
    found = picked(phrasing, text if len(part.text) < _SHORT else part.text, slots) or named
    if len(found) > 1:
        found = dearest(phrasing, found, part.text) or found
    return found or ([] if named else meant_by(part, text, shown, {line.sku for line in state["cart"]}))
