"""`laneway eval run`."""

import asyncio
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from rich.progress import Progress
from threadpoolctl import threadpool_limits

from evals.answers import Answers
from evals.data.reading import all_of, read_gold, read_rows, set_files
from evals.data.rows import DialogueRow, GoldRow, Row
from evals.dialogues import OnDialogues, dialogue_examples, measure_dialogues
from evals.errors import EvaluationError
from evals.figures import figures_of
from evals.metrics.risk import Costs
from evals.outcome import Outcome
from evals.prices import read_costs
from evals.proposing import propose_settings
from evals.report import markdown, page
from evals.runner import run_gold
from evals.runs import Mode, Run, new_id
from evals.tenant import Contender
from evals.trained import Measured, examples_in, measure
from nodes.routers.encoder import load_encoder
from nodes.routers.thresholds import thresholds_of
from server.clock import SystemClock
from server.commands.evaluate.contenders import RouterKind, Wanted, contender
from server.commands.evaluate.listing import show_run
from server.commands.evaluate.options import (
    CallsMade,
    Concurrency,
    CostTable,
    Examples,
    HtmlFile,
    JsonFile,
    Locale,
    MarkdownFile,
    Model,
    NgramsOnly,
    PreviousLane,
    PromptVersion,
    Recalibrated,
    Repeat,
    Router,
    RowCount,
    Seed,
    SetName,
    Shots,
    SplitName,
    Tape,
    TenantName,
)
from server.commands.evaluate.place import answers_in, console, runs_in, settings_for, writable
from server.commands.evaluate.recalibrating import recalibrate
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class _Training:
    """How a router is trained on one file and tested on another."""

    examples: Path
    test: str
    shots: int | None
    seed: int
    locale: str
    ngrams_only: bool


def run(
    *,
    name: SetName,
    examples: Examples = None,
    router: Router = "local",
    shots: Shots = None,
    seed: Seed = 1,
    locale: Locale = "en",
    ngrams_only: NgramsOnly = False,
    tenant: TenantName = None,
    prompt: PromptVersion = None,
    model: Model = None,
    cassette: Tape = None,
    calls: CallsMade = "replay",
    previous: PreviousLane = "gold",
    split: SplitName = None,
    most: RowCount = None,
    recalibrated: Recalibrated = False,
    repeat: Repeat = 1,
    concurrency: Concurrency = 8,
    costs: CostTable = None,
    json: JsonFile = None,
    html: HtmlFile = None,
    md: MarkdownFile = None,
) -> None:
    """Measure a router on a set, write a report, and remember every answer: the same run again costs nothing.

    Without --examples the tenant's own router is measured on gold rows. With --examples a classifier is trained on
    that file alone: {"text", "intent"}, {"text", "intents"} or turns of dialogues; the intent "oos" is out of scope.
    """
    settings, priced = settings_for(tenant), read_costs(costs)
    writable(json, html, md, cassette)
    if recalibrated and router != "hybrid":
        raise EvaluationError("Only a model's word is recalibrated, and none is asked.", hint="Use --router hybrid.")
    if examples is not None:
        measured = _trained(_Training(examples, name, shots, seed, locale, ngrams_only), router, priced)
    else:
        wanted = Wanted(router, previous, ngrams_only, prompt, model, cassette, calls)
        measured = _on_gold(settings, _part(name, split, most), wanted, (repeat, concurrency), priced)
    kept = _written(runs_in(settings).keep(measured), measured, json, html, md)
    out = console()
    show_run(out, measured)
    if router == "hybrid":
        recalibrate(out, settings, measured, keep=recalibrated)
    out.print(f"[dim]Report: {kept}[/]")


def _written(folder: Path, run: Run, json: Path | None, html: Path | None, md: Path | None) -> Path:
    """Write the report beside the run and what else was asked for; return the report's file."""
    report, kept = page(run), folder / "report.html"
    for path, text in ((kept, report), (html, report), (md, markdown(run))):
        if path is not None:
            path.write_text(text, encoding="utf-8")
    if json is not None:
        json.write_bytes(run.as_json())
    return kept


def _on_gold(settings: Settings, part: dict[str, str], wanted: Wanted, often: tuple[int, int], costs: Costs) -> Run:
    rows, (repeat, concurrency) = _rows(part), often
    asked = contender(settings, wanted)
    answers = Answers(answers_in(settings), asked.fingerprint)
    outcomes = asyncio.run(_asked(asked, rows, answers, repeat, concurrency))
    about = part | asked.about | {"repeats": str(repeat)}
    about["answers from memory"] = f"{answers.remembered} of {len(rows) * repeat}"
    if strange := asked.strangers(rows):
        about["intents the tenant doesn't have"] = ", ".join(strange)
    run = _run("tenant", about, Measured(outcomes, 0, 0, 0.0), costs)
    if wanted.router == "hybrid":
        return run
    proposed = propose_settings(outcomes, costs, thresholds_of(asked.ports.tenant))
    return run.model_copy(update={"figures": run.figures.model_copy(update={"thresholds": proposed})})


def _part(name: str, split: str | None, most: int | None) -> dict[str, str]:
    named = {"set": name, "split": split, "rows": most and str(most)}
    return {what: value for what, value in named.items() if value}


def _rows(part: dict[str, str]) -> list[GoldRow]:
    name, split = part["set"], part.get("split")
    rows = [row for row in read_gold(name) if split in {None, row.split}]
    if not rows:
        raise EvaluationError(f"No row of {name} is in the part {split!r}.", hint="Leave out --split.")
    count = min(int(part.get("rows", len(rows))), len(rows))
    return [rows[number * len(rows) // count] for number in range(count)]


async def _asked(
    asked: Contender, rows: list[GoldRow], answers: Answers, repeat: int, concurrency: int
) -> list[Outcome]:
    shown = console().is_terminal
    try:
        return await run_gold(rows, asked, answers, repeat=repeat, concurrency=concurrency, progress=shown)
    finally:
        await asked.close()


def _trained(given: _Training, router: RouterKind, costs: Costs) -> Run:
    if router != "local":
        raise EvaluationError("Only the local router learns from --examples.", hint="Use --router local.")
    threadpool_limits(1)  # as in the server: a decision is too small to share
    train = read_rows(given.examples)
    test: list[Row] = [row for path in set_files(given.test) for row in read_rows(path)]
    encoder = None if given.ngrams_only else load_encoder()
    about = {
        "set": given.test,
        "examples": str(given.examples),
        "router": router,
        "shots": str(given.shots or "all"),
        "seed": str(given.seed),
        "encoder": encoder.name if encoder else "n-grams alone",
    }
    with Progress(transient=True, console=console(), disable=not console().is_terminal) as progress:
        task = progress.add_task("Measuring", total=len(test))
        if isinstance(test[0], DialogueRow):
            learned = dialogue_examples(all_of(train, DialogueRow, given.examples), given.shots, given.seed)
            turns = all_of(test, DialogueRow, Path(given.test))
            trainer = OnDialogues(encoder, given.seed)
            measured = measure_dialogues(learned, turns, trainer, lambda: progress.advance(task))
            return _run("dialogues", about, measured, costs)
        taken = examples_in(train, given.locale, given.shots, given.seed)
        scored = measure(taken, test, encoder, locale=given.locale, tick=lambda: progress.advance(task))
        return _run("trained", about, scored, costs)


def _run(mode: Mode, about: dict[str, str], measured: Measured, costs: Costs) -> Run:
    now = SystemClock().now()
    figures = figures_of(measured.outcomes, costs, by_intent=mode == "trained")
    if mode != "tenant":
        figures = figures.model_copy(
            update={"examples": measured.examples, "intents": measured.labels, "train_s": measured.train_s}
        )
    return Run(
        id=new_id(now, about),
        created=now.astimezone(UTC).isoformat(timespec="seconds"),
        mode=mode,
        about=about,
        figures=figures,
        outcomes=measured.outcomes,
    )
