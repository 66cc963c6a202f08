"""Runs in memory and the routes over them, for tests of what is said over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import httpx2
from fastapi import FastAPI
from pydantic import BaseModel

from graphs.registry import AgentRegistry, AgentSpec
from nodes.agents.ports import Action
from server import failures
from server.drain import Drain
from server.plans.verbs import Workflows
from server.routes.agents import agent_routes
from server.routes.workflows import workflow_routes
from server.streams.hub import Feed
from state.ids import TenantId
from state.plan import Plan
from state.plan_errors import TemplateNotFoundError
from state.plan_run import RunId
from state.stores.memory import MemoryRuns, MemorySessions
from state.turn import InboundMessage
from tests.unit.plan_runs import RUN, T0, TASKS

ENDED = replace(
    RUN, id=RunId("run_2"), status="completed", created=T0 - 1, ended=T0 + 9000, output={"text": "all is well"}
)


class OneTemplate:
    names = ("review",)

    def plan(self, name: str) -> Plan:
        if name != "review":
            raise TemplateNotFoundError(name, self.names)
        return SHOUT


class Words(BaseModel):
    text: str


class StillHub:
    @contextmanager
    def watch(self, session: str) -> Any:
        yield Feed()


async def shout(action: str, given: Words, context: object) -> str:
    return given.text.upper()


AGENTS = AgentRegistry([AgentSpec("crier", shout, {"shout": Action(Words, "say it aloud")}, "Cries.")])
CRY = {"agent": "crier", "action": "shout", "input": {"text": "hey"}}
SHOUT = Plan.model_validate({"id": "shout", "title": "Shout", "steps": [{"id": "cry", **CRY}]})


class NoEvents:
    async def stop(self, session: str, turn: object, reason: str) -> list[str]:
        return ["trn_1"]

    async def accept(self, message: InboundMessage, arrival: object) -> None:
        return None


@asynccontextmanager
async def counter() -> AsyncIterator[tuple[MemoryRuns, httpx2.AsyncClient]]:
    """Give runs in memory, one at work and one that has ended, and the routes over them; nobody works."""
    runs, app = MemoryRuns(MemorySessions()), FastAPI()
    for run in (RUN, ENDED):
        await runs.create(run, list(TASKS.values()), "")
    inbox: Any = NoEvents()
    workflows = Workflows(TenantId("demo"), runs, inbox, AGENTS, OneTemplate(), Drain())
    nothing: Any = SimpleNamespace(events=None)
    hub: Any = StillHub()
    failures.install(app)
    app.include_router(workflow_routes(workflows, nothing, hub))
    app.include_router(agent_routes(AGENTS, workflows, hub))
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://laneway") as http:
        yield runs, http
