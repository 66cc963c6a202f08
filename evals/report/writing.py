"""Pieces of HTML: everything that comes from a row is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Final

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def document(title: str, body: Iterable[str]) -> str:
    """Return a whole page that may load nothing."""
    style = files("evals.report").joinpath("page.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body><main>",
            *body,
            "</main></body></html>",
            "",
        ]
    )


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table whose first column heads its rows; cells are HTML, and figures stand to the right."""
    sides = [_side(cell) for cell in rows[0]] if rows else [""] * len(heads)
    head = "".join(f'<th scope="col"{side}>{escape(name)}</th>' for name, side in zip(heads, sides, strict=True))
    lines = (
        f'<tr><th scope="row"{sides[0]}>{row[0]}</th>'
        + "".join(f"<td{side}>{cell}</td>" for cell, side in zip(row[1:], sides[1:], strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _side(cell: object) -> str:
    written = str(cell)
    return ' class="n"' if written[:1].isdigit() or written == "–" else ""


def percent(share: float | None) -> str:
    """Return a share as a percentage with one decimal, a dash for none."""
    return "–" if share is None else f"{share * 100:.1f} %"


def anchor(name: str) -> str:
    """Return an id for HTML that stands for `name`, and for nothing else."""
    return "row-" + "".join(
        letter if letter.isascii() and letter.isalnum() else f"_{ord(letter):x}_" for letter in name
    )
