"""The support lane: returns, broken goods, warranty, orders."""

import re
from typing import Final

from langgraph.runtime import Runtime

from nodes.lanes.attachments import answer_attachments
from nodes.lanes.clarifying import question
from nodes.lanes.commerce import remembered
from nodes.lanes.info import search, written_answer
from nodes.lanes.knowledge import Knowledge
from nodes.lanes.lane import lane
from nodes.lanes.matching import says
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.order_tools import ORDER_TOOLS
from nodes.lanes.shopping.orders import answer_order
from nodes.lanes.toolbox import Toolbox
from nodes.ports import Ports
from prompts.tenant import Answer, Intent, Product
from state.conversation import Conversation, ConversationUpdate, Reply, Source

ORDER_NUMBER: Final = re.compile(r"\b([A-Z]{1,3}-?\d{3,8})\b", re.IGNORECASE)
"""An order number as the shop prints it: `A-5512`."""

_BADLY: Final = {"damaged-item", "wrong-item"}
_SURE_FROM: Final = 2
"""Words of its name by which one product is surely meant; one may be any word, such as a colour."""


@lane("support", *ORDER_TOOLS)
async def support(state: Conversation, runtime: Runtime[Ports], box: Toolbox) -> ConversationUpdate:
    """Say what the shop does about it, note the order number, and ask for it when it is missing."""
    turn, tenant = state["turns"][-1], runtime.context.tenant
    phrasing = Phrasing(tenant, turn.locale)
    attached = answer_attachments(turn, phrasing) or question(state["decision"], phrasing)
    if attached is not None:
        return {"reply": attached}
    if reply := await answer_order(box, runtime.context, phrasing):
        return {"reply": reply}
    slots = dict(state["slots"])
    found = ORDER_NUMBER.search(turn.text)
    if found:
        slots["order"] = found[1].upper()
    intent = tenant.intent(state["intent"])
    if found and state["awaiting"] == "order_number":
        return {"reply": _noted(phrasing, slots), "slots": slots}
    if intent is not None and intent.answer.action in {"return_item", "order_status"}:
        slots["business"] = intent.answer.action
    return {"reply": _answer(intent, phrasing, turn.text, slots), "slots": slots}


def _answer(intent: Intent | None, phrasing: Phrasing, text: str, slots: dict[str, str]) -> Reply:
    if intent is None:
        return search(phrasing, text)
    match intent.answer.action:
        case "return_item":
            return _return(phrasing, text, slots)
        case "order_status":
            return _status(phrasing, slots)
        case "order_change":
            return written_answer(Answer(page="cancel-order"), phrasing) or search(phrasing, text)
        case "warranty":
            return _warranty(phrasing, text, slots)
        case _:
            return written_answer(intent.answer, phrasing) or search(phrasing, text)


def _return(phrasing: Phrasing, text: str, slots: dict[str, str]) -> Reply:
    steps = phrasing.say("return_steps", days=phrasing.tenant.profile.return_days)
    paragraphs = [_sorry(phrasing, text), steps]
    source = _page_source(phrasing, "returns")
    if "order" in slots:
        return Reply("\n\n".join([*paragraphs, phrasing.say("return_noted", order=slots["order"])]), source)
    return Reply("\n\n".join([*paragraphs, phrasing.say("return_ask_order")]), source, awaiting="order_number")


def _sorry(phrasing: Phrasing, text: str) -> str:
    if not _arrived_badly(phrasing, text):
        return phrasing.say("return_start")
    product = _one_product(phrasing, text)
    return phrasing.say("return_intro", product=phrasing.name(product)) if product else phrasing.say("return_intro_any")


def _arrived_badly(phrasing: Phrasing, text: str) -> bool:
    """Tell whether the customer says that it came broken or wrong, in words the pages about that are known by."""
    pages = [page for page in phrasing.tenant.pages if page.slug in _BADLY]
    return any(says(text, word) for page in pages for word in page.words)


def _status(phrasing: Phrasing, slots: dict[str, str]) -> Reply:
    source = _page_source(phrasing, "order-tracking")
    if "order" in slots:
        return Reply(phrasing.say("order_status_noted", order=slots["order"]), source, phrasing.offer_person())
    return Reply(phrasing.say("order_status_ask"), source, awaiting="order_number")


def _noted(phrasing: Phrasing, slots: dict[str, str]) -> Reply:
    key = "return_noted" if slots.get("business") == "return_item" else "order_status_noted"
    return Reply(phrasing.say(key, order=slots["order"]), choices=phrasing.offer_person())


def _warranty(phrasing: Phrasing, text: str, slots: dict[str, str]) -> Reply:
    product = _one_product(phrasing, text)
    talked_of = remembered(phrasing, slots)
    if product is None and len(talked_of) == 1:
        product = talked_of[0]
    source = _page_source(phrasing, "warranty")
    if product is None:
        return Reply(phrasing.say("warranty_general"), source)
    said = phrasing.say("warranty_product", product=phrasing.name(product), months=product.warranty_months)
    return Reply(said, source)


def _one_product(phrasing: Phrasing, text: str) -> Product | None:
    named = Knowledge.of(phrasing.tenant).named(text)
    sure = len(named) == 1 and len(named[0].shared) >= _SURE_FROM
    return named[0].item if sure else None


def _page_source(phrasing: Phrasing, slug: str) -> list[Source]:
    page = phrasing.tenant.page(slug, phrasing.locale)
    return [Source("page", page.slug, page.title)] if page else []
