"""What looking at a store finds."""

from dataclasses import dataclass
from typing import Literal

from state.errors import LanewayError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, in words, and what to do when it isn't well."""

    severity: Literal["ok", "warning", "error"]
    message: str
    fix: str = ""

    @classmethod
    def of(cls, error: LanewayError) -> "Finding":
        """What an error would have said."""
        return cls("error", error.message, error.hint)
