"""A return in the conversation: which order, what of it, why; then the customer says yes."""

import re
from collections.abc import Sequence
from typing import Final

from nodes.lanes.helping.numbers import order_in
from nodes.lanes.helping.order_lines import lines_meant
from nodes.lanes.helping.order_steps import ASKED_CONTACT, ASKED_ORDER, order_or_question
from nodes.lanes.helping.returns import StartReturn, how_far, returns_of, start_return
from nodes.lanes.helping.talk import Talk
from nodes.lanes.helping.terms import Reason, reason_in, terms_of
from nodes.lanes.helping.tickets import ticket_choice
from nodes.lanes.knowledge import Knowledge
from nodes.lanes.matching import fold, says
from prompts.tenant import Product
from state.conversation import Choice, Reply
from state.returned import coming_back, holding
from state.shop import Order, OrderedProduct

BUSINESS: Final = "return_item"
ASKED_LINES: Final = "return_lines"
ASKED_REASON: Final = "return_reason"
_ASKED: Final = frozenset({ASKED_ORDER, ASKED_CONTACT, ASKED_LINES, ASKED_REASON})
_REASONS: Final[tuple[Reason, ...]] = ("damaged", "faulty", "wrong_item", "unwanted")
_ARRIVED: Final[dict[str, Reason]] = {"damaged_item": "damaged", "wrong_item": "wrong_item"}
_BADLY: Final = frozenset({"damaged-item", "wrong-item"})
_MISSING: Final = re.compile(r"\b(falta(?:n|ba|ban)?|incomplet[oa]s?|missing|incomplete)\b")
"""What isn't in the box can't come back."""
_ABOUT: Final = 200
"""Characters of the words a return began with: they may say what comes back."""
_SURE_FROM: Final = 2
"""Words of its name by which one product is surely meant; one may be any word, such as a colour."""


async def return_reply(talk: Talk) -> Reply | None:
    """Return the answer to a turn about a return, None to any other."""
    arrived = talk.state["intent"] in _ARRIVED and not _MISSING.search(fold(talk.text))
    begins = talk.action == BUSINESS or arrived
    goes_on = talk.slots.get("business") == BUSINESS and talk.awaiting in _ASKED
    if not begins and not goes_on:
        return None
    if not goes_on:
        for slot in ("return_reason", "return_skus"):
            talk.slots.pop(slot, None)
        talk.slots["return_about"] = talk.text[:_ABOUT]
    talk.slots["business"] = BUSINESS
    reason = reason_in(talk.text) or _ARRIVED.get(talk.state["intent"] or "" if begins else "")
    if reason:
        talk.slots["return_reason"] = reason
    if talk.ports.counter is None or talk.ports.cases is None:
        return _without_records(talk, goes_on=goes_on)
    found = await order_or_question(talk, _introduction(talk))
    return found if isinstance(found, Reply) else await _of_order(talk, found)


async def _of_order(talk: Talk, order: Order) -> Reply:
    if not any(event.status == "delivered" for event in order.history):
        return Reply(talk.says("return_too_early", order=order.number), choices=ticket_choice(talk.phrasing))
    before = await returns_of(talk.context, order.number)
    left = [line for line in order.draft.lines if not coming_back(before)[line.sku]]
    meant = _lines(talk, order.draft.lines)
    lines = [line for line in meant if line in left]
    if before and (not left or (meant and not lines)):
        return Reply(how_far(talk.phrasing, holding(before, (meant or order.draft.lines)[0].sku)))
    if not lines:
        listed = "\n".join(f"• {line.quantity} × {talk.phrasing.called(line.sku, line.name)}" for line in left)
        return Reply(talk.says("return_which", order=order.number, list=listed), awaiting=ASKED_LINES)
    talk.slots["return_skus"] = " ".join(line.sku for line in lines)
    reason = next((one for one in _REASONS if one == talk.slots.get("return_reason")), None)
    if reason is None:
        choices = [Choice(f"reason:{one}", talk.says(f"choice_{one}")) for one in _REASONS]
        return Reply(talk.says("return_ask_reason"), choices=choices, awaiting=ASKED_REASON)
    terms = terms_of(order, lines, reason, talk.ports.clock.now(), talk.ports.tenant)
    if terms.verdict == "too_late":
        limit = talk.ports.tenant.profile.return_days
        late = talk.says("return_too_late", order=order.number, days=terms.days, limit=limit)
        return Reply(late, talk.page("returns"), ticket_choice(talk.phrasing))
    whole = len(lines) == len(order.draft.lines)
    wanted = StartReturn(order=order.number, reason=reason, skus=[] if whole else [line.sku for line in lines])
    return talk.answer(await talk.use(start_return, wanted), refused="order_not_yours")


def _lines(talk: Talk, lines: Sequence[OrderedProduct]) -> Sequence[OrderedProduct]:
    """Return the lines that are meant: those said now, before, or when it began; none when it has to be asked."""
    tenant = talk.ports.tenant
    if said := lines_meant("" if talk.tapped else talk.text, lines, tenant):
        return said
    kept = talk.slots.get("return_skus", "").split()
    return [line for line in lines if line.sku in kept] or lines_meant(
        talk.slots.get("return_about", ""), lines, tenant
    )


def _introduction(talk: Talk) -> str:
    steps = talk.says("return_steps", days=talk.ports.tenant.profile.return_days)
    return "\n\n".join([_sorry(talk), steps, talk.says("return_ask_order")])


def _without_records(talk: Talk, *, goes_on: bool) -> Reply:
    """Say what the shop does, and note the number where no orders can be looked up."""
    found = order_in(talk.text, asked=talk.awaiting == ASKED_ORDER)
    if found:
        talk.slots["order"] = found
    noted = [talk.says("return_noted", order=talk.slots["order"])] if "order" in talk.slots else []
    if goes_on and found:
        return Reply(noted[0], choices=talk.phrasing.offer_person())
    if noted:
        steps = talk.says("return_steps", days=talk.ports.tenant.profile.return_days)
        return Reply("\n\n".join([_sorry(talk), steps, *noted]), talk.page("returns"))
    return Reply(_introduction(talk), talk.page("returns"), awaiting=ASKED_ORDER)


def _sorry(talk: Talk) -> str:
    pages = [page for page in talk.phrasing.tenant.pages if page.slug in _BADLY]
    if not any(says(talk.text, word) for page in pages for word in page.words):
        return talk.says("return_start")
    product = one_product(talk)
    return talk.says("return_intro", product=talk.phrasing.name(product)) if product else talk.says("return_intro_any")


def one_product(talk: Talk) -> Product | None:
    """Return the product that is surely meant, if one is."""
    named = Knowledge.of(talk.phrasing.tenant).named(talk.text)
    sure = len(named) == 1 and len(named[0].shared) >= _SURE_FROM
    return named[0].item if sure else None
