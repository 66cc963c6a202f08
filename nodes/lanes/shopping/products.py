"""Which products a message is about."""

import re
from typing import Final

from nodes.lanes.knowledge import Knowledge
from nodes.lanes.matching import alike, fold, topic, words
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.reading import by_price, place_in_list, sizes
from nodes.ports import Ports
from prompts.tenant import Product
from state.conversation import Choice, Conversation, Source
from state.turn import ReferralPart, ReplyPart, Turn

CHOSEN = "product:"
"""What the id of a product's choice begins with; its SKU follows."""


async def stocked(ports: Ports, state: Conversation, locale: str) -> Phrasing:
    """Return the shop's words with the stock of the records; raises `RecordsUnavailableError`."""
    left = await ports.counter.orders.stock(state["tenant_id"]) if ports.counter else None
    return Phrasing(ports.tenant, locale, left)


_MEASURE: Final = re.compile(r"(?<!de )(?<!of )(?<!con )(?<!with )\b\d+ (\w{3,})")
_BY_MEASURE: Final = re.compile(
    r"\b(?:el|la|the|una?) (?:de )?(?:\w+ (?:cup|person)s? )?(?:\d|dos|tres|seis|one\b)|\bfor \w+ cups\b"
)
"""Who points at one of several by its measure: "la de 3 tazas"."""
_PERSON: Final = re.compile(
    r"\b(?:para|a|for)\s{1,3}(?:(?:mi|mis|tu|su|un|una|unos|unas|el|la|los|las|my|a|an|his|her|our|the|some)\s{1,3}){0,3}"
    r"(?:madre|mama|padre|papa|herman|abuel|amig|novi|mujer|marido|espos|pareja|hij|suegr|prim[oa]s?\b|sobrin|jef[ea]|"
    r"companer|cunad|vecin|invitad|alguien|mum|mom|mother|dad|father|brother|sister|grand|friend|girlfriend|boyfriend|"
    r"wife|husband|partner|son\b|sons\b|daughter|aunt|uncle|cousin|niece|nephew|boss|colleague|neighbou?r|someone|"
    r"somebody)\w*"
)


def without_person(text: str) -> str:
    """Return a text, folded if it says so, without whom something is for: "una tetera para mi madre" is of a teapot."""
    return _PERSON.sub(" ", fold(text)) if _PERSON.search(fold(text)) else text


def named_products(phrasing: Phrasing, text: str) -> list[Product]:
    """Return the products that `text` names: all that share most of its words, of the measures it says."""
    text = without_person(text)
    named = [match.item for match in Knowledge.of(phrasing.tenant).named(text, phrasing.locale)]
    named = _called(named, text) or named
    named = _by_more_than_measure(named, text) or named
    return of_size(named, text) or named


def _called(products: list[Product], text: str) -> list[Product]:
    """Return the products that `text` calls by a word of their own, rather than of their category's title."""
    said = words(text)
    return [product for product in products if any(alike(word, own) for own in _own_words(product) for word in said)]


def _by_more_than_measure(products: list[Product], text: str) -> list[Product]:
    """Return the products that `text` names by more than what they are measured in: cups are no "moka pot 3 cups"."""
    if _BY_MEASURE.search(fold(text)):
        return products
    said = words(text)
    return [product for product in products if any(alike(word, own) for own in _unmeasured(product) for word in said)]


def _unmeasured(product: Product) -> list[str]:
    return [word for word in _own_words(product) if word not in set(words(" ".join(_measures(product))))]


def _measures(product: Product) -> list[str]:
    return [found[1] for name in product.name.values() for found in _MEASURE.finditer(fold(name))]


def named_topic(phrasing: Phrasing, text: str) -> str:
    """Return the words of `text` that find products, in the customer's spelling: never the sentence around them."""
    known = Knowledge.of(phrasing.tenant)
    some = (known.products, known.kinds, known.details)
    return " ".join(word for word in topic(text).split() if any(index.knows(fold(word)) for index in some))


def _own_words(product: Product) -> list[str]:
    other = [word for some in product.words.values() for word in some]
    return words(" ".join([*product.name.values(), *other]))


def of_size(products: list[Product], text: str) -> list[Product]:
    """Return the products whose names have a measure that `text` says: "the 28 one"."""
    said = set(sizes(text))
    return [product for product in products if said & set(sizes(" ".join(product.name.values())))]


def pointed_at(turn: Turn, phrasing: Phrasing) -> list[Product]:
    """Return the product that the customer tapped, or wrote about from its page in the channel's catalogue."""
    skus = set()
    for part in turn.parts:
        match part:
            case ReplyPart(id=chosen) if chosen.startswith(CHOSEN):
                skus.add(chosen.removeprefix(CHOSEN))
            case ReferralPart(source="product", ref=str(sku)):
                skus.add(sku)
    return [product for product in phrasing.tenant.products if product.sku in skus]


def remembered(phrasing: Phrasing, slots: dict[str, str]) -> list[Product]:
    """Return the products that the conversation was last about."""
    return with_skus(phrasing, slots.get("products", ""))


def with_skus(phrasing: Phrasing, skus: str) -> list[Product]:
    """Return the products of a list of SKUs with spaces between."""
    known = {product.sku: product for product in phrasing.tenant.products}
    return [known[sku] for sku in skus.split() if sku in known]


def picked(phrasing: Phrasing, text: str, slots: dict[str, str]) -> list[Product]:
    """Return which of the products that were listed is meant: "the second one", "la de 28", "el más barato"."""
    listed = with_skus(phrasing, slots.get("listed", ""))
    place = place_in_list(text)
    if place is not None and listed and -1 <= place < len(listed):
        return [listed[place]]
    if words(text) and named_products(phrasing, text):
        return []
    shown = remembered(phrasing, slots)
    return dearest(phrasing, shown, text) or of_size(shown, text)


def dearest(phrasing: Phrasing, products: list[Product], text: str) -> list[Product]:
    """Return the cheapest or the dearest of those in stock, where `text` asks for it."""
    way = by_price(text)
    there = [product for product in products if phrasing.there_are(product)] or products
    return [min(there, key=lambda product: -way * product.price_minor)] if way and there else []


def narrowed(phrasing: Phrasing, named: list[Product], shown: list[Product], text: str) -> list[Product]:
    """Of several named products prefer those of the kind that was just shown: "the blue one" after kettles.

    Who names the kind itself asks for all of it.
    """
    kinds = {product.category for product in shown}
    if len(named) == 1 or all(product.category not in kinds for product in named):
        return named
    of_kind = [product for product in named if product.category in kinds]
    asked = {match.item.name for match in Knowledge.of(phrasing.tenant).categories.find(text)}
    again = {product.sku for product in shown}
    if asked & kinds:
        return of_kind
    return [product for product in named if product.sku in again] or of_kind


def in_stock_first(phrasing: Phrasing, products: list[Product]) -> list[Product]:
    """Return the products with those in stock before the others, otherwise in their order."""
    return sorted(products, key=lambda product: phrasing.there_are(product) == 0)


def likeness(product: Product, other: Product) -> int:
    """Return how much one product's names share with another's: by what they begin with first, then word by word."""
    pairs = [(words(name), words(other.name.get(locale, ""))) for locale, name in product.name.items()]
    same_kind = sum(bool(mine and its) and alike(mine[0], its[0]) for mine, its in pairs)
    shared = sum(word in its for mine, its in pairs for word in mine if word.isalpha())
    return _KIND * same_kind + shared


_KIND: Final = 10


def lines(phrasing: Phrasing, products: list[Product]) -> str:
    """Return one line for each product."""
    return "\n".join(
        phrasing.say(
            "product_line",
            name=phrasing.name(product),
            price=phrasing.money(product.price_minor),
            stock=phrasing.stock(product),
        )
        for product in products
    )


def sources(phrasing: Phrasing, products: list[Product]) -> list[Source]:
    """Return what supports a reply about products."""
    return [Source("product", product.sku, phrasing.name(product)) for product in products]


def choices(phrasing: Phrasing, products: list[Product]) -> list[Choice]:
    """Return a choice for each product."""
    return [
        Choice(
            f"{CHOSEN}{product.sku}",
            phrasing.name(product),
            f"{phrasing.money(product.price_minor)} · {phrasing.stock(product)}",
        )
        for product in products
    ]


def titled(phrasing: Phrasing, product: Product) -> str:
    """Return the title of a product's category."""
    titles = {category.name: phrasing.local(category.title) for category in phrasing.tenant.categories}
    return titles.get(product.category, phrasing.name(product))
