import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from state.stores.connection import Client, connect, connect_listener, connect_server
from tests.contracts.servers import replicated, sentinel, valkey_binary
from tests.waiting import SOON_S, given


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with sentinel(valkey_binary(), tmp_path_factory.mktemp("s")) as port:
        yield f"redis+sentinel://127.0.0.1:1,127.0.0.1:{port}/main"


@pytest.fixture
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    with replicated(valkey_binary(), tmp_path_factory.mktemp("r")) as (port, master):
        yield f"redis+sentinel://127.0.0.1:{port}/main", master


async def test_a_master_is_found_by_its_name_although_a_sentinel_is_gone(url: str) -> None:
    async with connect(url, retry=False) as client:
        await client.set("key", "ñ")

        assert await client.get("key") == "ñ".encode()


async def test_the_number_of_a_database_is_taken_from_the_address(url: str) -> None:
    async with connect(f"{url}/3", retry=False) as third, connect(url, retry=False) as first:
        await third.set("only here", 1)

        assert await first.get("only here") is None


async def test_more_commands_than_connections_to_a_master_wait_their_turn(url: str) -> None:
    async with connect(url, retry=False, connections=2, wait=SOON_S) as client:
        numbers = await asyncio.gather(*(client.incr("number") for _ in range(200)))
        rows = await client.client_list(_type="normal")

    assert sorted(numbers) == list(range(1, 201))
    assert len(rows) <= 3  # the sentinel's own is one of them


async def test_closing_a_client_closes_its_connections_to_the_sentinels(url: str) -> None:
    port = int(url.rpartition(":")[2].split("/")[0])
    async with connect_server(f"redis://127.0.0.1:{port}", retry=False, connections=1) as watcher:
        async with connect(url, retry=False) as client:
            await client.ping()
            during = len(await watcher.client_list())

        await given(watcher.client_list, lambda left: len(left) == during - 1)


async def test_an_unknown_master_is_said(url: str) -> None:
    async with connect(url.replace("/main", "/other"), retry=False) as client:
        with pytest.raises(RedisError, match="No master found for 'other'"):
            await client.ping()


@pytest.mark.parametrize("retry", [True, False])
async def test_clients_and_listeners_go_on_with_the_promoted_master(watched: tuple[str, int], retry: bool) -> None:
    url, master = watched
    async with connect(url, retry=retry) as client, connect_listener(url) as listener, listener.pubsub() as heard:
        await heard.subscribe("news")
        await client.set("key", "kept")
        await given(lambda: client.wait(1, 1000))
        async with connect_server(f"redis://127.0.0.1:{master}", retry=False) as direct:
            os.kill((await direct.info("server"))["process_id"], signal.SIGKILL)

        said = await given(lambda: _hear(client, heard))

        assert said == b"still here"
        assert await client.mget(["key", "after"]) == [b"kept", b"the failover"]


async def _hear(client: Client, heard: PubSub) -> bytes | None:
    assert isinstance(client, Redis)
    with suppress(RedisError):
        await client.set("after", "the failover")
        await client.publish("news", "still here")
        message = await heard.get_message(ignore_subscribe_messages=True, timeout=0.2)
        return bytes(message["data"]) if message else None
    return None
