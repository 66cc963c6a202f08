"""The serializer of conversation state: msgpack, and only types that are named."""

from collections.abc import Iterable
from dataclasses import is_dataclass
from inspect import getmembers, isclass
from typing import Any, Final, Self

from langgraph.checkpoint.serde._msgpack import SAFE_MSGPACK_TYPES
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer, _create_msgpack_ext_hook

from state import conversation, decision, turn
from state.errors import SettingsError
from state.stores.packing import Packing
from state.stores.storable import Storable, UnstorableValueError

STATE_TYPES: Final = tuple(
    kind
    for module in (turn, decision, conversation)
    for _, kind in getmembers(module, isclass)
    if is_dataclass(kind) and kind.__module__ == module.__name__
)
"""Every dataclass that a conversation's state is made of."""


class StateSerializer(JsonPlusSerializer):
    """LangGraph's serializer with an explicit list of types, which also refuses what it could not give back.

    Passing the list is what makes it strict; no environment variable has a say.
    """

    def __init__(self, types: Iterable[type]) -> None:
        self._types = list(types)
        super().__init__(allowed_msgpack_modules=self._types)
        self._bind()

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:  # noqa: ANN401 - LangGraph's signature
        """Serialise; raise UnstorableValueError for what would be lost or changed."""
        self._storable.check(obj)
        try:
            return self.dumps_unchecked(obj)
        except TypeError as error:
            raise UnstorableValueError(obj, str(error)) from error

    def dumps_unchecked(self, obj: Any) -> tuple[str, bytes]:  # noqa: ANN401 - any value
        """Serialise, whether or not everything would come back; raise TypeError for what can't be serialised."""
        if obj is None or isinstance(obj, bytes | bytearray):
            return super().dumps_typed(obj)
        return "msgpack", self._packing.pack(obj)

    def with_msgpack_allowlist(self, extra_allowlist: Iterable[tuple[str, ...] | type]) -> Self:
        """Return a serializer that makes objects of more types."""
        clone = super().with_msgpack_allowlist(extra_allowlist)
        if not isinstance(clone, type(self)):
            raise TypeError(type(clone))
        clone._bind()  # noqa: SLF001 - one of us
        return clone

    def _bind(self) -> None:
        listed = self._allowed_msgpack_modules
        self._packing = Packing(self._types, _create_msgpack_ext_hook(listed))
        self._unpack_ext_hook = self._packing.unpack_extension
        self._storable = Storable(SAFE_MSGPACK_TYPES | (listed if isinstance(listed, set) else set()), self._comes_back)

    def _comes_back(self, value: object) -> bool:
        loaded = self.loads_typed(super().dumps_typed(value))
        return type(loaded) is type(value) and (loaded == value or repr(loaded) == repr(value))


def state_serializer(extra: Iterable[type] = ()) -> StateSerializer:
    """Return a serializer that makes objects of the state's own types, of `extra`, and of LangGraph's safe ones."""
    return StateSerializer([*STATE_TYPES, *extra])


def strict(serde: SerializerProtocol) -> SerializerProtocol:
    """Return `serde` if it makes objects of named types only; raise SettingsError otherwise."""
    inner = serde.serde if isinstance(serde, EncryptedSerializer) else serde
    if isinstance(inner, JsonPlusSerializer) and (inner.pickle_fallback or inner._allowed_msgpack_modules is True):  # noqa: SLF001 - no public way to ask
        raise SettingsError(
            "The serializer would make an object of any importable type that a stored value names.",
            hint="Use state_serializer(extra=[...]), or JsonPlusSerializer(allowed_msgpack_modules=[...]).",
        )
    return serde
