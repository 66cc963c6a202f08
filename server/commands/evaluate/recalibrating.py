"""Say what a model's own probability is worth, and keep it for the router when asked to."""

from rich.console import Console

from evals.data.reading import read_gold
from evals.errors import EvaluationError
from evals.recalibrating import LEAST, Fitted, fit_recalibrations
from evals.report.writing import percent
from evals.runs import Run
from server.recalibrations import keep_recalibrations, recalibrations_in
from server.settings import Settings


def recalibrate(out: Console, settings: Settings, run: Run, *, keep: bool) -> None:
    """Fit on the run's rows that aren't in the test part, print it, and `keep` what is better than the model's word.

    Raises:
        EvaluationError: it is to be kept, and too few rows were answered by a model.
    """
    held_back = {row.id for row in read_gold(run.about["set"]) if row.split == "test"}
    found = fit_recalibrations([one for one in run.outcomes if one.id not in held_back])
    if not found and keep:
        raise EvaluationError(
            f"A model answered fewer than {LEAST} of the rows that may be tuned on, too few to recalibrate it.",
            hint="Use --router hybrid without --split test, on more rows that the local router is unsure of.",
        )
    for one in found:
        out.print(f"  {_told(one)}", markup=False)
    if keep:
        path = recalibrations_in(settings.data_dir, run.about["tenant"])
        kept = {(one.prompt, one.model): one.recalibration if one.better else None for one in found}
        keep_recalibrations(path, kept)
    if not any(one.better for one in found):
        return
    if keep:
        out.print(f"  Kept in {path}: `laneway serve` reads it at its next start.", markup=False)
    else:
        out.print("  The same with --recalibrate keeps this for the router.", markup=False)


def _told(one: Fitted) -> str:
    said = f"{one.model} with {one.prompt}: calibration error {percent(one.before)} as it says itself"
    if not one.better:
        return f"{said}; on {one.rows} answers no better word was found, so it is taken as it is."
    return f"{said}, {percent(one.after)} recalibrated, on folds of {one.rows} answers held back."
