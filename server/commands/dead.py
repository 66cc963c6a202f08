"""`laneway dead`: turns that failed too often and were put aside."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from server.app import open_laneway
from server.logs import configure
from server.service import Service
from server.settings import Settings
from state.turn import plain_text

app = typer.Typer(help="List, requeue or discard turns that were put aside.", no_args_is_help=True)

Result = TypeVar("Result")
Letter = Annotated[str, typer.Argument(metavar="ID", help="As `laneway dead ls` shows it.")]


@app.command("ls")
def ls(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many, latest first.")] = 20,
) -> None:
    """List the dead letters; they stay for seven days."""
    found = _with_service(lambda service: service.dead(limit))
    if not found:
        Console().print("No dead letters.")
        return
    table = Table(box=None, header_style="bold")
    for title in ("id", "when", "session", "attempts", "error", "messages"):
        table.add_column(title, no_wrap=True)
    for letter in found:
        table.add_row(
            letter.id, _time(letter.at), letter.session, str(letter.attempts), letter.code, str(len(letter.messages))
        )
    Console(width=max(Console().width, 130)).print(table)


@app.command("show")
def show(letter_id: Letter) -> None:
    """Show what the customer wrote."""
    letter = _with_service(lambda service: service.dead_letter(letter_id))
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{letter.id}[/]  {letter.session}, {letter.turn}, {letter.attempts} attempts, {letter.code}")
    for message in letter.messages:
        said = plain_text(message.parts) or ", ".join(part.kind for part in message.parts)
        console.print(f"  [dim]{_time(message.at)}[/] {escape(said)}")


@app.command("requeue")
def requeue(letter_id: Letter) -> None:
    """Answer its messages anew, after those that wait; a server or worker must be running."""
    turn = _with_service(lambda service: service.requeue(letter_id))
    Console().print(f"Requeued as {turn}.")


@app.command("discard")
def discard(letter_id: Letter) -> None:
    """Forget it for good."""
    _with_service(lambda service: service.discard(letter_id))
    Console().print(f"Discarded {letter_id}.")


def _with_service(ask: Callable[[Service], Awaitable[Result]]) -> Result:
    settings = Settings.load()
    configure("error", settings.log_format)

    async def run() -> Result:
        async with open_laneway(settings, work=False) as laneway:
            return await ask(laneway.service)

    return asyncio.run(run())


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
