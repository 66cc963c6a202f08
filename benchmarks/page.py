"""What benchmarks measured as Markdown tables, and the page of the docs that holds them."""

import os
import platform
from collections.abc import Sequence
from typing import Final

END: Final = "<!-- end of what is measured -->"


def begin(name: str) -> str:
    """Return the line of a page after which stands what the benchmark `name` measured."""
    return f'<!-- measured by `make bench ARGS="{name} --write"` -->'


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join([_line(head), "|---" * len(head) + "|", *(_line(row) for row in rows)])


def rewrite(text: str, name: str, measured: str) -> str:
    """Return `text` with `measured` between the markers; ValueError where they aren't, once each and in order."""
    first = begin(name)
    if text.count(first) != 1 or text.count(END) != 1 or text.index(first) > text.index(END):
        raise ValueError(f"the page needs the lines {first!r} and {END!r}, once each and in this order")
    before, after = text[: text.index(first)], text[text.index(END) + len(END) :]
    return f"{before}{first}\n\n{measured}\n\n{END}{after}"


def machine() -> str:
    """Return what the numbers were measured on: processors and Python, nothing that names the machine."""
    return f"{os.cpu_count()} CPUs, {platform.python_implementation()} {platform.python_version()}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
