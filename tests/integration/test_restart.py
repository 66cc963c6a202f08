from pathlib import Path

import redis

from state.ids import SessionId
from state.stores.keys import of_session
from tests import processes
from tests.client import Client, answer, lane
from tests.forked import serving
from tests.processes import until_gone

FOR_EVER = -1


def test_after_kill_9_the_conversation_goes_on_and_no_process_is_left(folder: Path) -> None:
    with processes.serving(folder) as server:
        client = Client(server.url)
        session = client.start()
        client.ask(session, "I want to return the kettle, it arrived broken")
        children = server.children()
        client.close()
        server.kill()
    assert children
    until_gone(children)

    with serving(folder) as server:
        client = Client(server.url)
        events = client.ask(session, "A-5512")
        state = client.http.get(f"/v1/sessions/{session}/state").json()
        client.close()
        children = server.children()

    assert lane(events) == "support"
    assert "A-5512" in answer(events)
    assert len(state["turns"]) == 2
    until_gone(children)


def test_a_message_accepted_right_before_kill_9_is_answered_by_the_next_process(folder: Path) -> None:
    with serving(folder) as server:
        client = Client(server.url)
        session = client.start()
        client.ask(session, "hola")
        turns = [client.send(session, f"¿a qué hora abren? {number}") for number in range(10)]
        client.close()
        server.kill()

    with serving(folder) as server:
        client = Client(server.url)
        client.turn(session, turns[-1])
        rows = client.http.get(f"/v1/sessions/{session}/events.json").json()
        client.close()

    ended = [row["turn"] for row in rows if row["type"] == "turn.end"]
    assert ended[1:] == turns
    finals = [(row["turn"], row["ordinal"]) for row in rows if row["type"] == "message.final"]
    assert len(finals) == len(set(finals)) == 11


def test_turns_answered_right_before_kill_9_are_in_the_archive_and_outlive_the_session(folder: Path) -> None:
    said = [f"¿a qué hora abren? {number}" for number in range(5)]
    with serving(folder, LANEWAY_TURN_WINDOW="2") as server:
        client = Client(server.url)
        session = client.start()
        for text in said:
            client.ask(session, text)
        client.close()
        server.kill()

    with serving(folder, LANEWAY_TURN_WINDOW="2") as server:
        client = Client(server.url)
        expire(folder, session)
        expired = client.http.get(f"/v1/sessions/{session}/state").status_code
        last = client.http.get(f"/v1/sessions/{session}/turns", params={"limit": 2}).json()
        first = client.http.get(f"/v1/sessions/{session}/turns", params={"before": last["before"]}).json()
        client.close()

    assert expired == 404
    assert [one["turn"]["text"] for one in (*first["turns"], *last["turns"])] == said
    assert [one["number"] for one in last["turns"]] == [4, 5]
    assert first["before"] is None


def expire(folder: Path, session: str) -> None:
    """Let the time be over that a session lives."""
    with redis.Redis(unix_socket_path=str(folder / "valkey.sock")) as store:
        lives = [of_session(SessionId(session), name) for name in ("meta", "inbox", "events")]
        assert all(store.ttl(key) != FOR_EVER for key in lives)
        store.delete(*lives)


def test_a_clean_stop_says_goodbye_and_leaves_nothing(folder: Path) -> None:
    with serving(folder) as server:
        client = Client(server.url)
        session = client.start()
        client.ask(session, "hola")
        stream = client.stream(session)
        next(stream)
        children = server.children()
        code = server.stop()
        rest = [event["event"] for event in stream]
        client.close()

    assert rest[-1] == "bye"
    assert code == 0
    until_gone(children)


def test_two_servers_on_one_folder_share_every_conversation(folder: Path) -> None:
    with serving(folder) as first, serving(folder) as second:
        here, there = Client(first.url), Client(second.url)
        session = here.start()

        events = here.turn(session, there.send(session, "¿a qué hora abren?"))
        state = there.http.get(f"/v1/sessions/{session}/state").json()
        here.close()
        there.close()

    assert lane(events) == "info"
    assert len(state["turns"]) == 1
    assert len([event for event in events if event["event"] == "turn.start"]) == 1
