"""Train the local classifier on one file and test it on another: how public sets are measured."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Final

from evals.data.drawing import draw
from evals.data.rows import OUT_OF_SCOPE, DialogueRow, GoldRow, IntentRow, LabelsRow, Row
from evals.errors import EvaluationError
from evals.outcome import Near, Outcome, Said
from nodes.routers.encoder import Encoder
from nodes.routers.head import Example
from nodes.routers.local import LocalClassifier

REJECTED: Final = 0.5
"""Out-of-scope probability from which a text counts as rejected."""

SHOWN: Final = 5

Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run on a file gave: an outcome a row, how many examples and labels were learned, and how long it took."""

    outcomes: list[Outcome]
    examples: int
    labels: int
    train_s: float


def examples_in(rows: Iterable[Row], locale: str, shots: int | None, seed: int) -> list[Example]:
    """Return what a classifier learns from rows: one example a label; rows out of scope never train."""
    pairs = [(row, label) for row in rows for label in _labels(row) if label != OUT_OF_SCOPE]
    drawn = draw(pairs, lambda pair: pair[1], shots, seed)
    return [Example(row.text, label, "info", _lang(row, locale)) for row, label in drawn]


def measure(
    examples: Sequence[Example], test: Sequence[Row], encoder: Encoder | None, *, locale: str, tick: Tick
) -> Measured:
    """Train, then score every row of `test`; a row with several labels is right when the likeliest is one of them.

    Raises:
        EvaluationError: no label of `test` is among those of `examples`.
    """
    known = {one.intent for one in examples}
    if known.isdisjoint(label for row in test for label in _labels(row)):
        raise EvaluationError(
            f"No label of the set is among those of the examples: {', '.join(sorted(known)[:5])} ...",
            hint="Test on rows of the same intents; for the tenant's own router leave out --examples.",
        )
    started = perf_counter()
    classifier = LocalClassifier(examples, encoder)
    trained = perf_counter() - started
    outcomes = []
    for number, row in enumerate(test, start=1):
        outcomes.append(_outcome(row, number, classifier, _lang(row, locale)))
        tick()
    return Measured(outcomes, len(examples), len({one.intent for one in examples}), trained)


def _outcome(row: Row, number: int, classifier: LocalClassifier, locale: str) -> Outcome:
    labels = _labels(row)
    name = row.id if isinstance(row, GoldRow) else f"row-{number}"
    return Outcome(
        id=name,
        group=row.scenario_id if isinstance(row, GoldRow) else name,
        text=row.text,
        gold=labels[0],
        accepted=labels,
        outside=labels == [OUT_OF_SCOPE],
        lang=row.lang if isinstance(row, GoldRow) else "",
        kind=row.kind if isinstance(row, GoldRow) else "",
        tags=row.tags if isinstance(row, GoldRow) else _domain(row),
        said=_said(classifier, row.text, locale),
    )


def _said(classifier: LocalClassifier, text: str, locale: str) -> Said:
    before = perf_counter()
    scores = classifier.scores(text, locale)
    took = (perf_counter() - before) * 1000
    label, share = next(iter(scores.intents.items()))
    return Said(
        label=label,
        intent=label,
        confidence=share,
        probabilities=dict(list(scores.intents.items())[:SHOWN]),
        out_of_scope=scores.out_of_scope,
        rejected=scores.out_of_scope > REJECTED,
        reason=f"the examples make it {label} ({share:.0%}); nearest cosine {scores.similarity:.2f}",
        nearest=[Near(**asdict(near)) for near in scores.nearest],
        ms=round(took, 3),
    )


def _labels(row: Row) -> list[str]:
    match row:
        case LabelsRow(intents=intents):
            return intents
        case GoldRow(intent=intent) if row.out_of_scope or intent is None:
            return [OUT_OF_SCOPE]
        case GoldRow(intent=str(intent)):
            return [intent, *(one.intent for one in row.accept)]
        case IntentRow(intent=intent):
            return [intent]
        case _:
            return [row.domain] if isinstance(row, DialogueRow) else []


def _lang(row: Row, locale: str) -> str:
    return row.lang if isinstance(row, GoldRow) else locale


def _domain(row: Row) -> list[str]:
    return [row.domain] if isinstance(row, IntentRow) and row.domain else []
