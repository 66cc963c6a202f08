"""The one error tree. A class's docstring is its definition; `code` is stable and goes on the wire."""

from typing import ClassVar, Literal

ModelOutcome = Literal[
    "refused", "truncated", "malformed", "unknown_label", "timeout", "rate_limited", "overloaded", "unavailable",
    "bad_request", "unauthorized", "circuit_open", "over_budget", "paused", "cut_off",
]  # fmt: skip


class LanewayError(Exception):
    """Anything Laneway refuses or fails at, with words for whoever has to act on it.

    Attributes:
        code: stable name of the kind of error.
        hint: what to do next.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidInputError(LanewayError):
    """The caller sent something that can't be understood or is over a limit."""

    code = "invalid_input"


class SessionNotFoundError(LanewayError):
    """No such session: never made, or expired."""

    code = "session_not_found"

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"No session {session_id[:64]!r}.",
            hint="Sessions end some time after their last message. Start one with POST /v1/sessions or `laneway chat`.",
        )


class CursorError(LanewayError):
    """An event cursor that is malformed."""

    code = "invalid_cursor"

    def __init__(self, cursor: str) -> None:
        super().__init__(
            f"{cursor[:64]!r} is not a cursor of this session's events.",
            hint="Use the `id` of an event of this session, or leave it out to read from the start.",
        )


class ForeignCursorError(LanewayError):
    """An event cursor of another session."""

    code = "foreign_cursor"

    def __init__(self, cursor: str) -> None:
        super().__init__(
            f"{cursor[:64]!r} is an event of another session.", hint="Use the `id` of an event of this session."
        )


class InboxFullError(LanewayError):
    """More messages of one session wait than the setting allows."""

    code = "inbox_full"

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"Too many messages of session {session_id[:64]!r} wait for an answer.",
            hint="Send the next one when an answer has come.",
        )


class SessionBusyError(LanewayError):
    """A message that was to be refused while an earlier one is not answered, and was."""

    code = "session_busy"

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"Session {session_id[:64]!r} has an unanswered message.",
            hint="Send it again after the `turn.end`, or with another `strategy`.",
        )


class StaleFenceError(LanewayError):
    """A writer whose fencing token is older than one that was already seen."""

    code = "stale_fence"

    def __init__(self, seen: str) -> None:
        super().__init__(
            f"This writer no longer owns the session; a newer one has token {seen}.",
            hint="Drop the turn: whoever holds the newer token is running it.",
        )


class DeadLetterNotFoundError(LanewayError):
    """No such dead letter: requeued, discarded or expired."""

    code = "dead_letter_not_found"

    def __init__(self, letter: str) -> None:
        super().__init__(f"No dead letter {letter[:64]!r}.", hint="`laneway dead ls` lists them.")


class EffectNotFoundError(LanewayError):
    """No such effect in doubt: never begun, done, settled, or under way at this moment."""

    code = "effect_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"Effect {name[:120]!r} is not in doubt.", hint="`laneway effects ls` lists those that are.")


class IdempotencyConflictError(LanewayError):
    """One idempotency key was used for two different messages, or other things (`what`)."""

    code = "idempotency_conflict"

    def __init__(self, key: str, what: str = "message") -> None:
        super().__init__(
            f"Idempotency-Key {key[:64]!r} was already used for a different {what}.",
            hint=f"Use a new key for each {what}; repeat a key only to repeat the same {what}.",
        )


class InvalidStateError(LanewayError):
    """A conversation state or a patch of it that breaks the contract."""

    code = "invalid_state"


class TenantError(LanewayError):
    """A tenant's files are missing or wrong; `laneway doctor` lists every finding."""

    code = "invalid_tenant"


class DrainingError(LanewayError):
    """This process is about to end and takes nothing new; nothing of what was sent is stored."""

    code = "draining"

    def __init__(self) -> None:
        super().__init__(
            "This server is being stopped.", hint="Send it again: another server, or the next one, takes it."
        )


class SettingsError(LanewayError):
    """A setting is missing or wrong."""

    code = "invalid_settings"


class StoreUnavailableError(LanewayError):
    """The store can't be reached or can't take a write; the same call may go through later."""

    code = "store_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The store is not available: {reason}",
            hint="Nothing was accepted; send it again in a moment. `laneway doctor` tells what is wrong.",
        )


class RecordsUnavailableError(LanewayError):
    """The database of the records can't be reached or refuses."""

    code = "records_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The records are not available: {reason}",
            hint="Check LANEWAY_DATABASE_URL and that the database runs; `laneway doctor` tells what is wrong.",
        )


class StoreError(LanewayError):
    """The embedded store can't be started or its folder can't be used."""

    code = "store_error"


class RoutingError(LanewayError):
    """A router could not decide."""

    code = "routing_failed"


class AmbiguousEffectError(LanewayError):
    """An irreversible effect was begun before and nobody knows whether it was done; it was not done again."""

    code = "ambiguous_effect"

    def __init__(self, name: str, key: str) -> None:
        super().__init__(
            f"Effect {name!r} was begun before, and whether it was done is not known.",
            hint=f"Ask the other side about idempotency key {key}; then settle the effect as done or as not done.",
        )


class NotDoneError(LanewayError):
    """A call that certainly changed nothing outside (refused, never connected): it may be made again."""

    code = "not_done"


class EffectResultError(LanewayError):
    """An effect was done and is recorded as done, but its result can't be kept.

    Attributes:
        result: what the call returned, for the run that made it; None when the effect is met again.
    """

    code = "effect_result"

    def __init__(self, name: str, reason: str, result: object = None) -> None:
        super().__init__(
            f"Effect {name!r} was done, but its result is not kept: {reason}.",
            hint="It won't be done again. Let the call return a reference (an id, an address), not the thing itself.",
        )
        self.result = result


class GraphError(LanewayError):
    """A graph that would not run as declared, or could do twice what must be done once; it is not compiled."""

    code = "invalid_graph"


class ModelError(LanewayError):
    """A language model gave no answer that can be used; `outcome` says why, `reason` never holds a customer's words."""

    code = "model_failed"

    def __init__(
        self, outcome: ModelOutcome, model: str, reason: str, *, hint: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(f"{model}: {reason} ({outcome}).", hint=hint or "docs/models.md says what each outcome means.")
        self.outcome: ModelOutcome = outcome
        self.model = model
        self.retry_after_s = retry_after_s
