"""A master that Redis Sentinel watches: found when a connection is opened, found anew after a failover."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis, SSLConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import (
    Sentinel,
    SentinelConnectionPool,
    SentinelManagedConnection,
    SentinelManagedSSLConnection,
)
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from state.stores.address import Node

_SECONDS: Final = 1.0
"""How long a Sentinel may take to answer; then the next one is asked."""


class Watchers(Sentinel):
    """The Sentinels, asked by one connection of a command at a time.

    redis-py sorts their list while others walk through it, and may lose one for good.
    """

    def __init__(self, nodes: Iterable[Node], options: Mapping[str, Any]) -> None:
        super().__init__([])  # type: ignore[no-untyped-call] # redis-py does not annotate it
        self.sentinels = [_client(node, options) for node in nodes]
        self._asked = asyncio.Lock()

    async def discover_master(self, service_name: str) -> Node:
        """Return where the master is; raises `MasterNotFoundError` when no Sentinel that answers knows one."""
        async with self._asked:
            found: Node = await super().discover_master(service_name)
        return found


class MasterPool(SentinelConnectionPool, BlockingConnectionPool):
    """A pool of connections to the master; a command waits for a free one.

    Args:
        service: the master's name.
        watchers: closed together with the pool.
        options: of `BlockingConnectionPool`.
    """

    def __init__(self, service: str, watchers: Watchers, options: Mapping[str, Any]) -> None:
        given = dict(options)
        tls = given.pop("connection_class", None) is SSLConnection
        kind = SentinelManagedSSLConnection if tls else SentinelManagedConnection
        super().__init__(service, watchers, connection_class=kind, **given)  # type: ignore[no-untyped-call] # as above

    async def aclose(self) -> None:
        """Close all connections, with those to the Sentinels."""
        await super().aclose()
        await self.sentinel_manager.aclose()


def _client(node: Node, options: Mapping[str, Any]) -> Redis:
    host, port = node
    pool = BlockingConnectionPool(
        max_connections=1,
        timeout=_SECONDS,
        host=host,
        port=port,
        socket_timeout=_SECONDS,
        socket_connect_timeout=_SECONDS,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
        **options,
    )
    return Redis.from_pool(pool)
