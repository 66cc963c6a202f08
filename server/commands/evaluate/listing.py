"""`laneway eval ls` and `show`: which sets and runs there are, and what one measured."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from evals.data.reading import read_gold
from evals.datasets import bundled
from evals.outcome import Outcome
from evals.report.headline import headline, lead, proposals
from evals.report.writing import percent
from evals.runs import Run, Summary
from server.commands.evaluate.place import console, run_called, runs_in, settings_for
from server.commands.rows import print_rows

_MOST = 20
_PART = ":"
"""In tags that name an intent or a file, of which there are too many; the report has them all."""


def ls(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many runs, the latest first.")] = 20,
) -> None:
    """List the sets that come with Laneway, and earlier runs."""
    settings, out = settings_for(), console()
    for name in bundled():
        out.print(f"set [bold]{escape(name)}[/]  {len(read_gold(name))} rows")
    found = runs_in(settings).latest(limit)
    if not found:
        out.print(f"No runs in {settings.data_dir}. Make one with `laneway eval run --set demo`.", markup=False)
        return
    print_rows(("run", "right", "macro F1", "rows", "set"), map(_row, found))


def _row(run: Summary) -> tuple[str, ...]:
    figures, name = run.figures, Path(run.about.get("set", "")).name
    return run.id, percent(figures.accuracy), percent(figures.macro_f1), str(figures.rows), name


def show(
    name: Annotated[str, typer.Argument(metavar="RUN", help="Its id, a part of it, a file, or `last`.")] = "last",
    wrong: Annotated[
        bool, typer.Option("--wrong", help="The wrong rows too, lanes and then intents, with why.")
    ] = False,
) -> None:
    """Show what a run measured."""
    settings, out = settings_for(), console()
    run = run_called(settings, name)
    show_run(out, run)
    for one in run.wrong if wrong else []:
        _show_row(out, one, one.wanted, one.said.label)
    for one in run.wrong_intents if wrong else []:
        _show_row(out, one, one.wanted_intent or "none", one.said.intent or "none")
    report = runs_in(settings).root / run.id / "report.html"
    if report.is_file():
        out.print(f"[dim]Report: {escape(str(report))}[/]")


def show_run(out: Console, run: Run) -> None:
    """Print a run's figures."""
    out.print(f"[bold]{escape(run.id)}[/]  {escape(lead(run))}")
    for name, value in headline(run):
        out.print(f"  {name:<42}{value}", markup=False)
    for dimension, shares in run.figures.slices.items():
        for name, share in [one for one in shares.items() if _PART not in one[0]][:_MOST]:
            interval = f"{percent(share.low)} to {percent(share.high)}"
            out.print(
                f"  {dimension + ' ' + name:<42}{percent(share.value)}  ({interval}, {share.rows} rows)", markup=False
            )
    for one in run.figures.parity:
        says = f"{one.one} and {one.other}: {one.pairs} pairs, only {one.one} right {one.only_one}, "
        out.print(f"  {says}only {one.other} right {one.only_other} (p = {one.p:.2g})", markup=False)
    for said in proposals(run):
        out.print(f"  {said}", markup=False)
    out.print(", ".join(f"{name}: {value}" for name, value in run.about.items()), markup=False, style="dim")


def _show_row(out: Console, one: Outcome, wanted: str, said: str) -> None:
    out.print(f"[red]{escape(wanted)} → {escape(said)}[/]  {escape(one.text)}  [dim]{escape(one.id)}[/]")
    out.print(f"    {one.said.failed or one.said.reason}", markup=False, style="dim")
