"""All the routes that are about workflows, together."""

from typing import Protocol

from fastapi import APIRouter

from graphs.registry import AgentRegistry
from server.media.library import Library
from server.plans.agent_life import figures_of
from server.plans.logs import RunLogs
from server.plans.verbs import Workflows
from server.routes.agents import agent_routes
from server.routes.socket import socket_routes
from server.routes.workflow_files import workflow_files
from server.routes.workflow_records import record_routes
from server.routes.workflows import workflow_routes
from server.service import Service, place_of
from server.settings import Settings
from server.stores import Stores
from server.streams.frames import Start
from server.streams.hub import Hub
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
        if stream.startswith("run_"):
            await self._workflows.get(stream)  # says so when it is no run
        session = await self._service.session(stream)
        return session, place_of(after, session.id)


class Running(Protocol):
    """What the routes need of a running Laneway."""

    @property
    def settings(self) -> Settings:
        """Its settings."""
        ...

    @property
    def workflows(self) -> Workflows:
        """The verbs of runs."""
        ...

    @property
    def service(self) -> Service:
        """The verbs of sessions."""
        ...

    @property
    def hub(self) -> Hub:
        """Where new events come in."""
        ...

    @property
    def library(self) -> Library:
        """The files."""
        ...

    @property
    def stores(self) -> Stores:
        """The opened stores."""
        ...


def about_workflows(laneway: Running) -> APIRouter:
    """Return the routes of workflows and agents, and the WebSocket."""
    workflows, hub, stores = laneway.workflows, laneway.hub, laneway.stores
    origins = [one.strip() for one in laneway.settings.socket_origins.split(",") if one.strip()]
    router = APIRouter()
    router.include_router(
        record_routes(workflows, RunLogs(stores.events, stores.workflow_logs), stores.workflow_trends)
    )
    router.include_router(workflow_routes(workflows, laneway.service, hub))
    router.include_router(workflow_files(workflows, laneway.library.vault))
    if isinstance(workflows.agents, AgentRegistry):
        router.include_router(
            agent_routes(workflows.agents, workflows, hub, figures_of(workflows.agents, stores.agent_figures))
        )
    desk = WorkflowDesk(workflows, laneway.service)
    router.include_router(socket_routes(desk, hub, laneway.service.events, origins))
    return router
