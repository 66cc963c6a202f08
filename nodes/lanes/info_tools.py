"""The tools by which a model looks into what the shop has written down: its pages, its hours, its contact."""

from datetime import date
from typing import Annotated, Final

from pydantic import Field

from nodes.lanes.calendar import moment
from nodes.lanes.hours import hours_on, hours_reply
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.cart import Nothing
from nodes.lanes.written import search
from nodes.tools import Outcome, ToolContext, ToolInput, ToolOutput, tool
from state.conversation import Reply, Source
from state.effect import SideEffect


class PageSearch(ToolInput):
    """What the customer wants to know, in their words."""

    question: Annotated[str, Field(min_length=1, max_length=300)]


class PageFacts(ToolOutput):
    """The page that answers; both empty where none does."""

    title: str = ""
    answer: str = ""


class HoursOn(ToolInput):
    """A day, such as 2026-12-24; none for now and the week."""

    day: date | None = None


class Hours(ToolOutput):
    """Opening hours in words, and whether the shop is open now."""

    hours: str
    open_now: bool


class ContactFacts(ToolOutput):
    """How the shop is reached."""

    phone: str
    email: str
    address: str


@tool(SideEffect.PURE, example=PageSearch(question="¿Hacéis envíos a Canarias?"))
async def search_pages(asked: PageSearch, context: ToolContext) -> Outcome[PageFacts]:
    """Find the shop's page that answers a question: delivery, payment, returns, gifts, where it is, and the like."""
    phrasing = _phrasing(context)
    found = search(phrasing, asked.question, context.ports.pages)
    if not found.sources:
        return Outcome(PageFacts(), found)
    return Outcome(PageFacts(title=found.sources[0].title, answer=found.text), found)


@tool(SideEffect.PURE, example=HoursOn(day=date(2026, 12, 24)))
async def opening_hours(asked: HoursOn, context: ToolContext) -> Outcome[Hours]:
    """Say when the shop is open: on a day, or now and all week. Special days and holidays are considered."""
    phrasing = _phrasing(context)
    tenant = phrasing.tenant
    here = moment(tenant.hours, context.ports.clock.now(), tenant.profile.timezone)
    reply = hours_on(phrasing, asked.day) if asked.day else hours_reply(phrasing, here, "")
    return Outcome(Hours(hours=reply.text, open_now=here.open_until is not None), reply)


@tool(SideEffect.PURE, example=Nothing())
async def contact(asked: Nothing, context: ToolContext) -> Outcome[ContactFacts]:  # noqa: ARG001 # a tool's shape
    """Say how the shop's people are reached: phone, e-mail, address."""
    return Outcome(ContactFacts(**context.ports.tenant.profile.contact.model_dump()), contact_reply(_phrasing(context)))


INFO_TOOLS: Final = (search_pages, opening_hours, contact)


def contact_reply(phrasing: Phrasing) -> Reply:
    """Return how the shop is reached, and the way to a person here."""
    source = Source("contact", "tenant.yaml", phrasing.tenant.profile.name)
    return Reply(phrasing.say("contact"), [source], phrasing.offer_person())


def _phrasing(context: ToolContext) -> Phrasing:
    return Phrasing(context.ports.tenant, context.turn.locale)
