"""Tickets: opened, looked at, added to, closed, by the customer they belong to."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field, JsonValue

from nodes.cases import Cases
from nodes.effects import Effect
from nodes.lanes.desk.deadlines import due_after, in_ms
from nodes.lanes.desk.opening import customers_entry, origin_of, subject_of
from nodes.lanes.helping.followed import trouble_in
from nodes.lanes.phrasing import Phrasing
from nodes.tools import Outcome, Owned, ToolContext, ToolInput, ToolOutput, tool
from state.conversation import Choice, Reply
from state.desk import Case, CaseStatus, Draft, Entry
from state.effect import SideEffect
from state.errors import RecordsUnavailableError

OPEN: Final[frozenset[CaseStatus]] = frozenset({"open", "answered"})
ASKED_PROBLEM: Final = "ticket_problem"
"""What the conversation awaits: what is wrong."""
_SHORTEST: Final = 3
TicketNumber = Annotated[str, Field(pattern=r"^TK-\d{4,9}$"), Owned("ticket")]


class OpenTicket(ToolInput):
    """What a ticket is opened with; what is wrong is asked for where it wasn't said. `order` is an order's number."""

    problem: Annotated[str, Field(max_length=500)] = ""
    order: Annotated[str, Field(max_length=24)] = ""


class LookUpTicket(ToolInput):
    """Which ticket; empty for the customer's latest one."""

    ticket: TicketNumber | None = None


class AddToTicket(ToolInput):
    """What is added to which ticket."""

    ticket: TicketNumber
    words: Annotated[str, Field(min_length=1, max_length=500)]


class CloseTicket(ToolInput):
    """Which ticket is closed."""

    ticket: TicketNumber


class TicketFacts(ToolOutput):
    """A ticket as its customer may know it; empty `ticket` when there is none."""

    ticket: str = ""
    status: str = ""
    subject: str = ""
    answer_by: str = ""
    last_answer: str = ""


@tool(SideEffect.IDEMPOTENT, example=OpenTicket(problem="The kettle leaks", order="A-5512"), at_most=1)
async def open_ticket(asked: OpenTicket, context: ToolContext, effect: Effect) -> Outcome[TicketFacts]:
    """Open a ticket about a problem, for the shop's people to answer in writing; gives its number and by when.

    Without a problem it asks for one.
    """
    cases, turn = _cases(context), context.turn
    if len(asked.problem) < _SHORTEST:
        asking = Phrasing(context.ports.tenant, turn.locale).say("ticket_ask_problem")
        return Outcome(TicketFacts(), Reply(asking, awaiting=ASKED_PROBLEM))
    now = context.ports.clock.now()
    tenant = context.ports.tenant
    draft = Draft(
        kind="ticket",
        origin=origin_of(context.state),
        subject=subject_of(trouble_in(asked.problem)),
        status="open",
        at=in_ms(now),
        due=in_ms(due_after(tenant, now, timedelta(hours=tenant.profile.desk.ticket_hours))),
        topic=turn.intent or "",
        order=asked.order,
        facts=_reach(context),
    )

    async def call(key: str) -> str:
        case = await cases.open(draft, key)
        await cases.add(draft.origin.tenant, case.number, Entry(turn.id, "customer", turn.at, asked.problem))
        return case.number

    number = str(await effect.once(call))
    case = await _case(context, number)
    phrasing = Phrasing(tenant, turn.locale)
    said = phrasing.say("ticket_opened", ticket=case.number, due=phrasing.at(case.due, now), subject=case.subject)
    return Outcome(await _facts(case, context), Reply(said), {"ticket_id": case.number})


@tool(SideEffect.PURE, example=LookUpTicket(ticket="TK-1001"))
async def look_up_ticket(asked: LookUpTicket, context: ToolContext) -> Outcome[TicketFacts]:
    """Say how far a ticket of the customer's is, and what was answered last."""
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    case = await _case(context, asked.ticket) if asked.ticket else await latest_ticket(context)
    if case is None:
        return Outcome(TicketFacts(ticket=""), Reply(phrasing.say("ticket_none"), choices=ticket_choice(phrasing)))
    facts = await _facts(case, context)
    values = {"ticket": case.number, "subject": case.subject, "due": facts.answer_by}
    said = phrasing.say(f"ticket_is_{case.status}", **values)
    if facts.last_answer:
        said = f"{said}\n{phrasing.say('ticket_last_answer', answer=facts.last_answer)}"
    return Outcome(facts, Reply(said), {"ticket_id": case.number})


@tool(SideEffect.IDEMPOTENT, example=AddToTicket(ticket="TK-1001", words="It still leaks"))
async def add_to_ticket(asked: AddToTicket, context: ToolContext) -> Outcome[TicketFacts]:
    """Add what the customer says to a ticket of theirs; a closed one is opened again."""
    cases, turn = _cases(context), context.turn
    tenant, now = context.state["tenant_id"], in_ms(context.ports.clock.now())
    await cases.add(tenant, asked.ticket, Entry(turn.id, "customer", turn.at, asked.words))
    await cases.move(tenant, asked.ticket, "open", at=now, among={"answered", "closed"})
    case = await _case(context, asked.ticket)
    phrasing = Phrasing(context.ports.tenant, turn.locale)
    return Outcome(
        await _facts(case, context),
        Reply(phrasing.say("ticket_added", ticket=case.number)),
        {"ticket_id": case.number},
    )


@tool(SideEffect.IDEMPOTENT, example=CloseTicket(ticket="TK-1001"))
async def close_ticket(asked: CloseTicket, context: ToolContext) -> Outcome[TicketFacts]:
    """Close a ticket of the customer's that is settled; adding to it opens it again."""
    cases, turn = _cases(context), context.turn
    tenant, now = context.state["tenant_id"], in_ms(context.ports.clock.now())
    closed = await cases.move(tenant, asked.ticket, "closed", at=now, among=OPEN)
    if closed is not None:
        await cases.add(tenant, asked.ticket, customers_entry(turn))
    case = await _case(context, asked.ticket)
    phrasing = Phrasing(context.ports.tenant, turn.locale)
    return Outcome(
        await _facts(case, context), Reply(phrasing.say("ticket_closed", ticket=case.number)), {"ticket_id": None}
    )


async def latest_ticket(context: ToolContext, *, statuses: frozenset[CaseStatus] = frozenset()) -> Case | None:
    """Return the customer's latest ticket, of some statuses if given."""
    mine = origin_of(context.state)
    found = await _cases(context).latest(
        mine.tenant, "ticket", session=mine.session, contact=mine.contact, statuses=statuses, limit=1
    )
    return found[0] if found else None


def ticket_choice(phrasing: Phrasing) -> list[Choice]:
    """Return the ways on when something isn't settled: a ticket, a person."""
    return phrasing.offers(("open_ticket", "choice_ticket"), ("talk_to_person", "offer_person"))


def _reach(context: ToolContext) -> dict[str, JsonValue]:
    """Return the e-mail and phone that the customer gave in this conversation."""
    slots = context.state["slots"]
    return {key: slots[key] for key in ("name", "email", "phone") if slots.get(key)}


def _cases(context: ToolContext) -> Cases:
    if context.ports.cases is None:
        raise RecordsUnavailableError("there are none here")
    return context.ports.cases


async def _case(context: ToolContext, number: str) -> Case:
    case = await _cases(context).get(context.state["tenant_id"], number)
    if case is None:
        raise RecordsUnavailableError(f"{number} is not there")
    return case


async def _facts(case: Case, context: ToolContext) -> TicketFacts:
    story = await _cases(context).story(case.origin.tenant, case.number)
    answers = [entry.text for entry in story if entry.kind == "operator"]
    phrasing = Phrasing(context.ports.tenant, context.turn.locale)
    return TicketFacts(
        ticket=case.number,
        status=case.status,
        subject=case.subject,
        answer_by=phrasing.at(case.due, context.ports.clock.now()),
        last_answer=answers[-1] if answers else "",
    )
