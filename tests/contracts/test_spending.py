"""No cap is overrun, whoever spends at once; on every adapter."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from nodes.models.ports import Spending
from state.spending import NANO, Account, Amount, Caps
from state.stores.connection import connect_server
from state.stores.embedded.store import EmbeddedStore
from state.stores.memory import MemorySpending
from state.stores.spending import RedisSpending

SHOP, TURN = Account("shop"), Account("shop", "trn_1")
DAY = Caps(day_tokens=1000)


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[list[Spending]]:
    yield [MemorySpending()] * 2


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[list[Spending]]:
    async with EmbeddedStore.open(folder) as store:
        clients = [connect_server(store.url, retry=True) for _ in range(2)]
        yield [RedisSpending(client) for client in clients]
        for client in clients:
            await client.aclose()


@pytest.fixture(params=[memory, embedded])
async def spending(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[list[Spending]]:
    async with request.param(tmp_path / "data") as made:
        yield made


async def test_what_is_reserved_counts_at_once_and_for_everybody(spending: list[Spending]) -> None:
    said = await asyncio.gather(
        *(spending[number % 2].reserve(SHOP, f"r{number}", Amount(100), DAY) for number in range(50))
    )

    assert said.count(None) == 10
    assert said.count("day_tokens") == 40


async def test_what_was_not_used_is_given_back(spending: list[Spending]) -> None:
    await spending[0].reserve(SHOP, "a", Amount(900), DAY)
    refused = await spending[0].reserve(SHOP, "b", Amount(200), DAY)
    await spending[1].settle(SHOP, "a", Amount(100))

    assert refused == "day_tokens"
    assert await spending[0].reserve(SHOP, "b", Amount(900), DAY) is None
    assert await spending[0].reserve(SHOP, "c", Amount(1), DAY) == "day_tokens"


async def test_what_was_used_beyond_the_reservation_counts_too(spending: list[Spending]) -> None:
    await spending[0].reserve(SHOP, "a", Amount(100), DAY)
    await spending[0].settle(SHOP, "a", Amount(950))

    assert await spending[0].reserve(SHOP, "b", Amount(51), DAY) == "day_tokens"
    assert await spending[0].reserve(SHOP, "b", Amount(50), DAY) is None


async def test_a_repeated_command_counts_once(spending: list[Spending]) -> None:
    for _ in range(3):
        await spending[0].reserve(SHOP, "a", Amount(600), DAY)
    for _ in range(3):
        await spending[0].settle(SHOP, "a", Amount(500))

    assert await spending[0].reserve(SHOP, "b", Amount(500), DAY) is None
    assert await spending[0].reserve(SHOP, "c", Amount(1), DAY) == "day_tokens"


async def test_dollars_have_caps_of_their_own(spending: list[Spending]) -> None:
    caps = Caps(turn_usd=0.01, day_usd=0.02)
    cent = Amount(1, NANO // 100)

    first = await spending[0].reserve(TURN, "a", cent, caps)
    second = await spending[0].reserve(TURN, "b", Amount(1, 1), caps)
    other = await spending[0].reserve(Account("shop", "trn_2"), "c", cent, caps)
    last = await spending[0].reserve(Account("shop", "trn_3"), "d", Amount(1, 1), caps)

    assert [first, second, other, last] == [None, "turn_usd", None, "day_usd"]


async def test_a_turn_has_caps_of_its_own_and_no_turn_has_none(spending: list[Spending]) -> None:
    caps = Caps(turn_tokens=100)

    assert await spending[0].reserve(TURN, "a", Amount(100), caps) is None
    assert await spending[0].reserve(TURN, "b", Amount(1), caps) == "turn_tokens"
    assert await spending[0].reserve(Account("shop", "trn_2"), "c", Amount(100), caps) is None
    assert [await spending[0].reserve(SHOP, f"d{number}", Amount(100), caps) for number in range(3)] == [None] * 3


async def test_tenants_pay_for_themselves(spending: list[Spending]) -> None:
    await spending[0].reserve(SHOP, "a", Amount(1000), DAY)

    assert await spending[0].reserve(Account("other"), "a", Amount(1000), DAY) is None


async def test_no_cap_is_no_limit(spending: list[Spending]) -> None:
    assert await spending[0].reserve(TURN, "a", Amount(10**12, 10**14), Caps()) is None


async def test_a_new_day_begins_at_nothing() -> None:
    now = 86_400.0 * 20_000
    spending = MemorySpending(now=lambda: now)
    await spending.reserve(SHOP, "a", Amount(1000), DAY)
    now += 86_400

    assert await spending.reserve(SHOP, "b", Amount(1000), DAY) is None
    await spending.settle(SHOP, "a", Amount(0))
    assert await spending.reserve(SHOP, "c", Amount(1), DAY) == "day_tokens"


async def test_the_store_forgets(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path / "data") as store, connect_server(store.url, retry=True) as client:
        await RedisSpending(client).reserve(TURN, "a", Amount(1), DAY)

        kept = [await client.pttl(key) for key in await client.keys("lw:spend:*")]

        assert len(kept) == 2
        assert all(0 < left <= 172_800_000 for left in kept)


async def test_yesterdays_sum_is_dropped_by_the_stores_clock(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path / "data") as store, connect_server(store.url, retry=True) as client:
        spending = RedisSpending(client)
        await spending.reserve(SHOP, "a", Amount(1000), DAY)
        (key,) = await client.keys("lw:spend:*")
        await client.hincrby(key, "day", -1)

        assert await spending.reserve(SHOP, "b", Amount(1000), DAY) is None
        await spending.settle(SHOP, "a", Amount(0))
        assert await spending.reserve(SHOP, "c", Amount(1), DAY) == "day_tokens"
