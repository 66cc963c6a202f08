"""The open question of a checkout, asked again after an answer to something else."""

from dataclasses import replace
from typing import Final

from babel.lists import format_list

from nodes.lanes.consent import CONFIRMATION, question
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.cart import CART
from nodes.lanes.shopping.finding import LISTED
from nodes.lanes.shopping.form_questions import next_question
from nodes.lanes.shopping.order_form import OrderForm
from nodes.lanes.shopping.placing import place_order
from nodes.ports import Ports
from state.conversation import Choice, Conversation, Reply

_PATIENCE: Final = 4
"""Turns within which the customer is reminded of the checkout they began."""
_MOST_CHOICES: Final = 10


def with_the_checkout(state: Conversation, reply: Reply, ports: Ports, phrasing: Phrasing) -> Reply | None:
    """Return the reply with the question that the checkout waits for; None where none is open.

    What it awaits is then awaited again, so that the next message may answer it, whichever lane has answered this one.
    """
    question_again = _question(state, ports, phrasing) if _is_beside(state, reply, ports) else None
    if question_again is None:
        return None
    items = [f"{line.quantity} × {phrasing.called(line.sku, line.name)}" for line in state["cart"]]
    listed = str(format_list(items, locale=phrasing.locale))
    still = phrasing.say("still_open", what=phrasing.say("open_cart", items=listed))
    checkout = ports.tenant.doing("checkout")
    resume = [Choice(f"intent:{checkout.name}", phrasing.say("choice_resume"))] if checkout else []
    ways = question_again.choices or resume
    own = {choice.id for choice in ways}
    choices = [*ways, *(choice for choice in reply.choices if choice.id not in own)][:_MOST_CHOICES]
    text = f"{reply.text}\n\n{still} {question_again.text}"
    return replace(reply, text=text, choices=choices, awaiting=question_again.awaiting)


def with_what_is_lacking(state: Conversation, ports: Ports, reply: Reply) -> Reply:
    """Return a model's words about the cart with the question that a checkout under way goes on with."""
    if reply.awaiting != CART or "buying" not in state["slots"]:
        return reply
    asking = next_question(OrderForm.of(state, ports), Phrasing(ports.tenant, state["turns"][-1].locale))
    if asking is None:
        return reply
    return replace(reply, text=f"{reply.text}\n\n{asking.text}", choices=asking.choices, awaiting=asking.awaiting)


def _is_beside(state: Conversation, reply: Reply, ports: Ports) -> bool:
    turns = state["turns"]
    if (
        (reply.awaiting is not None and not _lists_beside_a_yes(state, reply))
        or state["error"] is not None
        or state["handoff"] is not None
    ):
        return False
    if ports.counter is None or ports.tenant.shop is None or turns[-1].lane == "handoff":
        return False
    recent = any(turn.lane == "commerce" for turn in turns[-1 - _PATIENCE : -1])
    return recent and bool(state["cart"]) and "buying" in state["slots"]


def _lists_beside_a_yes(state: Conversation, reply: Reply) -> bool:
    """Tell whether products are shown while an order waits for its yes; which of them is meant can be said anyway."""
    return (
        reply.awaiting in {LISTED, "product"} and state["awaiting"] == CONFIRMATION and "pending" not in state["slots"]
    )


def _question(state: Conversation, ports: Ports, phrasing: Phrasing) -> Reply | None:
    form = OrderForm.of(state, ports)
    if asking := next_question(form, phrasing):
        return asking
    proposal = state.get("proposal")
    if proposal is None or proposal.tool != place_order.name or state["awaiting"] != CONFIRMATION:
        return None
    return question(proposal, phrasing) if proposal.words == form.words(phrasing) else None
