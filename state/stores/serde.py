"""The serializer of conversation state: msgpack, and only types that are named."""

from collections.abc import Iterable
from dataclasses import is_dataclass
from inspect import getmembers, isclass
from typing import Final

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from state import conversation, decision, turn

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
