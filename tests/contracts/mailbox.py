"""The stores of accepted messages on every adapter, and what is put in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server.ports import DeadLetters, EventLog, FinishedTurns, Inbox, Queue, Sessions
from state.events import Log, encode
from state.ids import MessageId, SessionId, TenantId, TurnId
from state.mailbox import (
    Accepted,
    Arrival,
    Claimed,
    Ending,
    Ready,
)
from state.session import FinishedTurn
from state.stores.connection import connect_server
from state.stores.dead_letters import RedisDeadLetters
from state.stores.embedded.store import EmbeddedStore
from state.stores.event_log import RedisEventLog
from state.stores.finished import RedisFinishedTurns
from state.stores.inbox import RedisInbox
from state.stores.memory import (
    MemoryDeadLetters,
    MemoryEventLog,
    MemoryFinishedTurns,
    MemoryInbox,
    MemoryQueue,
    MemorySessions,
)
from state.stores.queue import RedisQueue
from state.stores.sessions import RedisSessions
from state.turn import InboundMessage, TextPart, Turn

LEASE_MS = 600
CAPACITY = 5
SESSION = SessionId("ses_1")
ALONE = Arrival()
BURST = Arrival("coalesce", quiet_ms=150, cap_ms=400)


@dataclass
class Stores:
    sessions: Sessions
    inbox: Inbox
    queue: Queue
    dead: DeadLetters
    log: EventLog
    finished: FinishedTurns

    async def accept(self, name: str, arrival: Arrival = ALONE, text: str = "hola") -> Accepted:
        return await self.inbox.accept(message(name, text), arrival)

    async def claim(self, token: str = "w1") -> Claimed:
        claimed = await self.inbox.claim(SESSION, token)
        assert isinstance(claimed, Claimed), claimed
        return claimed

    async def ready(self) -> list[SessionId]:
        found: list[Ready] = []
        while more := await self.queue.next(10, 20):
            found += more
        return [one.session for one in found]


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[Stores]:
    sessions, dead = MemorySessions(), MemoryDeadLetters()
    log, queue = MemoryEventLog(sessions), MemoryQueue(sessions.boxes, dead, lease_ms=LEASE_MS)
    inbox = MemoryInbox(sessions, log, queue, dead, lease_ms=LEASE_MS, capacity=CAPACITY)
    yield Stores(sessions, inbox, queue, dead, log, MemoryFinishedTurns(sessions))


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[Stores]:
    async with EmbeddedStore.open(folder) as store:
        client, reader = connect_server(store.url, retry=True), connect_server(store.url, retry=False)
        inbox = RedisInbox(client, ttl_ms=60_000, lease_ms=LEASE_MS, capacity=CAPACITY, events_kept=1000)
        log = RedisEventLog(client, ttl_ms=60_000, kept=1000)
        queue = RedisQueue(client, reader, consumer="test", lease_ms=LEASE_MS)
        await queue.open()
        finished = RedisFinishedTurns(client)
        yield Stores(RedisSessions(client, ttl_ms=60_000), inbox, queue, RedisDeadLetters(client), log, finished)
        await queue.close()
        await client.aclose()
        await reader.aclose()


def message(name: str, text: str = "hola", session: SessionId = SESSION) -> InboundMessage:
    return InboundMessage(
        MessageId(name), TurnId(f"trn_{name}"), session, TenantId("demo"), "chat", [TextPart(text)], at=1000
    )


def ended(name: str, facts: dict[str, str] | None = None, *rows: str) -> Ending:
    turn = Turn(TurnId(f"trn_{name}"), MessageId(name), 1000, [TextPart("hola")], "hola", "es", reply="¡Hola!")
    finished = FinishedTurn(TenantId("demo"), SESSION, "chat", "completed", 2000, turn)
    return Ending(finished, facts or {}, events(*rows))


def events(*names: str) -> list[bytes]:
    return [encode(SESSION, TurnId("trn_1"), 1, Log("info", name)) for name in names]
