"""A run as its events tell it: one fold, shown live in a terminal or line by line elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from graphs.glyphs import LOOKS
from graphs.plan_view import Standing, duration

COLOURS: Final[dict[Standing, str]] = {
    "planned": "dim",
    "pending": "dim",
    "ready": "magenta",
    "in_progress": "bold blue",
    "completed": "green",
    "failed": "bold red",
    "skipped": "dim",
    "cancelled": "yellow",
    "waiting": "bold yellow",
}
ENDS: Final = {"plan_completed": "completed", "plan_failed": "failed", "plan_cancelled": "cancelled"}
_MOST_ROWS: Final = 40
_BAR: Final = 24


@dataclass(slots=True)
class Row:
    """One task as it is now; `since` and `ms` in milliseconds, `fraction` from 0 to 1 while an agent tells it."""

    task: str
    title: str = ""
    agent: str = ""
    standing: Standing = "pending"
    attempt: int = 0
    since: int | None = None
    ms: float | None = None
    note: str = ""
    fraction: float | None = None


@dataclass(slots=True)
class Board:
    """Every task that the events have named, in their order, and how the run ended."""

    rows: dict[str, Row] = field(default_factory=dict)
    ended: Mapping[str, Any] | None = None
    plan: str = ""
    resting: bool = False
    """Whether no step runs: the run is paused, or all that could go on waits for a person."""
    whole: tuple[float, str] = (0.0, "")
    """The share of the run's steps that have ended, and that in words."""

    @property
    def outcome(self) -> str | None:
        """How the run ended: `completed`, `failed` or `cancelled`; None while it goes on."""
        return ENDS[self.ended["type"]] if self.ended else None

    @property
    def waits(self) -> list[Row]:
        """The tasks that ask a person."""
        return [row for row in self.rows.values() if row.standing == "waiting"]

    def take(self, event: Mapping[str, Any]) -> str | None:
        """Change with an event, and return the line that tells of it, None for one that is not told."""
        kind = event["type"]
        if kind in ENDS:
            self.ended = event
            return None
        if kind in {"plan_started", "plan_fallback", "plan_paused"}:
            self.resting = kind == "plan_paused"
            return self._plan(kind, event)
        if kind == "log":
            return _said(event)
        if kind == "agent_reaction":
            return _reacted(event)
        told = _HANDLERS.get(kind)
        if kind == "progress" and not event.get("task"):
            self.whole = (event["fraction"], event["of"])
        if told is None or not event.get("task"):
            return None
        return told(self.rows.setdefault(event["task"], Row(event["task"])), event)

    def _plan(self, kind: str, event: Mapping[str, Any]) -> str | None:
        self.plan = event["plan"]
        if kind == "plan_fallback":
            return f"[yellow]↪[/] fallback plan {escape(event['fallback'])}: {escape(event['reason'])}"
        if kind == "plan_paused":
            return f"[yellow]{LOOKS['waiting'].sign}[/] {'waits for a person' if event.get('waits_for') else 'paused'}"
        return None

    def shown(self, now: int) -> RenderableType:
        """Return the bar of the whole run and the table of the tasks.

        Of many tasks those that are at work, failed or wait come first.
        """
        table = Table(box=None, show_header=False, pad_edge=False, expand=False)
        rows = list(self.rows.values())
        if len(rows) > _MOST_ROWS:
            rows = sorted(rows, key=lambda row: _URGENT.get(row.standing, len(_URGENT)))[:_MOST_ROWS]
        for row in rows:
            look, colour = LOOKS[row.standing], COLOURS[row.standing]
            table.add_row(
                Text(look.sign, style=colour),
                Text(row.title or row.task),
                Text(look.word, style=colour),
                _note(row),
                Text(_time(row, now), style="dim", justify="right"),
            )
        if len(self.rows) > len(rows):
            table.add_row("", Text(f"and {len(self.rows) - len(rows)} more", style="dim"))
        return Group(_bar_of(*self.whole), table) if self.rows else table


_URGENT: Final[dict[Standing, int]] = {"waiting": 0, "failed": 1, "in_progress": 2, "ready": 3, "cancelled": 4}


def _note(row: Row) -> RenderableType:
    if row.fraction is None or row.standing != "in_progress":
        return Text(row.note, "dim")
    return _bar_of(row.fraction, row.note)


def _bar_of(fraction: float, words: str) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_row(ProgressBar(total=1.0, completed=fraction, width=_BAR), Text(words, "dim"))
    return table


def _time(row: Row, now: int) -> str:
    took = duration(row.ms) if row.ms else duration(max(now - row.since, 0)) if row.since else ""
    return f"{took} ×{row.attempt}" if row.attempt > 1 else took


def _created(row: Row, event: Mapping[str, Any]) -> None:
    row.title, row.agent = event.get("title", ""), event.get("agent", "")


def _ready(row: Row, _event: Mapping[str, Any]) -> None:
    row.standing = "ready"


def _started(row: Row, event: Mapping[str, Any]) -> str:
    row.standing, row.attempt, row.fraction = "in_progress", event.get("attempt", 1), None
    row.since = row.since or event["at"]
    row.note = "by its fallback" if event.get("fallback") else ""
    by = escape(f"{event['agent']}.{event['action']}")
    return _line(row, f"{by}{' (fallback)' if event.get('fallback') else ''}")


def _retried(row: Row, event: Mapping[str, Any]) -> str:
    row.note = f"{event['code']}: again in {duration(event['wait_ms'])}"
    return _line(row, escape(f"attempt {event['attempt']} failed, {row.note}"))


def _completed(row: Row, event: Mapping[str, Any]) -> str:
    row.standing, row.ms, row.note = "completed", event["ms"], ""
    return _line(row, duration(event["ms"]))


def _failed(row: Row, event: Mapping[str, Any]) -> str:
    row.standing, row.ms, row.note = event["status"], event.get("ms"), event["reason"]
    return _line(row, escape(event["reason"]))


def _waiting(row: Row, event: Mapping[str, Any]) -> str:
    row.standing, row.note = "waiting", event["question"]
    return _line(row, escape(event["question"]))


def _progress(row: Row, event: Mapping[str, Any]) -> None:
    row.fraction, row.note = event["fraction"], event["of"]


_HANDLERS: Final = {
    "task_created": _created,
    "task_ready": _ready,
    "task_started": _started,
    "task_retried": _retried,
    "task_completed": _completed,
    "task_failed": _failed,
    "task_waiting": _waiting,
    "progress": _progress,
}


def _line(row: Row, more: str) -> str:
    look = LOOKS[row.standing]
    name = escape(row.title or row.task)
    return f"[{COLOURS[row.standing]}]{escape(look.sign)}[/] {name}: {look.word}{f', {more}' if more else ''}"


def _reacted(event: Mapping[str, Any]) -> str:
    who, ended = escape(f"{event['agent']}.{event['action']}"), event["status"] == "completed"
    return f"  [dim]{who} reacted to {escape(event['name'])}{'' if ended else ': failed, ' + escape(event['error'])}[/]"


def _said(event: Mapping[str, Any]) -> str | None:
    level = event.get("level", "info")
    if not event.get("text"):
        return None
    colour = {"warning": "yellow", "error": "red"}.get(level, "dim")
    return f"  [{colour}]{escape(event.get('task') or '')}: {escape(event['text'])}[/]"
