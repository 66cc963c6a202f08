"""Read receipts and typing signs on a simulated account, by real sockets."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import httpx2
import pytest
from pydantic import SecretStr

from nodes.ports import RouteRequest
from server.channels.whatsapp.cloud import open_cloud
from server.channels.whatsapp.limits import PAIR, number_rate
from server.channels.whatsapp.presence import Signs, WhatsAppPresence
from server.channels.whatsapp.simulator import Mood, World, open_simulator
from server.clock import now_ms
from server.telemetry.metrics import MemoryMetrics
from state.contact import Identity
from state.decision import RouterDecision
from state.ids import MessageId
from state.stores.memory import MemoryContacts, MemorySendRates
from tests.desk import ScriptedRouter, inbound, ports
from tests.forked import serving
from tests.integration.test_whatsapp import Town, town
from tests.processes import ServerProcess
from tests.unit.floor import floor
from tests.waiting import eventually


class SlowRouter(ScriptedRouter):
    """Decides when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def decide(self, request: RouteRequest) -> RouterDecision:
        await self.go_on.wait()
        return await super().decide(request)


def signs(world: World, wamid: str) -> list[bool]:
    """Return the calls for a message: whether each showed the typing sign."""
    return ["typing_indicator" in one for one in world.read if one["message_id"] == wamid]


async def test_the_sign_is_refreshed_while_a_turn_lasts_and_not_after_it() -> None:
    router, contacts = SlowRouter(), MemoryContacts()
    contact = await contacts.identify("106", [Identity("phone", "34600")], heard=now_ms())
    rates = MemorySendRates(number=number_rate(), pair=PAIR)
    async with (
        open_simulator() as simulator,
        open_cloud(base_url=simulator.url, version="v26.0", token=SecretStr(simulator.world.account.token)) as cloud,
    ):
        presence = WhatsAppPresence({"": Signs(cloud, rates)}, contacts, MemoryMetrics(), refresh_s=0.05)
        message = replace(inbound(), id=MessageId("wamid.A"), channel="whatsapp", user_id=contact.id, account="106")
        async with floor(replace(ports(), router=router), presence={"whatsapp": presence}) as here:
            await here.accept(message)
            for _ in range(2000):
                if len(signs(simulator.world, "wamid.A")) >= 3:
                    break
                await asyncio.sleep(0.01)
            router.go_on.set()
            rows = await here.ended(1)
            await presence.stop()
            shown = signs(simulator.world, "wamid.A")
            await asyncio.sleep(0.3)

        assert rows[-1]["status"] == "completed"
        assert shown == signs(simulator.world, "wamid.A")
        assert len(shown) >= 3
        assert all(shown)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, ServerProcess]]:
    with ExitStack() as stack:
        one = stack.enter_context(town())
        server = stack.enter_context(serving(tmp_path_factory.mktemp("data"), port=0, **one.settings()))
        one.world.courier.url = f"{server.url}/webhooks/whatsapp"
        yield one, server


def test_a_message_is_marked_as_read_once_it_is_being_answered(opened: tuple[Town, ServerProcess]) -> None:
    town, _ = opened
    wamid = town.world.write("34611000001", "¿a qué hora abren?")
    town.answers(1, "34611000001")

    eventually(lambda: signs(town.world, wamid))
    assert len(signs(town.world, wamid)) == 1


def test_read_receipts_that_fail_or_hang_delay_no_answer(opened: tuple[Town, ServerProcess]) -> None:
    town, server = opened
    town.world.feel(Mood(reads="refused"))
    refused = town.world.write("34611000002", "¿a qué hora abren?")
    town.answers(1, "34611000002")
    eventually(lambda: "laneway_presence_failures_total 1.0" in httpx2.get(f"{server.url}/metrics").text)
    town.world.feel(Mood(reads="hung"))
    hung = [town.world.write("34611000003", "¿a qué hora abren?")]
    town.answers(1, "34611000003")
    hung.append(town.world.write("34611000003", "¿y el domingo?"))
    town.answers(2, "34611000003")
    town.world.feel(Mood())

    assert not signs(town.world, refused)
    assert not any(signs(town.world, wamid) for wamid in hung)
