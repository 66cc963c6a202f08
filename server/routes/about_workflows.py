"""All the routes that are about workflows, together."""

from collections.abc import Iterator

from fastapi import APIRouter

from graphs.registry import AgentRegistry
from server.routes.agents import agent_routes
from server.routes.socket import socket_routes
from server.routes.workflow_records import record_routes
from server.routes.workflows import workflow_routes
from server.run_logs import RunLogs
from server.service import Service, place_of
from server.stores import Stores
from server.streams.frames import Start
from server.streams.hub import Hub
from server.workflows import Workflows
from state.session import Session


class WorkflowDesk:
    """What a client can ask for over a WebSocket."""

    def __init__(self, workflows: Workflows, service: Service) -> None:
        self._workflows = workflows
        self._service = service

    async def start(self, wanted: Start) -> str:
        """Start a workflow and return its id."""
        run = await self._workflows.start(
            wanted.plan,
            template=wanted.template,
            given=wanted.input,
            key=wanted.idempotency_key,
            locale=wanted.locale,
        )
        return run.id

    async def cancel(self, workflow: str) -> None:
        """Cancel a workflow."""
        await self._workflows.cancel(workflow)

    async def open(self, stream: str, after: str | None) -> tuple[Session, int]:
        """Return the session whose log a stream is, and the place to begin at."""
        session = await self._service.session(stream)
        return session, place_of(after, session.id)


def about_workflows(
    workflows: Workflows, service: Service, hub: Hub, stores: Stores, origins: str
) -> Iterator[APIRouter]:
    """Yield the routes; `origins` of pages elsewhere that may open the WebSocket, with commas."""
    known = [one.strip() for one in origins.split(",") if one.strip()]
    yield record_routes(workflows, RunLogs(stores.events, stores.workflow_logs), stores.workflow_trends)
    yield workflow_routes(workflows, service, hub)
    if isinstance(workflows.agents, AgentRegistry):
        yield agent_routes(workflows.agents, workflows, hub)
    yield socket_routes(WorkflowDesk(workflows, service), hub, service.events, known)
