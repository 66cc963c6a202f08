"""A long conversation beside a short one: what a turn costs when the state holds a window of the dialogue."""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final, cast

from rich.console import Console
from rich.table import Table

from benchmarks.turn import MESSAGES, inbound
from graphs.conversation import build_conversation
from nodes.ports import Ports
from server.context import ports_of, read_tenant
from server.dialogue import Graph
from server.settings import Settings
from state.ids import SessionId, new_session_id
from state.stores.checkpointer import PlainRedisSaver
from tests.contracts.servers import running, valkey_binary

EARLY: Final = (9, 10, 11)
"""The turns of a new conversation that are measured: around the tenth."""
ROUNDS: Final = 20

Took = tuple[float, float]
"""Milliseconds of wall time and of CPU."""


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Teach the command line this benchmark."""
    parser = subcommands.add_parser("window", help="turn 1,000 beside turn 10, half a minute", description=__doc__)
    parser.add_argument("--turns", type=int, default=1000, metavar="N", help="turns of the long conversation (1000)")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        early, late = asyncio.run(_measure(Path(folder), chosen.turns))
    table = Table("", "median ms", "CPU ms", title="One turn of the conversation graph", title_justify="left")
    for name, taken in (("turn 10", early), (f"turn {chosen.turns:,}", late)):
        table.add_row(name, *(f"{_median(taken, at):.2f}" for at in (0, 1)))
    table.add_row("ratio", *(f"{_median(late, at) / _median(early, at):.2f}" for at in (0, 1)))
    Console().print(table)


async def _measure(folder: Path, turns: int) -> tuple[list[Took], list[Took]]:
    """Take turns of new conversations and of one that had `turns` before, one after the other."""
    ports = ports_of(Settings.load(data_dir=folder), read_tenant("demo"))
    early: list[Took] = []
    late: list[Took] = []
    with running(valkey_binary(), folder) as url:
        async with PlainRedisSaver.from_url(url) as saver:
            graph = build_conversation().compile(checkpointer=saver)
            long = new_session_id()
            for at in range(turns):
                await _turn(graph, ports, long, at)
            for _ in range(ROUNDS):
                short = new_session_id()
                for at in range(max(EARLY) + 1):
                    taken = await _turn(graph, ports, short, at)
                    if at in EARLY:
                        early.append(taken)
                        late.append(await _turn(graph, ports, long, at))
    return early, late


async def _turn(graph: Graph, ports: Ports, session: SessionId, at: int) -> Took:
    message = inbound(session, MESSAGES[at % len(MESSAGES)])
    given = {
        "session_id": session,
        "tenant_id": message.tenant_id,
        "channel": "chat",
        "user_id": None,
        "inbound": message,
    }
    wall, cpu = time.perf_counter(), time.process_time()
    await graph.ainvoke(cast("Any", given), {"configurable": {"thread_id": session}}, context=ports, durability="exit")
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def _median(taken: list[Took], at: int) -> float:
    return statistics.median(took[at] for took in taken)
