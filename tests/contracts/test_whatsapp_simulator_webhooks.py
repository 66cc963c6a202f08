"""What the simulated Cloud API tells by webhook, and how badly it can behave."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from server.channels.whatsapp import outbound
from server.channels.whatsapp.outbound import Address, Body
from server.channels.whatsapp.simulator import Mood, Simulator, Step, World, open_simulator
from state.conversation import Choice
from tests.waiting import SOON_S, until

PHONE, USER = "34600111222", "US.34600111222"
TO = Address(PHONE, opaque="out_1")


class Receiver:
    """Keeps what it is sent; answers with `statuses` one after the other, then 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.raw: list[bytes] = []
        self.signatures: list[str] = []
        self.came: list[float] = []
        self.answering = asyncio.Event()
        self.answering.set()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode().lower():
                headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
                self.raw.append(await reader.readexactly(int(headers["content-length"])))
                self.signatures.append(headers["x-hub-signature-256"])
                self.came.append(time.monotonic())
                await self.answering.wait()
                status = self.statuses.pop(0) if self.statuses else 200
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def items(self, kind: str) -> list[dict[str, Any]]:
        return [item for value in self.values() for item in value.get(kind, [])]

    def values(self) -> list[dict[str, Any]]:
        documents = [json.loads(raw) for raw in self.raw]
        return [change["value"] for one in documents for entry in one["entry"] for change in entry["changes"]]

    def told(self) -> list[str]:
        return [status["status"] for status in self.items("statuses")]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhook"
    yield made
    server.close()


@pytest.fixture
async def simulator(receiver: Receiver) -> AsyncIterator[Simulator]:
    async with open_simulator(webhook=receiver.url) as made:
        yield made


@pytest.fixture
def world(simulator: Simulator) -> World:
    return simulator.world


async def settled(world: World) -> None:
    assert await world.courier.settled(SOON_S)


async def post(simulator: Simulator, body: Body) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {simulator.world.account.token}"}
    async with httpx2.AsyncClient(verify=False, headers=headers, timeout=SOON_S) as http:
        return await http.post(f"{simulator.url}/v26.0/106/messages", json=body)


async def test_a_webhook_is_signed_over_bytes_whose_non_ascii_is_escaped(world: World, receiver: Receiver) -> None:
    world.write(PHONE, "¿Tenéis ñoquis 😀 a/b?")
    await settled(world)

    expected = hmac.new(b"simulated-secret", receiver.raw[0], hashlib.sha256).hexdigest()
    assert receiver.signatures == [f"sha256={expected}"]
    assert receiver.raw[0].isascii()
    assert rb"\u00bfTen\u00e9is \u00f1oquis \ud83d\ude00 a\/b?" in receiver.raw[0]
    assert receiver.items("messages")[0]["text"]["body"] == "¿Tenéis ñoquis 😀 a/b?"


async def test_a_message_has_its_sender_number_and_profile(world: World, receiver: Receiver) -> None:
    wamid = world.write(PHONE, "Hola")
    await settled(world)

    [value] = receiver.values()
    [message] = value["messages"]
    assert value["metadata"] == {"display_phone_number": "15550001111", "phone_number_id": "106"}
    assert value["contacts"] == [{"wa_id": PHONE, "user_id": USER, "profile": {"name": "Customer 1222"}}]
    assert (message["id"], message["from"], message["from_user_id"]) == (wamid, PHONE, USER)
    assert message["timestamp"].isdigit()


async def test_statuses_carry_our_id(simulator: Simulator, world: World, receiver: Receiver) -> None:
    world.write(PHONE, "Hola")
    await post(simulator, outbound.text(TO, "Buenas"))
    await settled(world)

    wamid = world.accepted()[0].wamid
    assert receiver.told() == ["sent", "delivered"]
    assert {(one["id"], one["biz_opaque_callback_data"]) for one in receiver.items("statuses")} == {(wamid, "out_1")}
    assert {one["recipient_id"] for one in receiver.items("statuses")} == {PHONE}


async def test_what_is_not_answered_with_200_comes_again_until_it_is(world: World, receiver: Receiver) -> None:
    receiver.statuses = [500, 404, 204, 302]
    wamid = world.write(PHONE, "Hola")
    await settled(world)

    assert [message["id"] for message in receiver.items("messages")] == [wamid] * 5


async def test_copies_have_the_same_id_and_other_bytes(world: World, receiver: Receiver) -> None:
    world.feel(Mood(copies=3))
    wamid = world.write(PHONE, "Hola")
    await settled(world)

    assert [message["id"] for message in receiver.items("messages")] == [wamid] * 3
    assert len(set(receiver.raw)) == 3


async def test_a_batch_holds_up_to_a_thousand_updates_in_every_nesting(world: World, receiver: Receiver) -> None:
    world.feel(Mood(held=True, batch=1000))
    sent = [world.write(f"3460011{number:04}", "Hola") for number in range(1001)]
    await asyncio.sleep(0.05)
    held = len(receiver.raw)
    world.feel(Mood(batch=1000))
    await settled(world)

    first = json.loads(receiver.raw[0])
    changes = [change for entry in first["entry"] for change in entry["changes"]]
    assert held == 0
    assert len(receiver.raw) == 2
    assert [message["id"] for message in receiver.items("messages")] == sent
    assert len(first["entry"]) > 1
    assert len(changes) > len(first["entry"])
    assert any(len(change["value"]["messages"]) > 1 for change in changes)
    assert len(receiver.raw[0]) < 3_000_000


async def test_webhooks_come_in_any_order_but_all_of_them(world: World, receiver: Receiver) -> None:
    world.feel(Mood(held=True, shuffle=True))
    sent = [world.write(PHONE, f"{number}") for number in range(20)]
    world.feel(Mood(shuffle=True))
    await settled(world)

    came = [message["id"] for message in receiver.items("messages")]
    assert came != sent
    assert sorted(came) == sorted(sent)


async def test_webhooks_can_be_late(world: World, receiver: Receiver) -> None:
    world.feel(Mood(delay_s=0.2))
    written = time.monotonic()
    world.write(PHONE, "Hola")
    await settled(world)

    [came] = receiver.came
    assert came - written >= 0.2


async def test_a_customer_can_have_no_phone_number(simulator: Simulator, world: World, receiver: Receiver) -> None:
    world.feel(Mood(only_user_ids=True))
    world.write(PHONE, "Hola")
    answer = await post(simulator, outbound.text(Address(USER, opaque="out_2"), "Buenas"))
    await settled(world)

    assert answer.status_code == 200
    assert receiver.told() == ["sent", "delivered"]
    assert PHONE not in b"".join(receiver.raw).decode().replace(USER, "")
    assert receiver.items("statuses")[0]["recipient_user_id"] == USER


async def test_a_user_id_in_to_is_taken_and_never_arrives(
    simulator: Simulator, world: World, receiver: Receiver
) -> None:
    world.write(PHONE, "Hola")
    body = {**outbound.text(TO, "Buenas"), "to": USER}

    answer = await post(simulator, body)
    await settled(world)

    [failed] = receiver.items("statuses")
    assert answer.status_code == 200
    assert [taken.dropped for taken in world.accepted()] == [True]
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131026)


async def test_statuses_can_come_before_the_answer(simulator: Simulator, world: World, receiver: Receiver) -> None:
    world.write(PHONE, "Hola")
    await settled(world)
    world.feel(Mood(statuses=["delivered", "sent", "read"], statuses_first=True))
    receiver.answering.clear()

    sending = asyncio.create_task(post(simulator, outbound.text(TO, "Buenas")))
    await until(receiver.told)
    answered = sending.done()
    receiver.answering.set()
    await sending

    assert receiver.told() == ["delivered", "sent", "read"]
    assert not answered


async def test_a_cut_connection_leaves_its_statuses(simulator: Simulator, world: World, receiver: Receiver) -> None:
    world.write(PHONE, "Hola")
    world.plan(Step(what="cut"))

    with pytest.raises(httpx2.TransportError):
        await post(simulator, outbound.text(TO, "Buenas"))
    await settled(world)

    assert [one["biz_opaque_callback_data"] for one in receiver.items("statuses")] == ["out_1", "out_1"]


async def test_the_closed_window_can_be_told_by_a_status(
    simulator: Simulator, world: World, receiver: Receiver
) -> None:
    world.feel(Mood(window="failed"))

    answer = await post(simulator, outbound.text(TO, "Buenas"))
    await settled(world)

    assert answer.status_code == 200
    assert receiver.items("statuses")[0]["errors"][0]["code"] == 131047


async def test_a_customer_taps_what_was_offered(simulator: Simulator, world: World, receiver: Receiver) -> None:
    world.write(PHONE, "Hola")
    await post(simulator, outbound.buttons(TO, "¿Sí?", [Choice("yes", "Sí")]))
    await post(simulator, outbound.rows(TO, "¿Cuál?", [outbound.Row("one", "Uno", "El primero")], menu="Ver"))
    world.tap(PHONE, "yes")
    world.tap(PHONE, "one")
    await settled(world)

    _, button, row = receiver.items("messages")
    assert button["interactive"] == {"type": "button_reply", "button_reply": {"id": "yes", "title": "Sí"}}
    assert button["context"]["id"] == world.accepted()[0].wamid
    assert row["interactive"]["list_reply"] == {"id": "one", "title": "Uno", "description": "El primero"}
    with pytest.raises(LookupError):
        world.tap(PHONE, "no")


async def test_other_processes_can_be_the_customer(simulator: Simulator, world: World, receiver: Receiver) -> None:
    async with httpx2.AsyncClient(base_url=simulator.url, verify=False, timeout=SOON_S) as http:
        message = {"type": "image", "image": {"id": "1000", "mime_type": "image/png", "sha256": "x"}}
        said = await http.post(f"/simulator/customers/{PHONE}/messages", json=message)
        kept = await http.post("/simulator/files", content=b"\x89PNG", headers={"content-type": "image/png"})
        missed = await http.post(f"/simulator/customers/{PHONE}/taps/none")
        await settled(world)
        state = (await http.get("/simulator/state")).json()

    assert receiver.items("messages")[0]["id"] == said.json()["id"]
    assert (kept.json(), missed.status_code) == ({"id": "1000"}, 404)
    assert (state["posted"], state["refused"], state["idle"]) == (1, 0, True)
