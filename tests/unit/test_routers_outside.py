import pytest

from nodes.routers import LocalClassifier, examples_of, load_encoder
from nodes.routers.encoder import Encoder
from state.errors import TenantError
from tests.fakes import shop

OUTSIDE = ["what's the weather like", "tell me a joke", "who won the match", "recipe for soup", "translate this"]
TENANT = shop().model_copy(update={"outside": {"en": OUTSIDE}})


@pytest.mark.parametrize("encoder", [None, load_encoder()], ids=["n-grams", "encoder"])
def test_what_is_shown_to_be_outside_is_less_likely_an_intent(encoder: Encoder | None) -> None:
    plain = LocalClassifier(examples_of(shop()), encoder)
    shown = LocalClassifier(examples_of(TENANT), encoder)

    text = "tell me a joke please"

    assert shown.scores(text, "en").out_of_scope > plain.scores(text, "en").out_of_scope


def test_what_is_outside_is_neither_an_intent_nor_a_nearest_example() -> None:
    scores = LocalClassifier(examples_of(TENANT), None).scores("tell me a joke", "en")

    assert set(scores.intents) == {intent.name for intent in TENANT.intents}
    assert sum(scores.intents.values()) == pytest.approx(1.0)
    assert not {one.text for one in scores.nearest} & set(OUTSIDE)


def test_nothing_but_what_is_outside_is_nothing_to_learn_from() -> None:
    only = TENANT.model_copy(update={"intents": []})

    with pytest.raises(TenantError):
        LocalClassifier(examples_of(only), None)
