"""Customers that cost little: raw HTTP/1.1 and server-sent events on asyncio, two connections a session."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Final, cast

HOST: Final = "127.0.0.1"
PATIENCE_S: Final = 60.0

_LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_EVENT: Final = b"event: "
_END: Final = b"event: turn.end\n"


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of one turn: from the POST to its 202, and from the 202 to the first event and to `turn.end`.

    An event that came before the 202 counts as 0.
    """

    accepted: float
    first: float
    ended: float


class Http(asyncio.Protocol):
    """One connection that is kept; one request at a time."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._received = b""

    @classmethod
    @asynccontextmanager
    async def open(cls, port: int) -> "AsyncIterator[Http]":
        """Connect, and close at the end."""
        transport, http = await asyncio.get_running_loop().create_connection(cls, HOST, port)
        try:
            yield http
        finally:
            transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, method: str, path: str, body: bytes = b"", headers: str = "") -> bytes:
        """Return the answer's body; raises `RuntimeError` when it is no success."""
        self._answer = asyncio.get_running_loop().create_future()
        head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n{headers}"
        self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        status, answer = await self._answer
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer.decode()}")
        return answer

    def data_received(self, data: bytes) -> None:
        """Take an answer in when it is whole."""
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length and len(body) >= int(length[1]) and not self._answer.done():
            self._received = b""
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail a request that waits."""
        if not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server closed the connection"))


class Stream(asyncio.Protocol):
    """One session's event stream, on which one turn at a time is looked out for."""

    def __init__(self, session: str) -> None:
        self._request = f"GET /v1/sessions/{session}/events HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
        self._received = b""
        self._first = 0.0
        self._ended: asyncio.Future[tuple[float, float]] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the events."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def expect(self) -> "asyncio.Future[tuple[float, float]]":
        """Return when the next turn's first event and its end will have come."""
        self._received, self._first = b"", 0.0
        self._ended = asyncio.get_running_loop().create_future()
        return self._ended

    def data_received(self, data: bytes) -> None:
        """Look for the first event and for the end of the turn."""
        if self._ended.done():
            return
        self._received += data
        if not self._first and _EVENT in self._received:
            self._first = perf_counter()
        at = self._received.find(_END)
        if at >= 0 and (end := self._received.find(b"\n\n", at)) >= 0:
            if b'"status":"completed"' not in self._received[at:end]:
                self._ended.set_exception(RuntimeError(self._received[at:end].decode()))
            else:
                self._ended.set_result((self._first, perf_counter()))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail a turn that is looked out for."""
        if not self._ended.done():
            self._ended.set_exception(exc or ConnectionResetError("the event stream ended"))

    def close(self) -> None:
        """End the stream."""
        self._ended.cancel()
        self._transport.close()


class Customer:
    """One session: writes its next message when the answer has come."""

    def __init__(self, http: Http, session: str, stream: Stream) -> None:
        self._http = http
        self._path = f"/v1/sessions/{session}/messages"
        self._stream = stream

    @classmethod
    @asynccontextmanager
    async def meet(cls, http: Http, port: int) -> "AsyncIterator[Customer]":
        """Start a session and watch it."""
        session = await start(http)
        _, stream = await asyncio.get_running_loop().create_connection(lambda: Stream(session), HOST, port)
        try:
            yield cls(http, session, stream)
        finally:
            stream.close()

    async def ask(self, text: str) -> Took:
        """Write a message and wait for its turn's end."""
        ending = self._stream.expect()
        sent = perf_counter()
        await self._http.ask("POST", self._path, said(text))
        accepted = perf_counter()
        async with asyncio.timeout(PATIENCE_S):
            first, ended = await ending
        return Took(*(max(ms * 1000, 0.0) for ms in (accepted - sent, first - accepted, ended - accepted)))


async def start(http: Http) -> str:
    """Start a session and return its id."""
    return str(json.loads(await http.ask("POST", "/v1/sessions", b"{}"))["session_id"])


def said(text: str) -> bytes:
    """Return the body of a message."""
    return json.dumps({"text": text}).encode()


def gauges(page: str) -> Iterator[tuple[str, float]]:
    """Yield the names and values on a page of `/metrics` that have no labels."""
    for line in page.splitlines():
        name, _, value = line.partition(" ")
        if name and not name.startswith("#") and "{" not in name:
            yield name, float(value)
