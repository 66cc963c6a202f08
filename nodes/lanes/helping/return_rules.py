"""What can come back of an order and on what terms, or what a customer is told and asked first."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from nodes.lanes.helping.order_lines import names_another, near
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

    `left` are the lines that can still come back, `near` those that may be meant by what the order doesn't hold.
    """

    order: Order
    reply: Reply | None = None
    terms: Terms | None = None
    lines: Sequence[OrderedProduct] = field(default_factory=list)
    left: Sequence[OrderedProduct] = field(default_factory=list)
    near: Sequence[OrderedProduct] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Meant:
    """What of an order a customer means: the lines, none where it isn't known yet, how many, and in which words."""

    lines: Sequence[OrderedProduct]
    pieces: int | None = None
    words: str = ""


async def judged(context: ToolContext, order: Order, meant: Meant, reason: Reason | None) -> Judged:
    """Return what the rules say of what is `meant`.

    A return that this same turn recorded counts as none, so that a turn that runs again is told the same.
    """
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    if not any(event.status == "delivered" for event in order.history):
        why = "return_cancelled" if order.status == "cancelled" else "return_too_early"
        return Judged(order, Reply(phrasing.say(why, order=order.number), choices=ticket_choice(phrasing)))
    before = [case for case in await returns_of(context, order.number) if case.facts.get("turn") != context.turn.id]
    left = _left(order, before)
    skus = {line.sku for line in meant.lines}
    lines = [line for line in left if line.sku in skus]
    if before and (not left or (meant.lines and not lines)):
        first = (meant.lines or order.draft.lines)[0]
        return Judged(order, Reply(how_far(phrasing, holding(before, first.sku))), left=left)
    if not lines:
        return _which(order, left, meant, phrasing)
    if meant.pieces and len(lines) == 1:
        lines = [replace(lines[0], quantity=min(meant.pieces, lines[0].quantity))]
    if reason is None:
        choices = [Choice(f"reason:{one}", phrasing.say(f"choice_{one}")) for one in REASONS]
        why = phrasing.say("return_ask_reason")
        return Judged(order, Reply(why, choices=choices, awaiting=ASKED_REASON), lines=lines, left=left)
    terms = terms_of(order, lines, reason, context.ports.clock.now(), context.ports.tenant)
    late = _too_late(phrasing, order, terms) if terms.verdict == "too_late" else None
    return Judged(order, late, terms, lines, left)


def _left(order: Order, before: Sequence[Case]) -> list[OrderedProduct]:
    """Return what can still come back: of each line as many as no return holds."""
    held = coming_back(before)
    rest = [replace(line, quantity=line.quantity - held[line.sku]) for line in order.draft.lines]
    return [line for line in rest if line.quantity > 0]


def _which(order: Order, left: Sequence[OrderedProduct], meant: Meant, phrasing: Phrasing) -> Judged:
    """Ask which of the lines comes back; where the order doesn't hold what was named, say so, and what is near it."""
    tenant = phrasing.tenant
    listed = "\n".join(f"• {line.quantity} × {phrasing.called(line.sku, line.name)}" for line in left)
    key, close = "return_which", list[OrderedProduct]()
    values = {"order": order.number, "list": listed}
    if names_another(meant.words, order.draft.lines, tenant, phrasing.locale):
        key, close = "return_not_there", list(near(meant.words, left, tenant) or (left if len(left) == 1 else []))
    if len(close) == 1:
        key, values = "return_near", {"order": order.number, "product": phrasing.called(close[0].sku, close[0].name)}
    which = Reply(phrasing.say(key, **values), awaiting=ASKED_LINES)
    return Judged(order, which, left=left, near=close)


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
