"""R06, R07: the store's master is lost and a replica takes its place. Accepted is what a replica has.

What is not promised over a failover: events of turns that only the lost master had. Those turns run again, and a
watcher sees their events anew (I5 is not held against these runs).
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from redis.asyncio import Redis

from tests.chaos.conftest import Crew
from tests.chaos.history import Answered, Fault
from tests.chaos.load import Load
from tests.chaos.probes import until_ready
from tests.chaos.proxy import FaultProxy
from tests.chaos.store import DURABLE, Elsewhere
from tests.contracts.servers import node, sentinels, valkey_binary
from tests.waiting import until

pytestmark = pytest.mark.chaos

APART_S = 2.0
RESUMED_WITHIN_S = 5.0
ONE = {"LANEWAY_REPLICAS": "1"}


async def test_r06_what_was_accepted_before_a_replica_was_promoted_is_answered(
    crew: Crew, random: Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("r")
    with ExitStack() as stack:
        master, spare = (Elsewhere(stack.enter_context(node(valkey_binary(), folder, *DURABLE))) for _ in range(2))
        replica = Elsewhere(stack.enter_context(node(valkey_binary(), folder, *DURABLE)))
        link = FaultProxy(("127.0.0.1", master.port), random)
        front = FaultProxy(("127.0.0.1", master.port), random)
        async with link.listening(), front.listening():
            await asyncio.to_thread(replica.follow, link.port)
            await until(replica.follows, 20)
            async with crew(2, f"redis://127.0.0.1:{front.port}", at=replica, **ONE) as load:
                await load.open(40)
                bursts = [asyncio.create_task(load.burst(100)) for _ in range(3)]
                await asyncio.sleep(load.random.uniform(0.3, 1.0))
                await part(load, link)
                bursts.append(asyncio.create_task(load.burst(100)))
                await asyncio.sleep(APART_S)
                await promote(load, front, (master, replica, spare))
                await asyncio.gather(*bursts)

                await load.verify(60, but="I5")
                assert load.accepted() == 400
                assert refused(load) > 0, "nothing was written while the replica was cut off"


async def part(load: Load, link: FaultProxy) -> None:
    load.history.add(Fault("partition", "master and replica"))
    link.stall()


async def promote(load: Load, front: FaultProxy, nodes: tuple[Elsewhere, Elsewhere, Elsewhere]) -> None:
    master, replica, spare = nodes
    load.history.add(Fault("kill -9", "master"))
    await asyncio.to_thread(master.kill)
    await asyncio.to_thread(replica.follow, None)
    await asyncio.to_thread(spare.follow, replica.port)
    front.upstream = ("127.0.0.1", replica.port)
    front.close_all(reset=True)
    load.history.add(Fault("promoted", "replica"))


def refused(load: Load) -> int:
    return sum(answer.status == 503 for answer in load.history.of(Answered))


async def test_r07_processes_go_on_with_the_master_that_sentinels_chose(
    crew: Crew, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with watched(tmp_path_factory.mktemp("s")) as (master, replicas, ports):
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        async with crew(2, f"redis+sentinel://{hosts}/main", at=master, **ONE) as load:
            await load.open(40)
            bursts = [asyncio.create_task(load.burst(100)) for _ in range(3)]
            await asyncio.sleep(load.random.uniform(0.3, 1.0))
            load.history.add(Fault("kill -9", "master"))
            switching = asyncio.create_task(switched(ports[0]))
            await asyncio.sleep(0.1)
            await asyncio.to_thread(master.kill)
            chosen = await asyncio.wait_for(switching, 30)
            load.history.add(Fault("+switch-master", str(chosen)))
            load.store = next(one for one in replicas if one.port == chosen)
            resumed = [await until_ready(load, place) for place in range(2)]
            bursts.append(asyncio.create_task(load.burst(100)))
            await asyncio.gather(*bursts)

            await load.verify(60, but="I5")
            assert load.accepted() == 400
            assert sum(resumed) <= RESUMED_WITHIN_S


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[tuple[Elsewhere, list[Elsewhere], list[int]]]:
    """Run a master, two replicas and three sentinels."""
    with ExitStack() as stack:
        nodes = [Elsewhere(stack.enter_context(node(valkey_binary(), folder, *DURABLE))) for _ in range(3)]
        for one in nodes[1:]:
            one.follow(nodes[0].port)
        await until(lambda: all(one.follows() for one in nodes[1:]), 20)
        ports = await asyncio.to_thread(
            lambda: stack.enter_context(sentinels(valkey_binary(), folder, nodes[0].port, replicas=2))
        )
        yield nodes[0], nodes[1:], ports


async def switched(port: int) -> int:
    """Wait until a sentinel says that there is another master, and return its port."""
    async with Redis(port=port) as sentinel, sentinel.pubsub() as heard:
        await heard.subscribe("+switch-master")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            message = await heard.get_message(ignore_subscribe_messages=True, timeout=1.0)
            if message:
                return int(message["data"].split()[-1])
    raise TimeoutError
