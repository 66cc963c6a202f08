"""Lists whose elements are stored once a thread.

A list is stored as the digests of its elements. Which elements a thread has already is remembered from the list that
was last read or written there, so that a put sends only new ones; where that memory is wrong, the script says so and
the put is sent again, whole.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, is_dataclass
from hashlib import blake2b
from typing import Final

from langgraph.checkpoint.serde.types import _DeltaSnapshot
from pydantic import BaseModel

from state.stores.checkpointer.immutable import immutable
from state.stores.checkpointer.values import Value, Values

DIGEST_SIZE: Final = 16
_SHORTEST: Final = 4
_SAMPLE: Final = 8
_SMALLEST: Final = 64

Place = tuple[str, str, str]
"""Thread, namespace and channel."""


@dataclass(slots=True)
class Known:
    """What the store holds of one list: the digests by which its elements are stored, and objects seen to be them."""

    ref: str
    digests: dict[bytes, bytes] = field(default_factory=dict)
    """By the digest of the plain bytes; the two differ where elements are encrypted."""
    objects: dict[int, tuple[Value, bytes]] = field(default_factory=dict)
    """By identity, for immutable elements only."""


@dataclass(slots=True)
class ListPut:
    """A list on its way to the store."""

    manifest: bytes
    elements: dict[bytes, bytes]
    base: str | None


class ListMemory:
    """What is known of the lists that were used last, up to a number of elements."""

    def __init__(self, values: Values, *, largest: int = 20_000) -> None:
        self._values = values
        self._largest = largest
        self._size = 0
        self._known: OrderedDict[Place, Known] = OrderedDict()

    def put(self, place: Place, ref: str, value: Value) -> ListPut | None:
        """Return what to send for a list, None for a value that is better stored whole."""
        kind, elements = (b"D", value.value) if isinstance(value, _DeltaSnapshot) else (b"L", value)
        if type(elements) is not list or not self._divisible(elements):
            return None
        before = self._known.get(place)
        now = Known(ref)
        sent: dict[bytes, bytes] = {}
        manifest = [self._put_element(element, before, now, sent) for element in elements]
        self._remember(place, now)
        return ListPut(kind + b"".join(manifest), sent, before.ref if before and len(sent) < len(now.digests) else None)

    def load(self, place: Place, ref: str, reply: Sequence[bytes | None]) -> Value:
        """Return the list in a reply, and remember it; raises KeyError for one with elements missing."""
        manifest, *stored = reply
        if manifest is None:
            raise KeyError(ref)
        now, elements = Known(ref), []
        for at, sealed in enumerate(stored):
            if sealed is None:
                raise KeyError(ref)
            plain = self._values.open(sealed)
            element = self._values.value(plain)
            start = 1 + at * DIGEST_SIZE
            digest = manifest[start : start + DIGEST_SIZE]
            self._note(now, element, digest if plain is sealed else _digest(plain), digest)
            elements.append(element)
        self._remember(place, now)
        return _DeltaSnapshot(elements) if manifest[:1] == b"D" else elements

    def forget(self, thread_id: str) -> None:
        """Forget what was known of a thread."""
        for place in [place for place in self._known if place[0] == thread_id]:
            self._drop(place)

    def _put_element(self, element: Value, before: Known | None, now: Known, sent: dict[bytes, bytes]) -> bytes:
        name = before.objects[id(element)][1] if before and id(element) in before.objects else None
        plain = self._values.plain(element) if name is None else None
        name = name or _digest(plain or b"")
        digest = now.digests.get(name) or (before.digests.get(name) if before else None)
        if digest is None:
            sealed = self._values.seal(plain or self._values.plain(element))
            digest = _digest(sealed)
            sent[digest] = sealed
        self._note(now, element, name, digest)
        return digest

    @staticmethod
    def _note(known: Known, element: Value, name: bytes, digest: bytes) -> None:
        known.digests[name] = digest
        if immutable(element):
            known.objects[id(element)] = (element, name)

    def _divisible(self, elements: list[Value]) -> bool:
        sample = elements[:_SAMPLE]
        if len(elements) < _SHORTEST or not all(_structured(element) for element in sample):
            return False
        return sum(len(self._values.plain(element)) for element in sample) >= _SMALLEST * len(sample)

    def _remember(self, place: Place, known: Known) -> None:
        self._drop(place)
        self._known[place] = known
        self._size += len(known.digests)
        while self._size > self._largest and len(self._known) > 1:
            self._drop(next(iter(self._known)))

    def _drop(self, place: Place) -> None:
        if known := self._known.pop(place, None):
            self._size -= len(known.digests)


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=DIGEST_SIZE).digest()


def _structured(element: Value) -> bool:
    return isinstance(element, str | bytes | dict | BaseModel) or is_dataclass(element)
