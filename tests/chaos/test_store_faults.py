"""R05, R08, R09: the store restarts, drops its clients, and answers that never arrive."""

import asyncio
import time
from random import Random

import pytest

from tests.chaos.conftest import Crew
from tests.chaos.history import Fault
from tests.chaos.probes import probed, until_ready
from tests.chaos.proxy import FaultProxy
from tests.chaos.store import Store

pytestmark = pytest.mark.chaos

POOLS = 32 + 1
"""Connections a process may have: its pool and the hub's."""


@pytest.mark.parametrize(
    "restarts", [pytest.param(5, id="short", marks=pytest.mark.chaos_short), pytest.param(50, id="long")]
)
async def test_r05_turns_survive_kill_9_of_the_store(crew: Crew, store: Store, restarts: int) -> None:
    async with crew(2) as load:
        await load.open(20)
        bursts = set()
        for _ in range(restarts):
            bursts.add(asyncio.create_task(load.burst(100)))
            await asyncio.sleep(load.random.uniform(0.1, 0.6))
            load.history.add(Fault("kill -9", "store"))
            await asyncio.to_thread(store.kill)
            refused = await probed(load, f"/v1/sessions/{load.sessions[0]}/state")
            await asyncio.to_thread(store.start)

            assert (refused.status_code, refused.headers.get("Retry-After")) == (503, "1")
            await until_ready(load)
        await asyncio.gather(*bursts)

        await load.verify()
        assert load.accepted() == restarts * 100


@pytest.mark.parametrize(
    "seconds", [pytest.param(6, id="short", marks=pytest.mark.chaos_short), pytest.param(60, id="long")]
)
async def test_r08_turns_survive_storms_of_client_kill(crew: Crew, store: Store, seconds: int) -> None:
    async with crew(2) as load:
        await load.open(20)
        bursts, most, until = set(), 0, time.monotonic() + seconds
        while time.monotonic() < until:
            bursts.add(asyncio.create_task(load.burst(4)))
            await asyncio.sleep(0.1)
            await store.kill_clients(load.random.choice(["normal", "pubsub"]))
            most = max(most, await store.clients())
        await asyncio.gather(*bursts)

        await load.verify()
        assert most <= 2 * POOLS
        assert not [line for line in load.fleet.lines() if "Traceback" in line or "request.failed" in line]


@pytest.mark.parametrize(
    "writes", [pytest.param(200, id="short", marks=pytest.mark.chaos_short), pytest.param(2000, id="long")]
)
async def test_r09_a_reply_that_is_lost_after_execution_repeats_nothing(
    crew: Crew, store: Store, random: Random, writes: int
) -> None:
    proxy = FaultProxy(store.socket, random)
    async with proxy.listening(), crew(2, f"redis://127.0.0.1:{proxy.port}") as load:
        await load.open(20)
        proxy.faults.only_after, proxy.faults.cut_replies = b"EVALSHA", 0.2
        for _ in range(writes // 20):
            await load.burst(20)
        proxy.faults.cut_replies = 0.0

        await load.verify()
        assert proxy.cuts >= writes // 10
        assert load.accepted() == writes
