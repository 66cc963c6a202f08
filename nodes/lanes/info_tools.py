"""The tools by which a model looks into what the shop has written down: its pages, its hours, its contact."""

from datetime import date
from typing import Annotated, Final

from pydantic import Field

from nodes.lanes.calendar import moment
from nodes.lanes.delivering import asks_delivery, delivery_reply
from nodes.lanes.hours import hours_on, hours_reply
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.cart import Nothing
from nodes.lanes.shopping.summing import total_reply
from nodes.lanes.written import passage_reply, search
from nodes.pages import passages
from nodes.tools import Outcome, ToolContext, ToolInput, ToolOutput, tool
from state.conversation import Reply, Source
from state.effect import SideEffect


class PageSearch(ToolInput):
    """What the customer wants to know, in their words."""

    question: Annotated[str, Field(min_length=1, max_length=300)]


class Section(ToolInput):
    """A section of a page, by what `search_pages` calls them; no heading for the page's short answer."""

    page: Annotated[str, Field(min_length=1, max_length=60)]
    heading: Annotated[str, Field(max_length=120)] = ""


class SectionName(ToolOutput):
    """What `read_page` takes."""

    page: str
    heading: str
    title: str


class PageFacts(ToolOutput):
    """What answers, and where it stands; empty where nothing surely does: `maybe` names what comes near then."""

    title: str = ""
    answer: str = ""
    maybe: tuple[SectionName, ...] = ()


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
    pages = context.ports.pages
    sent = delivery_reply(phrasing, asked.question) if asks_delivery(asked.question) else None
    sent = total_reply(phrasing, asked.question, context.state["cart"], context.state["slots"]) or sent
    found = sent or search(phrasing, asked.question, pages)
    if found.sources:
        return Outcome(PageFacts(title=found.sources[0].title, answer=found.text), found)
    near = pages.likely(asked.question, phrasing.locale, _NEAR) if pages else []
    names = tuple(SectionName(page=one.slug, heading=one.heading, title=one.title) for one in near)
    return Outcome(PageFacts(maybe=names), found)


@tool(SideEffect.PURE, example=Section(page="location-parking", heading="Access"))
async def read_page(asked: Section, context: ToolContext) -> Outcome[PageFacts]:
    """Read what `search_pages` named as near: a section of a page, or without a heading its short answer."""
    phrasing = _phrasing(context)
    page = phrasing.tenant.page(asked.page, phrasing.locale)
    heading = asked.heading.casefold()
    found = next((one for one in passages(page) if one.heading.casefold() == heading), None) if page else None
    if found is None:
        return Outcome(PageFacts())
    return Outcome(PageFacts(title=found.name, answer=found.text), passage_reply(found))


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


INFO_TOOLS: Final = (search_pages, read_page, opening_hours, contact)

_NEAR: Final = 3
"""Pages that are named where none surely answers."""


def contact_reply(phrasing: Phrasing) -> Reply:
    """Return how the shop is reached, and the way to a person here."""
    source = Source("contact", "tenant.yaml", phrasing.tenant.profile.name)
    return Reply(phrasing.say("contact"), [source], phrasing.offer_person())


def _phrasing(context: ToolContext) -> Phrasing:
    return Phrasing(context.ports.tenant, context.turn.locale)
