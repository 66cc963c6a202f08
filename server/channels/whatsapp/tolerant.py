"""How we read what others send: what fits is taken, what doesn't is None, and nothing raises."""

from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")
_END_OF_9999: Final = 253_402_300_799


class _NoneWhenOdd:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


Maybe = Annotated[T | None, _NoneWhenOdd()]
Text = Annotated[str, StringConstraints(min_length=1)]
"""Never empty; a number is taken as its digits."""
Seconds = Annotated[int, Field(ge=0, le=_END_OF_9999)]


class Tolerant(BaseModel):
    """A JSON object of which we read a part; the caller keeps the whole of it, so the rest isn't copied."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


def milliseconds(seconds: int | None) -> int | None:
    """Return a time in the state's unit."""
    return None if seconds is None else seconds * 1000


def present(values: list[T | None] | None) -> list[T]:
    """Return what could be read."""
    return [value for value in values if value is not None] if values else []
