"""`/v1/effects`: what nodes did outside and nobody knows whether it was done."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, JsonValue

from server.body import read_json
from server.routes.schemas import body_of
from server.service import Service
from state.effect import AmbiguousEffect, SideEffect


class Doubt(BaseModel):
    """One effect in doubt; `since` is ms since 1970 UTC, `key` the idempotency key the other side was given."""

    session_id: str
    name: str
    effect: SideEffect
    since: int
    tries: int
    key: str


class DoubtPage(BaseModel):
    """Answer of `GET /v1/effects`: effects in doubt, those of the latest session first."""

    effects: list[Doubt]


class Settlement(BaseModel):
    """Body of `POST /v1/effects/settle`: what became of an effect; `result` is what a done one gave."""

    model_config = ConfigDict(extra="forbid")

    session_id: str
    name: str
    done: bool
    result: JsonValue = None


def effects(service: Service) -> APIRouter:
    """Return the routes of `/v1/effects`."""
    router = APIRouter(prefix="/v1/effects", tags=["effects"])

    @router.get("")
    async def in_doubt(limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> DoubtPage:
        """Return what was begun and may or may not have happened: ask the other side about its key, then settle it."""
        return DoubtPage(effects=[_doubt(one) for one in await service.doubts(limit)])

    @router.post("/settle", status_code=HTTPStatus.NO_CONTENT, openapi_extra=body_of(Settlement))
    async def settle(request: Request) -> None:
        """Say that an effect was done, and what it gave, or that it was not, so that it may be."""
        said = await read_json(request, Settlement)
        await service.settle(said.session_id, said.name, done=said.done, result=said.result)

    return router


def _doubt(one: AmbiguousEffect) -> Doubt:
    return Doubt(
        session_id=one.session, name=str(one.name), effect=one.effect, since=one.since, tries=one.tries, key=one.key
    )
