"""The stores of accepted messages on every adapter, and what is put in them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

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

LEASE_MS = 60_000
TTL_MS = 600_000
BRIEF_MS = 2_000
"""A lease for tests that wait for its end; before it they do what takes milliseconds."""
CAPACITY = 5
SESSION = SessionId("ses_1")
ALONE = Arrival()
BURST = Arrival("coalesce", quiet_ms=1_500, cap_ms=2_500)


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

    async def lapse(self) -> None:
        """Let every lease end that was taken so far, where leases are brief."""
        await asyncio.sleep(BRIEF_MS / 1000 + 0.1)

    async def ready(self) -> list[SessionId]:
        found: list[Ready] = []
        while more := await self.queue.next(10, 20):
            found += more
        return [one.session for one in found]


@asynccontextmanager
async def memory(_: str, lease_ms: int = LEASE_MS) -> AsyncIterator[Stores]:
    sessions, dead = MemorySessions(), MemoryDeadLetters()
    log, queue = MemoryEventLog(sessions), MemoryQueue(sessions.boxes, dead, lease_ms=lease_ms)
    inbox = MemoryInbox(sessions, log, queue, dead, lease_ms=lease_ms, capacity=CAPACITY)
    yield Stores(sessions, inbox, queue, dead, log, MemoryFinishedTurns(sessions))


@asynccontextmanager
async def on_redis(url: str, lease_ms: int = LEASE_MS) -> AsyncIterator[Stores]:
    async with connect_server(url, retry=True) as client, connect_server(url, retry=False) as reader:
        inbox = RedisInbox(client, ttl_ms=TTL_MS, lease_ms=lease_ms, capacity=CAPACITY, events_kept=1000)
        log = RedisEventLog(client, ttl_ms=TTL_MS, kept=1000)
        queue = RedisQueue(client, reader, consumer="test", lease_ms=lease_ms)
        await queue.open()
        finished = RedisFinishedTurns(client)
        yield Stores(RedisSessions(client, ttl_ms=TTL_MS), inbox, queue, RedisDeadLetters(client), log, finished)
        await queue.close()


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
