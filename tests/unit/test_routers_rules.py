from dataclasses import replace

import pytest

from nodes.lanes.consent import CONFIRMATION
from nodes.ports import LocalScores, RouteRequest
from nodes.routers.evidence import Evidence
from nodes.routers.rules import Rules
from state.decision import Stage
from state.turn import LocationPart, MediaPart, OrderPart, ReactionPart, ReplyPart, TextPart
from tests.desk import demo
from tests.fakes import ScriptedClassifier, asking, said, shop

SHOP = shop()


def ruled(request: RouteRequest, classifier: ScriptedClassifier | None = None) -> Stage:
    return Rules(SHOP)(Evidence(request, SHOP, classifier or ScriptedClassifier()))


@pytest.mark.parametrize("text", ["A QUE HORA ABREN", "¿a qué hora abren?", "hola,  a qué hora   abren mañana"])
def test_decisive_words_decide_whatever_their_case_accents_and_punctuation(text: str) -> None:
    stage = ruled(asking(said(text)))

    assert (stage.fired, stage.lane, stage.intent) == (True, "info", "opening_hours")


def test_decisive_words_count_as_whole_words_only() -> None:
    assert not ruled(asking(said("reopening hoursglass"))).fired


def test_words_of_another_language_of_the_shop_count_too() -> None:
    assert ruled(asking(said("opening hours", locale="es"))).intent == "opening_hours"


def test_of_two_intents_the_words_name_the_likelier_one_is_taken() -> None:
    request = asking(said("quiero devolver esto, ¿a qué hora abren?"))

    assert ruled(request, ScriptedClassifier(return_item=0.9)).intent == "return_item"
    assert ruled(request, ScriptedClassifier(opening_hours=0.9)).intent == "opening_hours"


def test_asking_for_a_person_goes_before_all_other_words() -> None:
    request = asking(said("quiero devolver esto y hablar con una persona"))

    assert ruled(request, ScriptedClassifier(return_item=0.9)).lane == "handoff"


@pytest.mark.parametrize(
    ("choice", "lane", "intent"),
    [
        ("intent:return_item", "support", "return_item"),
        ("action:return_item", "support", "return_item"),
        ("lane:commerce", "commerce", None),
        ("product:TE-1", "commerce", None),
    ],
)
def test_a_tapped_choice_says_what_it_stands_for(choice: str, lane: str, intent: str | None) -> None:
    stage = ruled(asking(said(parts=[ReplyPart("button_reply", choice, "Sí")])))

    assert (stage.fired, stage.lane, stage.intent) == (True, lane, intent)


@pytest.mark.parametrize("choice", ["intent:gone", "action:gone", "lane:basement", "yes"])
def test_a_choice_nobody_knows_is_read_as_its_title(choice: str) -> None:
    stage = ruled(asking(said(parts=[ReplyPart("list_reply", choice, "Opening hours")])))

    assert stage.intent == "opening_hours"


def test_a_tapped_product_answers_the_question_it_was_offered_for() -> None:
    before = said("¿cuánto cuesta?", lane="commerce", intent="product_price")

    stage = ruled(asking(said(parts=[ReplyPart("button_reply", "product:TE-1", "Tetera")]), before, lane="commerce"))

    assert stage.intent == "product_price"


def test_while_a_person_has_the_conversation_everything_stays_with_them() -> None:
    stage = ruled(asking(said("a qué hora abren"), lane="handoff", handoff=True))

    assert (stage.lane, stage.intent) == ("handoff", "talk_to_person")


@pytest.mark.parametrize("text", ["Volver al asistente, por favor", "back to the assistant"])
def test_words_end_the_handoff(text: str) -> None:
    assert ruled(asking(said(text), lane="handoff", handoff=True)).intent == "back_to_bot"


def test_the_classifier_ends_the_handoff_when_it_is_sure() -> None:
    request = asking(said("ya me apaño yo"), lane="handoff", handoff=True)

    assert ruled(request, ScriptedClassifier(back_to_bot=0.9)).intent == "back_to_bot"
    assert ruled(request, ScriptedClassifier(back_to_bot=0.5)).intent == "talk_to_person"
    assert ruled(request, ScriptedClassifier(0.5, back_to_bot=0.9)).intent == "talk_to_person"


def test_a_tap_ends_the_handoff_and_other_taps_do_not() -> None:
    back = said(parts=[ReplyPart("button_reply", "action:end_handoff", "Volver")])
    hours = said(parts=[ReplyPart("button_reply", "intent:opening_hours", "Horario")])

    assert ruled(asking(back, lane="handoff", handoff=True)).intent == "back_to_bot"
    assert ruled(asking(hours, lane="handoff", handoff=True)).lane == "handoff"


def test_a_cart_goes_to_commerce_and_a_place_to_info() -> None:
    assert ruled(asking(said(parts=[OrderPart([])]), lane="support")).lane == "commerce"
    assert ruled(asking(said(parts=[LocationPart(40.4, -3.7, "Casa")]), lane="support")).lane == "info"


@pytest.mark.parametrize(
    "part", [ReactionPart("👍", "m"), MediaPart("image", "r"), MediaPart("sticker", "r"), TextPart("🙂")]
)
def test_what_has_no_words_stays_where_the_conversation_is(part: TextPart | MediaPart | ReactionPart) -> None:
    assert ruled(asking(said(parts=[part]), lane="support")).lane == "support"
    assert ruled(asking(said(parts=[part]))).lane == "info"


def test_a_captioned_picture_is_read_by_its_caption() -> None:
    stage = ruled(asking(said(parts=[MediaPart("image", "r", caption="quiero devolver esto")])))

    assert stage.intent == "return_item"


@pytest.mark.parametrize("text", ["lucia@example.com", "soy lucia@example.com", "+34 600 111 222"])
def test_how_somebody_is_reached_alone_stays_where_it_may_have_been_asked(text: str) -> None:
    assert ruled(asking(said(text), lane="support")).lane == "support"
    assert ruled(asking(said(text), lane="commerce")).lane == "commerce"
    assert ruled(asking(said(text), lane="info")).lane == "support"


def test_who_is_with_the_assistant_and_wants_it_back_is_told_so() -> None:
    assert ruled(asking(said("Volver al asistente"), lane="info")).intent == "back_to_bot"
    assert not ruled(asking(said("how do I go back to the assistant later?"), lane="info")).fired


@pytest.mark.parametrize(
    "text", ["busco una sarten de 28", "¿tenéis sartenes de 28?", "I'm looking for a 28 frying pan"]
)
def test_a_product_and_its_size_are_looked_for_whatever_the_number_is_like(text: str) -> None:
    tenant, classifier = demo(), ScriptedClassifier(return_item=0.9)

    assert Rules(tenant)(Evidence(asking(said(text)), tenant, classifier)).intent == "product_search"
    assert not Rules(tenant)(Evidence(asking(said("busco un vale de 50")), tenant, classifier)).fired


@pytest.mark.parametrize(
    ("text", "stays"), [("no, solo una", True), ("just two of them", True), ("solo busco una", False)]
)
def test_who_wants_fewer_of_what_waits_for_a_yes_answers_that_question(text: str, *, stays: bool) -> None:
    request = replace(asking(said(text), said("devuelvo las tazas"), lane="support"), awaiting=CONFIRMATION)

    stage = ruled(request, ScriptedClassifier(product_search=0.9))

    assert (stage.fired and stage.lane == "support") == stays


def test_what_is_said_beside_a_name_is_scored_without_it() -> None:
    asked: list[str] = []

    class Listening(ScriptedClassifier):
        def scores(self, text: str, locale: str) -> LocalScores:
            asked.append(text)
            return super().scores(text, locale)

    evidence = Evidence(asking(said("soy Carmen Ruiz y quiero una tetera")), SHOP, Listening(product_search=0.9))

    assert next(iter(evidence.alone.intents)) == "product_search"
    assert asked[-1] == "quiero una tetera"
