"""`/v1/agents`: whom plans can ask, and sessions of several of them."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from graphs.registry import AgentRegistry, AgentSpec
from server.body import LARGEST_PLAN, read_json
from server.plans.agent_sessions import NewAgentSession, ended_within, plan_of, told
from server.plans.verbs import Workflows
from server.routes.schemas import body_of
from server.streams.hub import Hub

Figures = Callable[[str], Awaitable[dict[str, Any]]]
"""What is measured of an agent, over all workers: its lifecycle, health and counts."""


def agent_routes(agents: AgentRegistry, workflows: Workflows, hub: Hub, figures: Figures | None = None) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/agents", tags=["agents"])

    @router.get("", response_class=Response)
    async def ls() -> Response:
        """Return the agents: what each can be asked, its limits, how it has been doing."""
        found = [{**shape(agents.spec(name)), **(await figures(name) if figures else {})} for name in agents.names]
        return _json({"agents": found})

    @router.post("/sessions", status_code=201, response_class=Response, openapi_extra=body_of(NewAgentSession))
    async def start(request: Request) -> Response:
        """Begin agents in the order of their dependencies; 201 when all have ended, 202 while they go on."""
        wanted = await read_json(request, NewAgentSession, LARGEST_PLAN)
        run = await workflows.start(plan_of(wanted), given=wanted.input, locale=wanted.locale)
        over = await ended_within(workflows, hub, run.id, wanted.wait_s)
        return _json(told(await workflows.get(run.id)), 201 if over else 202)

    return router


def shape(spec: AgentSpec) -> dict[str, Any]:
    """Return what an agent is, as JSON values."""
    return {
        "agent": spec.name,
        "description": spec.description,
        "concurrency": spec.concurrency,
        "effects": spec.effects.value,
        "actions": [
            {
                "action": name,
                "description": action.description,
                "effects": action.effects.value,
                "input": action.input.model_json_schema(),
            }
            for name, action in spec.actions.items()
        ],
    }


def _json(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")
