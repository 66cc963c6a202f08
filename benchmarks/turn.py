"""One turn over HTTP, stored and streamed, beside the same graph alone in memory: wall time and CPU.

Over HTTP: from sending the POST until the turn's last event has arrived on an open event stream; real server process,
embedded store, local router. The client is the standard library's, so that little of the time
is the client's. Alone: LangGraph's own in-memory saver, no server, no store, no events.
"""

import argparse
import asyncio
import json
import queue
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, cast

import psutil
from langgraph.checkpoint.memory import InMemorySaver
from rich.console import Console
from rich.table import Table

from graphs.conversation import build_conversation
from server.clock import now_ms
from server.context import ports_of, read_tenant
from server.settings import Settings
from state.ids import SessionId, TenantId, new_message_id, new_session_id, new_turn_id
from state.stores.serde import state_serializer
from state.turn import InboundMessage, TextPart
from tests.processes import ServerProcess, serving

MESSAGES: Final = (
    "Hola, ¿a qué hora abren?",
    "I want to return the kettle, it arrived broken",
    "¿cuánto cuesta la tetera?",
)
TURNS_A_SESSION: Final = 20
SESSIONS: Final = 15
WARM_UP: Final = 20


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of wall time of each turn, and of CPU a turn."""

    wall: list[float]
    cpu: float

    def percentile(self, share: float) -> float:
        """Return the wall time below which `share` of the turns are."""
        return statistics.quantiles(self.wall, n=100)[round(share * 100) - 1]


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Teach the command line this benchmark."""
    parser = subcommands.add_parser("turn", help="one turn over HTTP beside its graph alone", description=__doc__)
    parser.set_defaults(run=main)


def main(_: argparse.Namespace) -> None:
    """Measure both, one after the other in one run, and print them side by side."""
    with tempfile.TemporaryDirectory() as folder:
        alone = asyncio.run(_alone(Path(folder)))
        with serving(Path(folder) / "data") as server:
            served = _served(server)
    table = Table("", "p50 ms", "p95 ms", "CPU ms a turn", title="One turn", title_justify="left")
    for name, measured in (("graph alone, in memory", alone), ("HTTP to last event, embedded store", served)):
        table.add_row(
            name, f"{measured.percentile(0.5):.2f}", f"{measured.percentile(0.95):.2f}", f"{measured.cpu:.2f}"
        )
    ratio = served.percentile(0.5) / alone.percentile(0.5)
    table.add_row("ratio", f"{ratio:.2f}", "", f"{served.cpu / alone.cpu:.2f}")
    Console().print(table)


def _messages() -> Iterator[tuple[int, str]]:
    for number in range(TURNS_A_SESSION):
        yield number, MESSAGES[number % len(MESSAGES)]


async def _alone(folder: Path) -> Measured:
    ports = ports_of(Settings.load(data_dir=folder), read_tenant("demo"))
    graph = build_conversation().compile(checkpointer=InMemorySaver(serde=state_serializer()))
    wall: list[float] = []
    cpu = 0.0
    for _ in range(SESSIONS):
        session = new_session_id()
        for _, text in _messages():
            given = {
                "session_id": session,
                "tenant_id": TenantId("demo"),
                "channel": "chat",
                "user_id": None,
                "inbound": inbound(session, text),
            }
            began, cpu_began = time.perf_counter(), time.process_time()
            await graph.ainvoke(
                cast("Any", given), {"configurable": {"thread_id": session}}, context=ports, durability="exit"
            )
            wall.append((time.perf_counter() - began) * 1000)
            cpu += (time.process_time() - cpu_began) * 1000
    return Measured(wall[WARM_UP:], cpu / len(wall))


def inbound(session: SessionId, text: str) -> InboundMessage:
    """Return a message as the inbox would hand it out."""
    return InboundMessage(
        new_message_id(), new_turn_id(), session, TenantId("demo"), "chat", [TextPart(text)], now_ms()
    )


def _served(server: ServerProcess) -> Measured:
    processes = [psutil.Process(server.process.pid), *server.children()]
    wall: list[float] = []
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=20)) as http:
        _session(http, server.port, [])
        before = _cpu_ms(processes)
        for _ in range(SESSIONS):
            _session(http, server.port, wall)
    return Measured(wall, (_cpu_ms(processes) - before) / len(wall))


def _session(http: HTTPConnection, port: int, wall: list[float]) -> None:
    session = _post(http, "/v1/sessions", {})["session_id"]
    ended: queue.Queue[tuple[str, float]] = queue.Queue()
    watcher = threading.Thread(target=_watch, args=(port, session, ended))
    watcher.start()
    ended.get(timeout=10)
    for _, text in _messages():
        began = time.perf_counter()
        turn = _post(http, f"/v1/sessions/{session}/messages", {"text": text})["turn_id"]
        seen, at = ended.get(timeout=10)
        if seen != turn:
            raise RuntimeError(f"expected the end of {turn}, got {seen}")
        wall.append((at - began) * 1000)
    watcher.join(10)


def _post(http: HTTPConnection, path: str, body: dict[str, str]) -> dict[str, str]:
    http.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer: dict[str, str] = json.loads(http.getresponse().read())
    return answer


def _watch(port: int, session: str, ended: "queue.Queue[tuple[str, float]]") -> None:
    left = TURNS_A_SESSION
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as http:
        http.request("GET", f"/v1/sessions/{session}/events")
        stream = http.getresponse()
        ended.put(("open", time.perf_counter()))
        for line in stream:
            if line.startswith(b"data: ") and b'"type":"turn.end"' in line:
                ended.put((json.loads(line[6:])["turn"], time.perf_counter()))
                left -= 1
                if not left:
                    return


def _cpu_ms(processes: list[psutil.Process]) -> float:
    return sum((times := process.cpu_times()).user + times.system for process in processes) * 1000
