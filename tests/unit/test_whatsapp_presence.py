"""Read receipts and typing signs: beside the turn, repeated while it lasts, never in its way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from server.channels.whatsapp.presence import Signs, WhatsAppPresence
from server.channels.whatsapp.refusals import CloudError
from server.clock import now_ms
from server.telemetry.metrics import MemoryMetrics
from state.contact import Contact, Identity
from state.errors import StoreUnavailableError
from state.ids import ContactId, MessageId, SessionId
from state.rate import Rate
from state.stores.memory import MemoryContacts, MemorySendRates
from state.turn import InboundMessage
from tests.desk import inbound, ports
from tests.unit.floor import SESSION, floor

NUMBER = "106"


@dataclass
class Marks:
    """The Cloud API's side: what was marked, with what it answers and how long that takes."""

    answers: list[Exception] = field(default_factory=list)
    hangs: bool = False
    marked: list[tuple[str, bool]] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    async def mark_read(self, phone_number_id: str, wamid: str, *, typing: bool = False) -> None:
        self.marked.append((wamid, typing))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(3600 if self.hangs else 0)
        finally:
            self.under_way -= 1
        if self.answers:
            raise self.answers.pop(0)


class AwayContacts(MemoryContacts):
    async def get(self, account: str, contact: ContactId) -> Contact | None:
        raise StoreUnavailableError("scripted")


@dataclass
class Desk:
    presence: WhatsAppPresence
    contacts: MemoryContacts
    rates: MemorySendRates
    metrics: MemoryMetrics
    contact: ContactId

    def wrote(self, name: str = "1", session: SessionId = SESSION) -> InboundMessage:
        message = replace(inbound(name=name), id=MessageId(f"wamid.{name}"), channel="whatsapp")
        return replace(message, user_id=self.contact, session_id=session, account=NUMBER)


@asynccontextmanager
async def desk(marks: Marks, *, refresh_s: float = 3600, contacts: MemoryContacts | None = None) -> AsyncIterator[Desk]:
    known, metrics = contacts or MemoryContacts(), MemoryMetrics()
    rates = MemorySendRates(number=Rate(8, 1000), pair=Rate(45, 6000))
    contact = await known.identify(NUMBER, [Identity("phone", "34600")], heard=now_ms())
    presence = WhatsAppPresence({"": Signs(marks, rates)}, known, metrics, refresh_s=refresh_s)
    yield Desk(presence, known, rates, metrics, contact.id)
    await presence.stop()
    assert marks.under_way == 0


async def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never was so")


async def a_while() -> None:
    """Let what could still come, come."""
    for _ in range(30):
        await asyncio.sleep(0.002)


async def test_a_turn_that_lasts_shows_the_sign_again_and_again_until_it_ends() -> None:
    marks = Marks()
    async with desk(marks, refresh_s=0.01) as one:
        with one.presence.answering(one.wrote()):
            await until(lambda: len(marks.marked) >= 3)
        shown = len(marks.marked)
        await a_while()

    assert set(marks.marked) == {("wamid.1", True)}
    assert len(marks.marked) == shown


async def test_a_turn_that_is_over_at_once_still_marks_the_message_as_read_and_shows_no_typing() -> None:
    marks = Marks()
    async with desk(marks) as one:
        with one.presence.answering(one.wrote()):
            pass
        await until(lambda: bool(marks.marked))

    assert marks.marked == [("wamid.1", False)]


async def test_a_call_that_hangs_holds_nothing_up_and_the_next_turns_wait_for_it_one_by_one() -> None:
    marks = Marks(hangs=True)
    async with desk(marks) as one:
        for name in ("1", "2", "3"):
            with one.presence.answering(one.wrote(name)):
                await a_while()
        with one.presence.answering(one.wrote("of another session", SessionId("ses_2"))):
            await until(lambda: len(marks.marked) == 2)

    assert [wamid for wamid, _ in marks.marked] == ["wamid.1", "wamid.of another session"]


async def test_of_turns_that_waited_only_the_latest_is_marked() -> None:
    marks = Marks()
    async with desk(marks) as one:
        for name in ("1", "2", "3"):
            with one.presence.answering(one.wrote(name)):
                pass
        await until(lambda: bool(marks.marked))
        await a_while()

    assert [wamid for wamid, _ in marks.marked] == ["wamid.3"]


async def test_refusals_and_a_store_that_is_away_are_counted_and_go_no_further() -> None:
    marks = Marks(answers=[CloudError("never", "scripted"), RuntimeError("a mistake of ours")])
    async with desk(marks, refresh_s=0.01) as one, desk(Marks(), contacts=AwayContacts()) as away:
        with one.presence.answering(one.wrote()):
            await until(lambda: one.metrics.counted["presence"] == 2)
        with away.presence.answering(away.wrote()):
            await until(lambda: away.metrics.counted["presence"] == 1)


async def test_nothing_is_shown_while_a_person_answers_also_when_they_begin_during_the_turn() -> None:
    marks = Marks()
    async with desk(marks, refresh_s=0.01) as one:
        with one.presence.answering(one.wrote()):
            await until(lambda: bool(marks.marked))
            await one.contacts.flag(NUMBER, one.contact, "paused", str(now_ms() + 60_000), now_ms())
            await a_while()
            shown = len(marks.marked)
            await a_while()

    assert len(marks.marked) == shown


async def test_nothing_is_shown_to_who_wants_no_more_messages_but_for_the_last_answer() -> None:
    marks = Marks()
    async with desk(marks) as one:
        await one.contacts.flag(NUMBER, one.contact, "stopped", one.wrote("1").turn_id, now_ms())
        for name in ("2", "1"):
            with one.presence.answering(one.wrote(name)):
                await a_while()

    assert [wamid for wamid, _ in marks.marked] == ["wamid.1"]


async def test_sends_come_first_when_a_numbers_rate_is_nearly_used_up_or_held() -> None:
    marks = Marks()
    async with desk(marks) as one, desk(marks) as held:
        for _ in range(5):
            await one.rates.take(NUMBER, "34600")
        await held.rates.hold(NUMBER, 60)
        for desk_ in (one, held):
            with desk_.presence.answering(desk_.wrote()):
                await a_while()

    assert marks.marked == []


async def test_only_messages_of_connected_numbers_are_marked() -> None:
    marks = Marks()
    async with desk(marks) as one:
        requeued = replace(one.wrote(), id=MessageId("requeued:1"))
        elsewhere = [replace(one.wrote(), account=account) for account in ("107", "other-app/106", None)]
        for message in (requeued, inbound(), replace(one.wrote(), user_id=ContactId("con_unknown")), *elsewhere):
            with one.presence.answering(message):
                await a_while()

    assert marks.marked == []


async def test_a_worker_shows_the_sign_and_leaves_nothing_behind() -> None:
    marks = Marks(hangs=True)
    async with desk(marks) as one:
        async with floor(ports(), presence={"whatsapp": one.presence}) as here:
            await here.accept(one.wrote())
            rows = await here.ended(1)
            await here.accept(inbound(name="2"))
            await here.ended(2)
        await until(lambda: bool(marks.marked))

    assert rows[-1]["status"] == "completed"
    assert [wamid for wamid, _ in marks.marked] == ["wamid.1"]
