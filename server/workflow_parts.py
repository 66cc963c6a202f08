"""Put together what runs plans: the composition root's part for workflows."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pkgutil import resolve_name
from typing import Final

from graphs.bundled import bundled_agents
from graphs.registry import AgentRegistry, AgentSpec
from graphs.template_files import TemplateFolder
from nodes.agents.ports import Agents
from nodes.agents.watching import WatchedAgents
from nodes.plans.guarding import Guard, GuardedAgents
from nodes.ports import Ports
from nodes.routers.encoder import load_encoder
from prompts.tenant import Tenant
from server.drain import Drain
from server.media.ports import Vault
from server.plans.agent_counts import AgentCounts
from server.plans.artefacts import TenantFiles
from server.plans.deadlines import watching_deadlines
from server.plans.follow_ups import WorkflowDesk
from server.plans.keeping import run_archiver_of
from server.plans.reactions import Reactions, Subscription
from server.plans.runner import PlanRunner
from server.plans.sites import FolderSites, S3Sites
from server.plans.verbs import Workflows
from server.plans.web import PublicWeb
from server.plans.web_hosts import WebHosts
from server.settings import Settings
from server.stores import Stores, while_restarting
from server.worker import Limits, Worker
from state.errors import SettingsError
from state.ids import TenantId
from state.stores.agent_pace import RedisPace
from state.stores.breakers import RedisBreakers
from state.stores.deadlines import RedisDeadlines
from state.stores.follow_ups import RedisFollowUps

DRAIN_S: Final = 20.0


def registered(settings: Settings) -> AgentRegistry:
    """Return the agents: those of Laneway, and those that the settings name.

    Raises:
        SettingsError: one can't be imported or is no agent, or the hosts to fetch from can't be understood.
    """
    sites = S3Sites.at(settings.sites_url) if settings.sites_url else FolderSites(settings.data_dir / "sites")
    own = [spec for path in _paths(settings.agents) for spec in _specs(path)]
    web = PublicWeb(WebHosts.of(settings.fetch_hosts))
    return AgentRegistry([*bundled_agents(load_encoder, sites, web), *own])


def _paths(listed: str | None) -> list[str]:
    return [one.strip() for one in (listed or "").split(",") if one.strip()]


def _specs(path: str) -> Sequence[AgentSpec]:
    try:
        found: object = resolve_name(path)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(
            f"LANEWAY_AGENTS names {path!r}, which can't be imported: {error}.",
            hint="Write module:NAME of an AgentSpec, or of a list of them, in a module that Python finds.",
        ) from error
    specs = [found] if isinstance(found, AgentSpec) else found
    if isinstance(specs, list) and all(isinstance(spec, AgentSpec) for spec in specs):
        return specs
    raise SettingsError(
        f"LANEWAY_AGENTS names {path!r}, which is no AgentSpec.",
        hint="Name an AgentSpec of graphs.registry, or a list of them.",
    )


def workflows_of(stores: Stores, tenant: TenantId, agents: AgentRegistry, drain: Drain) -> Workflows:
    """Return the verbs of runs."""
    return Workflows(
        tenant=tenant,
        runs=stores.runs,
        inbox=stores.plan_inbox,
        agents=agents,
        templates=TemplateFolder(agents),
        drain=drain,
        archive=stores.run_archive,
    )


def desk_of(tenant: Tenant, stores: Stores, workflows: Workflows) -> WorkflowDesk:
    """Return what conversations start workflows by.

    Raises:
        SettingsError: the tenant offers its customers a template that there isn't.
    """
    for one in tenant.workflows.offered if tenant.workflows else ():
        if one.template not in workflows.templates.names:
            raise SettingsError(
                f"workflows.yaml of {tenant.id!r} offers {one.template!r}, and there is no such template.",
                hint=f"There are: {', '.join(workflows.templates.names)}.",
            )
    return WorkflowDesk(workflows, RedisFollowUps(stores.client, workflows.tenant))


@asynccontextmanager
async def working_on_plans(
    settings: Settings, stores: Stores, ports: Ports, agents: AgentRegistry, vault: Vault
) -> AsyncIterator[Worker]:
    """Take runs of plans, in slots of their own; on leaving, running steps have a moment to end."""
    counts = AgentCounts(stores.agent_figures)
    watched = WatchedAgents(_guarded(agents, stores), counts)
    runner = _runner(stores, ports, watched, vault)
    reactions = _reactions(stores, ports, subscriptions(agents), watched, vault)
    archiver = run_archiver_of(settings, stores, TenantId(ports.tenant.id))
    worker = Worker(
        stores.plan_inbox,
        stores.plan_queue,
        stores.events,
        runner,
        archiver,
        effects=stores.effects,
        apology="",
        limits=Limits(
            concurrency=settings.workflow_concurrency,
            lease_ms=settings.lease_ms,
            sweep_every_s=settings.recovery_s / 10,
        ),
    )
    await while_restarting(stores, stores.plan_queue.open)
    archiver.start()
    worker.start()
    reactions.start()
    try:
        async with watching_deadlines(runner.deadlines, stores.runs, stores.plan_inbox):
            yield worker
    finally:
        await reactions.stop()
        await worker.stop(DRAIN_S)
        await counts.close()
        await archiver.stop()


def _runner(stores: Stores, ports: Ports, agents: Agents, vault: Vault) -> PlanRunner:
    return PlanRunner(
        stores.runs,
        stores.checkpoints,
        agents,
        ports.clock,
        chat=ports.chat,
        decider=ports.decider,
        files=lambda tenant: TenantFiles(vault, tenant),
        insights=stores.insights,
        deadlines=RedisDeadlines(stores.client, TenantId(ports.tenant.id)),
    )


def _guarded(agents: AgentRegistry, stores: Stores) -> GuardedAgents:
    guards = {name: guard_of(agents.spec(name), stores) for name in agents.names}
    return GuardedAgents(agents, {name: guard for name, guard in guards.items() if guard != Guard()})


def _reactions(stores: Stores, ports: Ports, wanted: Sequence[Subscription], agents: Agents, vault: Vault) -> Reactions:
    tenant = TenantId(ports.tenant.id)
    return Reactions(tenant, stores.insights, agents, wanted, TenantFiles(vault, tenant), ports.clock, stores.events)


def subscriptions(agents: AgentRegistry) -> list[Subscription]:
    """Return which agents react to which insights."""
    specs = [agents.spec(name) for name in agents.names]
    return [Subscription(spec.name, insight, action) for spec in specs for insight, action in spec.reacts.items()]


def guard_of(spec: AgentSpec, stores: Stores) -> Guard:
    """Return what stands before an agent, on the store that all processes share."""
    return Guard(
        RedisBreakers(stores.client, spec.breaker) if spec.breaker else None,
        RedisPace(stores.client, spec.rate) if spec.rate else None,
    )
