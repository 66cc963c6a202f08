"""Read request bodies: small, UTF-8, real JSON of sane shape; everything else is the caller's error."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import orjson
from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from state.errors import InvalidInputError
from state.said import said_of

LARGEST_BODY: Final = 64 * 1024
DEEPEST: Final = 32
_OBJECTS: Final = frozenset({"model_type", "model_attributes_type", "dataclass_type", "dict_type"})

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a body may be: its bytes, its members, and what to do about one that is larger."""

    size: int = LARGEST_BODY
    keys: int = 1000
    advice: str = "Send a flat message: text, or a short list of parts."


MESSAGE: Final = Limits()
LARGEST_PLAN: Final = Limits(1024 * 1024, 100_000, "Split the plan, or give large inputs as files.")


class BodyTooLargeError(InvalidInputError):
    """The body is over the limit."""

    code = "too_large"

    def __init__(self, largest: int) -> None:
        super().__init__(f"The body is larger than {largest // 1024} KB.", hint="Send long texts in several messages.")


class UnsupportedBodyError(InvalidInputError):
    """The body is not JSON by its own word."""

    code = "unsupported_media_type"

    def __init__(self, content_type: str) -> None:
        super().__init__(
            f"The body's Content-Type is {content_type[:80]!r}.",
            hint="Send JSON with `Content-Type: application/json`.",
        )


async def read_json(request: Request, model: type[Model], limits: Limits = MESSAGE) -> Model:
    """Return the request's body as `model`.

    Raises:
        InvalidInputError: with what is wrong and where.
    """
    raw = await read_raw(request, limits.size)
    content_type = request.headers.get("content-type", "")
    if raw and content_type.split(";")[0].strip().lower() != "application/json":
        raise UnsupportedBodyError(content_type)
    return parse(raw or b"{}", model, limits)


async def read_raw(request: Request, largest: int = LARGEST_BODY) -> bytes:
    """Return the body's bytes, counting them as they come; raises `BodyTooLargeError`."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > largest:
            raise BodyTooLargeError(largest)
        chunks.append(chunk)
    return b"".join(chunks)


def parse(raw: bytes, model: type[Model], limits: Limits = MESSAGE) -> Model:
    """Return `raw` as `model`; no NaN, no lone surrogates, no depth beyond 32, no more members than the limit."""
    value = read_value(raw, limits)
    with explained(f"Fields of this request: {', '.join(model.model_fields)}."):
        return model.model_validate(value)


def read_value(raw: bytes, limits: Limits = MESSAGE) -> Any:  # noqa: ANN401 # any JSON value
    """Return the JSON value that `raw` is; raises `InvalidInputError`."""
    if len(raw) > limits.size:
        raise BodyTooLargeError(limits.size)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(
            f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            hint="Send UTF-8 JSON without NaN, Infinity or lone surrogates.",
        ) from error
    _check_shape(value, limits)
    return value


@contextmanager
def explained(hint: str) -> Iterator[None]:
    """Turn what pydantic finds into `InvalidInputError`, with the place and without the value."""
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise InvalidInputError(f"`{where[:120]}`: {_said(first)}.", hint=hint) from error


def _said(error: ErrorDetails) -> str:
    """Return what is wrong without pydantic's own vocabulary."""
    return "must be a JSON object" if error["type"] in _OBJECTS else said_of(error)


def _check_shape(value: Any, limits: Limits) -> None:  # noqa: ANN401 # any JSON value
    level: list[Any] = [value]
    keys = 0
    depth = 0
    while level:
        depth += 1
        containers = [one for one in level if isinstance(one, dict | list)]
        keys += sum(len(one) for one in containers)
        if depth > DEEPEST or keys > limits.keys:
            raise InvalidInputError(
                f"The JSON is deeper than {DEEPEST} levels or has more than {limits.keys} members.",
                hint=limits.advice,
            )
        level = [child for one in containers for child in (one.values() if isinstance(one, dict) else one)]
