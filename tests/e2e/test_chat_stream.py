"""What the chat page makes of a bad stream, and of a log, whole and in pieces."""

import json
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.client import Client
from tests.e2e.conftest import Open
from tests.processes import ServerProcess

pytestmark = pytest.mark.browser

QUESTIONS = ["hello", "I want to return the kettle, it arrived broken"]


@pytest.fixture(scope="module")
def spoken(server: ServerProcess) -> tuple[str, list[dict[str, Any]]]:
    """A session and its events."""
    client = Client(server.url)
    session = client.start()
    for question in QUESTIONS:
        client.ask(session, question)
    rows = client.http.get(f"/v1/sessions/{session}/events.json").json()
    client.close()
    return session, rows


def frame(row: dict[str, Any]) -> str:
    return f"id: {row['seq']}\nevent: {row['type']}\ndata: {json.dumps(row)}\n\n"


def broken_stream(rows: list[dict[str, Any]], how: str) -> str:
    match how:
        case "gaps":
            return "".join(frame(row) for row in rows[::3])
        case "repeats":
            return "".join(frame(row) * 2 for row in rows) + frame(rows[0])
        case "reordered":
            return "".join(frame(row) for row in reversed(rows))
        case "reset":
            return "".join(frame(row) for row in rows[:30]) + 'event: reset\ndata: {"first":1,"last":9}\n\n'
        case "unknown":
            stranger = {**rows[0], "seq": len(rows) + 1, "type": "node.dreamt", "turn": "trn_other"}
            return frame(stranger) + "".join(frame(row) for row in rows)
        case _:
            return "event: bye\ndata: {}\n\n"


@pytest.mark.parametrize("how", ["gaps", "repeats", "reordered", "reset", "unknown", "bye"])
def test_a_bad_stream_ends_in_the_right_conversation(
    how: str, spoken: tuple[str, list[dict[str, Any]]], server: ServerProcess, open_tab: Open
) -> None:
    session, rows = spoken
    tab = open_tab(server.url, reduced_motion="reduce")
    stored: list[int] = []

    def first_empty(route: Route) -> None:
        stored.append(1)
        if len(stored) == 1:
            route.fulfill(json=[])
        else:
            route.continue_()

    body = "retry: 1000\n\n" + broken_stream(rows, how)
    tab.page.route("**/events.json*", first_empty)
    tab.page.route(
        lambda url: url.split("?")[0].endswith("/events"),
        lambda route: route.fulfill(content_type="text/event-stream", body=body),
        times=1,
    )
    tab.go(f"/chat?session={session}").answered(2)

    expect(tab.page.locator(".turn")).to_have_count(2)
    assert [one.split(": ", 1)[1] for one in tab.page.locator(".mine").all_text_contents()] == QUESTIONS
    expect(tab.page.locator(".theirs")).to_have_count(2)
    expect(tab.page.locator(".node")).to_have_count(10)
    tab.live().clean()


def test_folding_piece_by_piece_is_folding_the_whole(
    spoken: tuple[str, list[dict[str, Any]]], server: ServerProcess, open_tab: Open
) -> None:
    _, rows = spoken
    tab = open_tab(server.url).go().live()
    whole, pieces, untouched = tab.page.evaluate(
        """async (rows) => {
            const { fold, foldAll, nothing } = await import("/static/fold.js");
            const before = JSON.stringify(rows);
            const strange = { ...rows[0], type: "node.dreamt", seq: rows.length + 1 };
            const pieces = rows.reduce((view, row) => foldAll(view, [row]), nothing);
            const whole = foldAll(nothing, [...rows, strange]);
            return [whole.turns, fold(pieces, strange).turns, before === JSON.stringify(rows)];
        }""",
        rows,
    )
    assert whole == pieces
    assert untouched
    assert [turn["status"] for turn in whole] == ["completed", "completed"]
    assert [turn["lane"] for turn in whole] == ["info", "support"]


def test_a_failed_attempt_starts_the_path_anew_and_an_error_is_kept(server: ServerProcess, open_tab: Open) -> None:
    def row(seq: int, kind: str, **rest: Any) -> dict[str, Any]:
        return {"v": 1, "seq": seq, "turn": "t", "at": 1, "type": kind, **rest}

    rows = [
        row(1, "turn.start", text="hi", attempt=1),
        row(2, "node.start", node="build_turn", attempt=1),
        row(3, "turn.start", text="hi", attempt=2),
        row(4, "node.start", node="build_turn", attempt=1),
        row(5, "node.error", node="build_turn", attempt=1, code="internal", ms=3.0),
        row(6, "node.retry", node="build_turn", attempt=2),
        row(7, "node.error", node="build_turn", attempt=2, code="internal", ms=4.0),
        row(8, "turn.end", status="failed", ms=9.0, error="internal"),
    ]
    tab = open_tab(server.url).go().live()
    turns = tab.page.evaluate(
        'async (rows) => { const { foldAll, nothing } = await import("/static/fold.js"); '
        "return foldAll(nothing, rows).turns; }",
        rows,
    )
    (turn,) = turns
    assert turn["attempt"] == 2
    assert turn["status"] == "failed"
    assert [(node["name"], node["state"], node["attempt"]) for node in turn["nodes"]] == [("build_turn", "error", 2)]
