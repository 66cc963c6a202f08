"""What is said to what is none of the shop's business: jokes, insults, sums; and to what says nothing."""

import re
from typing import Final

from nodes.lanes.matching import fold
from nodes.lanes.phrasing import Phrasing
from state.conversation import Reply
from state.decision import RouterDecision

_OF_THE_SHOP: Final = re.compile(
    r"\b(?:\w+(?:ais|eis)|tienes?|tienen|vuestr\w+|ustedes|vosotr\w+|os|hay|habra|puedo|puede|se puede|podemos|podria|"
    r"tienda|local|negocio|comprar?|compre|productos?|pedidos?|cocina\w*|menaje|casa olmo|shops?|stores?|"
    r"you (?:have|sell|do|offer|take|accept|get|got|make|ship|deliver)|your|products?|orders?|buy|bought|kitchen|"
    r"(?:do|did|have|will|would|could) you|(?:can|may|could) (?:i|we)|(?:is|are) there)\b"
)
"""Words by which a message may be about the shop, though nothing that it has written answers it."""


def not_for_us(decision: RouterDecision | None, text: str, phrasing: Phrasing) -> Reply | None:
    """Return the answer to what surely has nothing to do with the shop, and to what nobody understands.

    Whatever may be about the shop is left to its people: they are named with their telephone.
    """
    if decision is None or decision.intent is not None:
        return None
    if decision.outcome == "unsure" and decision.chain and decision.chain[-1].name == "rules":
        return Reply(phrasing.say("not_understood"), choices=phrasing.main_choices())
    if decision.outcome != "out_of_scope" or _OF_THE_SHOP.search(fold(text)):
        return None
    return Reply(phrasing.say("not_our_business"), choices=phrasing.main_choices())
