"""The chaos suite's TCP proxy does what it says, on real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from tests.chaos.proxy import FaultProxy
from tests.waiting import SOON_S


class Echo:
    """Answers every line with itself and remembers it."""

    def __init__(self) -> None:
        self.executed: list[bytes] = []
        self.port = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Echo"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self.executed.append(line)
                writer.write(line)
        finally:
            writer.close()


class Caller:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, line: bytes = b"ping\n") -> bytes:
        self.writer.write(line)
        return await asyncio.wait_for(self.reader.read(len(line)), SOON_S)

    async def lost(self) -> bool:
        """Whether the other side closed the connection, by FIN or RST."""
        try:
            return await self.ask() == b""
        except ConnectionError:
            return True


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    async with Echo().listening() as server:
        yield server


@pytest.fixture
async def proxy(echo: Echo) -> AsyncIterator[FaultProxy]:
    async with FaultProxy(("127.0.0.1", echo.port), Random(1)).listening() as one:
        yield one


@pytest.fixture
async def caller(proxy: FaultProxy) -> AsyncIterator[Caller]:
    one = Caller(*await asyncio.open_connection("127.0.0.1", proxy.port))
    yield one
    one.writer.transport.abort()


async def test_without_faults_bytes_pass_both_ways(caller: Caller) -> None:
    assert [await caller.ask(b"a\n"), await caller.ask(b"bc\n")] == [b"a\n", b"bc\n"]


async def test_latency_delays_request_and_reply(proxy: FaultProxy, caller: Caller) -> None:
    proxy.faults.latency_s = 0.1
    began = time.monotonic()

    await caller.ask()

    assert time.monotonic() - began >= 0.2


async def test_bandwidth_makes_large_messages_slow(proxy: FaultProxy, caller: Caller) -> None:
    proxy.faults.bytes_per_s = 10_000
    began = time.monotonic()

    await caller.ask(b"x" * 999 + b"\n")

    assert time.monotonic() - began >= 0.2


async def test_a_reply_is_cut_in_the_middle(proxy: FaultProxy, caller: Caller) -> None:
    proxy.faults.cut_after = 3

    assert await caller.ask() == b"pin"
    assert await caller.reader.read() == b""


async def test_a_request_is_executed_though_its_reply_is_cut(proxy: FaultProxy, caller: Caller, echo: Echo) -> None:
    proxy.faults.cut_replies = 1.0

    assert await caller.ask() == b""
    assert (echo.executed, proxy.cuts) == ([b"ping\n"], 1)


async def test_only_replies_to_marked_requests_are_cut(proxy: FaultProxy, caller: Caller, echo: Echo) -> None:
    proxy.faults.cut_replies, proxy.faults.only_after = 1.0, b"write"

    assert await caller.ask(b"read\n") == b"read\n"
    assert await caller.ask(b"write\n") == b""
    assert echo.executed == [b"read\n", b"write\n"]


async def test_a_stall_holds_bytes_back_and_keeps_the_connection(proxy: FaultProxy, caller: Caller) -> None:
    proxy.stall()
    asked = asyncio.create_task(caller.ask())
    await asyncio.sleep(0.1)
    assert not asked.done()

    proxy.flow()

    assert await asked == b"ping\n"


async def test_a_reset_is_seen_as_one(proxy: FaultProxy, caller: Caller) -> None:
    await caller.ask()

    assert proxy.close_all(reset=True) == 1

    with pytest.raises(ConnectionResetError):
        await caller.ask()


async def test_new_connections_are_refused_on_demand_and_accepted_again(proxy: FaultProxy) -> None:
    proxy.faults.refuse = True
    refused = Caller(*await asyncio.open_connection("127.0.0.1", proxy.port))
    assert await refused.lost()
    refused.writer.transport.abort()

    proxy.faults.refuse = False
    again = Caller(*await asyncio.open_connection("127.0.0.1", proxy.port))

    assert await again.ask() == b"ping\n"
    again.writer.transport.abort()


async def test_an_upstream_that_is_gone_closes_the_connection() -> None:
    async with FaultProxy(("127.0.0.1", 1), Random(1)).listening() as proxy:
        caller = Caller(*await asyncio.open_connection("127.0.0.1", proxy.port))

        assert await caller.lost()
        caller.writer.transport.abort()


async def test_a_share_of_the_chunks_stands_still_for_a_while(proxy: FaultProxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    proxy.faults.stall_share = 1.0
    began = time.monotonic()
    await Caller(reader, writer).ask()
    took = time.monotonic() - began
    writer.close()

    assert took >= 0.4


async def test_a_mute_client_still_hears(echo: Echo, proxy: FaultProxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    caller = Caller(reader, writer)
    await caller.ask()
    proxy.faults.mute = True
    asking = asyncio.create_task(caller.ask(b"later\n"))
    await asyncio.sleep(0.2)
    executed = list(echo.executed)
    proxy.faults.mute = False
    answer = await asking
    writer.close()

    assert executed == [b"ping\n"]
    assert answer == b"later\n"
