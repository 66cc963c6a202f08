"""`laneway eval export`, `label`, `drift`: from life to a set, and how far life has moved from it."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, get_args

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.prompt import Prompt

from evals.data.reading import read_gold
from evals.data.rows import GoldRow, Kind
from evals.drift import shifts
from evals.errors import EvaluationError
from evals.live import LiveRow, labelled, live_rows, read_live, write_live
from evals.outcome import Outcome
from evals.tenant import Contender, outcome
from server.clock import now_ms
from server.commands.evaluate.contenders import Wanted, contender
from server.commands.evaluate.place import console, settings_for, writable
from server.context import read_tenant
from server.settings import Settings
from server.stores import open_stores
from state.decision import LANES
from state.errors import SessionNotFoundError
from state.ids import SessionId, TenantId, is_well_formed
from state.session import FinishedTurn

_SPAN: Final = re.compile(r"(\d{1,5})([mhdw])")
_MS: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_MOST: Final = 10_000
_PAGE: Final = 200
_SKIP: Final = "skip"
_NONE: Final = "none"

Since = Annotated[str, typer.Option(help="How far back: 30m, 12h, 7d, 2w.")]
Tenant = Annotated[str | None, typer.Option(help="Tenant's name or folder [LANEWAY_TENANT, demo].")]


def export(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write; one row a turn.")],
    session: Annotated[str | None, typer.Option(help="Only this session.")] = None,
    since: Since = "7d",
    history: Annotated[int, typer.Option(min=0, max=20, help="Exchanges before each message.")] = 3,
) -> None:
    """Write the turns of real conversations as rows to label, without phones, e-mails, numbers and introduced names.

    Names that nothing introduces stay: look through the file before it leaves the shop.
    """
    writable(output)
    if output.exists():
        raise EvaluationError(f"{output} exists.", hint="Labels may be in it: give another name, or move it away.")
    turns = asyncio.run(_turns(settings_for(), session, since))
    rows = live_rows(turns, history=history)
    if not rows:
        raise EvaluationError(f"There are no turns of the last {since}.", hint="Ask for more by --since, such as 30d.")
    write_live(output, rows)
    console().print(f"{len(rows)} turns in {output}. Label them: laneway eval label {output}", markup=False)


def label(
    file: Annotated[Path, typer.Argument(help="As `laneway eval export` wrote it.")],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write what is labelled as a set of gold rows.")
    ] = None,
    tenant: Tenant = None,
) -> None:
    """Say for each row where it should have gone; Enter takes the router's word. Stop with Ctrl-C, go on later."""
    out, rows = console(), read_live(file)
    writable(output)
    lanes = {intent.name: intent.lane for intent in read_tenant(settings_for(tenant).tenant).intents}
    try:
        _label_all(out, file, rows, lanes)
    except (KeyboardInterrupt, EOFError):
        out.print()
    done = labelled(rows)
    waiting = sum(row.waits for row in rows)
    out.print(f"{len(done)} of {len(rows)} rows have a label, {waiting} wait.", markup=False)
    if output is not None:
        output.write_bytes(b"".join(orjson.dumps(row.model_dump(mode="json")) + b"\n" for row in done))


def drift(
    *,
    name: Annotated[str, typer.Option("--set", metavar="SET", help="A set of gold rows.")],
    since: Since = "7d",
    tenant: Tenant = None,
) -> None:
    """Compare live traffic with a set, both as today's router sees them.

    Divergence is Jensen-Shannon's in bits, 0 to 1. PSI below 0.1 is as before, above 0.25 another population.
    """
    settings, out = settings_for(tenant), console()
    rows = read_gold(name)
    turns = asyncio.run(_turns(settings, None, since))
    live = [row.asked() for row in live_rows(turns)]
    measured = contender(settings, Wanted("local"))
    found = shifts(asyncio.run(_asked(measured, rows)), asyncio.run(_asked(measured, live)))
    out.print(f"{len(live)} live turns beside the {len(rows)} rows of {name}", markup=False)
    out.print(f"{'':14}{'divergence':>11}{'PSI':>8}  ")
    for one in found:
        moved = f"{one.verdict} (more {one.rose}, less {one.fell})"
        out.print(f"{one.what:<14}{one.divergence:>11.3f}{one.psi:>8.3f}  {moved}", markup=False)


def _label_all(out: Console, file: Path, rows: list[LiveRow], lanes: Mapping[str, str]) -> None:
    for place, row in enumerate(rows):
        if not row.waits:
            continue
        out.print(f"\n[dim]{place + 1} of {len(rows)}, {escape(row.lang)}, in {row.prev_lane or 'no lane'}[/]")
        for line in row.history:
            out.print(f"  {line.role}: {line.text}", markup=False, style="dim")
        out.print(f"[bold]{escape(row.text) or '(no words)'}[/]")
        rows[place] = _labelled(out, row, lanes)
        write_live(file, rows)


def _labelled(out: Console, row: LiveRow, lanes: Mapping[str, str]) -> LiveRow:
    said = row.said_lane or LANES[0]
    lane = Prompt.ask("lane", console=out, choices=[*LANES, _SKIP], default=said)
    if lane == _SKIP:
        return row.model_copy(update={"skipped": True})
    suggested = (row.said_intent if lane == said else None) or _NONE
    intents = [name for name, its in lanes.items() if its == lane]
    while (intent := Prompt.ask(f"intent ({_NONE}: no intent covers it)", console=out, default=suggested)) != _NONE:
        if intent in intents:
            break
        out.print(f"[red]No intent of this lane.[/] There are: {', '.join(intents)}")
    kind = Prompt.ask("kind", console=out, choices=list(get_args(Kind)), default=row.kind if intent != _NONE else "oos")
    return row.model_copy(update={"lane": lane, "intent": None if intent == _NONE else intent, "kind": kind})


async def _turns(settings: Settings, session: str | None, since: str) -> list[FinishedTurn]:
    found = _SPAN.fullmatch(since)
    if found is None:
        raise EvaluationError(f"{since!r} is no span of time.", hint="Write 30m, 12h, 7d or 2w.")
    tenant = TenantId(read_tenant(settings.tenant).id)
    async with open_stores(settings) as stores:
        if session is None:
            start = now_ms() - int(found[1]) * _MS[found[2]]
            return await stores.archive.ended_since(tenant, start, _MOST)
        if not is_well_formed(session):
            raise SessionNotFoundError(session)
        turns: list[FinishedTurn] = []
        while page := await stores.archive.read(
            tenant, SessionId(session), before=turns[0].number if turns else None, limit=_PAGE
        ):
            turns = [*page, *turns]
        if not turns:
            raise SessionNotFoundError(session)
        return turns


async def _asked(measured: Contender, rows: Sequence[GoldRow]) -> list[Outcome]:
    return [outcome(row, [await measured.ask(row)]) for row in rows]
