"""Open the stores at the addresses that the settings name, or the embedded ones."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Final, cast

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster

from server.settings import Settings
from state.errors import SettingsError, StoreUnavailableError
from state.stores.agent_figures import RedisAgentFigures
from state.stores.checkpointer import PlainRedisSaver
from state.stores.connection import connect
from state.stores.contacts import RedisContacts
from state.stores.dead_letters import RedisDeadLetters
from state.stores.effects import RedisEffects
from state.stores.embedded.store import EmbeddedStore
from state.stores.event_log import RedisEventLog
from state.stores.finished import RedisFinishedTurns
from state.stores.inbox import RedisInbox
from state.stores.insights import RedisInsights
from state.stores.keys import PARTITIONS
from state.stores.outbox import RedisOutbox
from state.stores.queue import PLANS, SENDS, TURNS, Names, RedisQueue
from state.stores.records.cases import SqlCases
from state.stores.records.database import embedded_url, open_records
from state.stores.records.orders import SqlOrders
from state.stores.records.run_archive import SqlRunArchive
from state.stores.records.stock import SqlStock
from state.stores.records.turn_archive import SqlTurnArchive
from state.stores.records.workflow_logs import SqlWorkflowLogs
from state.stores.records.workflow_trends import SqlWorkflowTrends
from state.stores.runs import OPEN_MS, RedisRuns
from state.stores.serde import state_serializer
from state.stores.sessions import RedisSessions
from state.stores.unread import RedisUnread

READ_S: Final = 10.0
RESTART_S: Final = 20.0
"""How long a start waits for the embedded store to be started again."""
_AGAIN_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Stores:
    """Where everything is kept; `embedded` when the server is ours."""

    client: Redis
    url: str
    sessions: RedisSessions
    inbox: RedisInbox
    queue: RedisQueue
    outbox: RedisOutbox
    sends: RedisQueue
    contacts: RedisContacts
    unread: RedisUnread
    dead_letters: RedisDeadLetters
    effects: RedisEffects
    events: RedisEventLog
    finished: RedisFinishedTurns
    checkpoints: PlainRedisSaver
    archive: SqlTurnArchive
    runs: RedisRuns
    plan_inbox: RedisInbox
    plan_queue: RedisQueue
    run_archive: SqlRunArchive
    workflow_logs: SqlWorkflowLogs
    workflow_trends: SqlWorkflowTrends
    agent_figures: RedisAgentFigures
    insights: RedisInsights
    orders: SqlOrders
    stock: SqlStock
    cases: SqlCases
    embedded: bool


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[Stores]:
    """Open the store at `LANEWAY_REDIS_URL` and the records at `LANEWAY_DATABASE_URL`, else the embedded ones.

    Raises:
        StoreError: the embedded store can't be started.
        SettingsError: what is wanted of the store can't be had from it.
        RecordsUnavailableError: the database can't be opened.
    """
    ttl_ms, kept = settings.session_ttl_ms, settings.events_kept
    async with AsyncExitStack() as stack:
        url = await _store_url(settings, stack)
        client = _client(settings, url)
        stack.push_async_callback(client.aclose)
        reader = cast("Redis", connect(url, retry=False, connections=3 * PARTITIONS, timeout=READ_S))
        stack.push_async_callback(reader.aclose)
        engine = await stack.enter_async_context(open_records(_records_url(settings)))
        yield Stores(
            client=client,
            url=url,
            sessions=RedisSessions(client, ttl_ms=ttl_ms),
            inbox=_inbox(settings, client, TURNS, ttl_ms),
            queue=RedisQueue(client, reader, consumer=token_hex(8), lease_ms=settings.lease_ms),
            outbox=RedisOutbox(client, lease_ms=settings.lease_ms, ttl_ms=ttl_ms, events_kept=kept),
            sends=RedisQueue(client, reader, consumer=token_hex(8), lease_ms=settings.lease_ms, names=SENDS),
            contacts=RedisContacts(client),
            unread=RedisUnread(client),
            dead_letters=RedisDeadLetters(client),
            effects=RedisEffects(client),
            events=RedisEventLog(client, ttl_ms=ttl_ms, kept=kept),
            finished=RedisFinishedTurns(client),
            checkpoints=_checkpoints(client, settings),
            archive=SqlTurnArchive(engine),
            runs=RedisRuns(client, ended_ms=settings.session_ttl_ms),
            plan_inbox=_inbox(settings, client, PLANS, OPEN_MS),
            plan_queue=RedisQueue(client, reader, consumer=token_hex(8), lease_ms=settings.lease_ms, names=PLANS),
            run_archive=SqlRunArchive(engine),
            workflow_logs=SqlWorkflowLogs(engine),
            workflow_trends=SqlWorkflowTrends(engine),
            agent_figures=RedisAgentFigures(client),
            insights=RedisInsights(client),
            orders=SqlOrders(engine),
            stock=SqlStock(engine),
            cases=SqlCases(engine),
            embedded=settings.redis_url is None,
        )


def _inbox(settings: Settings, client: Redis, names: Names, ttl_ms: int) -> RedisInbox:
    return RedisInbox(
        client,
        ttl_ms=ttl_ms,
        lease_ms=settings.lease_ms,
        capacity=settings.inbox_capacity,
        events_kept=settings.events_kept,
        replicas=settings.replicas,
        names=names,
    )


async def while_restarting(stores: Stores, call: Callable[[], Awaitable[None]]) -> None:
    """Await `call`, again and again while the embedded store is away.

    Who starts right after the store's owner died may meet it just before it ends, too; then somebody starts it again.

    Raises:
        StoreUnavailableError: it stays away, or it isn't ours.
    """
    deadline = time.monotonic() + RESTART_S
    while True:
        try:
            return await call()
        except StoreUnavailableError:
            if not stores.embedded or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_AGAIN_S)


def _checkpoints(client: Redis, settings: Settings) -> PlainRedisSaver:
    ttl = timedelta(milliseconds=settings.session_ttl_ms)
    return PlainRedisSaver(client, ttl=ttl, keep_turns=settings.keep_turns, serde=state_serializer())


def _client(settings: Settings, url: str) -> Redis:
    client = connect(url, retry=True)
    if settings.replicas and isinstance(client, RedisCluster):
        raise SettingsError(
            "LANEWAY_REPLICAS can't be used with a Cluster: WAIT there doesn't say which message it is about.",
            hint="Leave it at 0, and set `min-replicas-to-write 1` on the Cluster's masters; or use Sentinels.",
        )
    return cast("Redis", client)  # a Cluster's client has what the stores use


async def _store_url(settings: Settings, stack: AsyncExitStack) -> str:
    if settings.redis_url is not None:
        return settings.redis_url.get_secret_value()
    store = await stack.enter_async_context(EmbeddedStore.open(Path(settings.data_dir)))
    return store.url


def _records_url(settings: Settings) -> str:
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return embedded_url(settings.data_dir)
