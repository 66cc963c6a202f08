"""A run as Markdown, for a pull request or a log."""

from collections.abc import Iterator, Sequence
from typing import Final

from evals.report.headline import headline, lead, proposals
from evals.report.writing import percent
from evals.runs import Run

_MOST: Final = 30


def markdown(run: Run) -> str:
    """Return headline, labels, slices and the first wrong rows."""
    return "\n".join([*_lines(run), ""])


def columns(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(_cell(value) for value in row) + " |"


def _lines(run: Run) -> Iterator[str]:
    yield f"# Evaluation {run.id}"
    yield ""
    yield lead(run)
    yield ""
    yield from columns(["figure", "value"], headline(run))
    yield ""
    yield from (f"- {said}" for said in proposals(run))
    yield ""
    yield from columns(
        ["label", "precision", "recall", "F1", "rows"],
        [
            (name, percent(one.precision), percent(one.recall), percent(one.f1), one.rows)
            for name, one in list(run.figures.classes.items())[:_MOST]
        ],
    )
    for dimension, shares in run.figures.slices.items():
        yield ""
        yield from columns(
            [dimension, "right", "95 % interval", "rows"],
            [
                (name, percent(one.value), f"{percent(one.low)} to {percent(one.high)}", one.rows)
                for name, one in shares.items()
            ],
        )
    if run.wrong:
        yield ""
        yield from columns(
            ["wrong row", "text", "right", "said", "sure"],
            [(one.id, one.text, one.wanted, one.said.label, percent(one.said.confidence)) for one in run.wrong[:_MOST]],
        )
    if run.wrong_intents:
        yield ""
        yield from columns(
            ["wrong intent", "text", "right", "said", "sure"],
            [
                (one.id, one.text, one.wanted_intent or "none", one.said.intent or "none", percent(one.said.confidence))
                for one in run.wrong_intents[:_MOST]
            ],
        )


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
