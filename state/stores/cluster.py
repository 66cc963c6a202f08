"""A Redis Cluster: a client for commands, and connections to any one of its nodes for listening."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, Final

from redis.asyncio import SSLConnection
from redis.asyncio.cluster import ClusterNode, ClusterPipeline, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ClusterDownError, RedisError, SlotNotCoveredError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.typing import EncodableT

from state.stores.address import Node
from state.stores.quick_packing import quick

_has_turn: Final[ContextVar["WaitingCluster | None"]] = ContextVar("has_turn", default=None)

_MOVED_AWAY: Final = (RedisConnectionError, RedisTimeoutError, ClusterDownError, SlotNotCoveredError)


class WaitingCluster(RedisCluster):
    """Commands wait for a free connection: redis-py's own client fails at once when a node's are all in use.

    Args:
        nodes: some of the cluster's; the others are learned from them.
        options: of `RedisCluster`; `max_connections` bounds the connections to each node, besides one that asks for the
            cluster's layout.
        wait: seconds a command waits for a free connection.
    """

    def __init__(self, nodes: Iterable[Node], options: Mapping[str, Any], *, wait: float) -> None:
        given = dict(options)
        tls = given.pop("connection_class", None) is SSLConnection
        super().__init__(startup_nodes=[ClusterNode(host, port) for host, port in nodes], ssl=tls, **given)
        self._turns = asyncio.Semaphore(int(given["max_connections"]))
        self._wait = wait
        kept = self.nodes_manager.connection_kwargs
        kept["connection_class"] = _fresh(quick(kept["connection_class"]))
        for node in self.nodes_manager.startup_nodes.values():
            node.connection_class = kept["connection_class"]

    async def execute_command(self, *args: EncodableT, **kwargs: Any) -> Any:  # noqa: ANN401 # any reply
        """Send a command to the node or nodes it belongs to."""
        async with self.turn():
            return await super().execute_command(*args, **kwargs)

    def pipeline(self, transaction: bool | None = None, shard_hint: object = None) -> ClusterPipeline:  # noqa: ARG002 # as inherited
        """Return a pipeline; its commands go to their nodes at once."""
        return _WaitingPipeline(self, transaction)

    async def aclose(self) -> None:
        """Close all connections, also when a command failed last: redis-py's own client leaves them open then."""
        self._initialize = False
        await super().aclose()

    def look_anew(self) -> None:
        """Ask for the cluster's layout before the next command.

        redis-py does that when a single command's connection breaks, but not for a pipeline that isn't retried.
        """
        self._initialize = True

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until a connection to every node is free; whoever has a turn uses one a node at a time."""
        if _has_turn.get() is self:
            yield
            return
        try:
            async with asyncio.timeout(self._wait):
                await self._turns.acquire()
        except TimeoutError:
            raise RedisConnectionError("No connection available.") from None
        before = _has_turn.set(self)
        try:
            yield
        finally:
            _has_turn.reset(before)
            self._turns.release()


class _WaitingPipeline(ClusterPipeline):
    def __init__(self, client: WaitingCluster, transaction: bool | None) -> None:
        super().__init__(client, transaction)
        self._event_dispatcher = client._event_dispatcher  # noqa: SLF001 # redis-py declares it and forgets it
        self._client = client

    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> list[Any]:
        async with self._client.turn():
            try:
                replies: list[Any] = await super().execute(raise_on_error, allow_redirections)
            except _MOVED_AWAY:
                self._client.look_anew()
                raise
        if any(isinstance(reply, _MOVED_AWAY) for reply in replies):
            self._client.look_anew()
        return replies


def _fresh(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    """Return a kind of connection that is opened anew before a command when it died while it was idle.

    The pool of one server sees to that, a cluster's nodes don't.
    """

    class Fresh(kind):  # type: ignore[misc, valid-type] # mypy follows no class that is an argument
        async def send_packed_command(self, command: object, check_health: bool = True) -> None:
            if check_health and self.is_connected and await self._is_stale():
                await self.disconnect()
            await super().send_packed_command(command, check_health)

        async def _is_stale(self) -> bool:
            try:
                return bool(await self.can_read())
            except (RedisError, OSError):
                return True

    return Fresh


def on_any(nodes: Iterable[Node], kind: type[AbstractConnection]) -> type[AbstractConnection]:
    """Return a kind of connection that goes to the first of the nodes that takes it, whatever the host it is given."""
    places = deque(nodes)

    class OnAnyNode(kind):  # type: ignore[misc, valid-type] # mypy follows no class that is an argument
        async def _connect(self) -> None:
            for left in range(len(places), 0, -1):
                self.host, self.port = places[0]
                try:
                    await super()._connect()
                except OSError:
                    places.rotate(-1)
                    if left == 1:
                        raise
                else:
                    return

    return OnAnyNode
