"""How messages in the outbox are delivered, refused, tried again, and found out about; on memory twins."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import orjson

from server.deliverer import Deliverer, DeliveryLimits
from server.telemetry.metrics import MemoryMetrics
from state.conversation import OutboundMessage
from state.ids import SessionId, TenantId, TurnId
from state.outbox import Delivery, OutboundRow
from state.send_errors import SendAmbiguousError, SendLaterError, SendRefusedError
from state.session import Session
from state.stores.memory import MemoryEventLog, MemoryOutbox, MemorySessions
from tests.waiting import given

SESSION = SessionId("ses_1")
QUICK = DeliveryLimits(reconcile_ms=60_000, sweep_every_s=0.02)
Answer = str | Exception


@dataclass
class Phone:
    """A channel that answers as it is told, then with ids of its own."""

    answers: list[Answer] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    async def wait_s(self, delivery: Delivery) -> float:
        return self.waits.pop(0) if self.waits else 0.0

    async def send(self, delivery: Delivery) -> str:
        self.sent.append(delivery.row.message.text)
        answer = self.answers.pop(0) if self.answers else f"wamid.{len(self.sent)}"
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Office:
    outbox: MemoryOutbox
    deliverer: Deliverer
    metrics: MemoryMetrics
    log: MemoryEventLog

    async def until(self, done: Callable[[list[str]], object]) -> list[str]:
        """Return the rows' statuses once they are as wanted."""
        return await given(self.statuses, done)

    async def statuses(self) -> list[str]:
        return [str(one.status) for one in await self.outbox.all(SESSION)]

    async def all(self, status: str) -> list[str]:
        return await self.until(lambda found: set(found) == {status})

    async def told(self) -> list[tuple[int, str]]:
        rows = [orjson.loads(row.data) for row in await self.log.read(SESSION)]
        return [(row["ordinal"], row["outcome"]) for row in rows]


@asynccontextmanager
async def office(phone: Phone, *texts: str, limits: DeliveryLimits = QUICK) -> AsyncIterator[Office]:
    sessions, metrics = MemorySessions(), MemoryMetrics()
    await sessions.create(Session(SESSION, TenantId("demo"), "whatsapp", created=1, updated=1))
    log = MemoryEventLog(sessions)
    outbox = MemoryOutbox(log, lease_ms=60_000)
    outbox.add(
        [
            OutboundRow(SESSION, TurnId("trn_1"), place, "whatsapp", OutboundMessage(text), 1)
            for place, text in enumerate(texts)
        ]
    )
    deliverer = Deliverer(outbox, outbox.queue, {"whatsapp": phone}, metrics=metrics, limits=limits)
    deliverer.start()
    yield Office(outbox, deliverer, metrics, log)
    await deliverer.stop(1)


async def test_messages_are_delivered_in_order_and_told() -> None:
    phone = Phone()
    async with office(phone, "uno", "dos", "tres") as one:
        await one.all("sent")
        refs = [found.ref for found in await one.outbox.all(SESSION)]

        assert phone.sent == ["uno", "dos", "tres"]
        assert refs == ["wamid.1", "wamid.2", "wamid.3"]
        assert await one.told() == [(0, "sent"), (1, "sent"), (2, "sent")]


async def test_a_refused_message_fails_and_the_next_one_goes() -> None:
    phone = Phone([SendRefusedError("131026")])
    async with office(phone, "uno", "dos") as one:
        assert await one.until(lambda found: found[1] == "sent") == ["failed", "sent"]
        assert await one.told() == [(0, "failed"), (1, "sent")]


async def test_a_message_that_was_certainly_not_taken_is_sent_again_before_the_next_one() -> None:
    phone = Phone([SendLaterError("131016", 0.02), SendLaterError("131016", 0.02)])
    async with office(phone, "uno", "dos") as one:
        await one.all("sent")

        assert phone.sent == ["uno", "uno", "uno", "dos"]
        assert one.metrics.counted["ambiguous"] == 0


async def test_a_message_is_not_tried_for_ever() -> None:
    phone = Phone([SendLaterError("131016", 0.01) for _ in range(9)])
    async with office(phone, "uno", "dos", limits=replace(QUICK, tries=3)) as one:
        assert await one.until(lambda found: found[0] == "failed")
        await one.until(lambda found: phone.sent.count("dos") > 0)

        assert phone.sent[:4] == ["uno", "uno", "uno", "dos"]


async def test_the_channels_rates_are_waited_for_and_cost_no_try() -> None:
    phone = Phone(waits=[0.02] * 20)
    async with office(phone, "uno", limits=replace(QUICK, tries=1)) as one:
        await one.all("sent")

        assert phone.sent == ["uno"]


async def test_a_message_in_doubt_is_not_sent_again_when_the_channel_reports_it() -> None:
    phone = Phone([SendAmbiguousError("ReadTimeout")])
    async with office(phone, "uno", "dos") as one:
        await one.until(lambda found: found == ["ambiguous", "queued"])
        assert await one.deliverer.report(SESSION, "trn_1:0", "delivered", ref="wamid.9")
        await one.until(lambda found: found == ["delivered", "sent"])

        assert phone.sent == ["uno", "dos"]
        assert one.metrics.counted["ambiguous"] == 1
        assert not await one.deliverer.report(SESSION, "trn_1:0", "sent", ref="wamid.9")
        assert await one.told() == [(0, "ambiguous"), (0, "delivered"), (1, "sent")]


async def test_a_report_that_comes_before_the_failure_is_known_leaves_no_doubt() -> None:
    class Quick(Phone):
        async def send(self, delivery: Delivery) -> str:
            await one.deliverer.report(SESSION, delivery.row.id, "delivered", ref="wamid.9")
            return await super().send(delivery)

    phone = Quick([SendAmbiguousError("ReadError")])
    async with office(phone, "uno", "dos") as one:
        await one.until(lambda found: found == ["delivered", "delivered"])

        assert phone.sent == ["uno", "dos"]
        assert one.metrics.counted["ambiguous"] == 0


async def test_a_message_in_doubt_of_which_nothing_is_heard_is_sent_again() -> None:
    phone = Phone([SendAmbiguousError("ReadTimeout")])
    async with office(phone, "uno", limits=replace(QUICK, reconcile_ms=100)) as one:
        await one.all("sent")

        assert phone.sent == ["uno", "uno"]
        assert one.metrics.counted["ambiguous"] == 1


async def test_a_message_whose_deliverer_died_during_the_call_is_in_doubt() -> None:
    phone = Phone()
    sessions = MemorySessions()
    log = MemoryEventLog(sessions)
    outbox = MemoryOutbox(log, lease_ms=1000)
    await sessions.create(Session(SESSION, TenantId("demo"), "whatsapp", created=1, updated=1))
    outbox.add([OutboundRow(SESSION, TurnId("trn_1"), 0, "whatsapp", OutboundMessage("uno"), 1)])
    await outbox.claim(SESSION, "gone")
    await outbox.mark(SESSION, "trn_1:0", "sending", token="gone")
    metrics = MemoryMetrics()
    deliverer = Deliverer(outbox, outbox.queue, {"whatsapp": phone}, metrics=metrics, limits=QUICK)
    deliverer.start()
    one = Office(outbox, deliverer, metrics, log)
    await one.all("ambiguous")
    await deliverer.stop(1)

    assert phone.sent == []
    assert metrics.counted["ambiguous"] == 1


async def test_a_message_is_found_by_the_channels_id_of_it() -> None:
    async with office(Phone(), "¿Lo confirmo?") as here:
        await here.all("sent")

        found = [await here.deliverer.said_in(SESSION, ref) for ref in ("wamid.1", "wamid.other")]

    assert found == ["trn_1", None]
