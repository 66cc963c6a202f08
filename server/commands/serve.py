"""`laneway serve`: the server, with everything it needs."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Final

import typer
import uvicorn
import uvloop
from rich.console import Console

from server.app import Laneway, create_app, open_laneway
from server.body import LARGEST_PLAN
from server.commands.signals import on_signals
from server.logs import configure
from server.settings import Settings
from state.errors import SettingsError

GRACE_S: Final = 5
_BACKLOG: Final = 2048


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [LANEWAY_HOST, 127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one [LANEWAY_PORT, 8000].")] = None,
    tenant: Annotated[str | None, typer.Option(help="Tenant's name or folder [LANEWAY_TENANT, demo].")] = None,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Answer messages here, or leave that to `laneway worker`.")
    ] = True,
) -> None:
    """Start the server and print the address of the chat page. Ctrl-C stops it; the conversations stay."""
    given = {"host": host, "port": port, "tenant": tenant}
    settings = Settings.load(**{name: value for name, value in given.items() if value is not None})
    configure(settings.log_level, settings.log_format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, work=worker))


async def _serve(settings: Settings, *, work: bool) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, os._exit, 130)  # nothing runs yet that could be lost
    listening = _bind(settings.host, settings.port)
    console = Console(stderr=True, highlight=False)
    console.print("Starting Laneway ...", style="dim")
    with listening:
        async with open_laneway(settings, work=work) as laneway:
            gc.collect()
            gc.freeze()  # what was made at start stays: collections need not look at it again and again
            server = _Server(_config(laneway))

            def end() -> None:
                laneway.drain.begin()
                server.end()
                console.print("Ending what runs ... (Ctrl-C again stops at once)", style="dim")

            listening.listen(_BACKLOG)  # not before: who connects is to be answered, not kept waiting
            with on_signals(end):
                console.print(_greeting(listening, laneway.tenant.profile.name), soft_wrap=True)
                await server.serve(sockets=[listening])


@asynccontextmanager
async def serving(laneway: Laneway) -> AsyncIterator[str]:
    """Serve on a free loopback port, and give the address, until the block ends."""
    with _bind("127.0.0.1", 0) as listening:
        server = _Server(_config(laneway))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.end()
            await task


def _config(laneway: Laneway) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(laneway),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="off",
        ws_max_size=2 * LARGEST_PLAN.size,  # up to its own limit a frame is answered with an error
    )


class _Server(uvicorn.Server):
    """uvicorn, but a signal only ends serving: what was started around it is then ended in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def end(self) -> None:
        """Take no more connections; those that are open have some seconds to end."""
        self.should_exit = True
        for server in self.servers:
            server.close()


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, proto)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except socket.gaierror as error:
        raise SettingsError(
            f"{host!r} is no address to listen on: {error.strerror}.",
            hint="Use 127.0.0.1 for this machine only, 0.0.0.0 or :: for every network, or an address of this machine.",
        ) from error
    except OSError as error:
        raise SettingsError(
            f"Can't listen on {host}:{port}: {error.strerror or error}.",
            hint="Another program may have the port: choose one with --port or LANEWAY_PORT (0 takes a free one).",
        ) from error
    listening.setblocking(False)
    return listening


def _greeting(listening: socket.socket, shop: str) -> str:
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"[bold green]Laneway is ready[/] for {shop}.  Chat: [bold]http://{shown}:{port}/chat[/]   (Ctrl-C stops it)"
