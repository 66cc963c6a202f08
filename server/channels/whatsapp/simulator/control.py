"""What tests and operators in other processes do with the simulator: `/simulator/...`, for loopback only."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict

from server.channels.whatsapp.simulator.mood import Mood, Step
from server.channels.whatsapp.simulator.world import World


class _Ahead(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ahead_s: float


class _Target(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str


def control(world: World) -> APIRouter:
    """Return the routes that steer a simulator and tell what it took."""
    routes = APIRouter(prefix="/simulator")
    _tell(routes, world)
    _steer(routes, world)
    _be_the_customer(routes, world)
    return routes


def _tell(routes: APIRouter, world: World) -> None:
    @routes.get("/accepted")
    async def accepted(after: int = 0) -> list[dict[str, Any]]:
        return [asdict(taken) for taken in world.accepted(after)]

    @routes.get("/state")
    async def state() -> dict[str, Any]:
        posted = world.courier.posted
        return {
            "accepted": len(world.accepted()),
            "read": world.read,
            "script": len(world.script),
            "posted": len(posted),
            "refused": sum(one.status != 200 for one in posted),  # noqa: PLR2004 # Meta takes nothing else
            "idle": world.courier.idle,
        }


def _steer(routes: APIRouter, world: World) -> None:
    @routes.put("/mood")
    async def mood(new: Mood) -> Mood:
        world.feel(new)
        return new

    @routes.post("/script")
    async def script(steps: list[Step]) -> dict[str, int]:
        world.plan(*steps)
        return {"script": len(world.script)}

    @routes.put("/clock")
    async def clock(new: _Ahead) -> dict[str, float]:
        world.clock.ahead = new.ahead_s
        return {"ahead_s": new.ahead_s}

    @routes.put("/webhook")
    async def webhook(new: _Target) -> dict[str, str]:
        world.courier.url = new.url
        return {"url": new.url}


def _be_the_customer(routes: APIRouter, world: World) -> None:
    @routes.post("/customers/{phone}/messages")
    async def say(phone: str, message: Annotated[dict[str, Any], Body()]) -> dict[str, str]:
        return {"id": world.say(phone, message)}

    @routes.post("/customers/{phone}/taps/{choice}")
    async def tap(phone: str, choice: str) -> dict[str, str]:
        return {"id": world.tap(phone, choice)}

    @routes.post("/files")
    async def keep(request: Request) -> dict[str, str]:
        mime = request.headers.get("content-type", "application/octet-stream")
        return {"id": world.keep(mime, await request.body())}
