"""`laneway whatsapp`: try the channel without Meta, and find out why it doesn't work with Meta."""

import asyncio
import mimetypes
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer
from rich.console import Console
from rich.markup import escape

from server.app import Laneway, open_laneway
from server.channels.whatsapp.accounts import connected
from server.channels.whatsapp.check import Check, checks
from server.channels.whatsapp.simulator import Mood, Step, World, open_simulator
from server.channels.whatsapp.simulator.account import Taken
from server.commands.chat import lines
from server.commands.offline import with_laneway
from server.commands.serve import serving
from server.logs import configure
from server.settings import SIMULATED, Settings
from state.contact import Identity, session_of
from state.errors import InvalidInputError, SettingsError
from state.ids import TenantId
from state.stores.follow_ups import RedisFollowUps

app = typer.Typer(help="Try WhatsApp without an account, or check that a number is connected.", no_args_is_help=True)

_ANSWER_WITHIN_S: Final = 60.0
_QUIET_S: Final = 0.5
_LINE: Final = 2000
_PHONE: Final = re.compile("[1-9][0-9]{6,14}")
_WITHHELD: Final = {
    "stopped": "the customer wants no more messages; “alta” or “start” takes that back.",
    "paused": "a person answers; `laneway sessions resume` ends that.",
}


@app.command("simulate")
def simulate(
    message: Annotated[
        str | None, typer.Option("--message", "-m", help="Write one message, print the answer, and end.")
    ] = None,
    hostile: Annotated[
        bool,
        typer.Option("--hostile", help="Webhooks come three times, in any order; some sends break."),
    ] = False,
    tenant: Annotated[str | None, typer.Option(help="Tenant's name or folder [LANEWAY_TENANT, demo].")] = None,
    customer: Annotated[str | None, typer.Option(metavar="PHONE", help="Go on as this customer [a new one].")] = None,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Send a document; --message is what is written with it."),
    ] = None,
) -> None:
    """Chat as a customer through the whole WhatsApp path: signed webhooks, rates, statuses; Meta is simulated here.

    Type a number to tap the button or the list row of that number. All of it stays in `simulated` in the data folder.
    """
    configure("error", "console")
    if message is not None and not message.strip():
        raise InvalidInputError("There is nothing in the message.", hint='Such as --message "¿a qué hora abren?".')
    if customer is not None and not _PHONE.fullmatch(customer):
        raise InvalidInputError(
            f"{customer!r} is no phone number.", hint="Digits with the country's code: 34600111222."
        )
    phone = customer or f"346{secrets.randbelow(10**8):08}"
    asyncio.run(_simulate(message, tenant, phone, file=file, hostile=hostile))


@app.command("check")
def check(
    account: Annotated[
        str | None, typer.Option(help="Id of the WhatsApp Business account: is our app subscribed to its webhooks?")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="Public address, such as https://shop.example: does it answer Meta?"),
    ] = None,
    name: Annotated[
        str, typer.Option("--app", help="One of the apps in LANEWAY_WHATSAPP_APPS [that of the settings, else all].")
    ] = "",
) -> None:
    """Check token, number, app secret and webhook, and say what is wrong. Nothing is sent to anybody."""
    settings = Settings.load()
    configure("error", settings.log_format)
    apps = connected(settings)
    chosen = [one for one in apps if one.name == name] or ([] if name else apps)
    if not chosen:
        others = ", ".join(one.name or "that of the settings" for one in apps)
        raise SettingsError(
            f"There is no WhatsApp app {name!r}; there are: {others}."
            if others
            else "No WhatsApp number is connected: none of the four LANEWAY_WHATSAPP_... settings is there.",
            hint="docs/whatsapp.md leads to them; `laneway whatsapp simulate` works without.",
        )
    console = Console(highlight=False, soft_wrap=True)
    found = []
    for one in chosen:
        if len(chosen) > 1:
            console.print(f"[bold]{escape(one.path)}[/]")
        asked = asyncio.run(checks(one, settings, account_id=account, url=url))
        for answer in asked:
            _show(console, answer)
        found += asked
    if any(one.passed is False for one in found):
        raise typer.Exit(1)


@app.command("unread")
def unread(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many, the latest first.")] = 20,
    whole: Annotated[bool, typer.Option("--whole", help="Long ones whole; then every line is JSON.")] = False,
) -> None:
    """Print what Meta delivered and nobody here could read, as JSON lines; it is kept for 30 days."""
    found = with_laneway(lambda laneway: laneway.stores.unread.latest(limit))
    for at, what, piece in found:
        line = orjson.dumps({"at": at, "what": what, "raw": piece}).decode()
        typer.echo(line if whole or len(line) <= _LINE else f"{line[:_LINE]}… (--whole)")
    if not found:
        Console().print("Everything that was delivered could be read.")


def _show(console: Console, one: Check) -> None:
    mark = {True: "[green]ok[/]     ", False: "[red]wrong[/]  ", None: "[dim]skipped[/]"}[one.passed]
    console.print(f"{mark} [bold]{one.name}[/]  {escape(one.says)}")
    if one.fix:
        console.print(f"        [dim]{escape(one.fix)}[/]")


async def _simulate(message: str | None, tenant: str | None, phone: str, *, file: Path | None, hostile: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    async with _shop(tenant, phone) as (chat, name):
        if hostile:
            chat.world.feel(Mood(copies=3, shuffle=True))
        if file is not None:
            await _send(chat, file, message or "", console)
            return
        if message is not None:
            await _exchange(chat, message, console, hostile=hostile)
            return
        console.print(f"[bold]{escape(name)}[/]  [dim]on a simulated WhatsApp; Ctrl-D ends[/]")
        async for line in lines():
            if line.strip():
                await _exchange(chat, line.strip(), console, hostile=hostile)


@dataclass(frozen=True, slots=True)
class _Chat:
    """One customer of a simulated account, and the Laneway that answers."""

    world: World
    laneway: Laneway
    phone: str

    async def withheld(self) -> list[str]:
        """Return why answers to this customer are not sent, one word an answer."""
        stores, account = self.laneway.stores, next(iter(self.world.account.numbers))
        contact = await stores.contacts.identify(account, [Identity("phone", self.phone)])
        rows = await stores.outbox.all(session_of(TenantId(self.laneway.tenant.id), contact.id))
        return [one.code or one.status for one in rows if one.status in {"parked", "failed"}]


@asynccontextmanager
async def _shop(tenant: str | None, phone: str) -> AsyncIterator[tuple[_Chat, str]]:
    async with open_simulator() as simulator:
        account = simulator.world.account
        settings = Settings.load(
            port=0,
            data_dir=_apart(Settings.load().data_dir),
            redis_url=None,
            database_url=None,
            media_url=None,
            sites_url=None,
            whatsapp_phone_number_id=next(iter(account.numbers)),
            whatsapp_access_token=account.token,
            whatsapp_app_secret=account.app_secret,
            whatsapp_verify_token="simulated",  # noqa: S106 # opens nothing but this process
            whatsapp_graph_url=simulator.url,
            whatsapp_reconcile_s=3,
            **({"tenant": tenant} if tenant else {}),
        )
        async with open_laneway(settings) as laneway, serving(laneway) as address:
            simulator.world.courier.url = f"{address}/webhooks/whatsapp"
            yield _Chat(simulator.world, laneway, phone), laneway.tenant.profile.name


def _apart(folder: Path) -> Path:
    """Return a folder of its own for what is only simulated; what was learned from the tenant's texts is shared."""
    simulated, cache = folder / SIMULATED, folder.resolve() / "cache"
    for needed in (simulated, cache):
        needed.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        (simulated / "cache").symlink_to(cache)
    return simulated


async def _exchange(chat: _Chat, text: str, console: Console, *, hostile: bool) -> None:
    world = chat.world
    seen, before = len(world.accepted()), len(await chat.withheld())
    if hostile and seen % 2 == 0:
        world.plan(Step(what="cut"))
    choices = _choices(world.accepted()[-1].body) if seen else []
    if text.isdecimal() and 0 < int(text) <= len(choices):
        world.tap(chat.phone, choices[int(text) - 1][0])
    else:
        world.write(chat.phone, text)
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            while len(world.accepted()) == seen or world.accepted()[-1].at > world.clock.now() - _QUIET_S:
                await asyncio.sleep(0.05)  # the other side of a socket: there is no event to wait for
                if len(world.accepted()) == seen and (why := (await chat.withheld())[before:]):
                    console.print(f"[yellow]Nothing is sent:[/] [dim]{escape(_WITHHELD.get(why[0], why[0]))}[/]")
                    break
    except TimeoutError:
        console.print("[yellow]No answer within a minute.[/] [dim]The log says more with LANEWAY_LOG_LEVEL=info.[/]")
    for taken in world.accepted(seen):
        _print(taken, console)


def _print(taken: Taken, console: Console) -> None:
    body = taken.body
    console.print(escape(_words(taken)))
    for place, (_, title) in enumerate(_choices(body), start=1):
        console.print(f"  [cyan]{place} ▸ {escape(title)}[/]")


async def _send(chat: _Chat, file: Path, caption: str, console: Console) -> None:
    """Send a document, and print what is answered until no workflow that it began is waited for."""
    mime = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    content = await asyncio.to_thread(file.read_bytes)
    waited = RedisFollowUps(chat.laneway.stores.client, TenantId(chat.laneway.tenant.id))
    chat.world.send_file(
        chat.phone, "document", mime, content, filename=file.name, **({"caption": caption} if caption else {})
    )
    shown = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            while shown == 0 or await waited.all():
                await asyncio.sleep(_QUIET_S)  # the other side of a socket: there is no event to wait for
                for taken in chat.world.accepted(shown):
                    _print(taken, console)
                    shown += 1
            await asyncio.sleep(_QUIET_S)
    for taken in chat.world.accepted(shown):
        _print(taken, console)
    if shown == 0:
        console.print("[yellow]No answer within a minute.[/] [dim]The log says more with LANEWAY_LOG_LEVEL=info.[/]")


def _words(taken: Taken) -> str:
    """Return what a message says; of one without words, a sign put on a message, what it is."""
    body = taken.body
    if taken.kind == "text":
        return str(body["text"]["body"])
    if "interactive" in body:
        return str(body["interactive"]["body"]["text"])
    return f"[{taken.kind}] {body.get(taken.kind, {}).get('emoji', '')}".rstrip()


def _choices(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Return id and title of what can be tapped in a message."""
    action = body.get("interactive", {}).get("action", {})
    buttons = [(one["reply"]["id"], one["reply"]["title"]) for one in action.get("buttons", [])]
    return buttons + [(row["id"], row["title"]) for part in action.get("sections", []) for row in part["rows"]]
