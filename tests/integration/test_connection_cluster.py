import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from state.errors import StoreUnavailableError
from state.stores.connection import connect, connect_listener, connect_server
from state.stores.faults import store_errors
from tests.contracts.servers import cluster, valkey_binary
from tests.waiting import SOON_S, given


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(valkey_binary(), tmp_path_factory.mktemp("c")) as port:
        yield f"redis+cluster://127.0.0.1:1,127.0.0.1:{port}"


async def connected(client: object) -> list[int]:
    """Return how many connections to each master are named `bounded`."""
    assert isinstance(client, RedisCluster)
    found = []
    for node in client.get_primaries():
        async with connect_server(f"redis://{node.host}:{node.port}", retry=False, connections=1) as one:
            found.append(sum(row["name"] == "bounded" for row in await one.client_list()))
    return found


async def test_keys_of_every_slot_are_found_in_a_cluster(url: str) -> None:
    async with connect(url, retry=True) as client:
        await asyncio.gather(*(client.set(f"key{n}", n) for n in range(50)))

        assert [await client.get(f"key{n}") for n in range(50)] == [b"%d" % n for n in range(50)]


@pytest.mark.parametrize("retry", [True, False])
async def test_more_commands_than_a_nodes_connections_wait_their_turn(url: str, retry: bool) -> None:
    async with connect(f"{url}?client_name=bounded", retry=retry, connections=2, wait=SOON_S) as client:
        await client.delete("{a}number")

        numbers = await asyncio.gather(*(client.incr("{a}number") for _ in range(200)))

        assert sorted(numbers) == list(range(1, 201))
        assert max(await connected(client)) <= 2 + 1  # one asks for the cluster's layout


async def test_pipelines_wait_their_turn_too_and_come_back_in_order(url: str) -> None:
    async def one(number: int) -> list[bytes]:
        pipe = client.pipeline(transaction=False)
        for at in range(5):
            pipe.set(f"p{number}:{at}", f"{number}:{at}")
            pipe.get(f"p{number}:{at}")
        replies: list[bytes] = await pipe.execute()
        return replies[1::2]

    async with connect(f"{url}?client_name=bounded", retry=True, connections=2, wait=SOON_S) as client:
        replies = await asyncio.gather(*(one(number) for number in range(40)))

        assert replies == [[b"%d:%d" % (number, at) for at in range(5)] for number in range(40)]
        assert max(await connected(client)) <= 2 + 1  # one asks for the cluster's layout


async def test_who_waits_too_long_for_a_clusters_connection_is_told(url: str) -> None:
    async with (
        connect(url, retry=False, connections=1, wait=0.05, timeout=SOON_S) as client,
        connect(url, retry=False) as other,
    ):
        await other.delete("list")
        blocked = asyncio.ensure_future(client.blpop(["list"]))
        await asyncio.sleep(0)

        with pytest.raises(RedisConnectionError, match="No connection available"):
            await client.get("key")
        await other.rpush("list", "go on")
        await blocked


async def test_a_clusters_connections_that_died_while_idle_are_replaced_before_use(url: str) -> None:
    async with connect(url, retry=False) as client:
        assert isinstance(client, RedisCluster)
        await asyncio.gather(*(client.get("key") for _ in range(5)))
        node = client.get_node_from_key("key")
        assert node is not None
        async with connect_server(f"redis://{node.host}:{node.port}", retry=False) as other:
            await other.client_kill_filter(_type="normal", skipme=True)

        assert await client.set("key", 1)


async def test_a_clusters_client_that_failed_last_leaves_no_connection_open(url: str) -> None:
    async with connect(url, retry=False) as asking:
        client = connect(f"{url}?client_name=bounded", retry=False, timeout=2)
        await client.set("key", 1)
        with pytest.raises(RedisTimeoutError):
            await client.blpop(["nothing"])
        await client.aclose()

        assert await given(lambda: connected(asking), lambda found: found == [0, 0, 0])


async def test_every_command_is_packed_as_the_server_reads_it(url: str) -> None:
    async with connect(url, retry=True) as client:
        assert await client.execute_command("SET", "n", 1.5, "PX", 10_000)
        assert await client.get("n") == b"1.5"
        assert (await client.execute_command("CLUSTER INFO", target_nodes="random"))["cluster_state"] == "ok"


async def test_what_is_published_at_any_node_reaches_a_listener_at_one(url: str) -> None:
    async with connect(url, retry=True) as client, connect_listener(url) as listener, listener.pubsub() as heard:
        await heard.subscribe("news")
        await heard.get_message(timeout=SOON_S)
        assert isinstance(client, RedisCluster)

        for node in client.get_primaries():
            await client.execute_command("PUBLISH", "news", node.name, target_nodes=node)
        messages = [await heard.get_message(timeout=SOON_S) for _ in client.get_primaries()]

    assert {message and message["data"].decode() for message in messages} == {n.name for n in client.get_primaries()}


async def test_a_cluster_that_is_not_there_is_an_unavailable_store() -> None:
    client = connect("redis+cluster://127.0.0.1:1", retry=False)

    with pytest.raises(StoreUnavailableError), store_errors():
        await client.get("key")


@pytest.mark.parametrize(("retry", "piped"), [(True, True), (False, True), (False, False)])
async def test_clients_and_listeners_of_a_cluster_go_on_after_a_master_is_gone(
    tmp_path: Path, retry: bool, piped: bool
) -> None:
    with cluster(valkey_binary(), tmp_path, node_timeout_ms=2000) as port:
        url = f"redis+cluster://127.0.0.1:{port}"
        async with connect(url, retry=retry) as client, connect_listener(url) as listener, listener.pubsub() as heard:
            assert isinstance(client, RedisCluster)
            await heard.subscribe("news")
            await heard.get_message(timeout=SOON_S)
            node = next(one for one in client.get_primaries() if one.port != port)
            key = next(f"key{n}" for n in range(1000) if client.get_node_from_key(f"key{n}") == node)
            await client.set(key, "kept")
            await given(lambda: client.execute_command("WAIT", 1, 1000, target_nodes=node))
            os.kill((await client.info("server", target_nodes=node))["process_id"], signal.SIGKILL)

            kept = await given(lambda: _once_it_answers(client, key, piped=piped))
            said = await given(lambda: _heard(client, key, heard))

    assert kept == b"kept"
    assert said == b"still here"


async def _once_it_answers(client: RedisCluster, key: str, *, piped: bool) -> bytes | None:
    with suppress(StoreUnavailableError), store_errors():
        if not piped:
            return cast("bytes", await client.get(key))
        pipe = client.pipeline()
        pipe.get(key)
        return cast("bytes", (await pipe.execute())[0])
    return None


async def _heard(client: RedisCluster, key: str, heard: PubSub) -> bytes | None:
    """Publish at the node of a key; return what is heard of it soon."""
    with suppress(StoreUnavailableError), store_errors():
        await client.execute_command("PUBLISH", "news", "still here", target_nodes=client.get_node_from_key(key))
        message = await heard.get_message(ignore_subscribe_messages=True, timeout=1)
        return bytes(message["data"]) if message else None
    return None
