"""`/v1/sessions/{id}/pause`, `resume`, `deliveries`: customers we deliver to."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from server.body import read_json
from server.correspondence import LONGEST_H, PAUSE_H, Correspondence
from server.routes.schemas import body_of
from state.contact import Contact
from state.outbox import Delivery, SendStatus


class Pause(BaseModel):
    """Body of `POST /v1/sessions/{id}/pause`; may be left out."""

    model_config = ConfigDict(extra="forbid")

    hours: Annotated[float, Field(gt=0, le=LONGEST_H)] = PAUSE_H


class Resumption(BaseModel):
    """Body of `POST /v1/sessions/{id}/resume`; may be left out.

    `consent` says that a customer who wanted no more messages wants them again.
    """

    model_config = ConfigDict(extra="forbid")

    consent: bool = False


class Standing(BaseModel):
    """How we stand with a customer: `paused_until` is ms since 1970 UTC, 0 when we answer."""

    paused_until: int
    stopped: bool
    no_marketing: bool


class Delivered(BaseModel):
    """One message and how far it got; `since` is ms since 1970 UTC, `ref` the channel's id of it."""

    turn: str
    ordinal: int
    text: str
    status: SendStatus
    since: int
    tries: int
    ref: str | None
    code: str | None


class DeliveryPage(BaseModel):
    """Answer of `GET /v1/sessions/{id}/deliveries`, oldest first."""

    deliveries: list[Delivered]


def correspondence_routes(correspondence: Correspondence) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/sessions/{session_id}", tags=["sessions"])

    @router.post("/pause", openapi_extra=body_of(Pause))
    async def pause(session_id: str, request: Request) -> Standing:
        """Send this customer nothing for a time, 12 hours by default: a person of ours answers."""
        wanted = await read_json(request, Pause)
        return _standing(await correspondence.pause(session_id, wanted.hours))

    @router.post("/resume", openapi_extra=body_of(Resumption))
    async def resume(session_id: str, request: Request) -> Standing:
        """Answer this customer again."""
        wanted = await read_json(request, Resumption)
        return _standing(await correspondence.resume(session_id, consent=wanted.consent))

    @router.get("/deliveries")
    async def deliveries(session_id: str) -> DeliveryPage:
        """Return what was sent to the customer in the last days, and how far it got."""
        return DeliveryPage(deliveries=[_delivered(one) for one in await correspondence.deliveries(session_id)])

    return router


def _standing(contact: Contact) -> Standing:
    return Standing(paused_until=contact.paused, stopped=contact.stopped is not None, no_marketing=contact.no_marketing)


def _delivered(one: Delivery) -> Delivered:
    return Delivered(
        turn=one.row.turn,
        ordinal=one.row.ordinal,
        text=one.row.message.text,
        status=one.status,
        since=one.since,
        tries=one.tries,
        ref=one.ref,
        code=one.code,
    )
