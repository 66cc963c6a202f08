"""R27: every process is restarted in turn, three times over, while customers write at a steady rate."""

import asyncio

import pytest

from tests.chaos.conftest import Crew
from tests.chaos.history import Answered
from tests.chaos.load import Load

pytestmark = pytest.mark.chaos

A_SECOND = 20
PLACES = 3


async def steadily(load: Load, over: asyncio.Event) -> int:
    """Write twenty messages a second until it is over; return how many."""
    said = []
    while not over.is_set():
        said.append(asyncio.create_task(load.burst(1)))
        await asyncio.sleep(1 / A_SECOND)
    await asyncio.gather(*said)
    return len(said)


async def test_r27_a_rolling_restart_fails_no_request(crew: Crew) -> None:
    """A connection that is refused goes to the next process, as behind any balancer: nothing was sent on it."""
    async with crew(PLACES) as load:
        await load.open(60, bored=0.0)
        over = asyncio.Event()
        writing = asyncio.create_task(steadily(load, over))
        codes = []
        for _ in range(3):
            for number in range(PLACES):
                await load.fleet.all_ready()
                await asyncio.sleep(1.0)
                codes.append(await load.fleet.drain(number))
        over.set()
        written = await writing

        await load.verify()
        statuses = [answer.status for answer in load.history.of(Answered)]
        assert codes == [0] * 3 * PLACES
        assert load.accepted() == written
        assert statuses.count(0) == 0, f"{statuses.count(0)} of {written} requests broke"
        assert statuses.count(503) <= 0.005 * written
