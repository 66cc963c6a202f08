"""Returns: what comes back, why, on what terms, confirmed by the customer and recorded once."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Final

from pydantic import Field, JsonValue

from nodes.effects import Effect
from nodes.lanes.desk.deadlines import in_ms
from nodes.lanes.desk.opening import origin_of
from nodes.lanes.helping.terms import Reason, Terms, terms_of
from nodes.lanes.phrasing import Phrasing
from nodes.tools import Outcome, Owned, ToolContext, ToolInput, ToolOutput, tool
from state.conversation import Reply
from state.desk import Case, CaseStatus, Draft, Entry
from state.effect import SideEffect
from state.errors import NotDoneError, RecordsUnavailableError
from state.returned import AlreadyReturnedError
from state.shop import Order, OrderedProduct

_BEFORE: Final = "before:"
"""Stands before the number of a return that was there already."""
_RETURNS: Final = 50
"""Of one order: more lines than an order has."""


class StartReturn(ToolInput):
    """What comes back and why; no `skus` means the whole order."""

    order: Annotated[str, Field(max_length=24), Owned("order")]
    reason: Reason
    skus: Annotated[list[Annotated[str, Field(max_length=32)]], Field(default_factory=list, max_length=20)]


class LookUpReturn(ToolInput):
    """Which return; the customer's latest one when nothing is said."""

    number: Annotated[str, Field(pattern=r"^RT-\d{4,9}$"), Owned("return")] | None = None


class ReturnFacts(ToolOutput):
    """A return as its customer may know it; empty `number` when there is none."""

    number: str
    status: str = ""
    order: str = ""
    refund: str = ""
    pays_parcel: str = ""


class NotReturnableError(NotDoneError):
    """The rules say no, or it was asked before; nothing was recorded."""

    code: ClassVar[str] = "not_returnable"

    def __init__(self, order: str, why: str) -> None:
        super().__init__(f"Order {order!r} can't be returned: {why}.", hint="A person of the shop may still help.")


async def return_words(asked: StartReturn, context: ToolContext) -> str:
    """Return what the customer says yes to: the lines, the reason, the money, and who pays for the parcel."""
    order, lines, terms = await _terms(asked, context)
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    key = "return_confirm" if terms.verdict == "accepted" else "return_confirm_review"
    return phrasing.say(
        key,
        order=order.number,
        lines=_listed(lines, phrasing),
        reason=phrasing.say(f"reason_{asked.reason}"),
        refund=phrasing.money(terms.refund_minor, order.draft.currency),
        payer=phrasing.say(f"return_{terms.payer}_pays"),
    )


@tool(
    SideEffect.IDEMPOTENT,
    example=StartReturn(order="A-5490", reason="unwanted", skus=["KNI-CHEF-20"]),
    asks=return_words,
    at_most=1,
)
async def start_return(asked: StartReturn, context: ToolContext, effect: Effect) -> Outcome[ReturnFacts]:
    """Record that a customer returns an order or some of its products, by the shop's rules."""
    cases = context.ports.cases
    if cases is None:
        raise RecordsUnavailableError("there are none here")
    now, mine, turn = in_ms(context.ports.clock.now()), origin_of(context.state), context.turn
    known = cases

    async def call(key: str) -> str:
        try:
            case = await known.open(await _draft(asked, context), key)
        except AlreadyReturnedError as error:
            return f"{_BEFORE}{error.number}"
        await known.add(mine.tenant, case.number, Entry(turn.id, "event", now, f"{case.status}: {asked.reason}"))
        return case.number

    came = str(await effect.once(call))
    number = came.removeprefix(_BEFORE)
    case = await cases.get(mine.tenant, number)
    if case is None:
        raise RecordsUnavailableError(f"{number} is not there")
    phrasing = Phrasing(context.ports.tenant, turn.locale)
    if came != number:
        return Outcome(_facts(case, phrasing), Reply(how_far(phrasing, case)))
    key = "return_done" if case.status == "requested" else "return_done_review"
    payer = phrasing.say(f"return_{case.facts['payer']}_sends")
    return Outcome(_facts(case, phrasing), Reply(phrasing.say(key, number=case.number, order=case.order, payer=payer)))


@tool(SideEffect.PURE, example=LookUpReturn(number="RT-1001"))
async def look_up_return(asked: LookUpReturn, context: ToolContext) -> Outcome[ReturnFacts]:
    """Say how far a return and its refund are."""
    phrasing, cases = Phrasing(context.ports.tenant, context.turn.locale), context.ports.cases
    mine = origin_of(context.state)
    case: Case | None = None
    if cases is not None:
        found = await cases.latest(mine.tenant, "return", session=mine.session, contact=mine.contact, limit=1)
        case = await cases.get(mine.tenant, asked.number) if asked.number else (found[0] if found else None)
    if case is None:
        return Outcome(ReturnFacts(number=""))
    facts = _facts(case, phrasing)
    return Outcome(facts, Reply(how_far(phrasing, case)))


def how_far(phrasing: Phrasing, case: Case) -> str:
    """Return what is said of a return that was asked for before."""
    refund = _facts(case, phrasing).refund
    return phrasing.say(f"return_is_{case.status}", number=case.number, order=case.order, refund=refund)


async def returns_of(context: ToolContext, order: str) -> list[Case]:
    """Return what came back of an order, whoever asked, the latest first; without what was cancelled."""
    cases = context.ports.cases
    if cases is None:
        return []
    found = await cases.latest(context.state["tenant_id"], "return", order=order, limit=_RETURNS)
    return [case for case in found if case.status != "cancelled"]


async def _draft(asked: StartReturn, context: ToolContext) -> Draft:
    """Return the return to be recorded; raises `NotReturnableError` where the rules say no."""
    order, lines, terms = await _terms(asked, context)
    if terms.verdict not in {"accepted", "review"}:
        raise NotReturnableError(order.number, terms.verdict)
    facts: dict[str, JsonValue] = {
        "reason": asked.reason,
        "payer": terms.payer,
        "refund_minor": terms.refund_minor,
        "currency": order.draft.currency,
        "days": terms.days,
        "turn": context.turn.id,
        "lines": [
            {"sku": line.sku, "name": line.name, "quantity": line.quantity, "ordered": line.quantity} for line in lines
        ],
    }
    status: CaseStatus = "requested" if terms.verdict == "accepted" else "review"
    now, mine = in_ms(context.ports.clock.now()), origin_of(context.state)
    shop = Phrasing(context.ports.tenant, context.ports.tenant.profile.default_locale)
    return Draft(
        "return", mine, _listed(lines, shop), status, now, topic="return_item", order=order.number, facts=facts
    )


async def _terms(asked: StartReturn, context: ToolContext) -> tuple[Order, Sequence[OrderedProduct], Terms]:
    counter = context.ports.counter
    order = await counter.orders.find(context.state["tenant_id"], asked.order) if counter else None
    if order is None:
        raise NotReturnableError(asked.order, "there is no such order")
    lines = [line for line in order.draft.lines if not asked.skus or line.sku in asked.skus]
    if not lines:
        raise NotReturnableError(asked.order, "it holds none of that")
    return order, lines, terms_of(order, lines, asked.reason, context.ports.clock.now(), context.ports.tenant)


def _listed(lines: Sequence[OrderedProduct], phrasing: Phrasing) -> str:
    return ", ".join(f"{line.quantity} × {phrasing.called(line.sku, line.name)}" for line in lines)


def _facts(case: Case, phrasing: Phrasing) -> ReturnFacts:
    minor, currency = case.facts.get("refund_minor"), case.facts.get("currency")
    refund = phrasing.money(minor, currency) if isinstance(minor, int) and isinstance(currency, str) else ""
    return ReturnFacts(
        number=case.number,
        status=case.status,
        order=case.order,
        refund=refund,
        pays_parcel=str(case.facts.get("payer", "")),
    )
