"""`laneway graph`: draw and check the conversation graph."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from graphs.check import check
from graphs.conversation import build_conversation
from graphs.draw import mermaid, png, svg
from graphs.topology import topology_of
from state.errors import InvalidInputError

app = typer.Typer(help="Draw and check the conversation graph.", no_args_is_help=True)


class Format(StrEnum):
    """What a graph can be drawn as."""

    mermaid = "mermaid"
    svg = "svg"
    png = "png"


@app.command("show")
def show(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; its ending (.mmd .svg .png) decides the format."),
    ] = None,
    form: Annotated[Format | None, typer.Option("--format", "-f", help="Overrides the file's ending.")] = None,
) -> None:
    """Draw the graph as Mermaid (default), SVG or PNG. Needs no network."""
    chosen = form or _by_ending(output)
    topology = topology_of(build_conversation())
    match chosen:
        case Format.mermaid:
            drawing = mermaid(topology).encode()
        case Format.svg:
            drawing = svg(topology).encode()
        case Format.png:
            drawing = png(topology)
    if output is not None:
        _write(output, drawing)
        Console(stderr=True).print(f"Wrote {output} ({len(drawing):,} bytes).")
    elif chosen is Format.png and sys.stdout.isatty():
        raise InvalidInputError(
            "A PNG can't be shown in a terminal.", hint="Name a file: laneway graph show -o graph.png"
        )
    else:
        sys.stdout.buffer.write(drawing)


@app.command("check")
def check_graph() -> None:
    """Compare the declared graph with the hops its code can take; exit 1 on an error."""
    console = Console(highlight=False)
    findings = check(build_conversation())
    for finding in findings:
        console.print(f"[bold]{finding.severity}[/] {finding.where}: {finding.message}\n  fix: {finding.fix}")
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)
    console.print("[green]The graph is sound:[/] every hop is declared, every node reaches the end.")


def _write(output: Path, drawing: bytes) -> None:
    try:
        output.write_bytes(drawing)
    except OSError as error:
        raise InvalidInputError(
            f"Can't write {str(output)!r}: {error.strerror}.", hint="Name a file in a folder that exists."
        ) from error


def _by_ending(output: Path | None) -> Format:
    endings = {".svg": Format.svg, ".png": Format.png}
    return endings.get(output.suffix.lower(), Format.mermaid) if output else Format.mermaid
