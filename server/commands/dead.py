"""`laneway dead`: turns that failed too often and were put aside."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from server.commands.offline import with_service, with_zone
from server.commands.operating import shop_time
from server.commands.rows import print_rows
from state.turn import plain_text

app = typer.Typer(help="List, requeue or discard turns that were put aside.", no_args_is_help=True)

Letter = Annotated[str, typer.Argument(metavar="ID", help="As `laneway dead ls` shows it.")]


@app.command("ls")
def ls(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many, latest first.")] = 20,
) -> None:
    """List the dead letters; they stay for seven days."""
    found, zone = with_zone(lambda laneway: laneway.service.dead(limit))
    if not found:
        Console().print("No dead letters.")
        return
    rows = [
        (one.id, shop_time(one.at, zone), one.session, str(one.attempts), one.code, str(len(one.messages)))
        for one in found
    ]
    print_rows(("id", "when", "session", "attempts", "error", "messages"), rows)


@app.command("show")
def show(letter_id: Letter) -> None:
    """Show what the customer wrote."""
    letter, zone = with_zone(lambda laneway: laneway.service.dead_letter(letter_id))
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{letter.id}[/]  {letter.session}, {letter.turn}, {letter.attempts} attempts, {letter.code}")
    for message in letter.messages:
        said = plain_text(message.parts) or ", ".join(part.kind for part in message.parts)
        console.print(f"  [dim]{shop_time(message.at, zone)}[/] {escape(said)}")


@app.command("requeue")
def requeue(letter_id: Letter) -> None:
    """Answer its messages anew, after those that wait; a server or worker must be running."""
    turn = with_service(lambda service: service.requeue(letter_id))
    Console().print(f"Requeued as {turn}.")


@app.command("discard")
def discard(letter_id: Letter) -> None:
    """Forget it for good."""
    with_service(lambda service: service.discard(letter_id))
    Console().print(f"Discarded {letter_id}.")
