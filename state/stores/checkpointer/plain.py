"""The saver for plain Redis and Valkey."""

from datetime import timedelta
from types import TracebackType
from typing import Self

from langgraph.checkpoint.serde.base import SerializerProtocol
from redis import BlockingConnectionPool as SyncPool
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster

from state.errors import SettingsError
from state.stores.checkpointer.direct import Direct, SyncClient
from state.stores.checkpointer.pipeline import AsyncClient, Pipeline
from state.stores.checkpointer.saver import DAY, PREFIX
from state.stores.checkpointer.upkeep import ThreadSaver
from state.stores.connection import connect


class PlainRedisSaver(ThreadSaver):
    """Keeps checkpoints in plain Redis 7+ or Valkey 8+: no modules; single, Sentinel or Cluster.

    Args:
        client: of `redis.asyncio` or of `redis`, answering bytes (`decode_responses=False`).
        ttl: a thread goes as a whole this long after its last write; None keeps it.
        keep_turns: how many turns can be travelled back to; None keeps all.
        serde: must be strict about types; the default knows the state's own.
        prefix: of every key.
    """

    def __init__(
        self,
        client: AsyncClient | SyncClient,
        *,
        ttl: timedelta | None = DAY,
        keep_turns: int | None = 20,
        serde: SerializerProtocol | None = None,
        prefix: str = PREFIX,
    ) -> None:
        if client.get_encoder().decode_responses:
            raise SettingsError(
                "The saver's Redis client decodes responses, and checkpoints are bytes.",
                hint="Make a client of its own with decode_responses=False.",
            )
        courier = Pipeline(client) if isinstance(client, Redis | RedisCluster) else Direct(client)
        super().__init__(courier, ttl=ttl, keep_turns=keep_turns, serde=serde, prefix=prefix)

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        ttl: timedelta | None = DAY,
        keep_turns: int | None = 20,
        serde: SerializerProtocol | None = None,
        prefix: str = PREFIX,
    ) -> Self:
        """Return a saver with its own asyncio connections; `async with` closes them."""
        client = connect(url, retry=True, connections=16, wait=20.0)
        return cls(client, ttl=ttl, keep_turns=keep_turns, serde=serde, prefix=prefix)

    @classmethod
    def blocking(
        cls,
        url: str,
        *,
        ttl: timedelta | None = DAY,
        keep_turns: int | None = 20,
        serde: SerializerProtocol | None = None,
        prefix: str = PREFIX,
    ) -> Self:
        """Return a saver with its own blocking connections, for `invoke` and `stream`; `with` closes them."""
        client = SyncRedis.from_pool(SyncPool.from_url(url, max_connections=16, timeout=20))
        return cls(client, ttl=ttl, keep_turns=keep_turns, serde=serde, prefix=prefix)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._courier.close()

    async def aclose(self) -> None:
        """Wait for what is queued and close the connections."""
        await self._courier.aclose()
