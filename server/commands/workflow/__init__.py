"""`laneway workflow`: run plans, watch them, and say what becomes of them."""

import typer

from server.commands.workflow import drawing, files, listing, records, running, steering

app = typer.Typer(
    help="Run plans of steps, watch them, replay them. Begin with `laneway workflow templates`.", no_args_is_help=True
)
app.command("run")(running.run)
app.command("watch")(running.watch)
app.command("ls")(listing.ls)
app.command("show")(listing.show)
app.command("files")(files.files)
app.command("logs")(records.logs)
app.command("trends")(records.trends)
app.command("templates")(listing.templates)
app.command("graph")(drawing.graph)
app.command("cancel")(steering.cancel)
app.command("pause")(steering.pause)
app.command("resume")(steering.resume)
app.command("replay")(steering.replay)
app.command("approve")(steering.approve)
