"""Runs of plans that conversations wait for."""

from dataclasses import dataclass

from state.ids import SessionId
from state.plan_run import RunId


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A run that a session waits for; `told` counts the steps it was told of, `at` (ms) when it was told last."""

    run: RunId
    session: SessionId
    told: int = 0
    at: int = 0
