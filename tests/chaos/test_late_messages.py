"""R13, R14: what comes again, late, out of order, or is nothing we know, over the chat's API."""

import asyncio

import pytest

from tests.chaos.conftest import Crew
from tests.chaos.history import Answered
from tests.chaos.load import Load
from tests.chaos.store import Store

pytestmark = pytest.mark.chaos

DAY_S = 24 * 3600.0
A_MONTH = str(24 * 30)
UNKNOWN = [
    {"parts": [{"kind": "hologram", "data": "x"}]},
    {"parts": []},
    {"text": "hola", "status": "delivered"},
    {"text": ["hola"]},
    {},
    [],
]


async def shuffled(load: Load, session: str, copies: int) -> None:
    """Offer a session's messages one after the other in any order, each several times, its repeats anywhere."""
    numbers = [number for number in range(15) for _ in range(copies)]
    load.random.shuffle(numbers)
    for number in numbers:
        await load.offer(session, f"{session}-{number}", f"hola {number}")


@pytest.mark.chaos_short
async def test_r14_messages_out_of_order_late_and_repeated_are_a_turn_each(crew: Crew) -> None:
    async with crew(2) as load:
        await load.open(20)
        await asyncio.gather(*(shuffled(load, session, 3) for session in load.sessions))
        await load.ended()
        late = load.sessions[:5]
        await asyncio.gather(*(load.offer(session, f"{session}-0", "hola 0") for session in late))
        await asyncio.gather(*(load.offer(session, f"{session}-late", "hola") for session in late))

        await load.verify()
        assert load.accepted() == 20 * 15 + 5
        assert {answer.status for answer in load.history.of(Answered)} == {202}


@pytest.mark.chaos_short
async def test_r14_what_is_no_message_is_refused_and_starts_nothing(crew: Crew) -> None:
    async with crew(1) as load:
        await load.open(2)
        session = load.sessions[0]
        await load.offer(session, "one", "hola")
        statuses = [await load.send(session, "other", body) for body in UNKNOWN]
        reused = await load.send(session, "one", {"text": "adiós"})
        nobody = await load.send("ses_00000000000000000000000000000000", "one", {"text": "hola"})

        await load.verify()
        assert (set(statuses), reused, nobody) == ({422}, 409, 404)
        assert load.accepted() == 1


@pytest.mark.parametrize("days", [7.0, 7.9])
async def test_r13_a_message_that_comes_again_after_days_is_the_same_turn(
    crew: Crew, store: Store, days: float
) -> None:
    """What expires in so many days has expired; the server's clock itself can't be moved."""
    async with crew(2, LANEWAY_SESSION_TTL_HOURS=A_MONTH) as load:
        await again_after(load, store, days)

        await load.verify()
        assert load.accepted() == 50


async def test_r13_a_messages_id_is_known_for_eight_days_and_no_longer(crew: Crew, store: Store) -> None:
    """The end of what is promised: a channel repeats for seven days, and an id is kept for eight."""
    async with crew(2, LANEWAY_SESSION_TTL_HOURS=A_MONTH) as load:
        await again_after(load, store, 8.1)

        turns = {answer.turn for answer in load.history.of(Answered)}
        assert len(turns) == 100


async def again_after(load: Load, store: Store, days: float) -> None:
    await load.open(10)
    keys = [(session, f"{session}-{number}") for session in load.sessions for number in range(5)]
    await asyncio.gather(*(load.offer(session, key, "hola") for session, key in keys))
    await load.ended()
    await store.age(days * DAY_S)
    await asyncio.gather(*(load.offer(session, key, "hola") for session, key in keys))
    await load.ended()
