"""Values as bytes: serialised, then sealed where the serializer encrypts."""

from typing import Any

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer

from state.stores.checkpointer.failures import SealedValueError

Value = Any
"""Whatever a graph keeps in a channel."""


class Values:
    """One serializer, in two steps, so that equal values can be known as equal though their ciphertexts differ."""

    def __init__(self, serde: SerializerProtocol) -> None:
        self._cipher = serde.cipher if isinstance(serde, EncryptedSerializer) else None
        self._serde = serde.serde if isinstance(serde, EncryptedSerializer) else serde

    def dump(self, value: Value) -> bytes:
        """Return the bytes to store."""
        return self.seal(self.plain(value))

    def load(self, stored: bytes) -> Value:
        """Return the value of stored bytes."""
        return self.value(self.open(stored))

    def plain(self, value: Value) -> bytes:
        """Return the serializer's name for the kind of value, a zero byte, and the data."""
        kind, data = self._serde.dumps_typed(value)
        return kind.encode() + b"\0" + data

    def value(self, plain: bytes) -> Value:
        """Return the value of unsealed bytes."""
        kind, _, data = plain.partition(b"\0")
        return self._serde.loads_typed((kind.decode(), data))

    def seal(self, plain: bytes) -> bytes:
        """Encrypt, where there is a cipher."""
        if self._cipher is None:
            return plain
        kind, _, data = plain.partition(b"\0")
        name, sealed = self._cipher.encrypt(data)
        return kind + b"+" + name.encode() + b"\0" + sealed

    def open(self, stored: bytes) -> bytes:
        """Decrypt what was encrypted; what was stored before encryption was turned on is read as it is."""
        kind, _, data = stored.partition(b"\0")
        kind, sealed, name = kind.partition(b"+")
        if not sealed:
            return stored
        if self._cipher is None:
            raise SealedValueError(name.decode())
        return kind + b"\0" + self._cipher.decrypt(name.decode(), data)
