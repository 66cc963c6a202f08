"""What an evaluation refuses: the branch of the error tree that only evaluation needs."""

from typing import ClassVar

from state.errors import LanewayError


class EvaluationError(LanewayError):
    """An evaluation was given something that can't be read, or that doesn't fit together, or lacks a recording."""

    code: ClassVar[str] = "invalid_evaluation"


class RunNotFoundError(EvaluationError):
    """There is no run of that id."""

    code: ClassVar[str] = "evaluation_not_found"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"There is no run {run_id[:120]!r}.", hint="List them; `laneway eval run` makes one.")
