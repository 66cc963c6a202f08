"""How far a return is, and where the parcel goes: asked by number, by order, or by whoever made it here."""

from typing import Final

from nodes.lanes.helping.followed import asks_how_return_goes, asks_where_to_send
from nodes.lanes.helping.numbers import order_in
from nodes.lanes.helping.order_steps import ASKED_CONTACT, ASKED_ORDER, order_or_question
from nodes.lanes.helping.return_rules import how_far, returns_of, where_to
from nodes.lanes.helping.returns import RETURN_STATUS, LookUpReturn, look_up_return
from nodes.lanes.helping.talk import Talk
from nodes.lanes.helping.tickets import ticket_choice
from nodes.lanes.policy import Refused
from state.conversation import Reply
from state.desk import Case, case_number
from state.shop import Order

_BUSINESS: Final = RETURN_STATUS
_ASKED: Final = frozenset({ASKED_ORDER, ASKED_CONTACT})


async def followed_up(talk: Talk) -> Reply | None:
    """Return the answer to a turn about a return that was asked for before, None to any other."""
    if talk.ports.cases is None:
        return None
    number = case_number(talk.text, "return")
    if number is not None:
        return await _by_number(talk, number)
    goes_on = talk.awaiting in _ASKED and talk.slots.get("business") == _BUSINESS
    if goes_on and case_number(talk.slots.get("return", ""), "return"):
        return await _by_number(talk, talk.slots["return"])
    where, missed = asks_where_to_send(talk.text), talk.state["intent"] == "missing_refund"
    if goes_on or where or missed or asks_how_return_goes(talk.text):
        return await _without_number(talk, where=where, goes_on=goes_on, missed=missed)
    return None


async def _without_number(talk: Talk, *, where: bool, goes_on: bool, missed: bool) -> Reply | None:
    if not order_in(talk.text) and not goes_on and (mine := await _latest(talk)):
        return _where(talk, mine) if where else await _looked_up(talk, mine.number)
    if where or (missed and not goes_on and "order" not in talk.slots):
        return None
    return await _of_an_order(talk)


async def _by_number(talk: Talk, number: str) -> Reply:
    """Say how far it is; to somebody else's conversation after the order's e-mail or phone."""
    talk.slots.update({"business": _BUSINESS, "return": number})
    used = await talk.use(look_up_return, LookUpReturn(number=number))
    if not isinstance(used, Refused):
        talk.slots.pop("return")
        return talk.answer(used, refused="return_not_yours")
    if talk.awaiting in _ASKED or talk.slots.get("email") or talk.slots.get("phone"):
        return _missed(talk)
    return Reply(talk.says("order_whose", order=number), choices=talk.phrasing.offer_person(), awaiting=ASKED_CONTACT)


def _missed(talk: Talk) -> Reply:
    """Forget a wrong detail; it was counted for the return's order, for it may have been a guess."""
    for claim in ("email", "phone", "return"):
        talk.slots.pop(claim, None)
    return Reply(talk.says("return_not_yours"), choices=talk.phrasing.offer_person())


async def _of_an_order(talk: Talk) -> Reply:
    talk.slots["business"] = _BUSINESS
    found = await order_or_question(talk, talk.says("return_ask_which"))
    if isinstance(found, Reply):
        return found
    cases = await returns_of(talk.context, found.number)
    if not cases and found.status == "cancelled":
        return _cancelled(talk, found)
    if not cases:
        return Reply(talk.says("return_none", order=found.number), choices=ticket_choice(talk.phrasing))
    return Reply("\n".join(how_far(talk.phrasing, case) for case in cases))


def _cancelled(talk: Talk, order: Order) -> Reply:
    """Say when the money of a cancelled order comes back, or that none was paid."""
    paid = order.payment.status in {"paid", "refund_due"}
    refunded = talk.says("order_refund" if paid else "order_never_paid")
    return Reply(f"{talk.says('order_cancelled', order=order.number)} {refunded}", talk.page("refunds") if paid else [])


async def _looked_up(talk: Talk, number: str) -> Reply:
    return talk.answer(await talk.use(look_up_return, LookUpReturn(number=number)), refused="return_not_yours")


def _where(talk: Talk, case: Case) -> Reply:
    return Reply(where_to(talk.phrasing, case))


async def _latest(talk: Talk) -> Case | None:
    """Return the latest return of this conversation or this contact."""
    cases, state = talk.ports.cases, talk.state
    if cases is None:
        return None
    found = await cases.latest(
        state["tenant_id"], "return", session=state["session_id"], contact=state["user_id"], limit=1
    )
    return found[0] if found else None
