"""The subcommand `checkpoints`: its options, and the run they ask for."""

import argparse
import asyncio
import itertools
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final, get_args

from benchmarks.checkpoints.graphs import SHAPES
from benchmarks.checkpoints.measure import MARKS, SIZED, Durability, Plan, measure
from benchmarks.checkpoints.savers import CANDIDATES, Candidate
from benchmarks.checkpoints.servers import SERVERS, Server, ServerMissingError, elsewhere
from benchmarks.checkpoints.table import Row, page, render
from benchmarks.page import machine, rewrite

PAGE: Final = Path(__file__).parents[2] / "docs" / "store.md"
DURABILITIES: Final[tuple[Durability, ...]] = get_args(Durability)
HELP: Final = """\
Checkpoint savers side by side on the same graph.

Each saver and durability: a dialogue of --turns turns (ms, and CPU ms of this process, at turns 1, 10, 50, 200 and
1,000; LangGraph's own included), the KB it takes, the round trips of a turn, and 50 sessions at once."""
EXAMPLES: Final = """\
examples:
  make bench ARGS="checkpoints"                                    everything, 10 minutes
  make bench ARGS="checkpoints --turns 200 --durability exit"      a minute
  make bench ARGS="checkpoints --only ours postgres"               two savers
  make bench ARGS="checkpoints --write"                            and the table into docs/store.md"""


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Teach the command line this benchmark."""
    parser = subcommands.add_parser(
        "checkpoints",
        help="checkpoint savers side by side",
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = ", ".join(candidate.name.replace("*", "") for candidate in CANDIDATES)
    parser.add_argument("--turns", type=int, default=1000, metavar="N", help="length of the dialogue (1000)")
    parser.add_argument(
        "--shape", choices=[*SHAPES], default="growing", help="keeps every message, or 40 turns (growing)"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help=f"savers, by a part of the name: {names}")
    parser.add_argument("--durability", nargs="+", choices=DURABILITIES, default=DURABILITIES, help="modes (all)")
    parser.add_argument("--budget", type=float, default=60, metavar="S", help="seconds a dialogue may take (60)")
    parser.add_argument(
        "--modules-url", metavar="URL", help="a Redis with RedisJSON and RediSearch; its data are ERASED"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the tables into docs/store.md (only of a whole run)"
    )
    parser.set_defaults(run=partial(main, parser))


def main(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    """Measure what the arguments say, print it, and write it where that is asked for."""
    candidates = [one for one in CANDIDATES if not chosen.only or any(part in one.name for part in chosen.only)]
    if not candidates:
        parser.error(f"no saver is named like {', '.join(chosen.only)}")
    whole = ("only", "turns", "shape", "durability")
    if chosen.write and any(getattr(chosen, name) != parser.get_default(name) for name in whole):
        parser.error(f"--write needs a whole run: leave {', '.join(f'--{name}' for name in whole)} out")
    with ExitStack() as stack:
        servers = start(candidates, chosen.modules_url, stack)
        plan = Plan(SHAPES[chosen.shape], chosen.turns, chosen.budget)
        able = [one for one in candidates if one.version and (one.server is None or one.server in servers)]
        tables = asyncio.run(run(able, servers, chosen.durability, plan))
    measured = page(tables, facts(able, servers))
    print(f"\n{measured}")
    if chosen.write:
        PAGE.write_text(rewrite(PAGE.read_text(encoding="utf-8"), "checkpoints", measured), encoding="utf-8")


def start(candidates: Sequence[Candidate], modules_url: str | None, stack: ExitStack) -> dict[str, Server]:
    """Start the servers that the savers need; say which savers are left out, and why."""
    servers: dict[str, Server] = {}
    for candidate in candidates:
        if candidate.version is None:
            tell(f"{candidate.name} is left out: {candidate.package} isn't installed; run this with `make bench`")
        elif candidate.server and candidate.server not in servers:
            given = modules_url if candidate.server == "modules" else None
            try:
                servers[candidate.server] = stack.enter_context(
                    elsewhere(given) if given else SERVERS[candidate.server]()
                )
            except ServerMissingError as error:
                tell(f"{candidate.name} is left out: {error}")
    return servers


async def run(
    candidates: Sequence[Candidate], servers: dict[str, Server], durabilities: Sequence[Durability], plan: Plan
) -> dict[str, str]:
    """Return a table for each durability. All savers take their turn at one before the next begins."""
    marks = [mark for mark in MARKS if mark <= plan.turns]
    sized = [mark for mark in SIZED if mark <= plan.turns]
    tables: dict[str, str] = {}
    numbers = itertools.count(1)
    for durability in durabilities:
        rows: list[Row] = []
        for candidate in candidates:
            began = time.monotonic()
            where = f"[{next(numbers)}/{len(durabilities) * len(candidates)}] {durability}"
            tell(f"{where}: {candidate.name.replace('*', '')} ...")
            row = await measure(candidate, servers.get(candidate.server or ""), durability, plan)
            tell(f"    {time.monotonic() - began:.0f} s{f', stopped: {row.stopped}' if row.stopped else ''}")
            rows.append(row)
        tables[durability] = render(rows, marks, sized)
    return tables


def facts(candidates: Sequence[Candidate], servers: dict[str, Server]) -> list[str]:
    """Return what the numbers were measured on, without the date."""
    packages = {one.package: one.version for one in candidates if one.package != "laneway"}
    return [
        machine(),
        *sorted({server.version for server in servers.values()} | {f"SQLite {sqlite3.sqlite_version}"}),
        *(f"{package} {version}" for package, version in packages.items()),
    ]


def tell(line: str) -> None:
    """Show progress."""
    print(line, file=sys.stderr, flush=True)
