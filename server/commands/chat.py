"""`laneway chat`: talk to the shop in the terminal and watch the graph work."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
import typer
from prompt_toolkit import PromptSession
from rich.console import Console
from rich.live import Live
from rich.markup import escape

from server.app import Laneway, open_laneway
from server.commands.view import decision_line, node_chip
from server.logs import configure
from server.settings import Settings
from state.errors import InvalidInputError
from state.session import Session
from state.turn import TextPart


def chat(
    message: Annotated[
        str | None, typer.Option("--message", "-m", help="Send one message, print the answer, and end.")
    ] = None,
    session: Annotated[str | None, typer.Option("--session", "-s", help="Go on in a session.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Tenant's name or folder [LANEWAY_TENANT, demo].")] = None,
) -> None:
    """Chat in the terminal; each node lights up as it works. Shares the data folder with a running server."""
    if message is not None and not message.strip():
        raise InvalidInputError("The message is empty.", hint='Write it in quotes: laneway chat --message "Hola"')
    settings = Settings.load(**({"tenant": tenant} if tenant else {}))
    configure("error", settings.log_format)
    asyncio.run(_chat(settings, message, session))


async def _chat(settings: Settings, message: str | None, session_id: str | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    async with open_laneway(settings) as laneway:
        service = laneway.service
        session = await service.session(session_id or await service.start_session("cli"))
        if message is not None:
            await _exchange(laneway, session, message, console)
            return
        console.print(f"[bold]{escape(laneway.tenant.profile.name)}[/]  [dim]session {session.id}; Ctrl-D ends[/]")
        async for line in lines():
            if line.strip():
                await _exchange(laneway, session, line, console)


async def lines() -> AsyncIterator[str]:
    """Yield what is typed, or what is piped in, until its end or Ctrl-C."""
    if not sys.stdin.isatty():
        while line := await asyncio.to_thread(sys.stdin.readline):
            yield line
        return
    prompt: PromptSession[str] = PromptSession()
    while True:
        try:
            yield await prompt.prompt_async("› ")
        except (EOFError, KeyboardInterrupt):
            return


async def _exchange(laneway: Laneway, session: Session, text: str, console: Console) -> None:
    seen = (await laneway.service.session(session.id)).events
    turn = await laneway.service.accept(session, [TextPart(text)])
    chips: dict[str, str] = {}
    with laneway.hub.watch(session.id) as feed, Live(console=console, transient=True, refresh_per_second=30) as live:
        while True:
            for event in await laneway.service.events.read(session.id, seen):
                seen = event.seq
                body = orjson.loads(event.data)
                if event.turn != turn:
                    continue
                if chip := node_chip(body):
                    chips[body["node"]] = chip
                    live.update("  " + " → ".join(chips.values()), refresh=True)
                elif _print(console, body):
                    console.print("  " + " → ".join(chips.values()))
                    return
            await feed.next()


def _print(console: Console, event: dict[str, Any]) -> bool:
    match event["type"]:
        case "route.decision":
            console.print(f"  [dim]{decision_line(event)}[/]")
        case "message.final":
            console.print(escape(event["text"]))
            for choice in event["choices"]:
                console.print(f"  [cyan]▸ {escape(choice['title'])}[/]")
        case "turn.end" | "turn.cancelled":
            return True
    return False
