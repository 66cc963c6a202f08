"""How far a run is as a whole."""

from collections.abc import Iterable
from typing import Final

from state.plan_events import Progress
from state.plan_run import TaskRecord

_TOLD: Final = 0.01
"""A run is told of again when it has come into another hundredth."""


class Advance:
    """Counts the steps of a run that have ended; items of a `for_each` are part of their step."""

    def __init__(self, tasks: Iterable[TaskRecord] = ()) -> None:
        steps = [task for task in tasks if not _is_item(task)]
        self._steps = len(steps)
        self._over = sum(1 for task in steps if task.over)
        self._told = 0.0

    def add(self, task: TaskRecord) -> None:
        """Count a new task."""
        self._steps += not _is_item(task)

    def end(self, task: TaskRecord) -> Progress | None:
        """Count a task that has ended; return what is to be told, None when the run is hardly further."""
        if _is_item(task):
            return None
        self._over += 1
        fraction = round(self._over / self._steps, 3)
        hundredth = fraction // _TOLD
        if self._over < self._steps and hundredth == self._told:
            return None
        self._told = hundredth
        return Progress(fraction, f"{self._over} of {self._steps} steps")


def _is_item(task: TaskRecord) -> bool:
    return task.name.endswith("]")
