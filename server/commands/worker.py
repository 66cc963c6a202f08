"""`laneway worker`: answer messages that servers accept, without a web server."""

import asyncio
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from server.app import open_laneway
from server.commands.signals import on_signals
from server.logs import configure
from server.settings import Settings


def worker(
    concurrency: Annotated[
        int | None, typer.Option(min=1, help="Sessions worked on at once [LANEWAY_CONCURRENCY, 64].")
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="Tenant's name or folder [LANEWAY_TENANT, demo].")] = None,
) -> None:
    """Answer messages that `laneway serve --no-worker` accepts on the same store. Ctrl-C or SIGTERM ends it in order.

    Any number of workers may run, on any number of machines, with the same LANEWAY_REDIS_URL and LANEWAY_DATABASE_URL.
    """
    given = {"concurrency": concurrency, "tenant": tenant}
    settings = Settings.load(**{name: value for name, value in given.items() if value is not None})
    configure(settings.log_level, settings.log_format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(settings))


async def _work(settings: Settings) -> None:
    console = Console(stderr=True, highlight=False)
    ended = asyncio.Event()
    async with open_laneway(settings) as laneway:

        def end() -> None:
            laneway.drain.begin()
            ended.set()

        with on_signals(end):
            console.print(
                f"[bold green]Laneway works[/] for {laneway.tenant.profile.name}, "
                f"{settings.concurrency} sessions at once.   (Ctrl-C stops it)"
            )
            await ended.wait()
            console.print("Ending the turns that run ... (Ctrl-C again stops at once)", style="dim")
