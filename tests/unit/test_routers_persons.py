import pytest

from nodes.routers.evidence import Evidence
from nodes.routers.persons import wishes_person
from nodes.routers.rules import Rules
from state.decision import Stage
from tests.fakes import ScriptedClassifier, asking, said, shop

SHOP = shop()


def ruled(text: str, locale: str, wish: float) -> Stage:
    request = asking(said(text, locale=locale))
    return Rules(SHOP)(Evidence(request, SHOP, ScriptedClassifier(talk_to_person=wish)))


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("comuníqueme con bodega, por favor", "es"),
        ("esto no lo entiende un bot, derívame", "es"),
        ("transfiéranme", "es"),
        ("¿podría contestarme alguien de carne y hueso?", "es"),
        ("que me dé la cara el encargado", "es"),
        ("quiero atención que no sea automática", "es"),
        ("I'd like to discuss this with the manager", "en"),
        ("transfer me please", "en"),
        ("just escalate it", "en"),
        ("get me whoever is in charge", "en"),
        ("could one of you do it for me?", "en"),
        ("who is there that can sort my case?", "en"),
        ("ponme con Amparo", "es"),
        ("preferiría que me orientara una dependienta", "es"),
        ("que intervenga otro compañero", "es"),
        ("exijo a tu supervisor", "es"),
        ("llamadme el lunes y os lo cuento", "es"),
        ("la encargada, por favor", "es"),
        ("kiero k me llame alguien", "es"),
        ("patch me through to the warehouse", "en"),
        ("could a colleague ring my mother?", "en"),
        ("I need one of your team to step in", "en"),
        ("I'd rather deal with a proper salesperson", "en"),
        ("give us a bell on Monday", "en"),
        ("fed up with this chatbot", "en"),
        ("a manager please", "en"),
    ],
)
def test_who_asks_to_be_attended_put_through_or_rung_wishes_a_person(text: str, locale: str) -> None:
    assert wishes_person(text, locale)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("un regalo para una persona mayor", "es"),
        ("transfiéreme el dinero a la cuenta", "es"),
        ("how do I transfer it", "en"),
        ("is there one of you that can open late?", "en"),
        ("ponme con las dos sartenes un colador", "es"),
        ("llamadme cuando llegue la cafetera", "es"),
        ("me atendió una chica muy amable", "es"),
        ("¿de quién es la receta?", "es"),
        ("ya no quiero hablar con nadie", "es"),
        ("que alguien registre mi avería y me conteste por escrito", "es"),
        ("a gift for a person who cooks", "en"),
        ("put the kettle on the list", "en"),
        ("call me when it is back", "en"),
        ("no need for a manager any more", "en"),
        ("pass me back to the assistant", "en"),
        ("I want someone to log this", "en"),
    ],
)
def test_persons_calls_and_machines_that_are_spoken_of_are_no_wish(text: str, locale: str) -> None:
    assert not wishes_person(text, locale)


def test_a_wish_for_a_person_in_words_of_its_own_goes_to_one_and_says_why() -> None:
    stage = ruled("comuníqueme con bodega", "es", wish=0.1)

    assert (stage.lane, stage.intent, stage.reason) == ("handoff", "talk_to_person", "it asks for a person")


def test_what_the_examples_hold_to_be_no_wish_at_all_is_none() -> None:
    assert not ruled("llámame un taxi, anda, llámame", "es", wish=0.0).fired
