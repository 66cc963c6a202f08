"""What `/v1/workflows` and `/v1/agents` say over HTTP, on verbs that the test scripts."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from graphs.registry import AgentRegistry, AgentSpec
from nodes.agents.ports import Action
from server import failures
from server.routes.agents import agent_routes
from server.routes.workflows import workflow_routes, workflow_schemas
from server.streams.hub import Feed
from state.plan_errors import PlanError, PlanFinding, RunNotFoundError, RunStateError, TemplateNotFoundError
from state.plan_run import PlanRun, RunId, TaskRecord
from tests.unit.plan_runs import RUN, T0, TASKS

ENDED = replace(RUN, status="completed", ended=T0 + 9000, output={"text": "all is well"})


class ScriptedWorkflows:
    """Remembers what it was asked, and knows two runs."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.runs = {"run_1": RUN, "run_2": replace(ENDED, id=RunId("run_2"))}

    async def start(
        self, plan: Any, given: Any, *, key: str | None = None, title: str = "", locale: str | None = None
    ) -> PlanRun:
        self.asked.append(("start", plan, given, key))
        if plan == "ghost":
            raise TemplateNotFoundError("ghost", ["review"])
        if plan == {"id": "bad"}:
            raise PlanError([PlanFinding("steps", "It is missing.", "Add it.", 3), PlanFinding("id", "No.", "Yes.")])
        return self.runs["run_2"]

    async def read(self, run: str) -> tuple[PlanRun, Mapping[str, TaskRecord]]:
        if run not in self.runs:
            raise RunNotFoundError(run)
        return self.runs[run], TASKS

    async def latest(self, **wanted: Any) -> list[PlanRun]:
        self.asked.append(("latest", wanted))
        return list(self.runs.values())[: wanted["limit"]]

    async def cancel(self, run: str, reason: str = "") -> PlanRun:
        found, _ = await self.read(run)
        if found.over:
            raise RunStateError("It has ended.", hint="Replay it.")
        self.asked.append(("cancel", run, reason))
        return replace(found, status="cancelled")

    async def pause(self, run: str) -> PlanRun:
        return replace((await self.read(run))[0], status="paused")

    async def resume(self, run: str) -> PlanRun:
        return (await self.read(run))[0]

    async def replay(self, run: str, *, step: str | None = None, given: Any = None, agents: Any = None) -> PlanRun:
        self.asked.append(("replay", run, step, given, agents))
        return replace((await self.read(run))[0], id=RunId("run_3"))

    async def approve(
        self, run: str, step: str | None = None, *, approved: bool = True, by: str = "", comment: str = ""
    ) -> PlanRun:
        self.asked.append(("approve", run, step, approved, by))
        return (await self.read(run))[0]


class Words(BaseModel):
    text: str


class StillHub:
    @contextmanager
    def watch(self, session: str) -> Any:
        yield Feed()


async def shout(action: str, given: Words, context: object) -> str:
    return given.text.upper()


AGENTS = AgentRegistry([AgentSpec("crier", shout, {"shout": Action(Words, "say it aloud")}, "Cries.")])


@asynccontextmanager
async def counter() -> AsyncIterator[tuple[ScriptedWorkflows, httpx2.AsyncClient]]:
    workflows, app = ScriptedWorkflows(), FastAPI()
    failures.install(app)
    nothing: Any = SimpleNamespace(events=None)
    hub: Any = StillHub()
    app.include_router(workflow_routes(workflows, nothing, hub))  # type: ignore[arg-type] # its session is not asked for
    app.include_router(agent_routes(AGENTS, workflows, hub))  # type: ignore[arg-type] # the same
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://laneway") as http:
        yield workflows, http


async def test_a_workflow_is_started_by_a_template_or_by_a_plan() -> None:
    async with counter() as (workflows, http):
        by_name = await http.post(
            "/v1/workflows", json={"template": "review", "input": {"n": 1}}, headers={"Idempotency-Key": "k"}
        )
        by_plan = await http.post("/v1/workflows", json={"plan": {"id": "x", "steps": []}})

    assert (by_name.status_code, by_name.json()) == (202, {"workflow_id": "run_2"})
    assert by_plan.status_code == 202
    assert workflows.asked == [
        ("start", "review", {"n": 1}, "k"),
        ("start", {"id": "x", "steps": []}, {}, None),
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_input"),
        ({"template": "a", "plan": {}}, 422, "invalid_input"),
        ({"template": "a", "imput": {}}, 422, "invalid_input"),
        ({"template": "ghost"}, 404, "template_not_found"),
        ({"plan": {"id": "bad"}}, 422, "invalid_plan"),
        ({"plan": "review"}, 422, "invalid_input"),
    ],
)
async def test_what_cannot_be_started_is_refused_with_what_to_do(body: Any, status: int, code: str) -> None:
    async with counter() as (_, http):
        refused = await http.post("/v1/workflows", json=body)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["hint"]


async def test_every_fault_of_a_plan_is_named_with_its_place() -> None:
    async with counter() as (_, http):
        refused = await http.post("/v1/workflows", json={"plan": {"id": "bad"}})

    assert refused.json()["findings"] == [
        {"path": "steps", "message": "It is missing.", "fix": "Add it.", "line": 3},
        {"path": "id", "message": "No.", "fix": "Yes.", "line": 0},
    ]


async def test_a_large_plan_is_taken_and_a_huge_one_is_not() -> None:
    steps = [{"id": f"s{number}", "agent": "a", "action": "b", "input": {"n": number}} for number in range(5000)]
    async with counter() as (_, http):
        large = await http.post("/v1/workflows", json={"plan": {"id": "x", "steps": steps}})
        huge = await http.post("/v1/workflows", json={"plan": {"id": "x", "text": "x" * 1_100_000}})

    assert large.status_code == 202
    assert (huge.status_code, huge.json()["code"]) == (413, "too_large")


async def test_workflows_are_listed_page_by_page() -> None:
    async with counter() as (workflows, http):
        first = await http.get("/v1/workflows", params={"limit": 1, "status": "running"})
        all_of_them = await http.get("/v1/workflows")
        wrong = await http.get("/v1/workflows", params={"status": "sleeping"})

    assert [one["workflow_id"] for one in first.json()["workflows"]] == ["run_1"]
    assert (first.json()["before"], all_of_them.json()["before"]) == ("run_1", None)
    assert wrong.status_code == 422
    assert workflows.asked[0][1] == {"status": "running", "template": None, "before": None, "limit": 1}


async def test_a_workflow_tells_its_status_counts_tasks_and_metrics() -> None:
    async with counter() as (_, http):
        told = (await http.get("/v1/workflows/run_2")).json()
        short = (await http.get("/v1/workflows/run_2", params={"results": False})).json()

    assert told["status"] == "completed"
    assert told["counts"] == {"completed": 2, "in_progress": 2, "pending": 1}
    assert told["metrics"]["ms"] == 8990
    assert told["metrics"]["progress"] == 0.4
    assert told["waits_for"] == [{"task": "sign", "question": "Is that right?"}]
    assert [task["name"] for task in told["tasks"]] == list(TASKS)
    assert told["tasks"][0]["attempts"][0]["fault"] == "network"
    assert "result" not in short["tasks"][0]


async def test_a_workflow_can_be_steered() -> None:
    async with counter() as (workflows, http):
        cancelled = await http.post("/v1/workflows/run_1/cancel", json={"reason": "no need"})
        paused = await http.post("/v1/workflows/run_1/pause")
        resumed = await http.post("/v1/workflows/run_1/resume")
        approved = await http.post("/v1/workflows/run_1/approve", json={"step": "sign", "approved": False, "by": "Eva"})
        replayed = await http.post("/v1/workflows/run_2/replay", json={"step": "legal", "agents": {"legal": "other"}})

    assert [one.status_code for one in (cancelled, paused, resumed, approved, replayed)] == [202] * 5
    assert (cancelled.json()["status"], paused.json()["status"]) == ("cancelled", "paused")
    assert replayed.json() == {"workflow_id": "run_3"}
    assert workflows.asked == [
        ("cancel", "run_1", "no need"),
        ("approve", "run_1", "sign", False, "Eva"),
        ("replay", "run_2", "legal", None, {"legal": "other"}),
    ]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/workflows/ghost", 404),
        ("GET", "/v1/workflows/ghost/graph.svg", 404),
        ("POST", "/v1/workflows/ghost/cancel", 404),
        ("POST", "/v1/workflows/run_2/cancel", 409),
        ("POST", "/v1/workflows/ghost/replay", 404),
        ("PUT", "/v1/workflows", 405),
    ],
)
async def test_what_cannot_be_done_is_a_4xx_with_a_hint(method: str, path: str, status: int) -> None:
    async with counter() as (_, http):
        refused = await http.request(method, path)

    assert refused.status_code == status
    assert refused.json()["hint"]


@pytest.mark.parametrize("picture", ["graph", "gantt"])
async def test_a_workflow_has_its_pictures(picture: str) -> None:
    async with counter() as (_, http):
        drawn = await http.get(f"/v1/workflows/run_1/{picture}.svg")

    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert "default-src 'none'" in drawn.headers["content-security-policy"]
    assert ET.fromstring(drawn.text).get("role") == "img"


async def test_agents_are_listed_with_what_they_take() -> None:
    async with counter() as (_, http):
        (crier,) = (await http.get("/v1/agents")).json()["agents"]

    assert (crier["agent"], crier["effects"], crier["concurrency"]) == ("crier", "pure", 16)
    assert crier["actions"][0]["input"]["required"] == ["text"]


async def test_a_session_of_agents_tells_each_steps_result_time_and_error() -> None:
    wanted = {
        "agents": [
            {"agent": "profile", "action": "load", "input": {"learner": "${input.learner}"}},
            {"name": "tutor", "agent": "crier", "action": "shout", "dependencies": ["profile"]},
        ],
        "input": {"learner": "ana"},
    }
    async with counter() as (workflows, http):
        begun = await http.post("/v1/agents/sessions", json=wanted)
        wrong = await http.post("/v1/agents/sessions", json={"agents": []})

    steps = {step["step"]: step for step in begun.json()["steps"]}
    assert (begun.status_code, begun.json()["session_id"], begun.json()["ms"]) == (201, "run_2", 8990)
    assert steps["extract"] | {"result": None} == steps["extract"]
    assert (steps["extract"]["status"], steps["extract"]["ms"]) == ("completed", 3160)
    assert begun.json()["errors"] == ["costs[1]: page & ink"]
    assert [step["id"] for step in workflows.asked[0][1]["steps"]] == ["profile", "tutor"]
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")


async def test_a_session_of_agents_that_takes_longer_is_told_of_as_it_is() -> None:
    async with counter() as (workflows, http):
        workflows.runs["run_2"] = RUN
        begun = await http.post("/v1/agents/sessions", json={"agents": [{"agent": "a", "action": "b"}], "wait_s": 0})

    assert (begun.status_code, begun.json()["status"]) == (202, "running")


def test_the_bodies_are_described() -> None:
    assert {"NewWorkflow", "Reason", "ReplayFrom", "Answer"} <= workflow_schemas().keys()
