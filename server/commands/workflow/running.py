"""`laneway workflow run`, `watch`: start a plan and see it through."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from pydantic import JsonValue
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape

from graphs.examples import example_names, example_of
from graphs.plan_files import load_plan
from graphs.template_files import template_names
from server.app import Laneway, open_laneway
from server.commands.workflow.drawing import write
from server.commands.workflow.inputs import Given, read_inputs
from server.commands.workflow.watching import Watch
from server.logs import configure
from server.plans.artefacts import TenantFiles
from server.plans.files import files_of
from server.settings import Settings
from state.errors import InvalidInputError
from state.plan_errors import TemplateNotFoundError
from state.plan_run import PlanRun
from state.stored_run import StoredRun

PLAN_ENDINGS = {".yaml", ".yml", ".json"}

Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "-i",
        metavar="NAME=VALUE",
        help="An input of the plan: `name=value`, `name=@file`, or `@file.json` with several. Again for more.",
    ),
]


def run(
    plan: Annotated[str, typer.Argument(metavar="FILE|TEMPLATE", help="A plan's file, or the name of a template.")],
    *,
    inputs: Inputs = None,
    example: Annotated[
        bool,
        typer.Option("--example", help="Take the template's worked example; each --input takes the place of its own."),
    ] = False,
    key: Annotated[str | None, typer.Option("--key", help="Started twice with the same key, it runs once.")] = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Start it, print its id, and end.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the result to a file, as JSON.")] = None,
) -> None:
    """Run a plan and watch it. Exit 0: completed; 1: failed; 3: it waits for an answer; 130: cancelled.

    Works by itself, or beside a running server on the same data folder. Ctrl-C asks what becomes of the run; where
    nobody can be asked it cancels it. With `--detach` a running server or `laneway worker` does the work.
    """
    given = read_inputs(inputs or [])
    if example:
        given = Given({**_example(plan), **given.values}, given.files)
    settings = Settings.load()
    configure("error", settings.log_format)
    raise typer.Exit(asyncio.run(_run(settings, plan, given, key=key, detach=detach, output=output)))


def watch(
    run: Annotated[str, typer.Argument(metavar="RUN", help="As `laneway workflow ls` lists it.")],
) -> None:
    """Watch a run that was started before; exit codes as of `run`."""
    settings = Settings.load()
    configure("error", settings.log_format)
    raise typer.Exit(asyncio.run(_watch(settings, run)))


async def _run(
    settings: Settings, plan: str, given: Given, *, key: str | None, detach: bool, output: Path | None
) -> int:
    console = Console(highlight=False, soft_wrap=True)
    async with open_laneway(settings, work=not detach) as laneway:
        values = await _values(laneway, given)
        begun = await laneway.workflows.start(**plan_of(plan, laneway), given=values, key=key)
        if detach:
            typer.echo(begun.id)
            return 0
        console.print(f"[bold]{escape(begun.title or plan)}[/]  [dim]{begun.id}[/]")
        code = await Watch(laneway, begun.id, console).to_its_end()
        _tell((await laneway.workflows.get(begun.id)).run, console, output)
        return code


async def _watch(settings: Settings, run: str) -> int:
    console = Console(highlight=False, soft_wrap=True)
    async with open_laneway(settings) as laneway:
        code = await Watch(laneway, (await laneway.workflows.get(run)).run.id, console).to_its_end()
        _tell((await laneway.workflows.get(run)).run, console, None)
        return code


def _example(template: str) -> dict[str, JsonValue]:
    found, known = example_of(template), template_names()
    if found is None and template not in known and Path(template).suffix.lower() not in PLAN_ENDINGS:
        raise TemplateNotFoundError(template, known)
    if found is None:
        raise InvalidInputError(
            f"{template[:80]!r} has no worked example.", hint=f"Those that have one: {', '.join(example_names())}."
        )
    return found


def plan_of(name: str, laneway: Laneway) -> dict[str, Any]:
    """Return what is to be started: `plan`, a file's JSON values, checked; or `template`, a name."""
    path = Path(name)
    if path.suffix.lower() not in PLAN_ENDINGS and not path.is_file():
        return {"template": name}
    plan = load_plan(path, laneway.workflows.agents)
    return {"plan": plan.model_dump(mode="json", exclude_defaults=True)}


async def _values(laneway: Laneway, given: Given) -> dict[str, JsonValue]:
    """Return the input with each given file kept, and in its place what names it."""
    kept: dict[str, JsonValue] = {}
    files = TenantFiles(laneway.library.vault, laneway.workflows.tenant)
    for name, file in given.files.items():
        kept[name] = (await files.write(file.name, file.content, file.mime)).model_dump(mode="json")
    return {**given.values, **kept}


def _tell(run: PlanRun, console: Console, output: Path | None) -> None:
    if run.reason and run.status != "completed":
        console.print(f"[bold red]{run.status}[/]: {escape(run.reason)}")
    if run.output is None:
        return
    _tell_output(run, console, output)
    published = run.output.get("deployed") if isinstance(run.output, dict) else None
    if isinstance(published, dict) and published.get("address"):
        console.print(f"Published: {published['address']}", markup=False)
    if count := len(files_of(StoredRun(run, {}))):
        said = f"{count} file{'s' if count > 1 else ''}"
        Console(stderr=True, soft_wrap=True).print(f"{said}: laneway workflow files {run.id} -o FOLDER", style="dim")


def _tell_output(run: PlanRun, console: Console, output: Path | None) -> None:
    if output is not None:
        write(output, orjson.dumps(run.output, option=orjson.OPT_INDENT_2) + b"\n")
        Console(stderr=True).print(f"Wrote {output}.")
    elif (text := readable(run.output)) is not None:
        console.print(Markdown(text) if console.is_terminal else escape(text))
    else:
        console.print_json(orjson.dumps(run.output).decode())


def readable(output: JsonValue) -> str | None:
    """Return what a result says to people: a text, or its `markdown` or `text`; None when it is only data."""
    if isinstance(output, str):
        return output
    if isinstance(output, dict):
        for name in ("markdown", "report", "text"):
            found = output.get(name)
            if isinstance(found, str):
                return found
        if len(output) == 1:
            return readable(next(iter(output.values())))
    return None
