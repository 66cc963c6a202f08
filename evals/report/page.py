"""A run as one HTML file."""

from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import Final

from evals.metrics.classes import ClassScore
from evals.outcome import Outcome
from evals.report.drawings import MOST_LABELS, matrix, reliability_plot, risk_plot
from evals.report.headline import headline, lead, proposals
from evals.report.writing import anchor, document, percent, table
from evals.runs import Run

_MOST_ROWS: Final = 1000
_MOST_CLASSES: Final = 200


def page(run: Run) -> str:
    """Return the page: figures, plots, tables, and each wrong row with the chain that led there."""
    rows = [*_wrong(run.wrong), *_wrong_intents(run.wrong_intents)]
    return document(f"Evaluation {run.id}", [*_head(run), *_plots(run, run.wrong), *_tables(run), *rows])


def _head(run: Run) -> Iterator[str]:
    yield f"<h1>Evaluation {escape(run.id)}</h1>"
    yield f'<p class="lead">{escape(lead(run))}</p>'
    yield '<ul class="tiles">'
    yield from (f"<li><b>{escape(value)}</b>{escape(name)}</li>" for name, value in headline(run))
    yield "</ul>"
    about = "; ".join(f"{name}: {value}" for name, value in run.about.items())
    yield f'<p class="soft">{escape(about)}; made {escape(run.created)}</p>'


def _plots(run: Run, wrong: list[Outcome]) -> Iterator[str]:
    first: dict[tuple[str, str], str] = {}
    for one in wrong:
        first.setdefault((one.gold, one.said.label), _cell(one))
    yield '<h2>Where it goes wrong</h2><div class="pair">'
    if len(run.figures.classes) <= MOST_LABELS:
        yield matrix(run.figures, lambda gold, said: first.get((gold, said)))
    pairs = [(gold, said, count) for gold, said, count in run.figures.confusions if gold != said][:15]
    yield table(
        "most frequent confusions",
        ["right", "said", "rows"],
        [(escape(gold), _linked(said, first.get((gold, said))), count) for gold, said, count in pairs],
    )
    yield "</div><h2>How sure it is</h2>"
    yield '<div class="pair">' + reliability_plot(run.figures) + risk_plot(run.figures) + "</div>"
    yield from (f"<p>{escape(said)}</p>" for said in proposals(run))


def _tables(run: Run) -> Iterator[str]:
    figures = run.figures
    yield "<h2>By label</h2>" + _classes("precision, recall and F1 by label", figures.classes)
    if figures.intent_classes:
        yield "<h3>By intent</h3>" + _classes("precision, recall and F1 by intent", figures.intent_classes)
    for dimension, shares in figures.slices.items():
        yield f"<h3>By {escape(dimension)}</h3>" + table(
            f"right by {dimension}",
            [dimension, "right", "95 % interval", "rows"],
            [
                (escape(name), percent(one.value), f"{percent(one.low)} to {percent(one.high)}", one.rows)
                for name, one in shares.items()
            ],
        )
    if figures.parity:
        yield "<h3>The same scenarios in two languages</h3>" + table(
            "exact McNemar on pairs",
            ["languages", "pairs", "both right", "only the first", "only the second", "p"],
            [
                (
                    escape(f"{one.one}, {one.other}"),
                    one.pairs,
                    one.both_right,
                    one.only_one,
                    one.only_other,
                    f"{one.p:.2g}",
                )
                for one in figures.parity
            ],
        )


def _classes(caption: str, scores: dict[str, ClassScore]) -> str:
    shown = list(scores.items())[:_MOST_CLASSES]
    return table(
        caption,
        ["label", "precision", "recall", "F1", "rows", "taken"],
        [
            (escape(name), percent(one.precision), percent(one.recall), percent(one.f1), one.rows, one.taken)
            for name, one in shown
        ],
    )


def _wrong(wrong: list[Outcome]) -> Iterator[str]:
    yield f"<h2>Wrong rows ({len(wrong)})</h2>"
    by_cell: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for one in wrong[:_MOST_ROWS]:
        by_cell[one.gold, one.said.label].append(one)
    for (gold, said), rows in sorted(by_cell.items(), key=lambda item: -len(item[1])):
        yield f'<h3 id="{_cell(rows[0])}">{escape(gold)}, taken for {escape(said)} ({len(rows)})</h3>'
        for one in sorted(rows, key=lambda row: -row.said.confidence):
            yield explanation(one)
    if len(wrong) > _MOST_ROWS:
        yield f'<p class="soft">The first {_MOST_ROWS} of {len(wrong)}; the JSON has all.</p>'


def _wrong_intents(rows: list[Outcome]) -> Iterator[str]:
    if rows:
        yield f"<h2>Right lane, wrong intent ({len(rows)})</h2>"
    for one in sorted(rows, key=lambda row: (row.wanted_intent, row.said.intent or ""))[:_MOST_ROWS]:
        yield explanation(one)


def explanation(one: Outcome) -> str:
    """Return a row with its dialogue, what each stage said and the examples nearest to it, folded."""
    said = one.said
    talk = "".join(f"<li>{escape(role)}: {escape(text)}</li>" for role, text in one.history)
    stages = [
        (
            escape(step.name) + (" ✓" if step.fired else ""),
            escape(step.lane or "–"),
            "–" if step.confidence is None else percent(step.confidence),
            escape(step.reason),
        )
        for step in said.chain
    ]
    near = [(escape(ex.text), escape(ex.intent), escape(ex.lane), f"{ex.similarity:.2f}") for ex in said.nearest]
    shares = sorted(said.probabilities.items(), key=lambda item: -item[1])[:6]
    head = (
        f'<details id="{anchor(one.id)}"><summary>{escape(one.text) or "(no words)"} '
        f'<span class="id">{escape(one.id)}</span> {escape(one.lang)} {percent(said.confidence)}</summary>'
    )
    verdict = (
        f'<p>Right: <b class="good">{escape(one.wanted)}</b> {escape(one.wanted_intent)}; said: '
        f'<b class="bad">{escape(said.label)}</b> {escape(said.intent or "")}; '
        f"from {escape(one.previous or 'the start')}. {escape(said.failed or said.reason)}</p>"
    )
    rest = ", ".join(f"{name} {share:.0%}" for name, share in shares)
    parts = [
        head,
        verdict,
        f'<ol class="talk">{talk}</ol>' if talk else "",
        table("what each stage said", ["stage", "lane", "sure", "why"], stages) if stages else "",
        table("nearest examples", ["example", "intent", "lane", "cosine"], near) if near else "",
        f'<p class="soft">{escape(rest)}; out of scope {said.out_of_scope:.0%}</p></details>',
    ]
    return "".join(parts)


def _cell(one: Outcome) -> str:
    return anchor(f"{one.gold}>{one.said.label}").replace("row-", "cell-", 1)


def _linked(said: str, address: str | None) -> str:
    return f'<a href="#{address}">{escape(said)}</a>' if address else escape(said)
