"""What is known of customers' files, on every store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.channels.whatsapp.media import MediaErrors
from server.media.ports import MediaIndex
from state.ids import SessionId, TenantId
from state.media import MediaFacts
from state.stores.connection import connect_server
from state.stores.embedded.store import EmbeddedStore
from state.stores.media import RedisMediaErrors, RedisMediaIndex
from state.stores.memory import MemoryMediaErrors, MemoryMediaIndex
from state.turn import StoredFile

Both = tuple[MediaIndex, MediaErrors]
KEPT = MediaFacts(SessionId("ses_1"), TenantId("demo"), "123", 5, stored=StoredFile("ab", 3, "image/png"), filename="a")


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[Both]:
    yield MemoryMediaIndex(), MemoryMediaErrors()


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[Both]:
    async with EmbeddedStore.open(folder) as store, connect_server(store.url, retry=True) as client:
        yield RedisMediaIndex(client, keep_ms=60_000), RedisMediaErrors(client)
        assert all([0 < await client.pttl(key) <= 60_000 for key in await client.keys("*")])


@pytest.fixture(params=[memory, embedded])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Both]:
    async with request.param(tmp_path / "data") as made:
        yield made


async def test_facts_are_known_in_their_session_by_whatever_id(both: Both) -> None:
    index, _ = both
    odd = MediaFacts(SessionId("ses_1"), TenantId("demo"), "ñ\n" * 500, 6, problem="too_large")
    await index.put(KEPT)
    await index.put(odd)

    assert await index.get(KEPT.session, "123") == KEPT
    assert await index.get(odd.session, odd.ref) == odd
    assert await index.get(SessionId("ses_2"), "123") is None


async def test_errors_are_counted_by_number_and_forgotten_after_their_time(both: Both) -> None:
    _, errors = both
    noted = [await errors.note("106", 60_000) for _ in range(3)]

    assert noted == [1, 2, 3]
    assert await errors.recent("106", 60_000) == 3
    assert await errors.recent("107", 60_000) == 0
    assert await errors.recent("106", 0) == 0
