"""A detail of an order that is to be otherwise: taken back, and asked for anew."""

from typing import Final

from nodes.lanes.shopping.corrections import Detail
from nodes.lanes.shopping.placing import FormFacts, noted
from nodes.tools import Outcome, ToolContext, ToolInput, tool
from state.effect import SideEffect

_OF: Final[dict[Detail, frozenset[str]]] = {
    "name": frozenset({"name"}),
    "reach": frozenset({"email", "phone"}),
    "address": frozenset({"street", "postcode", "city", "doubted"}),
    "way": frozenset({"way"}),
    "method": frozenset({"method"}),
}


class TakeBack(ToolInput):
    """Which detail is to be otherwise."""

    detail: Detail


@tool(SideEffect.IDEMPOTENT, example=TakeBack(detail="name"))
async def take_back(asked: TakeBack, context: ToolContext) -> Outcome[FormFacts]:
    """Forget a detail of the order that the customer wants otherwise without saying how, and ask for it."""
    return noted(context, {}, slots=without(context.state["slots"], asked.detail))


def without(slots: dict[str, str], detail: Detail) -> dict[str, str]:
    """Return the slots of an order without one detail; a new address is one to deliver to."""
    kept = {key: one for key, one in slots.items() if key not in _OF[detail]}
    return {**kept, "method": "delivery"} if detail == "address" else kept
