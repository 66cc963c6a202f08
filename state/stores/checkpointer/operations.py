"""Every operation once, for async and sync callers: a generator that yields calls and is sent their replies."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
)

from state.stores.checkpointer.keyspace import Keyspace
from state.stores.checkpointer.lists import ListMemory
from state.stores.checkpointer.records import Records, address, config_of
from state.stores.checkpointer.script import Call

Result = TypeVar("Result")
Steps = Generator[Sequence[Call], list[Any], Result]
"""Calls that are yielded together go to the server together."""

Name = tuple[str, str]
"""Namespace and id of a checkpoint."""


class Operations:
    """What a saver does, as calls; `records` serialises, `lists` remembers."""

    def __init__(self, records: Records, lists: ListMemory, keyspace: Keyspace, *, ttl: int, one_slot: bool) -> None:
        self._records = records
        self._lists = lists
        self._keys = keyspace
        self._ttl = ttl
        self._one_slot = one_slot

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> Steps[RunnableConfig]:
        """Store a checkpoint; once more, whole, if the store lacks what it builds on."""
        thread, ns, _ = address(config)
        catalogue = self._keys.threads() if self._one_slot else ()
        call = self._records.put(config, checkpoint, metadata, new_versions, catalogue)
        *_, stored = yield [*self._catalogued(thread, [call.arguments["run"]], known=self._one_slot), call]
        if stored == 0:
            self._lists.forget(thread)
            yield [self._records.put(config, checkpoint, metadata, new_versions, catalogue)]
        return config_of(thread, ns, checkpoint["id"])

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str
    ) -> Steps[None]:
        """Store what a task wrote on top of a checkpoint."""
        yield [self._records.writes(config, writes, task_id, task_path)]

    def read(self, config: RunnableConfig) -> Steps[CheckpointTuple | None]:
        """Return one checkpoint."""
        thread, ns, checkpoint_id = address(config)
        found = yield from self.read_all(thread, [(ns, checkpoint_id)])
        return found[0]

    def read_all(self, thread: str, names: Sequence[tuple[str, str | None]]) -> Steps[list[CheckpointTuple | None]]:
        """Return several checkpoints of a thread."""
        keys = self._keys.thread(thread)
        known = {ns: self._lists.known(thread, ns) for ns, _ in names}
        refs = {ns: {channel: known.ref for channel, known in lists.items()} for ns, lists in known.items()}
        replies = yield [Call("read", keys, {"ns": ns, "id": found, "have": refs[ns]}) for ns, found in names]
        return [
            self._records.checkpoint(thread, ns, reply, known[ns])
            for (ns, _), reply in zip(names, replies, strict=True)
        ]

    def names(self, config: RunnableConfig, before: str | None, count: int) -> Steps[list[Name]]:
        """Return the names of a thread's checkpoints, each namespace newest first."""
        thread, _, only = address(config)
        ns = config["configurable"].get("checkpoint_ns")
        (reply,) = yield [Call("ids", self._keys.thread(thread), {"ns": ns, "before": before, "count": count})]
        split = [name.decode().rpartition("\0") for name in reply]
        names = [
            (ns, found) for ns, _, found in split if (not only or found == only) and (not before or found < before)
        ]
        names.sort(key=lambda name: name[1], reverse=True)
        return sorted(names, key=lambda name: name[0])

    def threads(self) -> Steps[list[str]]:
        """Return the ids of all threads."""
        (reply,) = yield [Call("threads", self._keys.threads(), {})]
        return [thread.decode() for thread in reply]

    def history(self, config: RunnableConfig, channels: Sequence[str]) -> Steps[Mapping[str, DeltaChannelHistory]]:
        """Return what delta channels are rebuilt from."""
        thread, ns, checkpoint_id = address(config)
        arguments = {"ns": ns, "id": checkpoint_id, "channels": list(channels)}
        (reply,) = yield [Call("history", self._keys.thread(thread), arguments)]
        return self._records.history(thread, ns, channels, reply)

    def delete(self, thread: str) -> Steps[None]:
        """Forget a thread."""
        self._lists.forget(thread)
        yield [
            Call("delete", self._keys.thread(thread), {}),
            Call("unseen", self._keys.threads(), {"thread": thread}),
        ]

    def delete_for_runs(self, run_ids: Sequence[str]) -> Steps[None]:
        """Forget the checkpoints that runs wrote, wherever they did."""
        if not run_ids:
            return
        replies = yield [Call("ran_in", self._keys.run(run), {}) for run in run_ids]
        threads = sorted({thread.decode() for reply in replies for thread in reply})
        yield [
            *(Call("forget_runs", self._keys.thread(thread), {"runs": list(run_ids)}) for thread in threads),
            *(Call("delete", self._keys.run(run), {}) for run in run_ids),
        ]

    def prune(self, threads: Sequence[str]) -> Steps[None]:
        """Keep the newest checkpoint of every namespace."""
        yield [Call("prune", self._keys.thread(thread), {}) for thread in threads]

    def copy(self, source: str, target: str, *, own_ttl: int | None = None, to: str | None = None) -> Steps[None]:
        """Copy a thread, maybe only up to a checkpoint, maybe with a TTL of its own."""
        ((fields, names, runs),) = yield [Call("export", self._keys.thread(source), {})]
        if not names:
            return
        self._lists.forget(target)
        arguments = {"fields": len(fields), "ttl": self._ttl, "own_ttl": own_ttl, "to": to}
        yield [
            *self._catalogued(target, {run.decode() for run in runs}),
            Call("import", self._keys.thread(target), arguments, [*fields, *names]),
        ]

    def fence(self, thread: str, token: int) -> Steps[None]:
        """Refuse writers with an older token from now on."""
        yield [Call("fence", self._keys.thread(thread), {"fence": token, "ttl": self._ttl})]

    def _catalogued(self, thread: str, runs: Iterable[str | None], *, known: bool = False) -> list[Call]:
        entry = {"thread": thread, "ttl": self._ttl}
        threads = [] if known else [Call("seen", self._keys.threads(), entry)]
        return [*threads, *(Call("ran", self._keys.run(run), entry) for run in runs if run)]
