"""Several kinds of things, each within a price: "a pan and a knife, under 70 in total"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nodes.lanes.matching import fold, words
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.finding import LISTED, Found
from nodes.lanes.shopping.limits import Limits, price_limits
from nodes.lanes.shopping.products import choices, lines, named_products, named_topic, sources
from nodes.lanes.shopping.ranging import headed, said
from prompts.tenant import Product, Tenant
from state.conversation import Reply

_BORDER: Final = re.compile(r"[,;.?!¿¡]+(?:\s+|$)|\s+(?:y|e|o|u|and|or|plus|mas)\s+(?![€$£]?\s*\d)")
_TOGETHER: Final = re.compile(
    r"\b(?:en total|entre (?:los|las) (?:dos|tres)|entre amb[oa]s|entre todo|todo junto|"
    r"(?:los|las) (?:dos|tres) juntos|in total|total|altogether|all together|together|combined|all in|"
    r"for (?:the )?(?:both|two|lot))\b"
)
_ASKING: Final = frozenset(
    "any anything alguna alguno algun algunas algunos what about como tipo estilo between entre busco looking quiero "
    "quisiera kiero need want cada each apiece total both todos todas todo total price precio rango range tell show "
    "teneis vendeis euros euro eur pavos max maximo about got please porfa gracias thanks hola hello also tambien "
    "otra otro cosa cuestan cueste cuesten valgan costing priced ones".split()
)
"""Words beside the name of a thing that say nothing of what it is."""
_LIST: Final = 3
_KINDS: Final = 2


@dataclass(frozen=True, slots=True)
class Bounded:
    """One kind of thing: its words, the products that they name, all of its kind, and what each may cost."""

    text: str
    products: Sequence[Product]
    wider: Sequence[Product]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Wish:
    """All that is looked for; `together` is whether the limit is of the sum."""

    kinds: Sequence[Bounded]
    together: bool


def bounded(tenant: Tenant, text: str, locale: str) -> Wish | None:
    """Return what a text looks for within a price; None where there is no price or no thing.

    A kind without a limit of its own has that of the next part that says one, else of the last that did.
    """
    clauses = [_Clause.of(clause) for clause in _clauses(text)]
    if not any(clause.limits for clause in clauses):
        return None
    phrasing = Phrasing(tenant, locale)
    kinds: list[Bounded] = []
    for at, clause in enumerate(clauses):
        limits = clause.limits or _nearest(clauses, at)
        if limits and clause.naming and (named := named_products(phrasing, clause.naming)):
            wider = headed(phrasing, clause.naming)
            kinds.append(Bounded(clause.naming, [one for one in named if one in wider] or wider, wider, limits))
    return Wish(kinds, bool(_TOGETHER.search(fold(text)))) if kinds else None


def only_bounds(text: str) -> bool:
    """Tell whether a text says a price and nothing that it is of: "under 70 in total"."""
    clause = _Clause.of(fold(text))
    return clause.limits is not None and not clause.naming


def only_looks(tenant: Tenant, text: str, locale: str) -> bool:
    """Tell whether a text names things with their prices and hardly says anything else."""
    clauses = [_Clause.of(clause) for clause in _clauses(text)]
    if not any(clause.limits for clause in clauses):
        return False
    naming = [word for clause in clauses for word in clause.naming.split()]
    return bool(naming) and all(named_topic(Phrasing(tenant, locale), word) for word in naming)


def bounded_kinds(phrasing: Phrasing, text: str) -> Found | None:
    """List each of several kinds within its limit; None where fewer are looked for, or no price is said."""
    wish = bounded(phrasing.tenant, text, phrasing.locale)
    if wish is None or len(wish.kinds) < _KINDS or not _are_apart(wish.kinds):
        return None
    held = [_held(phrasing, kind.products, kind.limits) for kind in wish.kinds]
    if wish.together and not (all(held) and wish.kinds[0].limits.hold(_least(held))):
        held = [_held(phrasing, kind.wider, kind.limits) for kind in wish.kinds]
    paragraphs = [_listed(phrasing, kind, some[:_LIST]) for kind, some in zip(wish.kinds, held, strict=True)]
    if wish.together and all(held):
        paragraphs.append(_summed(phrasing, wish.kinds[0].limits, held))
    shown = list({product.sku: product for some in held for product in some[:_LIST]}.values())
    if not shown:
        return Found(Reply("\n\n".join(paragraphs), awaiting="product"))
    reply = Reply("\n\n".join(paragraphs), sources(phrasing, shown), choices(phrasing, shown), awaiting=LISTED)
    return Found(reply, shown, shown)


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a text: the words that may name a thing, folded, and what it may cost."""

    naming: str
    limits: Limits | None

    @classmethod
    def of(cls, text: str) -> "_Clause":
        limits = price_limits(text)
        rest = _TOGETHER.sub(" ", limits.text if limits else text)
        return cls(" ".join(word for word in words(rest) if word not in _ASKING), limits)


def _clauses(text: str) -> list[str]:
    return [piece for piece in _BORDER.split(" ".join(fold(text).split())) if piece and piece.strip()]


def _nearest(clauses: Sequence[_Clause], at: int) -> Limits | None:
    after = next((clause.limits for clause in clauses[at + 1 :] if clause.limits), None)
    return after or next((clause.limits for clause in reversed(clauses[:at]) if clause.limits), None)


def _are_apart(kinds: Sequence[Bounded]) -> bool:
    """Tell whether each kind has products of its own: salt and pepper are ground in one mill."""
    found = [{product.sku for product in kind.wider} for kind in kinds]
    return not any(one <= other for one in found for other in found if one is not other)


def _held(phrasing: Phrasing, products: Sequence[Product], limits: Limits) -> list[Product]:
    within = [one for one in products if limits.hold(one.price_minor)]
    return sorted(within, key=lambda one: (phrasing.there_are(one) == 0, one.price_minor))


def _least(held: Sequence[Sequence[Product]]) -> int:
    return sum(some[0].price_minor for some in held)


def _listed(phrasing: Phrasing, kind: Bounded, shown: list[Product]) -> str:
    topic = named_topic(phrasing, kind.text)
    if shown:
        return f"{topic[:1].upper()}{topic[1:]}, {said(phrasing, kind.limits)}:\n{lines(phrasing, shown)}"
    nearest = min(kind.products, key=lambda one: one.price_minor)
    none = phrasing.say("product_none_within", query=f"{topic} {said(phrasing, kind.limits)}")
    return f"{none}\n{lines(phrasing, [nearest])}"


def _summed(phrasing: Phrasing, limits: Limits, held: Sequence[Sequence[Product]]) -> str:
    total = _least(held)
    key = "bounded_sum" if limits.hold(total) else "bounded_sum_over"
    names = " + ".join(phrasing.name(some[0]) for some in held)
    return phrasing.say(key, names=names, total=phrasing.money(total))
