"""The subcommand `scale`: its options, and the run they ask for."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import uvloop
from redis import Redis

from benchmarks.checkpoints.servers import redis_version
from benchmarks.page import machine, rewrite
from benchmarks.scale import table
from benchmarks.scale.load import Point, load
from benchmarks.scale.memory import memory
from benchmarks.scale.overload import overload
from benchmarks.scale.processes import deployed, store
from benchmarks.scale.simulation import Plan, simulate

PAGE: Final = Path(__file__).parents[2] / "docs" / "scaling.md"
PARTS: Final = ("turns", "overload", "store", "simulation")
EVERY_S: Final = 80.0
TOO_MUCH: Final = 1.5
ENOUGH: Final = 0.5
GUESS: Final = 60.0
"""Turns a second that are taken for what the machine does when that was not measured."""
HELP: Final = """\
What one machine and one Redis take, on real processes over HTTP and server-sent events.

turns       `laneway serve` with its worker inside, and `laneway serve --no-worker` with 1 and 2 `laneway worker`:
            turns/s, CPU a turn of each, times from the 202 on, at 1, 4, 16 and 64 sessions that write at once
overload    more messages than one worker answers: queue depth and lag as /metrics tells them
store       what a turn and an idle session take of one Redis
simulation  10,000 open sessions, a model of 800 ms: time beyond the model's, memory, anything lost"""
EXAMPLES: Final = """\
examples:
  make bench ARGS="scale"                                            everything, 6 minutes
  make bench ARGS="scale --only turns --workers 0 --seconds 4"       one deployment, half a minute
  make bench ARGS="scale --only simulation --open 2000 --every 40"   2,000 sessions that write every 40 s
  make bench ARGS="scale --write"                                    and the tables into docs/scaling.md"""


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Teach the command line this benchmark."""
    parser = subcommands.add_parser(
        "scale",
        help="what one machine and one Redis take",
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts of it (all)")
    parser.add_argument(
        "--workers", nargs="+", type=int, default=[0, 1, 2], metavar="N", help="worker processes, 0 for inside serve"
    )
    parser.add_argument("--sessions", nargs="+", type=int, default=[1, 4, 16, 64], metavar="N", help="sessions at once")
    parser.add_argument("--seconds", type=float, default=6, metavar="S", help="seconds at each number of sessions (6)")
    parser.add_argument("--open", type=int, default=10_000, metavar="N", help="sessions of the simulation (10,000)")
    parser.add_argument(
        "--every", type=float, metavar="S", help="seconds from message to message (80, or what the machine takes)"
    )
    parser.add_argument(
        "--fsync", choices=["everysec", "always"], default="everysec", help="of the store's append-only file (everysec)"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the tables into docs/scaling.md (only of a whole run)"
    )
    parser.set_defaults(run=partial(main, parser))


def main(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    """Measure what the arguments say, print it, and write it where that is asked for."""
    whole = ("only", "workers", "sessions", "seconds", "open", "every", "fsync")
    if chosen.write and any(getattr(chosen, name) != parser.get_default(name) for name in whole):
        parser.error(f"--write needs a whole run: leave {', '.join(f'--{name}' for name in whole)} out")
    with (
        tempfile.TemporaryDirectory() as name,
        store(Path(name), chosen.fsync) as url,
        Redis.from_url(url) as client,
    ):
        tables = dict(_Run(chosen, Path(name), url, client).tables())
        facts = f"{machine()}; {redis_version(url)}, appendfsync {chosen.fsync}."
    measured = "\n\n".join([facts, *(f"### {title}\n\n{rows}" for title, rows in tables.items())])
    print(f"\n{measured}")
    if chosen.write:
        PAGE.write_text(rewrite(PAGE.read_text(encoding="utf-8"), "scale", measured), encoding="utf-8")


class _Run:
    """One run on one store, emptied between the parts."""

    def __init__(self, chosen: argparse.Namespace, folder: Path, url: str, client: Redis) -> None:
        self._chosen = chosen
        self._folder = folder
        self._url = url
        self._client = client
        self._points: list[Point] = []

    def tables(self) -> Iterator[tuple[str, str]]:
        """Measure part by part; yield each one's table with its title."""
        if "turns" in self._chosen.only:
            self._turns()
            yield "Turns", table.turns(self._points)
        if "overload" in self._chosen.only:
            yield from self._overload()
        if "store" in self._chosen.only:
            yield from self._store()
        if "simulation" in self._chosen.only:
            yield from self._simulation()

    def _turns(self) -> None:
        for workers in self._chosen.workers:
            self._client.flushall()
            with deployed(self._folder, self._url, workers) as deployment:
                for sessions in self._chosen.sessions:
                    _tell(f"{deployment.name}: {sessions} sessions ...")
                    measured = load(deployment, self._client, sessions, self._chosen.seconds)
                    self._points.append(uvloop.run(measured))

    def _overload(self) -> Iterator[tuple[str, str]]:
        rate = TOO_MUCH * max([one.per_second for one in self._points], default=GUESS)
        _tell(f"overload: {rate:.0f} messages a second ...")
        self._client.flushall()
        with deployed(self._folder, self._url, 1) as deployment:
            samples = uvloop.run(overload(deployment.port, rate, self._chosen.seconds))
        yield f"Overload: {rate:.0f} messages/s offered for {self._chosen.seconds:.0f} s", table.overloaded(samples)

    def _store(self) -> Iterator[tuple[str, str]]:
        _tell("store: what a turn and a session take ...")
        with deployed(self._folder, self._url, 1) as deployment:
            session = uvloop.run(memory(deployment.port, self._client))
            point = uvloop.run(load(deployment, self._client, max(self._chosen.sessions), self._chosen.seconds))
        yield "One Redis", table.redis(point, session)
        yield "Its commands", table.commands(point.ran)

    def _simulation(self) -> Iterator[tuple[str, str]]:
        able = max([one.per_second for one in self._points], default=0.0)
        every = self._chosen.every or max(EVERY_S, self._chosen.open / (ENOUGH * able) if able else 0.0)
        plan = Plan(self._chosen.open, max(1, *self._chosen.workers), every, seconds=60)
        _tell(f"simulation: {plan.sessions:,} sessions that write every {plan.every_s:.0f} s ...")
        self._client.flushall()
        yield "Many open sessions", table.simulated(uvloop.run(simulate(self._url, self._folder, self._client, plan)))


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
