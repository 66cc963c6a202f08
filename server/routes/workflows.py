"""`/v1/workflows`: start a plan, watch it, steer it, look at what became of it."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel
from sse_starlette import EventSourceResponse

from graphs import plan_draw
from graphs.gantt import gantt
from graphs.plan_view import PlanView, run_view
from server.body import LARGEST_PLAN, read_json
from server.clock import now_ms
from server.plans.answers import summary, template, the_asking, whole
from server.plans.verbs import Workflows
from server.routes.conversations import checked_key
from server.routes.schemas import body_of
from server.service import Service, place_of
from server.streams.hub import Hub
from server.streams.sse import event_stream
from server.workflow_bodies import Answer, NewWorkflow, Reason, ReplayFrom, WorkflowStarted
from state.errors import InvalidInputError
from state.plan_run import RunStatus
from state.session import Session

MOST_DRAWN: Final = 2000
_PICTURE: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class WorkflowRoutes:
    """The verbs of `/v1/workflows` over HTTP."""

    def __init__(self, workflows: Workflows, service: Service, hub: Hub) -> None:
        self._workflows = workflows
        self._service = service
        self._hub = hub

    async def start(self, request: Request, idempotency_key: Annotated[str | None, Header()] = None) -> WorkflowStarted:
        """Start a workflow; 202 means stored. The same `Idempotency-Key` again starts no second one."""
        wanted = await read_json(request, NewWorkflow, LARGEST_PLAN)
        run = await self._workflows.start(
            wanted.plan,
            template=wanted.template,
            given=wanted.input,
            key=checked_key(idempotency_key),
            locale=wanted.locale,
        )
        return WorkflowStarted(workflow_id=run.id)

    async def ls(
        self,
        status: Annotated[RunStatus | None, Query(description="Only those that are so.")] = None,
        template: Annotated[str | None, Query(max_length=64, description="Only those of a template.")] = None,
        before: Annotated[str | None, Query(max_length=64, description="Only those older than this one.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> dict[str, Any]:
        """Return workflows, the latest first; `before` of the answer asks for the page after."""
        runs = await self._workflows.latest(status=status, template=template, before=before, limit=limit)
        return {"workflows": [summary(run) for run in runs], "before": runs[-1].id if len(runs) == limit else None}

    async def show(
        self,
        workflow_id: str,
        results: Annotated[bool, Query(description="With what each task returned.")] = True,  # a query
    ) -> Response:
        """Return a workflow's status, counts, metrics and tasks."""
        return _json(whole(await self._workflows.get(workflow_id), now=now_ms(), results=results))

    async def stream(
        self,
        workflow_id: str,
        after: Annotated[str | None, Query()] = None,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> EventSourceResponse:
        """Stream the workflow's events: everything after `Last-Event-ID` (or `?after=`), then live."""
        session = await self._session(workflow_id)
        place = place_of(last_event_id or after, session.id)
        return event_stream(self._hub, self._service.events, session.id, place, session.events)

    async def events(
        self,
        workflow_id: str,
        after: Annotated[str | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000,
    ) -> Response:
        """Return the workflow's events as a JSON list: everything after a place."""
        session = await self._session(workflow_id)
        rows = await self._service.read(session, place_of(after, session.id), None, limit)
        return Response(b"[" + b",\n".join(row.data for row in rows) + b"]\n", media_type="application/json")

    async def cancel(self, workflow_id: str, request: Request) -> Response:
        """Cancel a workflow: what runs is stopped within a second, and what was not begun is not begun."""
        wanted = await read_json(request, Reason)
        return _json(summary((await self._workflows.cancel(workflow_id, wanted.reason)).run), HTTPStatus.ACCEPTED)

    async def pause(self, workflow_id: str) -> Response:
        """Begin no further step; those that run end."""
        return _json(summary((await self._workflows.pause(workflow_id)).run), HTTPStatus.ACCEPTED)

    async def resume(self, workflow_id: str) -> Response:
        """Go on after a pause."""
        return _json(summary((await self._workflows.resume(workflow_id)).run), HTTPStatus.ACCEPTED)

    async def replay(
        self, workflow_id: str, request: Request, idempotency_key: Annotated[str | None, Header()] = None
    ) -> WorkflowStarted:
        """Run a workflow that has ended again, as a new one: what was completed before the step is taken over."""
        wanted = await read_json(request, ReplayFrom, LARGEST_PLAN)
        run = await self._workflows.replay(
            workflow_id,
            step=wanted.step,
            given=wanted.input,
            changes=wanted.changes,
            key=checked_key(idempotency_key),
        )
        return WorkflowStarted(workflow_id=run.id)

    async def approve(self, workflow_id: str, request: Request) -> Response:
        """Answer an approval step."""
        wanted = await read_json(request, Answer)
        stored = await self._workflows.get(workflow_id)
        told = await self._workflows.approve(
            workflow_id,
            wanted.step or the_asking(stored),
            approved=wanted.approved,
            by=wanted.by,
            comment=wanted.comment,
        )
        return _json(summary(told.run), HTTPStatus.ACCEPTED)

    async def graph(self, workflow_id: str) -> Response:
        """Return the workflow's plan as a picture, with the state of every step."""
        return await self._picture(workflow_id, plan_draw.svg)

    async def gantt(self, workflow_id: str) -> Response:
        """Return when each task worked, as a picture."""
        return await self._picture(workflow_id, gantt)

    async def templates(self) -> Response:
        """Return the plans that can be started by name, with the inputs they take."""
        known = self._workflows.templates
        return _json({"templates": [template(name, known.plan(name)) for name in known.names]})

    async def _picture(self, workflow_id: str, draw: Callable[[PlanView], str]) -> Response:
        stored = await self._workflows.get(workflow_id)
        if len(stored.tasks) > MOST_DRAWN:
            raise InvalidInputError(
                f"{len(stored.tasks):,} tasks are too many for a picture over HTTP.",
                hint=f"Draw it where it takes nobody's time: laneway workflow graph {stored.run.id} -o run.svg",
            )
        drawn = await asyncio.to_thread(lambda: draw(run_view(stored.run, stored.tasks, now=now_ms())))
        return Response(drawn, media_type="image/svg+xml", headers=_PICTURE)

    async def _session(self, workflow_id: str) -> Session:
        await self._workflows.get(workflow_id)  # says so when it is no run
        return await self._service.session(workflow_id)


def workflow_routes(workflows: Workflows, service: Service, hub: Hub) -> APIRouter:
    """Return the routes of `/v1/workflows`."""
    router = APIRouter(prefix="/v1/workflows", tags=["workflows"])
    routes = WorkflowRoutes(workflows, service, hub)
    accepted = HTTPStatus.ACCEPTED
    router.add_api_route("", routes.start, methods=["POST"], status_code=accepted, openapi_extra=body_of(NewWorkflow))
    router.add_api_route("", routes.ls)
    router.add_api_route("/templates", routes.templates, response_class=Response)
    router.add_api_route("/{workflow_id}", routes.show, response_class=Response)
    router.add_api_route("/{workflow_id}/events", routes.stream, response_class=EventSourceResponse)
    router.add_api_route("/{workflow_id}/events.json", routes.events, response_class=Response)
    verbs: list[tuple[Callable[..., Any], type[BaseModel] | None]] = [
        (routes.cancel, Reason),
        (routes.pause, None),
        (routes.resume, None),
        (routes.approve, Answer),
    ]
    for verb, body in verbs:
        path = f"/{{workflow_id}}/{verb.__name__}"
        extra = body_of(body) if body else None
        router.add_api_route(
            path, verb, methods=["POST"], status_code=accepted, response_class=Response, openapi_extra=extra
        )
    router.add_api_route(
        "/{workflow_id}/replay",
        routes.replay,
        methods=["POST"],
        status_code=accepted,
        openapi_extra=body_of(ReplayFrom),
    )
    router.add_api_route("/{workflow_id}/graph.svg", routes.graph, response_class=Response)
    router.add_api_route("/{workflow_id}/gantt.svg", routes.gantt, response_class=Response)
    return router


def _json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")
