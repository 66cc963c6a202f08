import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis, SSLConnection
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError

from state.errors import SettingsError
from state.stores.address import Address
from state.stores.connection import connect, connect_listener, connect_server
from state.stores.embedded.store import EmbeddedStore
from tests.waiting import SOON_S, given


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with EmbeddedStore.open(tmp_path) as store:
        yield store.url


class Cutter:
    """A server that takes commands, and drops the connection in place of the first replies to XADD."""

    def __init__(self, path: Path, *, drops: int) -> None:
        self.url = f"unix://{path}"
        self.taken = 0
        self._path = path
        self._drops = drops

    async def __aenter__(self) -> "Cutter":
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(4096):
            self.taken += b"XADD" in said
            if b"XADD" in said and self.taken <= self._drops:
                break
            writer.write(b"%0\r\n" if b"HELLO" in said else b"+OK\r\n" * said.count(b"*"))
            await writer.drain()
        writer.close()


async def test_a_client_that_does_not_retry_sends_a_command_once(tmp_path: Path) -> None:
    async with Cutter(tmp_path / "s", drops=1) as cutter, connect(cutter.url, retry=False) as client:
        with pytest.raises(RedisConnectionError):
            await client.xadd("stream", {"a": 1})

        assert cutter.taken == 1


async def test_a_client_that_retries_sends_it_until_it_is_answered(tmp_path: Path) -> None:
    async with Cutter(tmp_path / "s", drops=2) as cutter, connect(cutter.url, retry=True) as client:
        assert await client.xadd("stream", {"a": 1}) == b"OK"

        assert cutter.taken == 3


async def test_more_commands_than_connections_wait_their_turn(url: str) -> None:
    async with connect(url, retry=False, connections=2, wait=SOON_S) as client:
        numbers = await asyncio.gather(*(client.incr("number") for _ in range(200)))
        connected = await client.info("clients")

    assert sorted(numbers) == list(range(1, 201))
    assert connected["connected_clients"] <= 2


async def test_who_waits_too_long_for_a_connection_is_told(url: str) -> None:
    async with (
        connect(url, retry=False, connections=1, wait=0.05, timeout=SOON_S) as client,
        connect_server(url, retry=False) as other,
    ):
        blocked = asyncio.ensure_future(client.blpop(["list"]))
        await given(other.info, lambda said: said["blocked_clients"] == 1)

        with pytest.raises(RedisConnectionError, match="No connection available"):
            await client.ping()
        await other.rpush("list", "go on")
        await blocked


async def test_connections_that_died_while_idle_are_replaced_before_use(url: str) -> None:
    async with connect(url, retry=False) as client, connect(url, retry=False) as other:
        await asyncio.gather(*(client.ping() for _ in range(5)))
        await other.client_kill_filter(_type="normal", skipme=True)

        assert await client.ping()


async def test_values_come_back_as_bytes(url: str) -> None:
    async with connect(url, retry=True) as client:
        await client.set("key", "ñ")

        assert await client.get("key") == "ñ".encode()


@pytest.mark.parametrize(
    "address",
    ["redis://u:secret@h:1/3", "rediss://h", "redis://h", "unix:///a%20b?db=2", "redis://[::1]:6379/0"],
)
async def test_an_address_is_understood_without_connecting(address: str) -> None:
    assert isinstance(connect(address, retry=False), Redis)


@pytest.mark.parametrize(
    "address",
    ["redis+cluster://a", "rediss+cluster://u:p%40@a:1,[::1]:2,c/0?client_name=x", "redis+cluster://:secret@a:1/"],
)
async def test_a_clusters_address_is_understood_without_connecting(address: str) -> None:
    assert isinstance(connect(address, retry=False), RedisCluster)
    assert isinstance(connect_listener(address), Redis)


@pytest.mark.parametrize(
    "address",
    ["redis+sentinel://a/main", "rediss+sentinel://u:p%2F@a:1,[::1]:2/m%20n/3?sentinel_password=x&ssl_ca_certs=f"],
)
async def test_a_sentinels_address_is_understood_without_connecting(address: str) -> None:
    assert isinstance(connect(address, retry=False), Redis)
    assert isinstance(connect_listener(address), Redis)


async def test_what_an_address_says_is_what_connections_are_made_with() -> None:
    address = Address.read("rediss+sentinel://u:p%2F@a,[::1]:2/m%20n/3?sentinel_password=w&socket_timeout=9")

    assert address.nodes == (("a", 26379), ("::1", 2))
    assert address.service == "m n"
    assert address.options == {
        "username": "u",
        "password": "p/",
        "db": 3,
        "socket_timeout": 9.0,
        "connection_class": SSLConnection,
    }
    assert address.watchers == {"password": "w", "connection_class": SSLConnection}


async def test_a_client_of_one_server_refuses_a_cluster() -> None:
    with pytest.raises(SettingsError, match="can't be understood"):
        connect_server("redis+cluster://a:1", retry=False)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost:6379",
        "http://:secret@h",
        "unix://",
        "redis://:secret@h/one",
        "redis://:sec/ret@h:6379",
        "redis://:secret@h:99999",
        "rediss://:secret@h?ssl_cert_reqs=secret",
        "redis://:secret@h?secret=1",
        "redis://:secret@[::1",
        "redis+cluster://",
        "redis+cluster://:secret@h:1,",
        "redis+cluster://:secret@h:70000",
        "redis+cluster://:secret@h:1/1",
        "redis+cluster://:sec/ret@h:1",
        "redis+cluster://:sec@ret@h:1",
        "redis+cluster://:sec#ret@h:1",
        "redis+cluster://:secret@h:1?db=secret",
        "redis+cluster://:secret@h:1?secret=1",
        "redis+sentinel://:secret@h:1",
        "redis+sentinel://:secret@h:1/main/secret",
        "redis+sentinel://:secret@h:1/main?secret=1",
        "unix+cluster://:secret@h:1",
    ],
)
@pytest.mark.parametrize("make", [partial(connect, retry=False), connect_listener])
async def test_a_wrong_address_is_refused_and_its_password_not_shown(
    make: Callable[[str], object], address: str
) -> None:
    with pytest.raises(SettingsError, match="can't be understood") as refused:
        make(address)

    assert "LANEWAY_REDIS_URL" in refused.value.hint
    assert "sec" not in refused.value.message + refused.value.hint
    assert refused.value.__suppress_context__
