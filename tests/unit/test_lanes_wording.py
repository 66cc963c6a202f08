"""What testers found odd in the shop's answers, and what it says now."""

from typing import Any

import pytest

from nodes.lanes.commerce import commerce
from nodes.lanes.support import support
from state.conversation import Reply
from tests.desk import Stage, conversation, demo


def reply_of(update: Any) -> Reply:
    reply = update["reply"]
    assert isinstance(reply, Reply)
    return reply


def said(update: Any) -> str:
    return reply_of(update).text


async def shop(text: str, intent: str, locale: str = "en", **changes: Any) -> Any:
    return await commerce(conversation(text, locale=locale, intent=intent, **changes), Stage().runtime)


def shown(update: Any) -> list[str]:
    return [source.ref for source in reply_of(update).sources]


@pytest.mark.parametrize(
    ("text", "locale", "sorry"),
    [
        ("quiero devolver la tostadora roja, no me gusta", "es", False),
        ("quiero devolver la tostadora roja, llegó rota", "es", True),
        ("I want to return the red toaster, changed my mind", "en", False),
        ("the red toaster came cracked, I want to return it", "en", True),
        ("I want to return something", "en", False),
    ],
)
async def test_only_what_arrived_badly_is_regretted(text: str, locale: str, sorry: bool) -> None:
    update = await support(conversation(text, locale=locale, intent="return_item"), Stage().runtime)

    assert ("Siento" in said(update) or "sorry" in said(update)) is sorry


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("What's different between the steel kettle and the glass kettle?", ["KET-STEEL-17", "KET-GLASS-15"]),
        ("compare the red casserole and the cast iron frying pan", ["POT-IRON-24R", "PAN-IRON-26"]),
        ("¿es mejor la cafetera italiana o la de émbolo?", ["COF-MOKA-3", "COF-PRESS-1"]),
        ("el hervidor rojo frente al negro", ["KET-RED-17", "KET-BLACK-17"]),
    ],
)
async def test_two_named_products_are_set_side_by_side_and_remembered(text: str, pair: list[str]) -> None:
    update = await shop(text, "product_compare")

    assert shown(update) == pair
    assert update["slots"]["products"].split() == pair


async def test_two_of_what_was_shown_are_compared() -> None:
    kettles = " ".join(product.sku for product in demo().products if product.category == "kettles")

    update = await shop("the red one or the black one?", "product_compare", slots={"products": kettles})

    assert shown(update) == ["KET-RED-17", "KET-BLACK-17"]


async def test_a_products_own_name_comes_before_a_word_of_its_category() -> None:
    assert shown(await shop("Cuánto cuesta la báscula", "product_price", "es")) == ["APP-SCALE-5"]


async def test_what_customers_do_with_products_names_none() -> None:
    update = await shop("I'd like to see kettles", "product_search")

    assert len(shown(update)) > 1


@pytest.mark.parametrize("text", ["recommend a kettle", "recommend a wok", "recommend something"])
async def test_what_is_sold_out_is_not_recommended(text: str) -> None:
    update = await shop(text, "product_recommend")

    stock = {product.sku: product.stock for product in demo().products}
    assert shown(update)
    assert all(stock[choice.id.removeprefix("product:")] for choice in reply_of(update).choices)
    assert "sold out" not in said(update)


async def test_a_products_details_are_its_summary_and_the_way_to_ask_for_more() -> None:
    update = await shop("how big is the paella pan?", "product_details")

    product = next(product for product in demo().products if product.sku == "POT-PAELLA-38")
    assert product.summary["en"] in said(update)
    assert demo().profile.contact.email in said(update)
    assert [choice.id for choice in reply_of(update).choices] == ["action:talk_to_person"]


async def test_details_without_a_product_ask_which() -> None:
    assert reply_of(await shop("how much does it weigh?", "product_details")).awaiting == "product"
