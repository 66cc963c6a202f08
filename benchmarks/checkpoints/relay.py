"""Counts round trips the same way for every client and protocol: by looking at the bytes that pass."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

CHUNK = 1 << 20


class Relay:
    """Passes bytes between clients and a server.

    A round trip begins where the client of a connection speaks after the server did: a pipeline is one.
    """

    def __init__(self, server: Path) -> None:
        self.trips = 0
        self._server = server
        self._passing: set[asyncio.Task[None]] = set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection's bytes until either side ends it."""
        task = asyncio.current_task()
        if task is None:
            return
        self._passing.add(task)
        answers, asks = await asyncio.open_unix_connection(str(self._server), limit=CHUNK)
        spoke = "server"

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter, name: str) -> None:
            nonlocal spoke
            while data := await source.read(CHUNK):
                self.trips += name == "client" and spoke == "server"
                spoke = name
                sink.write(data)
                await sink.drain()
            sink.close()

        with suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.gather(copy(reader, asks, "client"), copy(answers, writer, "server"))
        for end in (asks, writer):
            end.close()
        self._passing.discard(task)

    async def close(self) -> None:
        """End the connections that are still open."""
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)


@asynccontextmanager
async def relayed(server: Path, folder: Path) -> AsyncIterator[Relay]:
    """Listen in `folder`, on a socket of the same name as the server's."""
    relay = Relay(server)
    listening = await asyncio.start_unix_server(relay.accept, str(folder / server.name), limit=CHUNK)
    try:
        yield relay
    finally:
        listening.close()
        await relay.close()
