"""Which products of an order a customer means, and how many of one, in any of the shop's languages."""

import re
from collections.abc import Sequence
from typing import Final

from nodes.lanes.knowledge import Knowledge
from nodes.lanes.matching import alike, fold, words
from prompts.tenant import Tenant
from state.shop import OrderedProduct

_ALL: Final = re.compile(r"\b(tod[oa]s?|entero|completo|all|everything|whole|entire|both|ambos|las dos|los dos)\b")
_NUMBERS: Final = {
    **dict.fromkeys(("un", "una", "uno", "one", "a", "1"), 1),
    **dict.fromkeys(("dos", "two", "2"), 2),
    **dict.fromkeys(("tres", "three", "3"), 3),
    **dict.fromkeys(("cuatro", "four", "4"), 4),
    **dict.fromkeys(("cinco", "five", "5"), 5),
    **dict.fromkeys(("seis", "six", "6"), 6),
}
_N: Final = "|".join(number for number in _NUMBERS if number != "a")
_COUNTED: Final = (
    re.compile(rf"\b({_N}) (?:de (?:l[ao]s|ell[ao]s|est[ao]s|es[ao]s)|of (?:the|them|those|these|my))\b"),
    re.compile(rf"\b(?:solo|solamente|nada mas(?: que)?|only|just) ({_N})\b"),
    re.compile(rf"\b({_N}) (?:sol[oa]|nada mas|only)\b"),
    re.compile(rf"\b({_N}) (?:esta|estan|llego|llegaron|vino|is|was|are|were|came|arrived)\b"),
    re.compile(rf"\b({_N})$"),
)
_BEFORE_ITS_NAME: Final = re.compile(rf"\b({_N}|a) (?:pareja de |par de |pair of )?([a-z]{{3,}})")


def lines_meant(
    text: str, lines: Sequence[OrderedProduct], tenant: Tenant, locale: str = ""
) -> Sequence[OrderedProduct]:
    """Return the lines that a text names, or all of them; the only one unless it names another product.

    None where it names none.
    """
    if all_of_it(text):
        return lines
    said = set(words(text))
    named = [(_shared(said, line, tenant), line) for line in lines]
    most = max(count for count, _ in named)
    if len(lines) == 1:
        return (
            [] if not most and names_another(text, lines, tenant, locale) and not near(text, lines, tenant) else lines
        )
    return [line for count, line in named if most and count == most]


def names_another(text: str, lines: Sequence[OrderedProduct], tenant: Tenant, locale: str) -> bool:
    """Tell whether a text names something that the shop sells and that isn't among the lines.

    By a kind of things or a word of a name; a question asks something else.
    """
    if "?" in text:
        return False
    known = Knowledge.of(tenant)
    said, found = set(words(text)), {match.item.sku: match.item for match in known.named(text, locale)}
    called = {word for product in found.values() for name in product.name.values() for word in words(name)}
    surely = bool(said & called) or bool(known.categories.find(text))
    return bool(found) and surely and not any(line.sku in found or _shared(said, line, tenant) for line in lines)


def names_any(text: str, lines: Sequence[OrderedProduct], tenant: Tenant) -> bool:
    """Tell whether a text holds a word of one of the lines' names."""
    said = set(words(text))
    return any(_shared(said, line, tenant) for line in lines)


def near(text: str, lines: Sequence[OrderedProduct], tenant: Tenant) -> Sequence[OrderedProduct]:
    """Return the lines that are of the kind a text names: of a kettle and mugs, the kettle for "the teapot"."""
    kinds = {match.item.name for match in Knowledge.of(tenant).categories.find(text)}
    return [line for line in lines if _kind(line, tenant) in kinds]


def pieces_in(text: str, lines: Sequence[OrderedProduct] = (), tenant: Tenant | None = None) -> int | None:
    """Return how many of something are meant: "one of the mugs", "only one", and before the name of a line.

    >>> pieces_in("devolver una de las tazas"), pieces_in("no, just one"), pieces_in("me gusta una cosa")
    (1, 1, None)
    """
    folded = re.sub(r"[^\w\s]", " ", fold(text)).strip()
    if found := next((found for form in _COUNTED if (found := form.search(folded))), None):
        return _NUMBERS[found[1]]
    for found in _BEFORE_ITS_NAME.finditer(folded):
        if tenant is not None and any(_shared({found[2]}, line, tenant) for line in lines):
            return _NUMBERS[found[1]]
    return None


def all_of_it(text: str) -> bool:
    """Tell whether everything is meant."""
    return _ALL.search(fold(text)) is not None


def _kind(line: OrderedProduct, tenant: Tenant) -> str | None:
    return next((product.category for product in tenant.products if product.sku == line.sku), None)


def _shared(said: set[str], line: OrderedProduct, tenant: Tenant) -> int:
    """Count the said words that are in one of a line's names."""
    product = next((one for one in tenant.products if one.sku == line.sku), None)
    names = [line.name, *(product.name.values() if product else ())]
    known = {word for name in names for word in words(name)}
    return sum(any(alike(one, word) for word in known) for one in said)
