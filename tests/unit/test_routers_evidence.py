"""What the stages of the chain look at, with what can't be meant left out."""

from dataclasses import dataclass, replace

import pytest

from nodes.ports import LocalScores
from nodes.routers.evidence import Evidence
from tests.desk import demo
from tests.fakes import asking, said


@dataclass(frozen=True)
class Saying:
    """A classifier that says the same of every text."""

    intents: dict[str, float]

    def scores(self, text: str, locale: str) -> LocalScores:
        return LocalScores(intents=self.intents, similarity=1.0, nearest=[], out_of_scope=0.0)


@pytest.mark.parametrize(("there", "likeliest"), [(True, "cart_change"), (False, "how_to_order")])
def test_only_a_cart_that_is_there_is_changed(there: bool, likeliest: str) -> None:
    request = replace(asking(said("dos más")), cart_open=there)

    scores = Evidence(request, demo(), Saying({"cart_change": 0.7, "how_to_order": 0.3})).scores

    assert next(iter(scores.intents)) == likeliest
    assert sum(scores.intents.values()) == pytest.approx(1.0)


def test_what_is_about_something_else_is_not_answered_with_the_same_words_again() -> None:
    before = said("what can you do?", lane="info", intent="capabilities", locale="en")
    request = asking(said("ok, where is the shop?", locale="en"), before, lane="info")

    scores = Evidence(request, demo(), Saying({"location": 0.7, "capabilities": 0.3})).scores

    assert next(iter(scores.intents)) == "location"
