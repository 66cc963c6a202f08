"""What `/v1/workflows` and `/v1/agents` say over HTTP, on runs in memory."""

from dataclasses import replace
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest

from server.drain import Drain
from server.plans.verbs import Workflows
from server.routes.bodies import BODIES
from server.routes.schemas import schemas_of
from server.routes.workflows import MOST_DRAWN
from state.ids import TenantId
from state.plan_run import PlanRun, RunId, TaskRecord
from state.stored_run import StoredRun, Wish
from state.stores.memory import MemoryRuns, MemorySessions
from tests.unit.plan_runs import RUN, T0, TASKS
from tests.unit.workflow_desk import AGENTS, CRY, ENDED, SHOUT, OneTemplate, counter


async def test_a_workflow_is_started_by_a_template_or_by_a_plan() -> None:
    async with counter() as (runs, http):
        by_name = await http.post("/v1/workflows", json={"template": "review"}, headers={"Idempotency-Key": "k"})
        again = await http.post("/v1/workflows", json={"template": "review"}, headers={"Idempotency-Key": "k"})
        other = await http.post(
            "/v1/workflows", json={"template": "review", "input": {"n": 1}}, headers={"Idempotency-Key": "k"}
        )
        by_plan = await http.post("/v1/workflows", json={"plan": {"id": "x", "steps": [{"id": "cry", **CRY}]}})

        begun = await runs.get(by_plan.json()["workflow_id"])
    assert (by_name.status_code, by_plan.status_code, other.status_code) == (202, 202, 409)
    assert by_name.json() == again.json()
    assert begun
    assert (begun.run.status, begun.run.plan["id"]) == ("pending", "x")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_input"),
        ({"template": "a", "plan": {}}, 422, "invalid_input"),
        ({"template": "a", "imput": {}}, 422, "invalid_input"),
        ({"template": "ghost"}, 404, "template_not_found"),
        ({"plan": {"id": "bad"}}, 422, "invalid_plan"),
        ({"plan": {"id": "x", "steps": [{"id": "s", "agent": "ghost", "action": "a"}]}}, 422, "invalid_plan"),
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
        refused = await http.post("/v1/workflows", json={"plan": {"id": "bad", "stepz": []}})

    assert refused.json()["findings"] == [
        {"path": "steps", "message": "It is missing.", "fix": "Add it.", "line": 0},
        {"path": "stepz", "message": "No such field.", "fix": "Remove it, or correct its name.", "line": 0},
    ]


async def test_a_large_plan_is_taken_and_a_huge_one_is_not() -> None:
    steps = [{"id": f"s{number}", **CRY} for number in range(2000)]
    async with counter() as (_, http):
        large = await http.post("/v1/workflows", json={"plan": {"id": "x", "steps": steps}})
        huge = await http.post("/v1/workflows", json={"plan": {"id": "x", "text": "x" * 1_100_000}})

    assert large.status_code == 202
    assert (huge.status_code, huge.json()["code"]) == (413, "too_large")


async def test_workflows_are_listed_page_by_page() -> None:
    async with counter() as (_, http):
        first = (await http.get("/v1/workflows", params={"limit": 1})).json()
        second = (await http.get("/v1/workflows", params={"limit": 1, "before": first["before"]})).json()
        running = (await http.get("/v1/workflows", params={"status": "running"})).json()
        wrong = await http.get("/v1/workflows", params={"status": "sleeping"})
        ghost = await http.get("/v1/workflows", params={"before": "ghost"})

    assert ghost.status_code == 404
    assert [one["workflow_id"] for one in (*first["workflows"], *second["workflows"])] == ["run_1", "run_2"]
    assert [one["workflow_id"] for one in running["workflows"]] == ["run_1"]
    assert running["before"] is None
    assert wrong.status_code == 422


class Cellar:
    """Runs that ended long ago, and one that the registry has as well."""

    runs = (replace(ENDED, status="completed"), replace(ENDED, id=RunId("run_0"), created=T0 - 5))

    async def get(self, tenant: str, run: str) -> StoredRun | None:
        return next((StoredRun(one, TASKS) for one in self.runs if one.id == run), None)

    async def latest(
        self, tenant: str, before: Any, limit: int, *, status: str | None = None, template: str | None = None
    ) -> list[PlanRun]:
        return [one for one in self.runs if before is None or (one.created, one.id) < before][:limit]


async def test_runs_that_ended_long_ago_are_listed_after_the_others_and_none_twice() -> None:
    registry, nothing = MemoryRuns(MemorySessions()), cast("Any", None)
    for run in (RUN, ENDED):
        await registry.create(run, [], "")
    known = Workflows(TenantId("demo"), registry, nothing, AGENTS, OneTemplate(), Drain(), Cellar())

    whole = await known.latest(limit=10)
    first = await known.latest(limit=2)
    last = await known.latest(before=first[-1].id, limit=2)

    assert [run.id for run in whole] == ["run_1", "run_2", "run_0"]
    assert [run.id for run in (*first, *last)] == ["run_1", "run_2", "run_0"]
    assert await known.latest(before="run_0", limit=2) == []


async def test_a_workflow_tells_its_status_counts_tasks_and_metrics() -> None:
    async with counter() as (_, http):
        shown = (await http.get("/v1/workflows/run_2")).json()
        short = (await http.get("/v1/workflows/run_2", params={"results": False})).json()

    assert shown["status"] == "completed"
    assert shown["counts"] == {"completed": 2, "in_progress": 2, "pending": 1}
    assert shown["metrics"]["ms"] == 8990
    assert shown["metrics"]["progress"] == 0.4
    assert shown["waits_for"] == [{"task": "sign", "question": "Is that right?"}]
    assert [task["name"] for task in shown["tasks"]] == list(TASKS)
    assert shown["tasks"][0]["attempts"][0]["fault"] == "network"
    assert "result" not in short["tasks"][0]


async def test_a_workflow_can_be_steered() -> None:
    async with counter() as (runs, http):
        paused = await http.post("/v1/workflows/run_1/pause")
        resumed = await http.post("/v1/workflows/run_1/resume")
        approved = await http.post("/v1/workflows/run_1/approve", json={"approved": False, "by": "Eva"})
        cancelled = await http.post("/v1/workflows/run_1/cancel", json={"reason": "no need"})

        stored = await runs.get(RUN.id)
    assert [one.status_code for one in (paused, resumed, approved, cancelled)] == [202] * 4
    assert stored
    assert stored.wish == Wish("cancel", "no need")
    assert (stored.run.approvals["sign"].approved, stored.run.approvals["sign"].by) == (False, "Eva")


async def test_a_workflow_that_has_ended_is_replayed_with_another_agent() -> None:
    failed = {"cry": TaskRecord("cry", "cry", "failed", reason="hoarse")}
    async with counter() as (runs, http):
        ended = replace(ENDED, id=RunId("run_4"), plan=SHOUT.model_dump(mode="json"), status="failed")
        await runs.create(ended, list(failed.values()), "")
        wrong = await http.post("/v1/workflows/run_4/replay", json={"agents": {"cry": "ghost"}})
        replayed = await http.post("/v1/workflows/run_4/replay", json={"agents": {"cry": "crier.shout"}})

        again = await runs.get(replayed.json()["workflow_id"])
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_plan")
    assert again
    assert (again.run.parent, again.run.replayed_from) == ("run_4", "cry")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/workflows/ghost", 404),
        ("GET", "/v1/workflows/ghost/graph.svg", 404),
        ("POST", "/v1/workflows/ghost/cancel", 404),
        ("POST", "/v1/workflows/run_2/cancel", 409),
        ("POST", "/v1/workflows/ghost/replay", 404),
        ("POST", "/v1/workflows/run_1/replay", 409),
        ("POST", "/v1/workflows/run_2/approve", 409),
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


async def test_what_is_too_large_to_draw_between_requests_is_drawn_elsewhere() -> None:
    tasks = [TaskRecord(f"s{number}", "s") for number in range(MOST_DRAWN + 1)]
    async with counter() as (runs, http):
        await runs.create(replace(RUN, id=RunId("run_9")), tasks, "")
        refused = await http.get("/v1/workflows/run_9/graph.svg")

    assert refused.status_code == 422
    assert "laneway workflow graph run_9" in refused.json()["hint"]


def test_the_bodies_are_described() -> None:
    assert {"NewWorkflow", "Reason", "ReplayFrom", "Answer", "NewAgentSession"} <= schemas_of(*BODIES).keys()
