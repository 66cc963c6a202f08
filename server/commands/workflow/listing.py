"""`laneway workflow ls`, `show`, `templates`: which runs and templates there are, and what became of a run."""

from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.table import Table

from graphs.glyphs import LOOKS
from graphs.plan_view import duration, ran_ms, standing_of
from server.app import Laneway
from server.clock import now_ms
from server.commands.offline import with_laneway, with_zone
from server.commands.operating import shop_time
from server.commands.rows import print_rows
from server.commands.workflow.board import COLOURS
from server.commands.workflow.running import readable
from server.plans.answers import in_order, metrics, whole
from state.plan import Plan
from state.plan_run import PlanRun, RunStatus, TaskRecord


def ls(
    status: Annotated[
        RunStatus | None, typer.Option(help="Only those that are so: running, waiting, failed, ...")
    ] = None,
    template: Annotated[str | None, typer.Option(help="Only those of a template.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=500, help="How many, the latest first.")] = 20,
    before: Annotated[str | None, typer.Option(metavar="RUN", help="Only those older than this one.")] = None,
) -> None:
    """List runs, the latest first."""
    runs, zone = with_zone(
        lambda laneway: laneway.workflows.latest(status=status, template=template, before=before, limit=limit)
    )
    if not runs:
        Console(soft_wrap=True).print("No runs. Start one: laneway workflow run TEMPLATE", markup=False)
        return
    rows = [(run.id, _title(run), _status(run), shop_time(run.created, zone), _took(run)) for run in runs]
    print_rows(("run", "plan", "status", "started", "took"), rows, long="plan")


def show(
    run: Annotated[str, typer.Argument(metavar="RUN", help="As `laneway workflow ls` lists it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Show a run: its steps, what went wrong, its figures and its result."""
    stored = with_laneway(lambda laneway: laneway.workflows.get(run))
    if as_json:
        typer.echo(orjson.dumps(whole(stored, now=now_ms()), option=orjson.OPT_INDENT_2).decode())
        return
    found = stored.run
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{escape(_title(found))}[/]  {found.id}  {found.status}  [dim]{_took(found)}[/]")
    if found.reason:
        console.print(escape(found.reason), style="yellow")
    table = Table(box=None, show_header=False, pad_edge=False)
    for task in in_order(stored):
        table.add_row(*_cells(task))
    console.print(table)
    console.print(_figures(metrics(found, stored.tasks, now_ms())), style="dim")
    if (text := readable(found.output)) is not None:
        console.print()
        console.print(Markdown(text) if console.is_terminal else escape(text))
    elif found.output is not None:
        console.print_json(orjson.dumps(found.output).decode())


def templates() -> None:
    """List the templates: ready plans, each with a worked example."""
    found = with_laneway(_all)
    rows = [(name, _inputs(plan), plan.description or plan.title) for name, plan in found]
    print_rows(("template", "inputs", "what it does"), rows, long="what it does")


def _inputs(plan: Plan) -> str:
    return ", ".join(one if spec.required else f"[{one}]" for one, spec in plan.inputs.items())


def _cells(task: TaskRecord) -> tuple[str, str, str, str, str]:
    standing = standing_of(task)
    look, ms = LOOKS[standing], ran_ms(task, now_ms())
    tried = f" ×{len(task.attempts)}" if len(task.attempts) > 1 else ""
    return (
        f"[{COLOURS[standing]}]{escape(look.sign)}[/]",
        escape(_name(task)),
        look.word,
        f"[dim]{'' if ms is None else duration(ms)}{tried}[/]",
        f"[dim]{escape(task.waits_for or task.reason or '')}[/]",
    )


def _name(task: TaskRecord) -> str:
    """Return what a step is called; an item of it by its number, from 0."""
    item = task.name.partition("[")[2]
    return f"{task.title} [{item}" if task.title and item else task.title or task.name


def _figures(found: dict[str, Any]) -> str:
    took = "not begun" if found["ms"] is None else duration(found["ms"])
    cost = f", {found['tokens']:,} tokens, {found['cost_usd']:.4f} USD" if found["tokens"] else ""
    return f"{took}, {found['attempts']} attempts, {found['retries']} retries{cost}"


def _title(run: PlanRun) -> str:
    return run.title or run.plan.get("title") or run.plan.get("id") or run.template or ""


def _status(run: PlanRun) -> str:
    return run.status if run.over or not run.progress else f"{run.status} {run.progress:.0%}"


def _took(run: PlanRun) -> str:
    return "" if run.started is None else duration((run.ended if run.ended is not None else now_ms()) - run.started)


async def _all(laneway: Laneway) -> list[tuple[str, Plan]]:
    known = laneway.workflows.templates
    return [(name, known.plan(name)) for name in known.names]
