"""A person takes a conversation on and gives it back: on a running server, in the chat and on WhatsApp."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import forked
from tests.client import Client, answer, lane
from tests.forked import serving
from tests.integration.test_whatsapp import Town, town, words
from tests.processes import ServerProcess
from tests.waiting import eventually

Place = tuple[Town, ServerProcess]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        one = stack.enter_context(town())
        server = stack.enter_context(serving(tmp_path_factory.mktemp("data"), port=0, **one.settings()))
        one.world.courier.url = f"{server.url}/webhooks/whatsapp"
        yield one, server


def laneway(server: ServerProcess, *command: str) -> str:
    done = forked.laneway(Path(server.folder), "handoffs", *command)
    assert done.returncode == 0, done.stderr
    return done.stdout


def number_of(client: Client, session: str) -> str:
    listed = client.http.get("/v1/handoffs").json()["handoffs"]
    return str(next(one["number"] for one in listed if one["session_id"] == session))


def test_a_chat_is_answered_from_the_terminal_and_given_back(place: Place) -> None:
    _, server = place
    client = Client(server.url)
    session = client.start()
    opened = client.ask(session, "quiero hablar con una persona, la tetera gotea")
    number = number_of(client, session)
    client.ask(session, "es urgente")
    silent = client.ask(session, "¿hay alguien?")
    listed, shown = laneway(server, "ls"), laneway(server, "show", number)
    turn = laneway(server, "reply", number, "Hola, soy Eva.", "--as", "Eva").split("(")[1].split(")")[0]
    replied = client.turn(session, turn)
    laneway(server, "note", number, "ya llamó ayer", "--as", "Eva")
    laneway(server, "return", number, "--as", "Eva")
    eventually(lambda: number not in laneway(server, "ls"))
    back = client.ask(session, "¿a qué hora abrís los lunes?")
    refused = forked.laneway(Path(server.folder), "handoffs", "claim", number, "--as", "Eva")
    client.close()

    assert (lane(opened), answer(silent)) == ("handoff", "")
    assert number in listed
    assert all(said in shown for said in ("la tetera gotea", "es urgente", "¿hay alguien?"))
    assert answer(replied) == "Hola, soy Eva."
    assert "10:00" in answer(back)
    assert (refused.returncode, "case_over" in refused.stderr) == (1, True)


def test_an_operators_reply_reaches_whatsapp_once(place: Place) -> None:
    town, server = place
    ana = "34611222333"
    client = Client(server.url)
    town.world.write(ana, "quiero hablar con una persona")
    [told] = town.answers(1, ana)
    number = number_of(client, str(told.opaque).split("/")[0])
    said = {"operator": "Eva", "text": "Hola, soy Eva. Te cambio la tetera."}
    path, once = f"/v1/handoffs/{number}/reply", {"Idempotency-Key": "1"}
    first, second = (client.http.post(path, json=said, headers=once) for _ in range(2))
    town.answers(2, ana)
    town.world.write(ana, "gracias")
    heard = eventually(lambda: [one for one in story(client, number) if one["text"] == "gracias"])
    client.http.post(f"/v1/handoffs/{number}/return", json={"operator": "Eva"})
    sent = [words(one) for one in town.answers(3, ana)]
    client.close()

    assert (first.status_code, first.json()) == (202, second.json())
    assert sent[1] == "Hola, soy Eva. Te cambio la tetera."
    assert "asistente" in sent[2]
    assert heard[0]["kind"] == "customer"


def test_a_page_hears_of_every_change(place: Place) -> None:
    _, server = place
    client = Client(server.url)
    session = client.start()
    client.ask(session, "I want to talk to a person")
    number = number_of(client, session)
    client.http.post(f"/v1/handoffs/{number}/claim", json={"operator": "Eva"})
    heard: list[dict[str, object]] = []
    with client.http.stream("GET", "/v1/handoffs/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                heard.append(json.loads(line.removeprefix("data: ")))
            if heard and heard[-1]["number"] == number and heard[-1]["status"] == "claimed":
                break
    client.close()

    assert heard[-1]["operator"] == "Eva"


def story(client: Client, number: str) -> list[dict[str, str]]:
    lines: list[dict[str, str]] = client.http.get(f"/v1/handoffs/{number}").json()["story"]
    return lines
