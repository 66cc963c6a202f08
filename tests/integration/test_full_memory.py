"""A store whose memory is full, or that is too slow to answer: nothing is accepted, and `/readyz` says so."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import httpx2
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from server import failures
from server.drain import Drain
from server.routes.health import health
from state.errors import StoreUnavailableError
from state.ids import TenantId
from state.session import Session
from state.stores.connection import connect_server
from state.stores.inbox import RedisInbox
from state.stores.keys import of_session
from state.stores.sessions import RedisSessions
from tests.chaos.proxy import FaultProxy
from tests.contracts.mailbox import ALONE, SESSION, message
from tests.contracts.servers import running, valkey_binary


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Redis]:
    with running(valkey_binary(), tmp_path) as url:
        async with connect_server(url, retry=True) as client:
            yield client


async def readiness(client: Redis) -> int:
    app = FastAPI()
    failures.install(app)
    app.include_router(health(client, Drain()))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://laneway") as http:
        return (await http.get("/readyz")).status_code


async def test_what_a_full_store_refuses_is_not_stored_in_part(store: Redis) -> None:
    await RedisSessions(store, ttl_ms=60_000).create(Session(SESSION, TenantId("demo"), "chat", created=1, updated=1))
    inbox = RedisInbox(store, ttl_ms=60_000, lease_ms=300, capacity=5, events_kept=1000)
    await inbox.accept(message("1"), ALONE)
    before = sorted(await store.keys())
    await store.config_set("maxmemory", "1mb")

    with pytest.raises(StoreUnavailableError):
        await inbox.accept(message("2"), ALONE)

    assert sorted(await store.keys()) == before
    assert await store.llen(of_session(SESSION, "inbox")) == 1
    await store.config_set("maxmemory", "0")
    await inbox.accept(message("2"), ALONE)
    assert await store.llen(of_session(SESSION, "inbox")) == 2


async def test_a_process_is_not_ready_while_its_store_takes_no_writes(store: Redis) -> None:
    before = await readiness(store)
    await store.config_set("maxmemory", "1mb")
    meanwhile = await readiness(store)
    await store.config_set("maxmemory", "0")

    assert [before, meanwhile, await readiness(store)] == [200, 503, 200]


async def test_a_process_is_not_ready_while_its_store_is_too_slow(store: Redis, tmp_path: Path) -> None:
    proxy = FaultProxy(str(tmp_path / "s"), Random(1))
    async with proxy.listening(), connect_server(f"redis://127.0.0.1:{proxy.port}", retry=True) as client:
        before = await readiness(client)
        proxy.stall()
        meanwhile = await readiness(client)

    assert (before, meanwhile) == (200, 503)
