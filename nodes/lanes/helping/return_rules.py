"""What can come back of an order and on what terms, or what a customer is told and asked first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from nodes.lanes.helping.terms import Reason, Terms, terms_of
from nodes.lanes.helping.tickets import ticket_choice
from nodes.lanes.phrasing import Phrasing
from nodes.tools import ToolContext
from state.conversation import Choice, Reply, Source
from state.desk import Case
from state.returned import coming_back, holding
from state.shop import Order, OrderedProduct

BUSINESS: Final = "return_item"
"""What the slot `business` says while a return is talked of."""
ASKED_LINES: Final = "return_lines"
ASKED_REASON: Final = "return_reason"
REASONS: Final[tuple[Reason, ...]] = ("damaged", "faulty", "wrong_item", "unwanted")
_RETURNS: Final = 50
"""Of one order: more lines than an order has."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say: the terms of the lines that are meant, or the reply that comes before.

    `left` are the lines that can still come back.
    """

    order: Order
    reply: Reply | None = None
    terms: Terms | None = None
    lines: Sequence[OrderedProduct] = field(default_factory=list)
    left: Sequence[OrderedProduct] = field(default_factory=list)


async def judged(context: ToolContext, order: Order, meant: Sequence[OrderedProduct], reason: Reason | None) -> Judged:
    """Return what the rules say of the lines that are `meant`; none are where it isn't known yet.

    A return that this same turn recorded counts as none, so that a turn that runs again is told the same.
    """
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    if not any(event.status == "delivered" for event in order.history):
        return Judged(
            order, Reply(phrasing.say("return_too_early", order=order.number), choices=ticket_choice(phrasing))
        )
    before = [case for case in await returns_of(context, order.number) if case.facts.get("turn") != context.turn.id]
    left = [line for line in order.draft.lines if not coming_back(before)[line.sku]]
    lines = [line for line in meant if line in left]
    if before and (not left or (meant and not lines)):
        return Judged(order, Reply(how_far(phrasing, holding(before, (meant or order.draft.lines)[0].sku))), left=left)
    if not lines:
        listed = "\n".join(f"• {line.quantity} × {phrasing.called(line.sku, line.name)}" for line in left)
        which = Reply(phrasing.say("return_which", order=order.number, list=listed), awaiting=ASKED_LINES)
        return Judged(order, which, left=left)
    if reason is None:
        choices = [Choice(f"reason:{one}", phrasing.say(f"choice_{one}")) for one in REASONS]
        why = Reply(phrasing.say("return_ask_reason"), choices=choices, awaiting=ASKED_REASON)
        return Judged(order, why, lines=lines, left=left)
    terms = terms_of(order, lines, reason, context.ports.clock.now(), context.ports.tenant)
    late = _too_late(phrasing, order, terms) if terms.verdict == "too_late" else None
    return Judged(order, late, terms, lines, left)


def how_far(phrasing: Phrasing, case: Case) -> str:
    """Return what is said of a return that was asked for before."""
    refund = refund_of(phrasing, case)
    return phrasing.say(f"return_is_{case.status}", number=case.number, order=case.order, refund=refund)


def where_to(phrasing: Phrasing, case: Case) -> str:
    """Return where a return's parcel goes, and who pays for it."""
    payer = phrasing.say(f"return_{case.facts['payer']}_sends")
    return phrasing.say("return_where", number=case.number, payer=payer)


def refund_of(phrasing: Phrasing, case: Case) -> str:
    """Return what is paid back for a return, empty where it isn't known."""
    minor, currency = case.facts.get("refund_minor"), case.facts.get("currency")
    return phrasing.money(minor, currency) if isinstance(minor, int) and isinstance(currency, str) else ""


async def returns_of(context: ToolContext, order: str) -> list[Case]:
    """Return what came back of an order, whoever asked, the latest first; without what was cancelled."""
    cases = context.ports.cases
    if cases is None:
        return []
    found = await cases.latest(context.state["tenant_id"], "return", order=order, limit=_RETURNS)
    return [case for case in found if case.status != "cancelled"]


def _too_late(phrasing: Phrasing, order: Order, terms: Terms) -> Reply:
    limit = phrasing.tenant.profile.return_days
    late = phrasing.say("return_too_late", order=order.number, days=terms.days, limit=limit)
    page = phrasing.tenant.page("returns", phrasing.locale)
    sources = [Source("page", page.slug, page.title)] if page else []
    return Reply(late, sources, ticket_choice(phrasing))
