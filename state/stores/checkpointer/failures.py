"""What a server's errors mean here."""

from redis.exceptions import RedisClusterException, RedisError, ResponseError

from state.errors import LanewayError, StaleFenceError, StoreUnavailableError


class SealedValueError(LanewayError):
    """A stored value is encrypted and this saver has no key for it."""

    code = "sealed_value"

    def __init__(self, cipher: str) -> None:
        super().__init__(
            f"A stored value is encrypted with {cipher!r}, which this serializer does not know.",
            hint="Give the saver an EncryptedSerializer whose key ring still holds that key.",
        )


class TornThreadError(LanewayError):
    """A thread refers to something that is not in the store; nothing this code does leaves one."""

    code = "torn_thread"

    def __init__(self, thread_id: str) -> None:
        super().__init__(
            f"Thread {thread_id[:64]!r} is incomplete in the store.",
            hint="Restore the store from a snapshot, or delete the thread.",
        )


def translated(error: Exception) -> Exception:
    """Return our error for a server's."""
    text = str(error)
    if isinstance(error, ResponseError) and text.startswith("STALEFENCE"):
        ours: Exception = StaleFenceError(text.removeprefix("STALEFENCE").strip())
    elif isinstance(error, RedisError | RedisClusterException | OSError):
        ours = StoreUnavailableError(text)
    else:
        return error
    ours.__cause__ = error
    return ours
