"""The commerce lane: find products, say prices and stock, compare, recommend."""

from collections.abc import Callable
from typing import Final

from langgraph.runtime import Runtime

from nodes.lanes.attachments import answer_attachments
from nodes.lanes.clarifying import question
from nodes.lanes.comparing import compared_products
from nodes.lanes.info import written_answer
from nodes.lanes.knowledge import Knowledge
from nodes.lanes.matching import topic
from nodes.lanes.phrasing import Phrasing
from nodes.ports import Ports
from prompts.tenant import Product
from state.conversation import Attachment, Choice, Conversation, ConversationUpdate, Link, Reply, Source
from state.turn import ReferralPart, ReplyPart, Turn

_LIST: Final = 5
_PAIR: Final = 2
_CHOSEN: Final = "product:"


async def commerce(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    """Answer from the catalogue; remember the product the conversation is about."""
    turn, tenant = state["turns"][-1], runtime.context.tenant
    phrasing = Phrasing(tenant, turn.locale)
    attached = answer_attachments(turn, phrasing) or question(state["decision"], phrasing)
    if attached is not None:
        return {"reply": attached}
    intent = tenant.intent(state["intent"])
    written = written_answer(intent.answer, phrasing) if intent else None
    if written is not None:
        return {"reply": written}
    shown = remembered(phrasing, state["slots"])
    products = pointed_at(turn, phrasing) or _narrowed(named_products(phrasing, turn.text), shown) or shown
    action = intent.answer.action if intent else None
    if action == "product_compare":
        products = compared_products(tenant, turn.text, shown) or products
    reply = _ACTIONS.get(action or "product_search", _found)(phrasing, products, turn.text)
    if not products:
        return {"reply": reply}
    return {"reply": reply, "slots": {**state["slots"], "products": " ".join(product.sku for product in products)}}


def named_products(phrasing: Phrasing, text: str) -> list[Product]:
    """Return the products that `text` names; all that share most of its words."""
    return [match.item for match in Knowledge.of(phrasing.tenant).named(text)]


def pointed_at(turn: Turn, phrasing: Phrasing) -> list[Product]:
    """Return the product that the customer tapped, or wrote about from its page in the channel's catalogue."""
    skus = set()
    for part in turn.parts:
        match part:
            case ReplyPart(id=chosen) if chosen.startswith(_CHOSEN):
                skus.add(chosen.removeprefix(_CHOSEN))
            case ReferralPart(source="product", ref=str(sku)):
                skus.add(sku)
    return [product for product in phrasing.tenant.products if product.sku in skus]


def remembered(phrasing: Phrasing, slots: dict[str, str]) -> list[Product]:
    """Return the products that the conversation was last about."""
    known = {product.sku: product for product in phrasing.tenant.products}
    return [known[sku] for sku in slots.get("products", "").split() if sku in known]


def _narrowed(named: list[Product], shown: list[Product]) -> list[Product]:
    """Of several named products prefer those of the kind that was just shown: "the blue one" after kettles."""
    kinds = {product.category for product in shown}
    if len(named) == 1 or all(product.category not in kinds for product in named):
        return named
    again = {product.sku for product in shown}
    return [product for product in named if product.sku in again] or [
        product for product in named if product.category in kinds
    ]


def _found(phrasing: Phrasing, products: list[Product], text: str) -> Reply:
    if not products:
        return _none(phrasing, text)
    if len(products) == 1:
        return _card(phrasing, products[0])
    listed = in_stock_first(products)[:_LIST]
    reply = phrasing.say(
        "product_many",
        count=len(products),
        query=topic(text) or _kind(phrasing, products[0]),
        list=lines(phrasing, listed),
    )
    return Reply(reply, _sources(phrasing, listed), _choices(phrasing, listed))


def _card(phrasing: Phrasing, product: Product) -> Reply:
    text = phrasing.say(
        "product_one",
        name=phrasing.name(product),
        price=phrasing.money(product.price_minor),
        summary=phrasing.local(product.summary),
        stock=phrasing.stock(product),
    )
    page = Link(phrasing.say("choice_product_page"), product.url) if product.url else None
    photo = Attachment("image", product.photo) if product.photo else None
    return Reply(text, _sources(phrasing, [product]), link=page, attachment=photo)


def _price(phrasing: Phrasing, products: list[Product], text: str) -> Reply:
    if len(products) != 1:
        return _found(phrasing, products, text) if products else _which(phrasing)
    product = products[0]
    said = phrasing.say("product_price", name=phrasing.name(product), price=phrasing.money(product.price_minor))
    return Reply(f"{said} ({phrasing.stock(product)})", _sources(phrasing, products))


def _availability(phrasing: Phrasing, products: list[Product], text: str) -> Reply:
    if len(products) != 1:
        return _found(phrasing, products, text) if products else _which(phrasing)
    product = products[0]
    if product.stock:
        said = phrasing.say("product_in_stock", name=phrasing.name(product), stock=phrasing.stock(product))
        return Reply(said, _sources(phrasing, products))
    others = [
        other
        for other in phrasing.tenant.products
        if other.category == product.category and other.stock and other.sku != product.sku
    ][:3]
    said = phrasing.say(
        "product_out_of_stock", name=phrasing.name(product), alternatives=lines(phrasing, others) or "—"
    )
    return Reply(said, _sources(phrasing, [product, *others]))


def _details(phrasing: Phrasing, products: list[Product], text: str) -> Reply:
    if len(products) != 1:
        return _found(phrasing, products, text) if products else _which(phrasing)
    product = products[0]
    said = phrasing.say("product_details", name=phrasing.name(product), summary=phrasing.local(product.summary))
    return Reply(said, _sources(phrasing, products), phrasing.offer_person())


def _compare(phrasing: Phrasing, products: list[Product], _text: str) -> Reply:
    if len(products) < _PAIR:
        return _which(phrasing)
    first, second = (_card(phrasing, product).text for product in products[:_PAIR])
    said = phrasing.say("product_compare", first=first, second=second)
    return Reply(said, _sources(phrasing, products[:_PAIR]))


def _recommend(phrasing: Phrasing, products: list[Product], text: str) -> Reply:
    if len(products) == 1:
        return _card(phrasing, products[0]) if products[0].stock else _availability(phrasing, products, text)
    kinds = {product.category for product in products}
    alike = [product for product in phrasing.tenant.products if product.category in kinds]
    pools = (products, alike, phrasing.tenant.products)
    listed = next((there for pool in pools if (there := [product for product in pool if product.stock])), [])[:3]
    if not listed:
        return _none(phrasing, text)
    return Reply(
        phrasing.say("recommend", list=lines(phrasing, listed)), _sources(phrasing, listed), _choices(phrasing, listed)
    )


def _which(phrasing: Phrasing) -> Reply:
    return Reply(phrasing.say("product_which"), awaiting="product")


def _none(phrasing: Phrasing, text: str) -> Reply:
    return Reply(phrasing.say("product_none", query=topic(text) or text.strip()[:60]), awaiting="product")


def _kind(phrasing: Phrasing, product: Product) -> str:
    titles = {category.name: phrasing.local(category.title) for category in phrasing.tenant.categories}
    return titles.get(product.category, phrasing.name(product))


_ACTIONS: Final[dict[str, Callable[[Phrasing, list[Product], str], Reply]]] = {
    "product_search": _found,
    "product_price": _price,
    "product_availability": _availability,
    "product_compare": _compare,
    "product_details": _details,
    "product_recommend": _recommend,
}


def in_stock_first(products: list[Product]) -> list[Product]:
    """Return the products with those in stock before the others, otherwise in their order."""
    return sorted(products, key=lambda product: product.stock == 0)


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


def _sources(phrasing: Phrasing, products: list[Product]) -> list[Source]:
    return [Source("product", product.sku, phrasing.name(product)) for product in products]


def _choices(phrasing: Phrasing, products: list[Product]) -> list[Choice]:
    return [
        Choice(
            f"{_CHOSEN}{product.sku}",
            phrasing.name(product),
            f"{phrasing.money(product.price_minor)} · {phrasing.stock(product)}",
        )
        for product in products[:_LIST]
    ]
