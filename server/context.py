"""The runtime context of the graph's nodes: the tenant, its router, its prompts and its records."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from rich.console import Console
from threadpoolctl import threadpool_limits

from nodes.lanes.desk.ownership import CaseOwner
from nodes.languages import TenantLanguages
from nodes.models.asking import Decider
from nodes.ownership import Owner
from nodes.page_search import PageSearch
from nodes.ports import Ports
from nodes.routers.chain import ChainRouter
from nodes.routers.encoder import load_encoder
from nodes.routers.local import LocalClassifier, examples_of
from nodes.routers.model import AskModel
from prompts.findings import TenantFilesError
from prompts.loader import load_tenant, tenant_folder
from prompts.tenant import Tenant
from prompts.versions import BUNDLED, PromptError, PromptFile, Prompts
from server.clock import SystemClock
from server.recalibrations import read_recalibrations, recalibrations_in
from server.settings import Settings
from server.stores import Stores
from state.errors import TenantError

_MANY: Final = 1000
"""Examples from which learning takes long enough to be noticed."""


def read_tenant(name: str) -> Tenant:
    """Return a tenant by its bundled name or its folder; raises `TenantError`."""
    try:
        return load_tenant(tenant_folder(name))
    except TenantFilesError as error:
        raise TenantError(
            str(error), hint="`laneway doctor` lists every finding with its file, line and fix."
        ) from error


def ports_of(settings: Settings, tenant: Tenant, decider: Decider | None = None, prompt: str | None = None) -> Ports:
    """Return what the graph's nodes need, with the local router trained on the tenant's examples.

    With a `decider` a model is asked where the local router is unsure; with the `prompt` named, or the tenant's.

    Raises:
        TenantError: there are no examples, or a prompt is not as it must be.
        InvalidInputError: the file of recalibrations can't be read.
    """
    threadpool_limits(1)  # a decision is too small to share: a second thread costs more than it helps
    cache = settings.data_dir / "cache"
    encoder = load_encoder()
    with ThreadPoolExecutor(1) as beside:
        learned = beside.submit(TenantLanguages, tenant, cache)
        classifier = LocalClassifier(examples_of(tenant), encoder, cache, _say_it_learns)
        languages = learned.result()
    worth = read_recalibrations(recalibrations_in(settings.data_dir, tenant.id)) if decider else {}
    model = AskModel(tenant, decider, prompt_of(tenant, "router", prompt), worth) if decider else None
    return Ports(
        tenant=tenant,
        router=ChainRouter(tenant, classifier, model=model),
        decider=decider,
        languages=languages,
        clock=SystemClock(),
        window=settings.turn_window,
        pages=PageSearch(tenant, encoder, cache) if encoder else None,
    )


def _say_it_learns(examples: int) -> None:
    if examples >= _MANY:
        Console(stderr=True, highlight=False).print(f"Learning {examples:,} examples (once) ...", style="dim")


def prompt_of(tenant: Tenant, name: str, named: str | None = None) -> Callable[[str], PromptFile]:
    """Return which file of a prompt a session is answered with: the `named` one, or the tenant's shares.

    Raises:
        TenantError: there is no such prompt, or it is not as it must be.
    """
    prompts = Prompts(BUNDLED, tenant.folder / "prompts")
    try:
        if named:
            chosen = prompts.get(named)
            return lambda _: chosen
        return prompts.shared_out(name, tenant.profile.prompts.get(name, {}))
    except PromptError as error:
        raise TenantError(str(error), hint="`laneway prompts ls` lists what there is.") from error


def with_records(ports: Ports, stores: Stores) -> Ports:
    """Return ports with the cases, and with whose they are."""
    owners: dict[str, Owner] = {
        "ticket": CaseOwner(stores.cases, "ticket"),
        "return": CaseOwner(stores.cases, "return", ports.owners.get("order")),
    }
    return replace(ports, cases=stores.cases, owners={**owners, **ports.owners})
