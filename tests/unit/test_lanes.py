from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from nodes.handoff import handoff
from nodes.lanes.commerce import commerce
from nodes.lanes.info import info
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.support import support
from nodes.lanes.together import Agent
from state.conversation import Conversation, ConversationUpdate, Handoff, Reply
from state.decision import Candidate
from state.turn import LocationPart, MediaPart, OrderLine, OrderPart, Part, ReactionPart, UnsupportedPart
from tests.desk import Stage, conversation, decided, demo, ports

MONDAY_MORNING = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CHRISTMAS = datetime(2026, 12, 25, 10, 0, tzinfo=UTC)


def reply_of(update: ConversationUpdate) -> Reply:
    reply = update["reply"]
    assert reply is not None
    return reply


def said(update: ConversationUpdate) -> str:
    return reply_of(update).text


async def hours(text: str, at: datetime, locale: str = "es") -> str:
    return said(await info(conversation(text, locale=locale, intent="opening_hours"), Stage(ports(at=at)).runtime))


async def test_an_open_shop_says_until_when_and_the_week() -> None:
    answer = await hours("¿a qué hora abren?", MONDAY_MORNING)

    assert demo().texts["es"]["hours_open_now"].split("{")[0] in answer
    assert "lunes" in answer
    assert "domingo" in answer


async def test_a_closed_shop_says_when_it_opens() -> None:
    answer = await hours("are you open?", SUNDAY, "en")

    assert "closed right now" in answer
    assert "Monday" in answer.split("\n", maxsplit=1)[0]


async def test_a_holiday_breaks_the_week() -> None:
    answer = await hours("are you open on friday?", datetime(2026, 12, 22, 10, 0, tzinfo=UTC), "en")

    assert "Friday, December 25" in answer
    assert "closed" in answer


async def test_the_day_that_was_asked_for_is_answered() -> None:
    assert "domingo" in (answer := await hours("¿abren los domingos?", MONDAY_MORNING))
    assert "lunes" not in answer
    assert "martes 24 de noviembre" in await hours("¿mañana a qué hora abren?", MONDAY_MORNING)


async def test_mornings_are_not_tomorrow() -> None:
    assert "martes 24" not in await hours("¿abren por la mañana?", MONDAY_MORNING)


@pytest.mark.parametrize("text", ["abren el 25 de diciembre?", "¿abrís el 25/12?", "y el 25 diciembre"])
async def test_a_date_that_was_asked_for_is_answered(text: str) -> None:
    assert "viernes 25 de diciembre cerramos" in await hours(text, MONDAY_MORNING)


async def test_an_english_date_is_understood() -> None:
    assert "Friday, December 25" in await hours("Are you open on December 25th?", MONDAY_MORNING, "en")


@pytest.mark.parametrize("text", ["abren el 45 de diciembre?", "abren el 31/2?"])
async def test_a_date_that_is_none_is_not_answered_as_one(text: str) -> None:
    assert "lunes" in await hours(text, MONDAY_MORNING)


@pytest.mark.parametrize("locale", ["es", "en"])
async def test_every_intent_of_the_shop_has_an_answer_in_each_language(locale: str) -> None:
    agents = {"info": info, "commerce": commerce, "support": support, "handoff": handoff}
    for intent in demo().intents:
        state = conversation(intent.examples[locale][0], locale=locale, intent=intent.name)
        answer = said(await agents[intent.lane](state, Stage().runtime))
        assert answer.strip(), intent.name
        assert "{" not in answer, intent.name


async def test_what_nothing_supports_is_not_known_and_a_person_is_offered() -> None:
    update = await info(conversation("explain quantum entanglement", locale="en"), Stage().runtime)

    assert "don't know" in said(update)
    assert [choice.id for choice in reply_of(update).choices] == ["action:talk_to_person"]


@pytest.mark.parametrize("text", ["🙂🙂", "👍"])
async def test_signs_alone_are_taken_as_a_reaction(text: str) -> None:
    assert said(await info(conversation(text, locale="en"), Stage().runtime)) == demo().texts["en"]["reaction"]


async def test_a_page_is_named_as_the_source() -> None:
    update = await info(conversation("¿hacen envíos?", intent="shipping_info"), Stage().runtime)

    assert reply_of(update).sources[0].kind == "page"


@pytest.mark.parametrize(
    ("part", "word"),
    [
        (MediaPart("voice", ref="m"), "voice note"),
        (MediaPart("image", ref="m"), "photo"),
        (LocationPart(40.0, -3.0), "We are at"),
        (ReactionPart("👍", "m"), "Got it"),
        (UnsupportedPart("poll"), "message"),
        (OrderPart([OrderLine("A", 2, 1250, "EUR")]), "€25.00"),
    ],
)
async def test_a_message_without_words_gets_an_honest_answer(part: Part, word: str) -> None:
    assert word in said(await info(conversation("", locale="en", parts=[part]), Stage().runtime))


async def test_a_photo_with_a_caption_is_answered_by_its_words() -> None:
    part = MediaPart("image", ref="m", caption="opening hours?")

    assert "photo" not in said(
        await info(conversation("opening hours?", locale="en", parts=[part], intent="opening_hours"), Stage().runtime)
    )


async def shop(text: str, intent: str | None, locale: str = "es", **changes: Any) -> Any:
    return await commerce(conversation(text, locale=locale, intent=intent, **changes), Stage().runtime)


async def test_products_are_found_with_typos_and_plurals_in_both_languages() -> None:
    for text, locale in (("busco hervidores", "es"), ("do you have ketles?", "en")):
        update = await shop(text, "product_search", locale)
        assert reply_of(update).sources, text
        assert {source.kind for source in reply_of(update).sources} == {"product"}


async def test_a_product_that_is_not_sold_is_not_invented() -> None:
    update = await shop("do you sell bicycles?", "product_search", "en")

    assert "bicycles" in said(update)
    assert reply_of(update).sources == []


async def test_one_product_is_remembered_for_the_next_question() -> None:
    product = demo().products[0]
    first = await shop(product.name["es"], "product_search")
    assert first["slots"] == {"products": product.sku}

    price = await shop("¿y cuánto cuesta?", "product_price", slots=first["slots"])

    assert product.name["es"] in said(price)


async def test_the_next_question_is_about_the_kind_of_thing_just_shown() -> None:
    first = await shop("do you have kettles?", "product_search", "en")

    narrowed = await shop("and the glass one?", "product_availability", "en", slots=first["slots"])
    compared = await shop("compare the two", "product_compare", "en", slots=narrowed["slots"])

    assert narrowed["slots"]["products"]
    assert set(narrowed["slots"]["products"].split()) < {product.sku for product in demo().products}
    shown = narrowed["slots"]["products"].split()
    assert len({product.category for product in demo().products if product.sku in shown}) == 1
    assert len(reply_of(compared).sources) in {0, 2}


async def test_a_word_of_the_summary_tells_products_of_a_kind_apart() -> None:
    update = await shop("busco un hervidor eléctrico", "product_search")

    assert all("ervidor" in source.title for source in reply_of(update).sources)


async def test_prices_are_written_as_people_write_them_here() -> None:
    product = next(product for product in demo().products if product.price_minor % 100)
    whole, cents = divmod(product.price_minor, 100)

    spanish = await shop("precio", "product_price", slots={"products": product.sku})
    english = await shop("price", "product_price", "en", slots={"products": product.sku})

    assert f"{whole},{cents:02}" in said(spanish)
    assert f"€{whole}.{cents:02}" in said(english)


async def test_a_product_out_of_stock_comes_with_alternatives_that_are_there() -> None:
    product = next(product for product in demo().products if not product.stock)

    update = await shop("¿queda?", "product_availability", slots={"products": product.sku})

    others = [source.ref for source in reply_of(update).sources[1:]]
    assert others
    assert all(one.stock for one in demo().products if one.sku in others)


async def test_a_price_without_a_product_asks_which() -> None:
    update = await shop("¿cuánto cuesta?", "product_price")

    assert reply_of(update).awaiting == "product"


async def help_with(text: str, intent: str | None, locale: str = "en", **changes: Any) -> Any:
    return await support(conversation(text, locale=locale, intent=intent, **changes), Stage().runtime)


async def test_a_return_says_how_and_asks_for_the_order() -> None:
    update = await help_with("I want to return the kettle, it arrived broken", "return_item")

    assert "30 days" in said(update)
    assert reply_of(update).awaiting == "order_number"


async def test_an_order_number_that_was_asked_for_is_noted() -> None:
    state: dict[str, Any] = {"awaiting": "order_number", "slots": {"business": "return_item"}}

    update = await help_with("it's a-5512", None, **state)

    assert "A-5512" in said(update)
    assert update["slots"]["order"] == "A-5512"
    assert reply_of(update).awaiting is None


async def test_an_order_number_in_the_first_message_is_not_asked_for_again() -> None:
    update = await help_with("where is my order A-5512?", "order_status")

    assert "A-5512" in said(update)
    assert reply_of(update).awaiting is None


async def test_a_word_that_looks_like_a_colour_names_no_product() -> None:
    assert "black" not in said(await help_with("I want my money back", "return_item"))


async def test_the_warranty_of_a_named_product_is_its_own() -> None:
    product = demo().products[0]

    assert str(product.warranty_months) in said(await help_with(product.name["en"], "warranty_claim"))


async def hand_over(at: datetime = MONDAY_MORNING, **changes: Any) -> Any:
    state: Conversation = conversation("quiero hablar con una persona", intent="talk_to_person", **changes)
    return await handoff(state, Stage(ports(at=at)).runtime)


async def test_asking_for_a_person_marks_the_conversation() -> None:
    update = await hand_over()

    assert update["handoff"] == Handoff("requested", int(MONDAY_MORNING.timestamp() * 1000))
    assert demo().profile.contact.phone in said(update)


async def test_a_closed_shop_says_when_a_person_is_there() -> None:
    assert "23 de noviembre" in said(await hand_over(SUNDAY))
    assert "diciembre" in said(await hand_over(CHRISTMAS))


async def test_while_it_is_marked_the_bot_keeps_out_of_the_way() -> None:
    update = await hand_over(handoff=Handoff("requested", 1))

    assert "handoff" not in update


async def test_the_customer_can_come_back_to_the_bot() -> None:
    state = conversation("volver al asistente", intent="back_to_bot", handoff=Handoff("requested", 1))

    update = await handoff(state, Stage().runtime)

    assert update["handoff"] is None
    assert update["current_lane"] == "info"


def test_a_shop_offers_only_what_one_of_its_intents_does() -> None:
    tenant = demo()
    bare = tenant.model_copy(update={"intents": [one for one in tenant.intents if one.answer.action == "hours"]})

    phrasing = Phrasing(bare, "es")

    assert [choice.id for choice in phrasing.main_choices()] == ["action:hours"]
    assert phrasing.offer_person() == []


@pytest.mark.parametrize("agent", [info, commerce, support])
@pytest.mark.parametrize("locale", ["es", "en"])
async def test_every_lane_asks_which_of_two_was_meant_with_a_button_for_each(agent: Agent, locale: str) -> None:
    two = [Candidate("handoff", "talk_to_person", 0.46), Candidate("support", "return_item", 0.45)]
    decision = replace(decided("support"), clarify=two)

    reply = reply_of(await agent(conversation("x", locale=locale, decision=decision), Stage(ports()).runtime))

    assert reply.text == demo().texts[locale]["clarify"]
    assert [choice.id for choice in reply.choices] == ["intent:talk_to_person", "intent:return_item"]
    assert all(0 < len(choice.title) <= 20 for choice in reply.choices)
    assert reply.awaiting == "choice"
