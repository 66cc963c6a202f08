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
from state.shop import Order, OrderedProduct

UNDER_WAY: Final[frozenset[CaseStatus]] = frozenset({"requested", "review", "received"})


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
        lines=_listed(lines),
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
        order, lines, terms = await _terms(asked, context)
        if terms.verdict not in {"accepted", "review"}:
            raise NotReturnableError(order.number, terms.verdict)
        other = await under_way(context, order.number)
        if other and other.facts.get("turn") != turn.id:
            raise NotReturnableError(order.number, "a return of it is under way")
        facts: dict[str, JsonValue] = {
            "reason": asked.reason,
            "payer": terms.payer,
            "refund_minor": terms.refund_minor,
            "currency": order.draft.currency,
            "days": terms.days,
            "turn": turn.id,
            "lines": [{"sku": line.sku, "name": line.name, "quantity": line.quantity} for line in lines],
        }
        status: CaseStatus = "requested" if terms.verdict == "accepted" else "review"
        case = await known.open(
            Draft("return", mine, _listed(lines), status, now, topic="return_item", order=order.number, facts=facts),
            key,
        )
        await known.add(mine.tenant, case.number, Entry(turn.id, "event", now, f"{status}: {asked.reason}"))
        return case.number

    number = str(await effect.once(call))
    case = await cases.get(mine.tenant, number)
    if case is None:
        raise RecordsUnavailableError(f"{number} is not there")
    phrasing = Phrasing(context.ports.tenant, turn.locale)
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
    said = phrasing.say(f"return_is_{case.status}", number=case.number, order=case.order, refund=facts.refund)
    return Outcome(facts, Reply(said))


async def under_way(context: ToolContext, order: str) -> Case | None:
    """Return the customer's return of an order that isn't settled yet."""
    cases, mine = context.ports.cases, origin_of(context.state)
    if cases is None:
        return None
    found = await cases.latest(
        mine.tenant, "return", session=mine.session, contact=mine.contact, statuses=UNDER_WAY, limit=20
    )
    return next((case for case in found if case.order == order), None)


async def _terms(asked: StartReturn, context: ToolContext) -> tuple[Order, Sequence[OrderedProduct], Terms]:
    counter = context.ports.counter
    order = await counter.orders.find(context.state["tenant_id"], asked.order) if counter else None
    if order is None:
        raise NotReturnableError(asked.order, "there is no such order")
    lines = [line for line in order.draft.lines if not asked.skus or line.sku in asked.skus]
    if not lines:
        raise NotReturnableError(asked.order, "it holds none of that")
    return order, lines, terms_of(order, lines, asked.reason, context.ports.clock.now(), context.ports.tenant)


def _listed(lines: Sequence[OrderedProduct]) -> str:
    return ", ".join(f"{line.quantity} × {line.name}" for line in lines)


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
