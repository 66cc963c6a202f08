"""Messages that arrive during a turn, on a real store: whatever moment they hit, the dialogue is as documented."""

from typing import Any

import pytest

from tests.client import Client

SAID = ["¿Tienen hervidores?", "quiero devolver el hervidor", "¿a qué hora abren?"]


def burst(client: Client, strategy: str) -> tuple[dict[str, str], list[tuple[str, str]], list[dict[str, Any]]]:
    """Send all at once; return the turns' statuses by text, the dialogue, and every event."""
    session = client.start()
    turns: dict[str, str] = {}
    for text in SAID:
        body = {"text": text, "strategy": strategy if turns else "enqueue"}
        turns[client.http.post(f"/v1/sessions/{session}/messages", json=body).json()["turn_id"]] = text
    client.turn(session, list(turns)[-1])
    rows = client.http.get(f"/v1/sessions/{session}/events.json").json()
    state = client.http.get(f"/v1/sessions/{session}/state").json()
    statuses = {turns[row["turn"]]: row["status"] for row in rows if row["type"] == "turn.end"}
    return statuses, [(turn["text"], turn["reply"]) for turn in state["turns"]], rows


@pytest.mark.parametrize("strategy", ["interrupt", "rollback"])
def test_what_a_later_message_stops_is_in_the_dialogue_as_documented(client: Client, strategy: str) -> None:
    for _ in range(20):
        statuses, dialogue, rows = burst(client, strategy)
        answered = [text for text in SAID if statuses[text] == "completed"]

        assert {row["attempt"] for row in rows if row["type"] == "turn.start"} == {1}
        assert [text for text, reply in dialogue if reply] == answered
        assert [text for text, _ in dialogue] == (SAID if strategy == "interrupt" else answered)
        assert answered[-1] == SAID[-1]


def test_a_queue_of_messages_is_answered_one_by_one(client: Client) -> None:
    statuses, dialogue, _ = burst(client, "enqueue")

    assert set(statuses.values()) == {"completed"}
    assert [text for text, _ in dialogue] == SAID
