"""R34, R35: what runs for long, and what was said for long, takes no more memory, keys or time."""

import asyncio
import os
import time
from dataclasses import dataclass

import numpy as np
import psutil
import pytest

from tests.chaos.conftest import Crew
from tests.chaos.load import Load
from tests.chaos.probes import p99, waited
from tests.chaos.store import Store
from tests.waiting import until

pytestmark = pytest.mark.chaos

SOAK_S = float(os.environ.get("LANEWAY_TEST_SOAK_S", "1800"))
TURNS_A_SECOND = 20
GENERATION_S = 15.0
"""Sessions are written to for so long, then left to expire."""
TTL_S = 60.0
"""A run must be four times as long to tell what is steady from what still grows."""
MIB = 2**20
NOISE_MIB = 1.0
"""What a sample may be off by, as the allocator gives back or takes whole pages."""


@dataclass(frozen=True)
class Sample:
    at: float
    rss: float


async def test_r34_memory_and_keys_stay_where_they_are(crew: Crew, store: Store) -> None:
    """Keys of message ids, kept for eight days by design, are left out."""
    samples: list[Sample] = []
    keys: list[int] = []
    async with crew(1, LANEWAY_SESSION_TTL_HOURS=str(TTL_S / 3600)) as load:
        until_s = time.monotonic() + SOAK_S
        while time.monotonic() < until_s:
            await generation(load, samples)
            keys.append(await store.keys(but=":seen:"))

    steady = samples[len(samples) // 3 :]
    spent = steady[-1].at - steady[0].at
    a_second = float(np.polyfit([one.at for one in steady], [one.rss for one in steady], 1)[0])
    assert len(steady) >= 30
    assert a_second * spent <= spent / 600 + NOISE_MIB, samples
    assert keys[-1] <= 1.2 * max(keys[: len(keys) // 2]), keys


async def generation(load: Load, samples: list[Sample]) -> None:
    """Write to new sessions, twenty turns a second, while their watchers come and go; then leave them for good."""
    await load.open(20, watchers=2, bored=0.3)
    over = time.monotonic() + GENERATION_S
    while time.monotonic() < over:
        began = time.monotonic()
        await load.burst(TURNS_A_SECOND)
        samples.append(Sample(began, psutil.Process(load.fleet.pid(0)).memory_info().rss / MIB))
        await asyncio.sleep(max(began + 1.0 - time.monotonic(), 0))
    await load.ended(60)
    await load.leave()


async def test_r35_the_thousandth_turn_is_as_fast_as_the_tenth(crew: Crew, store: Store) -> None:
    async with crew(1, LANEWAY_EVENTS_KEPT="100000") as load:
        await load.open(1, bored=0.0)
        early = await talk(load, store, 100)
        late = await talk(load, store, 1000)
        took = await waited(load)

        await load.verify()
        assert len(took) == 1000
        assert late <= early
        assert p99(took[-100:]) <= 2 * p99(took[5:105])


async def talk(load: Load, store: Store, upto: int) -> int:
    """Go on until so many turns have ended, one after the other; return how many keys the session then has."""
    watcher = load.watchers[0]
    for number in range(len(watcher.ended), upto):
        await load.burst(1)
        await until(lambda: len(watcher.ended) > number, 30)  # noqa: B023
    return await store.keys(but=":seen:", of=load.sessions[0])
