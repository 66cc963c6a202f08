"""What prices say of a message: things within a price are looked for."""

from typing import Final

from nodes.lanes.shopping.bounding import only_looks
from nodes.lanes.shopping.cart import CART
from nodes.lanes.shopping.finding import LISTED
from nodes.routers.evidence import Evidence
from state.decision import Stage

_LOOKS: Final = frozenset({"product_search", "product_price", "product_recommend", "product_compare"})
_SHARE: Final = 0.9
_BESIDE: Final = frozenset({None, CART, LISTED, "product"})


def priced(evidence: Evidence) -> Stage | None:
    """Return that products within a price are looked for, where the numbers lead the examples astray.

    "any knives between 20 and 50?" is no order of fifty knives.
    """
    turn, tenant = evidence.turn, evidence.tenant
    searched = tenant.doing("product_search")
    if searched is None or evidence.request.awaiting not in _BESIDE:
        return None
    intent = tenant.intent(next(iter(evidence.scores.intents)))
    if (intent and intent.answer.action in _LOOKS) or not only_looks(tenant, turn.text, turn.locale):
        return None
    return Stage("rules", True, "it names things and what they may cost", "commerce", searched.name, _SHARE)
