"""`laneway prompts`: what models are told, version by version."""

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from prompts.loader import tenant_folder
from prompts.versions import BUNDLED, PromptError, Prompts, release
from server.commands.rows import print_rows
from server.context import read_tenant
from server.settings import Settings
from state.errors import InvalidInputError

app = typer.Typer(
    help="List, compare, write and release the prompts that models are asked with. A released version never changes.",
    no_args_is_help=True,
)

Reference = Annotated[str, typer.Argument(metavar="PROMPT", help="Such as `router@2`; without a number the latest.")]
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@app.command("ls")
def ls() -> None:
    """List every version of every prompt, and how many sessions of this tenant get it."""
    shares = read_tenant(Settings.load().tenant).profile.prompts
    rows: list[tuple[str, ...]] = []
    with _prompts() as prompts:
        for name in prompts.names():
            used = shares.get(name) or {prompts.get(name).version: 100}
            for one in prompts.versions(name):
                state = "released" if prompts.is_released(one) else "draft"
                share = f"{used[one.version]} %" if one.version in used else ""
                rows.append((one.reference, state, share, one.note))
    print_rows(("prompt", "state", "sessions", "what is new"), rows, long="what is new")


@app.command("show")
def show(prompt: Reference) -> None:
    """Print a version as it is written."""
    with _prompts() as prompts:
        typer.echo(prompts.get(prompt).path.read_text(), nl=False)


@app.command("diff")
def diff(one: Reference, other: Reference) -> None:
    """Show what differs between two versions, line by line."""
    with _prompts() as prompts:
        first, second = prompts.get(one), prompts.get(other)
    before, after = (found.path.read_text().splitlines() for found in (first, second))
    lines = list(difflib.unified_diff(before, after, first.reference, second.reference, lineterm=""))
    for line in lines:
        Console(soft_wrap=True).print(Text(line, _COLOURS.get(line[:1], "")))
    if not lines:
        typer.echo("They say the same.")


@app.command("new")
def new(name: Annotated[str, typer.Argument(help="Such as `router`.")]) -> None:
    """Copy the latest version to a new draft in the tenant's folder, to be changed there."""
    with _prompts() as prompts:
        *earlier, latest = prompts.versions(name)
        untouched = earlier and not prompts.is_released(latest) and _same(earlier[-1].path, latest.path)
    if untouched:
        typer.echo(f"{latest.path}\nis a draft that says what {earlier[-1].reference} says. Change it first.")
        return
    number = latest.version + 1
    path = tenant_folder(Settings.load().tenant) / "prompts" / name / f"{number}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(latest.path.read_text())
    typer.echo(
        f"{path}\nChange it, and its note. Then: laneway eval run --set demo --router hybrid --prompt {name}@{number} "
        "--model openai:NAME (docs/evals.md)"
    )


def _same(one: Path, other: Path) -> bool:
    return one.read_text() == other.read_text()


@app.command("release")
def release_version(
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="With its number, such as `router@2`.")],
) -> None:
    """Make a draft a version that may be used and never changes."""
    if "@" not in prompt:
        raise InvalidInputError("Which version is to be released?", hint=f"Such as {prompt}@2.")
    with _prompts() as prompts:
        found = prompts.get(prompt)
        prompts.is_released(found)
        release(found)
    typer.echo(f"{found.reference} is released. It is used now, unless `prompts` in tenant.yaml says otherwise.")


@contextmanager
def _prompts() -> Iterator[Prompts]:
    try:
        yield Prompts(BUNDLED, tenant_folder(Settings.load().tenant) / "prompts")
    except PromptError as error:
        raise InvalidInputError(str(error), hint="`laneway prompts ls` lists what there is.") from error
