import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import anyio
import pytest

from server.streams.hub import FEED_CAPACITY, Feed, Hub
from server.streams.sse import _events
from state.errors import StoreUnavailableError
from state.events import Log, LoggedEvent, encode
from state.ids import SessionId, TenantId, TurnId
from state.session import Session
from state.stores.memory import MemoryEventLog, MemorySessions

SESSION = SessionId("ses_1")


class StillHub:
    """A hub whose one feed the test fills."""

    def __init__(self) -> None:
        self.feed = Feed()

    @contextmanager
    def watch(self, session: SessionId) -> Iterator[Feed]:
        yield self.feed


class BrokenLog:
    async def first_seq(self, session: SessionId) -> int:
        return 1

    async def read(self, session: SessionId, after: int = 0, limit: int = 1000) -> list[LoggedEvent]:
        raise StoreUnavailableError("scripted")


async def filled(*names: str) -> MemoryEventLog:
    sessions = MemorySessions()
    await sessions.create(Session(SESSION, TenantId("demo"), "chat", created=1, updated=1))
    log = MemoryEventLog(sessions)
    await log.append(SESSION, "b", [encode(SESSION, TurnId("t"), 1, Log("info", name)) for name in names])
    return log


async def shown(stream: AsyncIterator[Any], until: Callable[[list[str]], bool]) -> list[str]:
    parts: list[str] = []
    async for part in stream:
        parts.append(part.decode() if isinstance(part, bytes) else part.encode().decode())
        if until(parts):
            break
    await cast("Any", stream).aclose()
    return parts


def seqs(parts: list[str]) -> list[int]:
    lines = "".join(parts).splitlines()
    return [int(line.split(": ")[1].split("-")[0]) for line in lines if line.startswith("id: ")]


def stream(hub: StillHub, log: Any, after: int = 0, last: int = 0) -> AsyncIterator[Any]:
    return _events(cast("Hub", hub), log, SESSION, (after, last), anyio.Event())


async def test_the_log_comes_first_and_then_what_is_new() -> None:
    hub, log = StillHub(), await filled("a", "b")
    source = stream(hub, log)
    first = await shown_two(source)

    await log.append(SESSION, "c", [encode(SESSION, TurnId("t"), 1, Log("info", "c"))])
    hub.feed.put(await log.read(SESSION, 2))
    rest = await shown(source, lambda parts: len(seqs(parts)) >= 1)

    assert first.count("id: ") == 2
    assert "retry: 1000" in first
    assert seqs(rest) == [3]


async def shown_two(source: AsyncIterator[Any]) -> str:
    parts = [await anext(source), await anext(source)]
    return "".join(part.decode() if isinstance(part, bytes) else part.encode().decode() for part in parts)


async def test_what_was_seen_is_not_shown_again() -> None:
    hub, log = StillHub(), await filled("a", "b", "c")
    source = stream(hub, log, after=1, last=3)
    first = await shown_two(source)
    await log.append(SESSION, "d", [encode(SESSION, TurnId("t"), 1, Log("info", "d"))])

    hub.feed.put((await log.read(SESSION))[:2])
    hub.feed.put(await log.read(SESSION))
    parts = await shown(source, lambda parts: len(seqs(parts)) >= 1)

    assert seqs([first]) == [2, 3]
    assert seqs(parts) == [4]


async def test_a_gap_is_read_from_the_log() -> None:
    hub, log = StillHub(), await filled("a")
    source = stream(hub, log)
    await shown_two(source)
    await log.append(SESSION, "c", [encode(SESSION, TurnId("t"), 1, Log("info", name)) for name in "bcd"])

    hub.feed.put((await log.read(SESSION))[3:])
    parts = await shown(source, lambda parts: len(seqs(parts)) >= 3)

    assert seqs(parts) == [2, 3, 4]


async def test_a_cursor_beyond_the_log_resets_the_stream() -> None:
    parts = await shown(stream(StillHub(), await filled("a"), after=9, last=1), lambda parts: len(parts) == 3)

    assert "event: reset" in parts[1]
    assert seqs(parts) == [1]


async def test_a_failure_after_the_first_byte_is_an_error_event() -> None:
    parts = await shown(stream(StillHub(), BrokenLog()), lambda _: False)

    assert "event: error" in parts[-1]
    assert "store_unavailable" in parts[-1]


async def test_a_watcher_that_lags_looks_into_the_log() -> None:
    feed = Feed()
    rows = await (await filled("a")).read(SESSION)

    for _ in range(FEED_CAPACITY + 1):
        feed.put(rows)

    assert await feed.next() is None
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(feed.next(), 0.01)
