"""A wish for a present: it names nobody's product, so something is proposed and nothing is put in."""

import re
from collections.abc import Callable
from typing import Final

from nodes.lanes.matching import fold
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.finding import LISTED, Found, Question
from nodes.lanes.shopping.limits import price_limits
from nodes.lanes.shopping.products import choices, lines, named_products, picked, sources, without_person
from nodes.lanes.shopping.ranging import by_cost
from nodes.lanes.shopping.reading import wanted
from prompts.tenant import Product
from state.conversation import Reply

_GIFT: Final = re.compile(
    r"\b(?:(?:un|una|unos|algun|el|de|para|como|a|an|some|any|the|as|for)\s{1,3}){0,3}"
    r"(?:(?:buen|bonito|pequeno|nice|small|little|good)\s{1,3}){0,2}"
    r"(?:regal(?:o|os|ito|ar|arle|arles)|detalle|detallito|gifts?|presents?)\b"
)
_SOMETHING: Final = re.compile(r"\b(?:algo|alguna cosa|cualquier cosa|something|anything)\b")
_NO_WISH: Final = re.compile(
    r"^\W*(?:es|son|era|it ?s|this is|they re|that s|la|lo|las|los)\b|"
    r"\b(?:tarjetas?|cheques?|vales?|cards?|vouchers?|wrap\w*|envol\w*|envuelv\w*|papel|ticket)\b"
)
_WRAPS: Final = re.compile(r"\b(?:envu\w+|envolv\w+|(?:gift[ -]?)?wrap\w*)\b")
_AS_A_GIFT: Final = re.compile(
    r"(?:[\s,;]*\b(?:y|and|con|with|pero|but|que|can you|could you|please|me|lo|la|los|las|quiero|todo|gift|have)\b)*"
    r"[\s,;-]*(?:\b(?:envu\w+|envolv\w+|wrap\w*)\b|"
    r"\b(?:para|de|as|for)\s+(?:un\s+|an?\s+)?(?:regal\w+|gifts?|presents?)\b)"
    r"(?:\s+(?:it|them|up|lo|la|para|de|como|as|for|un|an?|regal\w+|gifts?|presents?|please|porfa|por favor)\b)*"
)
_TEA: Final = re.compile(r"\b(?:el|un|del|de|tomar|tomando) te\b")
"""Too short a word to find anything by itself."""
_CLAUSES: Final = re.compile(r"[.,;:!?\n]+")
_MOST: Final = 4


def gift_wish(phrasing: Phrasing, text: str) -> str | None:
    """Return a wish for a present without the words for that; None for all else, a product by name among it.

    >>> gift_wish(phrasing, "quiero un regalo para mi madre, le gusta el té")  # doctest: +SKIP
    'quiero ,le gusta el te'
    """
    for clause in _CLAUSES.split(fold(text).replace("'", " ").replace("’", " ")):
        somebody = without_person(clause) != clause
        if _NO_WISH.search(clause) or not (_GIFT.search(clause) or (somebody and _SOMETHING.search(clause))):
            continue
        rest = _bare(clause)
        limits = price_limits(rest)
        return None if named_products(phrasing, limits.text if limits else rest) else _bare(fold(text))
    return None


def wraps(text: str) -> bool:
    """Tell whether something is to be gift-wrapped."""
    return bool(_WRAPS.search(fold(text)))


def without_wrapping(text: str) -> str:
    """Return a folded text without that it is a present: "ponme la tetera azul para regalo" is of the teapot."""
    return _AS_A_GIFT.sub(" ", fold(text)).strip()


def only_proposed(phrasing: Phrasing, text: str, slots: dict[str, str]) -> Callable[[str], bool]:
    """Return what tells of a SKU whether `text`, a wish for a present, leaves it open: nobody has chosen it yet."""
    if (wish := gift_wish(phrasing, text)) is None:
        return lambda _: False
    parts = [named_products(phrasing, part.text) for part in wanted(wish)]
    chosen = {one.sku for one in picked(phrasing, text, slots)} | {part[0].sku for part in parts if len(part) == 1}
    return lambda sku: sku not in chosen


def suggest(phrasing: Phrasing, wish: str, *, selling: bool) -> Found:
    """Propose products: of what the wish names beside, within what it would cost, else one of each kind."""
    wish = _TEA.sub(" tetera ", wish)
    limits = price_limits(wish)
    named = named_products(phrasing, limits.text if limits else wish)
    if limits and (found := by_cost(Question(phrasing, named, wish, selling), [])):
        return found
    there = [product for product in named or phrasing.tenant.products if phrasing.there_are(product)]
    there = [one for one in there if limits is None or limits.hold(one.price_minor)] or there
    listed = (there if named else _one_of_each(there))[:_MOST]
    if not listed:
        return Found(Reply(phrasing.say("product_which"), awaiting="product"))
    said = phrasing.say("gift_ideas", list=lines(phrasing, listed))
    return Found(Reply(said, sources(phrasing, listed), choices(phrasing, listed), LISTED), listed, listed)


def _one_of_each(products: list[Product]) -> list[Product]:
    first: dict[str, Product] = {}
    for product in products:
        first.setdefault(product.category, product)
    return list(first.values())


def _bare(text: str) -> str:
    return _SOMETHING.sub(" ", _GIFT.sub(" ", without_person(text)))
