"""Find the order that a customer talks about, or ask for what is missing."""

from typing import Final

from nodes.lanes.helping.numbers import has_none
from nodes.lanes.helping.orders import claims_in, meant_order
from nodes.lanes.helping.talk import Talk
from nodes.lanes.helping.tickets import ticket_choice
from nodes.lanes.shopping.proof import NUMBER, PROOF
from nodes.ownership import Customer
from nodes.shop.ownership import orders_without_number
from state.conversation import Reply
from state.shop import Order

ASKED_ORDER: Final = NUMBER
ASKED_CONTACT: Final = PROOF
_SEVERAL: Final = 5


async def order_or_question(talk: Talk, ask: str) -> Order | Reply:
    """Return the customer's order, or what they are asked; `ask` are the words that ask for its number."""
    asked = talk.awaiting == ASKED_ORDER
    if asked and has_none(talk.text) and not claims_in(talk.text):
        return Reply(talk.says("order_no_number"), choices=talk.phrasing.offer_person(), awaiting=ASKED_CONTACT)
    meant = await meant_order(talk.state, talk.ports, talk.slots, asked=asked)
    if meant.number:
        talk.slots["order"] = meant.number
    if meant.order is not None:
        return meant.order
    if meant.number:
        return _unproved(talk, meant.number, locked=meant.locked)
    if talk.awaiting == ASKED_CONTACT:
        return await _by_contact(talk)
    return Reply(ask, awaiting=ASKED_ORDER)


def _unproved(talk: Talk, number: str, *, locked: bool) -> Reply:
    """Ask whose the order is, in the same words whether there is such an order or not."""
    choices = talk.phrasing.offer_person()
    if not claims_in(talk.text) and not locked:
        return Reply(talk.says("order_whose", order=number), choices=choices, awaiting=ASKED_CONTACT)
    for claim in ("email", "phone"):
        talk.slots.pop(claim, None)
    if locked:
        return Reply(talk.says("order_locked", order=number), choices=choices)
    return Reply(talk.says("order_unknown", order=number), choices=choices, awaiting=ASKED_CONTACT)


async def _by_contact(talk: Talk) -> Reply:
    """Look for orders of somebody without a number: e-mail and phone together say who it is."""
    given = {key for key in ("email", "phone") if talk.slots.get(key)}
    if len(given) == 1:
        missing = "order_also_phone" if "email" in given else "order_also_email"
        return Reply(talk.says(missing), choices=talk.phrasing.offer_person(), awaiting=ASKED_CONTACT)
    counter = talk.ports.counter
    if not given or counter is None:
        return Reply(talk.says("order_no_number"), choices=talk.phrasing.offer_person(), awaiting=ASKED_CONTACT)
    found = await orders_without_number(counter.orders, Customer.of({**talk.state, "slots": talk.slots}))
    if not found:
        return Reply(talk.says("order_nothing_found"), choices=ticket_choice(talk.phrasing))
    listed = "\n".join(f"• {order.number}" for order in found[:_SEVERAL])
    return Reply(talk.says("order_which", list=listed), awaiting=ASKED_ORDER)
