"""What is stored of a checkpoint, and checkpoints made of what is stored."""

from collections.abc import Sequence
from typing import Any, Final

import ormsgpack
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    PendingWrite,
    get_serializable_checkpoint_metadata,
    writes_sort_key,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from state.stores.checkpointer.keyspace import Keyspace
from state.stores.checkpointer.script import Call

FENCE_KEY: Final = "laneway_fence"
"""In `config["configurable"]`: the writer's fencing token, an int. A token older than one seen is refused."""

Value = Any
"""Whatever a graph keeps in a channel."""


def config_of(thread: str, ns: str, checkpoint_id: str) -> RunnableConfig:
    """Return the config that names one checkpoint."""
    return {"configurable": {"thread_id": thread, "checkpoint_ns": ns, "checkpoint_id": checkpoint_id}}


def address(config: RunnableConfig) -> tuple[str, str, str | None]:
    """Return the thread, the namespace and the checkpoint id that `config` names."""
    at = config["configurable"]
    return str(at["thread_id"]), at.get("checkpoint_ns", ""), at.get("checkpoint_id") or None


def ref(channel: str, version: object) -> str:
    """Return the name of a channel's value at one version."""
    return f"{channel}\0{version}"


class Records:
    """Turns checkpoints and writes into script calls, and replies into checkpoints, with one serializer."""

    def __init__(self, serde: SerializerProtocol, keyspace: Keyspace, limits: dict[str, int | None]) -> None:
        self._serde = serde
        self._keyspace = keyspace
        self._limits = limits

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> Call:
        """Serialise a checkpoint; raises before anything is sent when a value can't be kept."""
        values = checkpoint["channel_values"]
        kept = get_serializable_checkpoint_metadata(config, metadata)
        kept.pop(FENCE_KEY, None)  # type: ignore[typeddict-item]  # a key of the config, not of the metadata
        stored = {key: value for key, value in checkpoint.items() if key != "channel_values"}
        written = {channel: version for channel, version in new_versions.items() if channel in values}
        thread, ns, parent = address(config)
        arguments = {
            "ns": ns,
            "id": checkpoint["id"],
            "parent": parent or "",
            "step": kept.get("step", 0),
            "source": kept.get("source", ""),
            "run": kept.get("run_id"),
            "refs": [ref(*item) for item in checkpoint["channel_versions"].items()],
            "walked": [name for name in kept.get("counters_since_delta_snapshot", {}) if name not in values],
            "blobs": [ref(*item) for item in written.items()],
            "gone": [ref(*item) for item in new_versions.items() if item[0] not in values],
            "fence": config["configurable"].get(FENCE_KEY),
            **self._limits,
        }
        record = ormsgpack.packb([self._dump(stored), self._dump(kept)])
        return Call(
            "put",
            self._keyspace.thread(thread),
            arguments,
            [record, *(self._dump(values[channel]) for channel in written)],
        )

    def writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str,
    ) -> Call:
        """Serialise the writes of one task."""
        thread, ns, checkpoint_id = address(config)
        arguments = {
            "ns": ns,
            "id": checkpoint_id,
            "task": task_id,
            "path": task_path,
            "writes": [(WRITES_IDX_MAP.get(channel, at), channel) for at, (channel, _) in enumerate(writes)],
            "fence": config["configurable"].get(FENCE_KEY),
            **self._limits,
        }
        return Call("writes", self._keyspace.thread(thread), arguments, [self._dump(value) for _, value in writes])

    def read(self, thread: str, ns: str, reply: list[Any] | None) -> CheckpointTuple | None:
        """Return the checkpoint in the reply of a `read` call."""
        if reply is None:
            return None
        checkpoint_id, parent, record, values, writes = reply
        checkpoint, metadata = (self._load(part) for part in ormsgpack.unpackb(record))
        checkpoint["channel_values"] = self._values(values)
        return CheckpointTuple(
            config=config_of(thread, ns, checkpoint_id.decode()),
            checkpoint=checkpoint,
            metadata=metadata,
            parent_config=config_of(thread, ns, parent.decode()) if parent else None,
            pending_writes=self._writes(writes),
        )

    def _values(self, pairs: list[bytes]) -> dict[str, Any]:
        return {
            name.decode().partition("\0")[0]: self._load(value)
            for name, value in zip(pairs[::2], pairs[1::2], strict=True)
        }

    def _writes(self, reply: list[bytes]) -> list[PendingWrite]:
        if not reply:
            return []
        found = zip(ormsgpack.unpackb(reply[0]), reply[1:], strict=True)
        ordered = sorted(found, key=lambda entry: writes_sort_key(entry[0][2], entry[0][0], entry[0][1]))
        return [(task, channel, self._load(value)) for (task, _, _, channel), value in ordered]

    def _dump(self, value: Value) -> bytes:
        kind, data = self._serde.dumps_typed(value)
        return kind.encode() + b"\0" + data

    def _load(self, stored: bytes) -> Value:
        kind, _, data = stored.partition(b"\0")
        return self._serde.loads_typed((kind.decode(), data))
