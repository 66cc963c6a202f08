"""A worker on memory twins, for tests of how turns run and end."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from graphs.conversation import build_conversation
from nodes.ports import Ports
from server.archiver import Archiver
from server.delivery_ports import Presence
from server.dialogue import Dialogue
from server.drain import Drain
from server.service import Service
from server.turns import TurnRunner
from server.waker import Waker
from server.worker import Limits, Worker
from state.ids import SessionId, TenantId
from state.mailbox import Accepted, Arrival
from state.session import Session
from state.stores.checkpointer import MemorySaver
from state.stores.memory import (
    MemoryDeadLetters,
    MemoryEffects,
    MemoryEventLog,
    MemoryFinishedTurns,
    MemoryInbox,
    MemoryOutbox,
    MemoryQueue,
    MemorySessions,
)
from state.stores.records.memory import MemoryTurnArchive
from state.turn import Channel, InboundMessage
from tests.desk import demo
from tests.waiting import given

SESSION = SessionId("ses_1")
LEASE_MS = 3000
QUICK = Limits(lease_ms=LEASE_MS, retry_after_ms=1, sweep_every_s=0.02)


@dataclass
class Floor:
    sessions: MemorySessions
    log: MemoryEventLog
    inbox: MemoryInbox
    queue: MemoryQueue
    dead: MemoryDeadLetters
    effects: MemoryEffects
    archive: MemoryTurnArchive
    outbox: MemoryOutbox
    runner: TurnRunner
    dialogue: Dialogue
    worker: Worker

    async def accept(self, message: InboundMessage, arrival: Arrival | None = None) -> Accepted:
        return await self.inbox.accept(message, arrival or Arrival())

    async def rows(self) -> list[dict[str, Any]]:
        return [orjson.loads(row.data) for row in await self.log.read(SESSION)]

    async def ended(self, count: int) -> list[dict[str, Any]]:
        """Wait until `count` turns have ended and return every event."""
        return await self.seen("turn.end", count)

    async def seen(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until there are `count` events of a type and return every event."""
        return await given(self.rows, lambda rows: [row["type"] for row in rows].count(kind) >= count)

    async def said(self) -> list[tuple[str, str]]:
        """Return what the conversation's state holds of it: text and reply of each turn."""
        state = await self.dialogue.state(SESSION)
        return [(turn["text"], turn["reply"]) for turn in state.get("turns", [])]


def service_on(one: Floor) -> Service:
    """Return the application's verbs over a worker's stores."""
    return Service(
        tenant=demo(),
        sessions=one.sessions,
        inbox=one.inbox,
        dead_letters=one.dead,
        effects=one.effects,
        events=one.log,
        finished=MemoryFinishedTurns(one.sessions),
        archive=one.archive,
        dialogue=one.dialogue,
        waker=Waker(one.queue),
        drain=Drain(),
    )


@asynccontextmanager
async def floor(
    context: Ports,
    *,
    archive: MemoryTurnArchive | None = None,
    limits: Limits = QUICK,
    working: bool = True,
    presence: Mapping[Channel, Presence] | None = None,
) -> AsyncIterator[Floor]:
    sessions, dead = MemorySessions(), MemoryDeadLetters()
    await sessions.create(Session(SESSION, TenantId("demo"), "chat", created=1, updated=1))
    log, queue = MemoryEventLog(sessions), MemoryQueue(sessions.boxes, dead, lease_ms=limits.lease_ms)
    outbox = MemoryOutbox(log, lease_ms=limits.lease_ms)
    inbox = MemoryInbox(sessions, log, queue, dead, lease_ms=limits.lease_ms, capacity=100, outbox=outbox)
    saver = MemorySaver()
    graph = build_conversation().compile(checkpointer=saver)
    runner = TurnRunner(graph, context, saver)
    kept = archive or MemoryTurnArchive()
    archiver = Archiver(MemoryFinishedTurns(sessions), kept, keep_days=1)
    effects = MemoryEffects(sessions)
    worker = Worker(
        inbox, queue, log, runner, archiver, effects=effects, apology="Sorry", limits=limits, presence=presence
    )
    archiver.start()
    if working:
        worker.start()
    yield Floor(sessions, log, inbox, queue, dead, effects, kept, outbox, runner, runner.dialogue, worker)
    await worker.stop(1)
    await archiver.stop()
