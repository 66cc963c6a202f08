"""Products by what they cost: those within a price, the cheapest and the dearest of all that there is."""

import re
from dataclasses import replace
from typing import Final

from nodes.lanes.matching import fold, words
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.finding import Found, Question, card, listing, search
from nodes.lanes.shopping.limits import Limits, price_limits
from nodes.lanes.shopping.products import dearest, in_stock_first, named_products, named_topic
from nodes.lanes.shopping.reading import by_price
from prompts.tenant import Product
from state.conversation import Reply

_OF_ALL: Final = re.compile(
    r"\b(teneis|tienes|tienen|tiene|hay|vendeis|venden|vendes|tienda|catalogo|todo|de todos|you have|you sell|"
    r"you (?:ve|have) got|"
    r"shop|store|thing|item|product|catalogue|range|of all|everything|in stock)\b"
)
_OTHER: Final = re.compile(r"\b(algo|alguno|alguna|otro|otra|something|anything|another)\b")
_ANY: Final = re.compile(r"\b(algo|alguna cosa|cosas|regal\w+|detalle|something|anything|gifts?|presents?)\b")
_ANYTHING: Final = frozenset(
    "most mas menos barato barata baratos baratas caro cara caros caras cheapest expensive priciest dearest least "
    "lowest economico economica bajo baja alto highest todo todos tienda catalogo producto productos cosa cosas "
    "articulo thing things item items product products shop store stock everything anything something catalogue "
    "whole vendes teneis tienes tiene sell got regalo gift euros euro eur unos sea sean presupuesto"
    " budget".split()
)
"""Words that name no product in a question of prices."""


def by_cost(asked: Question, shown: list[Product]) -> Found | None:
    """Answer what a price bounds or ranks, from the whole catalogue where no product is named; None for all else.

    `asked.products` are those that the text names itself; `shown` those that were talked of.
    """
    if limits := price_limits(asked.text):
        return _within(asked, limits, shown)
    folded = fold(asked.text)
    if by_price(asked.text) and not asked.products and len(shown) == 1 and _of_shown(folded, shown):
        kind = [one for one in asked.phrasing.tenant.products if one.category == shown[0].category]
        return card(asked, dearest(asked.phrasing, kind, asked.text)[0])
    if not by_price(asked.text) or (not asked.products and _of_shown(folded, shown)):
        return None
    best = dearest(asked.phrasing, asked.products or asked.phrasing.tenant.products, asked.text)
    return card(asked, best[0]) if best else None


def _of_shown(text: str, shown: list[Product]) -> bool:
    """Tell whether the cheapest or dearest is one of what was talked of, or of something that isn't sold."""
    other = _OTHER.search(text) or not _OF_ALL.search(text)
    return bool(shown and other) or _names(text)


def _within(asked: Question, limits: Limits, shown: list[Product]) -> Found | None:
    phrasing = asked.phrasing
    named = named_products(phrasing, limits.text)
    if not named and _names(limits.text) and not _ANY.search(fold(limits.text)):
        return None
    kinds = {product.category for product in shown}
    alike = [product for product in phrasing.tenant.products if product.category in kinds]
    pool = named or ([] if _OF_ALL.search(fold(limits.text)) else alike) or phrasing.tenant.products
    wider = headed(phrasing, limits.text) if named else phrasing.tenant.products
    held = _held(pool, limits) or _held(wider, limits)
    bare = replace(asked, products=held, text=limits.text)
    if not held:
        return _nearest(bare, pool, limits)
    if by_price(limits.text) or len(held) == 1:
        return search(bare)
    query = " ".join(filter(None, [named_topic(phrasing, limits.text) if named else "", said(phrasing, limits)]))
    return listing(bare, in_stock_first(phrasing, held), 0, query)


def _held(products: list[Product], limits: Limits) -> list[Product]:
    return sorted((one for one in products if limits.hold(one.price_minor)), key=lambda one: one.price_minor)


def headed(phrasing: Phrasing, text: str) -> list[Product]:
    """Return the products of the first thing that a text names: cups, of "tazas de café"."""
    return next((found for word in words(text) if (found := named_products(phrasing, word))), [])


def _nearest(asked: Question, pool: list[Product], limits: Limits) -> Found:
    """Say that none is within, and show the one that is nearest to it."""
    bound = limits.most if limits.most is not None else limits.least or 0
    nearest = min(in_stock_first(asked.phrasing, pool), key=lambda one: abs(one.price_minor - bound))
    shown = card(asked, nearest)
    none = asked.phrasing.say("product_none_within", query=said(asked.phrasing, limits))
    return replace(shown, reply=_before(none, shown.reply))


def _before(none: str, reply: Reply) -> Reply:
    return replace(reply, text=f"{none}\n{reply.text}")


def said(phrasing: Phrasing, limits: Limits) -> str:
    """Return the limits in signs: `≤ €40.00`."""
    least, most = (phrasing.money(one) if one is not None else "" for one in (limits.least, limits.most))
    if least and most:
        return f"{least} – {most}"
    return f"≤ {most}" if most else f"≥ {least}"


def _names(text: str) -> bool:
    """Tell whether a question of prices names something, be it sold here or not."""
    return any(word not in _ANYTHING for word in words(text))
