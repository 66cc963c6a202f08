"""`/v1/tickets` and `/v1/returns`: what customers reported and send back."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, JsonValue

from server.body import read_json
from server.casework import Casework, Kind
from server.desk import Handed
from server.routes.handoffs import Spoken, StoryLine, Words, story_of, turns_of
from server.routes.schemas import body_of
from state.desk import Case, CaseStatus, ReturnStatus, TicketStatus
from state.turn import Channel


class CaseView(BaseModel):
    """A ticket or a return; times are ms since 1970 UTC. `facts` hold a return's lines, reason and refund."""

    number: str
    status: CaseStatus
    session_id: str
    channel: Channel
    locale: str
    subject: str
    order: str
    opened: int
    updated: int
    due: int | None
    heard: int
    answered: int
    revision: int
    facts: dict[str, JsonValue]


class CasePage(BaseModel):
    """One page, the latest opened first; `next` is what `before` has to be for the one after it."""

    cases: list[CaseView]
    next: str | None


class CaseDetail(CaseView):
    """One with its story and the conversation it comes from, oldest first."""

    story: list[StoryLine]
    turns: list[Spoken]


class Answered(BaseModel):
    """The turn in which it is said; none where the conversation has expired and the answer is only on record."""

    turn_id: str | None


class NewTicketStatus(BaseModel):
    """Body of a change of a ticket's status."""

    model_config = ConfigDict(extra="forbid")

    operator: str
    status: TicketStatus


class NewReturnStatus(BaseModel):
    """Body of a change of a return's status."""

    model_config = ConfigDict(extra="forbid")

    operator: str
    status: ReturnStatus


Before = Annotated[str, Query(description="A page's `next`.", max_length=16)]
Limit = Annotated[int, Query(ge=1, le=500)]


_BODIES: Final[dict[Kind, type[NewTicketStatus] | type[NewReturnStatus]]] = {
    "ticket": NewTicketStatus,
    "return": NewReturnStatus,
}


class CaseRoutes:
    """The verbs for one kind over HTTP."""

    def __init__(self, casework: Casework) -> None:
        self._casework = casework

    async def tickets(
        self,
        status: Annotated[list[TicketStatus] | None, Query(description="Only of these; may be given again.")] = None,
        before: Before = "",
        limit: Limit = 50,
    ) -> CasePage:
        """Return a page, the latest opened first."""
        return await self._page(status or (), before, limit)

    async def returns(
        self,
        status: Annotated[list[ReturnStatus] | None, Query(description="Only of these; may be given again.")] = None,
        before: Before = "",
        limit: Limit = 50,
    ) -> CasePage:
        """Return a page, the latest opened first."""
        return await self._page(status or (), before, limit)

    async def _page(self, statuses: Sequence[CaseStatus], before: str, limit: int) -> CasePage:
        found = await self._casework.latest(limit + 1, statuses=statuses, before=before)
        page = found[:limit]
        return CasePage(cases=[_view(one) for one in page], next=page[-1].number if len(found) > limit else None)

    async def show(self, number: str) -> CaseDetail:
        """Return one with all that was said about it."""
        return _detail(await self._casework.show(number))

    async def reply(
        self, number: str, request: Request, idempotency_key: Annotated[str | None, Header(max_length=100)] = None
    ) -> Answered:
        """Answer the customer, on their channel, once."""
        words = await read_json(request, Words)
        return Answered(turn_id=await self._casework.reply(number, words.operator, words.text, key=idempotency_key))

    async def note(self, number: str, request: Request) -> StoryLine:
        """Write something for colleagues; the customer doesn't see it."""
        words = await read_json(request, Words)
        entry = await self._casework.note(number, words.operator, words.text)
        return StoryLine(kind=entry.kind, at=entry.at, author=entry.author, text=entry.text)

    async def move(self, number: str, request: Request) -> CaseView:
        """Put it into another status; 409 `case_status` where it doesn't get there from its own."""
        wanted = await read_json(request, _BODIES[self._casework.kind])
        return _view(await self._casework.move(number, wanted.status, wanted.operator))


def casework(work: Casework) -> APIRouter:
    """Return the routes of `/v1/tickets` or `/v1/returns`."""
    paths: dict[Kind, str] = {"ticket": "tickets", "return": "returns"}
    name = paths[work.kind]
    router = APIRouter(prefix=f"/v1/{name}", tags=[name])
    routes, accepted = CaseRoutes(work), HTTPStatus.ACCEPTED
    router.add_api_route("", routes.tickets if work.kind == "ticket" else routes.returns)
    router.add_api_route("/{number}", routes.show)
    router.add_api_route(
        "/{number}/reply", routes.reply, methods=["POST"], status_code=accepted, openapi_extra=body_of(Words)
    )
    router.add_api_route("/{number}/note", routes.note, methods=["POST"], openapi_extra=body_of(Words))
    router.add_api_route("/{number}/status", routes.move, methods=["POST"], openapi_extra=body_of(_BODIES[work.kind]))
    return router


def _view(case: Case) -> CaseView:
    return CaseView(
        number=case.number,
        status=case.status,
        session_id=case.origin.session,
        channel=case.origin.channel,
        locale=case.origin.locale,
        subject=case.subject,
        order=case.order,
        opened=case.opened,
        updated=case.updated,
        due=case.due,
        heard=case.heard,
        answered=case.answered,
        revision=case.revision,
        facts=case.facts,
    )


def _detail(handed: Handed) -> CaseDetail:
    return CaseDetail(
        **_view(handed.case).model_dump(),
        story=story_of(handed),
        turns=turns_of(handed),
    )
