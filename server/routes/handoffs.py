"""`/v1/handoffs`: conversations that the shop's people answer."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Final

import anyio
from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter
from sse_starlette import EventSourceResponse, ServerSentEvent

from server.body import read_json
from server.desk import Desk, Handed
from server.routes.schemas import body_of
from server.streams.sse import GRACE_S, HEARTBEAT_S, RECONNECT_MS, SEND_TIMEOUT_S
from state.desk import LONGEST_ENTRY, Case, CaseStatus, EntryKind
from state.turn import Channel

LOOK_EVERY_S: Final = 1.0
_PAGE: Final = 200


class HandoffView(BaseModel):
    """One handoff; times are ms since 1970 UTC. `summary` says what was said and tried before."""

    number: str
    status: CaseStatus
    operator: str | None
    session_id: str
    channel: Channel
    locale: str
    subject: str
    reason: str
    opened: int
    updated: int
    due: int | None
    heard: int
    answered: int
    revision: int
    summary: dict[str, JsonValue]


class StoryLine(BaseModel):
    """One line of a handoff's story."""

    kind: EntryKind
    at: int
    author: str
    text: str


class Spoken(BaseModel):
    """One finished turn of the conversation: what the customer said and what was answered."""

    turn: str
    at: int
    text: str
    reply: str
    lane: str | None


class HandoffPage(BaseModel):
    """Answer of `GET /v1/handoffs`."""

    handoffs: list[HandoffView]


class HandoffDetail(HandoffView):
    """Answer of `GET /v1/handoffs/{number}`: the handoff, its story, and the conversation, oldest first."""

    story: list[StoryLine]
    turns: list[Spoken]


class Claim(BaseModel):
    """Body of a claim; `take` takes it from whoever has it."""

    model_config = ConfigDict(extra="forbid")

    operator: str
    take: bool = False


class Words(BaseModel):
    """Body of a reply or a note."""

    model_config = ConfigDict(extra="forbid")

    operator: str
    text: Annotated[str, Field(max_length=LONGEST_ENTRY)]


class Return(BaseModel):
    """Body of a return to the assistant, with a last word if there is one."""

    model_config = ConfigDict(extra="forbid")

    operator: str
    text: Annotated[str, Field(max_length=LONGEST_ENTRY)] = ""


class Written(BaseModel):
    """Answer of a reply or a return: the turn in which it is said."""

    turn_id: str


_VIEW: Final = TypeAdapter(HandoffView)


class HandoffRoutes:
    """The verbs of `/v1/handoffs` over HTTP."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def latest(
        self,
        all: Annotated[bool, Query(description="Those that are over, too, the latest first.")] = False,  # noqa: A002 # the parameter's name on the wire
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> HandoffPage:
        """Return the customers who wait for a person, the longest first, then those who are being answered."""
        return HandoffPage(handoffs=[view_of(case) for case in await self._desk.latest(limit, over=all)])

    async def show(self, number: str) -> HandoffDetail:
        """Return a handoff with its story and what was said in the conversation."""
        return _detail(await self._desk.show(number))

    async def claim(self, number: str, request: Request) -> HandoffView:
        """Take a conversation on."""
        wanted = await read_json(request, Claim)
        return view_of(await self._desk.claim(number, wanted.operator, take=wanted.take))

    async def reply(
        self, number: str, request: Request, idempotency_key: Annotated[str | None, Header(max_length=100)] = None
    ) -> Written:
        """Say something to the customer, on their channel, once; the conversation is claimed with the first reply."""
        words = await read_json(request, Words)
        return Written(turn_id=await self._desk.reply(number, words.operator, words.text, key=idempotency_key))

    async def note(self, number: str, request: Request) -> StoryLine:
        """Write something for colleagues; the customer doesn't see it."""
        words = await read_json(request, Words)
        entry = await self._desk.note(number, words.operator, words.text)
        return StoryLine(kind=entry.kind, at=entry.at, author=entry.author, text=entry.text)

    async def give_back(self, number: str, request: Request) -> Written:
        """Give the customer back to the assistant."""
        wanted = await read_json(request, Return)
        return Written(turn_id=await self._desk.give_back(number, wanted.operator, wanted.text))

    async def stream(
        self,
        since: Annotated[
            int, Query(ge=0, description="Ms since 1970 UTC; what changed then or later comes first.")
        ] = 0,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> EventSourceResponse:
        """Stream each handoff whenever it changes, as it is then: event `handoff`, `id` the time of the change."""
        shutdown = anyio.Event()
        begin = int(last_event_id) if last_event_id and last_event_id.isdecimal() else since
        return EventSourceResponse(
            _changes(self._desk, begin, shutdown),
            ping=HEARTBEAT_S,
            send_timeout=SEND_TIMEOUT_S,
            sep="\n",
            shutdown_event=shutdown,
            shutdown_grace_period=GRACE_S,
        )


def handoffs(desk: Desk) -> APIRouter:
    """Return the routes of `/v1/handoffs`."""
    router = APIRouter(prefix="/v1/handoffs", tags=["handoffs"])
    routes = HandoffRoutes(desk)
    accepted = HTTPStatus.ACCEPTED
    router.add_api_route("", routes.latest)
    router.add_api_route("/events", routes.stream, response_class=EventSourceResponse)
    router.add_api_route("/{number}", routes.show)
    router.add_api_route("/{number}/claim", routes.claim, methods=["POST"], openapi_extra=body_of(Claim))
    router.add_api_route(
        "/{number}/reply", routes.reply, methods=["POST"], status_code=accepted, openapi_extra=body_of(Words)
    )
    router.add_api_route("/{number}/note", routes.note, methods=["POST"], openapi_extra=body_of(Words))
    router.add_api_route(
        "/{number}/return", routes.give_back, methods=["POST"], status_code=accepted, openapi_extra=body_of(Return)
    )
    return router


async def _changes(desk: Desk, since: int, shutdown: anyio.Event) -> AsyncIterator[ServerSentEvent]:
    """Send each state of each handoff once; a page that was away reads on from the last change it saw."""
    yield ServerSentEvent(comment="laneway", retry=RECONNECT_MS)
    seen: dict[str, int] = {}
    while not shutdown.is_set():
        for case in await desk.changed(since, _PAGE):
            if seen.get(case.number) != case.revision:
                data = _VIEW.dump_json(view_of(case)).decode()
                yield ServerSentEvent(event="handoff", id=str(case.updated), data=data)
            seen[case.number], since = case.revision, case.updated
        with anyio.move_on_after(LOOK_EVERY_S):
            await shutdown.wait()


def view_of(case: Case) -> HandoffView:
    """Return a handoff as the API shows it."""
    return HandoffView(
        number=case.number,
        status=case.status,
        operator=case.operator or None,
        session_id=case.origin.session,
        channel=case.origin.channel,
        locale=case.origin.locale,
        subject=case.subject,
        reason=case.topic,
        opened=case.opened,
        updated=case.updated,
        due=case.due,
        heard=case.heard,
        answered=case.answered,
        revision=case.revision,
        summary=case.facts,
    )


def _detail(handed: Handed) -> HandoffDetail:
    return HandoffDetail(
        **view_of(handed.case).model_dump(),
        story=story_of(handed),
        turns=turns_of(handed),
    )


def story_of(handed: Handed) -> list[StoryLine]:
    """Return what happened to a case, as the API shows it."""
    return [StoryLine(kind=one.kind, at=one.at, author=one.author, text=one.text) for one in handed.story]


def turns_of(handed: Handed) -> list[Spoken]:
    """Return what was said in its conversation, as the API shows it."""
    return [
        Spoken(turn=one.turn.id, at=one.turn.at, text=one.turn.text, reply=one.turn.reply, lane=one.turn.lane)
        for one in handed.turns
    ]
