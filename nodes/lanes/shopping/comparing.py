"""Which two products a message wants compared."""

import re
from collections.abc import Sequence
from typing import Final

from nodes.lanes.knowledge import Knowledge
from prompts.tenant import Product, Tenant

_BETWEEN: Final = re.compile(
    r"[,;/]|\b(?:y|e|o|u|and|or|vs|versus|than|que|frente\s+al?|contra|against)\b", re.IGNORECASE
)
_PAIR: Final = 2


def compared_products(tenant: Tenant, text: str, shown: Sequence[Product]) -> list[Product]:
    """Return the first two products that `text` sets side by side, or none when it doesn't name two.

    "The steel kettle and the glass one": the second is looked for among products of the first one's kind, or of those
    in `shown`, before all others.
    """
    found: list[Product] = []
    kinds = {product.category for product in shown}
    for side in _BETWEEN.split(text):
        named = [match.item for match in Knowledge.of(tenant).named(side) if match.item not in found]
        if named:
            found.append(next((product for product in named if product.category in kinds), named[0]))
            kinds = {found[0].category}
    return found[:_PAIR] if len(found) >= _PAIR else []
