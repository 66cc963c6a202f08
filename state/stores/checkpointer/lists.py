"""Lists whose elements are stored once a thread.

A list is stored as the digests of its elements. What a thread has already is remembered from the list that was last
read or written there, so that a put sends only new elements and a read fetches only new ones. Both name the list they
build on; where the store doesn't have it any more, it says so and everything is sent.

A msgpack array is its elements' encodings behind a header. So a list is encoded in one go and compared with the
remembered one as bytes, and only the part that differs is looked at element by element.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import accumulate
from typing import Any, Final

import ormsgpack
from langgraph.checkpoint.serde.types import _DeltaSnapshot

from state.stores.checkpointer.values import Value, Values

DIGEST_SIZE: Final = 16
_FEWEST: Final = 4
_SAMPLE: Final = 8
_SMALLEST: Final = 64
_WINDOW_STEP: Final = 4
_FIXED, _SHORT = 15, 65_535

Place = tuple[str, str, str]
"""Thread, namespace and channel."""


@dataclass(slots=True)
class Known:
    """A list as the store holds it: its ref, its elements' digests and joined encodings, and where each one ends."""

    ref: str
    digests: bytes = b""
    encoded: bytes = b""
    ends: list[int] = field(default_factory=list)
    sealed: dict[bytes, bytes] = field(default_factory=dict)
    """Where elements are encrypted: the stored digest by the digest of the encoding."""


@dataclass(slots=True)
class ListPut:
    """A list on its way to the store."""

    manifest: bytes
    elements: dict[bytes, bytes]
    base: str | None


class ListMemory:
    """What is known of the lists that were used last, up to a number of bytes."""

    def __init__(self, values: Values, *, largest: int = 64_000_000) -> None:
        self._values = values
        self._largest = largest
        self._size = 0
        self._known: OrderedDict[tuple[str, str], dict[str, Known]] = OrderedDict()

    def put(self, place: Place, ref: str, value: Value) -> ListPut | None:
        """Return what to send for a list, None for a value that is better stored whole."""
        kind, elements = (b"D", value.value) if isinstance(value, _DeltaSnapshot) else (b"L", value)
        if type(elements) is not list:
            return None
        before = self._known.get(place[:2], {}).get(place[2])
        if not self._divisible(elements, known=before is not None):
            return None
        before = before or Known("")
        encoded = self._values.encode(elements)[len(header(len(elements))) :]
        start, same = _shared(before, encoded)
        now = _slice(Known(ref, sealed=before.sealed), before, start, same)
        sent = self._append(now, elements[same:], before)
        self._remember(place, now)
        return ListPut(kind + now.digests, sent, before.ref if len(sent) < len(elements) and before.ref else None)

    def known(self, thread: str, ns: str) -> dict[str, Known]:
        """Return what is known of a namespace's lists, by channel."""
        return dict(self._known.get((thread, ns), {}))

    def load(self, place: Place, ref: str, reply: Sequence[Any], have: Mapping[str, Known]) -> Value:
        """Return the list in a reply, and remember it; raises KeyError for one with elements missing."""
        manifest, skipped, packed, data = reply
        lengths = list(ormsgpack.unpackb(packed))
        if -1 in lengths:
            raise KeyError(ref)
        before = have[place[2]] if skipped else Known("")
        now = Known(ref, manifest[1:], before.encoded[: before.ends[skipped - 1]] if skipped else b"")
        now.ends, now.sealed = before.ends[:skipped], dict(before.sealed)
        self._extend(now, lengths, data, skipped)
        self._remember(place, now)
        elements = self._values.decode(header(len(now.ends)) + now.encoded)
        return _DeltaSnapshot(elements) if manifest[:1] == b"D" else elements

    def forget(self, thread_id: str) -> None:
        """Forget what was known of a thread."""
        for place in [place for place in self._known if place[0] == thread_id]:
            self._drop(place)

    def _append(self, now: Known, elements: list[Value], before: Known) -> dict[bytes, bytes]:
        """Add elements to what is known of a list, and return those that the store lacks."""
        encodings = [self._values.encode_checked([element])[1:] for element in elements]
        sent: dict[bytes, bytes] = {}
        digests = []
        for encoding in encodings:
            name = _digest(encoding)
            digest = now.sealed.get(name, name)
            if digest not in before.digests and digest not in sent:
                stored = self._values.seal_element(encoding)
                digest = name if stored is encoding else _digest(stored)
                if stored is not encoding:
                    now.sealed[name] = digest
                sent[digest] = stored
            digests.append(digest)
        now.digests += b"".join(digests)
        now.encoded += b"".join(encodings)
        now.ends += _ends(now, [len(encoding) for encoding in encodings])
        if len(now.sealed) > 2 * len(now.ends):
            now.sealed = {name: digest for name, digest in now.sealed.items() if digest in now.digests}
        return sent

    def _extend(self, now: Known, lengths: list[int], data: bytes, skipped: int) -> None:
        if not self._values.seals:
            now.encoded += data
            now.ends += _ends(now, lengths)
            return
        starts = [0, *accumulate(lengths)]
        opened = [
            self._values.open_element(data[at : at + length]) for at, length in zip(starts, lengths, strict=False)
        ]
        for at, encoding in enumerate(opened, skipped):
            now.sealed[_digest(encoding)] = now.digests[at * DIGEST_SIZE : (at + 1) * DIGEST_SIZE]
        now.encoded += b"".join(opened)
        now.ends += _ends(now, [len(encoding) for encoding in opened])

    def _divisible(self, elements: list[Value], *, known: bool) -> bool:
        if len(elements) < _FEWEST or not self._values.divides:
            return False
        if known:
            return True
        sample = elements[:_SAMPLE]
        return len(self._values.encode(sample)) >= _SMALLEST * len(sample)

    def _remember(self, place: Place, known: Known) -> None:
        channels = self._known.setdefault(place[:2], {})
        if before := channels.get(place[2]):
            self._size -= len(before.encoded)
        channels[place[2]] = known
        self._size += len(known.encoded)
        self._known.move_to_end(place[:2])
        while self._size > self._largest and len(self._known) > 1:
            self._drop(next(iter(self._known)))

    def _drop(self, place: tuple[str, str]) -> None:
        self._size -= sum(len(known.encoded) for known in self._known.pop(place, {}).values())


def header(length: int) -> bytes:
    """Return what a msgpack array of that many elements begins with."""
    if length <= _FIXED:
        return bytes([0x90 | length])
    return b"\xdc" + length.to_bytes(2) if length <= _SHORT else b"\xdd" + length.to_bytes(4)


def _shared(before: Known, encoded: bytes) -> tuple[int, int]:
    """Return where in the list before, and for how many elements, the new one begins the same.

    A list that grows begins with all of the old one; a window has lost a few elements at its start.
    """
    for start in range(min(_WINDOW_STEP, len(before.ends))):
        offset = before.ends[start - 1] if start else 0
        if encoded.startswith(before.encoded[offset : before.ends[start]]):
            return start, _common(before, start, offset, encoded)
    return 0, 0


def _common(before: Known, start: int, offset: int, encoded: bytes) -> int:
    low, high = start, len(before.ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if encoded.startswith(before.encoded[offset : before.ends[middle]]):
            low = middle
        else:
            high = middle - 1
    return low - start + 1


def _slice(now: Known, before: Known, start: int, count: int) -> Known:
    if count:
        offset = before.ends[start - 1] if start else 0
        now.digests = before.digests[start * DIGEST_SIZE : (start + count) * DIGEST_SIZE]
        now.encoded = before.encoded[offset : before.ends[start + count - 1]]
        now.ends = [end - offset for end in before.ends[start : start + count]] if start else before.ends[:count]
    return now


def _ends(known: Known, lengths: list[int]) -> list[int]:
    return list(accumulate(lengths, initial=known.ends[-1] if known.ends else 0))[1:]


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=DIGEST_SIZE).digest()
