"""Plots as inline SVG; each says in words what it shows, for whoever can't see it."""

from collections import Counter
from collections.abc import Callable, Iterable
from html import escape
from typing import Final

from evals.figures import Figures
from evals.report.writing import percent

_SIDE: Final = 260
_EDGE: Final = 40
_CELL: Final = 44
_LABEL: Final = 110

MOST_LABELS: Final = 16
"""Labels up to which the matrix is drawn; with more of them the list of confusions says it better."""


def matrix(figures: Figures, link: Callable[[str, str], str | None]) -> str:
    """Return the confusion matrix; `link` gives the address of a cell's rows, None where there are none to show."""
    labels = list(figures.classes)
    counts = Counter({(gold, said): count for gold, said, count in figures.confusions})
    totals = {gold: sum(counts[gold, said] for said in labels) for gold in labels}
    cells: list[str] = []
    for down, gold in enumerate(labels):
        y = _EDGE + down * _CELL
        cells.append(f'<text x="{_LABEL - 6}" y="{y + 26}" text-anchor="end">{escape(gold[:16])}</text>')
        for across, said in enumerate(labels):
            count = counts[gold, said]
            if count:
                drawn = _cell(_LABEL + across * _CELL, y, count, (gold, said), totals[gold])
                address = link(gold, said)
                words = escape(_words(count, (gold, said), totals[gold]))
                cells.append(f'<a href="#{address}" aria-label="{words}">{drawn}</a>' if address else drawn)
    heads = (
        f'<text x="{_LABEL + (across + 0.5) * _CELL}" y="{_EDGE - 8}" text-anchor="middle">{escape(said[:8])}</text>'
        for across, said in enumerate(labels)
    )
    side = len(labels) * _CELL
    says = "Confusion matrix: rows are the right labels, columns what the router said."
    return _figure(says, _LABEL + side + 4, _EDGE + side + 4, [*heads, *cells])


def reliability_plot(figures: Figures) -> str:
    """Return the reliability diagram: on the dashed line confidence is accuracy."""
    width = _SIDE / 15
    bars = (
        f'<rect class="bar" x="{_x(one.low):.1f}" y="{_y(one.accuracy):.1f}" width="{width:.1f}" '
        f'height="{_SIDE * one.accuracy:.1f}"><title>sure {percent(one.confidence)}, right {percent(one.accuracy)}, '
        f"{one.rows} rows</title></rect>"
        for one in figures.reliability
    )
    ideal = f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
    says = f"Reliability: how often the router is right, by how sure it is. Calibration error {percent(figures.ece)}."
    return _plot(says, "confidence", "right", [*bars, ideal])


def risk_plot(figures: Figures) -> str:
    """Return the risk-coverage curve; the dashed upright marks the proposed threshold for asking the customer."""
    most = max([one.risk for one in figures.risk_coverage] or [0.0]) or 1.0
    path = " ".join(f"{_x(one.coverage):.1f},{_y(one.risk / most):.1f}" for one in figures.risk_coverage)
    marks = (
        f'<line class="mark" x1="{_x(one.coverage):.1f}" y1="{_y(0)}" x2="{_x(one.coverage):.1f}" y2="{_y(1)}"/>'
        for one in figures.proposals
        if one.otherwise == "ask"
    )
    says = f"Risk and coverage: the share of wrong answers (top: {percent(most)}) when only the surest are answered."
    return _plot(says, "answered", "wrong", [f'<polyline class="curve" points="{path}"/>', *marks])


def _cell(x: float, y: float, count: int, at: tuple[str, str], total: int) -> str:
    shade = 0.12 + 0.38 * (count / total if total else 0.0)
    return (
        f'<rect class="{"cell" if at[0] == at[1] else "miss"}" x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" '
        f'fill-opacity="{shade:.2f}"/><text x="{x + _CELL / 2}" y="{y + 26}" text-anchor="middle">{count}'
        f"<title>{escape(_words(count, at, total))}</title></text>"
    )


def _words(count: int, at: tuple[str, str], total: int) -> str:
    gold, said = at
    return f"{count} of {total} in {gold}: " + ("right" if gold == said else f"taken for {said}")


def _plot(says: str, across: str, up: str, drawn: Iterable[str]) -> str:
    axes = [
        f'<path class="axis" fill="none" d="M{_x(0)} {_y(1)} V{_y(0)} H{_x(1)}"/>',
        *(
            f'<text x="{_x(share):.0f}" y="{_y(0) + 16}" text-anchor="middle">{share:.1f}</text>'
            for share in (0.0, 0.5, 1.0)
        ),
        f'<text x="{_x(0.75):.0f}" y="{_y(0) + 30}" text-anchor="middle">{across}</text>',
        f'<text x="4" y="{_y(1) + 10}">{up}</text>',
    ]
    return _figure(says, _SIDE + 2 * _EDGE, _SIDE + 2 * _EDGE, [*axes, *drawn])


def _figure(says: str, width: float, height: float, drawn: Iterable[str]) -> str:
    return (
        f'<figure><svg role="group" aria-label="{escape(says)}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(drawn)}</svg><figcaption>{escape(says)}</figcaption></figure>'
    )


def _x(share: float) -> float:
    return _EDGE + _SIDE * share


def _y(share: float) -> float:
    return _EDGE + _SIDE * (1 - share)
