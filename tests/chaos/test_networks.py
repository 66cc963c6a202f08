"""R10, R11, R12: a slow, narrow, half dead or lossy network between the processes and their store."""

import asyncio
import json
import time
from contextlib import suppress
from datetime import datetime
from random import Random

import pytest

from tests.chaos.conftest import Crew
from tests.chaos.driver import LEASE_S
from tests.chaos.history import Fault, taken_over
from tests.chaos.load import Load
from tests.chaos.probes import p99, probed, until_ready, waited
from tests.chaos.proxy import FaultProxy
from tests.chaos.store import Store

pytestmark = pytest.mark.chaos

ROUND_TRIP_S = 0.2
NARROW = 256_000 // 8
"""256 kbit/s, of each connection in each direction: the proxy knows no link."""
MUTE_S = 10.0


async def rate(load: Load, bursts: int, size: int) -> float:
    """Send bursts, wait for every end, and return how many turns there were a second."""
    began = time.monotonic()
    for _ in range(bursts):
        await load.burst(size)
    await load.ended(60)
    return bursts * size / (time.monotonic() - began)


def overtaken(load: Load) -> int:
    """How many turns a process gave up because it no longer had the session."""
    return sum("turn.superseded" in line for line in load.fleet.lines())


async def test_r10_a_slow_network_slows_turns_by_its_round_trips_and_loses_no_lease(
    crew: Crew, store: Store, random: Random
) -> None:
    """With the lease time that is the default."""
    proxy = FaultProxy(store.socket, random)
    async with proxy.listening(), crew(2, f"redis://127.0.0.1:{proxy.port}", LANEWAY_RECOVERY_S="10") as load:
        await load.open(20)
        for _ in range(5):
            await load.one_each()
        proxy.faults.latency_s = ROUND_TRIP_S / 2
        for _ in range(5):
            await load.one_each()
        ready = (await probed(load, "/readyz")).status_code
        proxy.faults.latency_s = 2.0
        late = (await probed(load, "/readyz")).status_code
        proxy.faults.latency_s = 0.0
        await until_ready(load)

        await load.verify(60)
        took = await waited(load)
        base, slow = p99(took[:100]), p99(took[100:])
        assert (ready, late) == (200, 503)
        assert overtaken(load) == taken_over(load.history) == 0
        assert base < slow <= base + 5 * ROUND_TRIP_S


async def test_r10_a_narrow_network_loses_nothing(crew: Crew, store: Store, random: Random) -> None:
    proxy = FaultProxy(store.socket, random)
    async with proxy.listening(), crew(2, f"redis://127.0.0.1:{proxy.port}") as load:
        await load.open(40)
        proxy.faults.bytes_per_s = NARROW
        await rate(load, 5, 40)

        await load.verify(60)
        assert overtaken(load) == 0


async def test_r11_a_worker_that_the_store_no_longer_hears_stops_itself_and_another_takes_over(
    crew: Crew, store: Store, random: Random
) -> None:
    proxy = FaultProxy(store.socket, random)
    async with proxy.listening(), crew(2, apart={0: {"LANEWAY_REDIS_URL": f"redis://127.0.0.1:{proxy.port}"}}) as load:
        await load.open(40)
        for _ in range(3):
            await muted(load, proxy)

        await load.verify(60)
        assert taken_over(load.history) > 0, "no turn ran on the worker when it fell silent"
        assert all(took <= LEASE_S + 2 for took in resumed(load))
        assert stopped(load), "the worker noticed nothing by its own clock"
        assert max(stopped(load)) <= LEASE_S


async def muted(load: Load, proxy: FaultProxy) -> None:
    bursts = [asyncio.create_task(load.burst(40, to=1)) for _ in range(3)]
    await asyncio.sleep(load.random.uniform(0.1, 0.3))
    load.history.add(Fault("mute", "0"))
    proxy.faults.mute = True
    await asyncio.sleep(MUTE_S)
    proxy.faults.mute = False
    load.history.add(Fault("heard again", "0"))
    await asyncio.gather(*bursts)


def _since(load: Load, at: float) -> float:
    """How long after the worker fell silent, or was heard again and what it had sent arrived late."""
    return at - max(fault.at for fault in load.history.of(Fault) if fault.at <= at)


def resumed(load: Load) -> list[float]:
    """How long after the last fault each turn that had been begun was begun again."""
    rows = [row for rows in load.history.log().values() for row in rows]
    return [_since(load, row.at) for row in rows if row.type == "turn.start" and row.attempt > 1]


def stopped(load: Load) -> list[float]:
    """How long after it fell silent the worker gave up each turn that it noticed to have lost by its own clock."""
    found = []
    for line in load.fleet.lines_of(0):
        with suppress(json.JSONDecodeError):
            said = json.loads(line)
            if said.get("event") == "turn.superseded" and "ran out" in said.get("reason", ""):
                found.append(_since(load, datetime.fromisoformat(said["timestamp"]).timestamp()))
    return found


async def test_r12_packets_that_get_lost_cost_time_and_nothing_else(crew: Crew, store: Store, random: Random) -> None:
    proxy = FaultProxy(store.socket, random)
    async with proxy.listening(), crew(2, f"redis://127.0.0.1:{proxy.port}") as load:
        await load.open(100, bored=0.0)
        base = await rate(load, 2, 100)
        proxy.faults.stall_share = 0.1
        lossy = await rate(load, 2, 100)
        proxy.faults.stall_share = 0.0

        await load.verify(60)
        assert lossy >= 0.3 * base, f"{lossy:.0f} turns a second instead of {base:.0f}"
