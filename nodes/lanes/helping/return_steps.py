"""A return in the conversation: which order, what of it, why; then the customer says yes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from nodes.lanes.consent import CONFIRMATION, consent
from nodes.lanes.helping.broken import is_broken
from nodes.lanes.helping.numbers import order_in
from nodes.lanes.helping.order_lines import all_of_it, lines_meant, names_another, names_any, near, pieces_in
from nodes.lanes.helping.order_steps import ASKED_CONTACT, ASKED_ORDER, order_or_question
from nodes.lanes.helping.return_rules import ASKED_LINES, ASKED_REASON, BUSINESS, REASONS, Judged, Meant, judged
from nodes.lanes.helping.returns import StartReturn, start_return
from nodes.lanes.helping.sorry import introduction, sorry
from nodes.lanes.helping.talk import Talk
from nodes.lanes.helping.terms import Reason, reason_in
from nodes.lanes.knowledge import Knowledge
from nodes.lanes.matching import fold
from state.conversation import Choice, Reply
from state.shop import Order, OrderedProduct
from state.turn import ReplyPart

_ASKED: Final = frozenset({ASKED_ORDER, ASKED_CONTACT, ASKED_LINES, ASKED_REASON})
_ARRIVED: Final[dict[str, Reason]] = {"damaged_item": "damaged", "wrong_item": "wrong_item"}
_MISSING: Final = re.compile(r"\b(falta(?:n|ba|ban)?|incomplet[oa]s?|missing|incomplete)\b")
"""What isn't in the box can't come back."""
_ANOTHER: Final = re.compile(r"\b(otr[oa]s?|another|different|else)\b")
"""What is said of one more return."""
_TIMES: Final = "return_asked"
"""The slot that counts how often it was asked what comes back."""
_TAPPED: Final = 8
_FEW: Final = 8
_ABOUT: Final = 200
"""Characters of the words a return began with: they may say what comes back."""


async def return_reply(talk: Talk) -> Reply | None:
    """Return the answer to a turn about a return, None to any other."""
    arrived = talk.state["intent"] in _ARRIVED and not _MISSING.search(fold(talk.text))
    begins = talk.action == BUSINESS or arrived or is_broken(talk)
    goes_on = talk.slots.get("business") == BUSINESS and talk.awaiting in _ASKED
    goes_on = goes_on or _fewer(talk) or (begins and _says_more(talk))
    if not begins and not goes_on:
        return None
    if not goes_on:
        for slot in ("return_reason", "return_skus", "return_pieces", "return_near", _TIMES):
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
    meant = _meant(talk, order.draft.lines)
    found = await judged(talk.context, order, meant, reason)
    if found.lines:
        talk.slots["return_skus"] = " ".join(line.sku for line in found.lines)
        talk.slots.pop("return_near", None)
    if found.reply is not None and found.reply.awaiting == ASKED_LINES:
        return _which(talk, found, found.reply)
    if found.reply is not None:
        return found.reply
    skus = [line.sku for line in found.lines]
    wanted = StartReturn(order=order.number, reason=reason, skus=skus, pieces=meant.pieces)
    return talk.answer(await talk.use(start_return, wanted), refused="order_not_yours")


def _which(talk: Talk, found: Judged, asking: Reply) -> Reply:
    """Return the question for what comes back; asked again it is a list to tap, and a person."""
    before = int(talk.slots.get(_TIMES, "0"))
    talk.slots[_TIMES] = str(before + 1)
    if len(found.near) == 1:
        talk.slots["return_near"] = found.near[0].sku
    if not before:
        return asking
    title = talk.phrasing.called
    choices = [Choice(f"line:{line.sku}", title(line.sku, line.name)) for line in found.left[:_TAPPED]]
    again = asking.text if found.near or before == 1 else talk.says("return_which_again", order=found.order.number)
    return replace(asking, text=again, choices=[*choices, *talk.phrasing.offer_person()])


def _confirming(talk: Talk) -> bool:
    proposal = talk.state.get("proposal")
    return talk.awaiting == CONFIRMATION and proposal is not None and proposal.tool == start_return.name


def _says_more(talk: Talk) -> bool:
    """Tell whether a customer who was asked to confirm a return goes on about that one: it stays as it is."""
    before = [talk.slots["order"]] if "order" in talk.slots else []
    named = Knowledge.of(talk.ports.tenant).named(talk.text, talk.turn.locale)
    same = order_in(talk.text) in {None, *before} and not named and not _ANOTHER.search(fold(talk.text))
    return _confirming(talk) and same


def _fewer(talk: Talk) -> bool:
    """Tell whether a customer who was asked to confirm a return wants another number of it."""
    return (
        _confirming(talk)
        and len(talk.text.split()) <= _FEW
        and (pieces_in(talk.text) is not None or all_of_it(talk.text))
    )


def _meant(talk: Talk, lines: Sequence[OrderedProduct]) -> Meant:
    """Return what is meant: what is said now, before, or when it began; no lines when it has to be asked."""
    said, about = "" if talk.tapped else talk.text, talk.slots.get("return_about", "")
    tenant, locale = talk.ports.tenant, talk.turn.locale
    pieces = _pieces(talk, said, about, lines)
    if chosen := _chosen(talk, lines):
        return Meant(chosen, pieces)
    if _began_with_another(talk, said, lines):
        return Meant([], pieces, about)
    if named := lines_meant(said, lines, tenant, locale):
        return Meant(named, pieces)
    if names_another(said, lines, tenant, locale):
        return Meant([], pieces, said)
    kept = talk.slots.get("return_skus", "").split()
    known = [line for line in lines if line.sku in kept] or lines_meant(about, lines, tenant, locale)
    return Meant(known, pieces, about if _TIMES not in talk.slots else "")


def _began_with_another(talk: Talk, said: str, lines: Sequence[OrderedProduct]) -> bool:
    """Tell whether a return began with a product that the order doesn't hold, and nothing since says otherwise."""
    if "return_skus" in talk.slots or _TIMES in talk.slots or all_of_it(said):
        return False
    tenant, about = talk.ports.tenant, talk.slots.get("return_about", "")
    return not names_any(said, lines, tenant) and names_another(about, lines, tenant, talk.turn.locale)


def _pieces(talk: Talk, said: str, about: str, lines: Sequence[OrderedProduct]) -> int | None:
    """Return how many were said to come back, now or before; None for all."""
    if all_of_it(said):
        talk.slots.pop("return_pieces", None)
    known = pieces_in(said, lines, talk.ports.tenant) or talk.slots.get("return_pieces")
    pieces = known or (None if all_of_it(said) else pieces_in(about, lines, talk.ports.tenant))
    if pieces is None:
        return None
    talk.slots["return_pieces"] = str(pieces)
    return int(pieces)


def _chosen(talk: Talk, lines: Sequence[OrderedProduct]) -> Sequence[OrderedProduct]:
    """Return the line that was tapped, or that was proposed and agreed to: with a yes, or by going on about it."""
    tapped = {part.id.removeprefix("line:") for part in talk.turn.parts if isinstance(part, ReplyPart)}
    agreed = consent(talk.text) == "yes" or (reason_in(talk.text) and not _elsewhere(talk, lines))
    proposed = talk.slots.get("return_near") if agreed else None
    return [line for line in lines if line.sku in tapped or line.sku == proposed]


def _elsewhere(talk: Talk, lines: Sequence[OrderedProduct]) -> bool:
    """Tell whether the order holds neither what is named nor anything of its kind."""
    tenant = talk.ports.tenant
    return names_another(talk.text, lines, tenant, talk.turn.locale) and not near(talk.text, lines, tenant)


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
