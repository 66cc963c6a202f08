"""`laneway handoffs`: answer the customers who asked for a person."""

from typing import Annotated

import typer
from rich.console import Console

from server.app import Laneway
from server.commands.offline import with_laneway
from server.commands.operating import operator_here, shop_time, what_arrived
from server.commands.rows import print_rows
from server.commands.stories import print_story
from server.desk import Handed
from state.desk import Case
from state.ids import TurnId

app = typer.Typer(
    help="Answer the customers who asked for a person. A server or worker must be running: it says what you write.",
    no_args_is_help=True,
)

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="As `laneway handoffs ls` shows it, such as HO-1001.")]
Who = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Who you are; your user name here unless said.", show_default=False)
]
Text = Annotated[str, typer.Argument(help="What to say; quote it.")]


@app.command("ls")
def ls(
    everything: Annotated[bool, typer.Option("--all", help="Those that are over, too, the latest first.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=500, help="How many.")] = 20,
) -> None:
    """List the customers who wait, the longest first, then those who are being answered."""

    async def ask(laneway: Laneway) -> tuple[list[Case], str]:
        return await laneway.desk.latest(limit, over=everything), laneway.tenant.profile.timezone

    found, zone = with_laneway(ask)
    if not found:
        Console().print("Nobody waits for a person.")
        return
    titles = ("number", "since", "status", "operator", "channel", "answer by", "about")
    print_rows(titles, [_row(case, zone) for case in found], long="about")


@app.command("show")
def show(number: Number) -> None:
    """Show who asks, what was said and tried before, and the conversation since."""

    async def ask(laneway: Laneway) -> tuple[Handed, str]:
        return await laneway.desk.show(number), laneway.tenant.profile.timezone

    print_story(*with_laneway(ask))


@app.command("claim")
def claim(
    number: Number,
    who: Who = "",
    take: Annotated[bool, typer.Option("--take", help="Also from an operator who has it.")] = False,
) -> None:
    """Take a conversation on; the assistant stays silent, and the customer's messages come to you."""
    case = with_laneway(lambda laneway: laneway.desk.claim(number, operator_here(who), take=take))
    Console().print(f"{case.number} is {case.operator}'s now.", markup=False)


@app.command("reply")
def reply(number: Number, text: Text, who: Who = "") -> None:
    """Say something to the customer, on the channel they write on; claims the conversation if nobody has."""

    async def ask(laneway: Laneway) -> tuple[TurnId, str]:
        case = await laneway.desk.case(number)
        turn = await laneway.desk.reply(number, operator_here(who), text)
        return turn, await what_arrived(laneway, case.origin.session, turn)

    turn, arrived = with_laneway(ask)
    Console(soft_wrap=True).print(f"Said to the customer of {number.upper()} ({turn}). {arrived}".strip(), markup=False)


@app.command("note")
def note(number: Number, text: Text, who: Who = "") -> None:
    """Write something for colleagues; the customer doesn't see it."""
    with_laneway(lambda laneway: laneway.desk.note(number, operator_here(who), text))
    Console().print(f"Noted on {number.upper()}.", markup=False)


@app.command("return")
def give_back(
    number: Number,
    text: Annotated[str, typer.Argument(help="A last word to the customer; may be left out.")] = "",
    who: Who = "",
) -> None:
    """Give the customer back to the assistant."""
    with_laneway(lambda laneway: laneway.desk.give_back(number, operator_here(who), text))
    Console().print(f"{number.upper()} goes back to the assistant.", markup=False)


def _row(case: Case, zone: str) -> tuple[str, ...]:
    by = shop_time(case.due, zone) if case.due and case.status == "open" else "-"
    status, since = case.status.replace("_", " "), shop_time(case.opened, zone)
    return case.number, since, status, case.operator or "-", case.origin.channel, by, case.subject
