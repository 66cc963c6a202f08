"""R28: wall clocks that are wrong. Leases are judged by the store's expiry and each process's monotonic clock alone."""

import asyncio

import pytest

from tests.chaos.conftest import Crew
from tests.chaos.history import Fault, Logged, Seen, taken_over
from tests.chaos.load import Load
from tests.chaos.store import Store

pytestmark = pytest.mark.chaos

TEN_MINUTES = 600


@pytest.mark.parametrize("skew", [TEN_MINUTES, -TEN_MINUTES], ids=["ahead", "behind"])
async def test_r28_a_process_whose_clock_is_ten_minutes_off_works_like_the_others(crew: Crew, skew: int) -> None:
    async with crew(3, apart={0: {"LANEWAY_TEST_CLOCK_S": str(skew)}}) as load:
        load.history.clocks_agree = False
        await load.open(30)
        for round_ in range(6):
            burst = asyncio.create_task(load.burst(60, to=round_ % 3))
            await asyncio.sleep(load.random.uniform(0.05, 0.2))
            await load.fleet.kill(1 + round_ % 2)
            await burst
            await load.fleet.all_ready()

        await load.verify()
        assert load.accepted() == 360
        assert written_at(load, skew) > 0, "nobody wrote by the clock that is off"


def written_at(load: Load, skew: int) -> int:
    """How many events bear a time that is off by so much from when they were seen."""
    seen = {(one.session, one.seq): one.at for one in load.history.of(Seen)}
    rows = [row for row in load.history.of(Logged) if (row.session, row.seq) in seen]
    return sum(abs(row.at - seen[row.session, row.seq] - skew) < TEN_MINUTES / 2 for row in rows)


async def test_r28_leases_that_a_jump_of_the_stores_clock_ends_are_fenced(crew: Crew, store: Store) -> None:
    """The server's clock can't be set here: what a jump does to keys that expire is done to them instead."""
    async with crew(3) as load:
        await load.open(40)
        bursts = []
        for _ in range(10):
            bursts.append(asyncio.create_task(load.burst(60)))
            await asyncio.sleep(load.random.uniform(0.1, 0.4))
            load.history.add(Fault("clock +60 s", "store"))
            await store.age(60)
        await asyncio.gather(*bursts)

        await load.verify()
        assert load.accepted() == 600
        assert taken_over(load.history) > 0, "no lease ended under a running turn"
