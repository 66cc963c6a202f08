"""Two runs on the same rows: what got better, what got worse, and whether that is chance."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel

from evals.errors import EvaluationError
from evals.metrics.paired import ALPHA, bootstrap, detectable, holm, mcnemar
from evals.outcome import Outcome
from evals.runs import Run

Verdict = Literal["better", "worse", "chance", "same"]


class Flip(BaseModel):
    """A row that one run had right and the other wrong."""

    id: str
    text: str
    lang: str
    gold: str
    before: str
    after: str
    why: str


class LaneChange(BaseModel):
    """How the rows of one label changed; `p_holm` is corrected for the number of labels."""

    label: str
    rows: int
    fixed: int
    broken: int
    p: float
    p_holm: float


class Comparison(BaseModel):
    """What became of the rows both runs have; shares from 0 to 1.

    `gain` is the difference of the shares that are right, with its 95 % interval. `left_out` counts rows that only one
    run has, or whose label was changed between the runs.
    """

    before: str
    after: str
    rows: int
    left_out: int
    accuracy_before: float
    accuracy_after: float
    gain: float
    low: float
    high: float
    p: float
    verdict: Verdict
    sentence: str
    labels: list[LaneChange]
    fixed: list[Flip]
    broken: list[Flip]
    still_wrong: int


def compare(before: Run, after: Run) -> Comparison:
    """Return the comparison; raises `EvaluationError` when the runs share no row."""
    pairs = _shared(before, after)
    flags_before = np.array([one.right for one, _ in pairs])
    flags_after = np.array([other.right for _, other in pairs])
    fixed = [_flip(one, other) for one, other in pairs if other.right and not one.right]
    broken = [_flip(one, other) for one, other in pairs if one.right and not other.right]
    gain = bootstrap(flags_before, flags_after, [one.group for one, _ in pairs])
    p_value = mcnemar(len(fixed), len(broken))
    verdict = _verdict(len(fixed), len(broken), p_value)
    everything = {one.id for one in before.outcomes} | {one.id for one in after.outcomes}
    return Comparison(
        before=before.id,
        after=after.id,
        rows=len(pairs),
        left_out=len(everything) - len(pairs),
        accuracy_before=float(flags_before.mean()),
        accuracy_after=float(flags_after.mean()),
        gain=gain.value,
        low=gain.low,
        high=gain.high,
        p=p_value,
        verdict=verdict,
        sentence=_sentence(verdict, len(pairs), len(fixed), len(broken), p_value),
        labels=_labels(pairs),
        fixed=fixed,
        broken=broken,
        still_wrong=int((~flags_before & ~flags_after).sum()),
    )


def _shared(before: Run, after: Run) -> list[tuple[Outcome, Outcome]]:
    later = {one.id: one for one in after.outcomes}
    pairs = [
        (one, later[one.id])
        for one in before.outcomes
        if one.id in later and (one.labels, one.text) == (later[one.id].labels, later[one.id].text)
    ]
    if not pairs:
        raise EvaluationError(
            f"The runs {before.id!r} and {after.id!r} have no row in common.", hint="Compare two runs of one set."
        )
    return pairs


def _verdict(fixed: int, broken: int, p_value: float) -> Verdict:
    if not fixed and not broken:
        return "same"
    if p_value >= ALPHA:
        return "chance"
    return "better" if fixed > broken else "worse"


def _sentence(verdict: Verdict, rows: int, fixed: int, broken: int, p_value: float) -> str:
    counts = f"{fixed} of {rows} rows fixed, {broken} broken"
    match verdict:
        case "same":
            return f"Nothing changed: every one of the {rows} rows is as right or wrong as before."
        case "better":
            return f"It got better, and not by chance: {counts} (p = {p_value:.2g})."
        case "worse":
            return f"It got worse, and not by chance: {counts} (p = {p_value:.2g})."
        case "chance":
            seen = detectable(rows)
            least = f"; {rows} rows show a change of {seen * 100:.1f} points or more" if seen else ""
            return f"The difference may well be chance: {counts} (p = {p_value:.2g}){least}."


def _labels(pairs: Sequence[tuple[Outcome, Outcome]]) -> list[LaneChange]:
    by_label: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for one, other in pairs:
        by_label[one.gold].append((one.right, other.right))
    counts = {
        label: (sum(b and not a for a, b in flags), sum(a and not b for a, b in flags), len(flags))
        for label, flags in sorted(by_label.items())
    }
    p_values = {label: mcnemar(fixed, broken) for label, (fixed, broken, _) in counts.items()}
    corrected = holm(p_values)
    return [
        LaneChange(label=label, rows=rows, fixed=fixed, broken=broken, p=p_values[label], p_holm=corrected[label])
        for label, (fixed, broken, rows) in counts.items()
    ]


def _flip(before: Outcome, after: Outcome) -> Flip:
    return Flip(
        id=after.id,
        text=after.text,
        lang=after.lang,
        gold=after.wanted,
        before=before.said.label,
        after=after.said.label,
        why=after.said.failed or after.said.reason,
    )
