"""Server-sent events: the log from any place on, then live, without a gap or a repeat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

import anyio
import orjson
from sse_starlette import EventSourceResponse, ServerSentEvent

from server.failures import wire_form
from server.ports import EventLog
from server.streams.following import Reset, follow
from server.streams.hub import Feed, Hub
from state.errors import LanewayError
from state.events import LoggedEvent
from state.ids import SessionId

RECONNECT_MS: Final = 1000
HEARTBEAT_S: Final = 15
SEND_TIMEOUT_S: Final = 10.0
GRACE_S: Final = 2.0


def event_stream(hub: Hub, log: EventLog, session: SessionId, after: int, last: int) -> EventSourceResponse:
    """Return the response that streams a session's events from `after` on; `last` is the log's last seq now."""
    shutdown = anyio.Event()
    return EventSourceResponse(
        _events(hub, log, session, (after, last), shutdown),
        ping=HEARTBEAT_S,
        ping_message_factory=lambda: ServerSentEvent(comment="heartbeat"),
        send_timeout=SEND_TIMEOUT_S,
        sep="\n",
        shutdown_event=shutdown,
        shutdown_grace_period=GRACE_S,
        headers={"X-Content-Type-Options": "nosniff"},
    )


async def _events(
    hub: Hub, log: EventLog, session: SessionId, span: tuple[int, int], shutdown: anyio.Event
) -> AsyncIterator[ServerSentEvent | bytes]:
    yield ServerSentEvent(comment="laneway", retry=RECONNECT_MS)
    with hub.watch(session) as feed:
        closer = asyncio.create_task(_close_at(shutdown, feed))
        try:
            async for told in follow(log, session, *span, feed):
                if isinstance(told, Reset):
                    yield ServerSentEvent(event="reset", data=f'{{"first":{told.first},"last":{told.last}}}')
                else:
                    yield b"".join(_encoded(event) for event in told)
            yield ServerSentEvent(event="bye", data='{"reason":"shutdown"}')
        except LanewayError as error:
            yield ServerSentEvent(event="error", data=orjson.dumps(wire_form(error)).decode())
        finally:
            closer.cancel()
            with suppress(asyncio.CancelledError):
                await closer


def _encoded(event: LoggedEvent) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (event.id.encode(), event.type.encode(), event.data)


async def _close_at(shutdown: anyio.Event, feed: Feed) -> None:
    await shutdown.wait()
    feed.close()
