"""Tells values that can never change, so that what was once serialised needs no second look."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, cast
from uuid import UUID

_SCALARS: Final = frozenset({type(None), bool, int, float, str, bytes, Decimal, UUID, date, datetime, time, timedelta})


def immutable(value: object) -> bool:
    """Whether neither `value` nor anything in it can change: scalars, tuples and frozen dataclasses of such."""
    kind = type(value)
    if kind in _SCALARS or isinstance(value, Enum):
        return True
    if kind is tuple:
        return all(immutable(item) for item in value)  # type: ignore[attr-defined]  # narrowed by its exact type
    if is_dataclass(value) and cast("Any", kind).__dataclass_params__.frozen:
        return all(immutable(getattr(value, part.name)) for part in fields(value))
    return False
