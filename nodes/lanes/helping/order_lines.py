"""Which products of an order a customer means, in any of the shop's languages."""

import re
from collections.abc import Sequence
from typing import Final

from nodes.lanes.matching import alike, fold, words
from prompts.tenant import Tenant
from state.shop import OrderedProduct

_ALL: Final = re.compile(r"\b(tod[oa]s?|entero|completo|all|everything|whole|entire|both|ambos|las dos|los dos)\b")


def lines_meant(text: str, lines: Sequence[OrderedProduct], tenant: Tenant) -> Sequence[OrderedProduct]:
    """Return the lines that a text names, or all of them; the only one whatever it says; none where it names none."""
    if len(lines) == 1 or _ALL.search(fold(text)):
        return lines
    said = set(words(text))
    named = [(_shared(said, line, tenant), line) for line in lines]
    most = max(count for count, _ in named)
    return [line for count, line in named if most and count == most]


def _shared(said: set[str], line: OrderedProduct, tenant: Tenant) -> int:
    """Count the said words that are in one of a line's names."""
    product = next((one for one in tenant.products if one.sku == line.sku), None)
    names = [line.name, *(product.name.values() if product else ())]
    known = {word for name in names for word in words(name)}
    return sum(any(alike(one, word) for word in known) for one in said)
