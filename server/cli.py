"""The command line: `laneway --help`."""

import sys
from importlib.metadata import version
from typing import Annotated, Final

import typer
from rich.console import Console

from server.commands import (
    backup,
    casework,
    chat,
    dead,
    doctor,
    effects,
    evaluate,
    graph,
    handoffs,
    orders,
    prompts,
    serve,
    sessions,
    whatsapp,
    worker,
    workflow,
)
from state.errors import LanewayError
from state.plan_errors import PlanError

app = typer.Typer(
    name="laneway",
    help="Run conversations as typed state graphs. Start with `laneway serve` or `laneway chat`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("chat")(chat.chat)
app.add_typer(graph.app, name="graph")
app.add_typer(sessions.app, name="sessions")
app.add_typer(workflow.app, name="workflow")
app.add_typer(handoffs.app, name="handoffs")
app.add_typer(casework.tickets, name="tickets")
app.add_typer(casework.returns, name="returns")
app.add_typer(orders.app, name="orders")
app.add_typer(dead.app, name="dead")
app.add_typer(effects.app, name="effects")
app.add_typer(evaluate.app, name="eval")
app.add_typer(whatsapp.app, name="whatsapp")
app.add_typer(prompts.app, name="prompts")
app.command("backup")(backup.backup)
app.command("doctor")(doctor.doctor)


_HINTS: Final = {
    "store_unavailable": "Start the server that LANEWAY_REDIS_URL names, or correct the address; without it the "
    "embedded store is used.",
    "records_unavailable": "Start the database that LANEWAY_DATABASE_URL names, or correct the address; without it "
    "SQLite is used.",
    "session_not_found": "`laneway sessions ls` lists the sessions; they end some time after their last message.",
}
"""Where the command line can do more than a client can."""

_EXITS: Final = {"invalid_evaluation": 2, "invalid_plan": 2, "template_not_found": 2}
"""Exit codes that aren't 1: for `laneway eval gate` 1 says that a run is not good enough."""


def _version(wanted: bool) -> None:  # typer's callback
    if wanted:
        typer.echo(f"laneway {version('laneway')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Settings come from `LANEWAY_...` variables, a `.env` file, then defaults; options win over all of them."""


def main() -> None:
    """Run the command line; what we refuse or fail at is two sentences, never a stack trace."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except LanewayError as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"[bold red]Error[/] ({error.code}): ", end="")
        if isinstance(error, PlanError) and len(error.findings) > 1:
            console.print(f"{error.file or 'The plan'} has {len(error.findings)} faults.", markup=False)
            for finding in error.findings:
                console.print(f"  {finding}", markup=False)
            sys.exit(_EXITS[error.code])
        console.print(error.message, markup=False)
        console.print(_HINTS.get(error.code, error.hint), markup=False, style="dim")
        sys.exit(_EXITS.get(error.code, 1))


if __name__ == "__main__":
    main()
