"""Turns that can be checked line by line, taken while their server or their process is killed."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from operator import add
from pathlib import Path
from typing import Annotated, Any, Self

from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.graph import StateGraph
from langgraph.types import StateSnapshot
from typing_extensions import TypedDict

from state.errors import StoreUnavailableError
from state.stores.checkpointer import PlainRedisSaver
from tests.contracts.graphs import CONFIG, Durability, Graph, at, extend
from tests.contracts.servers import start

ROOT = Path(__file__).parents[2]
AOF = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")
SPEAKERS = ("caller", "n0", "n1", "n2", "end")
"""Who adds a line to a turn, in this order."""


class Crashing:
    """A server that keeps what it acknowledged, and can be killed and started again."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.url = f"unix://{folder / 's'}"
        self._binary, self._folder = binary, folder
        self.process = start(binary, folder, *AOF)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def start(self) -> None:
        (self._folder / "s").unlink(missing_ok=True)
        self.process = start(self._binary, self._folder, *AOF)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Ledger(TypedDict):
    """The same lines in a channel stored as a list and in one rebuilt from writes."""

    turn: int
    said: Annotated[list[str], add]
    log: Annotated[list[str], DeltaChannel(extend, snapshot_frequency=5)]


def ledger(saver: PlainRedisSaver) -> Graph:
    """Return a graph whose every state can be told from its number of lines."""
    graph = StateGraph(Ledger)
    for speaker in SPEAKERS[1:-1]:
        graph.add_node(speaker, lambda state, speaker=speaker: _line(state["turn"], speaker))
        graph.add_edge("__start__", speaker)
        graph.add_edge(speaker, "end")
    graph.add_node("end", lambda state: _line(state["turn"], "end"), defer=True)
    return graph.compile(checkpointer=saver)


def lines(count: int) -> list[str]:
    """Return the first lines of a ledger."""
    return [f"{at // len(SPEAKERS)} {SPEAKERS[at % len(SPEAKERS)]}".ljust(99, ".") for at in range(count)]


def keeping(url: str) -> PlainRedisSaver:
    """Return a saver as the turns use it."""
    return PlainRedisSaver.from_url(url, keep_turns=4)


async def take_turn(graph: Graph, turn: int, durability: Durability, config: RunnableConfig = CONFIG) -> None:
    """Take a turn to its end; resume it where an earlier attempt got it into the store."""
    newest = await graph.aget_state(config)
    begun = newest.metadata is not None and newest.metadata.get("turn") == turn
    config = {**config, "metadata": {"turn": turn}}
    result = await graph.ainvoke(None if begun else _question(turn), config, durability=durability)
    assert_whole(result)
    assert result["turn"] == turn
    assert len(result["said"]) == (turn + 1) * len(SPEAKERS)


async def kill_servers(server: Crashing, durability: Durability, turns: int, kills: int, seed: int) -> None:
    """Take turns while the server is killed in, between and after them, at least so many and so often."""
    chance = random.Random(seed)
    done, killings, usual = 0, 0, 0.02
    async with keeping(server.url) as saver:
        graph = ledger(saver)
        while done < turns or killings < kills:
            began, killed = time.monotonic(), chance.random() < 0.25
            attempt = asyncio.ensure_future(take_turn(graph, done, durability))
            if killed:
                await asyncio.sleep(chance.uniform(0, 1.2 * usual))
                await _restart(server, attempt, while_it_retries=chance.random() < 0.75)
            await asyncio.wait([attempt])
            if not attempt.exception():
                done += 1
            elif not (killed and isinstance(attempt.exception(), StoreUnavailableError)):
                await attempt
            if killed:
                killings += 1
                await assert_intact(server.url, done, chance, travels=1)
            else:
                usual = time.monotonic() - began
    await assert_intact(server.url, done, chance, travels=None)


async def kill_writers(server: Crashing, durability: Durability, turns: int, lives: int, seed: int) -> None:
    """Have processes take turns and kill each at some point, at least so many turns and processes."""
    chance = random.Random(seed)
    done, lived = 0, 0
    while done < turns or lived < lives:
        done += await _live(server.url, durability, done, chance)
        lived += 1
        await assert_intact(server.url, done, chance, travels=1)
    await assert_intact(server.url, done, chance, travels=None)


async def assert_intact(url: str, done: int, chance: random.Random, *, travels: int | None) -> None:
    """Check that no acknowledged turn is lost and every checkpoint is whole; go on from some of them, None for all.

    It reads with a saver of its own: one that took the turns remembers lists, and would not miss their elements.
    """
    async with keeping(url) as saver:
        graph = ledger(saver)
        listed = [saved async for saved in saver.alist(CONFIG)]
        states = [await graph.aget_state(saved.config) for saved in listed]
        for saved, state in zip(listed, states, strict=True):
            assert_whole(state.values)
            assert saved.checkpoint["channel_values"].get("said", []) == state.values.get("said", [])
        assert len(states[0].values.get("said", []) if states else []) >= done * len(SPEAKERS)
        for state in states if travels is None else chance.sample(states, min(travels, len(states))):
            await _go_on_from(saver, state)


def assert_whole(values: dict[str, Any]) -> None:
    """Check that the channels of a state agree and lack nothing."""
    said = values.get("said", [])
    assert said == lines(len(said))
    assert values.get("log", []) == said
    assert values.get("turn", -1) == (len(said) - 1) // len(SPEAKERS)


async def _go_on_from(saver: PlainRedisSaver, state: StateSnapshot) -> None:
    """Travel to a checkpoint, in a copy, and take its turn to the end, or the next one if it has ended."""
    await saver.acopy_thread("t", "copy")
    turn = len(state.values.get("said", [])) // len(SPEAKERS)
    there = at("copy", state.config["configurable"]["checkpoint_id"])
    result = await ledger(saver).ainvoke(None if state.next else _question(turn), there, durability="exit")
    assert_whole(result)
    assert len(result["said"]) == (turn + 1) * len(SPEAKERS)
    await saver.adelete_thread("copy")


async def _restart(server: Crashing, attempt: "asyncio.Task[None]", *, while_it_retries: bool) -> None:
    server.kill()
    if not while_it_retries:
        await asyncio.wait([attempt])
    await asyncio.to_thread(server.start)


async def _live(url: str, durability: Durability, first: int, chance: random.Random) -> int:
    """Have a process take up to eight turns or so, kill it, and return how many it acknowledged."""
    writer = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.contracts.writer", url, durability, str(first)),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={"PATH": os.defpath},
    )
    assert writer.stdout is not None
    shown = [await writer.stdout.readline() for _ in ["ready", *range(chance.randrange(8))]]
    await asyncio.sleep(chance.uniform(0, 0.02))
    with suppress(ProcessLookupError):
        writer.kill()
    rest, _ = await writer.communicate()
    assert writer.returncode == -signal.SIGKILL, "the writer ended by itself"
    return len(shown[1:]) + len(rest.splitlines())


def _line(turn: int, speaker: str) -> dict[str, list[str]]:
    line = lines((turn + 1) * len(SPEAKERS))[SPEAKERS.index(speaker) - len(SPEAKERS)]
    return {"said": [line], "log": [line]}


def _question(turn: int) -> dict[str, Any]:
    return {"turn": turn, **_line(turn, "caller")}
