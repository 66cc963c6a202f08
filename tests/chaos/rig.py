"""A worker in a process of its own that dies, or takes its time, at a point one chooses.

The process is forked from a server that has everything imported, so a death and a new worker cost hundredths of a
second. It is a real process on a real store: nothing of it runs after its death.
"""

import asyncio
import functools
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import graphs.conversation
import graphs.observe
from nodes.ports import Ports
from server.archiver import Archiver
from server.clock import SystemClock
from server.streams.hub import Hub
from server.turns import TurnRunner
from server.worker import Limits, Worker
from state.conversation import Conversation
from state.stores.checkpointer import PlainRedisSaver
from state.stores.connection import connect_server
from state.stores.dead_letters import RedisDeadLetters
from state.stores.effects import RedisEffects
from state.stores.event_log import RedisEventLog, logged
from state.stores.finished import RedisFinishedTurns
from state.stores.inbox import RedisInbox
from state.stores.keys import CONTROL, channel_of
from state.stores.queue import RedisQueue
from state.stores.records.database import embedded_url, open_records
from state.stores.records.turn_archive import SqlTurnArchive
from state.stores.sessions import RedisSessions
from tests.desk import ScriptedRouter, decided, ports
from tests.forked import fork_server
from tests.waiting import SOON_S

LEASE_MS = 900
TTL_MS = 600_000

STORE_POINTS = {
    "queue.next": (RedisQueue, "next"),
    "inbox.claim": (RedisInbox, "claim"),
    "inbox.commit": (RedisInbox, "commit"),
    "checkpoint.read": (PlainRedisSaver, "aget_tuple"),
    "checkpoint.put": (PlainRedisSaver, "aput"),
    "events.append": (RedisEventLog, "append"),
    "archive.keep": (SqlTurnArchive, "keep"),
    "archive.drop": (RedisFinishedTurns, "archived"),
}
NODES = ("build_turn", "route_intent", "info", "compose", "send_response")
POINTS = [f"{when} {point}" for point in (*STORE_POINTS, *NODES) for when in ("before", "after")]

Call = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Rig:
    """What goes wrong: where the process dies, the node that dies of a text, the node that takes its time with one.

    It takes `slow_s`, or until there is a file `gate`.
    `by` SIGSTOP it does not die there but stands still, once, until it is sent SIGCONT.
    A long lease shows what is done at once, and not only at the next renewal.
    """

    die: str | None = None
    by: signal.Signals = signal.SIGKILL
    poison: str | None = None
    slow: str | None = None
    slow_s: float = 0.0
    gate: Path | None = None
    lease_ms: int = LEASE_MS


@dataclass(frozen=True)
class Stores:
    """The stores of one process."""

    inbox: RedisInbox
    queue: RedisQueue
    log: RedisEventLog
    sessions: RedisSessions
    dead: RedisDeadLetters
    finished: RedisFinishedTurns
    effects: RedisEffects


@asynccontextmanager
async def stores(url: str, lease_ms: int = LEASE_MS) -> AsyncIterator[Stores]:
    async with connect_server(url, retry=True) as client, connect_server(url, retry=False) as reader:
        queue = RedisQueue(client, reader, consumer=str(os.getpid()), lease_ms=lease_ms)
        await queue.open()
        yield Stores(
            RedisInbox(client, ttl_ms=TTL_MS, lease_ms=lease_ms, capacity=100, events_kept=10_000),
            queue,
            RedisEventLog(client, ttl_ms=TTL_MS, kept=10_000),
            RedisSessions(client, ttl_ms=TTL_MS),
            RedisDeadLetters(client),
            RedisFinishedTurns(client),
            RedisEffects(client),
        )


@contextmanager
def worker(url: str, folder: Path, rig: Rig | None = None) -> Iterator[BaseProcess]:
    """Run a worker; it is killed at the end if it still lives."""
    process = fork_server().Process(target=_main, args=(url, folder, rig or Rig()), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(SOON_S)


def _main(url: str, folder: Path, rig: Rig) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if rig.die:
        _rig_stores(*rig.die.split(" "), by=rig.by)
    graphs.conversation.observed = _rigged_nodes(rig)  # type: ignore[attr-defined, assignment] # the rig
    asyncio.run(work(url, folder, rig.lease_ms))


async def work(url: str, folder: Path, lease_ms: int, asking: Ports | None = None) -> None:
    """Be a worker until killed; `asking` are its nodes' ports."""
    saver = PlainRedisSaver.from_url(url)
    async with stores(url, lease_ms) as here, open_records(embedded_url(folder)) as engine:
        archiver = Archiver(here.finished, SqlTurnArchive(engine), keep_days=1, sweep_s=0.3)
        runner = TurnRunner(
            graphs.conversation.build_conversation().compile(checkpointer=saver), asking or _ports(), saver
        )
        limits = Limits(lease_ms=lease_ms, sweep_every_s=0.1, retry_after_ms=20)
        one = Worker(
            here.inbox,
            here.queue,
            here.log,
            runner,
            archiver,
            effects=here.effects,
            apology="Sorry",
            limits=limits,
        )
        hub = Hub(connect_server(url, retry=True, timeout=3600), channel_of, logged, CONTROL)
        hub.on_control(one.heard)
        await hub.start()
        archiver.start()
        one.start()
        await asyncio.sleep(3600)


def _ports() -> Ports:
    return replace(ports(router=ScriptedRouter(decided("info"))), clock=SystemClock())


def _rig_stores(when: str, point: str, *, by: signal.Signals) -> None:
    if point in STORE_POINTS:
        kind, name = STORE_POINTS[point]
        setattr(kind, name, dying(getattr(kind, name), when, by))


def dying(call: Call, when: str, by: signal.Signals = signal.SIGKILL) -> Call:
    """Return `call`, before or after which the process dies, once."""
    left = [by]

    @functools.wraps(call)
    async def run(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            _die(left)
        result = await call(*args, **kwargs)
        if result != []:  # a queue that had nothing is no point to die at
            _die(left)
        return result

    return run


def _rigged_nodes(rig: Rig) -> Callable[[str, Call], Call]:
    observed = graphs.observe.observed

    def wrap(name: str, node: Call) -> Call:
        async def run(state: Conversation, runtime: Any) -> Any:
            text = str(state["inbound"].parts) if state["inbound"] else ""
            if rig.die == f"before {name}" or (rig.poison == name and "poison" in text):
                _die([rig.by])
            if rig.slow == name and "slow" in text:
                await asyncio.sleep(rig.slow_s)
                while rig.gate and not rig.gate.exists():  # noqa: ASYNC110 # another process makes it
                    await asyncio.sleep(0.02)
            update = await node(state, runtime)
            if rig.die == f"after {name}":
                _die([rig.by])
            return update

        return observed(name, functools.wraps(node)(run))

    return wrap


def _die(left: list[signal.Signals]) -> None:
    if left:
        os.kill(os.getpid(), left.pop())
