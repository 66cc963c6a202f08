"""`laneway eval leaks`: rows of a set that the router was trained on."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from evals.data.leaks import NEAR, leaks
from evals.data.reading import read_rows, set_files
from evals.data.rows import GoldRow
from nodes.routers.local import examples_of
from server.commands.evaluate.place import console, settings_for
from server.context import read_tenant


def find_leaks(
    *,
    name: Annotated[str, typer.Option("--set", metavar="SET", help="A set that comes with it, a file or a folder.")],
    examples: Annotated[Path | None, typer.Option(help="A .jsonl file of examples  [the tenant's].")] = None,
    tenant: Annotated[str | None, typer.Option(help="Tenant's name or folder [LANEWAY_TENANT, demo].")] = None,
    near: Annotated[float, typer.Option(min=50, max=100, help="Similarity from which two texts count as one.")] = NEAR,
) -> None:
    """List rows that repeat an example, or nearly: they measure memory, not routing. Exit 1 when there are any."""
    out = console()
    rows = [row for path in set_files(name) for row in read_rows(path)]
    if examples is not None:
        known = [row.text for row in read_rows(examples)]
    else:
        known = [one.text for one in examples_of(read_tenant(settings_for(tenant).tenant))]
    named = [(row.id if isinstance(row, GoldRow) else f"row-{place}", row.text) for place, row in enumerate(rows, 1)]
    found = leaks(named, known, near=near)
    for leak in found:
        out.print(
            f"{leak.similarity:5.1f}  [bold]{escape(leak.row)}[/]  {escape(leak.text)}  [dim]{escape(leak.example)}[/]"
        )
    out.print(f"{len(found)} of {len(rows)} rows repeat one of {len(known)} examples.", markup=False)
    if found:
        raise typer.Exit(1)
