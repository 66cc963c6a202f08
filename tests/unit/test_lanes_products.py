"""A product's card takes along its page and its picture where the catalogue has them."""

from dataclasses import replace

from nodes.lanes.commerce import commerce
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.finding import out_of_stock
from nodes.lanes.shopping.products import named_products, named_topic
from state.conversation import Attachment, Link
from state.turn import ReplyPart
from tests.desk import Stage, conversation, demo, ports


async def test_a_product_with_a_page_and_a_picture_is_shown_with_both() -> None:
    shop, addresses = demo(), {"url": "https://a.test/1", "photo": "https://a.test/1.jpg"}
    shown = [one.model_copy(update=addresses) for one in shop.products]
    made = replace(ports(), tenant=shop.model_copy(update={"products": shown}))
    tapped = ReplyPart("list_reply", f"product:{shown[0].sku}", "Hervidor…")

    update = await commerce(conversation("Hervidor…", parts=[tapped]), Stage(made).runtime)

    reply = update["reply"]
    assert reply is not None
    assert reply.link == Link("Ver en la tienda", "https://a.test/1")
    assert reply.attachment == Attachment("image", "https://a.test/1.jpg")
    assert shop.products[0].name["es"] in reply.text


def test_cups_are_no_coffee_maker_of_three_cups() -> None:
    found = named_products(Phrasing(demo(), "es"), "tazas")

    assert [product.sku for product in found] == ["TAB-MUG-2"]


def test_a_search_is_named_by_what_was_found_rather_than_by_the_sentence() -> None:
    said = named_topic(Phrasing(demo(), "es"), "ando buscando una olla chida para hacer frijoles, no tan cara")

    assert said == "olla"


def test_instead_of_what_is_sold_out_the_same_kind_of_thing_comes_first() -> None:
    shop = demo()
    teapot = next(product for product in shop.products if product.sku == "TEA-IRON-08")

    said = out_of_stock(Phrasing(shop, "es", {product.sku: 5 for product in shop.products}), teapot)

    assert said.sources[1].title.startswith("Tetera")
