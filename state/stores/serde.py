"""The serializer of conversation state: msgpack, and only types that are named."""

from collections.abc import Iterable
from dataclasses import is_dataclass
from inspect import getmembers, isclass
from typing import Final

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from state import conversation, decision, turn
from state.errors import SettingsError

STATE_TYPES: Final = tuple(
    {
        kind
        for module in (turn, decision, conversation)
        for _, kind in getmembers(module, isclass)
        if is_dataclass(kind) and kind.__module__ == module.__name__
    }
)
"""Every dataclass that a conversation's state is made of."""


def state_serializer(extra: Iterable[type] = ()) -> JsonPlusSerializer:
    """Return a serializer that makes objects of the state's own types, of `extra`, and of LangGraph's safe ones.

    Passing the list is what makes it strict; no environment variable has a say.
    """
    return JsonPlusSerializer(allowed_msgpack_modules=[*STATE_TYPES, *extra])


def strict(serde: SerializerProtocol) -> SerializerProtocol:
    """Return `serde` if it makes objects of named types only; raise SettingsError otherwise."""
    inner = serde.serde if isinstance(serde, EncryptedSerializer) else serde
    if isinstance(inner, JsonPlusSerializer) and (inner.pickle_fallback or inner._allowed_msgpack_modules is True):  # noqa: SLF001 - no public way to ask
        raise SettingsError(
            "The serializer would make an object of any importable type that a stored value names.",
            hint="Use state_serializer(extra=[...]), or JsonPlusSerializer(allowed_msgpack_modules=[...]).",
        )
    return serde
