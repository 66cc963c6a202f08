"""Returns: what comes back, why, on what terms, confirmed by the customer and recorded once."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Final

from pydantic import Field, JsonValue

from nodes.effects import Effect
from nodes.lanes.desk.deadlines import in_ms
from nodes.lanes.desk.opening import origin_of
from nodes.lanes.helping.order_lines import lines_meant, pieces_in
from nodes.lanes.helping.return_rules import (
    ASKED_LINES,
    ASKED_REASON,
    BUSINESS,
    REASONS,
    Judged,
    Meant,
    how_far,
    judged,
    refund_of,
    returns_of,
    where_to,
)
from nodes.lanes.helping.sorry import introduction
from nodes.lanes.helping.terms import Reason
from nodes.lanes.helping.tickets import ticket_choice
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.proof import NUMBER, whose
from nodes.ownership import Customer
from nodes.shop.ownership import orders_without_number
from nodes.tools import Outcome, Owned, ToldInstead, ToolContext, ToolInput, ToolOutput, tool
from state.conversation import Reply
from state.desk import Case, CaseStatus, Draft, Entry
from state.effect import SideEffect
from state.errors import NotDoneError, RecordsUnavailableError
from state.returned import AlreadyReturnedError
from state.shop import OrderedProduct

_BEFORE: Final = "before:"
"""Stands before the number of a return that was there already."""
_ABOUT: Final = 200
"""Characters of the words a return began with: they may say what comes back."""
_LABEL: Final = "label"
"""What the team sends by hand where the shop pays for the parcel."""
RETURN_STATUS: Final = "return_status"
"""What the slot `business` says while somebody asks how far a return is."""


class StartReturn(ToolInput):
    """What comes back and why, as far as the customer said it: `skus`, or `what` in their words.

    `pieces` is how many of one product, where not all of it.
    """

    order: Annotated[str, Field(max_length=24), Owned("order")] | None = None
    reason: Reason | None = None
    skus: Annotated[list[Annotated[str, Field(max_length=32)]], Field(default_factory=list, max_length=20)]
    what: Annotated[str, Field(max_length=200)] = ""
    pieces: Annotated[int, Field(ge=1, le=99)] | None = None


class LookUpReturn(ToolInput):
    """Which return, by its number or its order's; the customer's latest one when nothing is said."""

    number: Annotated[str, Field(pattern=r"^RT-\d{4,9}$"), Owned("return")] | None = None
    order: Annotated[str, Field(max_length=24), Owned("order")] | None = None


class ReturnFacts(ToolOutput):
    """A return as its customer may know it; empty `number` when there is none.

    `lacks` is what has to be asked first (`order`, `products`, `reason`), `products` what can come back: SKU and name.
    """

    number: str = ""
    status: str = ""
    order: str = ""
    refund: str = ""
    pays_parcel: str = ""
    parcel: str = ""
    lacks: str = ""
    products: list[str] = []  # noqa: RUF012 # pydantic copies it


class NotReturnableError(NotDoneError):
    """The rules say no, or it was asked before; nothing was recorded."""

    code: ClassVar[str] = "not_returnable"

    def __init__(self, order: str, why: str) -> None:
        super().__init__(f"Order {order!r} can't be returned: {why}.", hint="A person of the shop may still help.")


async def return_words(asked: StartReturn, context: ToolContext) -> str | None:
    """Return what the customer says yes to: the lines, the reason, the money, and who pays for the parcel."""
    found = await _judged(asked, context)
    if found is None or found.reply is not None or found.terms is None:
        return None
    phrasing, terms = _phrasing(context), found.terms
    key = "return_confirm" if terms.verdict == "accepted" else "return_confirm_review"
    return phrasing.say(
        key,
        order=found.order.number,
        lines=_listed(found.lines, phrasing),
        reason=phrasing.say(f"reason_{_reason(asked, context)}"),
        refund=phrasing.money(terms.refund_minor, found.order.draft.currency),
        payer=phrasing.say(f"return_{terms.payer}_pays"),
    )


def _whose(asked: StartReturn, context: ToolContext) -> ToldInstead:
    ref = asked.order or ""
    return whose(context, ref, {**_noted(asked, context), "order": ref})


def _whose_return(asked: LookUpReturn, context: ToolContext) -> ToldInstead:
    ref, told = asked.number or asked.order or "", {"business": RETURN_STATUS}
    noted = {**told, "return": ref} if asked.number else {**told, "order": ref}
    return whose(context, ref, noted, unknown="return_not_yours" if asked.number else "order_unknown")


@tool(
    SideEffect.IDEMPOTENT,
    example=StartReturn(order="A-5490", reason="unwanted", skus=["KNI-CHEF-20"]),
    asks=return_words,
    unproven=_whose,
    at_most=1,
)
async def start_return(asked: StartReturn, context: ToolContext, effect: Effect) -> Outcome[ReturnFacts]:
    """Record that a customer returns an order or some of its products, by the shop's rules.

    Use it from the first word of a return: it asks for what is missing, and says where a return is not possible.
    """
    cases = context.ports.cases
    if cases is None:
        raise RecordsUnavailableError("there are none here")
    found = await _judged(asked, context)
    if found is None or found.reply is not None:
        return await _asking(asked, context, found)
    now, mine, turn = in_ms(context.ports.clock.now()), origin_of(context.state), context.turn
    known = cases

    async def call(key: str) -> str:
        try:
            case = await known.open(await _draft(asked, context), key)
        except AlreadyReturnedError as error:
            return f"{_BEFORE}{error.number}"
        await known.add(
            mine.tenant, case.number, Entry(turn.id, "event", now, f"{case.status}: {_reason(asked, context)}")
        )
        return case.number

    came = str(await effect.once(call))
    number = came.removeprefix(_BEFORE)
    case = await cases.get(mine.tenant, number)
    if case is None:
        raise RecordsUnavailableError(f"{number} is not there")
    phrasing = _phrasing(context)
    if came != number:
        return Outcome(_facts(case, phrasing), Reply(how_far(phrasing, case)))
    key = "return_done" if case.status == "requested" else "return_done_review"
    payer = phrasing.say(f"return_{case.facts['payer']}_sends")
    return Outcome(_facts(case, phrasing), Reply(phrasing.say(key, number=case.number, order=case.order, payer=payer)))


@tool(SideEffect.PURE, example=LookUpReturn(number="RT-1001"), unproven=_whose_return)
async def look_up_return(asked: LookUpReturn, context: ToolContext) -> Outcome[ReturnFacts]:
    """Say how far a return and its refund are, and where its parcel goes."""
    phrasing, cases = _phrasing(context), context.ports.cases
    mine, slots = origin_of(context.state), context.state["slots"]
    case: Case | None = None
    if cases is not None and asked.number:
        case = await cases.get(mine.tenant, asked.number)
    elif cases is not None and asked.order:
        case = next(iter(await returns_of(context, asked.order)), None)
    elif cases is not None:
        found = await cases.latest(mine.tenant, "return", session=mine.session, contact=mine.contact, limit=1)
        case = next(iter(found), None)
    if case is not None:
        return Outcome(_facts(case, phrasing), Reply(how_far(phrasing, case)))
    if asked.order:
        none = Reply(phrasing.say("return_none", order=asked.order), choices=ticket_choice(phrasing))
        return Outcome(ReturnFacts(order=asked.order), none)
    asking = Reply(phrasing.say("return_ask_which"), awaiting=NUMBER)
    return Outcome(ReturnFacts(lacks="order"), asking, {"slots": {**slots, "business": RETURN_STATUS}})


async def _asking(asked: StartReturn, context: ToolContext, found: Judged | None) -> Outcome[ReturnFacts]:
    """Return what has to be asked or said before; nothing is recorded, what was told is noted."""
    noted = {**context.state["slots"], **_noted(asked, context)}
    if found is None or found.reply is None:
        facts, reply = ReturnFacts(lacks="order"), introduction(_phrasing(context), asked.what or context.turn.text)
        return Outcome(facts, reply, {"slots": noted})
    noted |= {"order": found.order.number}
    if found.lines:
        noted |= {"return_skus": " ".join(line.sku for line in found.lines)}
    lacks = {ASKED_LINES: "products", ASKED_REASON: "reason"}.get(found.reply.awaiting or "", "")
    named = _phrasing(context).called
    there = [f"{line.sku}: {line.quantity} x {named(line.sku, line.name)}" for line in found.left]
    return Outcome(ReturnFacts(order=found.order.number, lacks=lacks, products=there), found.reply, {"slots": noted})


async def _judged(asked: StartReturn, context: ToolContext) -> Judged | None:
    """Return what the rules say; None where it isn't known which order is meant."""
    counter = context.ports.counter
    if counter is None:
        raise NotReturnableError(asked.order or "", "there are no orders here")
    if asked.order:
        order = await counter.orders.find(context.state["tenant_id"], asked.order)
    else:
        own = await orders_without_number(counter.orders, Customer.of(context.state))
        order = own[0] if len(own) == 1 else None
    if order is None:
        return None
    return await judged(context, order, _meant(asked, context, order.draft.lines), _reason(asked, context))


def _meant(asked: StartReturn, context: ToolContext, lines: Sequence[OrderedProduct]) -> Meant:
    slots = context.state["slots"]
    about = slots.get("return_about", "") if slots.get("business") == BUSINESS else ""
    named = [line for line in lines if line.sku in asked.skus]
    said = asked.what or about
    return Meant(
        named or lines_meant(said, lines, context.ports.tenant, context.turn.locale),
        asked.pieces or pieces_in(asked.what, lines, context.ports.tenant),
        "" if named else said,
    )


def _reason(asked: StartReturn, context: ToolContext) -> Reason | None:
    """Return why, as it was said now or when this return was begun."""
    slots = context.state["slots"]
    before = slots.get("return_reason") if slots.get("business") == BUSINESS else None
    return asked.reason or next((one for one in REASONS if one == before), None)


def _noted(asked: StartReturn, context: ToolContext) -> dict[str, str]:
    """Return the slots of a return that is begun, so that it goes on where it was, whoever answers next."""
    reason, slots = _reason(asked, context), context.state["slots"]
    begun = slots.get("return_about", "") if slots.get("business") == BUSINESS else ""
    about = asked.what or begun or context.turn.text[:_ABOUT]
    noted = {"business": BUSINESS, "return_about": about, "return_skus": " ".join(asked.skus)}
    return {**noted, "return_reason": reason} if reason else noted


async def _draft(asked: StartReturn, context: ToolContext) -> Draft:
    """Return the return to be recorded; raises `NotReturnableError` where the rules say no."""
    found = await _judged(asked, context)
    if found is None or found.terms is None or found.terms.verdict not in {"accepted", "review"}:
        raise NotReturnableError(asked.order or "", "the rules say no")
    terms, order = found.terms, found.order
    needs: dict[str, JsonValue] = {"needs": _LABEL} if terms.payer == "shop" else {}
    bought = {line.sku: line.quantity for line in order.draft.lines}
    facts: dict[str, JsonValue] = {
        **needs,
        "reason": _reason(asked, context),
        "payer": terms.payer,
        "refund_minor": terms.refund_minor,
        "currency": order.draft.currency,
        "days": terms.days,
        "turn": context.turn.id,
        "lines": [
            {"sku": line.sku, "name": line.name, "quantity": line.quantity, "ordered": bought[line.sku]}
            for line in found.lines
        ],
    }
    status: CaseStatus = "requested" if terms.verdict == "accepted" else "review"
    now, mine = in_ms(context.ports.clock.now()), origin_of(context.state)
    shop = Phrasing(context.ports.tenant, context.ports.tenant.profile.default_locale)
    told = _listed(found.lines, shop)
    return Draft("return", mine, told, status, now, topic=BUSINESS, order=order.number, facts=facts)


def _listed(lines: Sequence[OrderedProduct], phrasing: Phrasing) -> str:
    return ", ".join(f"{line.quantity} × {phrasing.called(line.sku, line.name)}" for line in lines)


def _facts(case: Case, phrasing: Phrasing) -> ReturnFacts:
    return ReturnFacts(
        number=case.number,
        status=case.status,
        order=case.order,
        refund=refund_of(phrasing, case),
        pays_parcel=str(case.facts.get("payer", "")),
        parcel=where_to(phrasing, case),
    )


def _phrasing(context: ToolContext) -> Phrasing:
    return Phrasing(context.ports.tenant, context.turn.locale)
