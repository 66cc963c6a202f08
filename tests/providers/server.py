"""An HTTP server that answers by a script, down to how it breaks off."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import orjson

from nodes.models.pieces import Model

Ending = Literal["end", "idle", "reset", "endless", "close"]
"""`end` as it should, `idle` saying nothing more, `reset` with a TCP RST, `endless` with the last part again and again,
`close` the connection within the body."""


@dataclass(frozen=True, slots=True)
class Play:
    """One answer: `parts` are sent as chunks, each on its own; with status 0 nothing is answered at all.

    With `hold`, what follows the first so many parts waits for the event.
    """

    parts: Sequence[bytes] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: Ending = "end"
    hold: tuple[int, asyncio.Event] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A request."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class Connection(Protocol):
    """A client that can be closed."""

    def model(self, name: str) -> Model: ...
    async def close(self) -> None: ...


class Connecting(Protocol):
    """Makes clients."""

    def connection(self, url: str, *, read_s: float, connect_s: float) -> Connection: ...


class Provider:
    """What is played: the script's next line for each request, the last one again and again."""

    def __init__(self, script: Sequence[Play] | Callable[[Seen], Play]) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.connections = 0
        self.url = ""
        self._clients: list[Connection] = []

    def model(self, wire: "Connecting", *, url: str = "", read_s: float = 30.0, connect_s: float = 30.0) -> Model:
        """Return a model that is asked here, or elsewhere; its client is closed with this server."""
        connection = wire.connection(url or self.url, read_s=read_s, connect_s=connect_s)
        self._clients.append(connection)
        return connection.model("test-1")

    async def close_clients(self) -> None:
        for client in self._clients:
            await client.close()

    def play(self, seen: Seen) -> Play:
        self.seen.append(seen)
        if callable(self.script):
            return self.script(seen)
        return self.script[min(len(self.seen), len(self.script)) - 1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answer(self.play(await _request(reader)), reader, writer):
                    pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, play: Play, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if not play.status:
            await reader.read()
            return False
        kind = "text/event-stream" if play.parts and play.parts[0][:1] in {b"d", b"e"} else "application/json"
        headers = {"content-type": kind, "transfer-encoding": "chunked", **play.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {play.status} X\r\n{head}\r\n".encode())
        for number, part in enumerate(play.parts):
            if play.hold and number == play.hold[0]:
                await play.hold[1].wait()
            await _send(writer, part)
        return await self._end(play, reader, writer)

    async def _end(self, play: Play, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        match play.ending:
            case "end":
                writer.write(b"0\r\n\r\n")
                await writer.drain()
                return True
            case "idle":
                await reader.read()
            case "endless":
                while not writer.is_closing():
                    await _send(writer, play.parts[-1])
            case "reset":
                await asyncio.sleep(0.05)  # what was sent is read before the reset throws it away
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
        return False


async def _send(writer: asyncio.StreamWriter, part: bytes) -> None:
    writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
    await writer.drain()
    await asyncio.sleep(0)


async def _request(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Seen(first.split(" ")[1], headers, orjson.loads(body or b"{}"))


@asynccontextmanager
async def serving(script: Sequence[Play] | Callable[[Seen], Play]) -> AsyncIterator[Provider]:
    """Serve a script on loopback."""
    provider = Provider(script)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(provider.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield provider
    finally:
        await provider.close_clients()
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def unreachable() -> Iterator[str]:
    """Give an address whose connections are never made: the queue of a listener that accepts nothing is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
