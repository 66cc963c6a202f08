"""No number and no customer's rate is overrun, on every adapter and by several processes' clients at once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from server.channels.whatsapp.limits import COEXISTENCE_PER_S, PAIR, PER_S, Room, SendRates, number_rate
from state.rate import Leave, Rate, pause_s
from state.stores.connection import connect_server
from state.stores.embedded.store import EmbeddedStore
from state.stores.memory import MemorySendRates
from state.stores.send_rates import RedisSendRates

GONE = -2
"""What PTTL says of a key that expired meanwhile."""
NUMBER, PAIRS = Rate(burst=8, every_ms=25), Rate(burst=3, every_ms=2_000)


class SharedRates(SendRates, Room, Protocol):
    """All that an adapter has to do."""


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[list[SharedRates]]:
    yield [MemorySendRates(number=NUMBER, pair=PAIRS)] * 2


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[list[SharedRates]]:
    async with EmbeddedStore.open(folder) as store:
        clients = [connect_server(store.url, retry=True) for _ in range(2)]
        yield [RedisSendRates(client, number=NUMBER, pair=PAIRS) for client in clients]
        for client in clients:
            await client.aclose()


@pytest.fixture(params=[memory, embedded])
async def rates(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[list[SharedRates]]:
    async with request.param(tmp_path / "data") as made:
        yield made


async def wait_s(rates: SendRates, number: str, recipient: str) -> float:
    return (await rates.take(number, recipient)).wait_s


async def test_a_burst_goes_at_once_and_then_one_at_a_time(rates: list[SharedRates]) -> None:
    first = [await wait_s(rates[number % 2], "106", "34600") for number in range(3)]

    wait = await wait_s(rates[0], "106", "34600")
    await asyncio.sleep(wait + 0.002)
    after = [await wait_s(one, "106", "34600") for one in rates]

    assert first == [0, 0, 0]
    assert 0 < wait <= 2
    assert after[0] == 0
    assert 0 < after[1] <= 2


async def test_customers_and_numbers_dont_wait_for_each_other(rates: list[SharedRates]) -> None:
    for _ in range(3):
        await wait_s(rates[0], "106", "34600")

    assert await wait_s(rates[0], "106", "34600") > 0
    assert await wait_s(rates[0], "106", "34601") == 0
    assert await wait_s(rates[0], "107", "34600") == 0


async def test_a_number_sends_no_faster_than_it_may_whoever_gets_it(rates: list[SharedRates]) -> None:
    begun, taken = time.monotonic(), 0

    async def sends(one: SendRates, worker: int) -> None:
        nonlocal taken
        for turn in count():
            if taken >= 25:
                return
            wait = await wait_s(one, "106", f"{worker}-{turn}")
            taken += not wait
            await asyncio.sleep(wait)

    await asyncio.gather(*(sends(rates[worker % 2], worker) for worker in range(6)))
    lasted = time.monotonic() - begun

    assert taken <= 8 + lasted * 1000 / 25 + 1


async def test_what_is_refused_for_one_rate_takes_nothing_from_the_other(rates: list[SharedRates]) -> None:
    for _ in range(3):
        await wait_s(rates[0], "106", "34600")
    for _ in range(50):
        await wait_s(rates[0], "106", "34600")

    assert [await wait_s(rates[0], "106", f"other-{number}") for number in range(5)] == [0] * 5


async def test_refusals_of_meta_make_a_customer_wait_four_times_longer_each(rates: list[SharedRates]) -> None:
    waits = [await rates[number % 2].pair_refused("106", "34600") for number in range(4)]

    assert waits == [1, 4, 16, 64]
    assert 60 < await wait_s(rates[0], "106", "34600") <= 64
    assert await wait_s(rates[0], "106", "34601") == 0


async def test_a_number_that_meta_holds_sends_nothing_for_as_long(rates: list[SharedRates]) -> None:
    await rates[0].hold("106", 30)
    await rates[1].hold("106", 5)

    assert 25 < await wait_s(rates[1], "106", "34600") <= 30
    assert await wait_s(rates[1], "107", "34600") == 0


async def test_a_number_that_is_stopped_is_tried_with_one_message_at_a_time(rates: list[SharedRates]) -> None:
    await rates[0].stop("106", 30)
    held = await wait_s(rates[1], "106", "34600")
    await rates[0].stop("106", 0.05)
    await asyncio.sleep(0.1)

    asked = await asyncio.gather(*(rates[number % 2].take("106", f"3460{number}") for number in range(6)))

    assert 25 < held <= 30
    assert [one.probe for one in asked].count(True) == 1
    assert all(one.wait_s > 0 for one in asked if not one.probe)


async def test_a_number_that_works_again_sends_at_once(rates: list[SharedRates]) -> None:
    await rates[0].stop("106", 30)
    await rates[1].resume("106")

    assert [await one.take("106", "34600") for one in rates] == [Leave(), Leave()]


async def test_room_is_told_without_taking_any(rates: list[SharedRates]) -> None:
    unused = await rates[0].has_room("106")
    for turn in range(8):
        await rates[0].take("106", f"{turn}")
    used = await rates[1].has_room("106")
    await rates[0].hold("107", 30)
    held = await rates[1].has_room("107")
    await asyncio.sleep(0.2)

    assert (unused, used, held) == (True, False, False)
    assert await rates[0].has_room("106")
    assert not await wait_s(rates[0], "106", "34600")


async def test_the_store_shows_no_phone_number_and_forgets(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path / "data") as store, connect_server(store.url, retry=True) as client:
        rates = RedisSendRates(client, number=NUMBER, pair=PAIRS)
        await wait_s(rates, "106", "34600111222")
        await rates.pair_refused("106", "34600111222")

        keys = await client.keys("*")
        kept = [await client.pttl(key) for key in keys]

        assert keys
        assert not any(b"34600111222" in key for key in keys)
        assert all(left == GONE or 0 < left <= 62_000 for left in kept)


@pytest.mark.parametrize("per_s", [PER_S, COEXISTENCE_PER_S, 1000, 2])
def test_no_second_sees_more_than_meta_allows(per_s: int) -> None:
    rate = number_rate(per_s)

    assert rate.burst + 1000 / rate.every_ms <= per_s + 1e-9
    assert 1000 / rate.every_ms >= per_s / 2


async def test_a_customer_gets_45_at_once_and_then_one_every_six_seconds() -> None:
    now = 1000.0
    rates = MemorySendRates(number=Rate(1000, 1), pair=PAIR, now=lambda: now)

    burst = [await wait_s(rates, "106", "34600") for _ in range(46)]
    now += 6
    later = [await wait_s(rates, "106", "34600") for _ in range(2)]

    assert burst == [0] * 45 + [pytest.approx(6)]
    assert later == [0, pytest.approx(6)]


def test_the_longest_pause_is_bounded() -> None:
    assert pause_s(100) == 4096
