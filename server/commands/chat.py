"""`laneway chat`: talk to the shop in the terminal and watch the graph work."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer
from prompt_toolkit import PromptSession
from rich.console import Console
from rich.markup import escape

from server.app import open_laneway
from server.commands.exchange import exchange
from server.commands.playback import play
from server.logs import configure
from server.script import Script, read_scripts
from server.settings import Settings
from state.errors import InvalidInputError
from state.turn import TextPart


def chat(
    message: Annotated[
        str | None, typer.Option("--message", "-m", help="Send one message, print the answer, and end.")
    ] = None,
    session: Annotated[str | None, typer.Option("--session", "-s", help="Go on in a session.")] = None,
    script: Annotated[
        Path | None,
        typer.Option(help="Play the dialogues of a YAML file (docs/agents.md); exit 1 when one goes otherwise."),
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="Tenant's name or folder [LANEWAY_TENANT, demo].")] = None,
) -> None:
    """Chat in the terminal; each node lights up as it works. Shares the data folder with a running server."""
    if message is not None and not message.strip():
        raise InvalidInputError("The message is empty.", hint='Write it in quotes: laneway chat --message "Hola"')
    settings = Settings.load(**({"tenant": tenant} if tenant else {}))
    configure("error", settings.log_format)
    if script is not None:
        if asyncio.run(_play(settings, read_scripts(script))):
            raise typer.Exit(1)
        return
    asyncio.run(_chat(settings, message, session))


async def _play(settings: Settings, scripts: list[Script]) -> int:
    async with open_laneway(settings) as laneway:
        return await play(laneway, scripts, Console(highlight=False, soft_wrap=True))


async def _chat(settings: Settings, message: str | None, session_id: str | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    async with open_laneway(settings) as laneway:
        service = laneway.service
        session = await service.session(session_id or await service.start_session("cli"))
        if message is not None:
            await exchange(laneway, session, [TextPart(message)], console)
            return
        console.print(f"[bold]{escape(laneway.tenant.profile.name)}[/]  [dim]session {session.id}; Ctrl-D ends[/]")
        async for line in lines():
            if line.strip():
                await exchange(laneway, session, [TextPart(line)], console)


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
