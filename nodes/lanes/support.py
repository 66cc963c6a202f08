"""The support lane: tickets, returns, broken goods, warranty, orders."""

import re
from dataclasses import replace
from typing import Final

from langgraph.runtime import Runtime

from nodes.lanes.attachments import answer_attachments
from nodes.lanes.clarifying import question
from nodes.lanes.commerce import remembered
from nodes.lanes.helping.each_order import narrowed
from nodes.lanes.helping.following_up import followed_up
from nodes.lanes.helping.mood import has_had_enough
from nodes.lanes.helping.not_received import with_what_to_do
from nodes.lanes.helping.numbers import has_none, order_in
from nodes.lanes.helping.order_steps import ASKED_CONTACT, ASKED_ORDER
from nodes.lanes.helping.orders import claims_in
from nodes.lanes.helping.return_steps import return_reply
from nodes.lanes.helping.returns import look_up_return, start_return
from nodes.lanes.helping.scolded import calmed_down
from nodes.lanes.helping.sorry import one_product
from nodes.lanes.helping.talk import Talk
from nodes.lanes.helping.ticket_steps import ticket_reply
from nodes.lanes.helping.tickets import add_to_ticket, close_ticket, look_up_ticket, open_ticket, ticket_choice
from nodes.lanes.info_tools import read_page, search_pages
from nodes.lanes.lane import lane
from nodes.lanes.matching import fold, words
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.finding import Question
from nodes.lanes.shopping.order_tools import ORDER_TOOLS
from nodes.lanes.shopping.orders import ACTIONS, answer_order
from nodes.lanes.shopping.products import named_products
from nodes.lanes.shopping.using import used
from nodes.lanes.toolbox import Toolbox
from nodes.lanes.written import search, written_answer
from nodes.ports import Ports
from prompts.tenant import Answer, Product
from state.conversation import Conversation, ConversationUpdate, Reply

_WARRANTY: Final = re.compile(
    r"\b(?:garanti\w*|warrant\w*|guarantee\w*|how long|cuant\w+|anos?|meses|years?|months?|dura\w*|last\w*|broke\w*|"
    r"rot[oa]s?|legal|compr\w+|bought)\b"
)
_FEW: Final = 6
_WAYS_ON: Final = frozenset({"not-working", "late-delivery", "complaints", "refunds", "wrong-item"})
"""Pages after which a ticket and a person are offered: they say what to do, and it may not be enough."""


TICKET_TOOLS: Final = (open_ticket, look_up_ticket, add_to_ticket, close_ticket)


def _worded(state: Conversation, ports: Ports, reply: Reply) -> Reply:
    """Return a model's reply with the ways on and the calm words that the steps' have."""
    phrasing = Phrasing(ports.tenant, state["turns"][-1].locale)
    intent = ports.tenant.intent(state["intent"])
    pages = {source.ref for source in reply.sources} | ({intent.answer.page} if intent else set())
    if not reply.awaiting and ports.cases is not None and pages & _WAYS_ON:
        reply = replace(reply, choices=ticket_choice(phrasing))
    return _calmed(state, ports, reply)


@lane("support", *ORDER_TOOLS, *TICKET_TOOLS, start_return, look_up_return, search_pages, read_page, worded=_worded)
async def support(state: Conversation, runtime: Runtime[Ports], box: Toolbox) -> ConversationUpdate:
    """Settle what can be settled: tickets, returns by the rules, answers; else show the way to a person."""
    turn = state["turns"][-1]
    phrasing = Phrasing(runtime.context.tenant, turn.locale)
    attached = answer_attachments(turn, phrasing) or question(state["decision"], phrasing)
    if attached is not None:
        return {"reply": attached}
    slots = {**state["slots"], **claims_in(turn.text)}
    one = narrowed(state, runtime.context.tenant)
    if one is not state:
        box.state = one
        box.change({"slots": slots})
        state = one
    talk = Talk(state, runtime, box, phrasing, slots)
    for step in (calmed_down, followed_up, ticket_reply, return_reply, _no_number):
        if reply := await step(talk):
            return talk.update(_calmed(state, runtime.context, reply))
    if ordered := await answer_order(box, runtime.context, phrasing):
        return {"reply": _calmed(state, runtime.context, with_what_to_do(talk, ordered))}
    return talk.update(_calmed(state, runtime.context, _status(talk) or _answer(talk)))


async def _no_number(talk: Talk) -> Reply | None:
    """Show the other ways to an order, to a customer who was asked for its number and has none."""
    if talk.awaiting != ASKED_ORDER or not has_none(talk.text) or order_in(talk.text, asked=True):
        return None
    if talk.slots.get("business") not in ACTIONS or claims_in(talk.text):
        return None
    return Reply(talk.says("order_no_number"), choices=talk.phrasing.offer_person(), awaiting=ASKED_CONTACT)


def _status(talk: Talk) -> Reply | None:
    asked = talk.awaiting in {ASKED_ORDER, ASKED_CONTACT}
    if talk.action != "order_status" and not asked:
        return None
    if talk.action == "order_status":
        talk.slots["business"] = "order_status"
    found = order_in(talk.text, asked=talk.awaiting == ASKED_ORDER)
    if found:
        talk.slots["order"] = found
    source = talk.page("order-tracking")
    if found or (talk.action == "order_status" and "order" in talk.slots):
        noted = talk.says("order_status_noted", order=talk.slots["order"])
        return Reply(noted, [] if asked else source, talk.phrasing.offer_person())
    if talk.action == "order_status":
        return Reply(talk.says("order_status_ask"), source, awaiting=ASKED_ORDER)
    return None


def _answer(talk: Talk) -> Reply:
    intent = talk.ports.tenant.intent(talk.state["intent"])
    found = order_in(talk.text)
    if found:
        talk.slots["order"] = found
    if intent is None:
        return search(talk.phrasing, talk.text, talk.ports.pages)
    if intent.answer.action == "warranty":
        return _warranty(talk)
    if intent.answer.action == "order_change":
        return written_answer(Answer(page="cancel-order"), talk.phrasing) or search(
            talk.phrasing, talk.text, talk.ports.pages
        )
    written = written_answer(intent.answer, talk.phrasing)
    if written and (facts := used(Question(talk.phrasing, [], talk.text, False), [], _talked_of(talk))):
        return replace(
            written, text=f"{facts.reply.text}\n\n{written.text}", sources=[*facts.reply.sources, *written.sources]
        )
    return (
        _with_ways_on(talk, intent.answer, written) if written else search(talk.phrasing, talk.text, talk.ports.pages)
    )


def _with_ways_on(talk: Talk, answer: Answer, written: Reply) -> Reply:
    if answer.page not in _WAYS_ON or talk.ports.cases is None:
        return written
    return Reply(written.text, written.sources, ticket_choice(talk.phrasing))


def _talked_of(talk: Talk) -> list[Product]:
    return remembered(talk.phrasing, talk.slots)


def _warranty(talk: Talk) -> Reply:
    product = one_product(talk.phrasing, talk.text)
    talked_of = _talked_of(talk)
    if product is None and len(talked_of) == 1:
        product = talked_of[0]
    source = talk.page("warranty")
    products = [product] if product else _guaranteed(talk)
    if not products:
        return Reply(talk.says("warranty_general"), source)
    if len(products) == 1:
        product = products[0]
        return Reply(
            talk.says("warranty_product", product=talk.phrasing.name(product), months=product.warranty_months), source
        )
    by_months: dict[int, list[str]] = {}
    for one in products:
        by_months.setdefault(one.warranty_months, []).append(talk.phrasing.name(one))
    said = [talk.says("warranty_line", product=", ".join(names), months=many) for many, names in by_months.items()]
    return Reply("\n".join(said), source)


def _guaranteed(talk: Talk) -> list[Product]:
    """Return the few products that a question of their warranty names."""
    bare = _WARRANTY.sub(" ", fold(talk.text))
    named = named_products(talk.phrasing, bare) if words(bare) else []
    return named if len(named) <= _FEW else []


def _calmed(state: Conversation, ports: Ports, reply: Reply) -> Reply:
    """Return the answer with a person offered first, to a customer who has had enough."""
    turn = state["turns"][-1]
    if (
        reply.awaiting
        or not has_had_enough(turn.text)
        or any(earlier.lane == "handoff" for earlier in state["turns"][-3:])
    ):
        return reply
    phrasing = Phrasing(ports.tenant, turn.locale)
    ways = ticket_choice(phrasing) if ports.cases else phrasing.offer_person()
    known = {choice.id for choice in ways}
    choices = [*ways, *(choice for choice in reply.choices if choice.id not in known)]
    return Reply(f"{phrasing.say('calm')}\n\n{reply.text}", reply.sources, choices[:3])
