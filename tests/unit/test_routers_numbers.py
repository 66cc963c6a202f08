import pytest

from nodes.routers.evidence import Evidence
from nodes.routers.persons import asks_who_answers, wishes_person
from nodes.routers.rules import Rules
from tests.desk import demo
from tests.fakes import ScriptedClassifier, asking, said

DEMO = demo()


@pytest.mark.parametrize(
    ("text", "intent"),
    [("A-8891", "order_status"), ("es el A-8891.", "order_status"), ("TK-1203", "ticket_status")],
)
def test_a_conversation_that_begins_with_a_number_asks_how_that_stands(text: str, intent: str) -> None:
    stage = Rules(DEMO)(Evidence(asking(said(text)), DEMO, ScriptedClassifier(add_to_ticket=0.5)))

    assert (stage.fired, stage.lane, stage.intent) == (True, "support", intent)


def test_what_is_said_beside_a_number_goes_before_it() -> None:
    request = asking(said("quiero devolver la tetera de A-8891"))

    assert Rules(DEMO)(Evidence(request, DEMO, ScriptedClassifier(return_item=0.9))).intent == "return_item"


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("quiero hablar con un agente de Vodafone", "es"),
        ("I want to talk to somebody at Amazon", "en"),
        ("could you be a real person", "en"),
    ],
)
def test_a_person_of_another_company_and_who_answers_are_no_wish(text: str, locale: str) -> None:
    assert not wishes_person(text, locale)


@pytest.mark.parametrize("text", ["QUIERO HABLAR CON ALGUIEN DE LA TIENDA", "ponme con alguien de Ventas"])
def test_a_person_of_the_shop_is_wished_for(text: str) -> None:
    assert wishes_person(text, "es")


def test_who_asks_whether_a_person_answers_wishes_for_none() -> None:
    assert asks_who_answers("am I speaking with a real person?", "en")
    assert not asks_who_answers("I want to speak with a real person, is that possible?", "en")
