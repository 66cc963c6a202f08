"""One client's WebSocket: its frames answered in order, the events it subscribed to, all over one connection."""

import asyncio
from typing import Final, Protocol

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from server.ports import EventLog
from server.streams import frames
from server.streams.following import Reset, follow
from server.streams.frames import Cancel, Frame, Ping, Start, Subscribe, Unsubscribe
from server.streams.hub import Hub
from state.errors import InvalidInputError, LanewayError
from state.session import Session

log = structlog.get_logger()

SEND_TIMEOUT_S: Final = 10.0
"""A client that takes nothing for so long is dropped; it goes on later from the last `id` it saw."""
MOST_STREAMS: Final = 64
RESTARTING: Final = 1012


class Desk(Protocol):
    """What a client can ask for."""

    async def start(self, wanted: Start) -> str:
        """Start a workflow and return its id."""
        ...

    async def cancel(self, workflow: str) -> None:
        """Cancel a workflow."""
        ...

    async def open(self, stream: str, after: str | None) -> tuple[Session, int]:
        """Return the session whose log a stream is, and the place to begin at."""
        ...


class SlowClientError(Exception):
    """A client that doesn't take what is sent to it."""


class Socket:
    """Reads frames until the client goes; a stream is a task of its own, and all write one at a time."""

    def __init__(
        self, socket: WebSocket, desk: Desk, hub: Hub, events: EventLog, *, patience_s: float = SEND_TIMEOUT_S
    ) -> None:
        self._socket = socket
        self._desk = desk
        self._hub = hub
        self._events = events
        self._patience_s = patience_s
        self._streams: dict[str, asyncio.Task[None]] = {}
        self._writing = asyncio.Lock()

    async def run(self) -> None:
        """Serve the client until it goes, is too slow, or this process ends."""
        await self._socket.accept()
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._read(tasks)
        except* (WebSocketDisconnect, WebSocketDisconnected):
            pass
        except* SlowClientError:
            log.info("socket.dropped", reason="slow", streams=len(self._streams))

    async def _read(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code") or 1005)
            raw: bytes | str = message.get("text") or message.get("bytes") or b""
            try:
                await self._answer(frames.read_frame(raw), tasks)
            except LanewayError as error:
                await self._send(frames.failure(error, frames.id_of(raw)))

    async def _answer(self, frame: Frame, tasks: asyncio.TaskGroup) -> None:
        match frame:
            case Ping():
                await self._send(frames.answer("pong", frame.id))
            case Start():
                workflow = await self._desk.start(frame)
                await self._send(frames.answer("workflow.started", frame.id, workflow_id=workflow))
                if frame.subscribe:
                    await self._subscribe(workflow, None, None, tasks)
            case Cancel():
                await self._desk.cancel(frame.workflow)
                await self._send(frames.answer("workflow.cancelling", frame.id, workflow_id=frame.workflow))
            case Subscribe():
                await self._subscribe(frame.stream, frame.after, frame.id, tasks)
            case Unsubscribe():
                if stream := self._streams.pop(frame.stream, None):
                    stream.cancel()
                await self._send(frames.answer("unsubscribed", frame.id, stream=frame.stream))

    async def _subscribe(self, stream: str, after: str | None, re: str | None, tasks: asyncio.TaskGroup) -> None:
        if stream in self._streams:
            raise InvalidInputError(f"{stream[:64]!r} is subscribed already.", hint="Send `unsubscribe` before.")
        if len(self._streams) >= MOST_STREAMS:
            raise InvalidInputError(
                f"This connection has {MOST_STREAMS} streams.", hint="Send `unsubscribe`, or open another connection."
            )
        session, place = await self._desk.open(stream, after)
        await self._send(frames.answer("subscribed", re, stream=stream))
        self._streams[stream] = tasks.create_task(self._follow(stream, session, place))

    async def _follow(self, stream: str, session: Session, place: int) -> None:
        try:
            with self._hub.watch(session.id) as feed:
                async for told in follow(self._events, session.id, place, session.events, feed):
                    if isinstance(told, Reset):
                        await self._send(frames.answer("reset", None, stream=stream, first=told.first, last=told.last))
                        continue
                    for event in told:
                        await self._send(frames.told(stream, event))
        except LanewayError as error:
            self._streams.pop(stream, None)
            await self._send(frames.failure(error, stream=stream))
        else:
            await self._send(frames.answer("bye", None, reason="shutdown"))
            await self._socket.close(RESTARTING, "shutdown")

    async def _send(self, text: str) -> None:
        """Send one frame when those before it are taken; raises `SlowClientError`."""
        async with self._writing:
            try:
                async with asyncio.timeout(self._patience_s):
                    await self._socket.send_text(text)
            except TimeoutError:
                raise SlowClientError from None
