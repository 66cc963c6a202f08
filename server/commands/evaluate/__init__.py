"""`laneway eval`: how well routing decides, and whether a change made it better."""

import typer

from server.commands.evaluate import judging, leaking, listing, living, running

app = typer.Typer(
    help="Measure how well routing decides. `laneway eval run --set demo`, change a prompt or an example, run again, "
    "then `laneway eval compare` says what got better, what got worse and whether that is chance.",
    no_args_is_help=True,
)
app.command("run")(running.run)
app.command("compare")(judging.compare_runs)
app.command("gate")(judging.gate)
app.command("ls")(listing.ls)
app.command("show")(listing.show)
app.command("leaks")(leaking.find_leaks)
app.command("export")(living.export)
app.command("label")(living.label)
app.command("drift")(living.drift)
