"""What an evaluation refuses: the branch of the error tree that only evaluation needs."""

from typing import ClassVar

from state.errors import LanewayError


class EvaluationError(LanewayError):
    """An evaluation was given something that can't be read, or that doesn't fit together, or lacks a recording."""

    code: ClassVar[str] = "invalid_evaluation"
