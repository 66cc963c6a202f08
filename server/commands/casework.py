"""`laneway tickets` and `laneway returns`: answer them, and say what becomes of them."""

from typing import Annotated

import typer
from rich.console import Console

from server.app import Laneway
from server.casework import Casework, Kind
from server.commands.offline import with_laneway
from server.commands.operating import operator_here, shop_time, what_arrived
from server.commands.rows import print_rows
from server.commands.stories import OWING, print_story
from server.desk import Handed
from state.desk import Case, CaseStatus
from state.ids import TurnId

tickets = typer.Typer(
    help="Answer what customers reported. A server or worker must be running: it says what you write.",
    no_args_is_help=True,
)
returns = typer.Typer(
    help="See what customers send back, and say what becomes of it. Money is paid back by you: nothing here moves any.",
    no_args_is_help=True,
)

Ticket = Annotated[str, typer.Argument(metavar="NUMBER", help="As `laneway tickets ls` shows it, such as TK-1001.")]
Return = Annotated[str, typer.Argument(metavar="NUMBER", help="As `laneway returns ls` shows it, such as RT-1001.")]
Who = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Who you are; your user name here unless said.", show_default=False)
]
Text = Annotated[str, typer.Argument(help="What to say to the customer; quote it.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=500, help="How many, the latest first.")]
Every = Annotated[bool, typer.Option("--all", help="Those that are settled, too.")]
Before = Annotated[str, typer.Option("--before", metavar="NUMBER", help="Those opened before this one: the next page.")]

_PENDING: dict[Kind, tuple[CaseStatus, ...]] = {
    "ticket": ("open", "answered"),
    "return": ("requested", "review", "received"),
}


@tickets.command("ls")
def list_tickets(everything: Every = False, limit: Limit = 20, before: Before = "") -> None:
    """List the tickets that aren't closed."""
    _list("ticket", everything, limit, before)


@tickets.command("show")
def show_ticket(number: Ticket) -> None:
    """Show who asks, what was said about it, and the conversation."""
    _show("ticket", number)


@tickets.command("reply")
def reply_ticket(number: Ticket, text: Text, who: Who = "") -> None:
    """Answer the customer, in their conversation and on the channel they write on; a closed ticket opens again."""
    _reply("ticket", number, text, who)


@tickets.command("note")
def note_ticket(number: Ticket, text: Annotated[str, typer.Argument(help="For colleagues.")], who: Who = "") -> None:
    """Write something for colleagues; the customer doesn't see it."""
    with_laneway(lambda laneway: _work(laneway, "ticket").note(number, operator_here(who), text))
    Console().print(f"Noted on {number.upper()}.", markup=False)


@tickets.command("close")
def close_ticket(number: Ticket, who: Who = "") -> None:
    """Close it; the customer opens it again by adding to it."""
    _move("ticket", number, "closed", who)


@returns.command("ls")
def list_returns(everything: Every = False, limit: Limit = 20, before: Before = "") -> None:
    """List the returns that aren't settled; those in `review` wait for you."""
    _list("return", everything, limit, before)


@returns.command("show")
def show_return(number: Return) -> None:
    """Show what comes back and why, the refund, and the conversation."""
    _show("return", number)


@returns.command("reply")
def reply_return(number: Return, text: Text, who: Who = "") -> None:
    """Write to the customer about it, in their conversation and on the channel they write on."""
    _reply("return", number, text, who)


@returns.command("approve")
def approve(number: Return, who: Who = "") -> None:
    """Accept one that is in review."""
    _move("return", number, "requested", who)


@returns.command("refuse")
def refuse(number: Return, who: Who = "") -> None:
    """Refuse one that isn't refunded; tell the customer why with `reply`."""
    _move("return", number, "cancelled", who)


@returns.command("received")
def received(number: Return, who: Who = "") -> None:
    """Note that the parcel is here."""
    _move("return", number, "received", who)


@returns.command("refunded")
def refunded(number: Return, who: Who = "") -> None:
    """Note that the money has been paid back."""
    _move("return", number, "refunded", who)


def _work(laneway: Laneway, kind: Kind) -> Casework:
    return Casework(laneway.desk, kind)


def _show(kind: Kind, number: str) -> None:
    async def ask(laneway: Laneway) -> tuple[Handed, str]:
        return await _work(laneway, kind).show(number), laneway.tenant.profile.timezone

    print_story(*with_laneway(ask))


def _list(kind: Kind, everything: bool, limit: int, before: str) -> None:  # the option's own
    statuses = () if everything else _PENDING[kind]

    async def ask(laneway: Laneway) -> tuple[list[Case], str]:
        found = await _work(laneway, kind).latest(limit, statuses=statuses, before=before)
        return found, laneway.tenant.profile.timezone

    found, zone = with_laneway(ask)
    if not found:
        Console().print(f"No {kind}s{'' if everything else ' to settle; --all lists the others'}.")
        return
    titles = ("number", "since", "status", "order", "channel", "answer by", "about")
    print_rows(titles, [_row(case, zone) for case in found], long="about")
    if len(found) == limit:
        Console().print(f"There may be more: --before {found[-1].number}", markup=False)


def _row(case: Case, zone: str) -> tuple[str, ...]:
    by = shop_time(case.due, zone) if case.due and case.status == "open" else "-"
    since, order = shop_time(case.opened, zone), case.order or "-"
    return case.number, since, case.status, order, case.origin.channel, by, _about(case)


def _about(case: Case) -> str:
    """Return what it is about, and what the customer was told that the team sends."""
    needs = case.facts.get("needs") if case.status in OWING else None
    return f"{case.subject} (send: {needs})" if needs else case.subject


def _reply(kind: Kind, number: str, text: str, who: str) -> None:
    async def ask(laneway: Laneway) -> tuple[TurnId | None, str]:
        case = await _work(laneway, kind).case(number)
        turn = await _work(laneway, kind).reply(number, operator_here(who), text)
        return turn, await what_arrived(laneway, case.origin.session, turn)

    turn, arrived = with_laneway(ask)
    said = f"Said to the customer of {number.upper()} ({turn}). {arrived}".strip()
    kept = f"Kept with {number.upper()}: the conversation has expired, so they hear of it when they ask."
    Console(soft_wrap=True).print(said if turn else kept, markup=False)


def _move(kind: Kind, number: str, to: CaseStatus, who: str) -> None:
    case = with_laneway(lambda laneway: _work(laneway, kind).move(number, to, operator_here(who)))
    Console().print(f"{case.number} is {case.status} now.", markup=False)
