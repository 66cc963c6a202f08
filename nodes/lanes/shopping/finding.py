"""Answers about products: what there is, what it costs, whether it is there, which to take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from nodes.lanes.matching import topic
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.products import (
    choices,
    dearest,
    in_stock_first,
    likeness,
    lines,
    named_topic,
    sources,
    titled,
)
from nodes.lanes.shopping.reading import asks_stock
from prompts.tenant import Product
from state.conversation import Attachment, Choice, Link, Reply

LIST: Final = 5
LISTED: Final = "listed"
"""What the conversation awaits after a list: which one."""
MORE: Final = "more:products"
ADD: Final = "cart:add:"
_PAIR: Final = 2
_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A reply about products; `about` are all that it is about, `listed` those it lists, in that order."""

    reply: Reply
    about: Sequence[Product] = field(default_factory=list)
    listed: Sequence[Product] = field(default_factory=list)

    def slots(self, before: dict[str, str]) -> dict[str, str]:
        """Return the slots after it; what was talked of stays where nothing new is."""
        if not self.about:
            return before
        kept = {key: value for key, value in before.items() if key != "listed"}
        listed = {"listed": " ".join(product.sku for product in self.listed)} if self.listed else {}
        return {**kept, "products": " ".join(product.sku for product in self.about), **listed}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of which products; `selling` is whether they can be put into a cart here."""

    phrasing: Phrasing
    products: list[Product]
    text: str
    selling: bool


def search(asked: Question) -> Found:
    """Say what there is."""
    if not asked.products:
        return _none(asked)
    if chosen := dearest(asked.phrasing, asked.products, asked.text):
        return card(asked, chosen[0])
    if len(asked.products) == 1:
        return card(asked, asked.products[0])
    return listing(asked, in_stock_first(asked.phrasing, asked.products), 0)


def listing(asked: Question, products: list[Product], start: int, query: str = "") -> Found:
    """List the products from one on, and offer the rest; `query` is what they were asked for by, else the topic."""
    phrasing = asked.phrasing
    there = products[start : start + LIST]
    key = "product_many" if start == 0 else "product_more"
    query = query or (named_topic(phrasing, asked.text) if start == 0 else "")
    text = phrasing.say(
        key, count=len(products), query=query or titled(phrasing, products[0]), list=lines(phrasing, there)
    )
    offered = choices(phrasing, there)
    if rest := len(products) - start - len(there):
        text = f"{text}\n{phrasing.counted('product_rest', rest)}"
        offered.append(Choice(MORE, phrasing.say("choice_more")))
    return Found(Reply(text, sources(phrasing, there), offered, awaiting=LISTED), products, products[: start + LIST])


def card(asked: Question, product: Product) -> Found:
    """Show one product, and how to put it into the cart."""
    phrasing = asked.phrasing
    page = Link(phrasing.say("choice_product_page"), product.url) if product.url else None
    photo = Attachment("image", product.photo) if product.photo else None
    reply = Reply(in_words(phrasing, product), sources(phrasing, [product]), link=page, attachment=photo)
    return Found(_with_cart(asked, reply, product), [product])


def price(asked: Question) -> Found:
    """Say what it costs."""
    if len(asked.products) != 1 and not dearest(asked.phrasing, asked.products, asked.text):
        return search(asked) if asked.products else which(asked)
    phrasing, product = asked.phrasing, (dearest(asked.phrasing, asked.products, asked.text) or asked.products)[0]
    said = phrasing.say("product_price", name=phrasing.name(product), price=phrasing.money(product.price_minor))
    reply = Reply(f"{said} ({phrasing.stock(product)})", sources(phrasing, [product]))
    return Found(_with_cart(asked, reply, product), [product])


def availability(asked: Question) -> Found:
    """Say whether it is there, and what is like it where it isn't; a yes only to who asks that."""
    if len(asked.products) != 1:
        return search(asked) if asked.products else which(asked)
    phrasing, product = asked.phrasing, asked.products[0]
    if phrasing.there_are(product) and not asks_stock(asked.text):
        return card(asked, product)
    if phrasing.there_are(product):
        said = phrasing.say("product_in_stock", name=phrasing.name(product), stock=phrasing.stock(product))
        return Found(_with_cart(asked, Reply(said, sources(phrasing, [product])), product), [product])
    return Found(out_of_stock(phrasing, product), [product])


def out_of_stock(phrasing: Phrasing, product: Product) -> Reply:
    """Say that there is none of a product, and what is like it."""
    there = [
        other
        for other in phrasing.tenant.products
        if other.category == product.category and phrasing.there_are(other) and other.sku != product.sku
    ]
    others = sorted(there, key=lambda other: likeness(product, other), reverse=True)[:_FEW]
    alternatives = lines(phrasing, others) or "—"
    said = phrasing.say("product_out_of_stock", name=phrasing.name(product), alternatives=alternatives)
    return Reply(said, sources(phrasing, [product, *others]))


def details(asked: Question) -> Found:
    """Say what it is like."""
    if len(asked.products) != 1:
        return search(asked) if asked.products else which(asked)
    phrasing, product = asked.phrasing, asked.products[0]
    said = phrasing.say("product_details", name=phrasing.name(product), summary=phrasing.local(product.summary))
    return Found(Reply(said, sources(phrasing, [product]), phrasing.offer_person()), [product])


def compare(asked: Question) -> Found:
    """Set two side by side."""
    if len(asked.products) < _PAIR:
        return which(asked)
    pair = asked.products[:_PAIR]
    first, second = (in_words(asked.phrasing, product) for product in pair)
    said = asked.phrasing.say("product_compare", first=first, second=second)
    return Found(Reply(said, sources(asked.phrasing, pair), choices(asked.phrasing, pair), LISTED), pair, pair)


def recommend(asked: Question) -> Found:
    """Say which we would take."""
    phrasing, products = asked.phrasing, asked.products
    if len(products) == 1:
        return card(asked, products[0]) if phrasing.there_are(products[0]) else availability(asked)
    kinds = {product.category for product in products}
    alike = [product for product in phrasing.tenant.products if product.category in kinds]
    pools = (products, alike, phrasing.tenant.products)
    there = ([product for product in pool if phrasing.there_are(product)] for pool in pools)
    listed = next((pool for pool in there if pool), [])[:_FEW]
    if not listed:
        return _none(asked)
    said = phrasing.say("recommend", list=lines(phrasing, listed))
    return Found(Reply(said, sources(phrasing, listed), choices(phrasing, listed), LISTED), listed, listed)


def which(asked: Question) -> Found:
    """Ask which product is meant."""
    return Found(Reply(asked.phrasing.say("product_which"), awaiting="product"))


ACTIONS: Final[dict[str, Callable[[Question], Found]]] = {
    "product_search": search,
    "product_price": price,
    "product_availability": availability,
    "product_compare": compare,
    "product_details": details,
    "product_recommend": recommend,
}


def _none(asked: Question) -> Found:
    query = topic(asked.text) or asked.text.strip()[:60]
    return Found(Reply(asked.phrasing.say("product_none", query=query), awaiting="product"))


def in_words(phrasing: Phrasing, product: Product) -> str:
    """Return a product with its price, stock and facts."""
    return phrasing.say(
        "product_one",
        name=phrasing.name(product),
        price=phrasing.money(product.price_minor),
        summary=phrasing.local(product.summary),
        stock=phrasing.stock(product),
    )


def _with_cart(asked: Question, reply: Reply, product: Product) -> Reply:
    """Return the reply with the button that puts the product into the cart."""
    if not asked.selling or not asked.phrasing.there_are(product):
        return reply
    return replace(reply, choices=[Choice(f"{ADD}{product.sku}", asked.phrasing.say("choice_add"))])
