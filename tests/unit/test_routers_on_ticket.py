from dataclasses import replace

import pytest

from nodes.ports import LocalScores
from nodes.routers.evidence import Evidence
from nodes.routers.on_ticket import Wanted, follows_up, names_one, wanted_of
from nodes.routers.rules import Rules
from state.decision import Stage
from tests.desk import demo
from tests.fakes import asking, said

SHOP = demo()


class Scored:
    def __init__(self, **intents: float) -> None:
        ranked = dict(sorted({"complaint": 0.2, **intents}.items(), key=lambda one: -one[1]))
        self._scores = LocalScores(ranked, similarity=1.0, nearest=[], out_of_scope=0.0)

    def scores(self, text: str, locale: str) -> LocalScores:
        return self._scores


def ruled(text: str, reply: str | None = None, **scores: float) -> Stage:
    before = [replace(said("hola"), lane="support", intent="ticket_status", reply=reply)] if reply else []
    request = asking(said(text), *before, lane="support" if reply else None)
    return Rules(SHOP)(Evidence(request, SHOP, Scored(**scores)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("TK-3004, ¿alguna novedad?", "ticket_status"),
        ("has anybody got anywhere with TK-3004? any update?", "ticket_status"),
        ("apunta en TK-3004 que el tornillo bailaba", "add_to_ticket"),
        ("TK-3004: besides, the handle wobbles", "add_to_ticket"),
        ("TK-3004 ha quedado resuelto", "close_ticket"),
        ("please withdraw my report TK-3004", "close_ticket"),
        ("TK-3004: todavía no lo habéis resuelto", None),
        ("TK-3004", None),
    ],
)
def test_words_beside_a_tickets_number_say_what_is_wanted_of_it(text: str, wanted: Wanted | None) -> None:
    assert wanted_of(text) == wanted
    assert ruled(text, ticket_status=0.4).intent == (wanted or "ticket_status")


def test_a_person_asked_for_about_a_ticket_is_a_wish_for_a_person() -> None:
    assert ruled("nadie mira TK-3004, pásame con tu jefa", talk_to_person=0.3).lane == "handoff"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("en el expediente falta poner la fecha de compra", "add_to_ticket"),
        ("is there any progress on my case", "ticket_status"),
        ("cerrad mi incidencia de la cafetera", "close_ticket"),
    ],
)
def test_a_ticket_that_there_is_needs_no_number(text: str, intent: str) -> None:
    assert ruled(text, add_to_ticket=0.1, complaint=0.8).intent == intent


def test_somebody_elses_case_and_a_receipt_are_no_ticket_of_the_shop() -> None:
    assert not names_one("con el ticket, ¿me hacéis factura?")
    assert not ruled("cuándo me contesta el juzgado por mi caso").fired


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("y para cuándo sería?", "ticket_status"),
        ("how soon will somebody look?", "ticket_status"),
        ("ah, además le baila una pata", "add_to_ticket"),
        ("I forgot, the cable is frayed as well", "add_to_ticket"),
        ("perfecto, con eso queda solucionado", "close_ticket"),
    ],
)
def test_a_few_words_after_a_ticket_are_about_it(text: str, intent: str) -> None:
    assert ruled(text, reply="La incidencia TK-3004 está abierta.").intent == intent


@pytest.mark.parametrize("text", ["¿y tenéis manteles?", "¿también hacéis envoltorios de regalo?", "gracias"])
def test_what_says_nothing_of_the_ticket_is_left_to_the_examples(text: str) -> None:
    assert follows_up(text) is None
    assert not ruled(text, reply="La incidencia TK-3004 está abierta.").fired
