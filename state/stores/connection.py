"""Redis clients with explicit limits: one kind that retries, one that never does."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import hiredis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig
from redis.typing import EncodableT

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
        pool.connection_class = _quick(pool.connection_class)
        pool.connection_class(**pool.connection_kwargs)
    except (ValueError, TypeError, RedisError):
        raise SettingsError(
            "The address of the store can't be understood.",
            hint="Set LANEWAY_REDIS_URL to redis://host:6379/0, rediss://host:6379/0 or unix:///path/to.sock; "
            "in a password, write signs such as @ : / # as %40 %3A %2F %23. Leave it out to use the embedded store.",
        ) from None  # what is wrong with it may quote a part of the password
    return Redis.from_pool(pool)


def _quick(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    """Return a connection class that packs commands by hiredis, five times as fast as redis-py does it in Python."""

    class Quick(kind):  # type: ignore[misc, valid-type] # mypy follows no class that is an argument
        def pack_commands(self, commands: Iterable[Iterable[EncodableT]]) -> list[bytes]:
            return [packed for command in commands for packed in self._pack(tuple(command))]

        def _pack(self, command: tuple[Any, ...]) -> list[bytes]:
            if " " in str(command[0]):  # a name of two words goes as two arguments
                pieces: list[bytes] = super().pack_command(*command)
                return pieces
            return [hiredis.pack_command(command)]

    return Quick


def _check(url: str) -> None:
    """Refuse what redis-py would silently read as something else."""
    parts = urlsplit(url)
    if not url.startswith(_SCHEMES):
        raise ValueError("scheme")
    if parts.scheme == "unix" and not parts.path:
        raise ValueError("no path")
    if parts.scheme != "unix" and not re.fullmatch(r"/?\d*", parts.path):
        raise ValueError("no number of a database")
