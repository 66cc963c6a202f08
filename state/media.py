"""Customers' files: what is known of each, and what can go wrong with them."""

from dataclasses import dataclass

from state.errors import LanewayError
from state.ids import SessionId, TenantId
from state.turn import MediaProblem, StoredFile


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What is known of one file of a session; `ref` is the channel's id, `at` when it was asked for (ms, UTC).

    Either `stored` or `problem` is set; `filename` is what the sender called it.
    """

    session: SessionId
    tenant: TenantId
    ref: str
    at: int
    stored: StoredFile | None = None
    problem: MediaProblem | None = None
    filename: str | None = None


class MediaNotFoundError(LanewayError):
    """No such file: never sent, never fetched, or kept for longer than the setting says."""

    code = "media_not_found"

    def __init__(self, ref: str) -> None:
        super().__init__(
            f"No file {ref[:64]!r} of this session.",
            hint="Files are fetched during their turn and kept LANEWAY_MEDIA_DAYS days.",
        )


class MediaFailedError(LanewayError):
    """A file that can't be had now or at all.

    Attributes:
        problem: what is wrong with it.
    """

    code = "media_failed"

    def __init__(self, problem: MediaProblem, reason: str) -> None:
        super().__init__(
            f"A customer's file was not kept: {reason}", hint="The customer is told; they can send it anew."
        )
        self.problem = problem


class TranscriptionError(LanewayError):
    """What is said in a recording could not be had."""

    code = "transcription_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The transcription failed: {reason}",
            hint="Check LANEWAY_TRANSCRIPTION_MODEL, LANEWAY_OPENAI_API_KEY and LANEWAY_OPENAI_BASE_URL.",
        )
