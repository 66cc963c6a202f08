"""`laneway eval compare` and `gate`: is it better, and is it good enough."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape

from evals.compare import Comparison, Flip, compare
from evals.errors import EvaluationError
from evals.gate import check, junit, read_gates
from evals.report import comparison_markdown, comparison_page
from evals.report.comparison import facts
from evals.runs import Run
from server.commands.evaluate.place import console, run_called, runs_in, settings_for, writable
from server.settings import Settings

RunName = "Its id, a part of it, a file, or `last`."
_MOST = 40
_PARTS = ("set", "split", "rows")


def compare_runs(
    before: Annotated[
        str | None, typer.Argument(metavar="[BEFORE]", help=f"The earlier run. {RunName} [the last of the same set]")
    ] = None,
    after: Annotated[str, typer.Argument(metavar="[AFTER]", help=f"The later run. {RunName}")] = "last",
    *,
    json: Annotated[Path | None, typer.Option(help="Write the comparison to this file as JSON.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as one page.")] = None,
    md: Annotated[Path | None, typer.Option("--markdown", help="Write it as Markdown.")] = None,
) -> None:
    """Say what a change fixed and broke, and whether that is chance; without arguments of the last two runs of a set.

    Chance is judged by the exact McNemar test; the interval comes from a paired bootstrap over scenarios; the p of each
    label is corrected for their number (Holm).
    """
    settings, out = settings_for(), console()
    writable(json, html, md)
    later = run_called(settings, after)
    earlier = run_called(settings, before) if before else _before(settings, later)
    if earlier.id == later.id:
        raise EvaluationError(
            f"Both are the run {later.id}.",
            hint="Name two runs; `laneway eval ls` lists them. Without names the last two of a set are compared.",
        )
    found = compare(earlier, later)
    if json is not None:
        json.write_bytes(orjson.dumps(found.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
    if html is not None:
        html.write_text(comparison_page(found, later), encoding="utf-8")
    if md is not None:
        md.write_text(comparison_markdown(found), encoding="utf-8")
    _show(out, found)


def gate(
    name: Annotated[str, typer.Argument(metavar="[RUN]", help=RunName)] = "last",
    *,
    gates: Annotated[Path, typer.Option(help="What is asked of it, in YAML (docs/evals.md).")],
    baseline: Annotated[str | None, typer.Option(help="A run that it must not be significantly worse than.")] = None,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Write the checks to this file for CI.")] = None,
) -> None:
    """Exit with 0 when a run reaches what a file asks of it, with 1 when it doesn't, with 2 when that can't be told."""
    settings, out = settings_for(), console()
    writable(junit_file)
    run = run_called(settings, name)
    out.print(f"[dim]{escape(run.id)}, {len(run.outcomes)} rows of {escape(run.about.get('set', 'a set'))}[/]")
    found = check(run, read_gates(gates), run_called(settings, baseline) if baseline else None)
    if junit_file is not None:
        junit_file.write_bytes(junit(found, run))
    for one in found:
        out.print(f"{'[green]ok[/]    ' if one.passed else '[red]failed[/]'} {escape(one.says)}")
    if not all(one.passed for one in found):
        raise typer.Exit(1)


def _before(settings: Settings, later: Run) -> Run:
    """Return the latest run of the same set, or the same part of it, made before `later`."""
    for one in runs_in(settings).latest(1000):
        if one.id < later.id and all(one.about.get(part) == later.about.get(part) for part in _PARTS):
            return run_called(settings, one.id)
    raise EvaluationError(
        f"There is no run of {later.about.get('set', 'this set')} before {later.id}.",
        hint="Run the set before and after a change; `laneway eval ls` lists the runs.",
    )


def _show(out: Console, found: Comparison) -> None:
    colour = {"better": "green", "worse": "red"}.get(found.verdict, "yellow")
    out.print(f"[dim]{escape(found.before)} → {escape(found.after)}[/]")
    out.print(f"[bold {colour}]{escape(found.sentence)}[/]")
    for name, value in facts(found):
        out.print(f"  {name:<32}{value}", markup=False)
    for one in found.labels:
        if one.fixed or one.broken:
            says = f"{one.fixed} fixed, {one.broken} broken of {one.rows} (p = {one.p_holm:.2g} after Holm)"
            out.print(f"  {one.label:<32}{says}", markup=False)
    _show_flips(out, "broken", found.broken)
    _show_flips(out, "fixed", found.fixed)


def _show_flips(out: Console, what: str, flips: list[Flip]) -> None:
    colour = "red" if what == "broken" else "green"
    for one in flips[:_MOST]:
        change = f"{one.before} → {one.after}, right: {one.gold}"
        out.print(f"[{colour}]{what}[/] {escape(one.text)}  [dim]{escape(one.id)}[/]  {escape(change)}")
    if len(flips) > _MOST:
        out.print(f"[dim]and {len(flips) - _MOST} more {what}; --json has all[/]")
