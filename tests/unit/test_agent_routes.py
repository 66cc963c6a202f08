"""What `/v1/agents` says over HTTP, on runs in memory."""

from server.plans.agent_sessions import told
from state.stored_run import StoredRun
from tests.unit.plan_runs import TASKS
from tests.unit.workflow_desk import CRY, ENDED, counter


async def test_agents_are_listed_with_what_they_take() -> None:
    async with counter() as (_, http):
        (crier,) = (await http.get("/v1/agents")).json()["agents"]

    assert (crier["agent"], crier["effects"], crier["concurrency"]) == ("crier", "pure", 16)
    assert crier["actions"][0]["input"]["required"] == ["text"]


async def test_a_session_of_agents_is_a_run_told_step_by_step() -> None:
    wanted = {"agents": [{**CRY, "name": "first"}, {**CRY, "dependencies": ["first"]}], "wait_s": 0}
    async with counter() as (_, http):
        begun = await http.post("/v1/agents/sessions", json=wanted)
        wrong = await http.post("/v1/agents/sessions", json={"agents": []})
        ghost = await http.post("/v1/agents/sessions", json={"agents": [{"agent": "ghost", "action": "shout"}]})
        seen = await http.get(f"/v1/workflows/{begun.json()['session_id']}")

    assert (begun.status_code, begun.json()["status"]) == (202, "pending")
    assert [step["id"] for step in seen.json()["plan"]["steps"]] == ["first", "crier"]
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")
    assert (ghost.status_code, ghost.json()["code"]) == (422, "invalid_plan")


def test_a_session_of_agents_tells_each_steps_result_time_and_error() -> None:
    shown = told(StoredRun(ENDED, TASKS))

    steps = {step["step"]: step for step in shown["steps"]}
    assert list(steps) == list(TASKS)
    assert (shown["status"], shown["ms"]) == ("completed", 8990)
    assert (steps["extract"]["status"], steps["extract"]["ms"]) == ("completed", 3160)
    assert shown["errors"] == ["costs[1]: page & ink"]
