"""Workflows over HTTP and the WebSocket of a real server, with the agents of the tests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.client import Client
from tests.forked import serving
from tests.processes import ServerProcess
from tests.waiting import SOON_S, eventually

PLAN = {
    "id": "pair",
    "steps": [
        {"id": "first", "agent": "worker", "action": "do", "input": {"say": "${input.word}"}},
        {"id": "second", "agent": "worker", "action": "do", "input": {"say": "${steps.first.said}"}},
    ],
}
BROKEN = {"id": "broken", "steps": [{"id": "only", "agent": "worker", "action": "do", "input": {"fails": "no ink"}}]}
STEERED = {
    "id": "steered",
    "steps": [
        {"id": "before", "agent": "worker", "action": "do", "input": {"say": "kept"}},
        {"id": "ask", "approval": "Go on?", "dependencies": ["before"]},
        {
            "id": "after",
            "agent": "worker",
            "action": "do",
            "input": {"fails": "${input.fails}"},
            "dependencies": ["ask"],
        },
    ],
}
LONG = {"id": "long", "steps": [{"id": "sleep", "agent": "worker", "action": "do", "input": {"s": 600}}]}


@pytest.fixture(scope="module")
def workflows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with serving(tmp_path_factory.mktemp("data"), LANEWAY_AGENTS="tests.working_agents:SPECS") as running:
        yield running


@pytest.fixture
def client(workflows: ServerProcess) -> Iterator[Client]:
    one = Client(workflows.url)
    yield one
    one.close()


def start(client: Client, plan: dict[str, Any], **given: Any) -> str:
    answer = client.http.post("/v1/workflows", json={"plan": plan, "input": given})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["workflow_id"])


def ended(client: Client, run: str) -> dict[str, Any]:
    def look() -> Any:
        told = client.http.get(f"/v1/workflows/{run}").json()
        return told if told["status"] in {"completed", "failed", "cancelled"} else None

    return dict(eventually(look))


def steered(client: Client, run: str, verb: str, body: dict[str, Any], until: str) -> dict[str, Any]:
    """Ask something of a run, and return it as soon as its status is `until`."""
    told = client.http.post(f"/v1/workflows/{run}/{verb}", json=body)
    assert told.status_code == 202, told.text
    return reached(client, str(told.json()["workflow_id"]), until)


def reached(client: Client, run: str, until: str) -> dict[str, Any]:
    def look() -> Any:
        told = client.http.get(f"/v1/workflows/{run}").json()
        at_work = until == "in_progress" and until in told["counts"]
        return told if at_work or told["status"] == until else None

    return dict(eventually(look))


def streamed(client: Client, run: str, last: str | None = None) -> list[dict[str, Any]]:
    """Return the events over SSE until the run has ended."""
    headers = {"Last-Event-ID": last} if last else {}
    events: list[dict[str, Any]] = []
    with client.http.stream("GET", f"/v1/workflows/{run}/events", headers=headers) as answer:
        assert answer.status_code == 200
        event: dict[str, Any] = {}
        for text in answer.iter_lines():
            name, _, value = text.partition(": ")
            if text:
                event[name] = value
            elif "data" in event:
                events.append({"id": event["id"], "event": event["event"], "data": json.loads(event["data"])})
                if event["event"] in {"plan_completed", "plan_failed", "plan_cancelled"}:
                    return events
                event = {}
            else:
                event = {}
    raise AssertionError("the stream ended before the run did")


@contextmanager
def socket(server: ServerProcess, **options: Any) -> Iterator[ClientConnection]:
    with connect(f"{server.url.replace('http', 'ws', 1)}/v1/ws", proxy=None, **options) as one:
        yield one


def ask(one: ClientConnection, **frame: Any) -> dict[str, Any]:
    one.send(json.dumps(frame))
    return heard(one)


def heard(one: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(one.recv(SOON_S)))


def until_ended(one: ClientConnection) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    while not events or events[-1]["event"] not in {"plan_completed", "plan_failed", "plan_cancelled"}:
        frame = heard(one)
        assert frame["type"] == "event", frame
        events.append(frame)
    return events


def test_a_run_is_started_watched_and_told_of(client: Client) -> None:
    run = start(client, PLAN, word="hola")
    events = streamed(client, run)
    told = ended(client, run)

    kinds = [event["event"] for event in events]
    assert {"plan_started", "task_created", "task_started", "task_completed", "plan_completed"} <= set(kinds)
    assert (told["status"], told["counts"], told["output"]["second"]["said"]) == ("completed", {"completed": 2}, "hola")
    assert [task["name"] for task in told["tasks"]] == ["first", "second"]
    assert told["metrics"]["progress"] == 1.0
    assert run in {one["workflow_id"] for one in client.http.get("/v1/workflows").json()["workflows"]}
    for picture in ("graph", "gantt"):
        drawn = client.http.get(f"/v1/workflows/{run}/{picture}.svg")
        assert "first" in (ET.fromstring(drawn.text).findtext("{http://www.w3.org/2000/svg}desc") or "")


def test_sse_and_the_websocket_tell_the_same_and_go_on_at_every_place(client: Client, workflows: ServerProcess) -> None:
    run = start(client, PLAN, word="x")
    events = streamed(client, run)

    with socket(workflows) as one:
        for seen in [None, *(event["id"] for event in events[:-1])]:
            place = [event["id"] for event in events].index(seen) + 1 if seen else 0
            ask(one, type="subscribe", workflow=run, **({"after": seen} if seen else {}))
            told = until_ended(one)
            assert [(frame["id"], frame["event"], frame["data"]) for frame in told] == [
                (event["id"], event["event"], event["data"]) for event in events[place:]
            ]
            while heard_frame := ask(one, type="unsubscribe", stream=run, id="u"):
                if heard_frame.get("re") == "u":
                    break
        assert streamed(client, run, events[2]["id"]) == events[3:]


def test_a_run_is_started_and_cancelled_over_the_websocket(workflows: ServerProcess, client: Client) -> None:
    with socket(workflows) as one:
        begun = ask(one, type="workflow.start", plan=LONG, subscribe=True, id="a")
        frames = [heard(one)]
        while frames[-1].get("event") != "task_started":
            frames.append(heard(one))
        one.send(json.dumps({"type": "workflow.cancel", "workflow": begun["workflow_id"], "id": "c"}))
        while frames[-1].get("event") != "plan_cancelled":
            frames.append(heard(one))

    assert (begun["type"], begun["re"]) == ("workflow.started", "a")
    assert {"type": "workflow.cancelling", "re": "c", "workflow_id": begun["workflow_id"]} in frames
    assert ended(client, begun["workflow_id"])["counts"] == {"cancelled": 1}


def test_a_run_that_there_is_not_is_told_as_one_over_the_websocket(workflows: ServerProcess) -> None:
    with socket(workflows) as one:
        refused = ask(one, type="subscribe", workflow="run_nope", id="a")

    assert (refused["type"], refused["code"]) == ("error", "run_not_found")
    assert "/v1/sessions" not in refused["hint"]


def test_a_run_that_waits_for_a_person_fails_at_its_deadline_by_itself(client: Client) -> None:
    run = start(client, {"id": "slow", "deadline": "1s", "steps": [{"id": "ask", "approval": "Go on?"}]})

    failed = reached(client, run, "failed")
    late = client.http.post(f"/v1/workflows/{run}/approve", json={"approved": True})

    assert (failed["error"], late.status_code, late.json()["code"]) == ("deadline", 409, "run_state")


def test_a_run_waits_is_paused_answered_resumed_and_replayed(client: Client) -> None:
    run = start(client, STEERED, fails="no ink")
    waiting = reached(client, run, "waiting")
    steered(client, run, "pause", {}, "paused")
    answered = steered(client, run, "approve", {"step": "ask", "approved": True, "by": "Ana"}, "paused")
    failed = steered(client, run, "resume", {}, "failed")
    again = steered(client, run, "replay", {"input": {"fails": ""}}, "completed")

    assert (waiting["progress"], waiting["waits_for"]) == (0.333, [{"task": "ask", "question": "Go on?"}])
    assert [task["status"] for task in answered["tasks"]][2] == "pending"
    assert failed["counts"] == {"completed": 2, "failed": 1}
    assert (again["parent"], again["replayed_from"], again["status"]) == (run, "after", "completed")
    assert again["tasks"][0] == failed["tasks"][0]
    assert [event["event"] for event in streamed(client, run)].count("plan_started") >= 2


def test_a_cancel_reaches_a_step_at_work(client: Client) -> None:
    run = start(client, LONG)
    reached(client, run, "in_progress")
    told = steered(client, run, "cancel", {"reason": "enough"}, "cancelled")
    refused = client.http.post(f"/v1/workflows/{run}/cancel", json={})

    assert (told["reason"], told["counts"], told["progress"]) == ("enough", {"cancelled": 1}, 1.0)
    assert (refused.status_code, refused.json()["code"]) == (409, "run_state")


def test_a_bad_frame_is_answered_a_huge_one_ends_the_connection_and_strangers_stay_out(
    workflows: ServerProcess,
) -> None:
    with socket(workflows) as one:
        one.send("{")
        assert heard(one)["code"] == "invalid_input"
        one.send(b"\xff\xfe")
        assert heard(one)["code"] == "invalid_input"
        one.send('"' + "x" * 1_200_000 + '"')
        assert heard(one)["code"] == "too_large"
        assert ask(one, type="ping", id="1") == {"type": "pong", "re": "1"}
        one.send("x" * 3_000_000)
        with pytest.raises(ConnectionClosed) as closed:
            one.recv(SOON_S)
    with pytest.raises(InvalidStatus) as refused, socket(workflows, origin="https://evil.example"):
        pass
    with socket(workflows, origin=workflows.url) as own:
        assert ask(own, type="ping")["type"] == "pong"

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1009
    assert refused.value.response.status_code == 403


def test_what_agents_said_and_what_became_of_runs_is_kept(client: Client) -> None:
    good, bad = start(client, PLAN, word="x"), start(client, BROKEN)
    failed = ended(client, bad)
    ended(client, good)

    told = client.http.get(f"/v1/workflows/{good}/logs").json()["logs"]
    page = client.http.get(f"/v1/workflows/{good}/logs", params={"limit": 1}).json()
    rest = client.http.get(f"/v1/workflows/{good}/logs", params={"after": page["after"]}).json()["logs"]
    none = client.http.get(f"/v1/workflows/{good}/logs", params={"level": "error"}).json()["logs"]
    kept = eventually(
        lambda: [
            line
            for line in client.http.get("/v1/workflows/logs", params={"agent": "worker"}).json()["logs"]
            if line["workflow_id"] == good
        ]
    )
    trends = eventually(
        lambda: (
            (found := client.http.get("/v1/workflows/trends").json())
            and found["runs"]
            and found["runs"][-1]["failed"]
            and found
        )
    )
    wrong = client.http.get(f"/v1/workflows/{good}/logs", params={"level": "loud"})

    assert failed["status"] == "failed"
    assert [(line["task"], line["text"], line["agent"]) for line in told] == [
        ("first", "done", "worker"),
        ("second", "done", "worker"),
    ]
    assert told == kept == page["logs"] + rest
    assert none == []
    assert {one["agent"] for one in trends["agents"]} == {"worker"}
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")


def test_agents_begin_in_the_order_of_their_dependencies(client: Client) -> None:
    worker = {"agent": "worker", "action": "do"}
    wanted = [
        {"name": "tutor", **worker, "input": {"say": "${steps.profile.said}"}},
        {"name": "profile", **worker, "input": {"say": "${input.learner}"}},
        {"name": "late", **worker, "input": {"fails": "gone"}, "dependencies": ["tutor"]},
    ]
    body = {"agents": wanted, "input": {"learner": "ana"}, "wait_s": SOON_S}
    begun = client.http.post("/v1/agents/sessions", json=body).json()
    agents = client.http.get("/v1/agents").json()["agents"]

    steps = {step["step"]: step for step in begun["steps"]}
    assert steps["tutor"]["result"]["said"] == "ana"
    assert (steps["late"]["status"], begun["status"]) == ("failed", "failed")
    assert begun["errors"][0].startswith("late:")
    assert all(step["ms"] is not None for step in begun["steps"])
    assert "worker" in {agent["agent"] for agent in agents}
