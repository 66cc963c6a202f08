"""One thread of the memory twin: what `lua/` keeps in a hash and a sorted set, as Python objects."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import ormsgpack

Name = tuple[str, str]
"""Namespace and id of a checkpoint."""
Ref = tuple[str, str]
"""Namespace and `channel \\0 version` of a value."""
DIGEST = 16


@dataclass(slots=True)
class Kept:
    """A checkpoint with its links."""

    record: bytes
    parent: str
    turn: int
    step: int
    run: str | None
    refs: list[str]
    walked: list[str]
    listed: bool = True


@dataclass(slots=True)
class Thread:
    """Checkpoints, values, elements and writes of one thread."""

    checkpoints: dict[Name, Kept] = field(default_factory=dict)
    writes: dict[Name, dict[tuple[str, int], tuple[str, str, bytes]]] = field(default_factory=dict)
    blobs: dict[Ref, bytes] = field(default_factory=dict)
    lists: dict[Ref, bytes] = field(default_factory=dict)
    elements: dict[bytes, bytes] = field(default_factory=dict)
    turns: int = 0
    own_ttl: int | None = None
    fence: int = -1
    expires: float | None = None

    def value_at(self, ref: Ref, have: str | None = None) -> bytes | list[Any] | None:
        """Return a value, or a list as the script does: without what it begins with and `have` knows."""
        if (whole := self.blobs.get(ref)) is not None or (listed := self.lists.get(ref)) is None:
            return whole
        known = self.lists.get((ref[0], have), b"") if have else b""
        skipped = (len(known) - 1) // DIGEST if len(known) > 1 and listed[1 : len(known)] == known[1:] else 0
        found = [self.elements.get(digest) for digest in list(digests(listed))[skipped:]]
        lengths = [-1 if element is None else len(element) for element in found]
        return [listed, skipped, ormsgpack.packb(lengths), b"".join(element or b"" for element in found)]

    def writes_of(self, name: Name, channels: Iterable[str] | None = None) -> list[bytes]:
        """Return packed entries, then a value for each, as the script does."""
        found = [
            ((task, idx, path, channel), value)
            for (task, idx), (path, channel, value) in self.writes.get(name, {}).items()
            if channels is None or channel in channels
        ]
        return [ormsgpack.packb([entry for entry, _ in found]), *(value for _, value in found)] if found else []

    def newest_first(self, ns: str | None = None) -> list[Name]:
        """Return the names of listed checkpoints, newest first."""
        names = [name for name, kept in self.checkpoints.items() if kept.listed and ns in {None, name[0]}]
        return sorted(names, key=lambda name: name[1], reverse=True)

    def keep_where(self, wanted: Callable[[Name, Kept], bool]) -> None:
        """Keep what is wanted and, unlisted, what its delta channels are rebuilt from."""
        listed = {name for name in self.newest_first() if wanted(name, self.checkpoints[name])}
        ancestors = {ancestor for name in listed for ancestor in self._ancestors(name)} - listed
        for name in ancestors:
            self.checkpoints[name].listed = False
        for name in set(self.checkpoints) - listed - ancestors:
            del self.checkpoints[name]
            self.writes.pop(name, None)
        self._forget_values()

    def keep_turns_after(self, horizon: int) -> None:
        """Keep the newest turns, every lasting namespace's newest checkpoint, and what waits for an answer."""
        newest = {name[0]: name for name in reversed(self.newest_first())}
        parents = {(name[0], kept.parent) for name, kept in self.checkpoints.items()}
        waiting = {
            name: kept.turn
            for name, kept in self.checkpoints.items()
            if kept.listed and lasting(name[0]) and name not in parents and self._interrupted(name)
        }
        turns = set(waiting.values())

        def wanted(name: Name, kept: Kept) -> bool:
            if kept.turn > horizon or name in waiting:
                return True
            return newest[name[0]] == name if lasting(name[0]) else kept.turn in turns

        self.keep_where(wanted)

    def rewind(self, to: str) -> None:
        """Go back to when one checkpoint was written, without what its successors wrote onto it."""
        superseded = [name for name, kept in self.checkpoints.items() if kept.parent == to]
        self.keep_where(lambda name, _: name[1] <= to)
        for ns, _ in superseded:
            self.writes.pop((ns, to), None)

    def _ancestors(self, name: Name) -> Iterator[Name]:
        ns, kept = name[0], self.checkpoints[name]
        want = set(kept.walked)
        while want and (ns, kept.parent) in self.checkpoints:
            above = (ns, kept.parent)
            kept = self.checkpoints[above]
            yield above
            want -= {channel_of(ref) for ref in kept.refs if (ns, ref) in self.blobs or (ns, ref) in self.lists}

    def _interrupted(self, name: Name) -> bool:
        return any(channel == "__interrupt__" for _, channel, _ in self.writes.get(name, {}).values())

    def _forget_values(self) -> None:
        live = {(ns, ref) for (ns, _), kept in self.checkpoints.items() for ref in kept.refs}
        self.blobs = {ref: value for ref, value in self.blobs.items() if ref in live}
        self.lists = {ref: value for ref, value in self.lists.items() if ref in live}
        used = {digest for listed in self.lists.values() for digest in digests(listed)}
        self.elements = {digest: value for digest, value in self.elements.items() if digest in used}


def digests(listed: bytes) -> Iterator[bytes]:
    """Yield the digests in a list, after its byte of kind."""
    for at in range(1, len(listed), DIGEST):
        yield listed[at : at + DIGEST]


def channel_of(ref: str) -> str:
    """Return the channel of a ref."""
    return ref.rpartition("\0")[0]


def lasting(ns: str) -> bool:
    """Whether a namespace lives longer than one turn: there is no task id in it."""
    return ":" not in ns


def reply_of(thread: Thread, name: Name, have: dict[str, str]) -> list[Any]:
    """Return a checkpoint as the script's `read` does."""
    kept = thread.checkpoints[name]
    values: list[Any] = []
    for ref in kept.refs:
        if (value := thread.value_at((name[0], ref), have.get(channel_of(ref)))) is not None:
            values += [ref.encode(), value]
    return [name[1].encode(), kept.parent.encode(), kept.record, values, thread.writes_of(name)]
