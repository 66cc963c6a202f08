"""The measured rows as Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.page import table


@dataclass(slots=True)
class Row:
    """What was measured of one saver: at each turn (ms, CPU ms) and the thread's KB, and where it stopped early."""

    name: str
    times: dict[int, tuple[float, float]] = field(default_factory=dict)
    kilobytes: dict[int, float] = field(default_factory=dict)
    trips: float | None = None
    per_second: float | None = None
    stopped: str | None = None


def render(rows: Sequence[Row], marks: Sequence[int], sized: Sequence[int]) -> str:
    """Return a table: the times at the turns `marks`, the sizes at the turns `sized`."""
    names = [f"turn {mark:,}" for mark in marks]
    sizes = [f"KB at turn {mark:,}" for mark in sized]
    head = ["saver", *names, "round trips", *sizes, "turns/s, 50 sessions"]
    return table(head, [_cells(row, marks, sized) for row in rows])


def page(tables: Mapping[str, str], facts: Sequence[str]) -> str:
    """Return all that stands between the markers: a table for each durability, and what it was measured on."""
    parts = [f'`durability="{durability}"`\n\n{rows}' for durability, rows in tables.items()]
    return "\n\n".join([f"{'; '.join(facts)}.", *parts])


def _cells(row: Row, marks: Sequence[int], sized: Sequence[int]) -> list[str]:
    missing = [mark for mark in marks if mark not in row.times]
    times = ["{:.2f} ({:.2f})".format(*row.times[mark]) if mark in row.times else "-" for mark in marks]
    if row.stopped and missing:
        times[list(marks).index(missing[0])] = row.stopped
    sizes = [_number(row.kilobytes.get(mark)) for mark in sized]
    at_once = row.stopped if row.stopped and not missing and row.per_second is None else _number(row.per_second)
    return [row.name, *times, _number(row.trips), *sizes, at_once]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
