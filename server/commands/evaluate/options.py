"""The options of `laneway eval run`."""

from pathlib import Path
from typing import Annotated, Final

import typer

from evals.data.rows import Split
from evals.tenant import Previous
from server.commands.evaluate.contenders import Calls, RouterKind

_FILE: Final = "Write the {} to this file too."

SetName = Annotated[
    str, typer.Option("--set", metavar="SET", help="A set that comes with it (demo), a .jsonl file or a folder.")
]
Examples = Annotated[
    Path | None, typer.Option(help="Train on this .jsonl file and test on the set, leaving the tenant out of it.")
]
Router = Annotated[RouterKind, typer.Option(help="Without a model, or with one where the local one is unsure.")]
Shots = Annotated[int | None, typer.Option(min=1, help="Examples a label to train on  [all].")]
Seed = Annotated[int, typer.Option(help="Which examples are drawn.")]
Locale = Annotated[str, typer.Option(help="Language of rows that don't name theirs.")]
NgramsOnly = Annotated[bool, typer.Option("--ngrams-only", help="As on a machine without the sentence encoder.")]
TenantName = Annotated[str | None, typer.Option("--tenant", help="Tenant's name or folder [LANEWAY_TENANT, demo].")]
PromptVersion = Annotated[str | None, typer.Option("--prompt", help="Version of the router's prompt, as router@3.")]
Model = Annotated[str | None, typer.Option(help="Model to ask, such as openai:NAME.")]
Tape = Annotated[Path | None, typer.Option("--cassette", help="File of a model's recorded answers.")]
CallsMade = Annotated[
    Calls,
    typer.Option(help="Answer from the recording alone; ask and record what it lacks; or leave it out of it."),
]
PreviousLane = Annotated[
    Previous, typer.Option(help="Meet each message in the lane its row names, or where the router itself had gone.")
]
SplitName = Annotated[
    Split | None, typer.Option("--split", help="Only the rows of this part: those to tune on, or those to judge by.")
]
RowCount = Annotated[
    int | None,
    typer.Option("--rows", min=1, help="Only so many rows, from all over the set: for a model that is slow."),
]
Recalibrated = Annotated[
    bool,
    typer.Option("--recalibrate", help="Keep for the router what the model's own probability turned out to be worth."),
]
Repeat = Annotated[int, typer.Option(min=1, help="Ask so often, to see how steady it is.")]
Concurrency = Annotated[int, typer.Option(min=1, help="Rows asked at once.")]
CostTable = Annotated[str | None, typer.Option(help="What mistakes cost: wrong=5,ask=1,model=0.2, or a YAML file.")]
JsonFile = Annotated[Path | None, typer.Option(help=_FILE.format("whole run as JSON"))]
HtmlFile = Annotated[Path | None, typer.Option(help=_FILE.format("report"))]
MarkdownFile = Annotated[Path | None, typer.Option("--markdown", help=_FILE.format("report as Markdown"))]
