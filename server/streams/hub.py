"""Hand new events to whoever watches a session: one Redis connection a process, however many watchers."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from state.events import LoggedEvent
from state.ids import SessionId
from state.stores.ending import end
from state.stores.faults import store_errors

log = structlog.get_logger()

FEED_CAPACITY: Final = 1000
"""Batches of events a slow watcher may lag behind; then it reads the log instead."""

_RECONNECT_AFTER_S: Final = 0.5


class Feed:
    """New events of one session for one watcher. `None` means: look into the log, something was not passed on."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[list[LoggedEvent] | None] = asyncio.Queue(FEED_CAPACITY)
        self.closed = False

    async def next(self) -> list[LoggedEvent] | None:
        """Wait for the next events; they were logged together."""
        return await self._queue.get()

    def put(self, events: list[LoggedEvent]) -> None:
        """Pass events on, or forget all that wait when the watcher is too slow."""
        if self._queue.full():
            self.nudge()
        else:
            self._queue.put_nowait(events)

    def nudge(self) -> None:
        """Make the watcher look into the log."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    def close(self) -> None:
        """Let the watcher end."""
        self.closed = True
        self.nudge()


class Hub:
    """Subscribes to a session's channel while somebody watches it."""

    def __init__(
        self,
        client: Redis,
        channel_of: Callable[[SessionId], str],
        read_row: Callable[[SessionId, int, bytes], LoggedEvent],
        control: str,
    ) -> None:
        self._control = control
        self._ended = False
        self._listeners: list[Callable[[str], None]] = []
        self._pubsub = client.pubsub()
        self._channel_of = channel_of
        self._read_row = read_row
        self._feeds: dict[str, tuple[SessionId, set[Feed]]] = {}
        self._wanted: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the connection; raises `StoreUnavailableError`."""
        with store_errors():
            await self._pubsub.subscribe(self._control)
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._subscribe())]

    async def stop(self) -> None:
        """End every feed and close the connection."""
        self.end_feeds()
        for task in self._tasks:
            await end(task)
        await self._pubsub.aclose()  # type: ignore[no-untyped-call] # redis-py has no annotation here

    def end_feeds(self) -> None:
        """Let every watcher end, those that come later too."""
        self._ended = True
        for _, feeds in self._feeds.values():
            for feed in feeds:
                feed.close()

    def on_control(self, heard: Callable[[str], None]) -> None:
        """Pass on what is said on the control channel, to everybody who asked for it."""
        self._listeners.append(heard)

    @contextmanager
    def watch(self, session: SessionId) -> Iterator[Feed]:
        """Give a feed of the session's new events; read the log after entering, so that nothing falls between."""
        channel = self._channel_of(session)
        feed = Feed()
        if channel not in self._feeds:
            self._feeds[channel] = (session, set())
            self._wanted.put_nowait(("subscribe", channel))
        self._feeds[channel][1].add(feed)
        if self._ended:
            feed.close()
        try:
            yield feed
        finally:
            feeds = self._feeds[channel][1]
            feeds.discard(feed)
            if not feeds:
                del self._feeds[channel]
                self._wanted.put_nowait(("unsubscribe", channel))

    @property
    def watchers(self) -> int:
        """How many feeds are open."""
        return sum(len(feeds) for _, feeds in self._feeds.values())

    async def _subscribe(self) -> None:
        while True:
            what, channel = await self._wanted.get()
            with suppress(RedisError, OSError):
                if what == "subscribe":
                    await self._pubsub.subscribe(channel)
                elif channel not in self._feeds:
                    await self._pubsub.unsubscribe(channel)

    async def _listen(self) -> None:
        while True:
            try:
                message = await self._pubsub.get_message(timeout=None)
            except (RedisError, OSError) as error:
                log.warning("hub.disconnected", reason=type(error).__name__)
                await asyncio.sleep(_RECONNECT_AFTER_S)
                self._nudge_all()
                continue
            if message and message["type"] == "message":
                self._deliver(message["channel"].decode(), message["data"])
            elif message and message["type"] == "subscribe":
                self._subscribed(message["channel"].decode())

    def _subscribed(self, channel: str) -> None:
        for feed in self._feeds.get(channel, (None, set[Feed]()))[1]:
            feed.nudge()

    def _nudge_all(self) -> None:
        for _, feeds in self._feeds.values():
            for feed in feeds:
                feed.nudge()

    def _deliver(self, channel: str, data: bytes) -> None:
        if channel == self._control:
            for heard in self._listeners:
                heard(data.decode())
            return
        session, feeds = self._feeds.get(channel, (None, set[Feed]()))
        if session is None:
            return
        first, *rows = data.split(b"\n")
        events = [self._read_row(session, int(first) + offset, row) for offset, row in enumerate(rows)]
        for feed in feeds:
            feed.put(events)
