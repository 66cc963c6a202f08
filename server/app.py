"""The composition root: the only place that knows which concrete parts Laneway is made of."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import Final, cast

from fastapi import FastAPI
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from threadpoolctl import threadpool_limits

from graphs.compiled import compiled
from graphs.conversation import build_conversation
from nodes.lanes.phrasing import Phrasing
from nodes.languages import TenantLanguages
from nodes.ports import Ports
from nodes.routers.chain import ChainRouter
from nodes.routers.encoder import load_encoder
from nodes.routers.local import LocalClassifier, examples_of
from prompts.findings import TenantFilesError
from prompts.loader import load_tenant, tenant_folder
from prompts.tenant import Tenant
from server import failures
from server.archiver import Archiver
from server.clock import SystemClock
from server.drain import Drain
from server.routes.conversations import body_schemas, conversations
from server.routes.dead_letters import dead_letters
from server.routes.effects import effects
from server.routes.graph import graph_routes
from server.routes.health import health
from server.routes.metrics import metrics_routes
from server.routes.pages import pages
from server.sender import LogSender
from server.service import Service
from server.settings import Settings
from server.streams.hub import Hub
from server.telemetry.prometheus import PrometheusMetrics
from server.turns import TurnRunner
from server.worker import Limits, Worker
from state.errors import SettingsError, TenantError
from state.stores.check import admit
from state.stores.checkpointer import PlainRedisSaver
from state.stores.connection import connect, connect_listener
from state.stores.dead_letters import RedisDeadLetters
from state.stores.effects import RedisEffects
from state.stores.embedded.store import EmbeddedStore
from state.stores.event_log import RedisEventLog, logged
from state.stores.faults import store_errors
from state.stores.finished import RedisFinishedTurns
from state.stores.inbox import RedisInbox
from state.stores.keys import CONTROL, PARTITIONS, channel_of
from state.stores.queue import RedisQueue
from state.stores.records.database import embedded_url, open_records
from state.stores.records.turn_archive import SqlTurnArchive
from state.stores.serde import state_serializer
from state.stores.sessions import RedisSessions

DRAIN_S: Final = 20.0
READ_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Stores:
    """Where everything is kept; `embedded` when the server is ours."""

    client: Redis
    url: str
    sessions: RedisSessions
    inbox: RedisInbox
    queue: RedisQueue
    dead_letters: RedisDeadLetters
    effects: RedisEffects
    events: RedisEventLog
    finished: RedisFinishedTurns
    checkpoints: PlainRedisSaver
    archive: SqlTurnArchive
    embedded: bool


@dataclass(frozen=True, slots=True)
class Laneway:
    """A running Laneway: what routes, channels and the command line need of it."""

    settings: Settings
    tenant: Tenant
    service: Service
    worker: Worker
    hub: Hub
    stores: Stores
    metrics: PrometheusMetrics
    drain: Drain


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
        opened = connect(url, retry=True)
        if settings.replicas and isinstance(opened, RedisCluster):
            raise SettingsError(
                "LANEWAY_REPLICAS can't be used with a Cluster: WAIT there doesn't say which message it is about.",
                hint="Leave it at 0, and set `min-replicas-to-write 1` on the Cluster's masters; or use Sentinels.",
            )
        client = cast("Redis", opened)  # a Cluster's client has what the stores use
        stack.push_async_callback(client.aclose)
        reader = cast("Redis", connect(url, retry=False, connections=PARTITIONS, timeout=READ_S))
        stack.push_async_callback(reader.aclose)
        engine = await stack.enter_async_context(open_records(_records_url(settings)))
        yield Stores(
            client=client,
            url=url,
            sessions=RedisSessions(client, ttl_ms=ttl_ms),
            inbox=RedisInbox(
                client,
                ttl_ms=ttl_ms,
                lease_ms=settings.lease_ms,
                capacity=settings.inbox_capacity,
                events_kept=kept,
                replicas=settings.replicas,
            ),
            queue=RedisQueue(client, reader, consumer=token_hex(8), lease_ms=settings.lease_ms),
            dead_letters=RedisDeadLetters(client),
            effects=RedisEffects(client),
            events=RedisEventLog(client, ttl_ms=ttl_ms, kept=kept),
            finished=RedisFinishedTurns(client),
            checkpoints=PlainRedisSaver(
                client,
                ttl=timedelta(milliseconds=ttl_ms),
                keep_turns=settings.keep_turns,
                serde=state_serializer(),
            ),
            archive=SqlTurnArchive(engine),
            embedded=settings.redis_url is None,
        )


@asynccontextmanager
async def open_laneway(settings: Settings, *, work: bool = True) -> AsyncIterator[Laneway]:
    """Start everything: the store, the graph, the worker unless others `work`. On leaving, running turns end first.

    Raises:
        TenantError: the tenant's files are wrong.
        StoreError: the embedded store can't be started.
        StoreUnavailableError: the store at `LANEWAY_REDIS_URL` doesn't answer.
        SettingsError: it would lose messages, or its user may not do what is needed.
    """
    tenant = read_tenant(settings.tenant)
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(open_stores(settings))
        await admit(stores.client)
        listener = connect_listener(stores.url)
        stack.push_async_callback(listener.aclose)
        hub = Hub(listener, channel_of, logged, CONTROL)
        with store_errors():
            await hub.start()
        stack.push_async_callback(hub.stop)
        archiver = Archiver(stores.finished, stores.archive, keep_days=settings.archive_days)
        archiver.start()
        stack.push_async_callback(archiver.stop)
        runner = _runner(settings, tenant, stores)
        metrics = PrometheusMetrics()
        worker = _worker(settings, tenant, stores, (runner, archiver, metrics))
        hub.on_control(worker.heard)
        if work:
            await stores.queue.open()
            worker.start()
        stack.push_async_callback(worker.stop, DRAIN_S)
        drain = Drain(worker.take_nothing_more, hub.end_feeds)
        service = _service(tenant, stores, runner, worker, drain)
        yield Laneway(settings, tenant, service, worker, hub, stores, metrics, drain)


def read_tenant(name: str) -> Tenant:
    """Return a tenant by its bundled name or its folder; raises `TenantError`."""
    try:
        return load_tenant(tenant_folder(name))
    except TenantFilesError as error:
        raise TenantError(
            str(error), hint="`laneway doctor` lists every finding with its file, line and fix."
        ) from error


def ports_of(settings: Settings, tenant: Tenant) -> Ports:
    """Return what the graph's nodes need, with the local router trained on the tenant's examples."""
    threadpool_limits(1)  # a decision is too small to share: a second thread costs more than it helps
    classifier = LocalClassifier(examples_of(tenant), load_encoder(), settings.data_dir / "cache")
    return Ports(
        tenant=tenant,
        router=ChainRouter(tenant, classifier),
        languages=TenantLanguages(tenant),
        clock=SystemClock(),
        sender=LogSender(),
        window=settings.turn_window,
    )


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


def _runner(settings: Settings, tenant: Tenant, stores: Stores) -> TurnRunner:
    graph = compiled(build_conversation(), stores.checkpoints)
    return TurnRunner(graph, ports_of(settings, tenant), stores.checkpoints)


def _worker(
    settings: Settings, tenant: Tenant, stores: Stores, parts: tuple[TurnRunner, Archiver, PrometheusMetrics]
) -> Worker:
    runner, archiver, metrics = parts
    return Worker(
        stores.inbox,
        stores.queue,
        stores.events,
        runner,
        archiver,
        effects=stores.effects,
        metrics=metrics,
        apology=Phrasing(tenant, tenant.profile.default_locale).say("failure"),
        limits=Limits(
            concurrency=settings.concurrency,
            lease_ms=settings.lease_ms,
            turn_s=settings.turn_timeout_s,
            sweep_every_s=settings.recovery_s / 10,
        ),
    )


def _service(tenant: Tenant, stores: Stores, runner: TurnRunner, worker: Worker, drain: Drain) -> Service:
    return Service(
        tenant=tenant,
        sessions=stores.sessions,
        inbox=stores.inbox,
        queue=stores.queue,
        dead_letters=stores.dead_letters,
        effects=stores.effects,
        events=stores.events,
        finished=stores.finished,
        archive=stores.archive,
        runner=runner,
        wake_later=worker.wake_later,
        drain=drain,
    )


def create_app(laneway: Laneway) -> FastAPI:
    """Return the web application of a running Laneway."""
    app = FastAPI(
        title="Laneway",
        version=version("laneway"),
        description="Conversations as typed state graphs: sessions, messages, events.",
        docs_url=None,
        redoc_url=None,
    )
    failures.install(app)
    app.include_router(conversations(laneway.service, laneway.hub))
    app.include_router(dead_letters(laneway.service))
    app.include_router(effects(laneway.service))
    app.include_router(health(laneway.stores.client, laneway.drain))
    app.include_router(
        metrics_routes(laneway.metrics, sse_clients=lambda: laneway.hub.watchers, depths=laneway.stores.queue)
    )
    app.include_router(graph_routes())
    app.include_router(pages())
    app.openapi()["components"]["schemas"] |= body_schemas()
    return app
