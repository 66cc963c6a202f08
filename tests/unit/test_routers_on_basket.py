from dataclasses import replace

import pytest

from nodes.ports import LocalScores
from nodes.routers.evidence import Evidence
from nodes.routers.following import Following
from nodes.routers.on_basket import Wanted, wanted_of
from nodes.routers.rules import Rules
from state.decision import Stage
from tests.desk import demo
from tests.fakes import asking, said

SHOP = demo()


class Scored:
    def __init__(self, **intents: float) -> None:
        ranked = dict(sorted({"product_search": 0.3, **intents}.items(), key=lambda one: -one[1]))
        self._scores = LocalScores(ranked, similarity=1.0, nearest=[], out_of_scope=0.0)

    def scores(self, text: str, locale: str) -> LocalScores:
        return self._scores


def ruled(text: str, *, after_it: bool = False, cart: bool = True, **scores: float) -> Stage:
    before = [replace(said("hola"), lane="commerce", intent="cart_show", reply="…")] if after_it else []
    request = replace(asking(said(text), *before, lane="commerce" if after_it else None), cart_open=cart)
    return Rules(SHOP)(Evidence(request, SHOP, Scored(**scores)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("saca la tetera de mi cesta", "cart_change"),
        ("ditch the teapot", "cart_change"),
        ("cambia una cosa del carrito", "cart_change"),
        ("recuérdame lo que llevo", "cart_show"),
        ("what do I have in my trolley", "cart_show"),
        ("ya tengo todo, quiero pagar", "checkout"),
        ("nothing else, finish my order", "checkout"),
        ("la cesta me da error al pagar", None),
        ("¿qué traía la cesta de Navidad?", None),
        ("¿qué hay en el carrito de Amazon?", None),
        ("¿qué hay en la cesta de la compra?", "cart_show"),
        ("quiero devolver lo que llevo", None),
        ("take one off my order A-5512", None),
        ("a qué hora cierra la tienda", None),
    ],
)
def test_words_say_what_is_wanted_of_the_basket(text: str, wanted: Wanted | None) -> None:
    assert wanted_of(text, named="tetera" in text or "teapot" in text) == wanted


def test_a_basket_rule_needs_an_open_basket_and_examples_that_allow_it() -> None:
    text = "saca la tetera de mi cesta"

    assert ruled(text, cart_change=0.2).intent == "cart_change"
    assert not ruled(text, cart_change=0.01).fired
    assert not ruled(text, cart=False, cart_change=0.2).fired


def test_after_a_reply_about_the_basket_fewer_words_are_enough() -> None:
    text = "ditch the teapot and leave the rest"

    assert ruled(text, after_it=True, cart_change=0.02).reason == "the basket was spoken of, and this is about it"
    assert not ruled(text, cart_change=0.02).fired


@pytest.mark.parametrize(
    ("before", "then"),
    [("cart_change", "checkout"), ("open_ticket", "add_to_ticket"), ("order_status", "cancel_order")],
)
def test_what_may_be_done_next_with_a_basket_a_ticket_an_order_is_likelier_after_it(before: str, then: str) -> None:
    following, previous = Following(SHOP), SHOP.intent(before)
    even = LocalScores({then: 0.5, "product_care": 0.5}, similarity=0.5, nearest=[], out_of_scope=0.05)
    assert previous is not None

    after = following.after(previous, "y eso?", even)

    assert after.intents[then] > 0.8
