"""A small client of our HTTP API for tests: what a front end does, without a browser."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2

from tests.waiting import SOON_S


class Client:
    """Talks to one server; sessions by id."""

    def __init__(self, url: str) -> None:
        self.http = httpx2.Client(base_url=url, timeout=SOON_S, verify=False)  # plain http: no certificates to load

    def start(self, **body: Any) -> str:
        answer = self.http.post("/v1/sessions", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["session_id"])

    def send(self, session: str, text: str, **headers: str) -> str:
        answer = self.http.post(f"/v1/sessions/{session}/messages", json={"text": text}, headers=headers)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["turn_id"])

    def stream(self, session: str, last_event_id: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield events as `{id, event, data}` until the caller stops; `retry` and comments left out."""
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        with self.http.stream("GET", f"/v1/sessions/{session}/events", headers=headers) as answer:
            assert answer.status_code == 200, answer.read()
            event: dict[str, Any] = {}
            for line in answer.iter_lines():
                if not line:
                    if "data" in event:
                        yield event
                    event = {}
                elif not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    event[name] = json.loads(value) if name == "data" else value

    def turn(self, session: str, turn: str, last_event_id: str | None = None) -> list[dict[str, Any]]:
        """Return the events of one turn, waiting for its end."""
        events = []
        for event in self.stream(session, last_event_id):
            if event["data"].get("turn") == turn:
                events.append(event)
                if event["event"] == "turn.end":
                    return events
        raise AssertionError("the stream ended before the turn did")

    def ask(self, session: str, text: str) -> list[dict[str, Any]]:
        """Send a message and return the events of its turn."""
        return self.turn(session, self.send(session, text))

    def close(self) -> None:
        self.http.close()


def answer(events: list[dict[str, Any]]) -> str:
    """Return what the customer was told in a turn."""
    return "\n".join(event["data"]["text"] for event in events if event["event"] == "message.final")


def lane(events: list[dict[str, Any]]) -> str:
    """Return the lane a turn went to."""
    return next(str(event["data"]["lane"]) for event in events if event["event"] == "route.decision")
