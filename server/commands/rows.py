"""Lists in a terminal: what other commands need, such as numbers and statuses, is never cut."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_GAP: Final = 2
_NARROWEST: Final = 32
"""Columns that remain for the long text where the others leave no more."""


def print_rows(
    titles: Sequence[str], rows: Iterable[Sequence[str]], *, long: str = "", right: Iterable[str] = ()
) -> None:
    """Print rows under their titles, each cell whole and on one line.

    The column named `long` goes over several lines in a terminal that is too narrow for it; in a pipe it doesn't.
    Those in `right` are figures.
    """
    cells = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(titles, *cells, strict=True)]
    console, figures = Console(), frozenset(right)
    if long and console.is_terminal:
        place = titles.index(long)
        others = sum(widths) - widths[place] + _GAP * len(widths)
        widths[place] = min(widths[place], max(_NARROWEST, console.width - others))
    table = Table(box=None, header_style="bold")
    for title, width in zip(titles, widths, strict=True):
        table.add_column(title, width=width, no_wrap=title != long, overflow="fold")
        table.columns[-1].justify = "right" if title in figures else "left"
    for row in cells:
        table.add_row(*map(Text, row))
    Console(width=sum(widths) + _GAP * len(widths)).print(table)
