"""Build the router that is to be measured, as the composition root builds the one that serves."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import evals.tenant
import nodes
from evals.answers import fingerprint_of
from evals.cassette import Cassette
from evals.errors import EvaluationError
from evals.tenant import Contender, Previous
from nodes.models.asking import Decider
from nodes.routers.chain import ChainRouter
from nodes.routers.encoder import load_encoder
from nodes.routers.local import LocalClassifier, examples_of
from prompts.loader import tenant_folder
from server.app import ports_of, read_tenant
from server.settings import Settings

RouterKind = Literal["local", "hybrid"]
Calls = Literal["replay", "record", "live"]

_CODE: Final = (Path(nodes.__file__).parent, Path(evals.tenant.__file__))
"""What answers come from, beside the tenant's files: the routers, and how a row is put to them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    router: RouterKind
    previous: Previous = "gold"
    ngrams_only: bool = False
    prompt: str | None = None
    model: str | None = None
    cassette: Path | None = None
    calls: Calls = "replay"


def taped(decider: Decider, wanted: Wanted) -> Decider:
    """Return what answers a model's questions: the recording, with the model behind it or, in replay, without."""
    if wanted.cassette is None or wanted.calls == "live":
        return decider
    return Cassette(wanted.cassette, wanted.model or "", decider if wanted.calls == "record" else None)


def contender(settings: Settings, wanted: Wanted) -> Contender:
    """Return the tenant's router.

    Raises:
        TenantError: the tenant's files are wrong.
        EvaluationError: a router is asked for that isn't there.
    """
    if wanted.router == "hybrid" or wanted.prompt or wanted.model or wanted.cassette:
        raise EvaluationError(
            "This version has no model stage, so only the local router can be measured.",
            hint="Leave out --prompt, --model and --cassette, and use --router local.",
        )
    tenant = read_tenant(settings.tenant)
    ports = ports_of(settings, tenant)
    encoder = None if wanted.ngrams_only else load_encoder()
    if wanted.ngrams_only:
        ports = replace(ports, router=ChainRouter(tenant, LocalClassifier(examples_of(tenant), None)))
    about = {
        "tenant": tenant.id,
        "router": wanted.router,
        "previous lane": wanted.previous,
        "encoder": encoder.name if encoder else "n-grams alone",
    }
    fingerprint = fingerprint_of([*_CODE, tenant_folder(settings.tenant).resolve()], about)
    return Contender(ports, ports.router, fingerprint, about | {"fingerprint": fingerprint[:12]}, wanted.previous)
