"""What is stored of a checkpoint, and checkpoints made of what is stored."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import ormsgpack
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
    PendingWrite,
    get_serializable_checkpoint_metadata,
    writes_sort_key,
)

from state.stores.checkpointer.failures import TornThreadError
from state.stores.checkpointer.keyspace import Keyspace
from state.stores.checkpointer.lists import Known, ListMemory, ListPut
from state.stores.checkpointer.script import Call
from state.stores.checkpointer.values import Value, Values

FENCE_KEY: Final = "laneway_fence"
"""In `config["configurable"]`: the writer's fencing token, an int. A token older than one seen is refused."""


def config_of(thread: str, ns: str, checkpoint_id: str) -> RunnableConfig:
    """Return the config that names one checkpoint."""
    return {"configurable": {"thread_id": thread, "checkpoint_ns": ns, "checkpoint_id": checkpoint_id}}


def address(config: RunnableConfig) -> tuple[str, str, str | None]:
    """Return the thread, the namespace and the checkpoint id that `config` names."""
    at = config["configurable"]
    return str(at["thread_id"]), at.get("checkpoint_ns", ""), at.get("checkpoint_id") or None


def _ref(channel: str, version: object) -> str:
    return f"{channel}\0{version}"


def _channel(ref: str) -> str:
    return ref.rpartition("\0")[0]


class Records:
    """Turns checkpoints and writes into script calls, and replies into checkpoints, with one serializer."""

    def __init__(self, values: Values, lists: ListMemory, keyspace: Keyspace, limits: Mapping[str, int | None]) -> None:
        self._values = values
        self._lists = lists
        self._keyspace = keyspace
        self._limits = limits

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
        catalogue: tuple[str, ...] = (),
    ) -> Call:
        """Serialise a checkpoint; raises before anything is sent when a value can't be kept.

        `catalogue` is the key of the set of threads, where the script may touch it.
        """
        thread, ns, parent = address(config)
        values = checkpoint["channel_values"]
        kept = stored_metadata(config, metadata)
        record = {key: value for key, value in checkpoint.items() if key != "channel_values"}
        whole, lists = self._divide(thread, ns, values, new_versions)
        arguments = {
            "ns": ns,
            "id": checkpoint["id"],
            "thread": thread,
            "parent": parent or "",
            "step": kept.get("step", 0),
            "source": kept.get("source", ""),
            "run": kept.get("run_id"),
            "refs": [_ref(*version) for version in checkpoint["channel_versions"].items()],
            "walked": [name for name in kept.get("counters_since_delta_snapshot", {}) if name not in values],
            "blobs": list(whole),
            "lists": list(lists),
            "gone": [_ref(*version) for version in new_versions.items() if version[0] not in values],
            "base": [put.base for put in lists.values() if put.base],
            "fence": config["configurable"].get(FENCE_KEY),
            **self._limits,
        }
        elements = {digest: data for put in lists.values() for digest, data in put.elements.items()}
        binary = [
            ormsgpack.packb([self._values.dump_own(record), self._values.dump(kept)]),
            *whole.values(),
            *(put.manifest for put in lists.values()),
            b"".join(elements),
            *elements.values(),
        ]
        return Call("put", (*self._keyspace.thread(thread), *catalogue), arguments, binary)

    def writes(self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str) -> Call:
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
        return Call(
            "writes", self._keyspace.thread(thread), arguments, [self._values.dump(value) for _, value in writes]
        )

    def checkpoint(
        self, thread: str, ns: str, reply: list[Any] | None, have: Mapping[str, Known]
    ) -> CheckpointTuple | None:
        """Return the checkpoint in the reply of a `read` call that told of lists it has."""
        if reply is None:
            return None
        checkpoint_id, parent, record, values, writes = reply
        if record is None:
            raise TornThreadError(thread)
        checkpoint, metadata = (self._values.load(part) for part in ormsgpack.unpackb(record))
        checkpoint["channel_values"] = self._channel_values(thread, ns, values, have)
        return CheckpointTuple(
            config=config_of(thread, ns, checkpoint_id.decode()),
            checkpoint=checkpoint,
            metadata=metadata,
            parent_config=config_of(thread, ns, parent.decode()) if parent else None,
            pending_writes=self._ordered(thread, writes),
        )

    def history(
        self, thread: str, ns: str, channels: Sequence[str], reply: list[Any]
    ) -> Mapping[str, DeltaChannelHistory]:
        """Return what the reply of a `history` call says of each channel, oldest write first."""
        found: dict[str, DeltaChannelHistory] = {channel: {"writes": []} for channel in channels}
        seeds, steps = reply or ([], [])
        for step in reversed(steps):
            for write in self._ordered(thread, step):
                found[write[1]]["writes"].append(write)
        for channel, seed in self._channel_values(thread, ns, seeds, {}).items():
            found[channel]["seed"] = seed
        return found

    def _divide(
        self, thread: str, ns: str, values: Mapping[str, Value], versions: ChannelVersions
    ) -> tuple[dict[str, bytes], dict[str, ListPut]]:
        whole: dict[str, bytes] = {}
        lists: dict[str, ListPut] = {}
        for channel, version in versions.items():
            if channel not in values:
                continue
            ref = _ref(channel, version)
            put = self._lists.put((thread, ns, channel), ref, values[channel])
            if put:
                lists[ref] = put
            else:
                whole[ref] = self._values.dump(values[channel])
        return whole, lists

    def _channel_values(self, thread: str, ns: str, pairs: list[Any], have: Mapping[str, Known]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name, value in zip(pairs[::2], pairs[1::2], strict=True):
            ref = name.decode()
            channel = _channel(ref)
            if isinstance(value, bytes):
                found[channel] = self._values.load(value)
                continue
            try:
                found[channel] = self._lists.load((thread, ns, channel), ref, value, have)
            except KeyError as missing:
                raise TornThreadError(thread) from missing
        return found

    def _ordered(self, thread: str, reply: list[Any]) -> list[PendingWrite]:
        if not reply:
            return []
        entries = ormsgpack.unpackb(reply[0])
        if len(entries) != len(reply) - 1 or None in reply:
            raise TornThreadError(thread)
        found = sorted(
            zip(entries, reply[1:], strict=True), key=lambda item: writes_sort_key(item[0][2], item[0][0], item[0][1])
        )
        return [(task, channel, self._values.load(value)) for (task, _, _, channel), value in found]


def stored_metadata(config: RunnableConfig, metadata: CheckpointMetadata) -> dict[str, Any]:
    """Return a checkpoint's metadata with what the config adds to it."""
    kept = get_serializable_checkpoint_metadata(config, metadata)
    return {key: value for key, value in kept.items() if key != FENCE_KEY}
