"""R03: a process that stands still for longer than its lease comes back as a zombie, and what it writes is refused."""

import asyncio

import pytest

from tests.chaos.conftest import Crew
from tests.chaos.history import taken_over

pytestmark = pytest.mark.chaos


@pytest.mark.parametrize(
    "rounds", [pytest.param(4, id="short", marks=pytest.mark.chaos_short), pytest.param(34, id="long")]
)
async def test_r03_frozen_processes_commit_nothing_after_others_took_over(crew: Crew, rounds: int) -> None:
    async with crew(5) as load:
        await load.open(40)
        bursts = set()
        for _ in range(rounds):
            victims = load.random.sample(range(5), 3)
            bursts |= {asyncio.create_task(load.burst(25, to=victim)) for victim in victims}
            await asyncio.sleep(load.random.uniform(0.05, 0.3))
            await load.fleet.freeze(victims)
        await asyncio.gather(*bursts)

        await load.verify()
        assert load.fleet.freezes == rounds * 3
        assert taken_over(load.history) >= rounds, "no frozen process held a running turn"
