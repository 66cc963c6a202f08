"""The info lane: opening hours, contact, knowledge pages, greetings; and "I don't know" when nothing supports more."""

from typing import Final

from langgraph.runtime import Runtime

from nodes.lanes.attachments import answer_attachments
from nodes.lanes.calendar import moment
from nodes.lanes.clarifying import question
from nodes.lanes.delivering import DELIVERY, asks_delivery, delivery_reply
from nodes.lanes.hours import hours_reply
from nodes.lanes.info_tools import INFO_TOOLS, contact_reply
from nodes.lanes.lane import lane
from nodes.lanes.outside import not_for_us
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.summing import total_reply
from nodes.lanes.toolbox import Toolbox
from nodes.lanes.written import search, with_section, written_answer
from nodes.pages import Pages
from nodes.ports import Ports
from prompts.tenant import Intent
from state.conversation import Conversation, ConversationUpdate, Reply

_REMEMBERED: Final = 4
"""Turns within which a day that was asked about tells the month of the next one."""


@lane("info", *INFO_TOOLS, sourced=True)
async def info(state: Conversation, runtime: Runtime[Ports], box: Toolbox) -> ConversationUpdate:  # noqa: ARG001 # reads files only
    """Answer from the tenant's files."""
    turn, ports = state["turns"][-1], runtime.context
    phrasing = Phrasing(ports.tenant, turn.locale)
    attached = answer_attachments(turn, phrasing) or question(state["decision"], phrasing)
    if attached is not None:
        return {"reply": attached}
    intent = ports.tenant.intent(state["intent"])
    if intent is not None and intent.answer.action == "hours":
        here = moment(ports.tenant.hours, ports.clock.now(), ports.tenant.profile.timezone)
        said = [earlier.text for earlier in state["turns"][-_REMEMBERED:]]
        return {"reply": hours_reply(phrasing, here, *said)}
    if intent is not None and intent.answer.action == "contact":
        return {"reply": contact_reply(phrasing)}
    if sent := _sent(state, intent, phrasing):
        return {"reply": sent}
    if written := _written(intent, phrasing):
        return {"reply": with_section(written, turn.text, phrasing, ports.pages)}
    return {"reply": _searched(state, phrasing, ports.pages)}


def _sent(state: Conversation, intent: Intent | None, phrasing: Phrasing) -> Reply | None:
    """Return what a delivery costs, alone or with the cart, where that is asked."""
    text = state["turns"][-1].text
    about = intent is not None and intent.answer.page == DELIVERY
    return total_reply(phrasing, text, state["cart"], state["slots"]) or (
        delivery_reply(phrasing, text) if about else None
    )


def _searched(state: Conversation, phrasing: Phrasing, pages: Pages | None) -> Reply:
    decision, text = state["decision"], state["turns"][-1].text
    if asks_delivery(text) and (sent := delivery_reply(phrasing, text)):
        return sent
    if outside := not_for_us(decision, text, phrasing):
        return outside
    if decision is not None and decision.out_of_scope > decision.confidence:
        return Reply(phrasing.unknown(), choices=phrasing.offer_person())
    return search(phrasing, text, pages)


def _written(intent: Intent | None, phrasing: Phrasing) -> Reply | None:
    return written_answer(intent.answer, phrasing) if intent else None
