"""A run as its store gives it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from state.plan_run import PlanRun, TaskRecord


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a run; whoever holds it does that."""

    what: Literal["cancel", "pause"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run's facts, its tasks by name, and what is wanted of it."""

    run: PlanRun
    tasks: Mapping[str, TaskRecord] = field(default_factory=dict)
    wish: Wish | None = None
