"""Several things in one message, and things left open on the way from one lane to another."""

from dataclasses import replace
from typing import Any, cast

import pytest

from nodes.compose import compose
from nodes.lanes.consent import CONFIRMATION
from nodes.route_intent import route_intent
from state.conversation import CartLine, Choice, Conversation, Failure, Proposal, Reply
from state.decision import AlsoAsked, Lane
from state.ids import TurnId
from tests.desk import ScriptedRouter, Stage, conversation, decided, ports
from tests.fakes import said

TEAPOT = CartLine("TE-1", "Tetera azul", 2, 2490, "EUR")
ORDER = Proposal("commerce", "place_order", "{}", "¿Pido 2 teteras por 49,80 €?")


def going_on(before: Lane, now: Lane, reply: Reply | None = None, **changes: Any) -> Conversation:
    state = conversation("¿a qué hora abrís?", reply=reply or Reply("A las diez."), **changes)
    earlier = replace(said("antes", lane=before, intent="return_item"), reply="¿?")
    turn = replace(state["turns"][-1], lane=now)
    return cast("Conversation", {**state, "turns": [earlier, turn], "decision": decided(now), "current_lane": now})


async def told(state: Conversation) -> Reply:
    update = await compose(state, Stage().runtime)
    assert update["reply"] is not None
    return update["reply"]


async def test_a_cart_that_is_left_is_named_and_can_be_gone_on_with() -> None:
    reply = await told(going_on("commerce", "info", cart=[TEAPOT]))

    assert reply.text == "A las diez.\n\nTambién tienes esto abierto: tu cesta, con 2 × Tetera azul."
    assert [choice.id for choice in reply.choices] == ["cart:show"]


async def test_a_question_that_waits_for_a_yes_is_repeated_with_its_buttons() -> None:
    reply = await told(going_on("commerce", "support", proposal=ORDER, awaiting=CONFIRMATION))

    assert "¿Pido 2 teteras por 49,80 €?" in reply.text
    assert [choice.id.split(":")[0] for choice in reply.choices] == ["confirm", "decline"]


async def test_a_return_that_waits_for_its_number_can_be_gone_on_with() -> None:
    reply = await told(going_on("support", "info", awaiting="order_number"))

    assert "lo de tu pedido o devolución" in reply.text
    assert reply.choices == [Choice("intent:return_item", "Seguir con eso")]


@pytest.mark.parametrize(
    "state",
    [
        going_on("commerce", "commerce", cart=[TEAPOT]),
        going_on("commerce", "handoff", cart=[TEAPOT]),
        going_on("commerce", "info", Reply("¿Cuál?", awaiting="product"), cart=[TEAPOT]),
        going_on("commerce", "info", cart=[TEAPOT], error=Failure("internal", "info")),
        going_on("commerce", "info", awaiting="product"),
        going_on("support", "info"),
    ],
)
async def test_nothing_is_said_where_nothing_was_left(state: Conversation) -> None:
    assert "También tienes" not in (await told(state)).text


async def test_both_questions_of_a_message_are_answered_and_what_they_change_is_kept() -> None:
    state = conversation(
        "¿dónde está mi pedido? ¿y tenéis el hervidor rojo?",
        reply=Reply("¿Me dices el número?", awaiting="order_number"),
        current_lane="support",
    )
    also = [AlsoAsked("commerce", "product_availability", "tenéis el hervidor rojo", 0.9)]
    asked = cast("Conversation", {**state, "decision": replace(decided("support"), also=also)})

    update = await compose(asked, Stage().runtime)

    assert update["reply"] is not None
    assert "rojo" in update["reply"].text
    assert update["reply"].text.endswith("¿Me dices el número?")
    assert update["awaiting"] == "order_number"
    assert update["slots"]["products"]


async def test_an_answer_after_a_detour_goes_back_to_the_question() -> None:
    question = replace(said("devolver", lane="support", intent="return_item"), id=TurnId("q"), reply="¿Qué número?")
    detour = replace(said("¿abrís?", lane="info", intent="opening_hours"), id=TurnId("d"), reply="A las diez.")
    answer = replace(said("es el A-5490"), id=TurnId("a"))
    router = ScriptedRouter(decided("support", "return_item"))
    asked = conversation(turns=[question, detour], reply=Reply("A las diez."), awaiting="order_number")
    composed = await compose(cast("Conversation", {**asked, "decision": decided("info")}), Stage().runtime)
    state = conversation(turns=[question, detour, answer], slots=composed["slots"], current_lane="info")

    update = await route_intent(state, Stage(ports(router=router)).runtime)

    assert router.asked[0].turns == [question, answer]
    assert (router.asked[0].current_lane, router.asked[0].awaiting) == ("support", "order_number")
    assert update["awaiting"] == "order_number"


@pytest.mark.parametrize("text", ["gracias", "¿y los sábados de diciembre de 2026 a qué hora abrís por la tarde?"])
async def test_anything_else_after_a_detour_is_new(text: str) -> None:
    question = replace(said("devolver", lane="support"), id=TurnId("q"))
    state = conversation(turns=[question, replace(said(text), id=TurnId("a"))], slots={"left_open": "q order_number"})
    router = ScriptedRouter(decided("info"))

    update = await route_intent(state, Stage(ports(router=router)).runtime)

    assert router.asked[0].awaiting is None
    assert "awaiting" not in update
