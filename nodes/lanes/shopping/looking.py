"""The tool by which a model looks into the catalogue."""

from dataclasses import replace
from typing import Annotated, Final

from pydantic import Field

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.bounding import bounded_kinds
from nodes.lanes.shopping.finding import LIST, Found, Question, search
from nodes.lanes.shopping.gifts import gift_wish, suggest
from nodes.lanes.shopping.products import in_stock_first, named_products, picked, remembered, stocked
from nodes.lanes.shopping.ranging import by_cost
from nodes.tools import Outcome, ToolContext, ToolInput, ToolOutput, tool
from state.effect import SideEffect


class Search(ToolInput):
    """Words of a product's name or kind, in any of the shop's languages."""

    words: Annotated[str, Field(min_length=1, max_length=120)]


class ProductFacts(ToolOutput):
    """One product; the price in the currency's minor unit."""

    sku: str
    name: str
    summary: str
    price_minor: int
    in_stock: int


class CatalogueFacts(ToolOutput):
    """What was found, at most five of `count`."""

    count: int
    currency: str
    products: list[ProductFacts]


@tool(SideEffect.PURE, example=Search(words="sartén 28"))
async def search_products(asked: Search, context: ToolContext) -> Outcome[CatalogueFacts]:
    """Find products by words, with price and stock: "blue teapot", "pans under 30", "cheapest knife", "a present"."""
    phrasing = await stocked(context.ports, context.state, context.turn.locale)
    shown = _found(asked.words, context, phrasing)
    found = shown.about
    facts = [
        ProductFacts(
            sku=product.sku,
            name=phrasing.name(product),
            summary=phrasing.local(product.summary),
            price_minor=product.price_minor,
            in_stock=phrasing.there_are(product),
        )
        for product in found[:LIST]
    ]
    output = CatalogueFacts(count=len(found), currency=phrasing.tenant.profile.currency, products=facts)
    return Outcome(output, shown.reply, {"slots": shown.slots(context.state["slots"])})


def _found(words: str, context: ToolContext, phrasing: Phrasing) -> Found:
    selling, slots, wish = context.ports.counter is not None, context.state["slots"], gift_wish(phrasing, words)
    if wish is not None:
        return suggest(phrasing, wish, selling=selling)
    if several := bounded_kinds(phrasing, words):
        return several
    named = in_stock_first(phrasing, named_products(phrasing, words))
    question = Question(phrasing, named, words, selling=selling)
    of_all = by_cost(question, remembered(phrasing, slots))
    return of_all or search(replace(question, products=named or picked(phrasing, words, slots)))


LOOKING_TOOLS: Final = (search_products,)
