"""A simulator on a loopback socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.channels.whatsapp.simulator.account import Account
from server.channels.whatsapp.simulator.api import CUT, graph_api
from server.channels.whatsapp.simulator.control import control
from server.channels.whatsapp.simulator.graph import GraphError
from server.channels.whatsapp.simulator.world import World


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator: the base URL for a client of the API, and what it knows."""

    url: str
    world: World


class _Protocol(HttpToolsProtocol):
    """HTTP over connections that a route can reset."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CUT: self.transport.abort}  # type: ignore[dict-item] # a function, not a dict


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to whoever started it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def open_simulator(
    account: Account | None = None, *, port: int = 0, webhook: str = "", seed: int = 0
) -> AsyncIterator[Simulator]:
    """Serve a simulated account on 127.0.0.1 until the block ends; port 0 takes a free one.

    Args:
        account: secrets, numbers and rates; harmless ones when left out.
        port: to listen on.
        webhook: where webhooks go; it can be told later.
        seed: of the order in which a shuffling simulator brings webhooks.
    """
    world = World(account or Account(), seed=seed)
    world.courier.url = webhook
    with socket.create_server(("127.0.0.1", port)) as listening:
        listening.setblocking(False)
        config = uvicorn.Config(
            create_app(world), http=_Protocol, log_config=None, access_log=False, lifespan="off", ws="none"
        )
        config.timeout_graceful_shutdown = 1
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        bringing = asyncio.create_task(world.courier.run())
        try:
            yield Simulator(f"http://127.0.0.1:{listening.getsockname()[1]}", world)
        finally:
            world.closing.set()
            bringing.cancel()
            server.should_exit = True
            await serving
            with suppress(asyncio.CancelledError):
                await bringing


def create_app(world: World) -> FastAPI:
    """Return the HTTP face of a simulated account."""
    app = FastAPI(title="WhatsApp Cloud API simulator", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(control(world))
    app.include_router(graph_api(world))

    @app.exception_handler(GraphError)
    async def refused(_: Request, error: GraphError) -> JSONResponse:
        return JSONResponse(error.document(), error.status)

    @app.exception_handler(LookupError)
    async def unknown(_: Request, error: LookupError) -> JSONResponse:
        return JSONResponse({"unknown": str(error)}, 404)

    return app
