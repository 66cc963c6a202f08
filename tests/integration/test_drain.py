"""What SIGTERM does to a server: nothing new is taken, what runs ends, a second one ends it at once."""

import signal
import socket
from pathlib import Path
from typing import cast

import httpx2
from fastapi import FastAPI
from redis.asyncio import Redis

from server import failures
from server.drain import Drain
from server.routes.health import health
from tests.client import Client
from tests.forked import serving
from tests.processes import ServerProcess
from tests.waiting import SOON_S, eventually


class Writable:
    async def set(self, name: str, value: str, *, xx: bool) -> None:
        return None


def half_a_request(port: int) -> socket.socket:
    """Open a connection whose request never becomes whole: the server waits some seconds for it before it ends."""
    connection = socket.create_connection(("127.0.0.1", port), SOON_S)
    head = b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n"
    connection.sendall(head + b"Expect: 100-continue\r\n\r\n")
    assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
    connection.sendall(b"{")
    return connection


def refuses(server: ServerProcess) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.port), SOON_S).close()
    except ConnectionError:
        return True
    return False


async def test_what_drains_takes_nothing_new_and_says_so() -> None:
    drain = Drain()
    app = FastAPI()
    failures.install(app)
    app.include_router(health(cast("Redis", Writable()), drain))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://laneway") as http:
        before = await http.get("/readyz")
        drain.begin()
        after = await http.get("/readyz")

    assert before.status_code == 200
    assert (after.status_code, after.json()["code"]) == (503, "draining")
    assert after.headers["Retry-After"]


def test_a_server_that_is_told_to_end_takes_no_connection_and_ends_well(folder: Path) -> None:
    with serving(folder) as server:
        waiting = half_a_request(server.port)
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: refuses(server))
        still = server.process.poll()
        code = server.process.wait(SOON_S)
        waiting.close()

    assert (still, code) == (None, 0)


def test_a_second_signal_ends_it_at_once_and_the_next_server_goes_on(folder: Path) -> None:
    with serving(folder) as server:
        client = Client(server.url)
        session = client.start()
        client.ask(session, "hola")
        client.close()
        waiting = half_a_request(server.port)
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: refuses(server))
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(SOON_S)
        waiting.close()

    with serving(folder) as server:
        client = Client(server.url)
        client.ask(session, "¿a qué hora abren?")
        state = client.http.get(f"/v1/sessions/{session}/state").json()
        client.close()

    assert code == 1
    assert len(state["turns"]) == 2
