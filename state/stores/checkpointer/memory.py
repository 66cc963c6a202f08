"""The memory twin: the same saver over a dict, for unit tests and throw-away runs."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import timedelta
from itertools import pairwise
from threading import RLock
from typing import Any, cast

from langgraph.checkpoint.serde.base import SerializerProtocol

from state.errors import StaleFenceError
from state.stores.checkpointer.memory_thread import DIGEST, Kept, Name, Thread, channel_of, lasting, reply_of
from state.stores.checkpointer.operations import Result, Steps
from state.stores.checkpointer.saver import DAY, PREFIX
from state.stores.checkpointer.script import Call
from state.stores.checkpointer.upkeep import ThreadSaver


class Memory:
    """A courier that runs calls on objects of this process. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turn = RLock()
        self._threads: dict[str, Thread] = {}
        self._sets: defaultdict[str, set[str]] = defaultdict(set)
        self.round_trips = 0
        self.one_slot = False

    async def arun(self, steps: Steps[Result]) -> Result:
        """Run an operation."""
        return self.run(steps)

    def run(self, steps: Steps[Result]) -> Result:
        """Run an operation."""
        with self._turn:
            try:
                calls = next(steps)
                while True:
                    calls = steps.send(self._replies(calls))
            except StopIteration as end:
                return cast("Result", end.value)

    async def aclose(self) -> None:
        """Nothing to let go of."""

    def close(self) -> None:
        """Nothing to let go of."""

    def _replies(self, calls: Sequence[Call]) -> list[Any]:
        self.round_trips += 1
        return [getattr(self, f"_do_{call.operation}")(call.keys[0], call.arguments, call.values) for call in calls]

    def _find(self, key: str) -> Thread | None:
        thread = self._threads.get(key)
        if thread and thread.expires is not None and thread.expires <= self._clock():
            del self._threads[key]
            return None
        return thread

    def _open(self, key: str, arg: dict[str, Any]) -> Thread:
        thread = self._find(key) or self._threads.setdefault(key, Thread())
        token = arg.get("fence")
        if token is not None and token < thread.fence:
            raise StaleFenceError(str(thread.fence))
        thread.fence = max(thread.fence, -1 if token is None else token)
        ttl = thread.own_ttl or arg["ttl"]
        thread.expires = self._clock() + ttl / 1000 if ttl else None
        return thread

    def _do_put(self, key: str, arg: dict[str, Any], values: Sequence[bytes]) -> int:
        ns, before = arg["ns"], self._find(key)
        if any(before is None or (ns, ref) not in before.lists for ref in arg["base"]):
            return 0
        thread, name = self._open(key, arg), (ns, arg["id"])
        turn, started = _turn_of(thread, arg, name)
        thread.checkpoints[name] = Kept(
            values[0], arg["parent"], turn, arg["step"], arg["run"], arg["refs"], arg["walked"]
        )
        _put_values(thread, arg, list(values[1:]))
        keep = arg["keep"]
        if started and keep and turn > keep and turn % max(1, keep // 4) == 0:
            thread.keep_turns_after(turn - keep)
        return 1

    def _do_writes(self, key: str, arg: dict[str, Any], values: Sequence[bytes]) -> int:
        stored = self._open(key, arg).writes.setdefault((arg["ns"], arg["id"]), {})
        for (idx, channel), value in zip(arg["writes"], values, strict=True):
            if idx < 0 or (arg["task"], idx) not in stored:
                stored[arg["task"], idx] = (arg["path"], channel, value)
        return 1

    def _do_read(self, key: str, arg: dict[str, Any], _: Sequence[bytes]) -> list[Any] | None:
        thread = self._find(key)
        name = _named(thread, arg)
        return reply_of(thread, name, arg["have"]) if thread and name else None

    def _do_ids(self, key: str, arg: dict[str, Any], _: Sequence[bytes]) -> list[bytes]:
        thread = self._find(key)
        names = thread.newest_first(arg["ns"]) if thread else []
        return [f"{ns}\0{found}".encode() for ns, found in names if not arg["before"] or found < arg["before"]]

    def _do_history(self, key: str, arg: dict[str, Any], _: Sequence[bytes]) -> list[Any]:
        thread = self._find(key)
        name = _named(thread, arg)
        want, seeds, steps = set(arg["channels"]), [], []
        while thread and name and want:
            name = (arg["ns"], thread.checkpoints[name].parent)
            if name not in thread.checkpoints:
                break
            steps.append(thread.writes_of(name, want))
            for ref in thread.checkpoints[name].refs:
                value = thread.value_at((name[0], ref)) if channel_of(ref) in want else None
                if value is not None:
                    want.discard(channel_of(ref))
                    seeds += [ref.encode(), value]
        return [seeds, steps]

    def _do_prune(self, key: str, _arg: dict[str, Any], _: Sequence[bytes]) -> int:
        if thread := self._find(key):
            newest = {name[0]: name for name in reversed(thread.newest_first())}
            thread.keep_where(lambda name, _: newest[name[0]] == name)
        return 1

    def _do_forget_runs(self, key: str, arg: dict[str, Any], _: Sequence[bytes]) -> int:
        if thread := self._find(key):
            thread.keep_where(lambda _, kept: kept.run not in arg["runs"])
        return 1

    def _do_delete(self, key: str, _arg: dict[str, Any], _: Sequence[bytes]) -> int:
        self._sets.pop(key, None)
        return int(self._threads.pop(key, None) is not None)

    def _do_fence(self, key: str, arg: dict[str, Any], _: Sequence[bytes]) -> int:
        self._open(key, arg)
        return 1

    def _do_export(self, key: str, _arg: dict[str, Any], _: Sequence[bytes]) -> list[Any]:
        thread = self._find(key) or Thread()
        runs = [kept.run.encode() for kept in thread.checkpoints.values() if kept.run]
        return [[deepcopy(thread)], list(thread.checkpoints), runs]

    def _do_import(self, key: str, arg: dict[str, Any], values: Sequence[Any]) -> int:
        thread = self._threads[key] = values[0]
        thread.fence, thread.own_ttl = -1, arg["own_ttl"]
        if arg["to"]:
            thread.rewind(arg["to"])
        self._open(key, arg)
        return 1

    def _do_seen(self, key: str, arg: dict[str, Any], _: Sequence[bytes]) -> int:
        self._sets[key].add(arg["thread"])
        return 1

    _do_ran = _do_seen

    def _do_unseen(self, key: str, arg: dict[str, Any], _: Sequence[bytes]) -> int:
        self._sets[key].discard(arg["thread"])
        return 1

    def _do_threads(self, key: str, _arg: dict[str, Any], _: Sequence[bytes]) -> list[bytes]:
        return [thread.encode() for thread in sorted(self._sets[key])]

    _do_ran_in = _do_threads


class MemorySaver(ThreadSaver):
    """`PlainRedisSaver` without a server: the same serializer, order, pruning, TTL and fences, in this process."""

    def __init__(
        self,
        *,
        ttl: timedelta | None = DAY,
        keep_turns: int | None = 20,
        serde: SerializerProtocol | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(Memory(clock), ttl=ttl, keep_turns=keep_turns, serde=serde, prefix=PREFIX)


def _named(thread: Thread | None, arg: dict[str, Any]) -> Name | None:
    if thread is None:
        return None
    names = thread.newest_first(arg["ns"])
    if not arg["id"]:
        return names[0] if names else None
    return (arg["ns"], arg["id"]) if (arg["ns"], arg["id"]) in names else None


def _turn_of(thread: Thread, arg: dict[str, Any], name: Name) -> tuple[int, bool]:
    if before := thread.checkpoints.get(name):
        return before.turn, False
    if not lasting(arg["ns"]):
        return thread.turns, False
    parent = thread.checkpoints.get((arg["ns"], arg["parent"]))
    if parent and arg["source"] != "input" and (parent.step + 1, parent.turn) == (arg["step"], thread.turns):
        return thread.turns, False
    thread.turns += 1
    return thread.turns, True


def _put_values(thread: Thread, arg: dict[str, Any], values: list[bytes]) -> None:
    ns = arg["ns"]
    for ref in [*arg["gone"], *arg["blobs"], *arg["lists"]]:
        thread.blobs.pop((ns, ref), None)
        thread.lists.pop((ns, ref), None)
    blobs, lists = len(arg["blobs"]), len(arg["lists"])
    thread.blobs.update(((ns, ref), value) for ref, value in zip(arg["blobs"], values[:blobs], strict=True))
    thread.lists.update(
        ((ns, ref), value) for ref, value in zip(arg["lists"], values[blobs : blobs + lists], strict=True)
    )
    sent = values[blobs + lists]
    bounds = pairwise(range(0, len(sent) + 1, DIGEST))
    thread.elements.update(
        (sent[start:end], value) for (start, end), value in zip(bounds, values[blobs + lists + 1 :], strict=True)
    )
