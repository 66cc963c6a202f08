"""What agents said while they worked, and what became of runs day by day. Times are milliseconds since 1970 UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import JsonValue

from state.plan_run import RunId

Level = Literal["info", "warning", "error"]
LEVELS: Final[tuple[Level, ...]] = ("info", "warning", "error")
"""From the least severe on."""

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class LogLine:
    """One thing an agent said; (`run`, `seq`) names it, `seq` is its place in the run's event log."""

    run: RunId
    seq: int
    at: int
    level: Level
    agent: str
    task: str
    text: str
    facts: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines are wanted; what is None is not asked about.

    Attributes:
        level: this severe or more.
        since: this late or later.
        until: earlier than this.
        after: only lines of a run with a higher `seq`.
    """

    run: RunId | None = None
    level: Level | None = None
    agent: str | None = None
    since: int | None = None
    until: int | None = None
    after: int | None = None

    def takes(self, line: LogLine) -> bool:
        """Return whether a line is wanted."""
        return (
            self.run in {None, line.run}
            and self.agent in {None, line.agent}
            and (self.level is None or LEVELS.index(line.level) >= LEVELS.index(self.level))
            and (self.since is None or line.at >= self.since)
            and (self.until is None or line.at < self.until)
            and (self.after is None or line.seq > self.after)
        )


@dataclass(frozen=True, slots=True)
class DayTrend:
    """What ended on one day (UTC): runs, or one agent's tasks.

    Attributes:
        day: `2026-11-21`.
        agent: whose tasks; None for the runs themselves.
        average_ms, p95_ms: from the first attempt to the end, of what was begun; None when nothing was.
        retries: attempts after a first one.
    """

    day: str
    agent: str | None
    count: int
    completed: int
    failed: int
    cancelled: int
    average_ms: float | None
    p95_ms: float | None
    retries: int
    tokens: int
    cost_usd: float
