"""The commerce lane: find products, say prices and stock, compare, recommend; fill a cart and check out."""

from dataclasses import replace
from typing import Final

from langgraph.runtime import Runtime

from nodes.lanes.attachments import answer_attachments
from nodes.lanes.clarifying import question
from nodes.lanes.consent import consent
from nodes.lanes.lane import lane
from nodes.lanes.matching import fold
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping import finding, reading
from nodes.lanes.shopping.bounding import bounded_kinds
from nodes.lanes.shopping.cart import CART_TOOLS
from nodes.lanes.shopping.comparing import compared_products
from nodes.lanes.shopping.finding import ACTIONS, LISTED, MORE, Found, Question
from nodes.lanes.shopping.form_questions import STEPS
from nodes.lanes.shopping.gifts import gift_wish, suggest, without_wrapping
from nodes.lanes.shopping.looking import LOOKING_TOOLS
from nodes.lanes.shopping.missing import not_sold
from nodes.lanes.shopping.placing import CHECKOUT_TOOLS
from nodes.lanes.shopping.products import (
    named_products,
    narrowed,
    picked,
    pointed_at,
    remembered,
    stocked,
    with_skus,
)
from nodes.lanes.shopping.ranging import by_cost
from nodes.lanes.shopping.reminding import with_what_is_lacking
from nodes.lanes.shopping.selling import Selling
from nodes.lanes.shopping.settling import settles
from nodes.lanes.shopping.taking_back import take_back
from nodes.lanes.shopping.using import used
from nodes.lanes.toolbox import Toolbox
from nodes.lanes.written import written_answer
from nodes.ports import Ports
from prompts.tenant import Intent, Product
from state.conversation import Conversation, ConversationUpdate, Reply
from state.turn import OrderPart, ReplyPart

__all__ = ["COMMERCE_TOOLS", "commerce", "named_products", "remembered"]

COMMERCE_TOOLS: Final = (*LOOKING_TOOLS, *CART_TOOLS, *CHECKOUT_TOOLS, take_back)


@lane("commerce", *COMMERCE_TOOLS, exact=settles, worded=with_what_is_lacking)
async def commerce(state: Conversation, runtime: Runtime[Ports], box: Toolbox) -> ConversationUpdate:
    """Sell: fill the cart and check out where the turn asks for it, else answer from the catalogue."""
    turn, ports = state["turns"][-1], runtime.context
    phrasing = await stocked(ports, state, turn.locale)
    selling = ports.counter is not None and ports.tenant.shop is not None
    if attached := _without_words(state, phrasing, selling=selling):
        return {"reply": attached}
    intent = ports.tenant.intent(state["intent"])
    if intent and (written := written_answer(intent.answer, phrasing)):
        bare = _beside_wrapping(state) if selling else ""
        put = await Selling(box, ports, phrasing, None).put_beside(bare) if bare else None
        return {"reply": _after(written, put) if put else written}
    action = intent.answer.action if intent else None
    if other := _not_by_name(state, phrasing, selling=selling):
        return {"reply": other.reply, "slots": other.slots(box.state["slots"])}
    if selling and (reply := await Selling(box, ports, phrasing, action).answer()):
        return {"reply": reply}
    if action == "buy" and not selling:
        return {"reply": Reply(phrasing.say("how_to_order"))}
    found = _found(box.state, phrasing, intent, selling=selling)
    return {"reply": found.reply, "slots": found.slots(box.state["slots"])}


def _beside_wrapping(state: Conversation) -> str:
    """Return what a message says beside that something is a present; empty where another part is answered as well."""
    text, decision = state["turns"][-1].text, state["decision"]
    bare = without_wrapping(text)
    apart = decision is not None and any(one.lane == "commerce" for one in decision.also)
    return "" if apart or bare == fold(text) else bare


def _after(written: Reply, put: Reply) -> Reply:
    """Return what was put in behind an answer that was asked for with it."""
    return replace(put, text=f"{written.text}\n\n{put.text}", sources=[*written.sources, *put.sources])


def _without_words(state: Conversation, phrasing: Phrasing, *, selling: bool) -> Reply | None:
    """Return the answer to a file, a reaction or an unclear message; a cart that was sent is sold where we can."""
    turn = state["turns"][-1]
    if selling and any(isinstance(part, OrderPart) for part in turn.parts):
        return None
    if selling and state["awaiting"] and (any(map(str.isalnum, turn.text)) or consent(turn.text)):
        return None
    return answer_attachments(turn, phrasing) or question(state["decision"], phrasing)


def _not_by_name(state: Conversation, phrasing: Phrasing, *, selling: bool) -> Found | None:
    """Return the answer to a wish for a present, to a question of use, and to a wish for what isn't sold here."""
    text = state["turns"][-1].text
    wish = gift_wish(phrasing, text) if state["awaiting"] not in STEPS else None
    if wish is not None:
        return suggest(phrasing, wish, selling=selling)
    if state["awaiting"] not in STEPS and (facts := _of_use(state, phrasing, selling=selling)):
        return facts
    if state["awaiting"] not in STEPS and (several := bounded_kinds(phrasing, text)):
        return several
    thing = not_sold(phrasing, text)
    return Found(Reply(phrasing.say("product_none", query=thing), awaiting="product")) if thing else None


def _of_use(state: Conversation, phrasing: Phrasing, *, selling: bool) -> Found | None:
    """Return what a product is good for, where that is asked: no question of stock, and nothing to put in."""
    turn, slots = state["turns"][-1], state["slots"]
    pointed = pointed_at(turn, phrasing) or picked(phrasing, turn.text, slots)
    return used(Question(phrasing, [], turn.text, selling), pointed, remembered(phrasing, slots))


def _found(state: Conversation, phrasing: Phrasing, intent: Intent | None, *, selling: bool) -> Found:
    turn, slots = state["turns"][-1], state["slots"]
    shown = remembered(phrasing, slots)
    if _asks_for_more(state):
        listed = len(with_skus(phrasing, slots.get("listed", "")))
        if 0 < listed < len(shown):
            return finding.listing(Question(phrasing, shown, turn.text, selling), shown, listed)
    named = named_products(phrasing, turn.text)
    if costs := by_cost(Question(phrasing, named, turn.text, selling), shown):
        return costs
    chosen = pointed_at(turn, phrasing) or picked(phrasing, turn.text, slots)
    if reading.bare_number(turn.text) and not chosen:
        return finding.which(Question(phrasing, [], turn.text, selling))
    action = intent.answer.action if intent else None
    products = chosen or narrowed(phrasing, named, shown, turn.text)
    if action == "product_compare":
        pair = compared_products(phrasing.tenant, turn.text, shown)
        if len(pair) == 1:
            return finding.card(Question(phrasing, pair, turn.text, selling), pair[0])
        products = pair or products
    asked = Question(phrasing, products or shown, turn.text, selling)
    if chosen and _only_picks(state, chosen):
        return finding.card(asked, chosen[0])
    return ACTIONS.get(action or "product_search", finding.search)(asked)


def _only_picks(state: Conversation, chosen: list[Product]) -> bool:
    """Tell whether the turn does nothing but choose from the list that was shown."""
    tapped = any(isinstance(part, ReplyPart) for part in state["turns"][-1].parts)
    return len(chosen) == 1 and (tapped or state["awaiting"] == LISTED)


def _asks_for_more(state: Conversation) -> bool:
    turn = state["turns"][-1]
    tapped = any(isinstance(part, ReplyPart) and part.id == MORE for part in turn.parts)
    return tapped or (bool(state["slots"].get("listed")) and reading.more(turn.text))
