"""Outcomes and runs for tests of evaluation."""

from collections.abc import Sequence

from evals.figures import figures_of
from evals.metrics.risk import Costs
from evals.outcome import Near, Outcome, Said, Step
from evals.runs import Run


def told(
    name: str,
    gold: str,
    label: str,
    *,
    confidence: float = 0.9,
    outside: bool = False,
    out_of_scope: float = 0.1,
    lang: str = "es",
    group: str | None = None,
    text: str | None = None,
    again: Sequence[str] = (),
) -> Outcome:
    return Outcome(
        id=name,
        group=group or name,
        text=text or f"text of {name}",
        gold=gold,
        lang=lang,
        kind="oos" if outside else "first",
        outside=outside,
        said=Said(
            label=label,
            confidence=confidence,
            probabilities={gold: confidence},
            out_of_scope=out_of_scope,
            rejected=out_of_scope > 0.5,
            reason="because",
            chain=[Step(name="local", fired=True, reason="the examples say so", lane=label, confidence=confidence)],
            nearest=[Near(text="like this", intent="opening_hours", lane="info", similarity=0.8)],
            ms=2.0,
        ),
        again=list(again),
    )


def run_of(outcomes: Sequence[Outcome], name: str = "20260101T000000000-local-gold") -> Run:
    return Run(
        id=name,
        created="2026-01-01T00:00:00+00:00",
        mode="tenant",
        about={"set": "gold.jsonl", "router": "local"},
        figures=figures_of(outcomes, Costs()),
        outcomes=list(outcomes),
    )
