"""Two runs side by side, as HTML and as Markdown."""

from collections.abc import Iterator
from html import escape

from evals.compare import Comparison, Flip
from evals.report.markdown import columns
from evals.report.page import explanation
from evals.report.writing import anchor, document, percent, table
from evals.runs import Run


def comparison_page(found: Comparison, after: Run) -> str:
    """Return the comparison as one page; each row that changed leads to its explanation in the later run."""
    return document(f"{found.before} and {found.after}", _body(found, after))


def comparison_markdown(found: Comparison) -> str:
    """Return the comparison as Markdown."""
    lines = [f"# {found.before} → {found.after}", "", found.sentence, "", *columns(["", "value"], facts(found)), ""]
    lines += columns(
        ["label", "rows", "fixed", "broken", "p (Holm)"],
        [(one.label, one.rows, one.fixed, one.broken, f"{one.p_holm:.2g}") for one in found.labels],
    )
    for title, flips in (("Fixed", found.fixed), ("Broken", found.broken)):
        lines += ["", f"## {title} ({len(flips)})", ""]
        lines += columns(
            ["row", "text", "right", "before", "after"],
            [(one.id, one.text, one.gold, one.before, one.after) for one in flips],
        )
    return "\n".join([*lines, ""])


def facts(found: Comparison) -> list[tuple[str, str]]:
    """Return what a comparison measured, as names and values."""
    return [
        ("before", percent(found.accuracy_before)),
        ("after", percent(found.accuracy_after)),
        ("change, 95 % interval", f"{found.gain:+.1%} ({found.low:+.1%} to {found.high:+.1%})"),
        ("fixed / broken / still wrong", f"{len(found.fixed)} / {len(found.broken)} / {found.still_wrong}"),
        ("exact McNemar", f"p = {found.p:.2g}"),
        ("rows compared (left out)", f"{found.rows} ({found.left_out})"),
    ]


def _body(found: Comparison, after: Run) -> Iterator[str]:
    yield f"<h1>{escape(found.before)} → {escape(found.after)}</h1>"
    yield f'<p class="lead">{escape(found.sentence)}</p>'
    yield '<ul class="tiles">'
    yield from (f"<li><b>{escape(value)}</b>{escape(name)}</li>" for name, value in facts(found))
    yield "</ul>"
    yield table(
        "changes by label; p is corrected for their number (Holm)",
        ["label", "rows", "fixed", "broken", "p"],
        [(escape(one.label), one.rows, one.fixed, one.broken, f"{one.p_holm:.2g}") for one in found.labels],
    )
    yield f"<h2>Broken ({len(found.broken)})</h2>" + _flips(found.broken)
    yield f"<h2>Fixed ({len(found.fixed)})</h2>" + _flips(found.fixed)
    changed = {one.id for one in (*found.fixed, *found.broken)}
    yield "<h2>Why, in the later run</h2>"
    yield from (explanation(one) for one in after.outcomes if one.id in changed)


def _flips(flips: list[Flip]) -> str:
    if not flips:
        return "<p>None.</p>"
    return table(
        "rows",
        ["row", "text", "right", "before", "after"],
        [
            (
                f'<a href="#{anchor(one.id)}">{escape(one.id)}</a>',
                escape(one.text),
                escape(one.gold),
                escape(one.before),
                escape(one.after),
            )
            for one in flips
        ],
    )
