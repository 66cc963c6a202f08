import json
import re
import threading
from typing import Any

import pytest

from tests.client import Client, answer, lane
from tests.processes import ServerProcess
from tests.waiting import SOON_S

SPANISH = "Hola, ¿a qué hora abren?"
ENGLISH = "I want to return the kettle, it arrived broken"


def test_two_messages_get_answers_from_two_lanes_in_their_languages(client: Client) -> None:
    session = client.start()

    hours = client.ask(session, SPANISH)
    broken = client.ask(session, ENGLISH)

    assert (lane(hours), lane(broken)) == ("info", "support")
    assert re.search(r"\d{1,2}:\d{2}", answer(hours))
    assert "lunes" in answer(hours)
    assert "order number" in answer(broken)


def test_every_node_of_the_path_starts_and_ends_in_order(client: Client) -> None:
    events = client.ask(client.start(), SPANISH)

    steps = [
        (event["event"], event["data"]["node"]) for event in events if event["event"] in {"node.start", "node.end"}
    ]
    path = ["build_turn", "route_intent", "info", "compose", "send_response"]
    assert steps == [(kind, node) for node in path for kind in ("node.start", "node.end")]
    assert [event["data"]["target"] for event in events if event["event"] == "edge"] == path[1:]


def test_events_carry_the_whole_envelope(client: Client) -> None:
    session = client.start()

    events = client.ask(session, SPANISH)

    for event in events:
        assert event["data"].items() >= {"v": 1, "session": session, "type": event["event"]}.items()
        assert {"seq", "turn", "at"} <= event["data"].keys()
        assert event["id"].startswith(f"{event['data']['seq']}-")
    seqs = [event["data"]["seq"] for event in events]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


def test_the_decision_explains_itself(client: Client) -> None:
    events = client.ask(client.start(), ENGLISH)

    decision = next(event["data"] for event in events if event["event"] == "route.decision")
    assert decision["lane"] == "support"
    assert set(decision["probabilities"]) == {"info", "commerce", "support", "handoff"}
    assert sum(decision["probabilities"].values()) + decision["out_of_scope"] == pytest.approx(1)
    assert decision["chain"]
    assert decision["nearest"]
    assert decision["reason"]


def test_a_stream_goes_on_after_any_event_without_loss_or_repeat(client: Client) -> None:
    session = client.start()
    everything = client.ask(session, SPANISH)
    turn = everything[0]["data"]["turn"]

    for cut in range(len(everything) - 1):
        rest = client.turn(session, turn, everything[cut]["id"])
        assert [event["id"] for event in rest] == [event["id"] for event in everything[cut + 1 :]]


def test_a_watcher_sees_the_turn_live(client: Client) -> None:
    session = client.start()
    seen: list[dict[str, Any]] = []
    watching = threading.Event()

    def watch() -> None:
        for event in client.stream(session):
            seen.append(event)
            watching.set()
            if event["event"] == "turn.end" and len([one for one in seen if one["event"] == "turn.end"]) == 2:
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    client.send(session, SPANISH)
    assert watching.wait(SOON_S)
    client.send(session, ENGLISH)
    watcher.join(SOON_S)

    assert [event["data"]["seq"] for event in seen] == list(range(1, len(seen) + 1))


def test_events_as_json_are_the_streamed_rows(client: Client) -> None:
    session = client.start()
    streamed = client.ask(session, SPANISH)
    turn = streamed[0]["data"]["turn"]

    rows = client.http.get(f"/v1/sessions/{session}/events.json", params={"turn": turn}).json()
    rest = client.http.get(f"/v1/sessions/{session}/events.json", params={"after": streamed[2]["id"]}).json()

    assert rows == [event["data"] for event in streamed]
    assert rest == rows[3:]


def test_a_repeated_message_is_accepted_once(client: Client) -> None:
    session = client.start()

    turns = {client.send(session, SPANISH, **{"Idempotency-Key": "k1"}) for _ in range(5)}
    client.ask(session, "gracias")

    assert len(turns) == 1
    assert client.http.get(f"/v1/sessions/{session}/state").json()["turns"][0]["id"] in turns
    assert len(client.http.get(f"/v1/sessions/{session}/state").json()["turns"]) == 2


def test_a_key_used_for_another_message_is_a_conflict(client: Client) -> None:
    session = client.start()
    client.send(session, SPANISH, **{"Idempotency-Key": "k1"})

    answer = client.http.post(
        f"/v1/sessions/{session}/messages", json={"text": "otra cosa"}, headers={"Idempotency-Key": "k1"}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")


def test_messages_sent_at_once_are_answered_in_order(client: Client) -> None:
    session = client.start()

    turns = [client.send(session, f"¿tienen tetera número {number}?") for number in range(5)]
    client.turn(session, turns[-1])

    state = client.http.get(f"/v1/sessions/{session}/state").json()
    assert [turn["id"] for turn in state["turns"]] == turns


def test_state_shows_the_conversation_and_no_inbound_message(client: Client) -> None:
    session = client.start()
    client.ask(session, ENGLISH)

    state = client.http.get(f"/v1/sessions/{session}/state").json()

    assert state.items() >= {"session_id": session, "current_lane": "support", "locale": "en", "version": 1}.items()
    assert state["turns"][0]["text"] == ENGLISH
    assert "inbound" not in state


def test_state_of_a_session_in_which_nothing_was_said_is_its_facts(client: Client) -> None:
    session = client.start()

    assert client.http.get(f"/v1/sessions/{session}/state").json()["session_id"] == session


def test_a_button_of_ours_decides_by_itself(client: Client) -> None:
    session = client.start(locale="es")
    part = {"kind": "button_reply", "id": "intent:talk_to_person", "title": "Hablar con una persona"}

    turn = client.http.post(f"/v1/sessions/{session}/messages", json={"parts": [part]}).json()["turn_id"]

    assert lane(client.turn(session, turn)) == "handoff"
    assert client.http.get(f"/v1/sessions/{session}/state").json()["handoff"]


def test_logs_hold_one_line_a_turn_and_no_customer_text(client: Client, server: ServerProcess) -> None:
    secret = "mi clave es zanahoria-77"
    turn = client.ask(client.start(), secret)[0]["data"]["turn"]
    last = client.ask(client.start(), "hola")[0]["data"]["turn"]

    lines = [json.loads(line) for line in server.logged(turn, last)]

    assert [line.get("turn") for line in lines].count(turn) == 1
    assert "zanahoria" not in "".join(server.lines)


def test_the_server_says_whether_it_lives_and_is_ready(client: Client) -> None:
    assert client.http.get("/livez").json() == {"status": "alive"}
    assert client.http.get("/readyz").json() == {"status": "ready"}


def test_the_api_describes_itself_without_dangling_references(client: Client) -> None:
    document = client.http.get("/openapi.json").json()

    named = set(re.findall(r"#/components/schemas/([A-Za-z_]+)", json.dumps(document)))
    assert named <= document["components"]["schemas"].keys()
    assert {"NewMessage", "NewSession", "TextPart"} <= named
    assert document["paths"]["/v1/sessions/{session_id}/messages"]["post"]["requestBody"]


def test_the_graphs_shape_can_be_asked_for(client: Client) -> None:
    shape = client.http.get("/v1/graph").json()

    assert {"source": "route_intent", "target": "support", "conditional": True, "label": None} in shape["edges"]
    assert [node["name"] for node in shape["nodes"] if node["kind"] == "router"] == ["route_intent"]


def test_finished_turns_are_read_page_by_page(client: Client) -> None:
    session = client.start()
    for text in (SPANISH, ENGLISH, SPANISH):
        client.ask(session, text)

    last = client.http.get(f"/v1/sessions/{session}/turns", params={"limit": 2}).json()
    first = client.http.get(f"/v1/sessions/{session}/turns", params={"limit": 2, "before": last["before"]}).json()

    assert [(one["number"], one["turn"]["text"], one["status"]) for one in last["turns"]] == [
        (2, ENGLISH, "completed"),
        (3, SPANISH, "completed"),
    ]
    assert [one["number"] for one in first["turns"]] == [1]
    assert last["turns"][0]["turn"]["lane"] == "support"
    assert "order number" in last["turns"][0]["turn"]["reply"]
    assert first["before"] is None


def test_turns_of_no_session_are_not_found(client: Client) -> None:
    assert client.http.get("/v1/sessions/ses_nobody/turns").status_code == 404
    assert client.http.get(f"/v1/sessions/{client.start()}/turns").json() == {"turns": [], "before": None}
    assert client.http.get("/v1/sessions/ses_nobody/turns", params={"before": 0}).status_code == 422
