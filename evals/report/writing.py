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


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table whose first column heads its rows and whose other columns are figures; cells are HTML."""
    head = "".join(
        f'<th scope="col"{"" if place == 0 else NUMBER}>{escape(name)}</th>' for place, name in enumerate(heads)
    )
    lines = (
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td{NUMBER}>{cell}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


NUMBER: Final = ' class="n"'


def percent(share: float | None) -> str:
    """Return a share as a percentage with one decimal, a dash for none."""
    return "–" if share is None else f"{share * 100:.1f} %"


def anchor(name: str) -> str:
    """Return an id for HTML that stands for `name`, and for nothing else."""
    return "row-" + "".join(
        letter if letter.isascii() and letter.isalnum() else f"_{ord(letter):x}_" for letter in name
    )
