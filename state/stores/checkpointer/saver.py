"""A LangGraph checkpoint saver on plain Redis or Valkey."""

import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from redis.asyncio import BlockingConnectionPool, Redis

from state.stores.checkpointer.keyspace import Keyspace
from state.stores.checkpointer.pipeline import AsyncClient, Pipeline
from state.stores.checkpointer.records import Records, address, config_of
from state.stores.checkpointer.script import Call
from state.stores.serde import state_serializer

DAY: Final = timedelta(hours=24)


class PlainRedisSaver(BaseCheckpointSaver[str]):
    """Keeps checkpoints in plain Redis 7+ or Valkey 8+: no modules; single, Sentinel or Cluster.

    Args:
        client: answers bytes (`decode_responses=False`); close it with `aclose`.
        ttl: a thread goes as a whole this long after its last write; None keeps it.
        keep_turns: how many turns can be travelled back to; None keeps all.
        serde: must be strict about types; the default knows the state's own.
        prefix: of every key.
    """

    def __init__(
        self,
        client: AsyncClient,
        *,
        ttl: timedelta | None = DAY,
        keep_turns: int | None = 20,
        serde: SerializerProtocol | None = None,
        prefix: str = "laneway:checkpoints",
    ) -> None:
        super().__init__(serde=serde or state_serializer())
        self._pipeline = Pipeline(client)
        self._keyspace = Keyspace(prefix)
        self._limits = {"ttl": int(ttl.total_seconds() * 1000) if ttl else 0, "keep": keep_turns}

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        ttl: timedelta | None = DAY,
        keep_turns: int | None = 20,
        serde: SerializerProtocol | None = None,
        prefix: str = "laneway:checkpoints",
    ) -> Self:
        """Return a saver with its own connections; `async with` closes them."""
        pool = BlockingConnectionPool.from_url(url, max_connections=16, timeout=20)
        return cls(Redis.from_pool(pool), ttl=ttl, keep_turns=keep_turns, serde=serde, prefix=prefix)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Wait for what is queued and close the connections."""
        await self._pipeline.close()

    @property
    def round_trips(self) -> int:
        """How often the server was asked so far."""
        return self._pipeline.round_trips

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return the checkpoint that `config` names, its thread's newest without an id."""
        thread, ns, checkpoint_id = address(config)
        return await self._read(thread, ns, checkpoint_id)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint and forget the turns that are now too old."""
        thread, ns, _ = address(config)
        await self._pipeline.send(self._records.put(config, checkpoint, metadata, new_versions))
        return config_of(thread, ns, checkpoint["id"])

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Store what a task wrote on top of a checkpoint."""
        await self._pipeline.send(self._records.writes(config, writes, task_id, task_path))

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - LangGraph's name
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Yield checkpoints, newest first within a namespace."""
        if config is None:
            raise NotImplementedError
        thread, _, only = address(config)
        ns = config["configurable"].get("checkpoint_ns")
        bound = address(before)[2] if before else None
        names = await self._names(thread, ns)
        left = limit if limit is not None else len(names)
        for found_ns, found in names:
            if left <= 0:
                return
            if (only and found != only) or (bound and found >= bound):
                continue
            saved = await self._read(thread, found_ns, found)
            if saved and all(saved.metadata.get(key) == value for key, value in (filter or {}).items()):
                left -= 1
                yield saved

    async def adelete_thread(self, thread_id: str) -> None:
        """Forget a thread."""
        await self._pipeline.send(Call("delete", self._keyspace.thread(thread_id), {}))

    def get_next_version(self, current: str | int | float | None, channel: None) -> str:  # noqa: ARG002 - LangGraph's
        """Return a version that is later than `current`, and unlike one that a fork makes of the same."""
        number = int(str(current).partition(".")[0]) if current is not None else 0
        return f"{number + 1:010d}.{random.getrandbits(48):012x}"

    @property
    def _records(self) -> Records:
        return Records(self.serde, self._keyspace, self._limits)

    async def _read(self, thread: str, ns: str, checkpoint_id: str | None) -> CheckpointTuple | None:
        reply = await self._pipeline.send(Call("read", self._keyspace.thread(thread), {"ns": ns, "id": checkpoint_id}))
        return self._records.read(thread, ns, reply)

    async def _names(self, thread: str, ns: str | None) -> list[tuple[str, str]]:
        reply = await self._pipeline.send(Call("ids", self._keyspace.thread(thread), {"ns": ns, "count": -1}))
        split = [name.decode().rpartition("\0") for name in reply]
        return sorted(((found_ns, found) for found_ns, _, found in split), key=lambda name: name[1], reverse=True)
