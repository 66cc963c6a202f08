"""`laneway doctor`: is everything there, and if not, what to do."""

import asyncio
import platform
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from graphs.check import check
from graphs.conversation import build_conversation
from prompts.findings import TenantFilesError
from prompts.loader import check_tenant, tenant_folder
from prompts.versions import BUNDLED, PromptError, Prompts
from server.channels.whatsapp.accounts import connected
from server.context import read_tenant
from server.logs import configure
from server.models import build_models, own_guards
from server.payment_news import key_of
from server.settings import PREFIX, Settings
from server.stores import open_stores
from state.errors import LanewayError
from state.stores.check import survey
from state.stores.embedded.doctor import diagnose

Severity = Literal["ok", "warning", "error"]

_MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "error": "[red]✗[/]"}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding of the doctor."""

    severity: Severity
    what: str
    fix: str = ""


def doctor(
    tenant: Annotated[str | None, typer.Option(help="Tenant's name or folder [LANEWAY_TENANT, demo].")] = None,
) -> None:
    """Check settings, the tenant's files, prompts, WhatsApp, models, graph, store; exit 1 when something is wrong."""
    settings = Settings.load(**({"tenant": tenant} if tenant else {}))
    configure("error", settings.log_format)
    console = Console(highlight=False)
    lines = [
        _python(),
        *_settings(),
        *_tenant(settings.tenant),
        *_prompts(settings.tenant),
        _whatsapp(settings),
        _models(settings),
        *_payments(settings),
        *_graph(),
        *asyncio.run(_store(settings)),
    ]
    for line in lines:
        console.print(f"{_MARKS[line.severity]} {escape(line.what)}", soft_wrap=True)
        if line.fix:
            console.print(f"    {escape(line.fix)}", style="dim", soft_wrap=True)
    if any(line.severity == "error" for line in lines):
        raise typer.Exit(1)


def _prompts(tenant: str) -> list[Line]:
    """Read every version of every prompt, and those that the tenant gives its sessions."""
    try:
        found = read_tenant(tenant)
        prompts = Prompts(BUNDLED, found.folder / "prompts")
        for name in prompts.names():
            for one in prompts.versions(name):
                prompts.is_released(one)
            prompts.shared_out(name, found.profile.prompts.get(name, {}))
    except PromptError as error:
        return [Line("error", str(error), "`laneway prompts ls` lists what there is.")]
    except LanewayError:
        return []  # said above
    return [Line("ok", f"prompts: {', '.join(prompts.names())}")]


def _whatsapp(settings: Settings) -> Line:
    try:
        apps = connected(settings)
    except LanewayError as error:
        return Line("error", error.message, error.hint)
    return Line("ok", f"WhatsApp: {', '.join(one.path for one in apps) or 'not connected'}")


def _models(settings: Settings) -> Line:
    named = [f"{one.provider}:{one.name}" for one in (*settings.router_models, *settings.agent_models)]
    try:
        build_models(settings, own_guards(settings))
    except LanewayError as error:
        return Line("error", error.message, error.hint)
    return Line("ok", f"Models: {', '.join(dict.fromkeys(named)) or 'none, the local router decides alone'}")


def _payments(settings: Settings) -> list[Line]:
    """Say what is wrong with the secret that payments are told with; nothing where there is none."""
    secret = settings.payments_secret.get_secret_value() if settings.payments_secret else ""
    try:
        return [Line("ok", "Payments are heard of at /webhooks/payments")] if secret and key_of(secret) else []
    except LanewayError as error:
        return [Line("error", error.message, error.hint)]


def _python() -> Line:
    return Line("ok", f"Python {platform.python_version()} on {sys.platform}")


def _settings() -> list[Line]:
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    return [
        Line(
            "warning",
            f"{name} is no setting of ours",
            " ".join(f"Did you mean {one}?" for one in get_close_matches(name, known, 1))
            or "docs/settings.md has all.",
        )
        for name in Settings.strangers()
    ]


def _tenant(name: str) -> list[Line]:
    try:
        folder = tenant_folder(name).resolve()
    except TenantFilesError as error:
        return [Line("error", str(error))]
    findings = check_tenant(folder)
    found: list[Line] = [
        Line(finding.severity, f"{folder.name}/{finding.file}:{finding.line}: {finding.message}", f"fix: {finding.fix}")
        for finding in findings
    ]
    return found or [Line("ok", f"Tenant {folder.name!r}: every file is right")]


def _graph() -> list[Line]:
    findings = check(build_conversation())
    found = [Line(finding.severity, f"graph, {finding.where}: {finding.message}", finding.fix) for finding in findings]
    return found or [Line("ok", "Graph: every hop is declared")]


async def _store(settings: Settings) -> list[Line]:
    if settings.redis_url is None:
        looked = diagnose(settings.data_dir)
        if any(finding.severity == "error" for finding in looked):
            return [Line(finding.severity, finding.message, finding.fix) for finding in looked]
    try:
        async with open_stores(settings) as stores:
            report = await survey(stores.client)
    except LanewayError as error:
        fix = "Start it, or correct its address." if error.code.endswith("_unavailable") else error.hint
        return [Line("error", error.message, fix)]
    records = "SQLite in the data folder" if settings.database_url is None else "PostgreSQL at LANEWAY_DATABASE_URL"
    where = f"embedded in {settings.data_dir}" if stores.embedded else "at LANEWAY_REDIS_URL"
    found = [Line(finding.severity, f"Store: {finding.message}", finding.fix) for finding in report.findings]
    return [Line("ok", f"Store: {report.server}, {where}"), *found, Line("ok", f"Records: {records}")]
