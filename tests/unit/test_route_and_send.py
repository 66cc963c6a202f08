from dataclasses import replace

import pytest
from langgraph.errors import NodeError

from nodes.compose import LONGEST_MESSAGE, LONGEST_WITH_MORE, compose, messages
from nodes.lanes.failed import lane_failed
from nodes.route_intent import chosen_lane, route_failed, route_intent
from nodes.send_response import send_response
from nodes.splitting import units
from state.conversation import Attachment, Choice, Failure, Link, OutboundMessage, Reply, Source
from state.decision import AlsoAsked
from state.errors import RoutingError
from state.events import MessageFinal, RouteDecided, SendResult
from state.ids import TurnId
from state.turn import ReplyPart
from tests.desk import ScriptedRouter, Stage, conversation, decided, ports


async def test_the_decision_is_stored_shown_and_written_into_the_turn() -> None:
    stage = Stage(ports(router=ScriptedRouter(decided("support", "return_item"))))

    update = await route_intent(conversation(), stage.runtime)

    assert (update["current_lane"], update["intent"]) == ("support", "return_item")
    assert (update["turns"][0].lane, update["turns"][0].intent) == ("support", "return_item")
    assert stage.events == [RouteDecided("route_intent", decided("support", "return_item"))]


async def test_the_router_is_told_what_the_conversation_is_in_the_middle_of() -> None:
    router = ScriptedRouter(decided("support"))
    state = conversation(current_lane="support", awaiting="order_number")

    await route_intent(state, Stage(ports(router=router)).runtime)

    assert (router.asked[0].current_lane, router.asked[0].awaiting) == ("support", "order_number")
    assert not router.asked[0].handoff_open


async def test_a_tap_on_which_was_meant_stands_for_the_text_that_left_it_open() -> None:
    tapped = ReplyPart("button_reply", "intent:return_item", "Ayuda con una compra")
    state = conversation("Ayuda con una compra", parts=[tapped], awaiting="choice")
    open_ = replace(state["turns"][0], id=TurnId("trn_0"), text="el hervidor rojo")
    state["turns"] = [open_, *state["turns"]]

    update = await route_intent(state, Stage(ports(router=ScriptedRouter(decided("support")))).runtime)
    other = await route_intent({**state, "awaiting": None}, Stage().runtime)

    assert update["turns"][0].text == "el hervidor rojo"
    assert other["turns"][0].text == "Ayuda con una compra"


async def test_everything_that_a_message_asks_is_answered_in_one_reply() -> None:
    also = [AlsoAsked("info", "opening_hours", "¿a qué hora abren?", 0.9)]
    decision = replace(decided("support", "return_item"), also=also)
    asks = Reply("¿Qué número de pedido?", awaiting="order_number")

    update = await compose(conversation(decision=decision, current_lane="support", reply=asks), Stage().runtime)

    assert "lunes" in update["outbound"][0].text
    assert update["outbound"][0].text.endswith("¿Qué número de pedido?")
    assert update["awaiting"] == "order_number"


async def test_a_person_asked_for_besides_is_not_called_by_the_reply() -> None:
    decision = replace(decided("info"), also=[AlsoAsked("handoff", "talk_to_person", "una persona", 0.9)])

    update = await compose(conversation(decision=decision, current_lane="info", reply=Reply("Hola")), Stage().runtime)

    assert update["outbound"] == [OutboundMessage("Hola")]


async def test_what_a_part_of_a_message_was_about_is_remembered() -> None:
    also = [AlsoAsked("commerce", "product_price", "¿cuánto cuesta el hervidor de acero negro?", 0.9)]
    state = conversation(decision=replace(decided("info"), also=also), current_lane="info", reply=Reply("Abrimos."))

    update = await compose(state, Stage().runtime)

    assert update["outbound"][0].text.startswith("Abrimos.")
    assert "products" in update["slots"]


def test_a_failed_router_leaves_the_turn_in_its_lane_and_says_so() -> None:
    stage = Stage()
    error = NodeError("route_intent", RoutingError("x", hint="y"))

    command = route_failed(conversation(current_lane="commerce"), error, stage.runtime)

    assert command.goto == "commerce"
    assert stage.events[0].decision.degraded
    assert route_failed(conversation(), error, stage.runtime).goto == "info"


async def test_the_edge_out_of_the_router_is_the_decisions_lane() -> None:
    assert await chosen_lane(conversation(decision=decided("handoff"))) == "handoff"
    assert await chosen_lane(conversation()) == "info"


def test_a_failed_lane_tells_the_customer_and_keeps_the_reason() -> None:
    command = lane_failed(conversation(locale="en"), NodeError("info", ValueError("secret")), Stage().runtime)

    assert command.goto == "compose"
    assert isinstance(command.update, dict)
    assert command.update["error"] == Failure("internal", "info")
    assert "secret" not in command.update["reply"].text
    assert "went wrong" in command.update["reply"].text


async def test_a_draft_becomes_a_message_and_the_turns_reply() -> None:
    reply = Reply("Hola", choices=[Choice("a", "A")], awaiting="product")

    update = await compose(conversation(reply=reply), Stage().runtime)

    assert update["outbound"] == [OutboundMessage("Hola", [Choice("a", "A")])]
    assert update["awaiting"] == "product"
    assert update["turns"][0].reply == "Hola"


async def test_a_lane_without_a_draft_says_that_it_does_not_know() -> None:
    update = await compose(conversation(locale="en"), Stage().runtime)

    assert "don't know" in update["outbound"][0].text


async def test_a_long_draft_becomes_several_messages_with_the_choices_on_the_last() -> None:
    reply = Reply("\n\n".join(["palabra " * 300] * 3), choices=[Choice("a", "A")])

    update = await compose(conversation(reply=reply), Stage().runtime)

    *earlier, last = update["outbound"]
    assert [len(message.choices) for message in earlier] == [0] * len(earlier)
    assert last.choices == reply.choices
    assert all(len(message.text) <= 4000 for message in earlier)


async def test_what_is_said_with_buttons_is_short_enough_for_every_channel() -> None:
    stage = Stage(ports())
    long = " ".join(["palabra"] * 400)

    update = await compose(conversation(reply=Reply(long, choices=[Choice("a", "A")])), stage.runtime)

    assert [len(message.choices) for message in update["outbound"]] == [0, 1]
    assert len(update["outbound"][-1].text) <= LONGEST_WITH_MORE
    assert " ".join(message.text for message in update["outbound"]) == long


@pytest.mark.parametrize("text", ["x" * 9000, "😀" * 5000, "palabra " * 3000])
def test_no_message_is_longer_than_a_channel_takes(text: str) -> None:
    made = messages(Reply(text))

    assert all(units(one.text) <= LONGEST_MESSAGE for one in made)
    assert "".join("".join(one.text for one in made).split()) == "".join(text.split())


def test_a_file_takes_few_words_along_and_goes_before_many() -> None:
    photo = Attachment("image", "https://a.test/1.jpg")

    assert messages(Reply("Así es", attachment=photo)) == [OutboundMessage("Así es", attachment=photo)]
    assert messages(Reply("Así es", choices=[Choice("a", "A")], attachment=photo)) == [
        OutboundMessage("", attachment=photo),
        OutboundMessage("Así es", [Choice("a", "A")]),
    ]


def test_beside_choices_a_link_is_told_in_words() -> None:
    [made] = messages(Reply("Aquí", choices=[Choice("a", "A")], link=Link("Mapa", "https://a.test")))

    assert (made.text, made.link) == ("Aquí\nMapa: https://a.test", None)


async def test_messages_are_sent_in_order_with_their_place_in_the_turn() -> None:
    reply = Reply("b", sources=[Source("page", "returns", "Returns")])
    stage = Stage(ports())

    state = conversation(reply=reply, outbound=[OutboundMessage("a"), OutboundMessage("b")])
    update = await send_response(state, stage.runtime)

    assert update == {"status": "idle"}
    finals = [event for event in stage.events if isinstance(event, MessageFinal)]
    assert [(final.ordinal, final.text) for final in finals] == [(0, "a"), (1, "b")]
    assert [final.sources for final in finals] == [[], [{"kind": "page", "ref": "returns", "title": "Returns"}]]
    assert stage.events[1] == SendResult(0, "sent")


async def test_a_turn_with_an_error_ends_as_failed() -> None:
    state = conversation(error=Failure("internal", "info"), outbound=[OutboundMessage("a")])

    assert await send_response(state, Stage().runtime) == {"status": "failed"}
