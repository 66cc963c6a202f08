"""R01, R04, R40: `kill -9` at any moment loses nothing, doubles nothing and leaves nothing behind."""

import asyncio
from dataclasses import dataclass

import pytest

from tests.chaos.conftest import Crew
from tests.chaos.history import taken_over
from tests.chaos.load import Load
from tests.waiting import until

pytestmark = pytest.mark.chaos


@dataclass(frozen=True)
class Size:
    """How hard a run is; a burst of messages a kill, and one a process that is frozen."""

    kills: int
    burst: int
    processes: int
    sessions: int
    freezes: int = 0


R01 = [
    pytest.param(Size(30, 12, 5, 24, freezes=12), id="short", marks=pytest.mark.chaos_short),
    pytest.param(Size(300, 12, 5, 64, freezes=120), id="long"),
]


@pytest.mark.parametrize("size", R01)
async def test_r01_turns_survive_kill_9_and_freezes_at_random_points(crew: Crew, size: Size) -> None:
    async with crew(size.processes) as load:
        await load.open(size.sessions)
        bursts = set()
        for number in range(size.kills):
            await until(lambda: len(load.fleet.ready()) >= 2)
            victim = load.fleet.any()
            bursts.add(asyncio.create_task(load.burst(size.burst, to=victim)))
            await asyncio.sleep(load.random.uniform(0, 0.3))
            if number % 5 == 2:
                bursts.add(asyncio.create_task(freeze_two(load, size.burst, but=victim)))
            await load.fleet.kill(victim)
        await asyncio.gather(*bursts)

        await load.verify()
        assert (load.fleet.kills, load.fleet.freezes) == (size.kills, size.freezes)
        assert load.accepted() == (size.kills + size.freezes) * size.burst
        assert taken_over(load.history) >= size.kills // 5, "the kills hit no running turns"


async def freeze_two(load: Load, burst: int, *, but: int) -> None:
    """Freeze two processes that have just been written to, but not the one that is about to be killed."""
    await until(lambda: len(load.fleet.ready()) >= 3)
    victims = load.random.sample([number for number in load.fleet.ready() if number != but], 2)
    said = [asyncio.create_task(load.burst(burst, to=victim)) for victim in victims]
    await asyncio.sleep(load.random.uniform(0, 0.1))
    await load.fleet.freeze(victims)
    await asyncio.gather(*said)


R04 = [
    pytest.param(Size(2, 20, 2, 20), id="short", marks=pytest.mark.chaos_short),
    pytest.param(Size(20, 50, 3, 50), id="long"),
]


@pytest.mark.parametrize("size", R04)
async def test_r04_what_was_accepted_right_before_every_process_died_is_answered(crew: Crew, size: Size) -> None:
    async with crew(size.processes) as load:
        await load.open(size.sessions)
        for _ in range(size.kills):
            before = load.accepted()
            burst = asyncio.create_task(load.burst(size.burst))
            await until(lambda: load.accepted() > before + size.burst // 4)  # noqa: B023
            await load.fleet.kill_all()
            await load.fleet.all_ready()
            await burst

        await load.verify()
        assert load.accepted() == size.kills * size.burst
