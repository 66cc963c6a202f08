"""Tells, before anything is written, whether a value would come back from the store as it was.

The serializer alone doesn't: it turns an enum key into its value, a lone surrogate into a question mark, and an object
of a type that is not on the list into a plain dict. LangGraph's own ways are taken as they are: tuples come back as
lists, exceptions as text, subclasses of dict and str as dict and str.
"""

import sys
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from pathlib import Path, PosixPath, WindowsPath
from re import Pattern
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from langchain_core.messages import BaseMessage
from langgraph.checkpoint.serde.types import SendProtocol, _DeltaSnapshot
from pydantic import BaseModel

from state.errors import InvalidStateError

_DEEPEST: Final = 250
"""The serializer's own limit is 255."""
_INTEGERS: Final = range(-(2**63), 2**64)
_LEAVES: Final = frozenset(
    {type(None), bool, float, bytes, bytearray, memoryview, Decimal, UUID, datetime, date, time, timedelta, timezone}
    | {Path, PosixPath, WindowsPath, Pattern, ZoneInfo}
    | {IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network}
)
_KEYS: Final = frozenset({type(None), bool, float, bytes, str, int, tuple})

TypeName = tuple[str, ...]


class UnstorableValueError(InvalidStateError):
    """A value that the store could not give back as it was."""

    def __init__(self, value: object, why: str) -> None:
        super().__init__(
            f"{_shown(value)} can't be kept in the state: {why}.",
            hint="Keep plain values, the state's own dataclasses, or add the type to the serializer's list.",
        )


class Storable:
    """Checks values against a list of types; `proves` says whether an object comes back equal, by trying."""

    def __init__(self, allowed: Collection[TypeName], comes_back: Callable[[object], bool]) -> None:
        self._allowed = allowed
        self._comes_back = comes_back
        self._plain: dict[type, list[str]] = {}
        """The fields of dataclasses that were found to be listed and made of what their constructor takes."""

    def check(self, value: object, depth: int = 0) -> None:
        """Raise UnstorableValueError for the first thing in `value` that would be lost or changed."""
        kind = type(value)
        if kind in _LEAVES:
            return
        if kind is str:
            _check_text(value)  # type: ignore[arg-type] # it is one
            return
        if depth > _DEEPEST:
            raise UnstorableValueError(value, f"it is nested more than {_DEEPEST} levels deep")
        if isinstance(value, str) and not isinstance(value, Enum):
            _check_text(value)
        elif isinstance(value, int) and not isinstance(value, Enum):
            _check_integer(value)
        elif isinstance(value, dict):
            self._check_dict(value, depth)
        elif kind in {list, tuple, set, frozenset, deque} or isinstance(value, list):
            for item in value:  # type: ignore[attr-defined]  # narrowed by its exact type
                self.check(item, depth + 1)
        elif not isinstance(value, BaseException):
            self._check_object(value, depth)

    def _check_dict(self, value: dict[Any, Any], depth: int) -> None:
        for key, item in value.items():
            if type(key) not in _KEYS:
                raise UnstorableValueError(key, f"a key of type {type(key).__name__} comes back as another one")
            self.check(key, depth + 1)
            self.check(item, depth + 1)

    def _check_object(self, value: Any, depth: int) -> None:  # noqa: ANN401 - any object at all
        if isinstance(value, _DeltaSnapshot):
            self.check(value.value, depth + 1)
            return
        if type(value) in self._plain:
            self._check_fields(value, depth)
            return
        self._check_type(type(value))
        if isinstance(value, Enum):
            self.check(value.value, depth + 1)
        elif isinstance(value, BaseMessage):
            self.check(value.__dict__, depth + 1)
        elif is_dataclass(value):
            self._check_fields(value, depth)
        elif isinstance(value, SendProtocol) and not isinstance(value, BaseModel):
            self.check(value.arg, depth + 1)
        elif not self._comes_back(value):
            raise UnstorableValueError(value, "it comes back different from what it was")

    def _check_fields(self, value: Any, depth: int) -> None:  # noqa: ANN401 - any dataclass
        kind = type(value)
        names = self._plain.get(kind)
        if names is None:
            for part in fields(value):
                if not part.init:
                    raise UnstorableValueError(value, f"its field {part.name!r} is not one that its constructor takes")
            names = self._plain[kind] = [part.name for part in fields(value)]
        for name in names:
            self.check(getattr(value, name), depth + 1)

    def _check_type(self, kind: type) -> None:
        if (kind.__module__, kind.__name__) not in self._allowed:
            raise UnstorableValueError(kind, "its type is not on the serializer's list")
        if getattr(sys.modules.get(kind.__module__), kind.__name__, None) is not kind:
            raise UnstorableValueError(kind, "its type can't be imported by its name; define it at the top of a module")


def _check_text(value: str) -> None:
    if value.isascii():
        return
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise UnstorableValueError(value, "it holds half a surrogate pair, which is no character") from error


def _check_integer(value: int) -> None:
    if value not in _INTEGERS:
        raise UnstorableValueError(value, "integers are kept from -2**63 to 2**64 - 1; use a Decimal or text")


def _shown(value: object) -> str:
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, int | float | str | Decimal | UUID | date | Enum | tuple | frozenset):
        return ascii(value)[:80]
    return f"A {type(value).__name__}"
