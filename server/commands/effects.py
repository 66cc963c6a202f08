"""`laneway effects`: what was begun outside and may or may not have happened."""

from typing import Annotated

import orjson
import typer
from rich.console import Console

from server.commands.offline import with_service, with_zone
from server.commands.operating import shop_time
from server.commands.rows import print_rows
from state.errors import InvalidInputError

app = typer.Typer(
    help="List effects in doubt, and say what became of them: an order, a ticket or a message that was begun when a "
    "process died, so that nobody knows whether it was done.",
    no_args_is_help=True,
)

Session = Annotated[str, typer.Argument(metavar="SESSION", help="As `laneway effects ls` shows it.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="TURN:NODE:ORDINAL, as `laneway effects ls` shows it.")]


@app.command("ls")
def ls(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many, latest session first.")] = 20,
) -> None:
    """List what is in doubt; ask the other side about the key, then settle it. Entries stay for eight days."""
    found, zone = with_zone(lambda laneway: laneway.service.doubts(limit))
    if not found:
        Console().print("Nothing is in doubt.")
        return
    rows = [
        (one.session, str(one.name), one.effect, shop_time(one.since, zone), str(one.tries), one.key) for one in found
    ]
    print_rows(("session", "name", "class", "since", "tries", "key"), rows)


@app.command("done")
def done(
    session: Session,
    name: Name,
    result: Annotated[str, typer.Option(help="What it gave, as JSON: the turn goes on with it.")] = "null",
) -> None:
    """Say that it was done: it is not done again."""
    try:
        value = orjson.loads(result)
    except orjson.JSONDecodeError:
        raise InvalidInputError(
            "--result is not JSON.", hint="Quote a text twice: --result '\"order 17\"'. Leave it out for null."
        ) from None
    with_service(lambda service: service.settle(session, name, done=True, result=value))
    Console().print(f"{name} counts as done.", markup=False)


@app.command("not-done")
def not_done(session: Session, name: Name) -> None:
    """Say that it was not done: it is done when its turn is tried again."""
    with_service(lambda service: service.settle(session, name, done=False))
    Console().print(f"{name} counts as not done.", markup=False)
