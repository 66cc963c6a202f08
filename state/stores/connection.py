"""Redis clients with explicit limits: one kind that retries, one that never does."""

import re
from urllib.parse import urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

from state.errors import SettingsError

_SCHEMES = ("redis://", "rediss://", "unix://")
_RETRIES = 3
_HEALTH_SECONDS = 30


def connect(
    url: str,
    *,
    retry: bool,
    connections: int = 32,
    timeout: float = 5.0,
    wait: float = 5.0,
) -> Redis:
    """Make a client that owns its pool; nothing is sent before the first command. Close it with `aclose()`.

    A client that retries may run a command twice when a reply is lost: give it idempotent commands only. The other one
    raises at the first lost reply, and the caller knows that the command may have run. Neither is thrown off by a
    connection that died while it was idle: the pool opens a new one before it sends. Long idle TCP connections are
    asked first; unix sockets are not, as a full disk fails that PING and reading must go on.

    Args:
        url: redis://, rediss:// or unix:// with the options of redis-py in the query, which win over the arguments.
        retry: whether a command whose connection broke is sent again, three times at most.
        connections: the size of the pool.
        timeout: seconds for connecting and for each reply; a blocking read needs more than the time it blocks.
        wait: seconds a command waits for a free connection of the pool.

    Raises:
        SettingsError: `url` can't be understood.
    """
    try:
        _check(url)
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            timeout=wait,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            health_check_interval=0 if url.startswith("unix:") else _HEALTH_SECONDS,
            decode_responses=False,
            retry=Retry(ExponentialWithJitterBackoff(cap=1.0, base=0.05), _RETRIES) if retry else Retry(NoBackoff(), 0),
            driver_info=None,  # it reads the disk for each connection
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )
        pool.connection_class(**pool.connection_kwargs)
    except (ValueError, TypeError, RedisError):
        raise SettingsError(
            "The address of the store can't be understood.",
            hint="Set LANEWAY_REDIS_URL to redis://host:6379/0, rediss://host:6379/0 or unix:///path/to.sock; "
            "in a password, write signs such as @ : / # as %40 %3A %2F %23. Leave it out to use the embedded store.",
        ) from None  # what is wrong with it may quote a part of the password
    return Redis.from_pool(pool)


def _check(url: str) -> None:
    """Refuse what redis-py would silently read as something else."""
    parts = urlsplit(url)
    if not url.startswith(_SCHEMES):
        raise ValueError("scheme")
    if parts.scheme == "unix" and not parts.path:
        raise ValueError("no path")
    if parts.scheme != "unix" and not re.fullmatch(r"/?\d*", parts.path):
        raise ValueError("no number of a database")
