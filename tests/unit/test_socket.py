"""The WebSocket's frames, on a client that the test plays."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import orjson
import pytest
from starlette.datastructures import Headers
from starlette.websockets import WebSocket

from server.body import LARGEST_PLAN
from server.routes.socket import is_welcome
from server.streams.frames import Start
from server.streams.hub import Feed, Hub
from server.streams.socket import MOST_STREAMS, Socket
from state.errors import SessionNotFoundError
from state.events import Log, encode
from state.ids import SessionId, TenantId, TurnId
from state.session import Session
from state.stores.memory import MemoryEventLog, MemorySessions
from tests.waiting import SOON_S

RUN = SessionId("run_1")


class Client:
    """Both ends of a connection; `stuck` takes nothing more."""

    def __init__(self) -> None:
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._got: asyncio.Queue[str] = asyncio.Queue()
        self.closed: int | None = None
        self.stuck = False

    async def accept(self) -> None:
        pass

    async def receive(self) -> dict[str, Any]:
        return await self._sent.get()

    async def send_text(self, text: str) -> None:
        if self.stuck:
            await asyncio.Event().wait()
        self._got.put_nowait(text)

    async def close(self, code: int, reason: str) -> None:
        self.closed = code
        self.leave()

    def leave(self) -> None:
        self._sent.put_nowait({"type": "websocket.disconnect", "code": 1000})

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(SOON_S):
            return cast("dict[str, Any]", orjson.loads(await self._got.get()))

    async def ask(self, frame: str | dict[str, Any]) -> dict[str, Any]:
        text = frame if isinstance(frame, str) else orjson.dumps(frame).decode()
        self._sent.put_nowait({"type": "websocket.receive", "text": text})
        return await self.next()


class StillHub:
    def __init__(self) -> None:
        self.feed = Feed()

    @contextmanager
    def watch(self, session: SessionId) -> Iterator[Feed]:
        yield self.feed


class ShortDesk:
    """Knows one run, whose log it has."""

    def __init__(self, log: MemoryEventLog) -> None:
        self.log = log
        self.cancelled: list[str] = []
        self.started: list[Start] = []

    async def start(self, wanted: Start) -> str:
        self.started.append(wanted)
        return RUN

    async def cancel(self, workflow: str) -> None:
        self.cancelled.append(workflow)

    async def open(self, stream: str, after: str | None) -> tuple[Session, int]:
        if not stream.startswith(RUN):
            raise SessionNotFoundError(stream)
        events = len(await self.log.read(RUN))
        return Session(RUN, TenantId("demo"), "chat", created=1, updated=1, events=events), int(after or 0)


@asynccontextmanager
async def connected(patience_s: float = SOON_S) -> AsyncIterator[tuple[Client, ShortDesk, StillHub]]:
    sessions = MemorySessions()
    await sessions.create(Session(RUN, TenantId("demo"), "chat", created=1, updated=1))
    log = MemoryEventLog(sessions)
    await log.append(RUN, "b", [encode(RUN, TurnId("t"), 1, Log("info", name)) for name in "abc"])
    client, desk, hub = Client(), ShortDesk(log), StillHub()
    socket = Socket(cast("WebSocket", client), desk, cast("Hub", hub), log, patience_s=patience_s)
    serving = asyncio.create_task(socket.run())
    yield client, desk, hub
    client.leave()
    await asyncio.wait_for(serving, SOON_S)


async def test_a_ping_is_answered_with_its_id() -> None:
    async with connected() as (client, _, _):
        assert await client.ask({"type": "ping", "id": "1"}) == {"type": "pong", "re": "1"}


async def test_a_subscription_goes_on_after_the_last_event_that_was_seen() -> None:
    async with connected() as (client, desk, hub):
        answered = await client.ask({"type": "subscribe", "workflow": RUN, "after": "1", "id": "s"})
        kept = [await client.next(), await client.next()]
        await desk.log.append(RUN, "c", [encode(RUN, TurnId("t"), 1, Log("info", "d"))])
        hub.feed.put((await desk.log.read(RUN))[3:])
        live = await client.next()

    assert answered == {"type": "subscribed", "re": "s", "stream": RUN}
    assert [one["data"]["seq"] for one in (*kept, live)] == [2, 3, 4]
    assert [one["id"].split("-")[0] for one in (*kept, live)] == ["2", "3", "4"]
    assert {one["event"] for one in (*kept, live)} == {"log"}


async def test_a_place_beyond_the_log_begins_anew() -> None:
    async with connected() as (client, _, _):
        await client.ask({"type": "subscribe", "workflow": RUN, "after": "99"})

        reset, first = await client.next(), await client.next()

    assert (reset["type"], reset["last"]) == ("reset", 3)
    assert first["data"]["seq"] == 1


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "invalid_input"),
        ("[]", "invalid_input"),
        ("", "invalid_input"),
        ('{"type":"dance","id":"x"}', "invalid_input"),
        ('{"type":"ping","extra":1}', "invalid_input"),
        ('{"type":"subscribe"}', "invalid_input"),
        ('{"type":"subscribe","session":"ghost"}', "session_not_found"),
        ('{"type":"workflow.start"}', "invalid_input"),
        ('{"type":"workflow.start","template":"x","plan":{}}', "invalid_input"),
        ('{"type":"ping","id":"' + "x" * LARGEST_PLAN.size + '"}', "too_large"),
        ('{"type":' * 40, "invalid_input"),
        ('"\ud800"', "invalid_input"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_bad_frame_is_answered_and_the_connection_goes_on(frame: str, code: str) -> None:
    async with connected() as (client, _, _):
        refused = await client.ask(frame)

        assert (refused["type"], refused["code"]) == ("error", code)
        assert refused["hint"]
        assert (await client.ask({"type": "ping"}))["type"] == "pong"


async def test_a_workflow_can_be_started_watched_and_cancelled() -> None:
    async with connected() as (client, desk, _):
        begun = await client.ask({"type": "workflow.start", "template": "review", "subscribe": True, "id": "w"})
        events = [await client.next() for _ in "sabc"]
        ended = await client.ask({"type": "workflow.cancel", "workflow": RUN, "id": "c"})

    assert begun == {"type": "workflow.started", "re": "w", "workflow_id": RUN}
    assert [one["type"] for one in events] == ["subscribed", "event", "event", "event"]
    assert ended == {"type": "workflow.cancelling", "re": "c", "workflow_id": RUN}
    assert (desk.started[0].template, desk.cancelled) == ("review", [RUN])


async def test_nobody_has_one_stream_twice_or_too_many() -> None:
    async with connected() as (client, _, _):
        for number in range(MOST_STREAMS):
            await client.ask({"type": "subscribe", "workflow": f"{RUN}{number}", "after": "3"})
        one_more = await client.ask({"type": "subscribe", "workflow": RUN})
        await client.ask({"type": "unsubscribe", "stream": f"{RUN}0"})
        again = await client.ask({"type": "subscribe", "workflow": f"{RUN}1"})

    assert (one_more["type"], again["type"]) == ("error", "error")
    assert "already" in again["message"]


async def test_a_client_that_takes_nothing_is_dropped() -> None:
    sessions = MemorySessions()
    client = Client()
    client.stuck = True
    desk = ShortDesk(MemoryEventLog(sessions))
    socket = Socket(cast("WebSocket", client), desk, cast("Hub", StillHub()), desk.log, patience_s=0.01)
    client._sent.put_nowait({"type": "websocket.receive", "text": '{"type":"ping"}'})

    await asyncio.wait_for(socket.run(), SOON_S)

    assert client._got.empty()


async def test_a_client_is_told_when_the_server_ends() -> None:
    async with connected() as (client, _, hub):
        await client.ask({"type": "subscribe", "workflow": RUN, "after": "3"})

        hub.feed.close()

        assert await client.next() == {"type": "bye", "reason": "shutdown"}
    assert client.closed == 1012


@pytest.mark.parametrize(
    ("headers", "welcome"),
    [
        ({"host": "a.example"}, True),
        ({"host": "a.example", "origin": "https://a.example"}, True),
        ({"host": "A.example:8000", "origin": "http://a.EXAMPLE:8000"}, True),
        ({"host": "a.example", "origin": "https://shop.example"}, True),
        ({"host": "a.example", "origin": "https://evil.example"}, False),
        ({"host": "a.example", "origin": "null"}, False),
        ({"host": "a.example", "origin": "https://a.example.evil.example"}, False),
        ({"host": "a.example:8000", "origin": "http://a.example:9000"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_only_pages_of_known_origins_may_connect(headers: dict[str, str], welcome: bool) -> None:
    assert is_welcome(Headers(headers), ["https://shop.example"]) is welcome
