"""`/v1/sessions`: start one, write to it, watch it, look at it."""

from http import HTTPStatus
from typing import Annotated, Any, Final, get_args, get_type_hints

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sse_starlette import EventSourceResponse

from server.body import read_json
from server.routes.schemas import body_of
from server.service import DESK_KEYS, Service, place_of
from server.streams.hub import Hub
from server.streams.sse import event_stream
from state.errors import CursorError, InvalidInputError
from state.ids import is_well_formed
from state.mailbox import Strategy
from state.session import FinishedTurn
from state.turn import CustomerPart, Part, Spoken, TextPart

LONGEST_TEXT: Final = 8000
_KEY_LENGTH: Final = 200
KINDS: Final[tuple[str, ...]] = tuple(
    kind for one in get_args(CustomerPart) for kind in get_args(get_type_hints(one)["kind"])
)
"""What a part of a message can be."""


class NewSession(BaseModel):
    """Body of `POST /v1/sessions`; may be left out."""

    model_config = ConfigDict(extra="forbid")

    channel: Spoken = "chat"
    locale: Annotated[
        str | None,
        Field(max_length=35, description="A language to begin in; the tenant's first for one that it doesn't speak."),
    ] = None


class SessionStarted(BaseModel):
    """Answer of `POST /v1/sessions`; `locale` is the language it begins in, none where the first words tell."""

    session_id: str
    locale: str | None


class NewMessage(BaseModel):
    """Body of `POST /v1/sessions/{id}/messages`: `text`, or `parts` for anything else."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str | None, Field(max_length=LONGEST_TEXT)] = None
    parts: Annotated[
        list[Annotated[CustomerPart, Field(discriminator="kind")]] | None,
        Field(min_length=1, max_length=20, examples=[[{"kind": "text", "text": "¿Llega hasta aquí?"}]]),
    ] = None
    locale: Annotated[str | None, Field(max_length=35)] = None
    strategy: Annotated[
        Strategy | None,
        Field(description="What becomes of it while earlier messages are not answered; the tenant's by default."),
    ] = None

    @field_validator("parts", mode="before")
    @classmethod
    def _known_kinds(cls, parts: Any) -> Any:  # noqa: ANN401 # any JSON value
        """Say which kinds of parts there are where one has none of them."""
        for place, part in enumerate(parts if isinstance(parts, list) else ()):
            if isinstance(part, dict) and not (isinstance(part.get("kind"), str) and part["kind"] in KINDS):
                raise ValueError(f"part {place} needs a `kind`: one of {', '.join(KINDS)}")
        return parts

    @model_validator(mode="after")
    def _one_of_both(self) -> "NewMessage":
        if (self.text is None) == (self.parts is None):
            raise ValueError("send either `text` or `parts`")
        if self.text is not None and not any(character.isprintable() and character != " " for character in self.text):
            raise ValueError("`text` is empty")
        return self

    def content(self) -> list[Part]:
        """Return the message's parts."""
        return list(self.parts) if self.parts is not None else [TextPart(self.text or "")]


class MessageAccepted(BaseModel):
    """Answer of `POST /v1/sessions/{id}/messages`: the message is stored and will be answered."""

    turn_id: str


class TurnsStopped(BaseModel):
    """Answer of `POST /v1/sessions/{id}/cancel`: the turns that will end as `cancelled`."""

    cancelled: list[str]


class TurnPage(BaseModel):
    """Answer of `GET /v1/sessions/{id}/turns`: finished turns, oldest first; `before` asks for the page before."""

    turns: list[FinishedTurn]
    before: int | None


class ConversationRoutes:
    """The verbs of `/v1/sessions` over HTTP."""

    def __init__(self, service: Service, hub: Hub) -> None:
        self._service = service
        self._hub = hub

    async def start(self, request: Request) -> SessionStarted:
        """Start a session."""
        wanted = await read_json(request, NewSession)
        locale = self._spoken(wanted.locale)
        return SessionStarted(session_id=await self._service.start_session(wanted.channel, locale), locale=locale)

    def _spoken(self, wanted: str | None) -> str | None:
        """Return the tenant's language for a wanted one: `es` for `es-MX`, its first for one that it doesn't speak."""
        profile = self._service.tenant.profile
        if wanted is None or wanted in profile.locales:
            return wanted
        language = wanted.replace("_", "-").split("-")[0].lower()
        return language if language in profile.locales else profile.default_locale

    async def send(
        self, session_id: str, request: Request, idempotency_key: Annotated[str | None, Header()] = None
    ) -> MessageAccepted:
        """Accept a message; 202 means stored. The answer comes on the event stream."""
        message = await read_json(request, NewMessage)
        key = checked_key(idempotency_key)
        session = await self._service.session(session_id)
        turn = await self._service.accept(
            session, message.content(), key=key, locale=self._spoken(message.locale), strategy=message.strategy
        )
        return MessageAccepted(turn_id=turn)

    async def cancel(
        self, session_id: str, turn: Annotated[str | None, Query(description="Only this turn.")] = None
    ) -> TurnsStopped:
        """Stop the turns of a session that are not answered yet; each ends as `cancelled`."""
        session = await self._service.session(session_id)
        return TurnsStopped(cancelled=await self._service.stop(session, turn))

    async def stream(
        self,
        session_id: str,
        after: Annotated[str | None, Query()] = None,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> EventSourceResponse:
        """Stream the session's events: everything after `Last-Event-ID` (or `?after=`), then live."""
        session = await self._service.session(session_id)
        place = place_of(last_event_id or after, session.id)
        return event_stream(self._hub, self._service.events, session.id, place, session.events)

    async def events(
        self,
        session_id: str,
        after: Annotated[str | None, Query()] = None,
        turn: Annotated[str | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000,
    ) -> Response:
        """Return the session's events as a JSON list: everything after a place, or one turn's."""
        session = await self._service.session(session_id)
        if turn is not None and not is_well_formed(turn):
            raise CursorError(turn)
        rows = await self._service.read(session, place_of(after, session.id), turn, limit)
        return Response(b"[" + b",\n".join(row.data for row in rows) + b"]\n", media_type="application/json")

    async def turns(
        self,
        session_id: str,
        before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only turns with a lower number.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> TurnPage:
        """Return the session's last finished turns, also when the session itself has expired."""
        found = await self._service.turns(session_id, before, limit)
        return TurnPage(turns=found, before=found[0].number if found and found[0].number > 1 else None)

    async def state(self, session_id: str) -> Response:
        """Return what the conversation knows: the session's facts and the graph's state."""
        session = await self._service.session(session_id)
        values = await self._service.state(session)
        facts = {"session_id": session.id, "tenant_id": session.tenant, "channel": session.channel}
        now = {"status": "running" if session.waiting else session.status, "waiting": session.waiting}
        return Response(orjson.dumps({**facts, **values, **now}), media_type="application/json")


def conversations(service: Service, hub: Hub) -> APIRouter:
    """Return the routes of `/v1/sessions`."""
    router = APIRouter(prefix="/v1/sessions", tags=["sessions"])
    routes = ConversationRoutes(service, hub)
    router.add_api_route(
        "", routes.start, methods=["POST"], status_code=HTTPStatus.CREATED, openapi_extra=body_of(NewSession)
    )
    router.add_api_route(
        "/{session_id}/messages",
        routes.send,
        methods=["POST"],
        status_code=HTTPStatus.ACCEPTED,
        openapi_extra=body_of(NewMessage),
    )
    router.add_api_route("/{session_id}/cancel", routes.cancel, methods=["POST"], status_code=HTTPStatus.ACCEPTED)
    router.add_api_route("/{session_id}/events", routes.stream, response_class=EventSourceResponse)
    router.add_api_route("/{session_id}/events.json", routes.events, response_class=Response)
    router.add_api_route("/{session_id}/turns", routes.turns)
    router.add_api_route("/{session_id}/state", routes.state, response_class=Response)
    return router


def checked_key(key: str | None) -> str | None:
    """Return an `Idempotency-Key`; raises `InvalidInputError` when it is none."""
    if key is not None and (
        not 0 < len(key) <= _KEY_LENGTH or not (key.isascii() and key.isprintable()) or key.startswith(DESK_KEYS)
    ):
        raise InvalidInputError(
            "The Idempotency-Key header is empty, too long, not printable ASCII, or begins with `desk:`.",
            hint=f"Use 1 to {_KEY_LENGTH} printable ASCII characters, such as a UUID.",
        )
    return key
