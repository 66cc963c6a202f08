"""`laneway workflow graph`: a plan or a run as a picture."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from graphs import plan_draw
from graphs.gantt import gantt, gantt_png
from graphs.plan_files import load_plan
from graphs.plan_view import PlanView, run_view, view_of
from server.app import Laneway
from server.clock import now_ms
from server.commands.offline import with_laneway
from state.errors import InvalidInputError


class Format(StrEnum):
    """What a plan can be drawn as."""

    svg = "svg"
    mermaid = "mermaid"
    png = "png"


ENDINGS = {".svg": Format.svg, ".png": Format.png, ".mmd": Format.mermaid}
RUN = "run_"


def graph(
    what: Annotated[str, typer.Argument(metavar="RUN|FILE|TEMPLATE", help="A run's id, a plan's file or a template.")],
    form: Annotated[Format | None, typer.Option("--format", "-f", help="Else by the file's ending, else SVG.")] = None,
    chart: Annotated[
        bool, typer.Option("--gantt", help="When each task of a run worked, instead of its steps.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; its ending (.svg .mmd .png) decides the format."),
    ] = None,
) -> None:
    """Draw a plan, or a run with the state of every step, as SVG, Mermaid or PNG. Needs no network."""
    chosen = form or (ENDINGS.get(output.suffix.lower(), Format.svg) if output else Format.svg)
    if chart and chosen is Format.mermaid:
        raise InvalidInputError("A Gantt chart is drawn as SVG or PNG.", hint="Leave --format out, or say svg or png.")
    drawing = _drawn(_view(what), chosen, chart=chart)
    if output is not None:
        write(output, drawing)
        Console(stderr=True).print(f"Wrote {output} ({len(drawing):,} bytes).")
    elif chosen is Format.png and sys.stdout.isatty():
        raise InvalidInputError("A PNG can't be shown in a terminal.", hint="Name a file: --output plan.png")
    else:
        sys.stdout.buffer.write(drawing)


def write(output: Path, content: bytes) -> None:
    """Write a file; raises `InvalidInputError` when that can't be done."""
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InvalidInputError(
            f"Can't write {str(output)!r}: {error.strerror}.", hint="Name a file in a folder that exists."
        ) from error


def _view(what: str) -> PlanView:
    path = Path(what)
    if path.suffix.lower() in {".yaml", ".yml", ".json"} or path.is_file():
        return view_of(load_plan(path))

    async def read(laneway: Laneway) -> PlanView:
        if what.startswith(RUN):
            stored = await laneway.workflows.get(what)
            return run_view(stored.run, stored.tasks, now=now_ms())
        return view_of(laneway.workflows.templates.plan(what))

    return with_laneway(read)


def _drawn(view: PlanView, form: Format, *, chart: bool) -> bytes:
    match form:
        case Format.png:
            return gantt_png(view) if chart else plan_draw.png(view)
        case Format.mermaid:
            return plan_draw.mermaid(view).encode()
        case Format.svg:
            return (gantt(view) if chart else plan_draw.svg(view)).encode()
