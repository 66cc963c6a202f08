"""The figures that come first, in words."""

from collections import Counter
from typing import Final

from evals.proposing import Setting
from evals.report.writing import percent
from evals.runs import Run

_NEXT: Final = {"lane": 'a question or "I don\'t know"', "sure": "a model, where there is one"}
_USE: Final = (
    "To try them: `thresholds: {{{}}}` in tenant.yaml, then run again and `laneway eval compare`; judge by rows "
    "they were not chosen on (--split dev, then --split test)."
)


def headline(run: Run) -> list[tuple[str, str]]:
    """Return names and values of what was measured, the most important first."""
    figures = run.figures
    rows: list[tuple[str, str | None]] = [
        ("right", percent(figures.accuracy)),
        ("95 % interval", f"{figures.accuracy_low * 100:.1f} to {percent(figures.accuracy_high)}"),
        ("macro F1", percent(figures.macro_f1)),
        ("lane and intent right", _if(figures.intent_accuracy)),
        ("handoff recall", _if(figures.handoff_recall)),
        ("calibration error", percent(figures.ece)),
        ("out-of-scope AUROC", _if(figures.oos_auroc)),
        ("out of scope found at 5 % in-scope loss", _if(figures.oos_recall_at_5)),
        ("out of scope found at 3 %", _if(figures.oos_recall_at_3)),
        ("out of scope found as deployed", _if(figures.oos_rejected)),
        ("in scope rejected as deployed", None if run.mode == "dialogues" else percent(figures.in_scope_rejected)),
        ("language right", _if(figures.language_accuracy)),
        ("flip rate over repeats", _if(figures.flip_rate)),
        ("a decision, p50 / p95", f"{figures.p50_ms:.1f} / {figures.p95_ms:.1f} ms"),
        ("cost of 1,000 decisions", f"${figures.cost_per_1000:.4f}"),
        ("failed rows", str(figures.failed) if figures.failed else None),
        ("degraded rows", str(figures.degraded) if figures.degraded else None),
    ]
    return [(name, value) for name, value in rows if value is not None]


def lead(run: Run) -> str:
    """Return the run in a sentence or two."""
    figures = run.figures
    unit = "intent" if run.mode == "trained" else "lane"
    said = (
        f"{figures.rows} rows; the {unit} is right {percent(figures.accuracy)} of the time, {len(run.wrong)} are wrong."
    )
    if figures.failed:
        said += f" {figures.failed} have no answer: {_commonest_fault(run)}"
    if figures.detectable is None:
        return said
    return f"{said} So many rows show a change of {figures.detectable * 100:.1f} points or more four times in five."


def _commonest_fault(run: Run) -> str:
    return Counter(one.said.failed for one in run.outcomes if one.said.failed).most_common(1)[0][0][:200]


def proposals(run: Run) -> list[str]:
    """Return each proposed threshold as a sentence, then how to use those that are settings."""
    said = []
    for one in run.figures.proposals:
        do = "ask the customer" if one.otherwise == "ask" else "ask a model"
        if one.coverage == 0.0:
            said.append(f"Below every confidence {do}: nothing is sure enough (cost {one.cost:.3f} a message).")
            continue
        said.append(
            f"Answer from a confidence of {one.threshold:.2f} and {do} below: {percent(one.coverage)} answered, "
            f"{percent(one.risk)} of them wrongly, cost {one.cost:.3f} a message instead of {one.cost_always:.3f}."
        )
    settings = run.figures.thresholds
    changes = ", ".join(f"{one.name}: {one.proposed:.2f}" for one in settings if not one.settled)
    return said + [_setting(one) for one in settings] + ([_USE.format(changes)] if changes else [])


def _setting(one: Setting) -> str:
    if one.settled:
        reach = f"{one.low:.2f} to {one.high:.2f}"
        return f"Threshold `{one.name}`: {one.now:.2f} is as good as these rows can tell ({reach} would be cheapest)."
    fewer = f"{abs(one.spared)} {'fewer' if one.spared >= 0 else 'more'} wrong answers"
    return (
        f"Threshold `{one.name}`: {one.proposed:.2f} ({one.low:.2f} to {one.high:.2f}) instead of {one.now:.2f} leaves "
        f"{one.left} of {one.rows} messages to {_NEXT[one.name]} instead of {one.left_now}, {fewer}, "
        f"cost {one.cost:.3f} a message instead of {one.cost_now:.3f}."
    )


def _if(share: float | None) -> str | None:
    return None if share is None else percent(share)
