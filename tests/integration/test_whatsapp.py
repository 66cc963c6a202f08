"""A shop on WhatsApp: a real server, and the simulated Cloud API on the other side of real sockets."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import sleep
from zlib import crc32

import httpx2
import pytest

from server.channels.whatsapp.simulator import Account, Mood, Simulator, Step, Taken, open_simulator
from server.channels.whatsapp.simulator.account import phone_of
from tests import forked
from tests.client import Client
from tests.forked import serving
from tests.processes import ServerProcess
from tests.waiting import SOON_S, eventually

ACCOUNT = Account()
RECONCILE_S = 3


class Town:
    """A simulated account in a thread of its own, and the customers of a shop."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator, self.world = simulator, simulator.world

    def settings(self) -> dict[str, str]:
        account = self.world.account
        return {
            "LANEWAY_WHATSAPP_PHONE_NUMBER_ID": next(iter(account.numbers)),
            "LANEWAY_WHATSAPP_ACCESS_TOKEN": account.token,
            "LANEWAY_WHATSAPP_APP_SECRET": account.app_secret,
            "LANEWAY_WHATSAPP_VERIFY_TOKEN": "let-me-in",
            "LANEWAY_WHATSAPP_GRAPH_URL": self.simulator.url,
            "LANEWAY_WHATSAPP_RECONCILE_S": str(RECONCILE_S),
        }

    def sent(self, *people: str) -> list[Taken]:
        """Return what these customers were sent."""
        return [one for one in self.world.accepted() if phone_of(one.recipient) in people]

    def answers(self, count: int, *people: str) -> list[Taken]:
        """Wait until these customers were sent `count` messages."""
        eventually(lambda: len(self.sent(*people)) >= count)
        return self.sent(*people)


@contextmanager
def town(account: Account = ACCOUNT) -> Iterator[Town]:
    """Run a simulated account on an event loop in a thread."""
    ready = threading.Event()
    made: list[tuple[Town, Callable[[], object]]] = []

    async def run() -> None:
        done, loop = asyncio.Event(), asyncio.get_running_loop()
        async with open_simulator(account) as simulator:
            made.append((Town(simulator), lambda: loop.call_soon_threadsafe(done.set)))
            ready.set()
            await done.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(SOON_S)
    one, end = made[0]
    yield one
    end()
    thread.join(SOON_S)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, ServerProcess]]:
    with ExitStack() as stack:
        one = stack.enter_context(town())
        server = stack.enter_context(serving(tmp_path_factory.mktemp("data"), port=0, **one.settings()))
        one.world.courier.url = f"{server.url}/webhooks/whatsapp"
        yield one, server


@pytest.fixture
def place(opened: tuple[Town, ServerProcess]) -> Iterator[tuple[Town, ServerProcess]]:
    yield opened
    opened[0].world.feel(Mood())


@pytest.fixture
def lucia(request: pytest.FixtureRequest) -> str:
    """A customer of this test alone."""
    return f"346{crc32(request.node.name.encode()) % 10**8:08}"


def words(taken: Taken) -> str:
    body = taken.body
    return str(body["text"]["body"] if taken.kind == "text" else body["interactive"]["body"]["text"])


def outcomes(server: ServerProcess, taken: Taken) -> list[str]:
    client = Client(server.url)
    session = str(taken.opaque).split("/")[0]
    rows = client.http.get(f"/v1/sessions/{session}/events.json").json()
    client.close()
    return [row["outcome"] for row in rows if row["type"] == "send.result"]


def session_of(taken: Taken) -> str:
    return str(taken.opaque).split("/")[0]


def laneway(server: ServerProcess, *command: str) -> str:
    done = forked.laneway(Path(server.folder), *command)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_list_of_products_arrives_and_a_row_of_it_can_be_tapped(
    place: tuple[Town, ServerProcess], lucia: str
) -> None:
    town, _ = place
    town.world.write(lucia, "¿qué hervidores tienen?")
    [offered] = town.answers(1, lucia)
    rows = offered.body["interactive"]["action"]["sections"][0]["rows"]
    chosen = rows[0]
    town.world.tap(lucia, chosen["id"])
    told = words(town.answers(2, lucia)[-1])

    whole = chosen["description"].split(" · ")[0] if "…" in chosen["title"] else chosen["title"]
    assert len(rows) > 1
    assert whole in told


def test_who_writes_a_stop_word_hears_it_once_and_nothing_more_until_they_want_to(
    place: tuple[Town, ServerProcess], lucia: str
) -> None:
    town, server = place
    client = Client(server.url)
    town.world.write(lucia, "BAJA")
    [confirmed] = town.answers(1, lucia)
    town.world.write(lucia, "¿a qué hora abren?")
    deliveries = f"/v1/sessions/{session_of(confirmed)}/deliveries"
    kept = eventually(lambda: client.http.get(deliveries).json()["deliveries"][1:])
    eventually(lambda: client.http.get(deliveries).json()["deliveries"][1]["status"] == "parked")
    town.world.write(lucia, "alta")
    back = town.answers(2, lucia)[-1]
    client.close()

    assert "último mensaje" in words(confirmed)
    assert "10" in kept[0]["text"]
    assert "otra vez" in words(back)


def test_a_person_steps_in_and_back(place: tuple[Town, ServerProcess], lucia: str) -> None:
    town, server = place
    client = Client(server.url)
    town.world.write(lucia, "hola")
    [first] = town.answers(1, lucia)
    path = f"/v1/sessions/{session_of(first)}"
    paused = client.http.post(f"{path}/pause", json={"hours": 1}).json()
    town.world.write(lucia, "¿a qué hora abren?")
    parked = eventually(
        lambda: [one for one in client.http.get(f"{path}/deliveries").json()["deliveries"] if one["code"] == "paused"]
    )
    resumed = client.http.post(f"{path}/resume").json()
    town.world.write(lucia, "¿y el domingo?")
    town.answers(2, lucia)
    wrong = [client.http.post(f"{path}/pause", json={"hours": hours}).status_code for hours in (0, -1, 1e9, "x", None)]
    chat = client.http.post("/v1/sessions").json()["session_id"]
    unknown = client.http.post(f"/v1/sessions/{chat}/pause")
    client.close()

    assert paused["paused_until"] > 0
    assert len(parked) == 1
    assert resumed == {"paused_until": 0, "stopped": False, "no_marketing": False}
    assert wrong == [422] * 5
    assert (unknown.status_code, unknown.json()["code"]) == (409, "not_delivered")


def test_the_command_line_shows_what_arrived_and_steps_in(place: tuple[Town, ServerProcess], lucia: str) -> None:
    town, server = place
    town.world.write(lucia, "¿a qué hora abren?")
    [answer] = town.answers(1, lucia)
    eventually(lambda: outcomes(server, answer)[-1:] == ["delivered"])

    shown = laneway(server, "sessions", "show", session_of(answer))
    paused = laneway(server, "sessions", "pause", session_of(answer), "--hours", "2")
    resumed = laneway(server, "sessions", "resume", session_of(answer))

    assert "✓✓ delivered" in shown
    assert "paused until" in paused
    assert "the assistant answers" in resumed


def test_a_customer_is_answered_and_taps_a_button(place: tuple[Town, ServerProcess], lucia: str) -> None:
    town, server = place
    town.world.write(lucia, "Hola, ¿a qué hora abren?")
    [first] = town.answers(1, lucia)
    eventually(lambda: "delivered" in outcomes(server, first))
    town.world.write(lucia, "quiero hablar con una persona")
    offered = town.answers(2, lucia)[-1]

    assert first.recipient == lucia
    assert "10" in words(first)
    assert offered.kind == "interactive"
    *_, back = offered.body["interactive"]["action"][
        "buttons"
    ]  # while the shop is closed a ticket is offered before it
    town.world.tap(lucia, back["reply"]["id"])
    assert words(town.answers(3, lucia)[-1])
    eventually(lambda: outcomes(server, first).count("delivered") == 3)
    assert outcomes(server, first)[:3] == ["queued", "sent", "delivered"]


def test_several_messages_at_once_are_one_turn_with_one_answer(place: tuple[Town, ServerProcess], lucia: str) -> None:
    town, server = place
    town.world.feel(Mood(held=True, batch=3))
    for text in ("hola", "¿tienen hervidores?", "es para un regalo"):
        town.world.write(lucia, text)
    town.world.feel(Mood(batch=3))
    [answer] = town.answers(1, lucia)
    sleep(1)
    client = Client(server.url)
    session = str(answer.opaque).split("/")[0]
    turns = client.http.get(f"/v1/sessions/{session}/turns").json()["turns"]
    client.close()

    assert len(town.sent(lucia)) == 1
    assert [one["turn"]["text"] for one in turns] == ["hola ¿tienen hervidores? es para un regalo"]


def test_a_send_without_an_answer_is_settled_by_its_status_and_not_repeated(
    place: tuple[Town, ServerProcess], lucia: str
) -> None:
    town, server = place
    town.world.plan(Step(what="cut"))
    town.world.write(lucia, "¿a qué hora abren?")
    eventually(lambda: town.world.courier.idle)
    town.world.feel(Mood(held=True))
    [answer] = town.answers(1, lucia)
    eventually(lambda: outcomes(server, answer)[-1:] == ["ambiguous"])
    town.world.feel(Mood())
    eventually(lambda: outcomes(server, answer)[-1:] == ["delivered"])
    sleep(RECONCILE_S + 1)

    assert len(town.sent(lucia)) == 1
    assert outcomes(server, answer)[:2] == ["queued", "ambiguous"]
    assert "laneway_outbound_ambiguous_total 1.0" in httpx2.get(f"{server.url}/metrics", timeout=SOON_S).text


def test_what_was_certainly_not_sent_is_sent_again(place: tuple[Town, ServerProcess], lucia: str) -> None:
    town, server = place
    town.world.plan(Step(what="refuse", code=131016, times=2))
    town.world.write(lucia, "¿a qué hora abren?")
    [answer] = town.answers(1, lucia)

    eventually(lambda: outcomes(server, answer)[-1:] == ["delivered"])
    assert "ambiguous" not in outcomes(server, answer)


def test_who_has_only_a_user_id_is_answered(place: tuple[Town, ServerProcess], lucia: str) -> None:
    town, _ = place
    town.world.feel(Mood(only_user_ids=True))
    town.world.write(lucia, "¿a qué hora abren?")
    [answer] = town.answers(1, lucia)

    assert "to" not in answer.body
    assert answer.recipient == answer.body["recipient"]


def test_webhooks_that_come_often_and_in_any_order_are_answered_once(place: tuple[Town, ServerProcess]) -> None:
    town, _ = place
    town.world.feel(Mood(copies=4, shuffle=True, batch=50))
    people = [f"34700{number:06}" for number in range(10)]
    for person in people:
        town.world.write(person, "¿a qué hora abren?")
    town.answers(10, *people)
    eventually(lambda: town.world.courier.idle)
    sleep(2)

    assert sorted(one.recipient for one in town.sent(*people)) == people
