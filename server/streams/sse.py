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
from server.streams.hub import Feed, Hub
from state.errors import LanewayError
from state.events import LoggedEvent
from state.ids import SessionId

RECONNECT_MS: Final = 1000
HEARTBEAT_S: Final = 15
SEND_TIMEOUT_S: Final = 10.0
GRACE_S: Final = 2.0
PAGE: Final = 500


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
    after, last = span
    yield ServerSentEvent(comment="laneway", retry=RECONNECT_MS)
    with hub.watch(session) as feed:
        closer = asyncio.create_task(_close_at(shutdown, feed))
        try:
            first = await log.first_seq(session)
            if after > last or (after and after + 1 < first):
                after = 0
                yield ServerSentEvent(event="reset", data=f'{{"first":{first},"last":{last}}}')
            async for page in _follow(log, session, after, feed):
                yield b"".join(_encoded(event) for event in page)
            yield ServerSentEvent(event="bye", data='{"reason":"shutdown"}')
        except LanewayError as error:
            yield ServerSentEvent(event="error", data=orjson.dumps(wire_form(error)).decode())
        finally:
            closer.cancel()
            with suppress(asyncio.CancelledError):
                await closer


async def _follow(log: EventLog, session: SessionId, after: int, feed: Feed) -> AsyncIterator[list[LoggedEvent]]:
    seen = after
    behind = True
    while not feed.closed:
        if behind:
            page = await log.read(session, seen, PAGE)
            behind = len(page) == PAGE
        else:
            events = await feed.next()
            behind = events is None or events[0].seq > seen + 1
            page = [] if events is None or behind else [event for event in events if event.seq > seen]
        if page:
            seen = page[-1].seq
            yield page


def _encoded(event: LoggedEvent) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (event.id.encode(), event.type.encode(), event.data)


async def _close_at(shutdown: anyio.Event, feed: Feed) -> None:
    await shutdown.wait()
    feed.close()
