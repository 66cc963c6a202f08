"""A breaker opens, lets exactly one probe through, and closes: on every adapter, for several processes' clients."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from nodes.models.ports import Breakers
from state.breaker import BreakerRule, Health, Permit, Shut
from state.stores.breakers import RedisBreakers
from state.stores.connection import connect_server
from state.stores.embedded.store import EmbeddedStore
from state.stores.memory import MemoryBreakers

RULE = BreakerRule(failures=5, window_s=10, share=0.5, cool_s=0.1, probe_s=30)
LONG = BreakerRule(failures=5, window_s=10, share=0.5, cool_s=600, probe_s=0.1)
MODEL = "openai:test-1"


@asynccontextmanager
async def memory(_: Path, rule: BreakerRule) -> AsyncIterator[list[Breakers]]:
    yield [MemoryBreakers(rule)] * 2


@asynccontextmanager
async def embedded(folder: Path, rule: BreakerRule) -> AsyncIterator[list[Breakers]]:
    async with EmbeddedStore.open(folder) as store:
        clients = [connect_server(store.url, retry=True) for _ in range(2)]
        yield [RedisBreakers(client, rule) for client in clients]
        for client in clients:
            await client.aclose()


@pytest.fixture(params=[memory, embedded])
async def breakers(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[list[Breakers]]:
    rule = LONG if request.node.originalname.endswith("stays_shut") else RULE
    async with request.param(tmp_path / "data", rule) as made:
        yield made


async def told(breaker: Breakers, *healths: Health) -> list[bool]:
    return [await breaker.report(MODEL, Permit(), health) for health in healths]


async def half_open(breakers: list[Breakers]) -> Permit:
    """Open the breaker, wait until a probe is let through, and return its permit."""
    await told(breakers[0], *["failed"] * 5)  # type: ignore[arg-type] # a list of literals
    while True:
        said = await breakers[1].admit(MODEL)
        if isinstance(said, Permit):
            return said
        await asyncio.sleep(said.wait_s)


async def test_five_failures_open_it_for_everybody(breakers: list[Breakers]) -> None:
    first = await told(breakers[0], "failed", "failed", "failed", "failed")
    last = await told(breakers[1], "failed")

    assert first == [False] * 4
    assert last == [True]


async def test_an_open_breaker_stays_shut(breakers: list[Breakers]) -> None:
    await told(breakers[0], "failed", "failed", "failed", "failed", "failed")

    said = [await breakers[number % 2].admit(MODEL) for number in range(20)]
    late = await told(breakers[1], "alive")

    assert all(isinstance(one, Shut) and 590 < one.wait_s <= 600 for one in said)
    assert late == [True]


async def test_failures_among_many_answers_open_nothing(breakers: list[Breakers]) -> None:
    await told(breakers[0], "alive", "alive", "alive", "alive", "alive", "alive")

    said = await told(breakers[0], "failed", "failed", "failed", "failed", "failed")

    assert said == [False] * 5
    assert await told(breakers[0], "failed") == [True]


async def test_what_could_not_be_told_counts_for_nothing(breakers: list[Breakers]) -> None:
    await told(breakers[0], "failed", "failed", "failed", "failed")

    assert await told(breakers[0], "unknown") == [False]


async def test_exactly_one_of_many_callers_probes(breakers: list[Breakers]) -> None:
    permit = await half_open(breakers)

    others = await asyncio.gather(*(breakers[number % 2].admit(MODEL) for number in range(50)))

    assert permit.probe
    assert all(isinstance(one, Shut) for one in others)


async def test_fifty_callers_at_once_get_one_probe(breakers: list[Breakers]) -> None:
    await breakers[0].report(MODEL, await half_open(breakers), "failed")
    permits: list[Permit] = []
    while not permits:
        said = await asyncio.gather(*(breakers[number % 2].admit(MODEL) for number in range(50)))
        permits = [one for one in said if isinstance(one, Permit)]
        await asyncio.sleep(0.02)

    assert len(permits) == 1
    assert permits[0].probe


async def test_a_probe_that_succeeds_closes_it(breakers: list[Breakers]) -> None:
    permit = await half_open(breakers)

    is_open = await breakers[0].report(MODEL, permit, "alive")

    assert not is_open
    assert await breakers[1].admit(MODEL) == Permit()
    assert await told(breakers[1], "failed") == [False]


async def test_a_probe_that_fails_leaves_it_open(breakers: list[Breakers]) -> None:
    permit = await half_open(breakers)

    assert await breakers[0].report(MODEL, permit, "failed")


async def test_a_probe_that_is_given_up_lets_another_one_through(breakers: list[Breakers]) -> None:
    permit = await half_open(breakers)

    assert await breakers[0].report(MODEL, permit, "unknown")
    again = await breakers[1].admit(MODEL)

    assert isinstance(again, Permit)
    assert again.probe != permit.probe


async def test_a_probe_that_is_anothers_by_now_says_nothing(breakers: list[Breakers]) -> None:
    old = await half_open(breakers)
    await breakers[0].report(MODEL, old, "unknown")
    await breakers[1].admit(MODEL)

    assert await breakers[0].report(MODEL, old, "alive")


async def test_models_have_breakers_of_their_own(breakers: list[Breakers]) -> None:
    await told(breakers[0], "failed", "failed", "failed", "failed", "failed")

    assert await breakers[0].admit("anthropic:test-1") == Permit()
