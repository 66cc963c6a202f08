"""Values as bytes: serialised, then sealed where the serializer encrypts."""

from typing import Any

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from state.stores.checkpointer.failures import SealedValueError
from state.stores.serde import StateSerializer

Value = Any
"""Whatever a graph keeps in a channel."""
_MSGPACK = "msgpack"
_SEALED = b"\xc1"
"""The one byte that no msgpack begins with."""


class Values:
    """One serializer. Elements of lists are encoded first and sealed later, so that equal ones are known as equal."""

    def __init__(self, serde: SerializerProtocol) -> None:
        self._serde = serde
        self._inner = serde.serde if isinstance(serde, EncryptedSerializer) else serde
        self._cipher = serde.cipher if isinstance(serde, EncryptedSerializer) else None

    @property
    def seals(self) -> bool:
        """Whether what is stored is encrypted."""
        return self._cipher is not None

    @property
    def divides(self) -> bool:
        """Whether lists can be taken apart: only where msgpack is what they become."""
        return isinstance(self._inner, JsonPlusSerializer)

    def dump(self, value: Value) -> bytes:
        """Return the serializer's name for the kind of value, a zero byte, and the data."""
        kind, data = self._serde.dumps_typed(value)
        return kind.encode() + b"\0" + data

    def dump_own(self, value: Value) -> bytes:
        """Return the same for what LangGraph made itself, and which needs no look."""
        if not isinstance(self._inner, JsonPlusSerializer):
            return self.dump(value)
        kind, data = _unchecked(self._inner, value)
        if self._cipher is None:
            return kind.encode() + b"\0" + data
        name, sealed = self._cipher.encrypt(data)
        return f"{kind}+{name}".encode() + b"\0" + sealed

    def load(self, stored: bytes) -> Value:
        """Return the value of stored bytes."""
        kind, _, data = stored.partition(b"\0")
        name = kind.decode()
        if self._cipher is None and "+" in name:
            raise SealedValueError(name.partition("+")[2])
        return self._serde.loads_typed((name, data))

    def encode(self, elements: list[Value]) -> bytes:
        """Return a list as msgpack, whether or not everything in it would come back."""
        if isinstance(self._inner, JsonPlusSerializer):
            try:
                return _unchecked(self._inner, elements)[1]
            except TypeError:
                return self.encode_checked(elements)
        return b""

    def encode_checked(self, elements: list[Value]) -> bytes:
        """Return a list as msgpack; raise for what would not come back."""
        return self._inner.dumps_typed(elements)[1]

    def decode(self, encoded: bytes) -> Value:
        """Return the list of msgpack bytes."""
        return self._inner.loads_typed((_MSGPACK, encoded))

    def seal_element(self, encoding: bytes) -> bytes:
        """Encrypt, where there is a cipher."""
        if self._cipher is None:
            return encoding
        name, sealed = self._cipher.encrypt(encoding)
        return _SEALED + name.encode() + b"\0" + sealed

    def open_element(self, stored: bytes) -> bytes:
        """Decrypt what was encrypted; what was stored before encryption was turned on is taken as it is."""
        if self._cipher is None or not stored.startswith(_SEALED):
            return stored
        name, _, sealed = stored[1:].partition(b"\0")
        return self._cipher.decrypt(name.decode(), sealed)


def _unchecked(serde: JsonPlusSerializer, value: Value) -> tuple[str, bytes]:
    if isinstance(serde, StateSerializer):
        return serde.dumps_unchecked(value)
    return JsonPlusSerializer.dumps_typed(serde, value)
