"""What a server's errors mean here."""

from redis.exceptions import RedisError, ResponseError

from state.errors import LanewayError, StoreUnavailableError


class StaleFenceError(LanewayError):
    """A writer whose fencing token is older than one the thread has already seen."""

    code = "stale_fence"

    def __init__(self, seen: str) -> None:
        super().__init__(
            f"This writer no longer owns the thread; a newer one has token {seen}.",
            hint="Drop the turn: whoever holds the newer token is running it.",
        )


def translated(error: Exception) -> Exception:
    """Return our error for a server's."""
    text = str(error)
    if isinstance(error, ResponseError) and text.startswith("STALEFENCE"):
        ours: Exception = StaleFenceError(text.removeprefix("STALEFENCE").strip())
    elif isinstance(error, RedisError | OSError):
        ours = StoreUnavailableError(text)
    else:
        return error
    ours.__cause__ = error
    return ours
