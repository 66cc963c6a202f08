"""Redis's errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisClusterException, RedisError

from state.errors import StoreUnavailableError


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn what redis-py raises into `StoreUnavailableError`."""
    try:
        yield
    except (RedisError, RedisClusterException, OSError) as error:
        raise StoreUnavailableError(f"{type(error).__name__}: {error}") from error
