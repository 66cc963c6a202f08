"""The composition root: with `stores.py` the only place that knows which concrete parts Laneway is made of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, FastAPI

from evals.exports import ExportFolder
from evals.runs import RunFolder
from graphs.compiled import compiled
from graphs.conversation import build_conversation
from nodes.lanes.phrasing import Phrasing
from nodes.ports import Ports
from prompts.tenant import Tenant
from server import failures
from server.archiver import Archiver
from server.casework import Casework
from server.channels.whatsapp.accounts import connected
from server.channels.whatsapp.channel import WhatsApp, open_whatsapp
from server.clock import SystemClock
from server.context import ports_of, prompt_of, read_tenant, with_records
from server.correspondence import Correspondence
from server.desk import Desk
from server.desk_watch import DeskWatch
from server.dialogue import Dialogue, Graph
from server.drain import Drain
from server.media.library import Library
from server.media.openai_transcriber import transcriber_of
from server.media.opening import library_of, vault_of
from server.models import agent_caps, build_models, shared_guards
from server.plans.follow_ups import following_up
from server.plans.verbs import Workflows
from server.routes.about_workflows import about_workflows
from server.routes.casework import casework
from server.routes.conversations import conversations
from server.routes.correspondence import correspondence_routes
from server.routes.dead_letters import dead_letters
from server.routes.description import description_of
from server.routes.effects import effects
from server.routes.evaluations import evaluations
from server.routes.graph import graph_routes
from server.routes.handoffs import handoffs
from server.routes.health import health
from server.routes.media import media
from server.routes.metrics import metrics_routes
from server.routes.pages import pages
from server.routes.payments import payments
from server.routes.unconnected import unconnected
from server.service import Service
from server.settings import Settings
from server.shop import open_counter, selling
from server.stores import Stores, open_stores, while_restarting
from server.streams.hub import Hub
from server.telemetry.prometheus import PrometheusMetrics
from server.turns import TurnRunner
from server.waker import Waker
from server.worker import Limits, Worker
from server.workflow_parts import desk_of, registered, workflows_of, working_on_plans
from state.ids import TenantId
from state.stores.check import admit
from state.stores.connection import connect_listener
from state.stores.event_log import logged
from state.stores.keys import CONTROL, channel_of

DRAIN_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Laneway:
    """A running Laneway: what routes, channels and the command line need of it."""

    settings: Settings
    tenant: Tenant
    service: Service
    hub: Hub
    stores: Stores
    metrics: PrometheusMetrics
    drain: Drain
    desk: Desk
    library: Library
    workflows: Workflows
    whatsapp: WhatsApp | None = None

    @property
    def correspondence(self) -> Correspondence:
        """What an operator does about a customer we deliver to."""
        return self.desk.correspondence


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
        await while_restarting(stores, lambda: admit(stores.client))
        hub = await _open_hub(stores, stack)
        metrics = PrometheusMetrics()
        graph = compiled(build_conversation(), stores.checkpoints)
        waker = Waker(stores.queue)
        stack.push_async_callback(waker.stop)
        drain = Drain()
        drain.then(hub.end_feeds)
        # before the worker, which ends first then, and its answers go out
        whatsapp = await _whatsapp(settings, tenant, stores, metrics, stack, work=work)
        agents, vault = registered(settings), vault_of(settings)
        library = library_of(settings, stores.client, vault, whatsapp.media if whatsapp else None)
        service = _service(tenant, stores, Dialogue(graph, stores.checkpoints), waker, drain)
        workflows = workflows_of(stores, TenantId(tenant.id), agents, drain)
        if work:
            offered = desk_of(tenant, stores, workflows)
            ports = await _ports(settings, tenant, stores, metrics, stack)
            ports = replace(ports, media=library, workflows=offered)
            working = _working(settings, ports, stores, graph, metrics, library=library, whatsapp=whatsapp)
            worker = await stack.enter_async_context(working)
            plans = await stack.enter_async_context(working_on_plans(settings, stores, ports, agents, vault))
            await stack.enter_async_context(following_up(service, offered))
            for one in (worker, plans):
                hub.on_control(one.heard)
                drain.then(one.take_nothing_more)
        desk = Desk(service, Correspondence(service, stores.contacts, stores.outbox), stores.cases, SystemClock())
        await stack.enter_async_context(DeskWatch.over(desk, looking=work))
        yield Laneway(settings, tenant, service, hub, stores, metrics, drain, desk, library, workflows, whatsapp)


async def _ports(
    settings: Settings, tenant: Tenant, stores: Stores, metrics: PrometheusMetrics, stack: AsyncExitStack
) -> Ports:
    models = build_models(settings, shared_guards(settings, stores, metrics.models))
    stack.push_async_callback(models.close)
    return replace(
        await asyncio.to_thread(ports_of, settings, tenant, models.decider),  # seconds of CPU; answers go out meanwhile
        transcriber=await transcriber_of(settings, stack),
        chat=models.chat,
        prompt=prompt_of(tenant, "lane") if models.chat else None,
        caps=agent_caps(settings),
        **selling(await open_counter(settings, tenant, stores, stack)),
    )


async def _open_hub(stores: Stores, stack: AsyncExitStack) -> Hub:
    listener = connect_listener(stores.url)
    stack.push_async_callback(listener.aclose)
    hub = Hub(listener, channel_of, logged, CONTROL)
    await while_restarting(stores, hub.start)
    stack.push_async_callback(hub.stop)
    return hub


@asynccontextmanager
async def _working(
    settings: Settings,
    ports: Ports,
    stores: Stores,
    graph: Graph,
    metrics: PrometheusMetrics,
    *,
    library: Library,
    whatsapp: WhatsApp | None,
) -> AsyncIterator[Worker]:
    archiver = Archiver(
        stores.finished, stores.archive, keep_days=settings.archive_days, also_forget=library.forget_old
    )
    worker = Worker(
        stores.inbox,
        stores.queue,
        stores.events,
        TurnRunner(graph, with_records(ports, stores), stores.checkpoints),
        archiver,
        effects=stores.effects,
        metrics=metrics,
        apology=Phrasing(ports.tenant, ports.tenant.profile.default_locale).say("failure"),
        limits=Limits(
            concurrency=settings.concurrency,
            lease_ms=settings.lease_ms,
            turn_s=settings.turn_timeout_s,
            sweep_every_s=settings.recovery_s / 10,
        ),
        presence={"whatsapp": whatsapp.presence} if whatsapp else None,
    )
    await while_restarting(stores, stores.queue.open)
    archiver.start()
    worker.start()
    try:
        yield worker
    finally:
        await worker.stop(DRAIN_S)
        await archiver.stop()


async def _whatsapp(
    settings: Settings, tenant: Tenant, stores: Stores, metrics: PrometheusMetrics, stack: AsyncExitStack, *, work: bool
) -> WhatsApp | None:
    apps = connected(settings)
    if not apps:
        return None
    menu = Phrasing(tenant, tenant.profile.default_locale).say("choice_menu")
    return await stack.enter_async_context(open_whatsapp(apps, settings, stores, metrics, menu=menu, work=work))


def _service(tenant: Tenant, stores: Stores, dialogue: Dialogue, waker: Waker, drain: Drain) -> Service:
    return Service(
        tenant=tenant,
        sessions=stores.sessions,
        inbox=stores.inbox,
        dead_letters=stores.dead_letters,
        effects=stores.effects,
        events=stores.events,
        finished=stores.finished,
        archive=stores.archive,
        dialogue=dialogue,
        waker=waker,
        drain=drain,
    )


def _evaluations(laneway: Laneway) -> APIRouter:
    kept = laneway.settings.data_dir / "evals"
    return evaluations(RunFolder(kept / "runs"), ExportFolder(kept / "exports"), laneway.stores.archive, laneway.tenant)


def _payments(laneway: Laneway) -> APIRouter:
    secret = laneway.settings.payments_secret
    signed = secret.get_secret_value() if secret else None
    return payments(laneway.stores.orders, laneway.service.tenant_id, SystemClock(), signed)


def create_app(laneway: Laneway) -> FastAPI:
    """Return the web application of a running Laneway."""
    app = FastAPI(
        title="Laneway",
        version=version("laneway"),
        description="Conversations as typed state graphs: sessions, messages, events.",
        openapi_url=None,  # a route of our own: making the description takes a quarter of a second
    )
    failures.install(app)
    app.include_router(conversations(laneway.service, laneway.hub))
    app.include_router(correspondence_routes(laneway.correspondence))
    app.include_router(handoffs(laneway.desk))
    app.include_router(casework(Casework(laneway.desk, "ticket")))
    app.include_router(casework(Casework(laneway.desk, "return")))
    if laneway.tenant.shop:
        app.include_router(_payments(laneway))
    app.include_router(media(laneway.library, laneway.service.tenant_id))
    app.include_router(dead_letters(laneway.service))
    app.include_router(effects(laneway.service))
    app.include_router(health(laneway.stores.client, laneway.drain))
    app.include_router(
        metrics_routes(laneway.metrics, sse_clients=lambda: laneway.hub.watchers, depths=laneway.stores.queue)
    )
    if laneway.whatsapp:
        app.include_router(laneway.whatsapp.routes(laneway.service))
    app.include_router(unconnected(laneway.settings, whatsapp=bool(laneway.whatsapp), shop=bool(laneway.tenant.shop)))
    app.include_router(about_workflows(laneway))
    app.include_router(graph_routes())
    app.include_router(_evaluations(laneway))
    app.include_router(pages(laneway.tenant.profile.name))
    app.include_router(description_of(app))
    return app
