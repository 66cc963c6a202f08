"""`laneway sessions`: which there are, and what happened in one."""

import asyncio
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from rich.markup import escape

from server.clock import now_ms
from server.commands.offline import with_zone
from server.commands.operating import shop_time
from server.commands.rows import print_rows
from server.commands.view import turn_lines
from server.context import read_tenant
from server.correspondence import LONGEST_H, PAUSE_H
from server.logs import configure
from server.settings import Settings
from server.stores import open_stores
from state.contact import Contact
from state.errors import SessionNotFoundError
from state.events import LoggedEvent
from state.ids import SessionId, TenantId, is_well_formed
from state.session import Session

app = typer.Typer(help="List sessions, show one, step in and back.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="SESSION", help="As `laneway sessions ls` lists it.")]

_PAGE: Final = 1000
_MOST: Final = 10_000


@app.command("ls")
def ls(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=_MOST, help="How many, the latest first.")] = 20,
    handoff: Annotated[bool, typer.Option("--handoff", help="Only those in which a person was asked for.")] = False,
) -> None:
    """List the sessions that are still alive, the latest first."""
    settings = _settings()
    found, zone = asyncio.run(_latest(settings, _MOST if handoff else limit))
    shown = [session for session in found if session.handoff or not handoff][:limit]
    if not shown:
        nobody = f"Nobody asks for a person in the {len(found)} sessions that are alive."
        nothing = f"No sessions in {settings.data_dir}. Start one with `laneway chat` or on the chat page."
        Console(soft_wrap=True).print(nobody if found else nothing, markup=False)
        return
    print_rows(("session", "last message", "channel", "turns", "lane", "status"), [_row(one, zone) for one in shown])


@app.command("show")
def show(
    session: Annotated[str, typer.Argument(help="The session's id, as `laneway sessions ls` lists it.")],
    events: Annotated[bool, typer.Option("--events", help="Every event as a line of JSON instead.")] = False,
) -> None:
    """Show what was said in a session, and where each turn went and why."""
    (facts, log, contact), zone = asyncio.run(_read(_settings(), session))
    if events:
        for event in log:
            typer.echo(event.data.decode())
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"[bold]{facts.id}[/]  {facts.channel}, {facts.turns} turns, last message {shop_time(facts.updated, zone)}"
        + ("  [yellow]a person was asked for[/]" if facts.handoff else "")
    )
    if contact:
        console.print(_standing(contact, zone), style="dim")
    for line in turn_lines([orjson.loads(event.data) for event in log]):
        console.print(line)
    if not log:
        console.print(escape("Nothing was said yet."), style="dim")


@app.command("pause")
def pause(
    session: Name,
    hours: Annotated[float, typer.Option(min=0.01, max=LONGEST_H, help="How long nothing is sent.")] = PAUSE_H,
) -> None:
    """Answer this customer yourself: nothing of ours is sent for a time. What they write is kept in the session."""
    contact, zone = with_zone(lambda laneway: laneway.correspondence.pause(session, hours))
    Console().print(f"{session}: {_standing(contact, zone)}", markup=False)


@app.command("resume")
def resume(
    session: Name,
    consent: Annotated[
        bool, typer.Option("--consent", help="They wanted no more messages, and told us that they do again.")
    ] = False,
) -> None:
    """Let the assistant answer this customer again."""
    contact, zone = with_zone(lambda laneway: laneway.correspondence.resume(session, consent=consent))
    Console().print(f"{session}: {_standing(contact, zone)}", markup=False)
    if contact.stopped:
        Console().print("`--consent` takes that back, when they told you so.", markup=False, style="dim")


def _row(session: Session, zone: str) -> tuple[str, ...]:
    status = "handed over" if session.handoff else f"{session.waiting} waiting" if session.waiting else session.status
    when, lane = shop_time(session.updated, zone), session.lane or "-"
    return session.id, when, session.channel, str(session.turns), lane, status


def _standing(contact: Contact, zone: str) -> str:
    """Say how we stand with a customer."""
    if contact.stopped:
        return "the customer wants no more messages, so nothing is sent"
    if contact.paused > now_ms():
        return f"paused until {shop_time(contact.paused, zone)}: a person answers"
    return "the assistant answers"


def _settings() -> Settings:
    settings = Settings.load()
    configure("error", settings.log_format)
    return settings


async def _latest(settings: Settings, limit: int) -> tuple[list[Session], str]:
    tenant = read_tenant(settings.tenant)
    async with open_stores(settings) as stores:
        return await stores.sessions.latest(TenantId(tenant.id), limit), tenant.profile.timezone


async def _read(settings: Settings, session: str) -> tuple[tuple[Session, list[LoggedEvent], Contact | None], str]:
    zone = read_tenant(settings.tenant).profile.timezone
    async with open_stores(settings) as stores:
        facts = await stores.sessions.get(SessionId(session)) if is_well_formed(session) else None
        if facts is None:
            raise SessionNotFoundError(session)
        log: list[LoggedEvent] = []
        while page := await stores.events.read(facts.id, log[-1].seq if log else 0, _PAGE):
            log += page
        contact = await stores.contacts.get(facts.account or "", facts.contact) if facts.contact else None
        return (facts, log, contact), zone
