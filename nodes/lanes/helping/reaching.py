"""A way to reach whoever opened a ticket while the shop is closed: asked once, and it may be left out."""

from dataclasses import replace
from typing import Final

from nodes.lanes.calendar import moment
from nodes.lanes.consent import consent
from nodes.lanes.helping.orders import claims_in
from nodes.lanes.helping.talk import Talk
from nodes.lanes.helping.tickets import AddToTicket, add_to_ticket
from nodes.lanes.toolbox import Done
from nodes.shop.ownership import email_in, phone_in
from state.conversation import Reply

ASKED_REACH: Final = "ticket_reach"
"""What the conversation awaits after the question; anything else than an answer goes its own way."""
_ONCE: Final = "reach_asked"
_BESIDE: Final = 40
_LONGEST: Final = 500


def with_reach(talk: Talk, reply: Reply) -> Reply:
    """Return what is said of a new ticket with the question for an e-mail or phone, where only this chat is known."""
    if talk.state["user_id"] is not None or _ONCE in talk.slots or talk.slots.get("email") or talk.slots.get("phone"):
        return reply
    if moment(talk.ports.tenant.hours, talk.ports.clock.now(), talk.ports.tenant.profile.timezone).open_until:
        return reply
    talk.slots[_ONCE] = "yes"
    return replace(reply, text=f"{reply.text}\n\n{talk.says('ticket_ask_reach')}", awaiting=ASKED_REACH)


def is_reach(text: str) -> bool:
    """Tell whether a text answers the question: an e-mail or phone and hardly more, or a no."""
    given = email_in(text) or phone_in(text)
    return consent(text) == "no" or (bool(given) and len(text) - len(given) <= _BESIDE)


async def reached(talk: Talk) -> Reply | None:
    """Note how the customer is reached with their ticket; None where there is none."""
    number = talk.state["ticket_id"]
    if consent(talk.text) == "no":
        return Reply(talk.says("ticket_reach_declined"))
    if number is None:
        return None
    talk.slots.update(claims_in(talk.text))
    used = await talk.use(add_to_ticket, AddToTicket(ticket=number, words=talk.text[:_LONGEST]))
    told = Reply(talk.says("ticket_reach_noted", ticket=number))
    return told if isinstance(used, Done) else talk.answer(used, refused="ticket_not_yours")
