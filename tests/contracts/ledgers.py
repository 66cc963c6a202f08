"""The effects ledger on every adapter, and the other side that is called."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue
from redis.asyncio import Redis

from nodes.effects import Ledger
from nodes.ports import EffectStore
from server.ports import EffectDesk
from state.effect import EffectName, Holder, SideEffect
from state.ids import SessionId, TenantId, TurnId
from state.session import Session
from state.stores import keys
from state.stores.connection import connect_server
from state.stores.effects import RedisEffects
from state.stores.embedded.store import EmbeddedStore
from state.stores.memory import MemoryEffects, MemorySessions
from state.stores.sessions import RedisSessions

SESSION = SessionId("ses_1")
ORDER = EffectName(TurnId("trn_1"), "commerce", 0)
IDEMPOTENT, IRREVERSIBLE = SideEffect.IDEMPOTENT, SideEffect.IRREVERSIBLE
TTL_MS = 600_000


class Store(EffectStore, EffectDesk, Protocol):
    """Both faces of one adapter."""


@dataclass
class Desk:
    """A store with one session; `take` gives a new holder's ledger, as a claim after a crash would."""

    store: Store
    fence: Callable[[], Awaitable[int]]

    async def take(self) -> Ledger:
        return Ledger(self.store, Holder(SESSION, await self.fence()))


@dataclass
class Provider:
    """The other side: what it was asked, and how it answers."""

    answer: JsonValue = "order 17"
    error: BaseException | None = None
    calls: list[str] = field(default_factory=list)

    async def __call__(self, key: str) -> JsonValue:
        self.calls.append(key)
        if self.error:
            raise self.error
        return self.answer


def session() -> Session:
    return Session(SESSION, TenantId("demo"), "chat", created=1, updated=1)


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[Desk]:
    sessions = MemorySessions()
    await sessions.create(session())
    store = MemoryEffects(sessions)

    async def fence() -> int:
        sessions.boxes[SESSION].fence += 1
        return sessions.boxes[SESSION].fence

    yield Desk(store, fence)


@asynccontextmanager
async def on_redis(folder: Path) -> AsyncIterator[tuple[Redis, RedisEffects]]:
    async with EmbeddedStore.open(folder) as store:
        client = connect_server(store.url, retry=True)
        await RedisSessions(client, ttl_ms=TTL_MS).create(session())
        yield client, RedisEffects(client)
        await client.aclose()


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[Desk]:
    async with on_redis(folder) as (client, store):
        yield Desk(store, lambda: client.hincrby(keys.of_session(SESSION, "meta"), "fence", 1))


async def crashed(desk: Desk, effect: SideEffect, name: EffectName = ORDER) -> None:
    """Leave an intent behind, as a process does that is killed during its call."""
    await desk.store.begin(Holder(SESSION, await desk.fence()), name, effect)
