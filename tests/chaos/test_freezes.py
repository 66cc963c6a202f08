"""R03: a process that stands still for longer than its lease comes back as a zombie, and what it writes is refused.

One that works for longer than its lease is none: it renews.
"""

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.chaos.conftest import Crew
from tests.chaos.desk import Desk
from tests.chaos.history import taken_over
from tests.chaos.rig import Rig, worker
from tests.chaos.store import Store
from tests.waiting import given, until

pytestmark = pytest.mark.chaos

LONG_MS = 3000


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


@pytest.mark.chaos_short
async def test_r03_a_turn_that_takes_longer_than_its_lease_is_begun_once(store: Store, tmp_path: Path) -> None:
    slow = Rig(slow="info", slow_s=1.5 * LONG_MS / 1000, lease_ms=LONG_MS)
    async with Desk.open(store.url, tmp_path) as desk:
        with worker(store.url, tmp_path, slow), worker(store.url, tmp_path, slow):
            said = await desk.say("slow")
            ended = await desk.ended(1)
            await desk.at_rest()

        assert ended == [(said.turn_id, "completed")]
        assert [row["attempt"] for row in await desk.rows() if row["type"] == "turn.start"] == [1]


@pytest.mark.chaos_short
@pytest.mark.parametrize("point", ["before events.append", "before checkpoint.put", "before inbox.commit"])
async def test_r03_a_zombie_that_comes_back_while_its_successor_works_writes_nothing(
    store: Store, tmp_path: Path, point: str
) -> None:
    async with Desk.open(store.url, tmp_path) as desk:
        with worker(store.url, tmp_path, Rig(die=point, by=signal.SIGSTOP)) as zombie:
            said = await desk.say("slow")
            await until(lambda: psutil.Process(zombie.pid).status() == psutil.STATUS_STOPPED)
            with worker(store.url, tmp_path, Rig(slow="info", slow_s=1.0)):
                await begun_again(desk)
                os.kill(zombie.pid or 0, signal.SIGCONT)
                ended = await desk.ended(1)
                await asyncio.sleep(0.5)
                await desk.at_rest()
        rows = await desk.rows()

    assert ended == [(said.turn_id, "completed")]
    assert [row["type"] for row in rows].index("turn.end") == len(rows) - 1
    begun = [row["attempt"] for row in rows if row["type"] == "turn.start"]
    assert begun == sorted(set(begun))


async def begun_again(desk: Desk) -> None:
    await given(desk.rows, lambda rows: any(row.get("attempt") == 2 for row in rows))
