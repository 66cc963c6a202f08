"""LangGraph's saver interface, for whatever carries the calls."""

import random
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from copy import copy
from datetime import timedelta
from typing import Any, Final, Self

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from state.stores.checkpointer.couriers import Courier
from state.stores.checkpointer.keyspace import Keyspace
from state.stores.checkpointer.listing import Listing
from state.stores.checkpointer.lists import ListMemory
from state.stores.checkpointer.operations import Operations
from state.stores.checkpointer.records import Records
from state.stores.checkpointer.values import Values
from state.stores.serde import state_serializer, strict

DAY: Final = timedelta(hours=24)
HOUR: Final = timedelta(hours=1)
PREFIX: Final = "laneway:checkpoints"


def milliseconds(span: timedelta | None) -> int:
    """Return a TTL as the scripts take it; 0 is for ever."""
    return int(span.total_seconds() * 1000) if span else 0


class CourierSaver(BaseCheckpointSaver[str]):
    """A checkpoint saver on top of any courier; every method has an async and a blocking form."""

    def __init__(
        self,
        courier: Courier,
        *,
        ttl: timedelta | None,
        keep_turns: int | None,
        serde: SerializerProtocol | None,
        prefix: str,
    ) -> None:
        super().__init__(serde=strict(serde or state_serializer()))
        self._courier = courier
        self._keyspace = Keyspace(prefix)
        self._limits = {"ttl": milliseconds(ttl), "keep": keep_turns}
        self._bind(self.serde)

    def _bind(self, serde: SerializerProtocol) -> None:
        values = Values(serde)
        lists = ListMemory(values)
        records = Records(values, lists, self._keyspace, self._limits)
        self._do = Operations(
            records, lists, self._keyspace, ttl=self._limits["ttl"] or 0, one_slot=self._courier.one_slot
        )

    def with_allowlist(self, extra_allowlist: Any) -> "BaseCheckpointSaver[str]":  # noqa: ANN401 - LangGraph's
        """Return a saver on the same connections that makes objects of more types."""
        clone = super().with_allowlist(extra_allowlist)
        if clone is not self and isinstance(clone, CourierSaver):
            clone._bind(clone.serde)  # noqa: SLF001 - one of us
        return clone

    def keeping(self, turns: int | None) -> Self:
        """Return a saver on the same connections that keeps another number of turns."""
        clone = copy(self)
        clone._limits = self._limits | {"keep": turns}  # noqa: SLF001 - one of us
        clone._bind(clone.serde)  # noqa: SLF001 - one of us
        return clone

    def with_serde(self, serde: SerializerProtocol) -> Self:
        """Return a saver on the same connections with another serializer."""
        clone = copy(self)
        clone.serde = strict(serde)
        clone._bind(clone.serde)  # noqa: SLF001 - one of us
        return clone

    @property
    def round_trips(self) -> int:
        """How often the store was asked so far."""
        return self._courier.round_trips

    def get_next_version(self, current: str | float | None, channel: None) -> str:  # noqa: ARG002 - LangGraph's
        """Return a version that is later than `current`, and unlike one that a fork makes of the same."""
        number = int(str(current).partition(".")[0]) if current is not None else 0
        return f"{number + 1:010d}.{random.getrandbits(48):012x}"

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return the checkpoint that `config` names, its thread's newest without an id."""
        return await self._courier.arun(self._do.read(config))

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Blocking form of `aget_tuple`."""
        return self._courier.run(self._do.read(config))

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint and forget the turns that are now too old."""
        return await self._courier.arun(self._do.put(config, checkpoint, metadata, new_versions))

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Blocking form of `aput`."""
        return self._courier.run(self._do.put(config, checkpoint, metadata, new_versions))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Store what a task wrote on top of a checkpoint."""
        await self._courier.arun(self._do.put_writes(config, writes, task_id, task_path))

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Blocking form of `aput_writes`."""
        self._courier.run(self._do.put_writes(config, writes, task_id, task_path))

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - LangGraph's name
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Yield checkpoints of one thread or of all, newest first within a namespace."""
        listing = Listing(self._do, config, filter, before, limit)
        while not listing.done:
            for saved in await self._courier.arun(listing.page()):
                yield saved

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - LangGraph's name
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Blocking form of `alist`."""
        listing = Listing(self._do, config, filter, before, limit)
        while not listing.done:
            yield from self._courier.run(listing.page())

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """Return the writes and the stored value that each delta channel is rebuilt from."""
        return await self._courier.arun(self._do.history(config, channels))

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """Blocking form of `aget_delta_channel_history`."""
        return self._courier.run(self._do.history(config, channels))
