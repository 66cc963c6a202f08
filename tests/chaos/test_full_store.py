"""R29, R30: the store's disk or memory is full. Nothing is accepted, all is shown, and it goes on by itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.chaos.conftest import Crew
from tests.chaos.history import Fault
from tests.chaos.load import Load
from tests.chaos.probes import offered, probed, until_ready
from tests.chaos.store import Store
from tests.forked import ForkedServer
from tests.waiting import SOON_S

pytestmark = [pytest.mark.chaos, pytest.mark.chaos_short]

Change = Callable[[], Awaitable[None]]


@asynccontextmanager
async def full(load: Load, what: str, fill: Change, empty: Change) -> AsyncIterator[None]:
    """Write to a store that is filled meanwhile, and on after it was emptied again."""
    await load.open(20)
    await load.burst(60)
    await load.ended()
    load.history.add(Fault("full", what))
    await fill()
    try:
        yield
    finally:
        load.history.add(Fault("emptied", what))
        await empty()
    await until_ready(load)
    await load.burst(60)
    await load.verify()


async def refuses_and_shows(load: Load) -> None:
    session = load.sessions[0]
    refused = [await offered(load, session, f"{session}-full-{number}") for number in range(5)]
    shown = [await probed(load, f"/v1/sessions/{session}/{what}") for what in ("state", "events.json")]

    assert {(one.status_code, one.headers.get("Retry-After")) for one in refused} == {(503, "1")}
    assert {one.json()["code"] for one in refused} == {"store_unavailable"}
    assert [one.status_code for one in shown] == [200, 200]
    assert (await probed(load, "/readyz")).status_code == 503


async def test_r29_a_full_disk_is_a_503_and_is_over_when_there_is_room(
    crew: Crew, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A server with appendfsync always ends on a full disk, as R05 has it; with everysec it refuses writes."""
    store = Store(tmp_path_factory.mktemp("v"), "--appendfsync", "everysec")
    store.start()
    try:
        async with crew(2, at=store) as load:
            await disk_full(load, store)
    finally:
        store.kill()


async def disk_full(load: Load, store: Store) -> None:
    async def fill() -> None:
        store.let_write(store.written() + 1000)
        await store.until_refusing()

    async def empty() -> None:
        store.let_write(-1)

    async with full(load, "disk", fill, empty):
        await refuses_and_shows(load)


async def test_r30_a_full_memory_is_a_503_and_is_over_when_there_is_room(crew: Crew, store: Store) -> None:
    async with (
        crew(2) as load,
        full(load, "memory", lambda: store.set("maxmemory", "1mb"), lambda: store.set("maxmemory", "0")),
    ):
        await refuses_and_shows(load)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_r30_a_store_that_would_evict_keys_is_refused_at_the_start(
    store: Store, tmp_path: Path, policy: str
) -> None:
    await store.set("maxmemory-policy", policy)
    server = ForkedServer(tmp_path, LANEWAY_REDIS_URL=store.url)

    code = server.process.wait(SOON_S)
    server.kill()

    assert code == 1
    assert f"maxmemory-policy {policy}" in "".join(server.lines)
