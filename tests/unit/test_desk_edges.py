"""What the desk does at its edges: conversations that expired, silences from before, danger first, late hands."""

from datetime import timedelta
from typing import Any, cast

import pytest

from server.app import Laneway
from server.clock import now_ms
from server.commands.operating import operator_here, shop_time, what_arrived
from server.desk import Desk
from server.desk_watch import DeskWatch
from state.contact import Identity
from state.conversation import OutboundMessage
from state.desk import CaseNotFoundError, CaseOverError
from state.errors import InvalidInputError
from state.ids import SessionId, TenantId, TurnId
from state.outbox import OutboundRow, SendStatus
from state.session import Session
from state.stores.memory import MemoryContacts, MemoryOutbox
from tests.unit.floor import SESSION
from tests.unit.handed import Shop, shop


async def on_whatsapp(here: Shop) -> str:
    """Make the conversation a WhatsApp one; return its contact."""
    contact = await here.desk.correspondence.contacts.identify("1065", [Identity("phone", "34600111222")])
    facts = Session(SESSION, TenantId("demo"), "whatsapp", created=1, updated=1, contact=contact.id, account="1065")
    here.floor.sessions.facts[SESSION] = facts
    return contact.id


def spoken(desk: Desk, turn: str, status: SendStatus, code: str | None = None) -> Any:
    """Return a running Laneway of that desk, one message of a turn having got so far."""
    outbox = cast("MemoryOutbox", desk.correspondence.outbox)
    outbox.add([OutboundRow(SESSION, TurnId(turn), 0, "whatsapp", OutboundMessage("Hola"), 1)])
    return outbox.mark(SESSION, f"{turn}:0", status, ref="wamid.1", code=code)


class Running:
    """What `what_arrived` looks at."""

    def __init__(self, desk: Desk) -> None:
        self.service = desk.service
        self.correspondence = desk.correspondence


async def test_a_reply_that_is_kept_back_is_said_to_be_not_delivered_and_why() -> None:
    async with shop() as here:
        await on_whatsapp(here)
        await spoken(here.desk, "trn_9", "parked", "window_closed")

        told = await what_arrived(cast("Laneway", Running(here.desk)), SESSION, TurnId("trn_9"))

    assert "NOT delivered (parked: window_closed)" in told
    assert "only a template" in told


async def test_a_reply_that_arrived_is_said_to_have() -> None:
    async with shop() as here:
        await on_whatsapp(here)
        await spoken(here.desk, "trn_9", "delivered")

        told = await what_arrived(cast("Laneway", Running(here.desk)), SESSION, TurnId("trn_9"))

    assert told == "It was delivered to the channel."


async def test_of_a_chat_nothing_is_said_to_arrive() -> None:
    async with shop() as here:
        running = cast("Laneway", Running(here.desk))

        told = [await what_arrived(running, SESSION, turn) for turn in (TurnId("trn_9"), None)]
        gone = await what_arrived(running, SessionId("ses_gone"), TurnId("trn_9"))

    assert [*told, gone] == ["", "", ""]


async def test_a_silence_from_before_ends_with_the_first_reply() -> None:
    async with shop() as here:
        await here.says("una persona")
        await on_whatsapp(here)
        contacts = cast("MemoryContacts", here.desk.correspondence.contacts)
        (contact,) = [await here.desk.correspondence.contact(SESSION)]
        await contacts.flag("1065", contact.id, "paused", str(now_ms() + 3_600_000), now_ms())

        await here.desk.reply("HO-1001", "Eva", "Hola, soy Eva")

        assert not (await here.desk.correspondence.contact(SESSION)).paused


async def test_a_wait_whose_conversation_expired_is_over_in_the_records_alone() -> None:
    async with shop() as here:
        await here.says("una persona")
        here.floor.sessions.facts.clear()
        here.clock.later(minutes=16)

        await DeskWatch(here.desk).look()

        case = await here.desk.case("HO-1001")
        story = await here.desk.cases.story(case.origin.tenant, case.number)
    assert case.status == "timed_out"
    assert [entry.text for entry in story][-1] == "timed_out"


async def test_who_is_hurt_stands_first_in_the_queue() -> None:
    async with shop() as here:
        await here.says("una persona")
        first = await here.desk.case("HO-1001")
        here.floor.sessions.facts[SessionId("ses_2")] = here.floor.sessions.facts[SESSION]
        await here.says("volver")
        here.clock.later(minutes=1)
        await here.says("una persona, me he quemado con la olla")
        hurt = (await here.desk.latest(10))[0]

    assert first.facts.get("priority") is None
    assert hurt.facts["priority"] == "danger"


async def test_what_is_over_is_neither_claimed_nor_given_back_nor_answered() -> None:
    async with shop() as here:
        await here.says("una persona")
        await here.says("volver")

        for late in (
            here.desk.claim("HO-1001", "Eva"),
            here.desk.reply("HO-1001", "Eva", "Hola"),
            here.desk.give_back("HO-1001", "Eva"),
        ):
            with pytest.raises(CaseOverError):
                await late


async def test_a_note_on_nothing_or_of_nothing_is_refused() -> None:
    async with shop() as here:
        await here.says("una persona")

        with pytest.raises(CaseNotFoundError):
            await here.desk.note("HO-7", "Eva", "x")
        with pytest.raises(InvalidInputError):
            await here.desk.note("HO-1001", "Eva", "  ")


async def test_an_answered_customer_is_not_taken_from_their_operator() -> None:
    async with shop() as here:
        await here.says("una persona")
        turn = await here.desk.reply("HO-1001", "Eva", "Hola, soy Eva")
        await here.told(turn)
        here.clock.later(hours=2)

        await DeskWatch(here.desk).look()

        case = await here.desk.case("HO-1001")
    assert (case.status, case.operator) == ("claimed", "Eva")


def test_a_machines_own_user_is_nobody_of_the_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "root")

    with pytest.raises(InvalidInputError):
        operator_here("")
    assert operator_here("Eva") == "Eva"


def test_the_shops_time_says_how_far_it_is_from_utc() -> None:
    summer, winter = 1_784_548_800_000, 1_784_548_800_000 + int(timedelta(days=150).total_seconds() * 1000)

    assert shop_time(summer, "Europe/Madrid") == "2026-07-20 14:00:00+02:00"
    assert shop_time(winter, "Europe/Madrid").endswith("+01:00")
