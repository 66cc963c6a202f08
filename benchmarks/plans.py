"""Plans: what the engine adds to the work of their steps, beside LangGraph's own graph of the same steps.

`alone` runs a plan's graph with its records in memory; `stored` is the whole way: accepted, claimed, every step's end
fsynced by the embedded store, events logged, the end committed. A slow branch: `slow` takes 400 ms beside `fast` 100 ms
and `after_fast` 300 ms; a StateGraph that begins its steps in rounds waits for `slow` before `after_fast`.
"""

import argparse
import asyncio
import operator
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from langgraph.graph import END, START, StateGraph
from rich.console import Console
from rich.table import Table
from typing_extensions import TypedDict

from server.app import Laneway, open_laneway
from server.logs import configure
from server.settings import Settings
from tests.plans import ran

JOIN: Final = 0.1
STEPS: Final = 1000
RUNS: Final = 7

Plan = dict[str, Any]


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Teach the command line this benchmark."""
    parser = subcommands.add_parser("plans", help="plans of steps beside their work alone", description=__doc__)
    parser.set_defaults(run=main)


def main(_: argparse.Namespace) -> None:
    """Measure, and print side by side."""
    configure("error", "json")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder)))


def three(step: Callable[[str, float, list[str]], Any]) -> Plan:
    needed = ["a", "b", "c"]
    return {"steps": [*(step(name, 0.2, []) for name in needed), step("join", JOIN, needed)]}


def slow_branch(step: Callable[[str, float, list[str]], Any]) -> Plan:
    return {"steps": [step("slow", 0.4, []), step("fast", 0.1, []), step("after_fast", 0.3, ["fast"])]}


def wide(step: Callable[[str, float, list[str]], Any]) -> Plan:
    return {"parallel": 64, "steps": [step(f"s{n}", 0, []) for n in range(STEPS)]}


def chains(step: Callable[[str, float, list[str]], Any]) -> Plan:
    return {"parallel": 64, "steps": [step(f"s{n}", 0, [f"s{n - 20}"] if n >= 20 else []) for n in range(STEPS)]}


def _step(name: str, seconds: float, needed: list[str]) -> dict[str, Any]:
    asked = {"agent": "worker", "action": "do", "input": {"s": seconds}}
    return {"id": name, "dependencies": needed, "retry": {"max_attempts": 1}, **asked}


async def _measure(folder: Path) -> None:
    settings = Settings.load(data_dir=folder, agents="tests.working_agents:SPECS")
    async with open_laneway(settings) as laneway:
        await _times(laneway)
        await _rates(laneway)


async def _times(laneway: Laneway) -> None:
    table = Table(
        "", "critical path ms", "alone ms", "stored ms", "stored / path", "StateGraph ms", title="Wall time, median"
    )
    for name, path, plan in (("three 200 ms steps and a join", 0.2 + JOIN, three), ("a slow branch", 0.4, slow_branch)):
        given = plan(_step)
        alone = await _median(partial(_alone, given))
        stored = await _median(partial(_stored, laneway, given))
        rounds = await _median(partial(_rounds, given))
        row = (path * 1000, alone * 1000, stored * 1000)
        table.add_row(name, *(f"{ms:.1f}" for ms in row), f"{stored / path:.3f}", f"{rounds * 1000:.1f}")
    Console().print(table)


async def _rates(laneway: Laneway) -> None:
    table = Table(
        "", "alone steps/s", "stored steps/s", "CPU ms a step, stored", title=f"{STEPS:,} steps that do nothing"
    )
    for name, plan in (("side by side", wide), ("20 chains of 50", chains)):
        given = plan(_step)
        await _stored(laneway, given)
        alone = min([await _alone(given) for _ in range(3)])
        began = time.process_time()
        stored = [await _stored(laneway, given) for _ in range(3)]
        cpu = (time.process_time() - began) / 3
        table.add_row(name, f"{STEPS / alone:,.0f}", f"{STEPS / min(stored):,.0f}", f"{cpu * 1000 / STEPS:.2f}")
    Console().print(table)


async def _median(run: Callable[[], Awaitable[float]]) -> float:
    await run()
    return statistics.median([await run() for _ in range(RUNS)])


async def _alone(plan: Plan) -> float:
    async def does(_: str, given: dict[str, Any], __: object) -> None:
        await asyncio.sleep(given["s"])

    run = ran(plan, does)
    began = time.perf_counter()
    await run.go()
    return time.perf_counter() - began


async def _stored(laneway: Laneway, plan: Plan) -> float:
    """Return the seconds from the run's acceptance until its last event is out."""
    began = time.perf_counter()
    run = await laneway.workflows.start({"id": "measured", **plan})
    session: Any = run.id
    seen = 0
    with laneway.hub.watch(session) as feed:
        while True:
            for event in await laneway.service.events.read(session, seen):
                seen = event.seq
                if b'"plan_completed"' in event.data:
                    return time.perf_counter() - began
            await asyncio.wait_for(feed.next(), 30)


class _State(TypedDict):
    done: Annotated[list[str], operator.add]


async def _rounds(plan: Plan) -> float:
    """Return the seconds of a StateGraph of the same steps."""
    graph = StateGraph(_State)
    needed = {name for step in plan["steps"] for name in step["dependencies"]}
    for step in plan["steps"]:
        graph.add_node(step["id"], _node(step["id"], step["input"]["s"]))
        before: Sequence[str] = step["dependencies"]
        graph.add_edge(list(before) if before else START, step["id"])
        if step["id"] not in needed:
            graph.add_edge(step["id"], END)
    compiled = graph.compile()
    began = time.perf_counter()
    await compiled.ainvoke({"done": []})
    return time.perf_counter() - began


def _node(name: str, seconds: float) -> Any:  # noqa: ANN401 # what LangGraph takes for a node
    async def node(_: _State) -> _State:
        await asyncio.sleep(seconds)
        return {"done": [name]}

    return node
