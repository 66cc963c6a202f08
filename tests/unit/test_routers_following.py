import pytest

from evals.following import learn, lines_of
from nodes.ports import LocalScores
from nodes.routers.following import Following, Weights
from prompts.tenant import FollowUp
from tests.fakes import ScriptedClassifier, shop

NAMES = FollowUp(
    after=["product_search"], intent="product_price", examples={"es": ["¿y esa?", "¿y las dos?", "¿cada una?"]}
)
SHOP = shop().model_copy(update={"follow_ups": [NAMES]})
EVEN = ScriptedClassifier(0.2, opening_hours=0.4, product_search=0.2, product_price=0.2).scores("", "es")


def after(name: str, text: str) -> LocalScores:
    previous = SHOP.intent(name)
    assert previous is not None
    return Following(SHOP).after(previous, text, EVEN)


def test_what_was_spoken_of_and_what_may_follow_it_become_likelier() -> None:
    found = after("product_search", "y esa")

    assert found.intents["opening_hours"] < EVEN.intents["opening_hours"]
    assert min(found.intents["product_search"], found.intents["product_price"]) > found.intents["opening_hours"]
    assert found.out_of_scope < EVEN.out_of_scope
    assert sum(found.intents.values()) == pytest.approx(1.0)


def test_a_longer_text_is_less_bound_to_what_was_before() -> None:
    short, long = "esa", "quería saber también si me podéis decir otra cosa muy distinta de la tienda"

    assert (
        after("product_search", short).intents["product_search"]
        > after("product_search", long).intents["product_search"]
    )


def test_weights_are_learned_from_the_follow_ups_of_a_tenant() -> None:
    lines = lines_of(SHOP, seed=1)

    learned = learn(SHOP, lines, [EVEN for _ in lines])

    assert any(line.follows for line in lines)
    assert not any(line.example.intent == "back_to_bot" for line in lines)
    assert len(learned.flat) == len(Weights().flat)
    assert learned.listed[0] > 0
