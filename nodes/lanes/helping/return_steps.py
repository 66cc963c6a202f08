"""A return in the conversation: which order, what of it, why; then the customer says yes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from nodes.lanes.helping.numbers import order_in
from nodes.lanes.helping.order_lines import lines_meant
from nodes.lanes.helping.order_steps import ASKED_CONTACT, ASKED_ORDER, order_or_question
from nodes.lanes.helping.return_rules import ASKED_LINES, ASKED_REASON, BUSINESS, REASONS, judged
from nodes.lanes.helping.returns import StartReturn, start_return
from nodes.lanes.helping.sorry import introduction, sorry
from nodes.lanes.helping.talk import Talk
from nodes.lanes.helping.terms import Reason, reason_in
from nodes.lanes.matching import fold
from state.conversation import Reply
from state.shop import Order, OrderedProduct

_ASKED: Final = frozenset({ASKED_ORDER, ASKED_CONTACT, ASKED_LINES, ASKED_REASON})
_ARRIVED: Final[dict[str, Reason]] = {"damaged_item": "damaged", "wrong_item": "wrong_item"}
_MISSING: Final = re.compile(r"\b(falta(?:n|ba|ban)?|incomplet[oa]s?|missing|incomplete)\b")
"""What isn't in the box can't come back."""
_ABOUT: Final = 200
"""Characters of the words a return began with: they may say what comes back."""


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
    found = await order_or_question(talk, introduction(talk.phrasing, talk.text).text)
    return found if isinstance(found, Reply) else await _of_order(talk, found)


async def _of_order(talk: Talk, order: Order) -> Reply:
    reason = next((one for one in REASONS if one == talk.slots.get("return_reason")), None)
    found = await judged(talk.context, order, _lines(talk, order.draft.lines), reason)
    if found.lines:
        talk.slots["return_skus"] = " ".join(line.sku for line in found.lines)
    if found.reply is not None:
        return found.reply
    wanted = StartReturn(order=order.number, reason=reason, skus=[line.sku for line in found.lines])
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
        return Reply("\n\n".join([sorry(talk.phrasing, talk.text), steps, *noted]), talk.page("returns"))
    return replace(introduction(talk.phrasing, talk.text), sources=talk.page("returns"))
