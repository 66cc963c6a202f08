"""What is in the outbox, sent by the simulated Cloud API over real sockets: who may be written to, and when."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import httpx2
import pytest
from pydantic import SecretStr

from server.channels.whatsapp.accounts import Template
from server.channels.whatsapp.cloud import open_cloud
from server.channels.whatsapp.limits import PAIR, number_rate
from server.channels.whatsapp.sender import WINDOW_MS, Line, WhatsAppSender
from server.channels.whatsapp.simulator import Account, Step, World, open_simulator
from server.clock import now_ms
from server.telemetry.metrics import MemoryMetrics
from state.contact import Contact, Identity
from state.conversation import Choice, OutboundMessage
from state.ids import ContactId, SessionId, TurnId
from state.outbox import Delivery, OutboundRow
from state.send_errors import SendAmbiguousError, SendLaterError, SendParkedError, SendRefusedError
from state.stores.memory import MemoryContacts, MemorySendRates

PHONE = "34600111222"
QUICK = httpx2.Timeout(connect=10, read=10, write=10, pool=10)


@dataclass
class Desk:
    """A sender of one number, and a customer who has just written."""

    world: World
    sender: WhatsAppSender
    contacts: MemoryContacts
    rates: MemorySendRates
    metrics: MemoryMetrics
    contact: Contact
    clock: list[float]

    def delivery(
        self, text: str = "Hola", *choices: Choice, tries: int = 1, row: dict[str, str | None] | None = None
    ) -> Delivery:
        message = OutboundMessage(text, list(choices))
        made = OutboundRow(
            SessionId("ses_1"), TurnId("trn_1"), 0, "whatsapp", message, 1, self.contact.id, "106", "es-MX"
        )
        return Delivery(replace(made, **row or {}), "sending", tries=tries)  # type: ignore[arg-type] # fields of a row

    async def heard(self, ago_ms: int) -> None:
        self.contact = await MemoryContacts.identify(
            self.contacts, "106", [Identity("phone", PHONE)], heard=now_ms() - ago_ms
        )


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def desk_of(stack: AsyncExitStack, *, ago_ms: int = 0, template: Template | None = None) -> Desk:
    account = Account()
    simulator = await stack.enter_async_context(open_simulator(account))
    opening = open_cloud(
        base_url=simulator.url, version="v26.0", token=SecretStr(account.token), timeouts=QUICK, verify=False
    )
    cloud = await stack.enter_async_context(opening)
    clock, contacts, metrics = [0.0], MemoryContacts(), MemoryMetrics()
    rates = MemorySendRates(number=number_rate(), pair=PAIR, now=lambda: clock[0])
    contact = await contacts.identify("106", [Identity("phone", PHONE)], heard=now_ms() - ago_ms)
    simulator.world.write(PHONE, "Hola")
    sender = WhatsAppSender({"": Line(cloud, rates, template)}, contacts, metrics, menu="Ver opciones")
    return Desk(simulator.world, sender, contacts, rates, metrics, contact, clock)


async def test_an_answer_carries_our_row_and_quotes_what_it_answers(stack: AsyncExitStack) -> None:
    desk = await desk_of(stack)

    wamid = await desk.sender.send(desk.delivery(row={"reply_to": "wamid.ABC"}))

    [taken] = desk.world.accepted()
    assert (taken.wamid, taken.opaque) == (wamid, "ses_1/trn_1:0")
    assert taken.body["context"] == {"message_id": "wamid.ABC"}


async def test_what_is_no_message_of_the_channel_is_not_quoted(stack: AsyncExitStack) -> None:
    desk = await desk_of(stack)

    await desk.sender.send(desk.delivery(row={"reply_to": "requeued:1.2-3"}))

    assert "context" not in desk.world.accepted()[0].body


async def test_after_24_hours_the_approved_template_carries_the_answer(stack: AsyncExitStack) -> None:
    desk = await desk_of(stack, ago_ms=WINDOW_MS + 1000, template=Template("answer_waiting", ["en_US", "es"]))

    await desk.sender.send(desk.delivery("Abrimos\na las 10."))

    template = desk.world.accepted()[0].body["template"]
    assert (template["name"], template["language"]) == ("answer_waiting", {"code": "es"})
    assert template["components"][0]["parameters"][0]["text"] == "Abrimos a las 10."


async def test_without_a_template_or_with_a_wish_for_none_it_is_parked(stack: AsyncExitStack) -> None:
    template = Template("answer_waiting", ["es"])
    bare, unwanted = (
        await desk_of(stack, ago_ms=WINDOW_MS + 1000),
        await desk_of(stack, ago_ms=WINDOW_MS + 1000, template=template),
    )
    await unwanted.contacts.flag("106", unwanted.contact.id, "no_marketing", "1", 1)

    for desk in (bare, unwanted):
        with pytest.raises(SendParkedError) as parked:
            await desk.sender.send(desk.delivery())
        assert parked.value.reason == "window_shut"
        assert desk.world.accepted() == []


async def test_who_wants_no_more_messages_gets_the_answer_to_that_and_nothing_else(stack: AsyncExitStack) -> None:
    desk = await desk_of(stack)
    await desk.contacts.flag("106", desk.contact.id, "stopped", "trn_1", 1)

    await desk.sender.send(desk.delivery("De acuerdo"))
    with pytest.raises(SendParkedError) as parked:
        await desk.sender.send(desk.delivery(row={"turn": "trn_2"}))

    assert parked.value.reason == "stopped"
    assert len(desk.world.accepted()) == 1


async def test_while_a_person_answers_nothing_is_sent(stack: AsyncExitStack) -> None:
    desk = await desk_of(stack)
    await desk.contacts.flag("106", desk.contact.id, "paused", str(now_ms() + 3_600_000), 1)

    with pytest.raises(SendParkedError) as parked:
        await desk.sender.send(desk.delivery())

    assert parked.value.reason == "paused"


@pytest.mark.parametrize("row", [{"account": "gone/106"}, {"contact": None}, {"contact": ContactId("con_x")}])
async def test_who_is_not_known_is_not_written_to(stack: AsyncExitStack, row: dict[str, str | None]) -> None:
    desk = await desk_of(stack)
    delivery = desk.delivery(row=row)

    assert await desk.sender.wait_s(delivery) == 0
    with pytest.raises(SendRefusedError):
        await desk.sender.send(delivery)


async def test_a_number_that_must_be_mended_is_tried_once_a_minute_and_counted(stack: AsyncExitStack) -> None:
    desk = await desk_of(stack)
    desk.world.plan(Step(what="refuse", code=190, times=2))

    with pytest.raises(SendLaterError) as later:
        await desk.sender.send(desk.delivery(tries=9))
    held = await desk.sender.wait_s(desk.delivery())
    desk.clock[0] += 61
    asked = [await desk.sender.wait_s(desk.delivery()) for _ in range(3)]
    with pytest.raises(SendLaterError):
        await desk.sender.send(desk.delivery())

    assert (later.value.after_s, later.value.blames_message) == (60, False)
    assert 59 < held <= 60
    assert [wait > 0 for wait in asked] == [False, True, True]
    assert desk.metrics.counted["stopped"] == 2


async def test_the_message_that_gets_through_opens_the_way_for_the_others(stack: AsyncExitStack) -> None:
    desk = await desk_of(stack)
    desk.world.plan(Step(what="refuse", code=190))
    with pytest.raises(SendLaterError):
        await desk.sender.send(desk.delivery())
    desk.clock[0] += 61

    assert await desk.sender.wait_s(desk.delivery()) == 0
    await desk.sender.send(desk.delivery())

    assert [await desk.sender.wait_s(desk.delivery()) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("code", "blamed"), [(131016, True), (131000, True), (130429, False), (131056, False), (10, False)]
)
async def test_only_a_refusal_that_may_be_the_messages_fault_uses_up_its_tries(
    stack: AsyncExitStack, code: int, blamed: bool
) -> None:
    desk = await desk_of(stack)
    desk.world.plan(Step(what="refuse", code=code))

    with pytest.raises(SendLaterError) as later:
        await desk.sender.send(desk.delivery())

    assert later.value.blames_message is blamed


async def test_nobody_knows_of_a_send_without_an_answer(stack: AsyncExitStack) -> None:
    desk = await desk_of(stack)
    desk.world.plan(Step(what="cut"))

    with pytest.raises(SendAmbiguousError):
        await desk.sender.send(desk.delivery())


async def test_a_window_that_meta_knows_to_be_shut_parks_the_answer(stack: AsyncExitStack) -> None:
    bare, answering = await desk_of(stack), await desk_of(stack, template=Template("answer_waiting", ["es"]))
    for desk in (bare, answering):
        desk.world.clock.ahead = 90_000

    with pytest.raises(SendParkedError) as parked:
        await bare.sender.send(bare.delivery())
    await answering.sender.send(answering.delivery())

    assert parked.value.reason == "window_shut"
    assert answering.world.accepted()[0].kind == "template"
