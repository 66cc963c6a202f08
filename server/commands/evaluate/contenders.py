"""Build the router that is to be measured, as the composition root builds the one that serves."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import evals.tenant
import nodes
from evals.answers import fingerprint_of
from evals.cassette import Cassette
from evals.errors import EvaluationError
from evals.tenant import Closing, Contender, Previous, nothing
from nodes.models.asking import Decider
from nodes.routers.chain import ChainRouter
from nodes.routers.encoder import load_encoder
from nodes.routers.local import LocalClassifier, examples_of
from prompts.loader import tenant_folder
from prompts.tenant import Tenant
from prompts.versions import BUNDLED
from server.context import ports_of, prompt_of, read_tenant
from server.model_names import MODELS
from server.models import build_models, own_guards
from server.recalibrations import recalibrations_in
from server.settings import Settings

RouterKind = Literal["local", "hybrid"]
Calls = Literal["replay", "record", "live"]

_PROMPT: Final = "router"
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


def taped(decider: Decider | None, wanted: Wanted) -> Decider | None:
    """Return what answers a model's questions: the recording, with the model behind it or, in replay, without."""
    if wanted.cassette is None or wanted.calls == "live":
        return decider
    if wanted.calls == "replay" and not wanted.cassette.is_file():
        raise EvaluationError(
            f"There is no recording {str(wanted.cassette)!r}.", hint="Make it: the same command with `--calls record`."
        )
    return Cassette(wanted.cassette, wanted.model, decider if wanted.calls == "record" else None)


def contender(settings: Settings, wanted: Wanted) -> Contender:
    """Return the tenant's router, alone or with the model stage behind it; close it at the end.

    Raises:
        TenantError: the tenant's files, or the prompt named, are wrong.
        SettingsError: the model is named without its key.
        EvaluationError: what is asked for doesn't go together, or a model is needed and none is named.
    """
    tenant = read_tenant(settings.tenant)
    decider, close = _decider(settings, wanted)
    ports = ports_of(settings, tenant, decider, wanted.prompt)
    local = ports_of(settings, tenant) if decider else ports
    if wanted.ngrams_only:
        ports = local = replace(ports, router=ChainRouter(tenant, LocalClassifier(examples_of(tenant), None)))
    encoder = None if wanted.ngrams_only else load_encoder()
    about = {
        "tenant": tenant.id,
        "router": wanted.router,
        "previous lane": wanted.previous,
        "encoder": encoder.name if encoder else "n-grams alone",
        **({"model": _model(settings, wanted), "prompt": _version(tenant, wanted.prompt)} if decider else {}),
    }
    worth = recalibrations_in(settings.data_dir, tenant.id).resolve()
    files = [tenant_folder(settings.tenant).resolve(), BUNDLED / _PROMPT]
    files += [worth] if decider and worth.is_file() else []
    fingerprint = fingerprint_of([*_CODE, *files], about)
    shown = about | {"fingerprint": fingerprint[:12]}
    return Contender(ports, local.router, fingerprint, shown, wanted.previous, close)


def _decider(settings: Settings, wanted: Wanted) -> tuple[Decider | None, Closing]:
    if wanted.router == "local":
        if wanted.prompt or wanted.model or wanted.cassette:
            raise EvaluationError(
                "The local router asks no model, so there is nothing to do with a prompt, a model or a recording.",
                hint="Use --router hybrid.",
            )
        return None, nothing
    if wanted.ngrams_only:
        raise EvaluationError("--ngrams-only is for the local router.", hint="Use --router local.")
    named = settings.model_copy(update={"router_model": _model(settings, wanted), "agent_model": None})
    if wanted.cassette and wanted.calls == "replay":
        return taped(None, wanted), nothing
    models = build_models(named, own_guards(named))
    return taped(models.decider, wanted), models.close


def _model(settings: Settings, wanted: Wanted) -> str:
    model = wanted.model or settings.router_model
    if model is None and not (wanted.cassette and wanted.calls == "replay"):
        raise EvaluationError(
            "The hybrid router asks a model, and none is named.",
            hint="Use --model openai:NAME with LANEWAY_OPENAI_API_KEY (docs/models.md), or --cassette FILE.",
        )
    if model and not re.fullmatch(MODELS, model):
        raise EvaluationError(
            f"{model!r} names no provider.", hint="Write openai:NAME, anthropic:NAME, or several with commas."
        )
    return model or ""


def _version(tenant: Tenant, wanted: str | None) -> str:
    """Return which version of the router's prompt is asked with."""
    if wanted is None:
        return "the tenant's"
    if wanted.partition("@")[0] != _PROMPT:
        raise EvaluationError(
            f"{wanted!r} is no version of the router's prompt.",
            hint="Write --prompt router@2; `laneway prompts ls` lists them.",
        )
    return prompt_of(tenant, _PROMPT, wanted)("").reference
