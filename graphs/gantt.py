"""Draw when the tasks of a run worked: waiting, attempts, the pauses between them, fallbacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

from graphs.glyphs import LOOKS, glyph
from graphs.marks import attribute, inner, png_of, width_of
from graphs.plan_view import PlanView, Standing, duration, ran_ms, standing_of
from graphs.sheet import sheet, shortened, word
from state.plan_run import Attempt, TaskRecord

_ROW: Final = 30.0
_BAR: Final = 18.0
_THIN: Final = 7.0
_LEAST: Final = 4.0
"""A wait that is shorter than so many pixels is not drawn: nobody could see it."""
_CHART: Final = 640.0
_MARGIN: Final = 28.0
_TOP: Final = 76.0
_SMALL: Final = 12.5
_LINE: Final = 26.0
_LONGEST: Final = 36
_NOTES: Final = 250.0
"""Room at the right for what is said of each task."""
_TICKS: Final = 6
_LEGEND: Final[tuple[tuple[Standing | None, str], ...]] = (
    ("pending", "waits its turn"),
    ("completed", "attempt"),
    ("failed", "failed attempt"),
    ("cancelled", "cut off"),
    (None, "pause before the next attempt"),
    ("in_progress", "at work"),
)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where a time is on the sheet; `origin` and `span` in milliseconds."""

    left: float
    origin: int
    span: int

    def at(self, time: int) -> float:
        """Return a time's place."""
        return self.left + max(time - self.origin, 0) / self.span * _CHART


def gantt(view: PlanView) -> str:
    """Return the chart as an SVG that stands alone; a row is a task, the axis is time since the run began."""
    rows = _rows(view)
    origin = view.started or min((task.created for task in rows), default=0)
    span = max(_last(view, rows) - origin, 1)
    left = _MARGIN + 30 + max((width_of(_name(task)) for task in rows), default=60.0)
    axis = _Axis(left, origin, span)
    high = _TOP + _ROW * len(rows)
    parts = [word(f"{view.title}: when each task worked", _MARGIN, 30, "head"), *_grid(left, span, high)]
    parts += [_band(axis.at(since), axis.at(until or view.now), _TOP - 4, high) for since, until in view.pauses]
    for number, task in enumerate(rows):
        parts.append(_row(task, view.now, axis, _TOP + _ROW * (number + 0.5)))
    parts += _legend(left, high + 26, paused=bool(view.pauses))
    return sheet(
        f"Gantt chart: {view.title}",
        f"{len(rows)} tasks in {duration(span)}.{_pauses(view)} "
        + " ".join(_told(task, view.now, origin) for task in rows),
        left + _CHART + _NOTES,
        high + 52 + (_LINE if view.pauses else 0),
        parts,
    )


def gantt_png(view: PlanView) -> bytes:
    """Return the chart as a PNG of twice its size, light."""
    return png_of(gantt(view))


def _rows(view: PlanView) -> list[TaskRecord]:
    """Return the tasks in the order of the plan, items after their step."""
    rows = []
    for stop in (*view.stops, *view.fallback):
        if stop.task:
            rows += [stop.task, *stop.items]
    return rows


def _name(task: TaskRecord) -> str:
    return shortened(task.title or task.name, _LONGEST)


def _last(view: PlanView, rows: Sequence[TaskRecord]) -> int:
    """Return the time at which the chart ends: the run's end, or now."""
    ends = [one for task in rows for one in (task.started, task.ended) if one is not None]
    return max([view.ended if view.ended is not None else view.now, *ends])


def _grid(left: float, span: int, bottom: float) -> list[str]:
    """Return the grid and its times, at round steps of 1, 2 or 5."""
    rough = span / _TICKS
    power = 10 ** floor(log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough)
    parts = [word("time since the start", left, _TOP - 28, "small")]
    for number in range(ceil(span / step) + 1):
        x = left + number * step / span * _CHART
        if x <= left + _CHART + 1:
            parts.append(f'<path class="grid" d="M{x:.1f} {_TOP - 4:.0f}V{bottom:.1f}"/>')
            parts.append(word(duration(number * step) if number else "0", x, _TOP - 12, "small middle"))
    return parts


def _row(task: TaskRecord, now: int, axis: _Axis, middle: float) -> str:
    return "".join(
        [
            f"<g data-task={attribute(task.name)}><title>{inner(_told(task, now, axis.origin))}</title>",
            glyph(standing_of(task), _MARGIN, middle - 8),
            word(_name(task), _MARGIN + 22, middle),
            *_bars(task, now, axis, middle),
            word(shortened(_note(task, now), 44), axis.at(_reached(task, now)) + 8, middle, "small"),
            "</g>",
        ]
    )


def _bars(task: TaskRecord, now: int, axis: _Axis, middle: float) -> list[str]:
    bars = []
    if task.ready is not None and axis.at(_began(task, now)) - axis.at(task.ready) >= _LEAST:
        bars.append(_bar("pending", axis.at(task.ready), axis.at(_began(task, now)), middle, _THIN))
    for one, other in pairwise(task.attempts):
        if one.ended is not None and other.started > one.ended:
            bars.append(_pause(axis.at(one.ended), axis.at(other.started), middle))
    if task.started is not None and not task.attempts:
        bars.append(_bar(standing_of(task), axis.at(task.started), axis.at(_reached(task, now)), middle, _BAR))
    return bars + [_attempt(one, task, now, axis, middle) for one in task.attempts]


def _attempt(attempt: Attempt, task: TaskRecord, now: int, axis: _Axis, middle: float) -> str:
    if attempt.ended is None:
        standing: Standing = "cancelled" if task.over else "in_progress"
    else:
        standing = "failed" if attempt.fault else "cancelled" if attempt.error else "completed"
    start, end = axis.at(attempt.started), axis.at(attempt.ended or task.ended or now)
    drawn = _bar(standing, start, end, middle, _BAR)
    inside = f"F{attempt.number}" if attempt.fallback else str(attempt.number)
    if (attempt.fallback or len(task.attempts) > 1) and end - start > width_of(inside, _SMALL) + 6:
        drawn += word(inside, (start + end) / 2, middle, "small middle")
    return drawn


def _bar(standing: Standing, start: float, end: float, middle: float, high: float) -> str:
    fill = "box" if standing == "pending" else "bar"
    return (
        f'<rect class="{fill} edge-of {standing}" x="{start:.1f}" y="{middle - high / 2:.1f}"'
        f' width="{max(end - start, 2.0):.1f}" height="{high:.0f}" rx="3"/>'
    )


def _pauses(view: PlanView) -> str:
    total = sum((view.now if until is None else until) - since for since, until in view.pauses)
    return f" Paused for {duration(total)}." if view.pauses else ""


def _band(start: float, end: float, top: float, bottom: float) -> str:
    return (
        f'<rect class="bar waiting" x="{start:.1f}" y="{top:.1f}" width="{max(end - start, 2.0):.1f}"'
        f' height="{bottom - top:.1f}"><title>paused</title></rect>'
    )


def _pause(start: float, end: float, middle: float) -> str:
    return f'<path class="edge choice" d="M{start:.1f} {middle:.1f}H{max(end, start + 2):.1f}"/>'


def _began(task: TaskRecord, now: int) -> int:
    """Return when a task's wait was over: at its first attempt, at its end without one, or not yet."""
    if task.started is not None:
        return task.started
    return task.ended if task.ended is not None else now


def _reached(task: TaskRecord, now: int) -> int:
    """Return the time up to which a task's row has ink."""
    if task.ended is not None:
        return task.ended
    return now if task.ready is not None else 0


def _note(task: TaskRecord, now: int) -> str:
    """Return what is said beside a row: its state, its time, its attempts and what went wrong."""
    said = [LOOKS[standing_of(task)].word]
    if (ms := ran_ms(task, now)) is not None:
        said.append(duration(ms))
    if len(task.attempts) > 1:
        said.append(f"{len(task.attempts)} attempts")
    if any(one.fallback for one in task.attempts):
        said.append("fallback")
    if task.status in {"failed", "skipped", "cancelled"} and task.reason:
        said.append(task.reason)
    return " · ".join(said)


def _told(task: TaskRecord, now: int, origin: int) -> str:
    began = "" if task.started is None else f", began after {duration(max(task.started - origin, 0))}"
    waited = "" if task.ready is None else f", waited {duration(max(_began(task, now) - task.ready, 0))}"
    faults = [f"attempt {one.number}: {one.fault}" for one in task.attempts if one.fault]
    return f"{_name(task)}: {', '.join([_note(task, now).replace(' · ', ', ') + began + waited, *faults])}."


def _legend(left: float, middle: float, *, paused: bool) -> list[str]:
    parts, x = [], left
    for drawn, said in _LEGEND:
        high = _THIN if drawn == "pending" else _BAR
        parts.append(_pause(x, x + 26, middle) if drawn is None else _bar(drawn, x, x + 26, middle, high))
        parts.append(word(said, x + 34, middle, "small"))
        x += 58 + width_of(said, _SMALL)
    if paused:
        below = middle + _LINE
        parts += [_band(left, left + 26, below - _BAR / 2, below + _BAR / 2), word("paused", left + 34, below, "small")]
    return parts
