"""`laneway workflow cancel`, `pause`, `resume`, `replay`, `approve`: say what becomes of a run."""

from typing import Annotated

import typer
from rich.console import Console

from server.app import Laneway
from server.commands.offline import with_laneway
from server.commands.workflow.inputs import read_inputs
from server.commands.workflow.running import Inputs
from server.plans.answers import the_asking
from server.workflow_bodies import changes_of
from state.errors import InvalidInputError
from state.stored_run import StoredRun

_WANTED = {"cancel": "cancelled", "pause": "paused"}

Run = Annotated[str, typer.Argument(metavar="RUN", help="As `laneway workflow ls` lists it.")]


def cancel(run: Run, reason: Annotated[str, typer.Option(help="Why, for whoever looks at it later.")] = "") -> None:
    """Cancel a run: what is at work is stopped within a second, and nothing more begins."""
    _say(with_laneway(lambda laneway: laneway.workflows.cancel(run, reason)))


def pause(run: Run) -> None:
    """Have no further step begin; those at work end."""
    _say(with_laneway(lambda laneway: laneway.workflows.pause(run)))


def resume(run: Run) -> None:
    """Go on after a pause; a running server or `laneway worker` does the work."""
    _say(with_laneway(lambda laneway: laneway.workflows.resume(run)))


def replay(
    run: Run,
    step: Annotated[
        str | None, typer.Option("--from", metavar="STEP", help="Begin here; else where it failed.")
    ] = None,
    inputs: Inputs = None,
    agent: Annotated[
        list[str] | None,
        typer.Option("--agent", metavar="STEP=AGENT", help="Another agent for a step: `NAME` or `NAME.ACTION`."),
    ] = None,
) -> None:
    """Run an ended run again, as a new one; what was completed before is taken over. Prints the new run's id.

    A running server or `laneway worker` does the work; `laneway workflow watch` shows it.
    """
    given = read_inputs(inputs or [])
    if given.files:
        raise InvalidInputError("A replay takes values, no files.", hint="Start the plan anew with the file.")
    agents = dict(_pair(one) for one in agent or [])
    begun = with_laneway(
        lambda laneway: laneway.workflows.replay(run, step=step, given=given.values, changes=changes_of(agents))
    )
    typer.echo(begun.id)


def approve(
    run: Run,
    step: Annotated[str | None, typer.Argument(metavar="STEP", help="Which one, where several ask.")] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="Say no: the step fails.")] = False,
    comment: Annotated[str, typer.Option(help="Kept with the answer.")] = "",
    by: Annotated[str, typer.Option(help="Who answers.")] = "cli",
) -> None:
    """Answer a step that asks a person."""

    async def answer(laneway: Laneway) -> StoredRun:
        asked = step or the_asking(await laneway.workflows.get(run))
        return await laneway.workflows.approve(run, asked, approved=not refuse, by=by, comment=comment)

    _say(with_laneway(answer))


def _pair(text: str) -> tuple[str, str]:
    step, equals, agent = text.partition("=")
    if not (step and equals and agent):
        raise InvalidInputError(f"--agent {text[:80]!r} can't be understood.", hint="Write --agent STEP=AGENT.")
    return step, agent


def _say(stored: StoredRun) -> None:
    run, wish = stored.run, stored.wish
    wanted = f", to be {_WANTED[wish.what]}" if wish else ""
    Console(soft_wrap=True).print(f"{run.id}: {run.status}{wanted}", markup=False, highlight=False)
