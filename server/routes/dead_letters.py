"""`/v1/dead-letters`: turns that were put aside."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from server.service import Service
from state.mailbox import DeadLetter


class DeadLetterPage(BaseModel):
    """Answer of `GET /v1/dead-letters`, the latest first."""

    dead_letters: list[DeadLetter]


class Requeued(BaseModel):
    """Answer of a requeue: the turn that will answer its messages."""

    turn_id: str


def dead_letters(service: Service) -> APIRouter:
    """Return the routes of `/v1/dead-letters`."""
    router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])

    @router.get("")
    async def latest(limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> DeadLetterPage:
        """Return the turns that failed too often and were put aside."""
        return DeadLetterPage(dead_letters=await service.dead(limit))

    @router.post("/{letter_id}/requeue", status_code=HTTPStatus.ACCEPTED)
    async def requeue(letter_id: str) -> Requeued:
        """Answer its messages anew, as one turn after those that wait."""
        return Requeued(turn_id=await service.requeue(letter_id))

    @router.delete("/{letter_id}", status_code=HTTPStatus.NO_CONTENT)
    async def discard(letter_id: str) -> None:
        """Forget it for good."""
        await service.discard(letter_id)

    return router
