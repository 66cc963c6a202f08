"""`laneway workflow files`: what a run was given and what its steps made."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from server.app import Laneway
from server.commands.offline import with_laneway
from server.commands.rows import print_rows
from server.plans.files import RunFile, files_of
from state.errors import InvalidInputError

Kept = list[tuple[RunFile, bytes | None]]
_KIB = 1024


def files(
    run: Annotated[str, typer.Argument(metavar="RUN", help="As `laneway workflow ls` lists it.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write them into this folder.")
    ] = None,
) -> None:
    """List a run's files: its reports, its site's pages, what it was given. With `-o DIR` write them there."""
    if output is None:
        _show(with_laneway(lambda laneway: _listed(laneway, run)))
        return
    kept = with_laneway(lambda laneway: _read(laneway, run))
    written = [_write(output / one.path, content) for one, content in kept if content is not None]
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"Wrote {len(written)} files into {output}.", markup=False)
    for one, content in kept:
        if content is None:
            console.print(f"{one.path} is not kept any more.", markup=False, style="yellow")


async def _listed(laneway: Laneway, run: str) -> list[RunFile]:
    return files_of(await laneway.workflows.get(run))


async def _read(laneway: Laneway, run: str) -> Kept:
    vault, tenant = laneway.library.vault, laneway.workflows.tenant
    kept: Kept = []
    for one in await _listed(laneway, run):
        pieces = await vault.open(tenant, one.artefact.sha256)
        kept.append((one, None if pieces is None else b"".join([piece async for piece in pieces])))
    return kept


def _show(found: list[RunFile]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    if not found:
        console.print("This run has no files.")
        return
    rows = [(one.path, one.artefact.mime, f"{one.artefact.size / _KIB:.1f}") for one in found]
    print_rows(("file", "type", "KiB"), rows, right=("KiB",))


def _write(place: Path, content: bytes) -> Path:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    except OSError as error:
        raise InvalidInputError(
            f"Can't write {str(place)!r}: {error.strerror}.", hint="Name a folder that you may write to."
        ) from error
    return place
