"""Whether a buyer's words without a product's name mean what was just shown: "ponme dos", "lo quiero"."""

from collections.abc import Collection

from nodes.lanes.matching import words
from nodes.lanes.shopping.missing import POINTS
from nodes.lanes.shopping.products import of_size
from nodes.lanes.shopping.reading import Wanted, buys, on_top, sizes
from prompts.tenant import Product


def meant_by(part: Wanted, text: str, shown: list[Product], in_cart: Collection[str]) -> list[Product]:
    """Return what was shown where `part` of `text` wants it; nothing where it names another thing.

    Who wants what is in the cart already, and says neither how many nor one more, says it of the one that is there.
    What was shown isn't meant by a measure that it doesn't have.
    """
    if sizes(part.text) and not of_size(shown, part.text):
        return []
    if part.quantity is None:
        there = {product.sku for product in shown} <= set(in_cart)
        return shown if buys(text) and (not there or on_top(text)) else []
    thing = part.text.split()[:1]
    names = bool(thing) and words(thing[0]) == thing and thing[0] not in POINTS
    return [] if names and (part.quantity == 1 or "?" in text) else shown
