from dataclasses import replace
from typing import cast

import pytest

from state.decision import Lane, RouterDecision
from state.turn import Turn
from tests.fakes import asking, said
from tests.trained import trained

Line = tuple[str, Lane, str | None]


@pytest.fixture(scope="module", autouse=True)
def learned() -> None:
    trained()  # takes its time, and must not on an event loop


async def follow(turns: list[Turn], turn: Turn, awaiting: str | None = None) -> RouterDecision:
    lane = cast("Lane | None", turns[-1].lane if turns else None)
    decision = await trained().router.decide(asking(turn, *turns, lane=lane, awaiting=awaiting))
    turns.append(replace(turn, lane=decision.lane, intent=decision.intent))
    return decision


TALKS: list[tuple[str, list[Line]]] = [
    (
        "es",
        [
            ("hola", "info", "greeting"),
            ("¿tenéis hervidores?", "commerce", "product_search"),
            ("¿y cuánto cuesta?", "commerce", "product_price"),
            ("¿y en azul?", "commerce", "product_availability"),
            ("quiero devolver la tetera, llegó rota", "support", "return_item"),
            ("¿a qué hora abren?", "info", "opening_hours"),
            ("quiero hablar con una persona", "handoff", "talk_to_person"),
        ],
    ),
    (
        "en",
        [
            ("kettles", "commerce", "product_search"),
            ("have you got it in blue?", "commerce", "product_availability"),
            ("how much is the second one?", "commerce", "product_price"),
            ("I want to return the kettle, it arrived broken", "support", "return_item"),
            ("thanks", "info", "thanks"),
            ("write a python script that sorts a list of numbers", "info", None),
        ],
    ),
]


@pytest.mark.parametrize(("locale", "lines"), TALKS)
async def test_a_talk_with_the_demo_shop_goes_where_it_should(locale: str, lines: list[Line]) -> None:
    turns: list[Turn] = []

    for text, _, _ in lines:
        await follow(turns, said(text, locale=locale))

    assert [(turn.text, turn.lane, turn.intent) for turn in turns] == lines


async def test_an_order_number_goes_to_the_return_it_was_asked_for() -> None:
    turns: list[Turn] = []
    await follow(turns, said("me ha llegado roto, lo quiero devolver"))

    decision = await follow(turns, said("es el A-5512 creo"), awaiting="order_number")

    assert (decision.lane, decision.chain[-1].name) == ("support", "sticky")
    assert decision.intent == turns[0].intent
