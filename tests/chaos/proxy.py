"""A TCP proxy that misbehaves on demand, for in front of Redis or HTTP: faults are switched while connections live."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random

CHUNK = 65_536
STALL_S = (0.2, 1.0)
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close() sends RST


@dataclass
class Faults:
    """What the proxy does to the bytes that pass; change a field and it holds from the next chunk on.

    Attributes:
        latency_s: each chunk, both ways, waits so long.
        bytes_per_s: bandwidth of one direction of one connection; 0 is unlimited.
        cut_after: a connection is closed when so many reply bytes have passed; the reply ends in the middle.
        cut_replies: the share of replies that are dropped, with their connection, after the request was executed.
        only_after: bytes a request must hold somewhere for `cut_replies` to look at its reply; empty is every request.
        refuse: new connections are closed at once.
        stall_share: the share of chunks, both ways, that stand still for 0.2 to 1 s, as after a lost packet.
        mute: requests are held back while replies pass, connections open, until it is off again.
    """

    latency_s: float = 0.0
    bytes_per_s: int = 0
    cut_after: int | None = None
    cut_replies: float = 0.0
    only_after: bytes = b""
    refuse: bool = False
    stall_share: float = 0.0
    mute: bool = False


@dataclass(eq=False)
class Link:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    replied: int = 0
    marked: bool = False

    def close(self, *, reset: bool = False) -> None:
        for writer in (self.client, self.server):
            raw = writer.get_extra_info("socket")
            if reset and raw is not None and raw.family != socket.AF_UNIX:
                with suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
            writer.transport.abort()


@dataclass
class FaultProxy:
    """Passes bytes between clients of `port` and `upstream`: a unix socket's path, or a host and a port.

    `cuts` counts replies that were dropped after their request had been executed.
    """

    upstream: str | tuple[str, int]
    random: Random
    faults: Faults = field(default_factory=Faults)
    port: int = 0
    cuts: int = 0
    accepted: int = 0
    _links: set[Link] = field(default_factory=set)
    _pumps: set[asyncio.Task[None]] = field(default_factory=set)
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["FaultProxy"]:
        self._flowing.set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.close_all()
            for pump in list(self._pumps):
                pump.cancel()
            await asyncio.gather(*self._pumps, return_exceptions=True)
            await server.wait_closed()

    def stall(self) -> None:
        """Hold every byte back, connections open, until `flow`."""
        self._flowing.clear()

    def flow(self) -> None:
        """Let what was held back go on."""
        self._flowing.set()

    def close_all(self, *, reset: bool = False) -> int:
        """Close every connection, with RST when asked, and tell how many there were."""
        links, self._links = self._links, set()
        for link in links:
            link.close(reset=reset)
        return len(links)

    async def _connected(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self.faults.refuse:
            client.transport.abort()
            return
        try:
            if isinstance(self.upstream, str):
                back, server = await asyncio.open_unix_connection(self.upstream)
            else:
                back, server = await asyncio.open_connection(*self.upstream)
        except OSError:
            client.transport.abort()
            return
        link = Link(client, server)
        self._links.add(link)
        for pump in (self._pump(link, reader, server, replies=False), self._pump(link, back, client, replies=True)):
            task = asyncio.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump(
        self, link: Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, replies: bool
    ) -> None:
        try:
            while data := await source.read(CHUNK):
                await self._delayed(len(data), replies=replies)
                if replies and not self._passes(link, data):
                    break
                if not replies:
                    link.marked = self.faults.only_after in data
                sink.write(self._shortened(link, data) if replies else data)
                await sink.drain()
                if replies and self._used_up(link):
                    break
        except OSError:
            pass
        finally:
            self._end(link)

    async def _delayed(self, size: int, *, replies: bool) -> None:
        if self.faults.latency_s:
            await asyncio.sleep(self.faults.latency_s)
        if self.faults.bytes_per_s:
            await asyncio.sleep(size / self.faults.bytes_per_s)
        if self.random.random() < self.faults.stall_share:
            await asyncio.sleep(self.random.uniform(*STALL_S))
        await self._flowing.wait()
        while self.faults.mute and not replies:  # noqa: ASYNC110 # a field that a test sets
            await asyncio.sleep(0.01)

    def _passes(self, link: Link, data: bytes) -> bool:
        if not (data and link.marked and self.random.random() < self.faults.cut_replies):
            return True
        self.cuts += 1
        return False

    def _shortened(self, link: Link, data: bytes) -> bytes:
        before, link.replied = link.replied, link.replied + len(data)
        return data if self.faults.cut_after is None else data[: max(self.faults.cut_after - before, 0)]

    def _used_up(self, link: Link) -> bool:
        return self.faults.cut_after is not None and link.replied >= self.faults.cut_after

    def _end(self, link: Link) -> None:
        self._links.discard(link)
        for writer in (link.client, link.server):
            writer.close()
