"""Which two products a message wants compared."""

import re
from collections.abc import Sequence
from typing import Final

from nodes.lanes.knowledge import Knowledge
from nodes.lanes.matching import alike, words
from prompts.tenant import Product, Tenant

_BETWEEN: Final = re.compile(
    r"[,;/]|\b(?:y|e|o|u|and|or|vs|versus|than|que|frente\s+al?|contra|against)\b", re.IGNORECASE
)
_PAIR: Final = 2


def compared_products(tenant: Tenant, text: str, shown: Sequence[Product]) -> list[Product]:
    """Return the first two products that `text` sets side by side, or none when it doesn't name two.

    "The steel kettle and the glass one": the second is looked for among products of the first one's kind, or of those
    in `shown`, before all others. "The steel one or the blue one", of kettles, is about the steel kettle alone where
    no kettle is blue, and that one is returned.
    """
    found: list[Product] = []
    lacking = False
    kinds = {product.category for product in shown}
    for side in _BETWEEN.split(text):
        named = [match.item for match in Knowledge.of(tenant).named(side) if match.item not in found]
        if named and shown and not _says_kind(tenant, side):
            named = [one for one in named if any(_akin(one, other) for other in found or shown)]
            lacking = lacking or not named
        if named:
            found.append(next((product for product in named if product.category in kinds), named[0]))
            kinds = {found[0].category}
    return found[:_PAIR] if len(found) >= _PAIR or lacking else []


def _says_kind(tenant: Tenant, side: str) -> bool:
    """Tell whether a side names a kind of product; "the blue one" is of what was shown."""
    texts = [text for category in tenant.categories for text in category.title.values()]
    texts += [word for category in tenant.categories for some in category.words.values() for word in some]
    return any(alike(word, kind) for kind in words(" ".join(texts)) for word in words(side))


def _akin(one: Product, other: Product) -> bool:
    """Tell whether two products are of one kind, by a word that their names share."""
    if one.category != other.category:
        return False
    return any(
        set(words(one.name[locale])) & set(words(other.name[locale])) for locale in one.name if locale in other.name
    )
